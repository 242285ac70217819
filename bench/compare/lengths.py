# SPDX-License-Identifier: MIT
"""How long a run is: which questions are asked, and how many processes answer each."""

import math
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Length:
    questions: str  # a regular expression
    rounds: int
    seconds: float  # of each process


LENGTHS = {
    "smoke": Length("", 1, 0.0005),
    "quick": Length(
        "^(pair/64|batch/64|random_sizes|producer_consumer/threads:2|larson|handler)(/|$)", 5, 0.03),
    "usual": Length(
        r"^(pair/(8|64|1024|8192)|batch|random_sizes|producer_consumer|larson|handler"
        r"|scaling/threads:(2|64)|live_set/mebibytes:64|thread_life/lives:100|realloc_growth"
        r"|pressure|idle_memory|worst_call)(/|$)", 7, 0.03),
    "full": Length("", 11, 0.05),
}
USUAL, FULL = "usual", "full"

# Questions that are asked more often, or less often, than the others. A process of producer and
# consumer settles into one of two speeds; a shared machine has two, too, which the shortest questions
# see; what takes seconds says the same every time.
SHARES = (
    (r"^(pair|batch)", 6, math.inf),
    (r"^producer_consumer", 3, math.inf),
    (r"^larson", 2, math.inf),
    (r"mebibytes:(1024|8192)|lives:100000|^scaling/threads:64", 0.5, 5),
    (r"^worst_call", 0.1, 1),
)

# Too much for a test of whether everything runs.
NOT_FOR_SMOKE = r"mebibytes:(64|1024|8192)|lives:100000|pair/(?!64$)|worst_call/free"


def rounds_of(question, rounds):
    """How many processes answer a question in so many rounds."""
    if rounds == 1:
        return 1
    for pattern, share, most in SHARES:
        if re.search(pattern, question):
            return max(1, min(round(rounds * share), most))
    return rounds


def times_in_round(question, number, rounds):
    """How many of them run in a round: as evenly as whole numbers allow, the first at once."""
    total = rounds_of(question, rounds)
    return -(-total * (number + 1) // rounds) - -(-total * number // rounds)
