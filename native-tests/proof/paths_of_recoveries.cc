// SPDX-License-Identifier: MIT
//
// Calls that find what an abandoned one has left: a lock, a journal, deferred frees, a batch on its
// way. Each run is a forked child's, for what was lost is lost.
#include "paths.h"

#include "leaving.h"

#include <csetjmp>

namespace proof
{
namespace
{
sigjmp_buf g_before;

struct Abandonment
{
    Interruption *on;
    const char *script;
};

void play_and_leave(void *context, size_t)
{
    auto *abandonment = static_cast<Abandonment *>(context);
    play(*abandonment->on, abandonment->script);
    siglongjmp(g_before, 1);
}

enum class Array
{
    AsItIs,
    Emptied, // so that the allocation refills it
};

// Abandons a zeroed allocation, which is a slow one, at this part of its way.
[[gnu::noinline]] void abandon_an_allocation(Interruption &on, Array array, unsigned percent,
                                             const char *script)
{
    static stepper::Trace trace;
    [[maybe_unused]] volatile char deep[16384];
    deep[0] = 0;
    auto call = [](void *self)
    {
        auto *on = static_cast<Interruption *>(self);
        on->result = on->door().allocate(64, __GFP_ZERO, NUMA_NO_NODE);
    };
    if (array == Array::Emptied)
        nolockalloc_trim();
    stepper::trace(call, &on, trace);
    on.own.adopt(on.result, 64);
    on.result = nullptr;
    if (array == Array::Emptied)
        nolockalloc_trim();
    Abandonment abandonment = {&on, script};
    if (sigsetjmp(g_before, 1) == 0)
        stepper::inject_at(trace.count * percent / 100, call, &on, play_and_leave, &abandonment);
    stepper::forget();
}

template <unsigned kPercent> void abandon_with_frees(Interruption &on)
{
    abandon_an_allocation(on, Array::AsItIs, kPercent, "fff");
    use_the_stack_below();
}

template <unsigned kPercent> void abandon_a_refill(Interruption &on)
{
    abandon_an_allocation(on, Array::Emptied, kPercent, "");
    use_the_stack_below();
}

void drain(Interruption &)
{
    nolockalloc_drain();
}

void trim(Interruption &)
{
    nolockalloc_trim();
}

void free_an_older(Interruption &on)
{
    on.older.free_newest();
}
} // namespace

void add_recoveries(std::vector<Situation> &to)
{
    auto add = [&](const char *name, const char *function, Hook call, Hook set_up)
    {
        Situation situation = own_path(name, function, call, set_up);
        situation.process = Process::Forked;
        situation.may_be_lost = 1;
        to.push_back(situation);
    };
    add("AllocateAfterAnAbandonedCall", "kmalloc_nolock", allocate_plainly, abandon_with_frees<50>);
    add("FreeAfterAnAbandonedCall", "kfree_nolock", free_an_older, abandon_with_frees<50>);
    add("DrainAfterAnAbandonedCall", "nolockalloc_drain", drain, abandon_with_frees<50>);
    add("TrimAfterAnAbandonedCall", "nolockalloc_trim", trim, abandon_with_frees<50>);
    add("AllocateAfterAnAbandonedRefill", "kmalloc_nolock", allocate_plainly, abandon_a_refill<50>);
    add("FreeAfterAnAbandonedRefill", "kfree_nolock", free_an_older, abandon_a_refill<70>);
}
} // namespace proof
