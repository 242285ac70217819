/* SPDX-License-Identifier: MIT */
/*
 * The direct entries: the thread is added, and the C# method called.
 */
#include "add_thread_aarch64.inc"

    .text

/* name: the entry; target: the C# method; block, frame: the registers of its last two parameters. */
    .macro entry name, target, block, frame
    .globl  \name
    .type   \name, %function
    .p2align 6
\name:
    enter   \block, \frame, \target
    .size   \name, . - \name
    .endm

    entry kmalloc_nolock_noprof, nla_kmalloc_nolock, x3, x4
    entry kfree_nolock_noprof, nla_kfree_nolock, x1, x2
    entry kmalloc_noprof, nla_kmalloc, x2, x3
    entry kfree_noprof, nla_kfree, x1, x2
    entry kmem_cache_alloc_noprof, nla_kmem_cache_alloc, x2, x3
    entry kmem_cache_free_noprof, nla_kmem_cache_free, x2, x3
    entry kmem_cache_alloc_nolock_noprof, nla_kmem_cache_alloc_nolock, x3, x4
    entry kmem_cache_free_nolock_noprof, nla_kmem_cache_free_nolock, x2, x3
    entry kmalloc_nolock_tagged_noprof, nla_kmalloc_nolock_tagged, x4, x5
    entry kmalloc_tagged_noprof, nla_kmalloc_tagged, x3, x4
    entry krealloc_tagged_noprof, nla_krealloc_tagged, x4, x5
    entry kmemdup_tagged_noprof, nla_kmemdup_tagged, x4, x5
    entry kmemdup_nul_tagged_noprof, nla_kmemdup_nul_tagged, x4, x5
    entry kstrdup_tagged_noprof, nla_kstrdup_tagged, x3, x4
    entry kstrndup_tagged_noprof, nla_kstrndup_tagged, x4, x5
    entry kmem_cache_alloc_tagged_noprof, nla_kmem_cache_alloc_tagged, x3, x4
    entry kmem_cache_alloc_nolock_tagged_noprof, nla_kmem_cache_alloc_nolock_tagged, x4, x5
    entry alloc_pages_nolock_tagged_noprof, nla_alloc_pages_nolock_tagged, x4, x5
    entry alloc_frozen_pages_nolock_tagged_noprof, nla_alloc_frozen_pages_nolock_tagged, x4, x5

    .section .note.GNU-stack, "", %progbits
