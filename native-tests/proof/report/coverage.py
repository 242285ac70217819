# SPDX-License-Identifier: MIT
"""Which instructions of the library were stepped, and which were not and why."""

import re
import subprocess
from dataclasses import dataclass, field

FUNCTION = re.compile(r"^([0-9a-f]+) <(.+)>:$")
INSTRUCTION = re.compile(r"^ +([0-9a-f]+):\t(.*)$")
PADDING = re.compile(r"(data16 |cs )*nop|xchg +%ax,%ax$")
SYMBOL = re.compile(r"^([0-9a-f]+) ([0-9a-f]+) [tTwW] (\S+)$")
LINKER_MADE = "@plt"
OF_INSTRUCTIONS = "instruction "
MANGLED = re.compile(r"^NoLockAlloc_(?:NoLockAlloc_)?(.+)__(.+)$")


@dataclass
class Function:
    name: str
    instructions: dict  # address -> text
    not_stepped: list = field(default_factory=list)
    explained: list = field(default_factory=list)  # those of it that what they do explains
    reason: str = ""  # "": not explained
    is_linker_made: bool = False


def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def readable(symbol):
    """Slabs.Barn.TryGet for NoLockAlloc_NoLockAlloc_Slabs_Barn__TryGet; C names stay."""
    match = MANGLED.match(symbol)
    return f"{match[1].replace('_', '.')}.{match[2]}" if match else symbol


def ends_of(symbols):
    """Where each function ends: what follows, to the next one, is padding, like a nop inside."""
    ends = {}
    for match in filter(None, map(SYMBOL.match, symbols.splitlines())):
        start = int(match[1], 16)
        ends[start] = max(ends.get(start, 0), start + int(match[2], 16))
    return ends


def functions_of(disassembly, symbols):
    """The functions with the addresses of their instructions, and how many are padding."""
    ends, functions, padding, end = ends_of(symbols), [], 0, 0
    for line in disassembly.splitlines():
        if match := FUNCTION.match(line):
            is_linker_made = LINKER_MADE in match[2]
            end = ends.get(int(match[1], 16), float("inf") if is_linker_made else 0)
            functions.append(Function(readable(match[2]), {}, is_linker_made=is_linker_made))
        elif match := INSTRUCTION.match(line):
            address = int(match[1], 16)
            is_padding = address >= end or PADDING.match(match[2]) is not None
            padding += is_padding
            if not is_padding:
                functions[-1].instructions[address] = match[2]
    return [function for function in functions if function.instructions], padding


def read_reasons(text):
    """Lines "pattern: reason" or "pattern, at most N: reason": a regular expression for the whole
    name of a function, how many of its instructions that explains, and why they were not stepped.
    "instruction pattern: reason": for an instruction, with the jump behind it, wherever it is.
    """
    reasons = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            head, _, reason = line.partition(": ")
            pattern, _, most = head.partition(", at most ")
            reasons.append((re.compile(pattern), float(most or "inf"), reason))
    return reasons


def explained_by(pattern, function):
    """The instructions that were not stepped and match, and the jump behind each."""
    found, is_behind = [], False
    for address in function.not_stepped:
        text = function.instructions[address]
        matches = pattern.match(text) is not None
        if matches or (is_behind and text.startswith("jmp")):
            found.append(address)
        is_behind = matches
    return found


def cover(functions, stepped, reasons):
    """Fills in what was not stepped, and why. Returns the patterns that explain nothing."""
    used = set()
    of_instructions = [
        (pattern, re.compile(pattern.pattern.removeprefix(OF_INSTRUCTIONS)))
        for pattern, _, _ in reasons if pattern.pattern.startswith(OF_INSTRUCTIONS)]
    for function in functions:
        function.not_stepped = [pc for pc in function.instructions if pc not in stepped]
        explained = set()
        for named, pattern in of_instructions:
            found = explained_by(pattern, function)
            explained.update(found)
            used.update([named] if found else [])
        function.explained = sorted(explained)
        rest = len(function.not_stepped) - len(explained)
        function.reason = "" if rest or not explained else "what these do explains it"
        for pattern, most, reason in reasons if rest else ():
            if pattern.fullmatch(function.name) and rest <= most:
                function.reason = reason
                used.add(pattern)
                break
    return [pattern.pattern for pattern, _, _ in reasons if pattern not in used]


def read_stepped(files):
    stepped = set()
    for file in files:
        if file.exists():
            stepped.update(int(line, 16) for line in file.read_text().split())
    return stepped


def read_library(library, objdump, nm):
    return functions_of(
        output_of(objdump, "-d", "--no-show-raw-insn", str(library)),
        output_of(nm, "-S", "--defined-only", str(library)))
