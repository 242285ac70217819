/* SPDX-License-Identifier: MIT */
/*
 * The direct entries: the thread is added, then a jump; the C# method returns to the caller.
 */
#include "add_thread_x86_64.inc"

    .text

/* name: the entry; target: the C# method; block, frame: the registers of its last two parameters. */
    .macro entry name, target, block, frame
    .globl  \name
    .type   \name, @function
    .p2align 6
\name:
    .cfi_startproc
    add_thread \block, \frame
    jmp     \target
    .cfi_endproc
    .size   \name, . - \name
    .endm

    entry kmalloc_nolock_noprof, nla_kmalloc_nolock, rcx, r8
    entry kfree_nolock_noprof, nla_kfree_nolock, rsi, rdx
    entry kmalloc_noprof, nla_kmalloc, rdx, rcx
    entry kfree_noprof, nla_kfree, rsi, rdx
    entry kmem_cache_alloc_noprof, nla_kmem_cache_alloc, rdx, rcx
    entry kmem_cache_free_noprof, nla_kmem_cache_free, rdx, rcx
    entry kmem_cache_alloc_nolock_noprof, nla_kmem_cache_alloc_nolock, rcx, r8
    entry kmem_cache_free_nolock_noprof, nla_kmem_cache_free_nolock, rdx, rcx
    entry kmalloc_nolock_tagged_noprof, nla_kmalloc_nolock_tagged, r8, r9
    entry kmalloc_tagged_noprof, nla_kmalloc_tagged, rcx, r8
    entry krealloc_tagged_noprof, nla_krealloc_tagged, r8, r9
    entry kmemdup_tagged_noprof, nla_kmemdup_tagged, r8, r9
    entry kmemdup_nul_tagged_noprof, nla_kmemdup_nul_tagged, r8, r9
    entry kstrdup_tagged_noprof, nla_kstrdup_tagged, rcx, r8
    entry kstrndup_tagged_noprof, nla_kstrndup_tagged, r8, r9
    entry kmem_cache_alloc_tagged_noprof, nla_kmem_cache_alloc_tagged, rcx, r8
    entry kmem_cache_alloc_nolock_tagged_noprof, nla_kmem_cache_alloc_nolock_tagged, r8, r9
    entry kmalloc_node_tagged_noprof, nla_kmalloc_node_tagged, r8, r9
    entry kmem_cache_alloc_node_tagged_noprof, nla_kmem_cache_alloc_node_tagged, r8, r9
    entry alloc_pages_nolock_tagged_noprof, nla_alloc_pages_nolock_tagged, r8, r9
    entry alloc_frozen_pages_nolock_tagged_noprof, nla_alloc_frozen_pages_nolock_tagged, r8, r9

    .section .note.GNU-stack, "", @progbits
