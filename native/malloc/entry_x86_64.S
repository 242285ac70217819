/* SPDX-License-Identifier: MIT */
/* The entries of the malloc library, for x86-64. */
#include "add_thread_x86_64.inc"
#include "entries.inc"
