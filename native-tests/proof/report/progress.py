# SPDX-License-Identifier: MIT
"""What is under way, on stderr: one line that changes on a terminal, else a line a minute."""

import sys
import threading
import time

SECONDS_BETWEEN = 60


class Progress:
    def __init__(self, out=sys.stderr):
        self._out = out
        self._begin = time.monotonic()
        self._said = 0.0
        self._done = {}  # step -> how many records, and what the last was about
        self._lock = threading.Lock()

    def __call__(self, step, record):
        with self._lock:
            count, _ = self._done.get(step, (0, ""))
            about = record.get("path") or record.get("protocol") or record.get("name", "")
            self._done[step] = (count + 1, about)
            elapsed = time.monotonic() - self._begin
            if self._out.isatty():
                print(f"\r{self._line(elapsed):<100.100}", end="", file=self._out, flush=True)
            elif elapsed - self._said >= SECONDS_BETWEEN:
                self._said = elapsed
                print(self._line(elapsed), file=self._out, flush=True)

    def end(self):
        if self._out.isatty():
            print(f"\r{'':<100}\r", end="", file=self._out, flush=True)

    def _line(self, elapsed):
        parts = [f"{step} {count} ({about})" for step, (count, about) in self._done.items()]
        return f"{elapsed:4.0f} s: {', '.join(parts)}"
