# SPDX-License-Identifier: MIT
"""What ctest prints of a test becomes a record."""

import re
import unittest

from stepping_tests import SELECTIONS, record_of

PASSED = " 3/91 Test  #311: Calls/Interrupted.AtEvery/Trim_direct  # GetParam() ....   Passed    0.02 sec"
FAILED = "4/91 Test #312: Hook.AtEveryPoint ....***Failed    1.25 sec"


class SteppingTests(unittest.TestCase):
    def test_a_test_that_passed_or_failed_is_a_record(self):
        self.assertEqual(record_of(PASSED), {"check": "tests", "name": "Calls/Interrupted.AtEvery/Trim_direct",
                                             "failures": 0})
        self.assertEqual(record_of(FAILED)["failures"], 1)

    def test_a_record_says_how_the_test_was_run(self):
        self.assertEqual(record_of(FAILED, ", so")["name"], "Hook.AtEveryPoint, so")

    def test_no_test_has_an_intruder_that_steps_or_counts(self):
        intruded = SELECTIONS[1]
        for name, is_wanted in (("Debug.WithAbort", True), ("Debug.NothingIsReportedOfAProgram", False),
                                ("Fork.AtEveryInstruction", False), ("malloc.Debug", False)):
            self.assertEqual(bool(re.search(intruded.wanted, name) and not re.search(intruded.left_out, name)),
                             is_wanted, name)

    def test_a_test_is_run_in_its_short_form_or_at_every_instruction(self):
        for name in ("Calls/Abandoned.AtAnyInstruction/Trim", "Calls/AbandonedOften.EightTimes/Trim"):
            self.assertEqual(sum(bool(re.search(one.wanted, name) and not re.search(one.left_out, name))
                                 for one in SELECTIONS), 1, name)

    def test_other_lines_are_none(self):
        for line in ("5/91 Test #430: Kmalloc.AtEvery ...***Skipped   0.00 sec", "    Start 311: Calls/Interrupted.AtEvery/Trim_direct", "100% tests passed", ""):
            self.assertIsNone(record_of(line))


if __name__ == "__main__":
    unittest.main()
