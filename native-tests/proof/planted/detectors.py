# SPDX-License-Identifier: MIT
"""What must notice a planted bug, as a rule names it:

    abandonment_test FILTER         a program of tests, with a filter of GoogleTest's
    proof_stopped --path NAME ...   a program of the proof
    schedules NAME                  the explorer on the C# sources, the plays of that name
    abandoned NAME                  the same for calls that are abandoned at each access to memory
"""

import os
import signal
import subprocess

PASSED, FAILED, HUNG, EMPTY = "passed", "failed", "hung", "ran nothing"
CAUGHT = "caught"
LIMIT_SECONDS = 300
WAIT_SECONDS = 60  # where a mistake is a wait

# Tests of the C# sources: they compile them, rather than load the library.
OF_SOURCES = {"schedules": "InterleavingTests", "abandoned": "AbandonmentTests"}


def is_of_sources(detector):
    return detector.partition(" ")[0] in OF_SOURCES


def verdict_of(rule, result, without):
    """without: what the detector says of the library as it is."""
    if without != PASSED:
        return f"not known: without the mistake the detector {without}"
    if result == FAILED or (result == HUNG and rule.may_hang):
        return CAUGHT
    return f"NOT caught: {result}"


class Detectors:
    """programs: where they lie. explorer: the command that tests the C# sources of a tree."""

    def __init__(self, programs, explorer, log):
        self._programs = programs
        self._explorer = explorer
        self._log = log

    def run(self, name, detector, library, tree, limit=LIMIT_SECONDS):
        """PASSED, FAILED, HUNG or EMPTY."""
        command, says = self._command(detector)
        path = self._log / f"{name}.log"
        with path.open("w") as out:
            process = subprocess.Popen(
                command, cwd=tree, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
                env={**os.environ, "LD_LIBRARY_PATH": str(library)})
            try:
                status = process.wait(limit)
            except subprocess.TimeoutExpired:
                return HUNG
            finally:
                end_group(process)
        outcome = FAILED if status != 0 else PASSED
        return outcome if says[outcome] in path.read_text(errors="replace") else EMPTY

    def _command(self, detector):
        """And what it says, at least, if it did something. A program that crashes says nothing."""
        program, _, rest = detector.partition(" ")
        if is_of_sources(detector):
            wanted = f"FullyQualifiedName~{OF_SOURCES[program]}&DisplayName~{rest}"
            return [*self._explorer, "--filter", wanted], {PASSED: "Passed!", FAILED: "Failed!"}
        path = next((folder / program for folder in self._programs
                     if (folder / program).exists()), program)
        if program.endswith("_test"):
            command = [str(path), f"--gtest_filter={rest}", "--gtest_brief=1"]
            return command, {PASSED: "[  PASSED  ] ", FAILED: ""}
        return [str(path), *rest.split()], {PASSED: '"runs"', FAILED: '"runs"'}


def end_group(process):
    """The program and its children, which a planted bug may have left behind."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()
