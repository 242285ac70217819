// SPDX-License-Identifier: MIT
//
// That what the suite leaves out is what short_form.h says.
#include "short_form.h"

#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>
#include <set>

namespace
{
using Stops = std::vector<short_form::Stop>;

// A call that goes through each of these instructions so often.
class ShortForm : public testing::Test
{
  protected:
    ShortForm()
    {
        unsetenv("NLA_EVERY_STOP"); // each test is a process of its own
    }
    ~ShortForm()
    {
        stepper::unmap_trace(&trace);
    }

    void go_through(size_t instructions, uint32_t times)
    {
        for (uint32_t pass = 0; pass < times; pass++)
            for (size_t i = 0; i < instructions; i++)
                trace.boundary[trace.count++] = {0x1000 + i, pass, 0};
    }

    std::set<uintptr_t> instructions_of(const Stops &stops, uint32_t pass) const
    {
        std::set<uintptr_t> found;
        for (const short_form::Stop &stop : stops)
            if (trace.boundary[stop.index].occurrence == pass)
                found.insert(trace.boundary[stop.index].pc);
        return found;
    }

    stepper::Trace &trace = *stepper::map_trace();
};

std::set<size_t> kinds_of(const Stops &stops)
{
    std::set<size_t> kinds;
    for (const short_form::Stop &stop : stops)
        kinds.insert(stop.kind);
    return kinds;
}

std::set<std::pair<size_t, size_t>> different(const Stops &stops)
{
    std::set<std::pair<size_t, size_t>> found;
    for (const short_form::Stop &stop : stops)
        found.insert({stop.index, stop.kind});
    return found;
}
} // namespace

TEST_F(ShortForm, OfAShortCallHasEveryKindAtEveryPassThatIsMeant)
{
    go_through(30, 4);
    Stops stops = short_form::stops(trace, "case", {3, 7, 10000});
    EXPECT_EQ(stops.size(), 30u * 3 * 7);
    EXPECT_EQ(different(stops).size(), stops.size());
    EXPECT_TRUE(instructions_of(stops, 3).empty()) << "three passes are meant";
}

TEST_F(ShortForm, OfALongerCallHasAKindAtEveryInstructionAndTheyTakeTurns)
{
    go_through(100, 3);
    Stops stops = short_form::stops(trace, "case", {3, 7, 120});
    EXPECT_EQ(stops.size(), 120u);
    EXPECT_EQ(instructions_of(stops, 0).size(), 100u);
    EXPECT_EQ(instructions_of(stops, 1).size() + instructions_of(stops, 2).size(), 20u);
    for (size_t n = 1; n < 100; n++)
        EXPECT_EQ(stops[n].kind, (stops[n - 1].kind + 1) % 7);
    EXPECT_NE(stops[0].kind, short_form::stops(trace, "esac", {3, 7, 120})[0].kind);
}

TEST_F(ShortForm, OfALongCallIsASampleAtEqualDistancesThatAllCasesTogetherSpreadEverywhere)
{
    go_through(1000, 1);
    std::set<uintptr_t> all;
    for (int number = 0; number < 200; number++)
    {
        Stops stops = short_form::stops(trace, "case " + std::to_string(number), {1, 5, 50});
        ASSERT_EQ(instructions_of(stops, 0).size(), 50u);
        EXPECT_EQ(kinds_of(stops).size(), 5u);
        for (size_t n = 1; n < stops.size(); n++)
            EXPECT_EQ(stops[n].index - stops[n - 1].index, 20u);
        for (uintptr_t instruction : instructions_of(stops, 0))
            all.insert(instruction);
    }
    EXPECT_EQ(all.size(), 1000u);
}

TEST_F(ShortForm, IsTheSameInEveryRun)
{
    go_through(1000, 1);
    EXPECT_EQ(short_form::stops(trace, "AllocateFromTheArray_direct", {1, 7, 40})[0].index,
              short_form::stops(trace, "AllocateFromTheArray_direct", {1, 7, 40})[0].index);
    EXPECT_EQ(short_form::stops(trace, "", {1, 7, 1000})[0].kind, 2166136261u % 7) << "FNV-1a of nothing";
}

TEST_F(ShortForm, LeavesNothingOutWhereEveryStopIsWanted)
{
    go_through(1000, 2);
    setenv("NLA_EVERY_STOP", "1", 1);
    EXPECT_EQ(different(short_form::stops(trace, "case", {2, 5, 50})).size(), 1000u * 2 * 5);
    setenv("NLA_EVERY_STOP", "0", 1);
    EXPECT_EQ(different(short_form::stops(trace, "case", {2, 5, 50})).size(), 50u);
}
