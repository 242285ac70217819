// SPDX-License-Identifier: MIT
//
// Threads that end where they like: in a handler that interrupted the allocator, by pthread_exit
// or without any hook by SYS_exit; and calls made when a thread has already given up its block.
#include "child.h"
#include "counters.h"
#include "interruption.h"
#include "signals.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

static RunUnderOptions g_options("arena=1m");

namespace
{
enum class End
{
    ByPthreadExit,
    BySysExit,
};

struct Mortal
{
    const Door *door;
    const stepper::Trace *trace;
    size_t index;
    End end;
};

void allocate_some(void *argument)
{
    auto *mortal = static_cast<Mortal *>(argument);
    mortal->door->free(mortal->door->allocate(64, 0, NUMA_NO_NODE));
}

void end_thread(void *context, size_t)
{
    if (static_cast<Mortal *>(context)->end == End::ByPthreadExit)
        pthread_exit(nullptr);
    syscall(SYS_exit, 0);
}

void *live_and_die(void *argument)
{
    auto *mortal = static_cast<Mortal *>(argument);
    allocate_some(mortal); // the thread has a block now
    if (mortal->trace != nullptr)
        stepper::inject_at(*mortal->trace, mortal->index, allocate_some, mortal, end_thread,
                           mortal);
    return nullptr;
}

void *trace_it(void *argument)
{
    auto *mortal = static_cast<Mortal *>(argument);
    allocate_some(mortal);
    stepper::trace(allocate_some, mortal, const_cast<stepper::Trace &>(*mortal->trace));
    return nullptr;
}

void run_thread(void *(*body)(void *), Mortal &mortal)
{
    pthread_t thread;
    ASSERT_EQ(pthread_create(&thread, nullptr, body, &mortal), 0);
    ASSERT_EQ(pthread_join(thread, nullptr), 0);
}

size_t capacity(const Door &door)
{
    nolockalloc_trim();
    std::vector<void *> objects;
    while (void *object = door.allocate(64, 0, NUMA_NO_NODE))
        objects.push_back(object);
    for (void *object : objects)
        door.free(object);
    nolockalloc_trim();
    return objects.size();
}
} // namespace

class ThreadEnd : public EveryDoor
{
  protected:
    // One thread per boundary ends there.
    void end_at_every_instruction(End end)
    {
        static stepper::Trace trace;
        Mortal mortal = {&door, &trace, 0, end};
        run_thread(trace_it, mortal);
        size_t before = capacity(door);
        ASSERT_GT(trace.count, 10u);
        for (mortal.index = 0; mortal.index < trace.count; mortal.index++)
            run_thread(live_and_die, mortal);
        EXPECT_GE(capacity(door) + trace.count, before) << "more than one object each is lost";
        struct nolockalloc_stats stats = counters();
        EXPECT_LE(stats.thread_blocks_in_use, 2u);
        EXPECT_LE(stats.thread_blocks_high, 4u) << "blocks of ended threads are not found again";
    }
};
THROUGH_BOTH_DOORS(ThreadEnd);

TEST_P(ThreadEnd, ByPthreadExitInAHandlerLosesAtMostOneObjectEach)
{
    end_at_every_instruction(End::ByPthreadExit);
}

TEST_P(ThreadEnd, BySysExitInAHandlerLosesAtMostOneObjectEach)
{
    end_at_every_instruction(End::BySysExit);
}

TEST_P(ThreadEnd, GivesItsObjectsBack)
{
    size_t before = capacity(door);
    Mortal mortal = {&door, nullptr, 0, End::ByPthreadExit};
    for (int i = 0; i < 100; i++)
        run_thread(live_and_die, mortal);
    EXPECT_EQ(capacity(door), before);
    EXPECT_EQ(complaint_after_trim(), "");
}

namespace
{
pthread_key_t g_key;
int g_destructor_runs;

// Runs in several rounds of destructors, before and after the library's own.
void allocate_in_destructor(void *argument)
{
    auto *mortal = static_cast<Mortal *>(argument);
    for (size_t bucket : kBuckets)
    {
        Ledger ledger(*mortal->door);
        for (int i = 0; i < 10; i++)
            ledger.allocate(bucket);
        ledger.free_all();
        if (ledger.complaint() == nullptr)
            g_destructor_runs++;
    }
    if (g_destructor_runs < 3 * NOLOCKALLOC_BUCKETS)
        pthread_setspecific(g_key, argument);
}
} // namespace

TEST_P(ThreadEnd, LeavesTheAllocatorUsableInLaterDestructors)
{
    g_destructor_runs = 0;
    pthread_key_create(&g_key, allocate_in_destructor);
    Mortal mortal = {&door, nullptr, 0, End::ByPthreadExit};
    auto body = [](void *argument) -> void *
    {
        pthread_setspecific(g_key, argument);
        return live_and_die(argument);
    };
    for (int i = 0; i < 20; i++)
        run_thread(body, mortal);
    pthread_key_delete(g_key);
    EXPECT_EQ(g_destructor_runs % NOLOCKALLOC_BUCKETS, 0);
    EXPECT_GE(g_destructor_runs, 3 * NOLOCKALLOC_BUCKETS);
    EXPECT_EQ(complaint_after_trim(), "");
    EXPECT_LE(counters().thread_blocks_in_use, 1u);
}
