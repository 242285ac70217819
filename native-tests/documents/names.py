# SPDX-License-Identifier: MIT
"""What documents name in marks exists: tests of GoogleTest as Suite.Name, Suite.* or Suite.Begin..., classes of
xunit and their tests, types of the allocator and their members, files.

    python3 names.py --source . docs/PROOF.md
"""

import argparse
import pathlib
import re
import sys

NAMED = re.compile(r"`([A-Z]\w+)(?:\.(\w+))?(?:\.?\*|\.\.\.)?`")
GTEST = re.compile(r"^TEST(?:_P|_F)?\(\s*(\w+),\s*(\w+)\)", re.M)
TYPE = re.compile(r"\b(?:class|struct) (\w+)")
WORD = re.compile(r"\w+")


def known_names(source):
    """Suites, types and the names of files, each with what may stand behind its dot."""
    names = {}
    for folder in ("cmake", "managed", "native", "native-tests"):
        for path in (source / folder).rglob("*.*"):
            names.setdefault(path.stem, set()).add(path.suffix[1:])
    for path in (source / "native-tests").rglob("*.cc"):
        for suite, name in GTEST.findall(path.read_text()):
            names.setdefault(suite, set()).add(name)
    for path in (source / "managed").rglob("*.cs"):
        text = path.read_text()
        for name in TYPE.findall(text):
            names.setdefault(name, set()).update(WORD.findall(text))
    return names


def is_there(owner, name, names):
    if name:
        return any(known.startswith(name) for known in names.get(owner, ()))
    return not owner.endswith("Tests") or owner in names  # other words are marked, too


def missing_in(text, names):
    """Sorted, and how many names it has that are known."""
    marked = set(NAMED.findall(text))
    missing = sorted(".".join(filter(None, pair)) for pair in marked if not is_there(*pair, names))
    return missing, sum(owner in names for owner, _ in marked)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=pathlib.Path, required=True)
    parser.add_argument("documents", type=pathlib.Path, nargs="+")
    settings = parser.parse_args()
    names = known_names(settings.source)
    is_wrong = False
    for document in settings.documents:
        missing, known = missing_in(document.read_text(), names)
        print(f"{document.name}: {known} names")
        for name in missing:
            print(f"{document.name}: there is no {name}")
        is_wrong |= bool(missing) or known == 0
    return int(is_wrong)


if __name__ == "__main__":
    sys.exit(main())
