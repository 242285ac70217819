# SPDX-License-Identifier: MIT
"""Measurements: each in a process of its own, the columns in turn, A B C A B C."""

import json
import os
import re
import subprocess
import time
from dataclasses import dataclass, field

from columns import CONTROL, OURS, SWITCHED, environment
from lengths import rounds_of, times_in_round
from questions import clock_of, needs_all_cpus, wants_little_memory

TIMEOUT_SECONDS = 300
NOT_ASKED = "not asked"  # what a program says of a question that makes no sense at its door
REMARK = "also "  # what a question says besides begins so


@dataclass(frozen=True)
class Sample:
    figure: float  # nanoseconds per pair
    peak_bytes: float
    remarks: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Setup:
    programs: object  # the folder
    own_malloc: object  # the file or None
    rounds: int
    seconds: float


def command_of(column, question, setup):
    return [
        str(setup.programs / column.program),
        f"--benchmark_filter=^{re.escape(question)}$",
        f"--benchmark_min_time={setup.seconds}",
        "--benchmark_format=json",
    ]


def sample_of(question, run):
    remarks = {name.removeprefix(REMARK): value for name, value in run.items()
               if name.startswith(REMARK)}
    return Sample(run[clock_of(question)] / run["pairs"], run["peak_bytes"], remarks)


def measure(column, question, setup):
    """A sample; None if the column's program does not answer this question."""
    cpus = os.sched_getaffinity(0)
    if not needs_all_cpus(question):
        cpus = {max(cpus)}  # the last: devices interrupt the first
    is_limited = wants_little_memory(question) and column.role in (OURS, SWITCHED, CONTROL)
    result = subprocess.run(
        command_of(column, question, setup), timeout=TIMEOUT_SECONDS, capture_output=True, text=True,
        env=environment(column, setup.own_malloc, is_limited),
        preexec_fn=lambda: os.sched_setaffinity(0, cpus))
    if result.returncode != 0:
        raise RuntimeError(f"{column.name}, {question}: exit {result.returncode}\n{result.stderr}")
    runs = json.loads(result.stdout)["benchmarks"] if result.stdout else []
    if not runs or runs[0].get("error_message") == NOT_ASKED:
        return None
    if runs[0].get("error_occurred"):
        raise RuntimeError(f"{column.name}, {question}: {runs[0]['error_message']}")
    return sample_of(question, runs[0])


class Progress:
    """How much of the work is done, and how long the rest may take."""

    def __init__(self, processes, show):
        self.processes, self.show = processes, show
        self.done, self.start = 0, time.monotonic()

    def step(self, words):
        self.done += 1
        spent = time.monotonic() - self.start
        left = spent / self.done * (self.processes - self.done)
        self.show(f"{self.done}/{self.processes} processes, {spent:.0f} s, {left:.0f} s left: {words}")


def measure_all(columns, questions, setup, patience, show):
    """samples[question][column name]: a list with a sample of each process."""
    samples = {question: {column.name: [] for column in columns} for question in questions}
    processes = len(columns) * sum(rounds_of(question, setup.rounds) for question in questions)
    progress = Progress(processes, show)
    for number in range(setup.rounds):
        for question in questions:
            for _ in range(times_in_round(question, number, setup.rounds)):
                for column in columns:
                    patience.wait()
                    sample = measure(column, question, setup)
                    if sample is not None:
                        samples[question][column.name].append(sample)
                    progress.step(f"{question}, {column.name}")
    return samples


def lengths_of_paths(program):
    """What native-tests/proof/proof_lengths says: a record for each path and door."""
    result = subprocess.run([str(program)], capture_output=True, text=True, check=True)
    records = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    return [{name: record[name] for name in ("function", "path", "door", "instructions")}
            for record in records]
