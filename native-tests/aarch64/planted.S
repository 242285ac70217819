/* SPDX-License-Identifier: MIT */
/*
 * For the controls of accesses.py: eight functions that take a lock as fast paths do, of which one has a mistake.
 */
    .text

    .macro fast name
    .type   \name, %function
\name:
    add     x6, x5, #0x4
    ldar    w7, [x6]
    cbnz    w7, 1f
    stur    x4, [x5, #4]
    ldar    w7, [x5]
1:  ret
    .size   \name, . - \name
    .endm

    .irp    number, 1, 2, 3, 4, 5, 6, 7
    fast    planted_fast\number
    .endr

    .type   planted_ThrowHelpers__Throw, %function
planted_ThrowHelpers__Throw:
    ret
    .size   planted_ThrowHelpers__Throw, . - planted_ThrowHelpers__Throw

    .type   planted, %function
planted:
#ifdef ATOMIC
    .arch   armv8.1-a
    casal   x1, x2, [x0]
#elif defined(UNFENCED)
1:  ldaxr   x1, [x0]
    cmp     x1, x2
    b.ne    2f
    stlxr   w3, x4, [x0]
    cbnz    w3, 1b
    dmb     ish
2:
#elif defined(FENCED)
1:  ldaxr   x1, [x0]
    cmp     x1, x2
    b.ne    2f
    stlxr   w3, x4, [x0]
    cbnz    w3, 1b
2:  dmb     ish
#endif
#ifdef DIVIDING
    udiv    x1, x2, x3
#endif
#if defined(DIVIDING) || defined(THROWING)
    bl      planted_ThrowHelpers__Throw
#endif
    add     x6, x5, #0x4
    ldar    w7, [x6]
    cbnz    w7, 1f
#ifdef MOVED
    ldar    w7, [x5]
    stur    x4, [x5, #4]
#elif defined(ORDERED)
    stlr    x4, [x6]
    ldar    w7, [x5]
#else
    stur    x4, [x5, #4]
    ldar    w7, [x5]
#endif
1:  ret
    .size   planted, . - planted

    .section .note.GNU-stack, "", %progbits
