# SPDX-License-Identifier: MIT
"""The columns of the comparison: which program answers, with which library preloaded."""

import os
import pathlib
import subprocess
from dataclasses import dataclass

FLOOR = "floor"  # what the loops cost by themselves
OURS = "ours"
PEER = "peer"  # what ours are compared with
SWITCHED = "switched"  # ours with something on that is off by default; only if asked for by name
CONTROL = "control"  # a column a second time: its difference from the first is noise

OWN_MALLOC = "own malloc"  # to be preloaded: the file that --malloc names
LIMITS = "arena=128m,threads=16"  # of our columns in questions that want little memory


@dataclass(frozen=True)
class Column:
    name: str
    role: str
    program: str
    preload: str = ""  # soname, found as the dynamic linker finds it
    package: str = ""  # Debian's name for what is missing
    title: str = ""  # what a reader sees, if not the name
    options: str = ""  # for NOLOCKALLOC_OPTIONS

    @property
    def heading(self):
        return self.title or self.name


# In this order they run, over and over. The control stands far from the column that it repeats.
COLUMNS = (
    Column("floor", FLOOR, "bench_floor"),
    Column("direct", OURS, "bench_direct", title="nolockalloc (direct)"),
    Column("exported", OURS, "bench_exported", title="nolockalloc (exported)"),
    Column("malloc", OURS, "bench_malloc_anywhere", OWN_MALLOC, "", "nolockalloc (malloc)"),
    Column("glibc", PEER, "bench_malloc"),
    Column("jemalloc", PEER, "bench_malloc", "libjemalloc.so.2", "libjemalloc2"),
    Column("tcmalloc", PEER, "bench_malloc", "libtcmalloc_minimal.so.4", "libtcmalloc-minimal4"),
    Column("mimalloc", PEER, "bench_malloc", "libmimalloc.so.2.0", "libmimalloc2.0"),
    Column("AO_malloc", PEER, "bench_ao_malloc", "", "libatomic-ops-dev"),
    Column("accounted", SWITCHED, "bench_accounted"),
    Column("tagged", SWITCHED, "bench_tagged"),
    Column("nodes", SWITCHED, "bench_direct", options="nodes=2"),
    Column("preempt_rt", SWITCHED, "bench_direct", options="preempt_rt"),
    Column("slub_tiny", SWITCHED, "bench_direct", options="slub_tiny"),
    Column("slub_debug", SWITCHED, "bench_direct", options="slub_debug=FZP"),
    Column("slub_debug_U", SWITCHED, "bench_direct", options="slub_debug=FZPU"),
    Column("control", CONTROL, "bench_direct"),
)
CONTROLLED = "direct"


def environment(column, own_malloc, is_limited=False):
    variables = {name: value for name, value in os.environ.items()
                 if name not in ("LD_PRELOAD", "NOLOCKALLOC_OPTIONS")}
    variables["LD_BIND_NOW"] = "1"  # what the dynamic linker does is nobody's first call
    if column.preload:
        variables["LD_PRELOAD"] = str(own_malloc) if column.preload == OWN_MALLOC else column.preload
    options = [column.options] * bool(column.options) + [LIMITS] * is_limited
    if options:
        variables["NOLOCKALLOC_OPTIONS"] = ",".join(options)
    return variables


def library_of(column, programs, own_malloc):
    """The file that serves the column's allocations, and "", or None and what is missing."""
    program = programs / column.program
    if column.preload == OWN_MALLOC and own_malloc is None:
        return None, "libnolockalloc-malloc.so was not built"
    if not program.exists():
        return None, f"no {column.program} (Debian's {column.package})"
    result = subprocess.run([str(program), "--which"], env=environment(column, own_malloc),
                            capture_output=True, text=True, check=True)
    library = pathlib.Path(result.stdout.strip()).resolve()
    if column.preload == OWN_MALLOC:
        is_right = library == own_malloc.resolve()
    else:
        is_right = library.name.startswith(column.preload)
    return (library, "") if is_right else (None, f"no {column.preload} (Debian's {column.package})")


def choose_columns(wanted, programs, own_malloc):
    """The columns that can be had, and the file that serves each. What is missing is named."""
    libraries = {}
    for column in COLUMNS:
        if column.name not in wanted if wanted else column.role == SWITCHED:
            continue
        library, missing = library_of(column, programs, own_malloc)
        if library is None:
            print(f"skipped: {column.heading}: {missing}")
        else:
            libraries[column] = library
    return libraries
