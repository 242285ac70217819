# SPDX-License-Identifier: MIT
"""The table: for each question three lines, time, spread, memory."""

from measure import title_of

FIRST = 29  # width of the questions' column
NAMES = 9  # width of the lines' names
CELL = 9


def time_text(nanoseconds):
    if nanoseconds < 100:
        return f"{nanoseconds:.2f}"
    return f"{nanoseconds:.0f}"


def ratio_text(row, name):
    if name not in row.ratios:
        return ""
    return f"{row.ratios[name]:.2f}{' tie' if row.is_tie(name) else ''}"


def line(first, name, cells, rest=()):
    text = f"{first:<{FIRST}}{name:<{NAMES}}"
    text += "".join(f"{cell:>{CELL}}" for cell in cells)
    return (text + "".join(f"  {cell:<13}" for cell in rest)).rstrip()


def table(columns, rows):
    names = [column.name for column in columns]
    ours = list(rows[0].ratios)
    lines = [line("", "", names, [*(f"{name}/best" for name in ours), "best peer", "A/A"])]
    for row in rows:
        figures = [row.figures[name] for name in names]
        ratios = [*(ratio_text(row, name) for name in ours), row.best_peer, f"{row.noise:.1%}"]
        lines.append(line(
            title_of(row.question), "ns", (time_text(f.nanoseconds) for f in figures), ratios))
        lines.append(line("", "spread", (f"{f.spread:.1%}" for f in figures)))
        lines.append(line("", "peak MiB", (f"{f.peak_bytes / 2**20:.1f}" for f in figures)))
    return "\n".join(lines)
