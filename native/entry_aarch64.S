/* SPDX-License-Identifier: MIT */
/* The direct entries, for arm64. */
#include "add_thread_aarch64.inc"
#include "entries.inc"
