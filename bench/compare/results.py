# SPDX-License-Identifier: MIT
"""A run as JSON: every sample, and what is needed to print it again."""

import dataclasses
import json
import os
import pathlib
import platform

from columns import COLUMNS
from figures import row_of
from measure import Sample


def machine():
    model = platform.processor()
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    if cpuinfo.exists():
        fields = dict(line.split("\t: ", 1) for line in
                      (line.replace("\t\t:", "\t:") for line in cpuinfo.read_text().splitlines())
                      if "\t: " in line)
        model = (f"{fields.get('model name', model)} (family {fields.get('cpu family', '?')}, "
                 f"model {fields.get('model', '?')}, {fields.get('cache size', '?')} cache)")
    return (f"{model}, {len(os.sched_getaffinity(0))} CPUs, Linux {platform.release()}, "
            f"{' '.join(platform.libc_ver())}")


class Results:
    def __init__(self, content):
        self.content = content
        self.columns = [c for c in COLUMNS if c.name in content["libraries"]]
        self.rows = [
            row_of(question, self.columns,
                   {name: [Sample(**s) for s in some] for name, some in samples.items()})
            for question, samples in content["samples"].items()
        ]

    @staticmethod
    def of_run(libraries, samples, paths, setup, patience):
        return Results({
            "machine": machine(),
            "rounds": setup.rounds,
            "seconds": setup.seconds,
            "processes": patience.waits,
            "disturbed": patience.disturbed,
            "libraries": {column.name: library.name for column, library in libraries.items()},
            "samples": {question: {name: [dataclasses.asdict(s) for s in some]
                                   for name, some in named.items()}
                        for question, named in samples.items()},
            "paths": paths,
        })

    @staticmethod
    def read(path):
        return Results(json.loads(path.read_text()))

    def write(self, path):
        path.write_text(json.dumps(self.content, indent=1) + "\n")

    def describe(self):
        return (f"{self.content['machine']}; {self.content['disturbed']} of "
                f"{self.content['processes']} processes began beside others")
