/* SPDX-License-Identifier: MIT */
/*
 * What C and C# promise each other. Included by nobody outside native/. Everything is hidden and has the
 * prefix nla_; managed/NoLockAlloc/Machine/Os.cs is the other side, line for line.
 *
 * Every function here may be called in any context: async-signal-safe, never waiting, errno preserved.
 * Addresses are page aligned where memory is mapped; sizes are bytes.
 */
#ifndef NLA_SHIM_H
#define NLA_SHIM_H

#include <stddef.h>
#include <stdint.h>

struct alloc_tag;

/* ---- C# calls C ---------------------------------------------------------------------------------- */

/* Address space, readable, writable, zero, committed at first touch; 0 if refused. alignment: a power of
 * two, at least a page. */
uintptr_t nla_os_reserve(size_t bytes, size_t alignment);
/* Undo it. */
void nla_os_release(uintptr_t address, size_t bytes);
/* Give the memory back; the range stays usable and reads as zero. 0; -1: it was not given back. */
int nla_os_purge(uintptr_t address, size_t bytes);
/* From now on a forked child finds zero in this range. 0; -1: the OS cannot. */
int nla_os_wipe_on_fork(uintptr_t address, size_t bytes);
/* The OS's number of the process. */
uint32_t nla_os_process_number(void);
/* write(2) until all is written; 0 or -errno. */
int nla_os_write(int fd, const void *text, size_t bytes);
/* End the process by SIGABRT. */
_Noreturn void nla_os_abort(void);
/* The OS's number of the calling thread. */
uint32_t nla_os_thread_number(void);
/* 1: this process surely has no thread of that number; 0: it may have one. */
int nla_os_thread_is_gone(uint32_t number);
/* Read a word that may not be mapped. 1: read; 0: nothing is mapped there; -1: unknown. */
int nla_os_peek(uintptr_t address, uint64_t *word);
/* Where the calling thread keeps the handle of its current group. */
uint64_t *nla_os_active_group(void);
/* The frame pointer of the C# method that calls. */
uintptr_t nla_os_frame_pointer(void);
/* Milliseconds of a clock that never goes back. */
uint64_t nla_os_milliseconds(void);
/* How many NUMA nodes the process may have memory of, by the highest number among them. 1: one, or unknown. */
uint32_t nla_os_nodes(void);
/* Where the calling thread runs at this moment: returns the processor's number; *node becomes its node's. */
uint32_t nla_os_processor(uint32_t *node);
/* Have the range's memory come from the node as long as that has some. 0; -1: the OS refuses. */
int nla_os_prefer_node(uintptr_t address, size_t bytes, uint32_t node);
/* The value of NOLOCKALLOC_OPTIONS; NULL if unset and in set-uid programs. */
const char *nla_os_options(void);
/* Let other threads run. The only one of these that a caller in normal context alone may use. */
void nla_os_yield(void);
/* Call a program's function: the constructor of a cache's objects. */
void nla_os_construct(void (*constructor)(void *), void *object);

/* Have nla_thread_exit called when the calling thread ends. 0: that cannot be had (now). */
int nla_os_watch_thread_exit(void);
/* Where the calling thread keeps the address of its block. */
void **nla_os_slot(void);
/* The block in the slot; *return_address becomes that of the caller of the C# method that calls. */
void *nla_os_enter(uint64_t *return_address);
/* The calling thread's TaskContext of C#: NLA_TASK_WORDS words, zero as it begins. */
void *nla_os_task(void);
/* Call a callback of the program's. */
void nla_os_call(void (*function)(int point, void *data), int point, void *data);
/* The block that every slot holds before its thread has one. All zero for ever, but for words that fast
 * paths write and nobody reads. */
void *nla_os_boot_thread(void);

/* ---- C calls C# ---------------------------------------------------------------------------------- */

/* The direct entries' targets. frame: address of the return address, its low 16 bits on top. */
void *nla_kmalloc_nolock(size_t size, unsigned gfp_flags, int node, void *block, uint64_t frame);
void *nla_kmalloc_nolock_tagged(size_t size, unsigned gfp_flags, int node, struct alloc_tag *tag,
                                void *block, uint64_t frame);
void *nla_kmalloc_tagged(size_t size, unsigned gfp_flags, struct alloc_tag *tag, void *block,
                         uint64_t frame);
void *nla_kmem_cache_alloc_tagged(void *cache, unsigned gfp_flags, struct alloc_tag *tag, void *block,
                                  uint64_t frame);
void *nla_kmem_cache_alloc_nolock_tagged(void *cache, unsigned gfp_flags, int node,
                                         struct alloc_tag *tag, void *block, uint64_t frame);
void *nla_kmalloc_node_tagged(size_t size, unsigned gfp_flags, int node, struct alloc_tag *tag,
                              void *block, uint64_t frame);
void *nla_kmem_cache_alloc_node_tagged(void *cache, unsigned gfp_flags, int node,
                                       struct alloc_tag *tag, void *block, uint64_t frame);
void *nla_alloc_pages_nolock_tagged(unsigned gfp_flags, int node, unsigned order,
                                    struct alloc_tag *tag, void *block, uint64_t frame);
void *nla_alloc_frozen_pages_nolock_tagged(unsigned gfp_flags, int node, unsigned order,
                                           struct alloc_tag *tag, void *block, uint64_t frame);
void nla_kfree_nolock(const void *object, void *block, uint64_t frame);
void *nla_kmalloc(size_t size, unsigned gfp_flags, void *block, uint64_t frame);
void nla_kfree(const void *object, void *block, uint64_t frame);
void *nla_kmem_cache_alloc(void *cache, unsigned gfp_flags, void *block, uint64_t frame);
void nla_kmem_cache_free(void *cache, void *object, void *block, uint64_t frame);
void *nla_kmem_cache_alloc_nolock(void *cache, unsigned gfp_flags, int node, void *block,
                                  uint64_t frame);
void nla_kmem_cache_free_nolock(void *cache, void *object, void *block, uint64_t frame);
/* The calling thread ends. */
void nla_thread_exit(void **slot, uint64_t frame);
/* The process exits: exit handlers have run. */
void nla_process_exit(void);
/* What a thread block takes; the boot block must have as much. */
size_t nla_thread_block_bytes(void);

/* Sizes.ThreadBlockBytes of the product; the malloc library's build says another. */
#ifndef NLA_THREAD_BLOCK_BYTES
#define NLA_THREAD_BLOCK_BYTES 22528
#endif
#define NLA_TASK_WORDS 2

#endif
