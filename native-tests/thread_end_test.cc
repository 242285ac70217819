// SPDX-License-Identifier: MIT
//
// Threads that end where they like: in a handler that interrupted the allocator, by pthread_exit
// or without any hook by SYS_exit; and calls made when a thread has already given up its block.
#include "child.h"
#include "counters.h"
#include "interruption.h"
#include "signals.h"

#include <pthread.h>
#include <sys/mman.h>
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

bool run_thread(void *(*body)(void *), Mortal &mortal)
{
    pthread_t thread;
    return pthread_create(&thread, nullptr, body, &mortal) == 0 &&
           pthread_join(thread, nullptr) == 0;
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

// One thread per boundary ends there. Returns what went wrong.
std::string end_at_every_instruction(const Door &door, End end, size_t *index)
{
    static stepper::Trace trace;
    Mortal mortal = {&door, &trace, 0, end};
    run_thread(trace_it, mortal);
    size_t before = capacity(door);
    if (trace.count < 10)
        return "nothing was interrupted";
    for (mortal.index = 0; mortal.index < trace.count; mortal.index++)
    {
        *index = mortal.index;
        run_thread(live_and_die, mortal);
    }
    size_t after = capacity(door);
    struct nolockalloc_stats stats = counters();
    if (after + trace.count < before)
        return std::to_string(before - after) + " objects lost";
    if (stats.thread_blocks_in_use > 2 || stats.thread_blocks_high > 4)
        return "blocks of ended threads are not found again: " +
               std::to_string(stats.thread_blocks_in_use) + " in use, " +
               std::to_string(stats.thread_blocks_high) + " at most";
    return "";
}
} // namespace

class ThreadEnd : public EveryDoor
{
  protected:
    void expect_no_loss(End end)
    {
        auto *index = static_cast<size_t *>(
            mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
        ChildResult result = run_in_child(
            [&]
            {
                std::string complaint = end_at_every_instruction(door, end, index);
                fprintf(stderr, "%s\n", complaint.c_str());
                return complaint.empty() ? 0 : 1;
            });
        EXPECT_EQ(result.complaint(), "") << "last at boundary " << *index;
        munmap(index, 4096);
    }
};
THROUGH_BOTH_DOORS(ThreadEnd);

TEST_P(ThreadEnd, ByPthreadExitInAHandlerLosesAtMostOneObjectEach)
{
    expect_no_loss(End::ByPthreadExit);
}

TEST_P(ThreadEnd, BySysExitInAHandlerLosesAtMostOneObjectEach)
{
    expect_no_loss(End::BySysExit);
}

TEST_P(ThreadEnd, GivesItsObjectsBack)
{
    size_t before = capacity(door);
    Mortal mortal = {&door, nullptr, 0, End::ByPthreadExit};
    for (int i = 0; i < 100; i++)
        EXPECT_TRUE(run_thread(live_and_die, mortal));
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
        EXPECT_TRUE(run_thread(body, mortal));
    pthread_key_delete(g_key);
    EXPECT_EQ(g_destructor_runs % NOLOCKALLOC_BUCKETS, 0);
    EXPECT_GE(g_destructor_runs, 3 * NOLOCKALLOC_BUCKETS);
    EXPECT_EQ(complaint_after_trim(), "");
    EXPECT_LE(counters().thread_blocks_in_use, 1u);
}
