/* SPDX-License-Identifier: MIT */
/*
 * The entries of the malloc library, names of C and of C++: the thread is added, then a jump; the C# method
 * returns to the caller. docs/MALLOC.md says what each does.
 */
#include "add_thread_x86_64.inc"

    .text

/* One more name for the entry that follows. */
    .macro name function
    .globl  \function
    .type   \function, @function
\function:
    .endm

    .macro align_entry
    .p2align 6
    .endm

/* The end of an entry: on to its target. */
    .macro enter block, frame, target
    .cfi_startproc
    add_thread \block, \frame
    jmp     \target
    .cfi_endproc
    .endm

    align_entry
    name    malloc
    enter   rsi, rdx, nla_malloc

    align_entry
    name    free
    name    free_sized
    name    free_aligned_sized
    name    _ZdlPv                              /* operator delete(void *) */
    name    _ZdlPvm                             /* (void *, size_t) */
    name    _ZdlPvSt11align_val_t               /* (void *, align_val_t) */
    name    _ZdlPvmSt11align_val_t              /* (void *, size_t, align_val_t) */
    name    _ZdlPvRKSt9nothrow_t                /* (void *, nothrow_t const &) */
    name    _ZdlPvSt11align_val_tRKSt9nothrow_t /* (void *, align_val_t, nothrow_t const &) */
    name    _ZdaPv                              /* operator delete[], the same six */
    name    _ZdaPvm
    name    _ZdaPvSt11align_val_t
    name    _ZdaPvmSt11align_val_t
    name    _ZdaPvRKSt9nothrow_t
    name    _ZdaPvSt11align_val_tRKSt9nothrow_t
    enter   rsi, rdx, nla_free

    align_entry
    name    _Znwm                               /* operator new(size_t) */
    name    _Znam                               /* operator new[](size_t) */
    enter   rsi, rdx, nla_new

    align_entry
    name    calloc
    enter   rdx, rcx, nla_calloc

    align_entry
    name    realloc
    enter   rdx, rcx, nla_realloc

    align_entry
    name    reallocarray
    enter   rcx, r8, nla_reallocarray

    align_entry
    name    aligned_alloc
    enter   rdx, rcx, nla_aligned_alloc

    align_entry
    name    memalign
    enter   rdx, rcx, nla_memalign

    align_entry
    name    posix_memalign
    enter   rcx, r8, nla_posix_memalign

    align_entry
    name    valloc
    enter   rsi, rdx, nla_valloc

    align_entry
    name    pvalloc
    enter   rsi, rdx, nla_pvalloc

    align_entry
    name    malloc_usable_size
    enter   rsi, rdx, nla_malloc_usable_size

    align_entry
    name    malloc_trim
    enter   rsi, rdx, nla_malloc_trim

    align_entry
    name    _ZnwmRKSt9nothrow_t                 /* operator new(size_t, nothrow_t const &) */
    name    _ZnamRKSt9nothrow_t
    enter   rsi, rdx, nla_new_nothrow

    align_entry
    name    _ZnwmSt11align_val_t                /* operator new(size_t, align_val_t) */
    name    _ZnamSt11align_val_t
    enter   rdx, rcx, nla_new_aligned

    align_entry
    name    _ZnwmSt11align_val_tRKSt9nothrow_t  /* (size_t, align_val_t, nothrow_t const &) */
    name    _ZnamSt11align_val_tRKSt9nothrow_t
    enter   rdx, rcx, nla_new_aligned_nothrow

    name    mallinfo2
    jmp     nla_mallinfo2

    name    malloc_stats
    jmp     nla_malloc_stats

    name    mallopt
    jmp     nla_mallopt

    .section .note.GNU-stack, "", @progbits
