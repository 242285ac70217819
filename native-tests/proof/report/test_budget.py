# SPDX-License-Identifier: MIT
"""The seconds are read as they are meant, and no more are given out."""

import unittest

from budget import PARTS, BadBudget, budget_of, schedules_environment, seconds_of
from steps import AT_ONCE


class Budget(unittest.TestCase):
    def test_a_number_or_the_default(self):
        self.assertEqual([1200, 1200, 90, 0.5], [*map(seconds_of, (None, "", "90", "0.5"))])

    def test_what_is_no_time_is_refused(self):
        for text in ("soon", "0", "-5", "inf", "nan"):
            with self.assertRaises(BadBudget):
                seconds_of(text)

    def test_the_steps_together_take_no_more_than_all(self):
        self.assertLessEqual(sum(budget_of(step, 1200) for step in PARTS), 1200 * AT_ONCE)

    def test_the_explorer_is_told_its_part(self):
        told = schedules_environment(1200)
        self.assertEqual("360", told["NOLOCKALLOC_SCHEDULES_SECONDS"])
        self.assertEqual("48000", told["NOLOCKALLOC_SCHEDULES"])


if __name__ == "__main__":
    unittest.main()
