# SPDX-License-Identifier: MIT
"""Instructions are counted once, padding never, and what is not explained is called that."""

import pathlib
import unittest

from coverage import cover, functions_of, read_reasons, readable
from tables import coverage_summary, coverage_table

DISASSEMBLY = """
0000000000001000 <abort@plt>:
    1000:\tjmp    *0x2fea(%rip)
    1006:\tpush   $0x0

0000000000001100 <nla_os_abort>:
    1100:\tpush   %rax
    1101:\tcs nopw 0x0(%rax,%rax,1)
    1102:\tcall   1000 <abort@plt>
    1107:\tnopw   0x0(%rax,%rax,1)

0000000000001110 <NoLockAlloc_NoLockAlloc_Slabs_Barn__TryGet>:
    1110:\tmov    %rdi,%rax
    1113:\tret
    1114:\tnop
"""
SYMBOLS = """0000000000001100 0000000000000006 t nla_os_abort
0000000000001110 0000000000000004 t NoLockAlloc_NoLockAlloc_Slabs_Barn__TryGet
000000000000c000 0000000000001000 b boot_thread
"""


class Coverage(unittest.TestCase):
    def setUp(self):
        self.functions, self.padding = functions_of(DISASSEMBLY, SYMBOLS)

    def reasons(self, text):
        return read_reasons(text)

    def test_functions_end_where_their_symbols_do(self):
        counts = {f.name: len(f.instructions) for f in self.functions}
        self.assertEqual({"abort@plt": 2, "nla_os_abort": 2, "Slabs.Barn.TryGet": 2}, counts)
        self.assertEqual(3, self.padding)

    def test_names(self):
        for symbol, name in (
                ("NoLockAlloc_NoLockAlloc_Api_Kmalloc__Alloc", "Api.Kmalloc.Alloc"),
                ("NoLockAlloc_System_SpanHelpers__Clear", "System.SpanHelpers.Clear"),
                ("nla_os_peek", "nla_os_peek")):
            self.assertEqual(name, readable(symbol))

    def test_what_was_not_stepped(self):
        reasons = self.reasons("# why\nnla_os_.*: it ends\nother: x\n")
        idle = cover(self.functions, {0x1110}, reasons)
        self.assertEqual([[0x1100, 0x1102], [0x1113]], [f.not_stepped for f in self.functions[1:]])
        self.assertEqual(["it ends", ""], [f.reason for f in self.functions[1:]])
        self.assertEqual(["other"], idle)
        text = coverage_table(self.functions[1:])
        self.assertRegex(text, r"2 +1 +1 +Slabs.Barn.TryGet +not explained")
        self.assertIn("1 of 4 instructions stepped; 3 not, 1 of these not explained",
                      coverage_summary(self.functions, self.padding))

    def test_a_reason_explains_no_more_than_it_says(self):
        cover(self.functions, set(), self.reasons("nla_os_abort, at most 1: it ends\n"))
        self.assertEqual("", self.functions[1].reason)
        cover(self.functions, {0x1100}, self.reasons("nla_os_abort, at most 1: it ends\n"))
        self.assertEqual("it ends", self.functions[1].reason)

    def test_an_instruction_is_a_reason_wherever_it_is(self):
        cover(self.functions, {0x1110}, self.reasons("instruction ret: nobody returns\n"))
        self.assertEqual([[], [0x1113]], [f.explained for f in self.functions[1:]])
        self.assertIn("3 not, 2 of these not explained",
                      coverage_summary(self.functions, self.padding))

    def test_the_kept_file_can_be_read(self):
        kept = pathlib.Path(__file__).with_name("unreached.txt").read_text()
        self.assertTrue(all(reason for _, _, reason in self.reasons(kept)))


if __name__ == "__main__":
    unittest.main()
