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
SECONDS_BETWEEN_LOOKS = 1


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
                       or record.get("enough") is False for record in self.records)
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


class Follower:
    """Notes the records in a file while a program writes them. "": there is none."""

    def __init__(self, path, note):
        self._path = path
        self._note = note
        self._read = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def end(self):
        """The program has ended."""
        self._end.set()
        self._thread.join()

    def _follow(self):
        while self._path and not self._end.wait(SECONDS_BETWEEN_LOOKS):
            self._look()
        if self._path:
            self._look()

    def _look(self):
        """At the whole lines that came since."""
        if not os.path.exists(self._path):
            return
        with open(self._path, "rb") as file:
            file.seek(self._read)
            lines, end, _ = file.read().rpartition(b"\n")
        self._read += len(lines) + len(end)
        for record in map(parse, lines.decode(errors="replace").splitlines()):
            if record:
                self._note(record)


def run(step, folder, progress):
    begin = time.monotonic()
    limit = step.budget * GRACE + GRACE_SECONDS if step.budget else step.limit
    records = []

    def note(record):
        records.append(record)
        progress(step.name, record)

    follower = Follower(step.records_file, note)
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
                note(record)
        status = process.wait()
        is_hung = not guard.is_alive()
        guard.cancel()
    follower.end()
    return Result(step, records, "hung" if is_hung else status, time.monotonic() - begin)


def run_all(steps, folder, progress):
    """Two at a time, in this order."""
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = [pool.submit(run, step, folder, progress) for step in steps]
        return [job.result() for job in jobs]
