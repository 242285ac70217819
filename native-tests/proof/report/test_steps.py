# SPDX-License-Identifier: MIT
"""Records are noted while a step runs, wherever it writes them."""

import pathlib
import sys
import tempfile
import unittest

from steps import Step, run

WRITER = """
import sys, time
for number in range(3):
    with open(sys.argv[1], "a") as file:
        file.write('{"check":"x","name":"%d"}\\n' % number)
    time.sleep(0.5)
print("talk")
print('{"check":"x","name":"told"}', flush=True)
"""


class Steps(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.said = []

    def run_writer(self, *arguments, records_file=""):
        step = Step("step", [sys.executable, "-c", WRITER, *arguments], records_file=records_file)
        return run(step, self.folder, lambda name, record: self.said.append((name, record["name"])))

    def test_a_file_is_followed_beside_what_is_printed(self):
        report = str(self.folder / "report")
        result = self.run_writer(report, records_file=report)
        self.assertEqual({"0", "1", "2", "told"}, {record["name"] for record in result.records})
        self.assertEqual(4, len(result.records))
        self.assertEqual(("step", "0"), self.said[0])
        self.assertEqual("talk\n", (self.folder / "step.log").read_text())

    def test_half_a_line_is_no_record_and_a_file_may_be_missing(self):
        half = self.folder / "half"
        half.write_text('{"check":"x","name":"whole"}\n{"check":"x","na')
        result = self.run_writer(str(self.folder / "other"), records_file=str(half))
        self.assertEqual(["told", "whole"], sorted(record["name"] for record in result.records))
        result = self.run_writer(str(self.folder / "other"), records_file=str(self.folder / "none"))
        self.assertEqual(["told"], [record["name"] for record in result.records])


if __name__ == "__main__":
    unittest.main()
