// SPDX-License-Identifier: MIT
//
// A child of the soak, forked while threads run, stand in handlers, and end.
#ifndef NOLOCKALLOC_SOAK_FORKS_H
#define NOLOCKALLOC_SOAK_FORKS_H

namespace soak
{
// Forks; the child frees what is in the table, uses every bucket on this thread and on a new one,
// trims, and exits. Returns "" or what went wrong.
const char *fork_once();
} // namespace soak

#endif
