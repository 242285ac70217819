# SPDX-License-Identifier: MIT
"""The columns of the comparison: which program answers, with which library preloaded."""

import os
import pathlib
import subprocess
from dataclasses import dataclass

FLOOR = "floor"  # what the loops cost by themselves
OURS = "ours"
PEER = "peer"  # what ours are compared with
CONTROL = "control"  # a column a second time: its difference from the first is noise


@dataclass(frozen=True)
class Column:
    name: str
    role: str
    program: str
    preload: str = ""  # soname, found as the dynamic linker finds it
    package: str = ""  # Debian's name for it


# In this order they run, over and over. The control stands far from the column that it repeats.
COLUMNS = (
    Column("floor", FLOOR, "bench_floor"),
    Column("direct", OURS, "bench_direct"),
    Column("exported", OURS, "bench_exported"),
    Column("glibc", PEER, "bench_malloc"),
    Column("jemalloc", PEER, "bench_malloc", "libjemalloc.so.2", "libjemalloc2"),
    Column("tcmalloc", PEER, "bench_malloc", "libtcmalloc_minimal.so.4", "libtcmalloc-minimal4"),
    Column("mimalloc", PEER, "bench_malloc", "libmimalloc.so.2.0", "libmimalloc2.0"),
    Column("control", CONTROL, "bench_direct"),
)
CONTROLLED = "direct"


def environment(column):
    variables = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    if column.preload:
        variables["LD_PRELOAD"] = column.preload
    return variables


def library_of(column, programs):
    """The file that serves the column's allocations; None if it is not the one that was meant."""
    command = [str(programs / column.program), "--which"]
    result = subprocess.run(
        command, env=environment(column), capture_output=True, text=True, check=True)
    library = pathlib.Path(result.stdout.strip())
    if column.preload and not library.name.startswith(column.preload):
        return None
    return library.resolve()
