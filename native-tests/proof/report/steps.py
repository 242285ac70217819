# SPDX-License-Identifier: MIT
"""The steps of the proof: each is a program that prints a line of JSON for each thing it did."""

import concurrent.futures
import json
import os
import subprocess
import threading
import time
from dataclasses import dataclass, field

AT_ONCE = 2
GRACE = 3  # times its budget a step may take, and ten minutes, before it counts as hung
GRACE_SECONDS = 600


@dataclass(frozen=True)
class Step:
    name: str
    command: list
    budget: float = 0  # seconds that it was told to keep within; 0: it takes what it takes
    limit: float = 3600  # seconds for those
    environment: dict = field(default_factory=dict)
    records_file: str = ""  # where it writes its records, if not to stdout


@dataclass(frozen=True)
class Result:
    step: Step
    records: list
    status: object  # of the process; "hung"
    seconds: float

    @property
    def is_broken(self):
        """It ended in the middle, or badly though no record of it says why."""
        said_why = any(record.get("failures") or record.get("caught") is False
                       for record in self.records)
        has_ended = self.status == 0 or (self.status == 1 and said_why)
        return not has_ended or not self.records


def parse(line):
    """The record in a line of a program's output, or None."""
    if not line.startswith("{"):
        return None
    try:
        record = json.loads(line)
    except json.JSONDecodeError:
        return None
    return record if isinstance(record, dict) and "check" in record else None


def run(step, folder, progress):
    begin = time.monotonic()
    limit = step.budget * GRACE + GRACE_SECONDS if step.budget else step.limit
    records = []
    with (folder / f"{step.name}.log").open("w") as log:
        process = subprocess.Popen(
            step.command, stdout=subprocess.PIPE, stderr=log, text=True, errors="replace",
            env={**os.environ, **step.environment})
        guard = threading.Timer(limit, process.kill)
        guard.start()
        for line in process.stdout:
            record = parse(line)
            if record is None:
                log.write(line)
                log.flush()
            else:
                records.append(record)
                progress(step.name, record)
        status = process.wait()
        is_hung = not guard.is_alive()
        guard.cancel()
    if step.records_file and os.path.exists(step.records_file):
        with open(step.records_file) as file:
            records += [record for record in map(parse, file) if record]
    return Result(step, records, "hung" if is_hung else status, time.monotonic() - begin)


def run_all(steps, folder, progress):
    """Two at a time, in this order."""
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = [pool.submit(run, step, folder, progress) for step in steps]
        return [job.result() for job in jobs]
