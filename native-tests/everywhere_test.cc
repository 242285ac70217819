// SPDX-License-Identifier: MIT
//
// What comes at every instruction of whole tests (intruder.cc, stepper/everywhere.cc) does come, and sees what goes
// wrong.
#include "child.h"
#include "controls/toy_allocator.h"
#include "counters.h"
#include "ledger.h"
#include "stepper/stepper.h"

#include <gtest/gtest.h>

namespace
{
const Door g_toy = {"toy", toy_allocate, toy_free};

size_t injections_of(const std::function<void()> &code)
{
    static size_t count;
    count = 0;
    stepper::begin_everywhere([](void *, size_t) { count++; }, nullptr);
    code();
    stepper::end_everywhere();
    return count;
}

size_t boundaries_of_version()
{
    static stepper::Trace trace;
    stepper::trace([](void *) { nolockalloc_version(); }, nullptr, trace);
    return trace.count;
}

// Whether the bytes of some object were not its own, when handlers use the toy at each of its instructions.
bool shows(Toy variant)
{
    static Ledger outer(g_toy), nested(g_toy);
    stepper::watch_code_of(reinterpret_cast<const void *>(&toy_allocate));
    toy_reset(variant);
    // In threes, so that an instruction meets another of them at its next pass.
    auto inject = [](void *, size_t) { nested.size() < 2 ? (void)nested.allocate(64) : nested.free_all(); };
    stepper::begin_everywhere(inject, nullptr);
    for (int i = 0; i < 40; i++)
        i % 3 != 2 ? (void)outer.allocate(64) : outer.free_oldest();
    stepper::end_everywhere();
    outer.check();
    bool is_wrong = !overlap_in({&outer, &nested}).empty() || outer.complaint() != nullptr ||
                    nested.complaint() != nullptr;
    outer.forget_all();
    nested.forget_all();
    stepper::watch_code_of(nullptr);
    return is_wrong;
}
} // namespace

TEST(Everywhere, AHandlerComesAtEachInstructionOfEachCallAndNowhereElse)
{
    size_t once = boundaries_of_version();
    ASSERT_GT(once, 0u);
    EXPECT_EQ(injections_of([] {}), 0u);
    EXPECT_EQ(injections_of([] { nolockalloc_version(); }), once);
    EXPECT_EQ(injections_of([] { nolockalloc_version(), nolockalloc_version(); }), 2 * once);
}

TEST(Everywhere, OneCallIsInterruptedAtTheFirstPassThroughEachOfItsInstructions)
{
    static stepper::Trace trace;
    auto call = [](void *) { counters(); };
    auto count = [](void *injections, size_t) { ++*static_cast<size_t *>(injections); };
    stepper::trace(call, nullptr, trace);
    size_t instructions = 0, injections = 0;
    for (size_t i = 0; i < trace.count; i++)
        instructions += trace.boundary[i].occurrence == 0;
    EXPECT_EQ(stepper::inject_everywhere(call, nullptr, count, &injections).injections, instructions);
    EXPECT_EQ(injections, instructions);
    EXPECT_GT(trace.count, 2 * instructions) << "it has loops";
}

TEST(Everywhere, ChildrenOfForksAreInterruptedToo)
{
    auto in_a_child = []
    {
        return run_in_child(
            []
            {
                size_t once = boundaries_of_version();
                return injections_of([] { nolockalloc_version(); }) == once ? 0 : 1;
            });
    };
    EXPECT_EQ(in_a_child().complaint(), "");
    stepper::begin_everywhere([](void *, size_t) { _exit(7); }, nullptr);
    ChildResult result = run_in_child([] { return nolockalloc_version() == 0; });
    stepper::end_everywhere();
    EXPECT_EQ(result.exit_code, 7);
}

TEST(Everywhere, WhatIsCalledOftenRunsAtFullSpeed)
{
    auto often = []
    {
        for (int i = 0; i < 10000; i++)
            kfree_nolock(kmalloc_nolock(64, 0, NUMA_NO_NODE));
    };
    size_t injections = injections_of(often);
    EXPECT_GT(injections, 1000u);
    EXPECT_LT(injections, 200000u) << "of 700000 instructions";
    EXPECT_GT(injections_of([] { nolockalloc_version(); }), 0u) << "other calls are interrupted still";
}

TEST(Everywhere, FindsAnAllocatorWithoutALock)
{
    EXPECT_FALSE(shows(Toy::Correct));
    EXPECT_TRUE(shows(Toy::NoLock));
}
