# SPDX-License-Identifier: MIT
"""Records become rows, and what is wrong is said."""

import unittest

from rows import rows_of, total_of
from steps import Result, Step, parse
from tables import calls_table, planted_table, schedules_table
from verdict import verdict_of


def record(check="interrupted", path="Refill", door="direct", **more):
    return {"check": check, "function": "kmalloc_nolock", "path": path, "door": door, "depth": 1,
            "instructions": 10, "runs": 70, "sampled": False, "lost": 0, "failures": 0, **more}


def schedule(**more):
    return {"check": "schedules", "protocol": "Barn", "runs": 5, "turns": 2,
            "exhaustive": True, "enough": True, "late": False, "failures": 0, **more}


def planted(caught):
    return {"check": "planted", "name": "x", "mistake": "m", "detector": "d",
            "verdict": "caught" if caught else "NOT caught", "caught": caught}


def result(status, records):
    return Result(Step("proof_x", []), records, status, 1.0)


class Rows(unittest.TestCase):
    def test_a_path_through_a_door_is_a_row(self):
        rows = rows_of([record(), record(door="exported"), record(path="Pop"),
                        record(depth=2, runs=5)])
        self.assertEqual(3, len(rows))
        self.assertEqual({"interrupted 1": 70, "interrupted 2": 5}, rows[0].runs)

    def test_one_instruction_of_a_handler_and_all_of_them_are_different_columns(self):
        rows = rows_of([record(instructions=5), record(depth=2, runs=5, instructions=99),
                        record("interrupted-once", depth=2, runs=4, sampled=True)])
        self.assertEqual({"interrupted 1": 70, "interrupted 2": 5, "2 once": 4}, rows[0].runs)
        self.assertEqual(({"2 once"}, 5), (rows[0].sampled, rows[0].instructions))

    def test_whether_every_instruction_had_a_turn_is_seen(self):
        table = calls_table(rows_of([record(sampled=True, missed=0)]))
        self.assertRegex(table, r" 70\* ")
        for more in ({"missed": 3}, {}):
            self.assertRegex(calls_table(rows_of([record(sampled=True, **more)])), r" 70~ ")

    def test_sums_and_maxima(self):
        rows = rows_of([record("forked", lost=1, instructions=12),
                        record("forked-among-threads", lost=2, sampled=True)])
        self.assertEqual((12, 3, {"forked": 140}, {"forked"}), (
            rows[0].instructions, rows[0].lost, rows[0].runs, rows[0].sampled))

    def test_the_total_is_the_last_line(self):
        rows = rows_of([record(), record(path="Pop", runs=1000, sampled=True)])
        self.assertEqual(1070, total_of(rows).runs["interrupted 1"])
        self.assertRegex(calls_table(rows).splitlines()[-1], r"^all .* 20 +1 070~ .* 0 +0$")

    def test_other_records_are_no_rows(self):
        self.assertEqual([], rows_of([schedule(), planted(True)]))


class Records(unittest.TestCase):
    def test_a_line_is_a_record_or_talk(self):
        self.assertEqual({"check": "x"}, parse('{"check": "x"}\n'))
        for line in ("", "[  PASSED  ]", "{ broken", '{"other": 1}', "{}"):
            self.assertIsNone(parse(line))


class Verdicts(unittest.TestCase):
    def verdict(self, records=(), schedules=(), bugs=(), results=()):
        return verdict_of(rows_of(records), schedules, bugs, results)

    def test_good(self):
        good = self.verdict([record()], [schedule()], [planted(True)], [result(0, [record()])])
        self.assertTrue(good.is_good)
        self.assertTrue(str(good).endswith(
            "; 1 of 1 planted bugs caught; 0 tests that interrupt, too; 0 failures"))

    def test_each_thing_that_is_wrong_is_enough(self):
        for wrong in (
                self.verdict([record(failures=1)]),
                self.verdict(schedules=[schedule(failures=1)]),
                self.verdict(schedules=[schedule(enough=False)]),
                self.verdict(bugs=[planted(False)]),
                self.verdict(results=[result(0, [])]),
                self.verdict(results=[result("hung", [record()])]),
                self.verdict(results=[result(-11, [record()])])):
            self.assertFalse(wrong.is_good, wrong)

    def test_a_step_that_says_why_it_failed_is_not_broken(self):
        self.assertFalse(result(1, [record(failures=1)]).is_broken)
        self.assertFalse(result(1, [planted(False)]).is_broken)
        self.assertFalse(result(1, [schedule(enough=False)]).is_broken)
        self.assertTrue(result(1, [record()]).is_broken)
        self.assertTrue(result("hung", [record(failures=1)]).is_broken)

    def test_the_other_tables(self):
        for more, text in (({}, "bounded by 2 turns, then out of budget"),
                           ({"late": True}, "bounded by 2 turns, then out of time"),
                           ({"enough": False}, "bounded by 2 turns, NOT ENOUGH: out of budget"),
                           ({"late": True, "enough": False, "turns": -1}, "  NOT ENOUGH: out of time")):
            self.assertIn(text, schedules_table([schedule(exhaustive=False, **more)]))
        self.assertIn("NOT caught", planted_table([planted(False)]))


if __name__ == "__main__":
    unittest.main()
