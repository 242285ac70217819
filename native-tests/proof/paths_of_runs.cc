// SPDX-License-Identifier: MIT
//
// Runs of many blocks, and calls that find what one that was abandoned among the blocks of a run has left: blocks that
// were becoming a run, a run nobody was given, a run half freed.
#include "paths.h"

#include "leaving.h"

#include <nolockalloc/kmalloc.h>
#include <nolockalloc/page.h>

#include <csetjmp>

namespace proof
{
namespace
{
constexpr size_t kBlock = 65536;
sigjmp_buf g_before;
void *g_run;

void leave(void *, size_t)
{
    siglongjmp(g_before, 1);
}

void allocate_pages(void *)
{
    g_run = page_address(alloc_pages_nolock(0, NUMA_NO_NODE, 7));
}

void free_pages(void *)
{
    free_pages_nolock(virt_to_page(g_run), 7);
}

void nothing(void *)
{
}

// Abandons the call at this part of its way, once its length is known.
[[gnu::noinline]] void abandon(stepper::Call before, stepper::Call call, stepper::Call after, unsigned percent)
{
    static stepper::Trace trace;
    [[maybe_unused]] volatile char deep[16384];
    deep[0] = 0;
    before(nullptr);
    stepper::trace(call, nullptr, trace);
    after(nullptr);
    before(nullptr);
    if (sigsetjmp(g_before, 1) == 0)
        stepper::inject_at(trace.count * percent / 100, call, nullptr, leave, nullptr);
    stepper::forget();
}

template <unsigned kPercent> void abandon_an_allocation(Interruption &)
{
    abandon(nothing, allocate_pages, free_pages, kPercent);
    use_the_stack_below();
}

template <unsigned kPercent> void abandon_a_free(Interruption &)
{
    abandon(allocate_pages, free_pages, nothing, kPercent);
    use_the_stack_below();
}

void *take(Interruption &on, size_t blocks)
{
    void *run = kmalloc(blocks * kBlock, GFP_ATOMIC);
    complain_if(on, run == nullptr);
    return run;
}

void take_large_runs(Interruption &on)
{
    void *one = take(on, 64), *another = take(on, 64);
    kfree(one);
    kfree(another);
}

void allocate_and_free_pages(Interruption &)
{
    free_pages_nolock(alloc_pages_nolock(0, NUMA_NO_NODE, 7), 7);
}

void trim(Interruption &)
{
    nolockalloc_trim();
}
} // namespace

void add_runs(std::vector<Situation> &to)
{
    auto add = [&](const char *name, Hook set_up, Hook call = trim)
    {
        to.push_back(own_path(name, call == trim ? "nolockalloc_trim" : "alloc_pages_nolock", call, set_up));
        to.back().process = Process::Forked;
        to.back().slabs_in_hand = 16;
    };
    add("TrimAfterAnAbandonedRun", abandon_an_allocation<50>);
    add("TrimAfterARunInHand", abandon_an_allocation<90>);
    add("PagesAfterAnAbandonedRun", abandon_an_allocation<30>, allocate_and_free_pages);
    add("TrimAfterARunHalfFreed", abandon_a_free<50>);
    // Each a whole word of the map of free blocks; with the second more is warm than is kept.
    to.push_back(own_path("RunsOfManyBlocks", "kmalloc", take_large_runs));
    to.back().slabs_in_hand = 140;
    to.back().options = "arena=16m";
}
} // namespace proof
