// SPDX-License-Identifier: MIT
//
// Calls that never resume: siglongjmp out of a handler at every instruction, threads that end in a
// handler. The whole program has 2 MiB of slabs, so that its capacity, in objects, is exact: what
// an abandoned call has lost is missing from it.
#include "abandoned_call.h"
#include "child.h"
#include "counters.h"
#include "interruption.h"
#include "signals.h"

#include <sys/mman.h>
#include <unistd.h>
#include <vector>

static RunUnderOptions g_options("arena=2m");

namespace
{
std::vector<void *> g_objects;

// How many objects of a bucket there can be. Frees them all.
size_t capacity(const Door &door, size_t size)
{
    nolockalloc_trim();
    g_objects.clear();
    while (void *object = door.allocate(size, 0, NUMA_NO_NODE))
        g_objects.push_back(object);
    for (void *object : g_objects)
        door.free(object);
    nolockalloc_trim();
    return g_objects.size();
}

// In a child: abandons the call, `times` over; returns what went wrong.
std::string abandon(Interruption &interruption, const Door &door, size_t index, size_t times)
{
    size_t size = interruption.situation().size;
    size_t before = capacity(door, size);
    for (size_t i = 0; i < times; i++)
    {
        interruption.prepare();
        abandon_deep_in_the_stack(interruption, index);
        if (!every_bucket_works(door))
            return "a bucket does not work straight afterwards";
        use_the_stack_below();
        interruption.free_all();
    }
    if (!every_bucket_works(door))
        return "a bucket does not work any more";
    size_t after = capacity(door, size);
    if (after + times < before)
        return "lost " + std::to_string(before - after) + " objects";
    return after > before ? "gained objects" : "";
}

struct Shared // with the children
{
    uint64_t recovered;
    uint64_t abandoned;
} *g_shared = static_cast<Shared *>(
    mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
} // namespace

using Case = std::tuple<Door, Situation>;

class Abandoned : public testing::TestWithParam<Case>
{
  protected:
    const Door &door = std::get<0>(GetParam());
    const Situation &situation = std::get<1>(GetParam());

    // One child per boundary.
    void abandon_everywhere(size_t times, size_t at_most)
    {
        *g_shared = {};
        Interruption interruption(door, situation);
        ASSERT_TRUE(interruption.find()) << "the state was not reached";
        for (const short_form::Stop &stop : interruption.stops({1, 1, at_most}))
        {
            if (HasFailure())
                break;
            size_t i = stop.index;
            ChildResult result = run_in_child(
                [&]
                {
                    std::string complaint = abandon(interruption, door, i, times);
                    g_shared->recovered += count(&BucketStats::lock_recovered);
                    g_shared->abandoned += times;
                    fprintf(stderr, "%s\n", complaint.c_str());
                    return complaint.empty() ? 0 : 1;
                });
            EXPECT_EQ(result.complaint(), "") << interruption.describe(i);
        }
        printf("%lu abandoned, %lu locks taken back\n", g_shared->abandoned, g_shared->recovered);
        EXPECT_GT(g_shared->abandoned, 10u);
        EXPECT_GT(g_shared->recovered, 0u) << "no lock was ever taken back";
    }
};

// The same for a few situations and less often, where it takes longer.
constexpr size_t kOften = 60;
class AbandonedOften : public Abandoned
{
};

static std::string name_of(const testing::TestParamInfo<Case> &info)
{
    return std::string(std::get<1>(info.param).name) + "_" + std::get<0>(info.param).name;
}

INSTANTIATE_TEST_SUITE_P(Calls, Abandoned,
                         testing::Combine(testing::Values(direct_door(), exported_door()),
                                          testing::ValuesIn(situations_with_a_lock())),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Calls, AbandonedOften,
                         testing::Combine(testing::Values(direct_door(), exported_door()),
                                          testing::Values(situation_named("AllocateFromTheArray"),
                                                          situation_named("AllocateWithRefill"),
                                                          situation_named("FreeToTheArray"),
                                                          situation_named("FreeWithBarnPut"))),
                         name_of);

TEST_P(Abandoned, AtAnyInstructionItLosesAtMostOneObject)
{
    abandon_everywhere(1, short_form::kForkedRuns);
}

TEST_P(AbandonedOften, EightTimesInARowItLosesAtMostEight)
{
    abandon_everywhere(8, kOften);
}

TEST_P(AbandonedOften, FromAnAlternateStackItLosesAtMostOneObject)
{
    AlternateStack stack;
    stepper::use_alternate_stack(true);
    abandon_everywhere(1, kOften);
    stepper::use_alternate_stack(false);
}
