/* SPDX-License-Identifier: MIT */
/* The direct entries, for x86-64. */
#include "add_thread_x86_64.inc"
#include "entries.inc"
