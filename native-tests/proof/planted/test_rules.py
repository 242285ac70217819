# SPDX-License-Identifier: MIT
"""Rules do not rot in silence, and a detector is not believed before it was seen to pass."""

import pathlib
import tempfile
import unittest

from detectors import CAUGHT, EMPTY, FAILED, HUNG, PASSED, Detectors, verdict_of
from rules import BadRule, check, parse

GOOD = """# SPDX-License-Identifier: MIT
mistake: m
file: a.cs
detector: a_test *
--- find
    right();
--- replace
    wrong();
"""


class Rules(unittest.TestCase):
    def test_a_rule_changes_one_place(self):
        rule, = parse("r", GOOD)
        self.assertEqual("{\n    wrong();\n}\n", rule.changed("{\n    right();\n}\n"))
        for text in ("", "    right();\n    right();\n"):
            with self.assertRaises(BadRule):
                rule.changed(text)

    def test_each_detector_must_notice(self):
        rules = parse("r", GOOD.replace("--- find", "detector: b_test *\n--- find", 1))
        self.assertEqual([("r", "a_test *"), ("r-2", "b_test *")],
                         [(rule.name, rule.detector) for rule in rules])

    def test_what_is_no_rule(self):
        for bad in (GOOD.replace("mistake: m\n", ""), GOOD.replace("--- find\n", ""),
                    GOOD.replace("file", "field"), GOOD.replace("wrong", "right")):
            with self.assertRaises(BadRule):
                parse("r", bad)

    def test_complaints(self):
        with tempfile.TemporaryDirectory() as folder:
            rule, = parse("r", GOOD)
            self.assertIn("No such file", check([rule], pathlib.Path(folder))[0])
            pathlib.Path(folder, "a.cs").write_text("    right();\n")
            self.assertEqual([], check([rule], pathlib.Path(folder)))
            pathlib.Path(folder, "a.cs").write_text("    left();\n")
            self.assertIn("stands 0 times", check([rule], pathlib.Path(folder))[0])


class Detecting(unittest.TestCase):
    def test_what_a_program_says(self):
        with tempfile.TemporaryDirectory() as folder:
            detectors = Detectors([pathlib.Path(folder)], [], pathlib.Path(folder))
            for name, script, result in (
                    ("a_test", "echo '[  PASSED  ] 1 test.'", PASSED), ("b_test", "true", EMPTY),
                    ("c_test", "exit 1", FAILED), ("d_test", "kill -SEGV $$", FAILED),
                    ("proof_e", """echo '{"runs":1}'""", PASSED), ("proof_f", "exit 1", EMPTY)):
                path = pathlib.Path(folder, name)
                path.write_text(f"#!/bin/sh\n{script}\n")
                path.chmod(0o755)
                self.assertEqual(result, detectors.run("x", f"{name} *", "", folder), name)

    def test_what_it_means(self):
        rule, = parse("r", GOOD)
        wait, = parse("r", GOOD.replace("--- find", "hang: yes\n--- find"))
        self.assertEqual(CAUGHT, verdict_of(rule, FAILED, PASSED))
        self.assertEqual(CAUGHT, verdict_of(wait, HUNG, PASSED))
        for result in (PASSED, HUNG, EMPTY):
            self.assertIn("NOT caught", verdict_of(rule, result, PASSED))
        for without in (FAILED, HUNG, EMPTY):
            self.assertIn("not known", verdict_of(rule, FAILED, without))


if __name__ == "__main__":
    unittest.main()
