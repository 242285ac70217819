# SPDX-License-Identifier: MIT
"""From samples to what is printed: medians, spread, the best peer, and what the control says."""

import math
import statistics
from dataclasses import dataclass

from columns import CONTROL, CONTROLLED, PEER
from questions import title_of, unit_of

ALWAYS_A_TIE = 0.02  # on any machine, whatever one control says


@dataclass(frozen=True)
class Figure:
    median: float
    spread: float  # half of what lies between the quartiles, as a part of the median
    peak_bytes: float  # median
    remarks: dict  # medians


@dataclass(frozen=True)
class Row:
    title: str
    unit: str
    figures: dict  # column name -> Figure, of those that answer
    best_peer: str  # "" if there was none
    control: float  # difference of the control from the column that it repeats, as a part; or NaN

    @property
    def resolution(self):
        """Of a smaller difference nothing is concluded."""
        return ALWAYS_A_TIE if math.isnan(self.control) else max(self.control, ALWAYS_A_TIE)

    def ratio(self, name):
        """To the best peer; None where there is nothing to compare."""
        best = self.figures.get(self.best_peer)
        if best is None or name not in self.figures or best.median == 0:
            return None
        return self.figures[name].median / best.median

    def is_tie(self, name):
        return name != self.best_peer and abs(self.ratio(name) - 1) <= self.resolution

    def remarks(self):
        """Names of what the question says besides."""
        return list(dict.fromkeys(name for f in self.figures.values() for name in f.remarks))


def spread_of(values, median):
    if len(values) < 2 or median == 0:
        return 0.0
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return (high - low) / 2 / median


def figure_of(samples):
    values = [sample.figure for sample in samples]
    median = statistics.median(values)
    remarks = {name: statistics.median(sample.remarks[name] for sample in samples)
               for name in samples[0].remarks}
    peak = statistics.median(sample.peak_bytes for sample in samples)
    return Figure(median, spread_of(values, median), peak, remarks)


def row_of(question, columns, samples):
    figures = {c.name: figure_of(samples[c.name]) for c in columns if samples.get(c.name)}
    peers = [c.name for c in columns if c.role == PEER and c.name in figures]
    best = min(peers, key=lambda name: figures[name].median, default="")
    controls = [c.name for c in columns if c.role == CONTROL and c.name in figures]
    control = float("nan")
    if controls and CONTROLLED in figures and figures[CONTROLLED].median:
        control = abs(figures[controls[0]].median / figures[CONTROLLED].median - 1)
    return Row(title_of(question), unit_of(question), figures, best, control)
