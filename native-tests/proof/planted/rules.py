# SPDX-License-Identifier: MIT
"""Planted bugs: a rule is a text file that says what is changed where, and what must notice.

    mistake: one sentence
    file: the source, from the top of the tree
    detector: the check that must fail: see detectors.py; one line for each
    hang: yes, where the mistake is a wait
    --- find
    text that stands exactly once in the file
    --- replace
    what stands there instead
"""

from dataclasses import dataclass

FIND, REPLACE = "--- find\n", "--- replace\n"
REQUIRED, OPTIONAL = ("mistake", "file", "detector"), ("hang",)


class BadRule(Exception):
    pass


@dataclass(frozen=True)
class Rule:
    name: str
    mistake: str
    file: str
    detector: str
    may_hang: bool
    find: str
    replace: str

    def changed(self, text):
        """The source with the mistake in it."""
        count = text.count(self.find)
        if count != 1:
            raise BadRule(f"{self.name}: its text stands {count} times in {self.file}, not once")
        return text.replace(self.find, self.replace)


def parse(name, text):
    """A rule for each of its detectors."""
    head, find, rest = text.partition(FIND)
    body, replace, replacement = rest.partition(REPLACE)
    lines = [line for line in head.splitlines() if line and not line.startswith("#")]
    pairs = [line.partition(": ")[::2] for line in lines]
    fields = dict(pairs)
    detectors = [value for key, value in pairs if key == "detector"]
    missing = [key for key in REQUIRED if key not in fields]
    unknown = [key for key in fields if key not in REQUIRED + OPTIONAL]
    if missing or unknown or not find or not replace or not body.strip():
        raise BadRule(f"{name}: missing {missing}, unknown {unknown}, or no text to find")
    if body == replacement:
        raise BadRule(f"{name}: it changes nothing")
    return [
        Rule(name if number == 0 else f"{name}-{number + 1}", fields["mistake"], fields["file"],
             detector, fields.get("hang") == "yes", body, replacement)
        for number, detector in enumerate(detectors)]


def read_rules(folder):
    return [rule for path in sorted(folder.glob("*.rule"))
            for rule in parse(path.stem, path.read_text())]


def check(rules, tree):
    """Complaints about rules that do not apply to the sources any more."""
    complaints = []
    for rule in rules:
        try:
            rule.changed((tree / rule.file).read_text())
        except (BadRule, OSError) as error:
            complaints.append(str(error))
    return complaints
