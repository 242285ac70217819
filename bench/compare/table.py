# SPDX-License-Identifier: MIT
"""The table: for each question the figures, their spread, the ratios to the best peer, the peak of
memory, and what the question says besides."""

import math

FIRST = 29  # width of the questions' column
NAMES = 16  # width of the lines' names
GAP = 2


def number_text(value):
    return f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"


def control_text(row):
    if math.isnan(row.control):
        return ""
    return f"{row.control:.1%}; below {row.resolution:.0%} a tie" if row.unit == "ns" else ""


def ratio_text(row, name):
    ratio = row.ratio(name)
    if ratio is None:
        return "-"
    return f"{ratio:.2f}{'*' if name == row.best_peer else '=' if row.is_tie(name) else ' '}"


def remark_text(figure, name):
    return number_text(figure.remarks[name]) if name in figure.remarks else "-"


class Layout:
    """Columns as wide as the widest word of their headings."""

    def __init__(self, columns):
        self.names = [column.name for column in columns]
        self.headings = [column.heading.split(" ") for column in columns]
        self.widths = [max(8, *(len(word) for word in words)) + GAP for words in self.headings]

    def line(self, first, name, cells, rest=""):
        text = f"{first:<{FIRST}}{name:<{NAMES}}"
        text += "".join(f"{cell:>{width}}" for cell, width in zip(cells, self.widths))
        return f"{text}  {rest}".rstrip()

    def head(self):
        height = max(len(words) for words in self.headings)
        padded = [[""] * (height - len(words)) + words for words in self.headings]
        last = height - 1
        return [self.line("", "", [words[i] for words in padded],
                          "A/A" if i == last else "") for i in range(height)]

    def cells(self, row, text_of):
        return [text_of(row.figures[name]) if name in row.figures else "-" for name in self.names]


def lines_of(row, layout):
    cells = layout.cells
    yield layout.line(row.title, row.unit, cells(row, lambda f: number_text(f.median)),
                      control_text(row))
    if row.unit == "ns":
        yield layout.line("", "spread", cells(row, lambda f: f"{f.spread:.1%}"))
    yield layout.line("", "of best peer", [ratio_text(row, name) for name in layout.names])
    if row.unit == "ns":
        yield layout.line("", "peak MiB", cells(row, lambda f: f"{f.peak_bytes / 2**20:.1f}"))
    for remark in row.remarks():
        yield layout.line("", remark, cells(row, lambda f, name=remark: remark_text(f, name)))


def table(columns, rows):
    layout = Layout(columns)
    lines = layout.head()
    for row in rows:
        lines += lines_of(row, layout)
    lines += ["", "*: the best peer. =: a tie with it. A/A: the same program in two columns, direct "
              "and control;", "a smaller difference says nothing."]
    return "\n".join(lines)
