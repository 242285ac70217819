# SPDX-License-Identifier: MIT
"""What the smoke test looks at: everything was asked and printed. Never the times."""

import xml.etree.ElementTree

# Questions that make no sense at some doors, and the columns that are not asked.
NOT_ASKED = {
    "live_set": {"floor"},
    "pressure": {"floor"},
    "worst_call": {"floor"},
    "idle_memory": {"floor", "AO_malloc"},
    "realloc_growth/to:4194304": {"floor", "direct", "exported", "AO_malloc", "control"},
}


def check(results, text, picture):
    xml.etree.ElementTree.fromstring(picture)
    assert results.rows and all(row.title in text for row in results.rows)
    for row in results.rows:
        excused = set().union(*(names for start, names in NOT_ASKED.items()
                                if row.title.startswith(start)))
        missing = {column.name for column in results.columns} - set(row.figures) - excused
        assert not missing, f"{row.title}: no figure of {missing}"
        assert all(figure.median > 0 for figure in row.figures.values()), row
        assert all(figure.peak_bytes > 0 for figure in row.figures.values()), row
    print(f"smoke: {len(results.rows)} questions, {len(results.columns)} columns")
