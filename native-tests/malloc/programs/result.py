# SPDX-License-Identifier: MIT
"""What a command wrote and how it ended."""

import subprocess


class Result:
    def __init__(self, output, errors, status):
        self.output = output
        self.errors = errors
        self.status = status

    def __add__(self, later):
        return Result(self.output + later.output, self.errors + later.errors, self.status or later.status)


def run(command, environment, seconds=200):
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds,
                              errors="replace", check=False)
    except subprocess.TimeoutExpired:
        return Result("", f"{command[0]} did not end in {seconds} seconds", -1)
    return Result(done.stdout, done.stderr, done.returncode)
