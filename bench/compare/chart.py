# SPDX-License-Identifier: MIT
"""The chart: an SVG without scripts or fonts. A panel for each question, a bar for each column. A bar's
length is the time as a multiple of the best peer's, so that questions of all sizes fit one picture;
the band around the best peer's is what the control makes of one library in two columns."""

from xml.sax.saxutils import escape

from columns import CONTROL, FLOOR, OURS
from questions import caption_of

INK, PALE, LINE, PAPER, BAND = "#1f2933", "#66737f", "#d7dde2", "#ffffff", "#f2c14e"
OWN = ("#b3202e", "#d9707a", "#e8893b")  # our columns, in order
FILL = {FLOOR: "#d7dde2"}
PEERS = "#8fa3b5"

ACROSS, MARGIN, PANEL_GAP = 3, 28, 30
PANEL, LABEL, VALUE = 330, 118, 62  # widths: of a panel, of its labels, of its figures
BAR, PITCH, HEAD, FOOT = 11, 16, 38, 18  # heights: a bar, a line, a panel's title, below a panel
TOP = 112
SHINE = ' fill-opacity="0.45"'
HALO = f' stroke="{PAPER}" stroke-width="3" paint-order="stroke"'  # what lies below does not shine through
BASE = BAR - 1.5  # of the letters beside a bar, below its top
LONGEST = 2.5  # best peers; longer bars are cut
UNITS = ((1e9, "s"), (1e6, "ms"), (1e3, "\N{MICRO SIGN}s"))


def value_text(value, unit):
    if unit != "ns":
        return f"{value:,.0f}"
    for size, name in UNITS:
        if value >= size:
            value, unit = value / size, name
            break
    return f"{value:.3g} {unit}" if value < 1000 else f"{value:.0f} {unit}"


def text(x, y, words, colour=INK, anchor="start", weight="400", size=11, more=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}" '
            f'font-weight="{weight}" font-size="{size}"{more}>{escape(words)}</text>')


def box(x, y, width, height, fill, more=""):
    return (f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}" '
            f'fill="{fill}"{more}/>')


class Panel:
    """One question."""

    def __init__(self, row, columns, colours, x, y):
        self.row, self.columns, self.colours = row, columns, colours
        self.x, self.y = x, y
        self.left = x + LABEL
        self.unit_width = (PANEL - LABEL - VALUE) / LONGEST
        self.height = len(columns) * PITCH

    def draw(self):
        top = self.y + HEAD
        yield text(self.x, self.y + 12, self.row.title, weight="700", size=13)
        yield text(self.x, self.y + 26, caption_of(self.row.title), PALE)
        best = self.left + self.unit_width
        if self.row.unit == "ns":
            half = min(self.row.resolution, 1) * self.unit_width
            yield box(best - half, top - 3, 2 * half, self.height + 2, BAND, SHINE)
        for number, column in enumerate(self.columns):
            yield from self.bar(column, top + number * PITCH)
        yield (f'<line x1="{best:.1f}" x2="{best:.1f}" y1="{top - 3}" '
               f'y2="{top + self.height - 1}" stroke="{INK}" stroke-dasharray="2 2"/>')
        for number, column in enumerate(self.columns):
            yield self.value(column, top + number * PITCH + BASE)

    def is_bold(self, column):
        return column.role == OURS or column.name == self.row.best_peer

    def width_of(self, column):
        ratio = self.row.ratio(column.name)
        return None if ratio is None else min(ratio, LONGEST) * self.unit_width

    def bar(self, column, y):
        colour, weight = (INK, "700") if self.is_bold(column) else (PALE, "400")
        yield text(self.left - 7, y + BASE, column.name, colour, "end", weight)
        width = self.width_of(column)
        if width is None:
            return
        yield box(self.left, y, width, BAR, self.colours[column.name], ' rx="1.5"')
        if self.row.ratio(column.name) > LONGEST:  # a gap in the bar says that it is cut
            cut = self.left + width - 12
            yield (f'<path d="M{cut:.1f} {y + BAR + 1} l4 -{BAR + 2} h3 l-4 {BAR + 2} z" '
                   f'fill="{PAPER}"/>')

    def value(self, column, base):
        width = self.width_of(column)
        if width is None:
            return text(self.left + 4, base, "not asked", PALE, more=HALO)
        words = value_text(self.row.figures[column.name].median, self.row.unit)
        weight = "700" if self.is_bold(column) else "400"
        return text(self.left + width + 5, base, words, weight=weight, more=HALO)


def colours_of(columns):
    own = iter(OWN)
    return {column.name: next(own) if column.role == OURS else FILL.get(column.role, PEERS)
            for column in columns}


def heading(results):
    content = results.content
    yield text(MARGIN, 34, "What an allocation and its free cost", weight="700", size=20)
    yield text(MARGIN, 54, content["machine"], PALE)
    yield text(MARGIN, 70, f"Medians of {content['processes']} processes, interleaved. A bar's length "
               "is relative to the best peer in the same run.", PALE)


def legend(colours, columns):
    entries = [(colours[c.name], c.heading, "") for c in columns if c.role == OURS]
    entries += [(PEERS, "other allocators", ""), (FILL[FLOOR], "floor: two empty calls", ""),
                (BAND, "as near to the best peer as the library to itself", SHINE)]
    x = MARGIN
    for fill, words, more in entries:
        yield box(x, 84, 11, 11, fill, more)
        yield text(x + 16, 93.5, words)
        x += 34 + 6.1 * len(words)


def chart(results):
    columns = [column for column in results.columns if column.role != CONTROL]
    rows = [row for row in results.rows if row.best_peer]
    colours = colours_of(columns)
    pitch = HEAD + len(columns) * PITCH + FOOT
    down = -(-len(rows) // ACROSS)
    width = 2 * MARGIN + ACROSS * PANEL + (ACROSS - 1) * PANEL_GAP
    height = TOP + down * pitch + MARGIN / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        "font-family=\"'Helvetica Neue', Arial, 'Liberation Sans', sans-serif\">",
        box(0, 0, width, height, PAPER),
        *heading(results),
        *legend(colours, columns),
    ]
    for number, row in enumerate(rows):
        x = MARGIN + number % ACROSS * (PANEL + PANEL_GAP)
        parts += Panel(row, columns, colours, x, TOP + number // ACROSS * pitch).draw()
    return "\n".join([*parts, "</svg>", ""])
