# SPDX-License-Identifier: MIT
"""What the last line says, and whether it is good."""

from dataclasses import dataclass

from tables import count_text


@dataclass(frozen=True)
class Verdict:
    runs: int  # of interrupted, abandoned, forked and stopped calls
    schedules: int
    planted: int
    tests: int  # that interrupt calls, too
    lost: int
    failures: int
    unfinished: int  # checks that ran out of budget: neither a pass nor a failure
    uncaught: int
    broken: tuple  # names of steps that ended badly and did not say why

    @property
    def is_good(self):
        return not (self.failures or self.unfinished or self.uncaught or self.broken)

    def __str__(self):
        text = (f"{count_text(self.runs)} calls interrupted, abandoned, forked or stopped; "
                f"{count_text(self.lost)} objects in hand lost; "
                f"{count_text(self.schedules)} schedules; "
                f"{self.planted - self.uncaught} of {self.planted} planted bugs caught; "
                f"{self.tests} tests that interrupt, too")
        for count, what in ((self.unfinished, "protocols not explored to their bound"),
                            (self.uncaught, "planted bugs not caught")):
            text += f"; {count} {what}" if count else ""
        text += f"; ended badly: {', '.join(self.broken)}" if self.broken else ""
        return f"{text}; {self.failures} failures"


def verdict_of(rows, schedules, planted, results, tests=()):
    return Verdict(
        runs=sum(sum(row.runs.values()) for row in rows),
        schedules=sum(record["runs"] for record in schedules),
        planted=len(planted),
        tests=len(tests),
        lost=sum(row.lost for row in rows),
        failures=sum(row.failures for row in rows)
        + sum(record["failures"] for record in [*schedules, *tests]),
        unfinished=sum(
            not (record["enough"] or record["failures"]) for record in schedules),
        uncaught=sum(not record["caught"] for record in planted),
        broken=tuple(result.step.name for result in results if result.is_broken))
