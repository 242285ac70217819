// SPDX-License-Identifier: MIT
//
// Declared interrupts: what in_nmi() and in_hardirq() say, and that by default nothing else depends on them.
#include "child.h"
#include "counters.h"
#include "interruption.h"
#include "signals.h"

#include <csetjmp>
#include <thread>

namespace
{
struct Seen
{
    int nmi, hardirq;
};

Seen seen()
{
    return {in_nmi(), in_hardirq()};
}

bool operator==(const Seen &a, const Seen &b)
{
    return a.nmi == b.nmi && a.hardirq == b.hardirq;
}

constexpr Seen kTask = {0, 0}, kHardirq = {0, 1}, kNmi = {1, 1};

Seen g_in_handler;

void declared_handler(int, siginfo_t *, void *)
{
    nolockalloc_nmi_enter();
    g_in_handler = seen();
    nolockalloc_nmi_exit();
}

// Another context's view: a thread that was not there before, and its end.
Seen seen_by_a_new_thread()
{
    Seen result = {-1, -1};
    std::thread([&] { result = seen(); }).join();
    return result;
}
} // namespace

TEST(Context, AThreadBeginsInNoInterrupt)
{
    EXPECT_EQ(run_in_child([] { return seen() == kTask ? 0 : 1; }).complaint(), "")
        << "before the thread has a block";
    kfree_nolock(kmalloc_nolock(64, 0, NUMA_NO_NODE));
    EXPECT_TRUE(seen() == kTask);
}

TEST(Context, AnNmiIsAHardIrqTooAndNestsInEveryOrder)
{
    nolockalloc_hardirq_enter();
    EXPECT_TRUE(seen() == kHardirq);
    nolockalloc_nmi_enter();
    EXPECT_TRUE(seen() == kNmi);
    nolockalloc_hardirq_enter();
    nolockalloc_nmi_enter();
    EXPECT_TRUE(seen() == kNmi);
    nolockalloc_nmi_exit();
    nolockalloc_hardirq_exit();
    EXPECT_TRUE(seen() == kNmi);
    nolockalloc_nmi_exit();
    EXPECT_TRUE(seen() == kHardirq);
    nolockalloc_hardirq_exit();
    EXPECT_TRUE(seen() == kTask);
}

TEST(Context, IsTheThreadsOwn)
{
    nolockalloc_nmi_enter();
    EXPECT_TRUE(seen_by_a_new_thread() == kTask);
    EXPECT_TRUE(seen() == kNmi);
    nolockalloc_nmi_exit();
}

TEST(Context, AHandlerDeclaresItself)
{
    Handling handling(SIGUSR1, declared_handler);
    raise(SIGUSR1);
    EXPECT_TRUE(g_in_handler == kNmi);
    EXPECT_TRUE(seen() == kTask);
}

TEST(Context, AnExitWithoutAnEnterIsReportedOnceAndChangesNothing)
{
    ChildResult result = run_in_child(
        []
        {
            nolockalloc_nmi_exit();
            nolockalloc_hardirq_exit();
            nolockalloc_nmi_enter();
            nolockalloc_hardirq_exit(); // this hard IRQ is the NMI
            if (!(seen() == kNmi))
                return 1;
            nolockalloc_nmi_exit();
            return seen() == kTask && counters().reports == 1 ? 0 : 2;
        });
    EXPECT_EQ(result.complaint(), "");
    EXPECT_NE(result.error.find("not entered"), std::string::npos) << result.error;
}

TEST(Context, EnterAndExitInterruptedAtEveryInstructionByTheSameKeepCount)
{
    static stepper::Trace trace;
    auto both = [](void *)
    {
        nolockalloc_hardirq_enter();
        nolockalloc_hardirq_exit();
    };
    auto inject = [](void *context, size_t)
    {
        Seen before = seen();
        nolockalloc_nmi_enter();
        nolockalloc_nmi_exit();
        *static_cast<bool *>(context) &= seen() == before;
    };
    bool is_balanced = true;
    stepper::trace(both, nullptr, trace);
    ASSERT_GT(trace.count, 8u);
    for (size_t i = 0; i < trace.count; i++)
    {
        EXPECT_EQ(stepper::inject_at(trace, i, both, nullptr, inject, &is_balanced).injections, 1u);
        EXPECT_TRUE(seen() == kTask) << i;
    }
    EXPECT_TRUE(is_balanced);
}

// E1: a trylock that always succeeds would let the handler into what it interrupted. The lock is a word in
// memory, not elided for one thread, so a process with one thread is as safe as any; E2: on both routes.
TEST(Context, WithoutPreemptRtADeclaredNmiIsServedInTheMiddleOfEveryCall)
{
    for (const char *name : {"AllocateFromTheArray", "AllocateZeroed", "FreeToTheArray"})
    {
        Interruption interruption(direct_door(), situation_named(name));
        ASSERT_TRUE(interruption.find());
        auto inject = [](void *context, size_t)
        {
            nolockalloc_nmi_enter();
            play(*static_cast<Interruption *>(context), "aarf");
            nolockalloc_nmi_exit();
        };
        for (size_t i = 0; i < interruption.trace().count; i++)
        {
            interruption.prepare();
            EXPECT_EQ(interruption.step(i, inject, &interruption).injections, 1u);
            ASSERT_EQ(interruption.settle(), "") << interruption.describe(i);
        }
    }
}
