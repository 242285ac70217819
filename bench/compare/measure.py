# SPDX-License-Identifier: MIT
"""Measurements: each in a process of its own, the columns in turn, A B C A B C."""

import json
import os
import re
import subprocess
from dataclasses import dataclass

from columns import environment

TIMEOUT_SECONDS = 120
WALL = "/real_time"  # what Google Benchmark adds to the names of questions that need a wall clock


@dataclass(frozen=True)
class Sample:
    nanoseconds: float  # per pair
    peak_bytes: float


def questions_of(program, wanted):
    """The names of the benchmarks in a program that match."""
    result = subprocess.run(
        [str(program), "--benchmark_list_tests"], capture_output=True, text=True, check=True)
    return [name for name in result.stdout.split() if re.search(wanted, name)]


def title_of(question):
    return question.removesuffix(WALL)


def is_timed_by_wall(question):
    return question.endswith(WALL)


def needs_all_cpus(question):
    return "/threads:" in question


def measure(column, programs, question, seconds):
    command = [
        str(programs / column.program),
        f"--benchmark_filter=^{re.escape(question)}$",
        f"--benchmark_min_time={seconds}",
        "--benchmark_format=json",
    ]
    # One CPU, the last: devices interrupt the first.
    cpus = os.sched_getaffinity(0)
    if not needs_all_cpus(question):
        cpus = {max(cpus)}
    result = subprocess.run(
        command, env=environment(column), capture_output=True, text=True, check=True,
        timeout=TIMEOUT_SECONDS, preexec_fn=lambda: os.sched_setaffinity(0, cpus))
    [run] = json.loads(result.stdout)["benchmarks"]
    if run.get("error_occurred"):
        raise RuntimeError(f"{column.name}, {question}: {run['error_message']}")
    # Without another thread to wait for, the time that other processes took need not count.
    clock = "real_time" if is_timed_by_wall(question) else "cpu_time"
    return Sample(run[clock] / run["pairs"], run["peak_bytes"])


def measure_all(columns, programs, questions, rounds, seconds, patience, progress):
    """samples[question][column name]: a list with one sample a round."""
    samples = {question: {column.name: [] for column in columns} for question in questions}
    for number in range(rounds):
        progress(f"round {number + 1} of {rounds}")
        for question in questions:
            for column in columns:
                patience.wait()
                sample = measure(column, programs, question, seconds)
                samples[question][column.name].append(sample)
    return samples
