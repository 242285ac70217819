/* SPDX-License-Identifier: MIT */
/*
 * The direct entries, x86-64 System V. A caller's registers stay as they are; two parameters are added, the
 * calling thread's block and the frame: the address of the return address, with its low 16 bits on top
 * (managed/NoLockAlloc/Words/LocalLock.cs says what for). Then a jump: the C# method returns to the caller.
 */
    .intel_syntax noprefix
    .text

/* block: register for the block's address; frame: register for the frame. */
    .macro add_thread block, frame
    mov     \block, qword ptr [rip + nla_slot@gottpoff]
    mov     \block, qword ptr fs:[\block]
    mov     \frame, qword ptr [rsp]
    shl     \frame, 48
    or      \frame, rsp
    .endm

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
