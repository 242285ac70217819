# SPDX-License-Identifier: MIT
"""The fast paths as they were compiled, compared with the file in which they are kept.

    python3 golden --library libnolockalloc.so --steps golden_steps --golden fast_path.txt [--rewrite]
    python3 golden --library libnolockalloc-malloc.so ... --functions malloc free
    python3 golden --library one.so --same-as another.so --functions NAME...
    python3 golden --library one.so --bodies ENTRY=METHOD...
"""

import argparse
import difflib
import pathlib
import subprocess
import sys

from normalise import functions_of

FAST_PATHS = ("kmalloc_nolock_noprof", "kfree_nolock_noprof")
ADDS_THREAD = 5
CACHE_LINE = 64
HEAD = """\
The machine code of both fast paths, without addresses, and how many instructions a fast call takes.
">": executed by it. A test of the name golden compares; the target `golden` rewrites this file. Whoever
makes a fast path longer says why in the commit.
"""


def arguments():
    parser = argparse.ArgumentParser(prog="golden", description=__doc__)
    parser.add_argument("--library", type=pathlib.Path, required=True)
    parser.add_argument("--steps", type=pathlib.Path, help="the program that steps through fast calls")
    parser.add_argument("--golden", type=pathlib.Path, help="the file to compare with")
    parser.add_argument("--rewrite", action="store_true", help="write that file")
    parser.add_argument("--same-as", type=pathlib.Path, help="another library to compare with")
    parser.add_argument("--bodies", nargs="+", type=lambda pair: pair.split("="), default=(),
                        help="entries that end with the code of these methods")
    parser.add_argument("--functions", nargs="+", default=FAST_PATHS)
    parser.add_argument("--objdump", default="objdump")
    parser.add_argument("--nm", default="nm")
    return parser.parse_args()


def read_steps(program):
    """The lines about counts, and the offsets of all instructions that were executed."""
    output = subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout
    lines = output.splitlines()
    stepped = {int(line.split()[1], 16) for line in lines if line.startswith("at ")}
    return [line for line in lines if not line.startswith("at ")], stepped


def code_of(library, settings, stepped=frozenset()):
    """The functions as lines; of those that were stepped through, where in a cache line they begin."""
    for name, instructions in functions_of(library, settings.functions, settings.objdump, settings.nm):
        instructions = list(instructions)
        yield ""
        yield f"{name}:" + (f" {instructions[0][0] % CACHE_LINE} bytes into a cache line" if stepped else "")
        for address, label, words in instructions:
            yield f"{'>' if address in stepped else ' '} {label:<4}{words}".rstrip()


def differences(expected, found, expected_name, found_name):
    return list(difflib.unified_diff(expected, found, expected_name, found_name, lineterm=""))


def code_alone(library, settings, name, skipped=0):
    (_, instructions), = functions_of(library, [name], settings.objdump, settings.nm)
    return [f"{label:<4}{words}" for _, label, words in list(instructions)[skipped:]]


def compare_bodies(settings):
    """Each entry is what adds the thread, then its method."""
    for entry, method in settings.bodies:
        found = code_alone(settings.library, settings, entry, ADDS_THREAD)
        expected = code_alone(settings.library, settings, method)
        if different := differences(expected, found, method, entry):
            print("\n".join(different))
            sys.exit(f"golden: the body of {entry} differs from {method}")
    print(f"golden: {len(settings.bodies)} bodies, no difference")


def main():
    settings = arguments()
    if settings.bodies:
        compare_bodies(settings)
        return
    if settings.same_as:
        expected, found = (list(code_of(library, settings))
                           for library in (settings.same_as, settings.library))
        expected_name = str(settings.same_as)
    else:
        counts, stepped = read_steps(settings.steps)
        found = [*HEAD.splitlines(), "", *counts, *code_of(settings.library, settings, stepped)]
        if settings.rewrite:
            settings.golden.write_text("\n".join(found) + "\n")
            return
        expected = settings.golden.read_text().splitlines()
        expected_name = str(settings.golden)
    if different := differences(expected, found, expected_name, str(settings.library)):
        print("\n".join(different))
        sys.exit("golden: the fast paths differ; the target `golden` rewrites the file")
    print(f"golden: {len(found)} lines, no difference")


if __name__ == "__main__":
    main()
