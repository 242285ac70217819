/* SPDX-License-Identifier: MIT */
/* The entries of the malloc library, for arm64. */
#include "add_thread_aarch64.inc"
#include "entries.inc"
