/* SPDX-License-Identifier: MIT */
/*
 * The direct entries: the thread is added, then a jump; the C# method returns to the caller.
 */
#include "add_thread_x86_64.inc"

    .text

    .globl  kmalloc_nolock_noprof
    .type   kmalloc_nolock_noprof, @function
    .p2align 6
kmalloc_nolock_noprof:
    .cfi_startproc
    add_thread rcx, r8
    jmp     nla_kmalloc_nolock
    .cfi_endproc
    .size   kmalloc_nolock_noprof, . - kmalloc_nolock_noprof

    .globl  kfree_nolock_noprof
    .type   kfree_nolock_noprof, @function
    .p2align 6
kfree_nolock_noprof:
    .cfi_startproc
    add_thread rsi, rdx
    jmp     nla_kfree_nolock
    .cfi_endproc
    .size   kfree_nolock_noprof, . - kfree_nolock_noprof

    .section .note.GNU-stack, "", @progbits
