// SPDX-License-Identifier: MIT
//
// Allocating and freeing in real signal handlers, however the signal comes: raise, another thread,
// timers, on an alternate stack, three deep. No test depends on where a signal happens to hit; that
// handlers hit the middle of a call is the stepper's part, which delivers a real signal there.
#include "counters.h"
#include "interruption.h"
#include "signals.h"

#include <atomic>
#include <chrono>
#include <sys/time.h>
#include <thread>

namespace
{
// What the handler of the running test uses.
struct Stage
{
    Ledger *kept;
    std::atomic<long> runs{0};
    std::atomic<long> ended{0};
    int depth = 0;
    int deepest = 0;
} * g_stage;

const size_t kSizes[] = {64, 8, 700, 8192, 96, 1500};

void allocate_and_free(int, siginfo_t *, void *)
{
    long run = g_stage->runs.fetch_add(1);
    Ledger &kept = *g_stage->kept;
    kept.allocate(kSizes[run % 6]);
    kept.allocate(kSizes[(run + 1) % 6], __GFP_ZERO);
    kept.free_newest();
    if (kept.size() > 50)
        kept.free_oldest();
    if (kept.size() > 50)
        kept.free_all();
    g_stage->ended++;
}

// Each level allocates before and frees after the level that interrupts it.
void three_deep(int signal_number, siginfo_t *, void *)
{
    int depth = ++g_stage->depth;
    g_stage->deepest = std::max(g_stage->deepest, depth);
    g_stage->runs++;
    g_stage->kept->allocate(64);
    g_stage->kept->allocate(64);
    g_stage->kept->free_newest();
    if (depth < 3)
        raise(signal_number);
    g_stage->kept->free_newest();
    g_stage->depth--;
}

} // namespace

class Signal : public EveryDoor
{
  protected:
    Signal()
    {
        g_stage = &stage;
    }

    void expect_all_well()
    {
        in_handler.check();
        EXPECT_EQ(overlap_in({&in_handler, &outside}), "");
        outside.free_all();
        in_handler.free_all();
        EXPECT_EQ(outside.complaint(), nullptr);
        EXPECT_EQ(in_handler.complaint(), nullptr);
        EXPECT_EQ(complaint_after_trim(), "");
    }

    // The interrupted program: every path, over and over, until the handler ran often enough; after a few
    // seconds of a busy machine fewer runs are.
    void work_until(long runs, long fewer)
    {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        auto is_enough = [&]
        { return stage.runs >= (std::chrono::steady_clock::now() < end ? runs : fewer); };
        for (size_t i = 0; !is_enough(); i++)
        {
            for (size_t k = 0; k < 150; k++)
                outside.allocate(kSizes[i % 6]);
            outside.check();
            outside.free_all();
            if (i % 64 == 0)
                nolockalloc_trim();
        }
    }

    Ledger in_handler{door, 1000}, outside{door, 1000};
    Stage stage{&in_handler};
};
THROUGH_BOTH_DOORS(Signal);

TEST_P(Signal, ByRaiseMayAllocateAndFree)
{
    Handling handling(SIGUSR1, allocate_and_free);
    for (int i = 0; i < 2000; i++)
    {
        outside.allocate(kSizes[i % 6]);
        raise(SIGUSR1);
        if (outside.size() > 100)
            outside.free_all();
    }
    EXPECT_EQ(stage.runs, 2000);
    expect_all_well();
}

TEST_P(Signal, FromAnotherThreadMayAllocateAndFree)
{
    Handling handling(SIGUSR1, allocate_and_free);
    std::atomic<bool> done{false};
    pid_t target = thread_id();
    // The next one a while after the last handler has ended: where a handler takes longer than sending, as
    // with slub_debug, the interrupted program would never go on otherwise. Where the two
    // threads share a processor, each signal costs a time slice.
    std::thread sender(
        [&]
        {
            for (long sent = 0; !done; sent++)
            {
                send_signal(target, SIGUSR1);
                while (!done && stage.ended <= sent)
                    std::this_thread::yield();
                for (int spins = 0; !done && spins < 1000; spins++)
                    continue;
            }
        });
    work_until(20000, 500);
    done = true;
    sender.join();
    expect_all_well();
}

TEST_P(Signal, OfAnAlarmTimerMayAllocateAndFree)
{
    Handling handling(SIGALRM, allocate_and_free);
    ThreadTimer timer(SIGALRM, CLOCK_MONOTONIC);
    timer.repeat(50 * 1000);
    work_until(5000, 500);
    timer.repeat(0);
    expect_all_well();
}

TEST_P(Signal, OfAProfilingTimerMayAllocateAndFree)
{
    Handling handling(SIGPROF, allocate_and_free);
    itimerval often = {{0, 1000}, {0, 1000}}, never = {};
    setitimer(ITIMER_PROF, &often, nullptr);
    work_until(100, 100);
    setitimer(ITIMER_PROF, &never, nullptr);
    expect_all_well();
}

TEST_P(Signal, OnAnAlternateStackMayAllocateAndFree)
{
    AlternateStack stack;
    Handling handling(SIGALRM, allocate_and_free, SA_ONSTACK);
    ThreadTimer timer(SIGALRM, CLOCK_MONOTONIC);
    timer.repeat(50 * 1000);
    work_until(5000, 500);
    timer.repeat(0);
    expect_all_well();
}

TEST_P(Signal, ThreeDeepMayAllocateAndFree)
{
    Handling handling(SIGALRM, three_deep, SA_NODEFER);
    for (int i = 0; i < 1000; i++)
    {
        outside.allocate(64);
        raise(SIGALRM);
    }
    EXPECT_EQ(stage.deepest, 3);
    EXPECT_EQ(stage.runs, 3000);
    expect_all_well();
}

// A real signal, delivered at every instruction of each call; its handler interrupts itself twice.
class SignalAtEveryInstruction : public testing::TestWithParam<Situation>
{
};
INSTANTIATE_TEST_SUITE_P(Calls, SignalAtEveryInstruction, testing::ValuesIn(all_situations()),
                         [](const testing::TestParamInfo<Situation> &info)
                         { return std::string(info.param.name); });

TEST_P(SignalAtEveryInstruction, ThreeDeepMayAllocateAndFree)
{
    for (const Door &door : {direct_door(), exported_door()})
    {
        Interruption interruption(door, GetParam());
        ASSERT_TRUE(interruption.find()) << "the state was not reached";
        Handling handling(SIGUSR2, three_deep, SA_NODEFER);
        for (const short_form::Stop &stop : interruption.stops({}))
        {
            size_t i = stop.index;
            Ledger kept(door);
            Stage stage{&kept};
            g_stage = &stage;
            interruption.prepare();
            auto outcome = interruption.step(
                i, [](void *, size_t) { raise(SIGUSR2); }, nullptr);
            ASSERT_EQ(outcome.injections, 1u);
            ASSERT_EQ(stage.deepest, 3);
            ASSERT_EQ(kept.complaint(), nullptr) << interruption.describe(i);
            ASSERT_EQ(interruption.settle(), "") << interruption.describe(i);
        }
    }
}
