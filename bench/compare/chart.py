# SPDX-License-Identifier: MIT
"""The bar chart: an SVG without scripts or fonts. A bar's length is the time as a multiple of the
best peer's, so that questions of all sizes fit one picture."""

from xml.sax.saxutils import escape

from columns import CONTROL
from measure import title_of
from table import time_text

COLOURS = ("#9e9e9e", "#d1495b", "#edae49", "#8d99ae", "#00798c", "#30638e", "#5f9e6e", "#7b5ea7")
LEFT, UNIT, LONGEST, RIGHT = 215, 200, 3.0, 90  # UNIT: pixels for the best peer's time
BAR, GAP, TOP = 13, 16, 70


def text(x, y, words, anchor="start", weight="normal"):
    return (f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" font-weight="{weight}">'
            f"{escape(words)}</text>")


def legend(columns):
    parts = []
    for number, column in enumerate(columns):
        x = LEFT + number * 90
        parts.append(f'<rect x="{x}" y="34" width="10" height="10" fill="{COLOURS[number]}"/>')
        parts.append(text(x + 14, 43, column.name))
    return parts


def bars(row, columns, top):
    best = row.figures[row.best_peer].nanoseconds
    height = len(columns) * BAR
    parts = [text(LEFT - 10, top + height / 2 + 4, title_of(row.question), "end", "bold")]
    for number, column in enumerate(columns):
        y = top + number * BAR
        time = row.figures[column.name].nanoseconds
        width = min(time / best, LONGEST) * UNIT
        parts.append(f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR - 2}" '
                     f'fill="{COLOURS[number]}"/>')
        mark = " \N{RIGHTWARDS ARROW}" if time / best > LONGEST else ""
        parts.append(text(LEFT + width + 5, y + 10, f"{time_text(time)}{mark}"))
    parts.append(f'<line x1="{LEFT + UNIT}" x2="{LEFT + UNIT}" y1="{top - 3}" '
                 f'y2="{top + height + 1}" stroke="#000" stroke-dasharray="2 2"/>')
    return parts


def chart(columns, rows):
    columns = [column for column in columns if column.role != CONTROL]
    rows = [row for row in rows if row.best_peer]
    block = len(columns) * BAR + GAP
    width = max(LEFT + LONGEST * UNIT + RIGHT, LEFT + len(columns) * 90)
    height = TOP + len(rows) * block
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'font-family="sans-serif" font-size="11">',
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>',
        text(LEFT, 20, "ns per allocation and free; dashed: the best peer", weight="bold"),
        *legend(columns),
    ]
    for number, row in enumerate(rows):
        parts += bars(row, columns, TOP + number * block)
    return "\n".join([*parts, "</svg>", ""])
