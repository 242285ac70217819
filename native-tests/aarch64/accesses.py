# SPDX-License-Identifier: MIT
"""What the compiler must have made of the C# core for arm64, read in the machine code.

    python3 accesses.py --objdump aarch64-linux-gnu-objdump LIBRARY --fast-paths 8

1. No ordered or exclusive access at an address that is no multiple of its size: it would fault, on processors and
   not under every emulator. Known are addresses that are a multiple of 8 plus a constant.
2. A fast path takes a cell's lock, which lies at 4, by a plain store between the ordered loads of the lock's lower half
   and of the head: in that order a handler sees them.
3. An exchange is a loop of ldaxr and stlxr, and a barrier that a failure passes too (DECISIONS, a failed exchange).
4. Only a division leads to a thrower. An intrinsic that the compiler does not know on this machine would, too.
"""

import argparse
import re
import subprocess
import sys

FUNCTION = re.compile(r"^[0-9a-f]+ <(.+)>:$")
INSTRUCTION = re.compile(r"^ *([0-9a-f]+):\t(.*?)(?:\s*//.*)?$")
ORDERED = re.compile(r"^(?:lda|stl|cas|swp|ldadd|ldset|ldclr)\w*\t.*\[(x\d+)\]$")
ADDITION = re.compile(r"^add\t(x\d+), (x\d+), #(0x[0-9a-f]+)$")
DEFINED = re.compile(r"^(?!st|cmp|cbn?z|tbn?z|b\b|b\.)\w+\t[wx](\d+),")
BRANCH = re.compile(r"^(?:b|b\.\w+|cbn?z|tbn?z)\t(?:.*, )?([0-9a-f]+) <")
END = re.compile(r"^(b|br|ret)(\t|$)")
TAKING = re.compile(r"^stur\tx\d+, \[(x\d+), #4\]$")
ATOMIC = re.compile(r"^(?:cas|swp|ld(?:add|clr|set|eor))\w*\t")
EXCLUSIVE = re.compile(r"^ld\w*xr\w*\t")
LONGEST_EXCHANGE = 8
THROWER = re.compile(r"^bl?\t.*ThrowHelpers__Throw")
DIVISION = re.compile(r"^[us]div\t")


def functions_of(objdump, library):
    text = subprocess.run([objdump, "-d", "--no-show-raw-insn", library], capture_output=True, text=True,
                          check=True).stdout
    name, body = None, []
    for line in text.splitlines():
        if match := FUNCTION.match(line):
            yield name, body
            name, body = match[1], []
        elif match := INSTRUCTION.match(line):
            body.append((match[1], match[2].strip()))
    yield name, body


def size_of(words):
    """Of an ordered access, in bytes."""
    mnemonic, operands = words.split("\t")
    if mnemonic.endswith("b"):
        return 1
    if mnemonic.endswith("h"):
        return 2
    value = operands.split(", ")[1 if re.match(r"stl?xr", mnemonic) else 0]
    return 8 if value.startswith("x") else 4


def offsets_before(body, index, register):
    """What may have been last added to make the register's address, along every way that leads here."""
    sources = {}
    for i, (_, words) in enumerate(body):
        if match := BRANCH.match(words):
            sources.setdefault(match[1], []).append(i)
    offsets, seen, waiting = set(), set(), [index]
    while waiting:
        at = waiting.pop()
        before = sources.get(body[at][0], []) + ([at - 1] if at > 0 and not END.match(body[at - 1][1]) else [])
        for i in set(before) - seen:
            seen.add(i)
            words = body[i][1]
            if (match := ADDITION.match(words)) and match[1] == register:
                offsets.add(int(match[3], 16))
            elif not ((match := DEFINED.match(words)) and f"x{match[1]}" == register):
                waiting.append(i)
    return offsets


def misaligned(body):
    for index, (address, words) in enumerate(body):
        match = ORDERED.match(words)
        if match and any(offset % size_of(words) for offset in offsets_before(body, index, match[1])):
            yield f"{address}: an ordered access at an odd place: {words}"


def takings(body):
    """(address, "" or what is wrong) of each store that takes a lock on a fast path."""
    for index, (address, words) in enumerate(body):
        match = TAKING.match(words)
        if not match:
            continue
        before = [i for i in range(index) if ORDERED.match(body[i][1])]
        after = [i for i in range(index + 1, len(body)) if ORDERED.match(body[i][1])]
        is_right = before and after and re.match(rf"ldar\tw\d+, \[{match[1]}\]$", body[after[0]][1]) and \
            body[before[-1]][1].startswith("ldar\tw") and \
            offsets_before(body, before[-1], ORDERED.match(body[before[-1]][1])[1]) == {4}
        yield address, "" if is_right else f"{address}: the store that takes the lock has moved: {words}"


def exchanges(body):
    """What is wrong with them."""
    for index, (address, words) in enumerate(body):
        if ATOMIC.match(words):
            yield f"{address}: an exchange without a barrier: {words}"
        if not EXCLUSIVE.match(words):
            continue
        loop = [words for _, words in body[index:index + LONGEST_EXCHANGE]]
        end = next((i for i, words in enumerate(loop) if words == "dmb\tish"), None)
        is_right = words.startswith("ldaxr\t") and end is not None and \
            re.match(rf"cbnz\t.*, {address} <", loop[end - 1]) and loop[end - 2].startswith("stlxr\t") and \
            all(match[1] == body[index + end][0] for match in map(BRANCH.match, loop[:end - 1]) if match)
        if not is_right:
            yield f"{address}: an exchange that is no full fence: {words}"


def throws(body):
    if not any(DIVISION.match(words) for _, words in body):
        for address, words in body:
            if THROWER.match(words):
                yield f"{address}: throws, and divides nothing: {words}"


def main():
    parser = argparse.ArgumentParser(prog="accesses")
    parser.add_argument("library")
    parser.add_argument("--objdump", default="objdump")
    parser.add_argument("--fast-paths", type=int, required=True, help="so many at least take a lock")
    arguments = parser.parse_args()
    wrong, taken = [], 0
    for name, body in functions_of(arguments.objdump, arguments.library):
        found = list(takings(body))
        taken += len(found)
        complaints = [*misaligned(body), *(what for _, what in found if what), *exchanges(body), *throws(body)]
        wrong += [f"{name}: {what}" for what in complaints]
    print("\n".join(wrong))
    print(f"{taken} fast paths take a lock; {len(wrong)} accesses are wrong")
    return 1 if wrong or taken < arguments.fast_paths else 0


if __name__ == "__main__":
    sys.exit(main())
