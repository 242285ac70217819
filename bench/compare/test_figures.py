# SPDX-License-Identifier: MIT
"""What the comparison concludes, and prints, from samples that are known."""

import math
import pathlib
import tempfile
import unittest

from columns import COLUMNS
from document import rewrite
from figures import row_of
from lengths import LENGTHS, rounds_of, times_in_round
from measure import Sample
from questions import missing_memory, title_of
from results import Results
from table import table

NAMES = ("floor", "direct", "glibc", "jemalloc", "control")


def samples_of(**figures):
    return {name: [Sample(value, 2**20, {"KiB": value}) for value in values]
            for name, values in figures.items()}


def results_of(question, samples, paths=()):
    return Results({
        "machine": "a machine", "processes": 5, "disturbed": 1, "paths": list(paths),
        "libraries": {name: f"{name}.so" for name in NAMES},
        "samples": {question: {name: [vars(s) for s in some] for name, some in samples.items()}}})


class FiguresTests(unittest.TestCase):
    def row(self, question="pair/64", **figures):
        columns = [column for column in COLUMNS if column.name in NAMES]
        return row_of(question, columns, samples_of(**figures))

    def test_the_best_peer_is_neither_ours_nor_the_floor(self):
        row = self.row(floor=[1], direct=[2], glibc=[4], jemalloc=[3], control=[2])
        self.assertEqual(row.best_peer, "jemalloc")
        self.assertAlmostEqual(row.ratio("direct"), 2 / 3)

    def test_a_difference_below_the_controls_is_a_tie(self):
        row = self.row(direct=[3.2], glibc=[3], control=[3.52])
        self.assertAlmostEqual(row.control, 0.1)
        self.assertTrue(row.is_tie("direct"))
        self.assertFalse(self.row(direct=[3.2], glibc=[3], control=[3.21]).is_tie("direct"))

    def test_two_percent_are_a_tie_whatever_the_control_says(self):
        self.assertTrue(self.row(direct=[3.05], glibc=[3], control=[3.05]).is_tie("direct"))
        self.assertTrue(self.row(direct=[3.05], glibc=[3]).is_tie("direct"))

    def test_the_median_is_not_moved_by_one_disturbed_process(self):
        row = self.row(direct=[3, 3, 900, 3, 3], glibc=[3])
        self.assertEqual(row.figures["direct"].median, 3)
        self.assertEqual(row.figures["direct"].spread, 0)

    def test_a_column_that_was_not_asked_has_no_figure(self):
        row = self.row(direct=[], glibc=[3])
        self.assertIsNone(row.ratio("direct"))
        self.assertTrue(math.isnan(row.control))


class TextTests(unittest.TestCase):
    samples = samples_of(floor=[1.0], direct=[3.0], glibc=[4.0], jemalloc=[2.0], control=[3.3])

    def test_the_table_says_what_is_best_and_what_is_a_tie(self):
        results = results_of("pair/64", self.samples)
        text = table(results.columns, results.rows)
        self.assertRegex(text, r"of best peer +0\.50 +1\.50 +2\.00 +1\.00\* +1\.65")
        self.assertIn("10.0%; below 10% a tie", text)
        self.assertRegex(text, r"KiB +1\.00 +3\.00")

    def test_a_document_gets_the_figures_and_keeps_the_rest(self):
        before = ("Text.\n<!-- figures: time -->\nold\n<!-- end of figures -->\nMore.\n"
                  "<!-- figures: paths -->\n<!-- end of figures -->\n")
        path = {"function": "f", "path": "P", "door": "direct", "instructions": 1234}
        results = results_of("pair/64", self.samples, [path, {**path, "instructions": 12}])
        after = rewrite(before, results)
        self.assertTrue(after.startswith("Text.\n<!-- figures: time -->\n"))
        self.assertIn("More.\n", after)
        self.assertNotIn("old", after)
        self.assertIn("| `pair/64` | 1.00 | 3.00 | 4.00 | **2.00** | 1.50 | 10.0% |", after)
        self.assertIn("| `f` | direct | P | 1,234 |", after)
        self.assertEqual(rewrite(after, results), after)

    def test_titles_are_without_google_benchmarks_additions(self):
        self.assertEqual(title_of("scaling/threads:2/manual_time"), "scaling/threads:2")
        self.assertEqual(title_of("pressure/iterations:20000"), "pressure")


class PlanTests(unittest.TestCase):
    def test_all_processes_of_a_question_are_run(self):
        for length in LENGTHS.values():
            for question in ("pair/64", "producer_consumer/threads:2", "live_set/mebibytes:8192",
                             "worst_call/free"):
                times = [times_in_round(question, i, length.rounds) for i in range(length.rounds)]
                self.assertEqual(sum(times), rounds_of(question, length.rounds))
                self.assertGreater(times[0], 0)

    def test_what_does_not_fit_into_memory_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            meminfo = pathlib.Path(folder, "meminfo")
            meminfo.write_text("MemTotal: 99 kB\nMemAvailable:    4194304 kB\n")
            self.assertEqual(missing_memory("live_set/mebibytes:1024", meminfo), "")
            self.assertIn("4096 MiB are available", missing_memory("live_set/mebibytes:8192", meminfo))
            self.assertEqual(missing_memory("pair/64", meminfo), "")


if __name__ == "__main__":
    unittest.main()
