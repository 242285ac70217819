// SPDX-License-Identifier: MIT
//
// The proof's own detectors are shown planted bugs before their silence is believed.
#include "board.h"
#include "controls/toy_allocator.h"
#include "program.h"
#include "stepper/stepper.h"
#include "stopping.h"

namespace
{
using namespace proof;

void allocate_from_toy(void *object)
{
    *static_cast<void **>(object) = toy_allocate(64, 0, -1);
}

// At how many boundaries another thread cannot allocate and free while this one is stopped there.
int boundaries_that_block(Toy variant)
{
    static stepper::Trace trace;
    stepper::watch_code_of(reinterpret_cast<const void *>(&toy_allocate));
    Servant other;
    void *object = nullptr;
    toy_reset(variant);
    stepper::trace(allocate_from_toy, &object, trace);
    int blocking = trace.count > 10 ? 0 : -1;
    for (size_t i = 0; i < trace.count && blocking >= 0; i++)
    {
        toy_reset(variant);
        Stopping stopping = {other, [] { toy_free(toy_allocate(64, 0, -1)); }, 1};
        stepper::inject_at(trace, i, allocate_from_toy, &object, stop_here, &stopping);
        if (!stopping.stopped)
            blocking = -1;
        if (stopping.stopped && !stopping.ended)
        {
            other.wait(); // now that this thread has gone on
            blocking++;
        }
    }
    stepper::watch_code_of(nullptr);
    return blocking;
}
} // namespace

TEST(Stopped, LetsTheOtherThreadOfTheCorrectToyEnd)
{
    EXPECT_EQ(boundaries_that_block(Toy::Correct), 0);
}

TEST(Stopped, FindsALockThatIsWaitedFor)
{
    EXPECT_GE(boundaries_that_block(Toy::Spin), 1);
}

TEST(Shuffled, HasEachNumberOnceAndIsTheSameAgain)
{
    std::vector<uint32_t> order = shuffled(100, 7);
    EXPECT_EQ(order, shuffled(100, 7));
    EXPECT_NE(order, shuffled(100, 8));
    std::vector<bool> seen(100);
    for (uint32_t number : order)
        seen[number] = true;
    EXPECT_EQ(std::count(seen.begin(), seen.end(), true), 100);
}
