# SPDX-License-Identifier: MIT
"""programs NAME LIBRARY [ARGUMENT...]: a real program with the library preloaded does what it does without.

The same commands run twice; standard output and exit status must agree, and neither the library nor the loader may
have a complaint on standard error. Exit status 77, and a line that says what is missing: not installed here.
"""

import os
import shutil
import sys
import tempfile

import commands

SKIPPED = 77


def environment(library):
    result = dict(os.environ, LC_ALL="C", TZ="UTC", HOME=os.getcwd())
    result.pop("LD_PRELOAD", None)
    if library:
        result["LD_PRELOAD"] = library
    return result


def run_in_a_folder_of_its_own(program, library, arguments):
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            return program.run(environment(library), *arguments)
        finally:
            os.chdir(before)


def main(name, library, *arguments):
    program = commands.ALL[name]
    missing = [tool for tool in program.tools if shutil.which(tool) is None]
    missing += program.missing()
    if missing:
        print(f"SKIPPED: {name}: not installed: {', '.join(missing)}")
        return SKIPPED
    plain = run_in_a_folder_of_its_own(program, None, arguments)
    served = run_in_a_folder_of_its_own(program, library, arguments)
    if plain.status != 0:
        print(f"{name}: fails without the library: {plain.status}\n{plain.output[-3000:]}{plain.errors[-3000:]}")
        return 1
    complaints = [line for line in served.errors.splitlines()
                  if "nolockalloc" in line or "cannot be preloaded" in line]
    if plain.output == served.output and served.status == 0 and not complaints:
        print(f"{name}: {len(plain.output)} bytes of output, the same")
        return 0
    print(f"{name}: DIFFERENT")
    for which, result in ("without", plain), ("with", served):
        print(f"--- {which} the library: exit status {result.status}\n{result.output[-3000:]}{result.errors[-3000:]}")
    print("\n".join(complaints))
    return 1


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: programs NAME LIBRARY [ARGUMENT...]")
    sys.exit(main(*sys.argv[1:]))
