# SPDX-License-Identifier: MIT
"""A step of the proof: the tests that interrupt calls at their instructions, one after the other, a line of
JSON for each. What they interrupted is in the file that NLA_STEPPED names (native-tests/stepper_record.cc).

    python3 stepping_tests.py --ctest ctest --build build/release
"""

import argparse
import json
import re
import subprocess

WHICH = "EveryInstruction|AnyInstruction|EveryPoint|EveryOtherPoint|Interrupted|Abandon"
OF_OTHER_LIBRARIES = r"^(malloc|lockdep)\."
RESULT = re.compile(r"Test +#\d+: (\S+).*?(Passed|\*\*\*\S+) +[\d.]+ sec")


def record_of(line):
    """The record of a test in a line that ctest prints as the test ends, or None."""
    match = RESULT.search(line)
    if match is None or match[2] == "***Skipped":
        return None
    return {"check": "tests", "name": match[1], "failures": int(match[2] != "Passed")}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ctest", required=True)
    parser.add_argument("--build", required=True)
    settings = parser.parse_args()
    command = [settings.ctest, "--test-dir", settings.build, "-R", WHICH, "-E", OF_OTHER_LIBRARIES]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as ctest:
        for line in ctest.stdout:
            if record := record_of(line):
                print(json.dumps(record), flush=True)
    return 1 if ctest.returncode else 0


if __name__ == "__main__":
    raise SystemExit(main())
