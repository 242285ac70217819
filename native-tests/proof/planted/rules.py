# SPDX-License-Identifier: MIT
"""Planted bugs: a rule is a text file that says what is changed where, and what must notice.

    mistake: one sentence
    file: the source, from the top of the tree
    detector: the check that must fail: see detectors.py
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
    head, find, rest = text.partition(FIND)
    body, replace, replacement = rest.partition(REPLACE)
    lines = [line for line in head.splitlines() if line and not line.startswith("#")]
    fields = {key: value for key, _, value in (line.partition(": ") for line in lines)}
    missing = [key for key in REQUIRED if key not in fields]
    unknown = [key for key in fields if key not in REQUIRED + OPTIONAL]
    if missing or unknown or not find or not replace or not body.strip():
        raise BadRule(f"{name}: missing {missing}, unknown {unknown}, or no text to find")
    if body == replacement:
        raise BadRule(f"{name}: it changes nothing")
    return Rule(
        name, fields["mistake"], fields["file"], fields["detector"],
        fields.get("hang") == "yes", body, replacement)


def read_rules(folder):
    return [parse(path.stem, path.read_text()) for path in sorted(folder.glob("*.rule"))]


def check(rules, tree):
    """Complaints about rules that do not apply to the sources any more."""
    complaints = []
    for rule in rules:
        try:
            rule.changed((tree / rule.file).read_text())
        except (BadRule, OSError) as error:
            complaints.append(str(error))
    return complaints
