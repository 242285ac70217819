// SPDX-License-Identifier: MIT
//
// What the mallocs have no common name for.
#ifndef BENCH_TRIM_H
#define BENCH_TRIM_H

/* Gives back to the OS what the malloc that serves this program can give back. */
void trim_malloc();

#endif
