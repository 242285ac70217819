# SPDX-License-Identifier: MIT
"""What is printed: the calls, the schedules, the planted bugs, the coverage, one last line."""

from rows import COLUMNS, total_of


def count_text(number):
    return f"{number:,}".replace(",", " ")


def table(head, lines, figures):
    """Columns as wide as they need; figures: the numbers of those that are aligned to the right."""
    lines = [[str(cell) for cell in line] for line in [head, *lines]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    return "\n".join(
        "  ".join(cell.rjust(width) if i in figures else cell.ljust(width)
                  for i, (cell, width) in enumerate(zip(line, widths))).rstrip()
        for line in lines)


def run_text(row, column):
    if column not in row.runs:
        return ""
    mark = "~" if column in row.thin else "*" if column in row.sampled else ""
    return count_text(row.runs[column]) + mark


def calls_table(rows):
    lines = [
        [row.function, row.path, row.door, count_text(row.instructions),
         *(run_text(row, column) for column in COLUMNS), row.lost, row.failures]
        for row in [*rows, total_of(rows)]]
    head = ["function", "path", "door", "instructions", *COLUMNS, "lost", "failures"]
    return table(head, lines, figures=range(3, len(head)))


def extent_text(record):
    if record["failures"]:
        return "stopped at a failure"
    if record["exhaustive"]:
        return "exhaustive"
    bound = f"bounded by {record['turns']} turns, " if record["turns"] >= 0 else ""
    then = "then" if record["enough"] else "NOT ENOUGH:"
    lacks = "time" if record["late"] else "budget"
    return f"{bound}{then} out of {lacks}"


def schedules_table(records):
    lines = [
        [record["protocol"], extent_text(record), count_text(record["runs"]), record["failures"]]
        for record in records]
    head = ["protocol", "which", "schedules", "failures"]
    return table(head, lines, figures=(2, 3))


def planted_table(records):
    lines = [[record["mistake"], record["detector"], record["verdict"]] for record in records]
    return table(["mistake", "detector", ""], lines, figures=())


def coverage_table(functions):
    lines = []
    for function in functions:
        missing = len(function.not_stepped)
        why = (function.reason or "not explained") if missing else ""
        stepped = len(function.instructions) - missing
        lines.append([len(function.instructions), stepped, missing or "", f" {function.name}",
                      why])
    head = ["instructions", "stepped", "not", " function", "why not"]
    return table(head, lines, figures=range(3))


def coverage_summary(functions, padding):
    own = [function for function in functions if not function.is_linker_made]
    made = [function for function in functions if function.is_linker_made]
    instructions = sum(len(function.instructions) for function in own)
    missing = sum(len(function.not_stepped) for function in own)
    unexplained = sum(len(function.not_stepped) - len(function.explained)
                      for function in own if not function.reason)
    stubs = sum(len(function.instructions) for function in made)
    stubs_stepped = stubs - sum(len(function.not_stepped) for function in made)
    return (
        f"{count_text(instructions - missing)} of {count_text(instructions)} instructions stepped; "
        f"{missing} not, {unexplained} of these not explained.\n"
        f"Not counted: {stubs} in the linker's stubs for libc's functions, {stubs_stepped} of them "
        f"stepped, and {padding} that pad, between functions and before loops.")
