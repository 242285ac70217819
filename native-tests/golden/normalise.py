# SPDX-License-Identifier: MIT
"""Machine code without what differs between two links of the same code: addresses, offsets to data, the
padding between functions. Jumps inside a function go to labels, jumps out of it to names."""

import re
import subprocess

SYMBOL = re.compile(r"^([0-9a-f]+) ([0-9a-f]+) [tTwW] (\S+)$")
INSTRUCTION = re.compile(r"^ *([0-9a-f]+):\t(.*)$")
COMMENT = re.compile(r" *#.*$")
PADDING = re.compile(r"^(data16 |cs )*nop|^xchg +ax,ax$|^int3$")
TARGET = re.compile(r"\b([0-9a-f]+) <[^>]*>")
RELATIVE = re.compile(r"\[rip[+-]0x[0-9a-f]+\]")


def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def symbols_of(text):
    """{name: (start, end)} and {start: name}, of several names the first of the alphabet."""
    extents, names = {}, {}
    for match in filter(None, map(SYMBOL.match, text.splitlines())):
        start, size, name = int(match[1], 16), int(match[2], 16), match[3]
        extents[name] = (start, start + size)
        names[start] = min(name, names.get(start, name))
    return extents, names


def normalise(disassembly, start, end, names):
    """[(address, label or "", words)] of the instructions of a function."""
    lines = [(int(m[1], 16), m[2]) for m in map(INSTRUCTION.match, disassembly.splitlines()) if m]
    lines = [(address, words) for address, words in lines
             if start <= address < end and not PADDING.match(words)]
    targets = {int(m[1], 16) for _, words in lines for m in TARGET.finditer(words)}
    inner = sorted(target for target in targets if start <= target < end)
    labels = {target: f"L{number}" for number, target in enumerate(inner, 1)}

    def place(match):
        target = int(match[1], 16)
        return labels.get(target) or names.get(target, "somewhere else")

    def clean(words):
        words = RELATIVE.sub("[rip+...]", TARGET.sub(place, COMMENT.sub("", words)))
        return re.sub(r"\s+", " ", words).strip()

    return [(address, f"{labels[address]}:" if address in labels else "", clean(words))
            for address, words in lines]


def functions_of(library, wanted, objdump, nm):
    """(name, normalised instructions) of each function that is wanted."""
    extents, names = symbols_of(output_of(nm, "-S", "--defined-only", str(library)))
    for name in wanted:
        start, end = extents[name]
        disassembly = output_of(objdump, "-d", "-M", "intel", "--no-show-raw-insn",
                                f"--start-address={start:#x}", f"--stop-address={end:#x}", str(library))
        yield name, normalise(disassembly, start, end, names)
