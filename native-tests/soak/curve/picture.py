# SPDX-License-Identifier: MIT
"""The memory curve: an SVG without scripts or fonts. Dashed: the medians of the second and the fourth
quarter, which the verdict compares."""

import csv
import statistics
from xml.sax.saxutils import escape

LEFT, TOP, WIDTH, HEIGHT, RIGHT, BOTTOM = 60, 62, 720, 260, 130, 40
CURVES = (  # column, name, colour
    ("rss_kib", "resident", "#d1495b"),
    ("slab_kib", "slabs", "#00798c"),
    ("idle_kib", "idle", "#8d99ae"),
)


def read_csv(path):
    with open(path, newline="", encoding="ascii") as file:
        return [{name: float(value) for name, value in row.items()}
                for row in csv.DictReader(file)]


def text(x, y, words, anchor="start", weight="normal"):
    return (f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" font-weight="{weight}">'
            f"{escape(words)}</text>")


def quarter(samples, number):
    return samples[len(samples) * number // 4:len(samples) * (number + 1) // 4]


def step_of(highest, steps=5):
    """A round number, so that about so many of them reach the highest value."""
    step = 1.0
    while highest / step > steps:
        step *= 2.5 if str(step)[0] == "2" else 2
    return step


class Axes:
    def __init__(self, samples):
        self.seconds = max(sample["seconds"] for sample in samples)
        self.step = step_of(max(sample["rss_kib"] for sample in samples) / 1024)
        highest = max(sample["rss_kib"] for sample in samples) / 1024
        self.top = self.step * (int(highest / self.step) + 1)

    def x(self, seconds):
        return LEFT + seconds / self.seconds * WIDTH

    def y(self, kib):
        return TOP + HEIGHT - kib / 1024 / self.top * HEIGHT

    def drawn(self):
        parts = []
        for number in range(int(self.top / self.step) + 1):
            mib = number * self.step
            y = self.y(mib * 1024)
            parts.append(f'<line x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{y:.1f}" y2="{y:.1f}" '
                         f'stroke="#ddd"/>')
            parts.append(text(LEFT - 6, y + 4, f"{mib:g}", "end"))
        step = step_of(self.seconds / 60, 10)
        for number in range(int(self.seconds / 60 / step) + 1):
            x = self.x(number * step * 60)
            parts.append(text(x, TOP + HEIGHT + 16, f"{number * step:g}", "middle"))
        parts.append(text(LEFT - 6, TOP - 10, "MiB", "end"))
        parts.append(text(LEFT + WIDTH, TOP + HEIGHT + 32, "minutes", "end"))
        return parts


def labels(samples, axes):
    """The names at the end of the curves, apart from each other."""
    last = samples[-1]
    ends = sorted((axes.y(last[column]), f"{name} {last[column] / 1024:.1f}", colour)
                  for column, name, colour in CURVES)
    parts, free = [], 0
    for y, words, colour in reversed(ends):
        y = y if not parts else min(y, free)
        parts.append(text(LEFT + WIDTH + 8, y + 4, words).replace("<text", f'<text fill="{colour}"'))
        free = y - 13
    return parts


def curve(samples, axes, column, colour):
    points = " ".join(f"{axes.x(s['seconds']):.1f},{axes.y(s[column]):.1f}" for s in samples)
    parts = [f'<polyline points="{points}" fill="none" stroke="{colour}"/>']
    for number in (1, 3) if len(samples) > 3 and column != "idle_kib" else ():
        part = quarter(samples, number)
        y = axes.y(statistics.median(s[column] for s in part))
        parts.append(f'<line x1="{axes.x(part[0]["seconds"]):.1f}" '
                     f'x2="{axes.x(part[-1]["seconds"]):.1f}" y1="{y:.1f}" y2="{y:.1f}" '
                     f'stroke="#000" stroke-dasharray="4 3"/>')
    return parts


def picture(samples):
    axes = Axes(samples)
    last = samples[-1]
    width, height = LEFT + WIDTH + RIGHT, TOP + HEIGHT + BOTTOM
    title = "Soak: threads that start and end, handlers, forks, stops; all of them allocate and free"
    figures = (f"{last['operations']:,.0f} operations, {last['in_handlers']:,.0f} of them in handlers; "
               f"{last['threads']:,.0f} threads, {last['forks']:,.0f} forks, {last['stops']:,.0f} "
               f"stops; {last['failures']:.0f} failures")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'font-family="sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        text(LEFT, 18, title, weight="bold"),
        text(LEFT, 34, figures),
        *axes.drawn(),
    ]
    for column, _, colour in CURVES:
        parts += curve(samples, axes, column, colour)
    return "\n".join([*parts, *labels(samples, axes), "</svg>", ""])
