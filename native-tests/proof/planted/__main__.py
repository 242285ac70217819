# SPDX-License-Identifier: MIT
"""Plants one mistake at a time in a copy of the sources, builds the library from it, and runs the
check that must notice. Prints a line of JSON for each. Status 1 if a mistake went unnoticed."""

import argparse
import concurrent.futures
import json
import pathlib
import sys

from detectors import CAUGHT, LIMIT_SECONDS, WAIT_SECONDS, Detectors, is_of_sources, verdict_of
from rules import check, read_rules
from workspace import BuildFailed, Workspace

HERE = pathlib.Path(__file__).parent
RIGHT = "nothing"  # the name of the library without a mistake


def arguments():
    parser = argparse.ArgumentParser(prog="planted", description=__doc__)
    parser.add_argument("--source", type=pathlib.Path, required=True, help="the top of the tree")
    parser.add_argument("--rules", action="store_true", help="only: does every rule still apply?")
    parser.add_argument("--build-only", action="store_true", help="run no detector")
    parser.add_argument("--only", default="", help="names of rules with commas between")
    parser.add_argument("--workspace", type=pathlib.Path, help="a folder that is made anew")
    parser.add_argument("--programs", type=pathlib.Path, action="append", default=[],
                        help="a folder with programs that load the shared library")
    parser.add_argument("--cmake", default="cmake")
    parser.add_argument("--dotnet", default="dotnet")
    parser.add_argument("--define", action="append", default=[], help="for CMake: NAME=VALUE")
    return parser.parse_args()


def explorer(settings):
    """Without the rules of style, which a mistake need not keep."""
    return [
        settings.dotnet, "test", "managed/NoLockAlloc.Tests/NoLockAlloc.Tests.csproj", "-c",
        "Release", "--nologo", "-p:UseSharedCompilation=false",
        "-p:TreatWarningsAsErrors=false", "-p:EnforceCodeStyleInBuild=false",
        f"-p:ArtifactsPath={settings.workspace / 'explorer'}"]


class Planting:
    """Builds in this thread; the detectors run beside, one at a time, so that each has a CPU."""

    def __init__(self, settings, workspace):
        self._workspace = workspace
        logs = settings.workspace / "logs"
        logs.mkdir()
        self._detectors = Detectors(settings.programs, explorer(settings), logs)
        self._build_only = settings.build_only
        self._right = workspace.build(RIGHT)
        self._without = {}  # detector -> what it says of the library as it is

    def plant_all(self, rules):
        with concurrent.futures.ThreadPoolExecutor(1) as beside:
            return all([job.result() for job in [self._plant(beside, rule) for rule in rules]])

    def _plant(self, beside, rule):
        if not self._build_only:
            self._wait(rule, beside.submit(self._try_without, rule))
        with self._workspace.planted(rule):
            job = beside.submit(self._judge, rule, *self._build(rule))
            self._wait(rule, job)
            return job

    def _wait(self, rule, job):
        """The sources must stay as they are for as long as the detector reads them."""
        if is_of_sources(rule.detector):
            job.result()

    def _build(self, rule):
        """The library, and why there is no use in trying it."""
        try:
            library = self._workspace.build(rule.name)
        except BuildFailed as error:
            print(error, file=sys.stderr)
            return None, "not built"
        if self._workspace.is_like(library, self._right):
            return library, "not known: the library is the same with and without it"
        return library, "builds" if self._build_only else ""

    def _try_without(self, rule):
        if rule.detector not in self._without:
            self._without[rule.detector] = self._detectors.run(
                f"{rule.name}-without", rule.detector, self._right, self._workspace.tree)

    def _judge(self, rule, library, verdict):
        if not verdict:
            limit = WAIT_SECONDS if rule.may_hang else LIMIT_SECONDS
            result = self._detectors.run(
                rule.name, rule.detector, library, self._workspace.tree, limit)
            verdict = verdict_of(rule, result, self._without[rule.detector])
        record = {
            "check": "planted", "name": rule.name, "mistake": rule.mistake,
            "detector": rule.detector, "verdict": verdict, "caught": verdict == CAUGHT}
        print(json.dumps(record), flush=True)
        return verdict in (CAUGHT, "builds")


def main():
    settings = arguments()
    rules = read_rules(HERE / "rules")
    if settings.only:
        rules = [rule for rule in rules if rule.name in settings.only.split(",")]
    complaints = check(rules, settings.source)
    if complaints or not rules:
        sys.exit("planted: " + "\n".join(complaints or ["no such rule"]))
    if settings.rules:
        print(f"{len(rules)} rules apply")
        return
    settings.workspace = settings.workspace.resolve()
    settings.source = settings.source.resolve()
    workspace = Workspace(settings.source, settings.workspace, settings.cmake, settings.define)
    sys.exit(0 if Planting(settings, workspace).plant_all(rules) else 1)


if __name__ == "__main__":
    main()
