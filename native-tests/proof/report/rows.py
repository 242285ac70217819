# SPDX-License-Identifier: MIT
"""From the records of the programs to the rows of the table."""

from dataclasses import dataclass, field

COLUMNS = ("interrupted 1", "interrupted 2", "2 once", "interrupted 3", "disturbed", "abandoned", "exited",
           "killed", "settled", "forked", "stopped")
ONCE = "interrupted-once"  # at one instruction of the handler, and not at each of them in one run
MANY_A_TURN = {"interrupted 1", "interrupted 2"}  # an instruction has a turn with each of many handlers
SAME = {"forked-among-threads": "forked"}


@dataclass
class Row:
    function: str
    path: str
    door: str
    instructions: int = 0
    runs: dict = field(default_factory=dict)  # column -> runs
    sampled: set = field(default_factory=set)  # columns in which not everything was run
    thin: set = field(default_factory=set)  # those of them in which not even every instruction had a turn
    lost: int = 0
    failures: int = 0


def column_of(record):
    if record["check"] == ONCE:
        return "2 once"
    check = SAME.get(record["check"], record["check"])
    return f"{check} {record.get('depth', 1)}" if check == "interrupted" else check


def rows_of(records):
    """A row for each function, path and door, in the order in which they come first."""
    rows = {}
    for record in records:
        column = column_of(record)
        if column not in COLUMNS:
            continue
        key = (record["function"], record["path"], record["door"])
        row = rows.setdefault(key, Row(*key))
        if record.get("depth", 1) == 1:  # else it is also of the handlers
            row.instructions = max(row.instructions, record["instructions"])
        row.runs[column] = row.runs.get(column, 0) + record["runs"]
        if record.get("sampled"):
            row.sampled.add(column)
            if record.get("missed") != 0 or column not in MANY_A_TURN:
                row.thin.add(column)
        row.lost += record.get("lost", 0)
        row.failures += record["failures"]
    return sorted(rows.values(), key=lambda row: row.function)


def total_of(rows):
    total = Row("all", "", "")
    for row in rows:
        total.instructions += row.instructions
        total.lost += row.lost
        total.failures += row.failures
        for column, runs in row.runs.items():
            total.runs[column] = total.runs.get(column, 0) + runs
        total.sampled |= row.sampled
        total.thin |= row.thin
    return total
