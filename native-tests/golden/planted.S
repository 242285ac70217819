/* SPDX-License-Identifier: MIT */
/*
 * For the controls: a function like a fast path. With MOVED everything lies at other addresses, and its slow
 * path on the other side of it; with LONGER it has one instruction more.
 */
    .intel_syntax noprefix
    .text

    .macro slow
    .local  planted_slow
    .type   planted_slow, @function
planted_slow:
    xor     eax, eax
    ret
    .size   planted_slow, . - planted_slow
    .endm

#ifndef MOVED
    slow
#else
    .skip   4096, 0xcc
#endif

    .globl  planted_fast
    .type   planted_fast, @function
    .p2align 6
planted_fast:
    mov     rax, qword ptr [rip + planted_data]
#ifdef LONGER
    mov     rcx, rax
#endif
    test    rax, rax
    jz      1f
    add     rax, 0x138
    ret
1:  jmp     planted_slow
    .size   planted_fast, . - planted_fast

#ifdef MOVED
    slow
#endif

    .data
#ifdef MOVED
    .skip   64
#endif
planted_data:
    .quad   0

    .section .note.GNU-stack, "", @progbits
