# SPDX-License-Identifier: MIT
"""NLA_PROOF_SECONDS, and what each step gets of it."""

DEFAULT_SECONDS = 1200

# Each step's part: two run at once, so that all of these take nine tenths of the seconds. The
# planted bugs take what they take, ten minutes or so, and are not in here.
PARTS = {"proof_interrupted": 0.5, "schedules": 0.3, "proof_abandoned": 0.25, "proof_forked": 0.2,
         "proof_stopped": 0.2, "proof_disturbed": 0.2, "proof_settled": 0.15}
OF_ANOTHER = 0.25

# Of each protocol, for each second, beyond its bound: short ones would come to millions.
SCHEDULES_A_SECOND = 40


class BadBudget(Exception):
    pass


def seconds_of(text):
    """What the environment says, where it says something."""
    if not text:
        return float(DEFAULT_SECONDS)
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds < float("inf"):
        raise BadBudget(f"NLA_PROOF_SECONDS is a number of seconds, not {text!r}")
    return seconds


def budget_of(step, seconds):
    return seconds * PARTS.get(step, OF_ANOTHER)


def schedules_environment(seconds):
    """For the explorer: how long it may take in all, and how many schedules one protocol."""
    return {"NOLOCKALLOC_SCHEDULES_SECONDS": f"{budget_of('schedules', seconds):.0f}",
            "NOLOCKALLOC_SCHEDULES": str(int(seconds * SCHEDULES_A_SECOND))}
