/* SPDX-License-Identifier: MIT */
/*
 * The reports as JSON (RFC 8259), for programs that read them: one value and a newline. Names in it are UTF-8;
 * what is not becomes U+FFFD. Members may be added.
 *
 * Context of all: any; write(2) on fd may block if fd does. Return: 0; -errno of write(2). What other threads
 * change meanwhile is read as it passes.
 */
#ifndef NOLOCKALLOC_JSON_H
#define NOLOCKALLOC_JSON_H

#include "../nolockalloc.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * nolockalloc_stats_json - what nolockalloc_stats() tells, and the nodes
 *
 * An object with the members of struct nolockalloc_stats; "buckets" is a list of objects with the members of
 * struct nolockalloc_bucket_stats, "name", and "alloc_node_mismatch" (ALLOC_NODE_MISMATCH: objects of another
 * node than was looked at first); "nodes" a list of {"node", "arena_bytes", "slab_bytes", "idle_bytes"}, empty
 * before first use.
 */
NLA_API int nolockalloc_stats_json(int fd);

/**
 * nolockalloc_slabinfo_json - what nolockalloc_slabinfo() tells, and the nodes
 *
 * {"version":"2.1","caches":[...]}, each cache an object with slabinfo's columns by their names, from "name" to
 * "pagesperslab", "active_slabs" and "num_slabs", and "slabs_by_node", a number for each node.
 */
NLA_API int nolockalloc_slabinfo_json(int fd);

/**
 * nolockalloc_allocinfo_json - what nolockalloc_allocinfo() tells
 *
 * {"version":"2.0","tags":[...]}, each call site {"bytes", "calls", "file", "line", "module" (not of the program
 * itself), "func", "accurate"}.
 */
NLA_API int nolockalloc_allocinfo_json(int fd);

#ifdef __cplusplus
}
#endif

#endif /* NOLOCKALLOC_JSON_H */
