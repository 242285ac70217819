// SPDX-License-Identifier: MIT
//
// Declared interrupts, and what depends on them where locks belong to a task (preempt_rt).
#include "paths.h"

#include <nolockalloc/context.h>

namespace proof
{
namespace
{
void declare_interrupts(Interruption &on)
{
    nolockalloc_nmi_enter();
    complain_if(on, !in_nmi() || !in_hardirq());
    nolockalloc_nmi_exit();
    nolockalloc_hardirq_enter();
    complain_if(on, !in_hardirq());
    nolockalloc_hardirq_exit();
}

// Whoever is interrupted by a handler is in no interrupt; one that was abandoned in the middle stays in it.
void leave_what_was_not_entered(Interruption &)
{
    nolockalloc_nmi_exit();
    nolockalloc_hardirq_exit();
}

void take_one(Interruption &on)
{
    on.pointer = on.door().allocate(64, 0, NUMA_NO_NODE);
}

// The free waits for the next call of the task. The second free of the same object is seen, once on the list and once
// when the list is done.
void free_in_an_interrupt(Interruption &on)
{
    nolockalloc_nmi_enter();
    on.door().free(on.pointer);
    on.door().free(on.pointer);
    nolockalloc_nmi_exit();
    nolockalloc_drain();
}

void take_many(Interruption &on)
{
    for (int i = 0; i < 70; i++)
        on.own.allocate(64);
}

// More than the list holds.
void free_many_in_an_interrupt(Interruption &on)
{
    nolockalloc_nmi_enter();
    while (on.own.size() > 0)
        on.own.free_newest();
    nolockalloc_nmi_exit();
    nolockalloc_drain();
}
} // namespace

void add_contexts(std::vector<Situation> &to)
{
    to.push_back(own_path("DeclaredInterrupts", "in_nmi", declare_interrupts));
    to.push_back(own_path("ExitWithoutEnter", "nolockalloc_nmi_exit", leave_what_was_not_entered));
    auto add_under_rt = [&](const char *name, Hook call, Hook set_up)
    {
        to.push_back(own_path(name, "kfree_nolock", call, set_up));
        to.back().options = "preempt_rt,arena=1m";
        to.back().may_refuse = true;      // a handler is in the interrupt, too
        to.back().on_a_new_thread = true; // who is abandoned in an interrupt stays in it
    };
    add_under_rt("FreeTwiceInAnInterrupt", free_in_an_interrupt, take_one);
    add_under_rt("FreeManyInAnInterrupt", free_many_in_an_interrupt, take_many);
}
} // namespace proof
