# SPDX-License-Identifier: MIT
"""Waiting for moments in which nothing else runs on the machine."""

import pathlib
import time

LOADAVG = pathlib.Path("/proc/loadavg")  # "0.20 0.18 0.12 1/80 11206": running/all
GLANCES = 6
SECONDS_BETWEEN = 0.01


def is_quiet():
    running = LOADAVG.read_text().split()[3].partition("/")[0]
    return int(running) <= 1  # we ourselves


class Patience:
    """Waits before each process, as long as it lasts in all."""

    def __init__(self, seconds):
        self.left = seconds if LOADAVG.exists() else 0
        self.waits = 0
        self.disturbed = 0  # processes that were started although something else ran

    def wait(self):
        self.waits += 1
        calm = 0
        while calm < GLANCES and self.left > 0:
            calm = calm + 1 if is_quiet() else 0
            time.sleep(SECONDS_BETWEEN)
            self.left -= SECONDS_BETWEEN
        self.disturbed += calm < GLANCES
