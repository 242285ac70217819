# SPDX-License-Identifier: MIT
"""The figures of a run as Markdown, put between the marks of a document:

    <!-- figures: NAME -->
    (rewritten)
    <!-- end of figures -->
"""

import math
import re

from columns import CONTROL, PEER
from questions import INSTRUCTIONS
from table import number_text

LEAST_MIB = 32  # peaks below say more of the program than of the allocator
MARKED = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end of figures -->)", re.DOTALL)


def line(cells):
    return "| " + " | ".join(cells) + " |"


def markdown(head, lines):
    return "\n".join([line(head), "|" + "---|" * len(head), *map(line, lines)])


def shown(results):
    return [column for column in results.columns if column.role != CONTROL]


def cells(row, columns, text_of):
    """One of each column, the best peer's bold."""
    for column in columns:
        figure = row.figures.get(column.name)
        words = "" if figure is None else text_of(figure)
        yield f"**{words}**" if words and column.name == row.best_peer else words


def ratio_cells(row, columns):
    for column in columns:
        ratio = row.ratio(column.name)
        tie = " tie" if ratio is not None and row.is_tie(column.name) else ""
        yield "" if ratio is None else f"{ratio:.2f}{tie}"


def figures_table(results, unit):
    columns = shown(results)
    ours = [column for column in columns if column.role == "ours"]
    rows = [row for row in results.rows if row.unit == unit]
    is_time = unit != INSTRUCTIONS
    head = ["", *(column.name for column in columns), *(f"{c.name} / best" for c in ours)]
    lines = [[f"`{row.title}`", *cells(row, columns, lambda f: number_text(f.median)),
              *ratio_cells(row, ours)] for row in rows]
    if is_time:
        head.append("A/A")
        for cells_of_line, row in zip(lines, rows):
            cells_of_line.append("" if math.isnan(row.control) else f"{row.control:.1%}")
    return markdown(head, lines)


def memory_table(results):
    """The questions that want memory worth the name; the smallest of the peers bold."""
    columns, lines = shown(results), []
    for row in (row for row in results.rows if row.unit != INSTRUCTIONS):
        peaks = {name: figure.peak_bytes / 2**20 for name, figure in row.figures.items()}
        least = min((peaks[c.name] for c in columns if c.role == PEER and c.name in peaks), default=0)
        if max(peaks.values()) >= LEAST_MIB:
            words = ("" if c.name not in peaks else f"{peaks[c.name]:.0f}" for c in columns)
            lines.append([f"`{row.title}`", *(
                f"**{word}**" if c.role == PEER and peaks.get(c.name) == least else word
                for c, word in zip(columns, words))])
    return markdown(["peak MiB", *(column.name for column in columns)], lines)


def remarks_table(results):
    columns = shown(results)
    lines = [[f"`{row.title}`", name,
              *(number_text(row.figures[c.name].remarks[name])
                if name in getattr(row.figures.get(c.name), "remarks", {}) else "" for c in columns)]
             for row in results.rows for name in row.remarks()]
    return markdown(["", "", *(column.name for column in columns)], lines)


def paths_table(results):
    """The longest path of each function, from the single-stepper."""
    longest = {}
    for path in sorted(results.content.get("paths", []), key=lambda path: path["instructions"]):
        longest[path["function"], path["door"]] = path
    lines = [[f"`{function}`", door, path["path"], f"{path['instructions']:,}"]
             for (function, door), path in sorted(longest.items(), key=lambda i: -i[1]["instructions"])]
    return markdown(["function", "door", "path", "instructions"], lines)


TABLES = {
    "machine": lambda results: results.describe() + ".",
    "time": lambda results: figures_table(results, "ns"),
    "instructions": lambda results: figures_table(results, INSTRUCTIONS),
    "memory": memory_table,
    "remarks": remarks_table,
    "paths": paths_table,
}


def rewrite(document, results):
    """The document with the figures of this run."""
    return MARKED.sub(lambda m: f"{m[1]}\n{TABLES[m[2]](results)}\n\n{m[3]}", document)
