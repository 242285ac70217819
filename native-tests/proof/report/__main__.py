# SPDX-License-Identifier: MIT
"""The proof: runs its programs, the explorer of schedules and the planted bugs, two at a time, and
prints what each did. Status 1 if there is a failure, or a mistake that was not noticed."""

import argparse
import dataclasses
import json
import os
import pathlib
import sys

from budget import BadBudget, budget_of, schedules_environment, seconds_of
from coverage import cover, read_library, read_reasons, read_stepped
from progress import Progress
from rows import rows_of
from steps import Step, run_all
from tables import calls_table, coverage_summary, coverage_table, planted_table, schedules_table
from verdict import verdict_of

HERE = pathlib.Path(__file__).parent


def arguments():
    parser = argparse.ArgumentParser(prog="proof", description=__doc__)
    parser.add_argument("--library", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="a folder for the report")
    parser.add_argument("--program", type=pathlib.Path, action="append", default=[])
    parser.add_argument("--seconds", default=os.environ.get("NLA_PROOF_SECONDS"),
                        help="for all but planted bugs; default: NLA_PROOF_SECONDS, or 20 minutes")
    parser.add_argument("--objdump", default="objdump")
    parser.add_argument("--nm", default="nm")
    for step in ("schedules", "planted-all", "tests"):
        parser.add_argument(f"--{step}", action="append", default=[],
                            help="a word of that command")
    settings = parser.parse_args()
    try:
        settings.seconds = seconds_of(settings.seconds)
    except BadBudget as error:
        parser.error(str(error))
    return settings


def pcs_file(settings, step):
    return settings.out / f"{step}.pcs"


def steps_of(settings):
    """The longest first; how long the planted bugs take is not known."""
    steps = []
    for program in settings.program:
        budget = budget_of(program.name, settings.seconds)
        command = [str(program), "--budget", f"{budget:.0f}", "--pcs",
                   str(pcs_file(settings, program.name))]
        steps.append(Step(program.name, command, budget))
    if settings.schedules:
        report = settings.out / "schedules.jsonl"
        budget = budget_of("schedules", settings.seconds)
        steps.append(Step(
            "schedules", settings.schedules, budget, records_file=str(report), environment={
                "NOLOCKALLOC_SCHEDULES_REPORT": str(report),
                **schedules_environment(settings.seconds)}))
    steps.sort(key=lambda step: -step.budget)
    if settings.tests:
        steps.insert(1, Step("tests", settings.tests, environment={
            "NLA_STEPPED": str(pcs_file(settings, "tests"))}))
    if settings.planted_all:
        steps.insert(1, Step("planted", settings.planted_all))
    return steps


def clear(folder):
    """Nothing of an earlier run may be taken for this one's."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.is_file():
            path.unlink()


def failures_text(records):
    failed = [record for record in records if record.get("failures")]
    return "".join(f"FAILED: {json.dumps(record)}\n" for record in failed)


def text_of(rows, schedules, planted, functions, padding, idle):
    parts = []
    if rows:
        parts += ["Calls; *: every instruction had a turn, but not with every handler; ~: only a sample had one",
                  calls_table(rows)]
    if schedules:
        parts += ["Schedules of two threads and their handlers; a turn: the other thread goes on, or a "
                  "handler comes", schedules_table(schedules)]
    if planted:
        parts += ["Planted bugs, and the checks that must notice", planted_table(planted)]
    parts += ["Coverage: instructions of the library that were stepped",
              coverage_table([f for f in functions if not f.is_linker_made]),
              coverage_summary(functions, padding)]
    if idle:
        parts.append("Reasons that explain nothing any more: " + "; ".join(idle))
    return "\n\n".join(parts) + "\n"


def main():
    settings = arguments()
    clear(settings.out)
    progress = Progress()
    results = run_all(steps_of(settings), settings.out, progress)
    progress.end()

    records = [record for result in results for record in result.records]
    schedules = [record for record in records if record["check"] == "schedules"]
    planted = [record for record in records if record["check"] == "planted"]
    rows = rows_of(records)
    functions, padding = read_library(settings.library, settings.objdump, settings.nm)
    stepped = read_stepped(settings.out.glob(pcs_file(settings, "*").name))
    idle = cover(functions, stepped, read_reasons((HERE / "unreached.txt").read_text()))
    tests = [record for record in records if record["check"] == "tests"]
    verdict = verdict_of(rows, schedules, planted, results, tests)

    text = text_of(rows, schedules, planted, functions, padding, idle)
    text += f"\n{failures_text(records)}{verdict}\n"
    print(text, end="")
    (settings.out / "proof.txt").write_text(text)
    (settings.out / "proof.json").write_text(json.dumps({
        "seconds": {result.step.name: round(result.seconds) for result in results},
        "records": records,
        "coverage": [dataclasses.asdict(function) for function in functions],
        "verdict": dataclasses.asdict(verdict),
    }, indent=1) + "\n")
    sys.exit(0 if verdict.is_good else 1)


if __name__ == "__main__":
    main()
