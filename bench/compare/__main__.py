# SPDX-License-Identifier: MIT
"""Runs the benchmark programs in turn and prints them side by side: see ../README.md."""

import argparse
import dataclasses
import json
import math
import os
import pathlib
import platform
import sys
import xml.etree.ElementTree

from chart import chart
from columns import COLUMNS, library_of
from figures import row_of
from measure import measure_all, questions_of, title_of
from quiet import Patience
from table import table

SMOKE = "^(pair/64|batch/64|random_sizes|producer_consumer|larson|handler|thread_life)"


def arguments():
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--programs", type=pathlib.Path, required=True,
                        help="the folder with the programs bench_*")
    parser.add_argument("--questions", default="", help="a regular expression; default: all")
    parser.add_argument("--columns", default="", help="names with commas between; default: all")
    parser.add_argument("--rounds", type=int, default=11, help="processes for each figure")
    parser.add_argument("--seconds", type=float, default=0.05, help="time for each process")
    parser.add_argument("--patience", type=float, default=240,
                        help="seconds, in all, to wait for moments when nothing else runs")
    parser.add_argument("--json", type=pathlib.Path, help="write every sample there")
    parser.add_argument("--svg", type=pathlib.Path, help="write a bar chart there")
    parser.add_argument("--smoke", action="store_true", help="does everything run?")
    return parser.parse_args()


def progress(words):
    if sys.stderr.isatty():
        print(f"\r{words}", end=" ", file=sys.stderr, flush=True)


def choose_columns(names, programs):
    """The columns that can be had, and the file that serves each. What is missing is named."""
    wanted = names.split(",") if names else [column.name for column in COLUMNS]
    libraries = {}
    for column in COLUMNS:
        if column.name not in wanted:
            continue
        library = library_of(column, programs)
        if library is None:
            print(f"skipped: {column.name}, no {column.preload} (Debian's {column.package})")
        else:
            libraries[column] = library
    return libraries


def machine():
    model = platform.processor()
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = [line for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = lines[0].partition(": ")[2] if lines else model
    return f"{model}, {len(os.sched_getaffinity(0))} CPUs, Linux {platform.release()}"


def to_json(rows, samples, libraries, settings):
    return {
        "machine": machine(),
        "rounds": settings.rounds,
        "seconds": settings.seconds,
        "libraries": {column.name: library.name for column, library in libraries.items()},
        "questions": [
            {
                "question": title_of(row.question),
                "columns": {
                    name: {
                        **dataclasses.asdict(figure),
                        "samples": [s.nanoseconds for s in samples[row.question][name]],
                    }
                    for name, figure in row.figures.items()
                },
                "best_peer": row.best_peer,
                "ratios": row.ratios,
                "noise": None if math.isnan(row.noise) else row.noise,
            }
            for row in rows
        ],
    }


def check(columns, rows, text, picture):
    """The smoke test: every figure is there, and the chart is one."""
    xml.etree.ElementTree.fromstring(picture)
    assert rows and all(title_of(row.question) in text for row in rows)
    for row in rows:
        assert all(row.figures[c.name].nanoseconds > 0 for c in columns), row
        assert all(row.figures[c.name].peak_bytes > 0 for c in columns), row
    print(f"smoke: {len(rows)} questions, {len(columns)} columns")


def main():
    settings = arguments()
    if settings.smoke:
        settings.rounds, settings.seconds, settings.patience = 1, 0.0005, 0
        settings.questions = SMOKE
    libraries = choose_columns(settings.columns, settings.programs)
    columns = list(libraries)
    if not columns:
        sys.exit(f"bench: no column can be had of: {settings.columns}")
    questions = questions_of(settings.programs / columns[0].program, settings.questions)

    patience = Patience(settings.patience)
    samples = measure_all(
        columns, settings.programs, questions, settings.rounds, settings.seconds, patience,
        progress)
    progress("\n")
    rows = [row_of(question, columns, samples[question]) for question in questions]

    text, picture = table(columns, rows), chart(columns, rows)
    processes = settings.rounds * len(questions) * len(columns)
    print(f"{machine()}; {patience.disturbed} of {processes} processes began beside others")
    print(f"ns per allocation and free; median of {settings.rounds} processes a figure\n")
    print(text)
    if settings.json:
        content = to_json(rows, samples, libraries, settings)
        settings.json.write_text(json.dumps(content, indent=2) + "\n")
    if settings.svg:
        settings.svg.write_text(picture)
    if settings.smoke:
        check(columns, rows, text, picture)


if __name__ == "__main__":
    main()
