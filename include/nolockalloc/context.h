/* SPDX-License-Identifier: MIT */
/*
 * The interrupts that a thread is in, by its handlers' own word (include/linux/preempt.h).
 *
 * A signal handler is an NMI or a hard IRQ if it says so: one call as it begins, one as it ends, nested as
 * handlers nest. Nothing needs it, and without NOLOCKALLOC_OPTIONS=preempt_rt it changes nothing but in_nmi()
 * and in_hardirq(). With preempt_rt, locks belong to the task, as in a PREEMPT_RT kernel, and in a declared
 * interrupt
 *   - kmalloc_nolock() returns NULL (ZERO_SIZE_PTR for size 0),
 *   - kfree_nolock() defers: the free is done by the thread's next call outside,
 *   - nolockalloc_drain() and nolockalloc_trim() do nothing and return 0.
 * A handler that leaves by siglongjmp() calls exit first.
 */
#ifndef NOLOCKALLOC_CONTEXT_H
#define NOLOCKALLOC_CONTEXT_H

#include "../nolockalloc.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * nolockalloc_nmi_enter, nolockalloc_nmi_exit - the calling handler is an NMI, from here to there
 *
 * Context: any. Errors: an exit without an enter is reported once on stderr and ignored.
 */
NLA_API void nolockalloc_nmi_enter(void);
NLA_API void nolockalloc_nmi_exit(void);

/** nolockalloc_hardirq_enter, nolockalloc_hardirq_exit - the same for a hard IRQ */
NLA_API void nolockalloc_hardirq_enter(void);
NLA_API void nolockalloc_hardirq_exit(void);

/** in_nmi - Context: any. Return: 1 if this thread is in a declared NMI, else 0. */
NLA_API int in_nmi(void);
/** in_hardirq - Context: any. Return: 1 in a declared hard IRQ or NMI (as in the kernel), else 0. */
NLA_API int in_hardirq(void);

#ifdef __cplusplus
}
#endif

#endif /* NOLOCKALLOC_CONTEXT_H */
