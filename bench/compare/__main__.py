# SPDX-License-Identifier: MIT
"""Runs the benchmark programs in turn and prints them side by side: see ../README.md."""

import argparse
import os
import pathlib
import re
import shlex
import sys

from chart import chart
from columns import choose_columns
from document import rewrite
from lengths import FULL, LENGTHS, NOT_FOR_SMOKE, USUAL
from measure import Setup, lengths_of_paths, measure_all
from questions import missing_memory, questions_of
from quiet import Patience
from results import Results
from smoke import check
from table import table

MORE_ARGUMENTS = "NLA_BENCH"  # an environment variable: ./build.sh bench takes none


def arguments():
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--programs", type=pathlib.Path, required=True,
                        help="the folder with the programs bench_*")
    parser.add_argument("--malloc", type=pathlib.Path, help="our malloc library, to be preloaded")
    parser.add_argument("--lengths", type=pathlib.Path, metavar="PROGRAM",
                        help="in a usual or full run: the program that counts the instructions of our paths")
    parser.add_argument("--length", choices=LENGTHS, default=USUAL, help=f"default: {USUAL}")
    parser.add_argument("--questions", help="a regular expression; default: the length's")
    parser.add_argument("--columns", default="", help="names with commas between; default: all with nothing switched on")
    parser.add_argument("--rounds", type=int, help="processes for a figure; default: the length's")
    parser.add_argument("--seconds", type=float, help="of a process; default: the length's")
    parser.add_argument("--patience", type=float, default=120,
                        help="seconds, in all, to wait for moments when nothing else runs")
    parser.add_argument("--json", type=pathlib.Path, help="write every sample there")
    parser.add_argument("--svg", type=pathlib.Path, help="write a chart there")
    parser.add_argument("--from", type=pathlib.Path, dest="source",
                        help="measure nothing, print the run in this JSON file")
    parser.add_argument("--document", type=pathlib.Path, help="rewrite the figures in this file")
    parser.add_argument("--smoke", action="store_true", help="does everything run?")
    return parser.parse_args(sys.argv[1:] + shlex.split(os.environ.get(MORE_ARGUMENTS, "")))


def show(words):
    if sys.stderr.isatty():
        print(f"\r{words:<100}", end="", file=sys.stderr, flush=True)


def choose_questions(all_questions, settings, length):
    wanted = length.questions if settings.questions is None else settings.questions
    chosen = []
    for question in all_questions:
        if not re.search(wanted, question):
            continue
        if settings.smoke and re.search(NOT_FOR_SMOKE, question):
            continue
        missing = missing_memory(question)
        if missing:
            print(f"skipped: {question}: {missing}")
        else:
            chosen.append(question)
    return chosen


def run(settings):
    length = LENGTHS["smoke" if settings.smoke else settings.length]
    setup = Setup(settings.programs, settings.malloc, settings.rounds or length.rounds,
                  settings.seconds or length.seconds)
    wanted = settings.columns.split(",") if settings.columns else []
    libraries = choose_columns(wanted, settings.programs, settings.malloc)
    if not libraries:
        sys.exit(f"bench: no column can be had of: {settings.columns}")
    columns = list(libraries)
    programs = dict.fromkeys(settings.programs / column.program for column in columns)
    questions = choose_questions(questions_of(programs), settings, length)
    if not questions:
        sys.exit("bench: no question is left")
    patience = Patience(0 if settings.smoke else settings.patience)
    samples = measure_all(columns, questions, setup, patience, show)
    paths = []
    is_whole = settings.length in (USUAL, FULL) and settings.questions is None and not settings.smoke
    if settings.lengths and is_whole:
        show("counting instructions")
        paths = lengths_of_paths(settings.lengths)
    show("")
    return Results.of_run(libraries, samples, paths, setup, patience)


def main():
    settings = arguments()
    results = Results.read(settings.source) if settings.source else run(settings)
    text, picture = table(results.columns, results.rows), chart(results)
    print(f"{results.describe()}\n\n{text}")
    if settings.json:
        results.write(settings.json)
    if settings.svg:
        settings.svg.write_text(picture)
    if settings.document:
        settings.document.write_text(rewrite(settings.document.read_text(), results))
    if settings.smoke:
        check(results, text, picture)


if __name__ == "__main__":
    main()
