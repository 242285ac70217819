# SPDX-License-Identifier: MIT
"""From samples to what is printed: medians, spread, the best peer, and what the control says."""

import statistics
from dataclasses import dataclass

from columns import CONTROL, CONTROLLED, OURS, PEER


@dataclass(frozen=True)
class Figure:
    nanoseconds: float  # median
    spread: float  # half of what lies between the quartiles, as a part of the median
    peak_bytes: float  # median


@dataclass(frozen=True)
class Row:
    question: str
    figures: dict  # column name -> Figure
    best_peer: str  # "" if there was none
    ratios: dict  # name of each of our columns -> its time as a multiple of the best peer's
    noise: float  # difference of the control from the column that it repeats, as a part

    def is_tie(self, name):
        return abs(self.ratios[name] - 1) <= self.noise


def figure_of(samples):
    times = [sample.nanoseconds for sample in samples]
    median = statistics.median(times)
    spread = 0.0
    if len(times) > 1:
        low, _, high = statistics.quantiles(times, n=4, method="inclusive")
        spread = (high - low) / 2 / median
    return Figure(median, spread, statistics.median(sample.peak_bytes for sample in samples))


def row_of(question, columns, samples):
    figures = {column.name: figure_of(samples[column.name]) for column in columns}
    time_of = {name: figure.nanoseconds for name, figure in figures.items()}
    peers = [column.name for column in columns if column.role == PEER]
    best = min(peers, key=time_of.get, default="")
    ours = [column.name for column in columns if column.role == OURS]
    ratios = {name: time_of[name] / time_of[best] for name in ours} if best else {}
    controls = [column.name for column in columns if column.role == CONTROL]
    noise = max(
        (abs(time_of[name] / time_of[CONTROLLED] - 1) for name in controls
         if CONTROLLED in time_of), default=float("nan"))
    return Row(question, figures, best, ratios, noise)
