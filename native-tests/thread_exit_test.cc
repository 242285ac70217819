// SPDX-License-Identifier: MIT
//
// A thread's last instructions: the library's exit hook gives its block up, and at each of its
// instructions a handler allocates and frees. The call that is stepped is pthread_exit itself.
#include "counters.h"
#include "ledger.h"
#include "stepper/stepper.h"

#include <pthread.h>

namespace
{
struct Leaving
{
    const Door *door;
    Ledger older, nested;
    size_t index = 0; // where the handler runs
    bool only_trace = false;
    size_t handlers = 0;

    explicit Leaving(const Door &door) : door(&door), older(door), nested(door)
    {
    }
};
stepper::Trace g_trace;

void leave(void *)
{
    pthread_exit(nullptr);
}

void use_the_allocator(void *context, size_t)
{
    auto *leaving = static_cast<Leaving *>(context);
    leaving->handlers++;
    leaving->nested.allocate(64);
    leaving->nested.allocate(64);
    leaving->nested.free_oldest();
    leaving->older.free_oldest();
    leaving->nested.allocate(1024);
}

void *live(void *argument)
{
    auto *leaving = static_cast<Leaving *>(argument);
    for (size_t bucket : kBuckets)
        for (int i = 0; i < 10; i++)
            leaving->older.allocate(bucket);
    for (int i = 0; i < 100; i++)
        leaving->older.free_newest();
    if (leaving->only_trace)
        stepper::trace(leave, leaving, g_trace);
    else
        stepper::inject_at(g_trace, leaving->index, leave, leaving, use_the_allocator, leaving);
    return nullptr;
}

std::string live_and_settle(Leaving &leaving)
{
    pthread_t thread;
    if (pthread_create(&thread, nullptr, live, &leaving) != 0)
        return "no thread";
    pthread_join(thread, nullptr);
    std::string complaint = overlap_in({&leaving.older, &leaving.nested});
    for (Ledger *ledger : {&leaving.older, &leaving.nested})
    {
        ledger->free_all();
        if (ledger->complaint() != nullptr)
            complaint += ledger->complaint();
    }
    return complaint + complaint_after_trim();
}
} // namespace

class ThreadExit : public EveryDoor
{
};
THROUGH_BOTH_DOORS(ThreadExit);

TEST_P(ThreadExit, MayBeInterruptedByTheAllocatorAtAnyInstruction)
{
    for (int round = 0; round < 2; round++) // the first finds what only a first run does
    {
        Leaving traced(door);
        traced.only_trace = true;
        ASSERT_EQ(live_and_settle(traced), "");
    }
    stepper::number_occurrences(g_trace);
    ASSERT_GT(g_trace.count, 50u) << "the exit hook was not stepped";
    uint64_t high = counters().thread_blocks_high;
    for (size_t i = 0; i < g_trace.count; i++)
    {
        if (g_trace.boundary[i].occurrence >= 3)
            continue;
        Leaving leaving(door);
        leaving.index = i;
        ASSERT_EQ(live_and_settle(leaving), "") << "boundary " << i << " of " << g_trace.count;
        ASSERT_EQ(leaving.handlers, 1u) << "boundary " << i << " of " << g_trace.count;
    }
    struct nolockalloc_stats stats = counters();
    EXPECT_LE(stats.thread_blocks_in_use, 1u);
    EXPECT_LE(stats.thread_blocks_high, high + 1) << "a block was lost";
}
