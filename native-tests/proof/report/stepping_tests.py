# SPDX-License-Identifier: MIT
"""A step of the proof: the tests that interrupt calls at their instructions, one after the other, a line of
JSON for each; then other tests, with an intruder (native-tests/intruder.cc) at every instruction of theirs; and calls
that are abandoned at every one.
What was interrupted is in the file that NLA_STEPPED names (native-tests/stepper/record.cc).

    python3 stepping_tests.py --ctest ctest --build build/release
"""

import argparse
import json
import os
import re
import subprocess
from dataclasses import dataclass

WHICH = "EveryInstruction|AnyInstruction|EveryPoint|EveryOtherPoint|Interrupted|Abandon"
RESULT = re.compile(r"Test +#\d+: (\S+).*?(Passed|\*\*\*\S+) +[\d.]+ sec")

# What has an intruder: the tests of what the paths of the proof cannot be asked for one by one.
INTRUDED = (
    "Accounted", "Accounting", "AllocTags", "BadInput", "CachesBesideAccounting", "Copies", "Debug", "DebugCache",
    "DebugReport", "DebugTogether", "DebugTracks", "Each/DebugError", "Failslab", "Fork", "Hook", "IdleMemory", "Json",
    "KfreeSensitive", "KmemCache", "Krealloc", "Ksize", "Life", "Merging", "Nodes", "Option", "SecondFree",
    "Slabinfo", "Stats", "TextBuffer")

# What has one that frees its objects at once: it counts what lives.
COUNTS = (
    "AccountedCachesOfAShortage", "AccountedKmalloc.LargeObjects", "AccountedPages.ASecondFree",
    "AccountedPages.F1", "AccountedPages.WithoutTheFlag", "AllocTags.Noprof", "Debug.OfTwoThreads", "DebugCache.Leaks",
    "DebugCache.OfTwoThreads", "DebugTracks.Leaks", "KmemCacheCreate.B7", "KmemCacheDestroy.F4")

# What has none: it counts slabs and calls, wants memory to be short, or is too long to be stepped.
LEFT_OUT = (
    "AccountedKmalloc.ALimit", "AccountedKmalloc.EveryFunction", "AccountedKmallocOfAShortage",
    "AccountedPages.ALimit", "AccountedPages.AreCharged", "AccountedPages.Frozen", "AccountedPages.WhatIsNot",
    "AccountingOfAShortage", "AllocTags.AModulesRows", "AllocTags.EachCallSite", "AllocTags.WithoutAVector", "Copies",
    "Debug.NothingIsReported", "DebugCache.NothingIsReported", "DebugCache.ValidationGoesOn", "DebugTogether.TheRest",
    "Json.IsWrittenInHandlers", "KmemCache.ABulkThatCannot", "KmemCache.AnObjectOfAnotherCache",
    "KmemCache.GivesObjects", "KmemCacheDestroy.GivesNumbers", "Krealloc.KeepsTheBytes", "OptionSizes",
    "StatsCall.OfAnUnused")
INTRUDERS_BYTES = 32

# What is done at every instruction and not in its short form (native-tests/short_form.h): it takes minutes.
WHOLE = r"^Calls/Abandoned\."


@dataclass(frozen=True)
class Selection:
    wanted: str  # regular expressions of names
    left_out: str
    environment: dict
    remark: str = ""


def beginning(names):
    return f"^({'|'.join(map(re.escape, names))})"


NONE = "^$"
INTRUDER = {"NLA_INTRUDER": str(INTRUDERS_BYTES)}
SELECTIONS = (
    Selection(WHICH, rf"^(malloc|lockdep)\.|{WHOLE}", {}),
    Selection(beginning(INTRUDED), f"{WHICH}|{beginning((*COUNTS, *LEFT_OUT))}", INTRUDER, ", with an intruder"),
    Selection(beginning(COUNTS), WHICH, {**INTRUDER, "NLA_INTRUDER_KEEPS": "0"}, ", with an intruder that keeps nothing"),
    Selection(WHOLE, NONE, {"NLA_EVERY_STOP": "1"}, ", at every instruction"))


def record_of(line, remark=""):
    """The record of a test in a line that ctest prints as the test ends, or None."""
    match = RESULT.search(line)
    if match is None or match[2] == "***Skipped":
        return None
    return {"check": "tests", "name": match[1] + remark, "failures": int(match[2] != "Passed")}


def run(settings, selection):
    """Whether all passed."""
    command = [settings.ctest, "--test-dir", settings.build, "-R", selection.wanted, "-E", selection.left_out]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True,
                          env={**os.environ, **selection.environment}) as ctest:
        for line in ctest.stdout:
            if record := record_of(line, selection.remark):
                print(json.dumps(record), flush=True)
    return ctest.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ctest", required=True)
    parser.add_argument("--build", required=True)
    settings = parser.parse_args()
    return 0 if all([run(settings, selection) for selection in SELECTIONS]) else 1


if __name__ == "__main__":
    raise SystemExit(main())
