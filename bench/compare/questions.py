# SPDX-License-Identifier: MIT
"""What the names of the benchmarks say: their titles, clocks, CPUs, and what they need."""

import pathlib
import re
import subprocess

# What Google Benchmark adds to the names of questions that do not want CPU time.
CLOCKS = {"/real_time": "real_time", "/manual_time": "real_time"}
FIXED = r"/iterations:\d+"
MEMINFO = pathlib.Path("/proc/meminfo")
ALLOCATORS_SHARE = 2.5  # live bytes need so much memory: holes, rounding
INSTRUCTIONS = "instructions"

CAPTIONS = {
    "pair": "allocate, write, free; by size",
    "batch": "so many of 64 bytes, then free them",
    "random_sizes": "replace random objects, 8 to 8192 bytes",
    "producer_consumer": "one allocates, others free",
    "larson": "threads exchange their objects",
    "handler": "a pair in a signal handler",
    "scaling": "the same work by more threads",
    "live_set": "batches beside a heap with holes",
    "thread_life": "start, one pair, end",
    "realloc_growth": "grow by half, again and again",
    "pressure": "replace objects, memory is full",
    "idle_memory": "give back 64 MiB",
    "worst_call": "the longest call, in instructions",
}


def questions_of(programs):
    """The names of all benchmarks that the programs have, in order."""
    names = {}
    for program in programs:
        result = subprocess.run(
            [str(program), "--benchmark_list_tests"], capture_output=True, text=True, check=True)
        names.update(dict.fromkeys(result.stdout.split()))
    return list(names)


def title_of(question):
    for suffix in CLOCKS:
        question = question.removesuffix(suffix)
    return re.sub(FIXED, "", question)


def caption_of(title):
    return CAPTIONS[title.partition("/")[0]]


def clock_of(question):
    """Without another thread to wait for, the time that other processes took need not count."""
    return next((clock for suffix, clock in CLOCKS.items() if question.endswith(suffix)), "cpu_time")


def unit_of(title):
    return INSTRUCTIONS if title.startswith("worst_call") else "ns"


def needs_all_cpus(question):
    return "/threads:" in question


def wants_little_memory(question):
    return question.startswith("pressure")


def missing_memory(question, meminfo=MEMINFO):
    """What a question needs beyond the memory that is there, in words; "" if it fits."""
    match = re.search(r"/mebibytes:(\d+)", question)
    if match is None or not meminfo.exists():
        return ""
    needed = int(match[1]) * ALLOCATORS_SHARE
    available = int(re.search(r"MemAvailable: +(\d+)", meminfo.read_text())[1]) / 1024
    if needed <= available:
        return ""
    return f"needs up to {needed:.0f} MiB, {available:.0f} MiB are available"
