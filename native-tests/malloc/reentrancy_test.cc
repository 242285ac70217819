// SPDX-License-Identifier: MIT
//
// Every call of malloc's family, interrupted at each of its instructions by a handler that uses malloc itself. Each
// run is a forked child's, so each begins in the same state.
#include "child.h"
#include "ledger.h"
#include "malloc_door.h"
#include "short_form.h"
#include "stepper/stepper.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <ostream>
#include <sys/mman.h>

namespace
{
// The objects of a run. Made before the forks.
struct Stage
{
    Ledger own{malloc_door(), 4096}, older{malloc_door(), 4096}, nested{malloc_door(), 4096};
    void *object = nullptr; // that the call works on
    size_t size = 0;        // of it, as far as it was written
};
Stage *g_stage;

constexpr size_t kSize = 900; // of a bucket that nobody else uses
constexpr size_t kLarge = 100000;
constexpr size_t kHuge = 6 << 20;

constexpr unsigned kSecondsAtMost = 60; // a run; on a busy machine the longest call takes several
stepper::Trace &g_trace = *stepper::map_trace(); // of the call, as a child has recorded it

struct Call
{
    const char *name;
    size_t allocated, freed; // before the call, of the bucket
    size_t object;           // size of the object that the call works on, 0: none
    void (*perform)();
    size_t at_least = 15; // instructions; where it takes fewer, as much is allocated or freed before as it needs
};

void keep(void *result, size_t size)
{
    g_stage->object = nullptr;
    if (result == nullptr)
        g_stage->own.complain("the call gave NULL");
    else
        g_stage->own.adopt(result, size);
}

template <size_t size> void allocate()
{
    keep(malloc(size), size);
}

template <size_t size> void allocate_zero()
{
    keep(calloc(1, size), size);
}

template <size_t size> void reallocate()
{
    void *result = realloc(g_stage->object, size);
    size_t kept = std::min(g_stage->size, size);
    if (result != nullptr)
        for (size_t i = 0; i < kept; i += 97)
            if (static_cast<char *>(result)[i] != 0x5a)
                g_stage->own.complain("realloc changed what was in the object");
    keep(result, size);
}

void free_object()
{
    free(g_stage->object);
    g_stage->object = nullptr;
}

void allocate_aligned()
{
    keep(aligned_alloc(1 << 17, kLarge), kLarge);
}

void operator_new()
{
    keep(operator new(kSize, std::nothrow), kSize);
}

const Call kCalls[] = {
    {"malloc_from_the_array", 20, 5, 0, allocate<kSize>},
    {"malloc_from_a_slab", 70, 0, 0, allocate<kSize>, 100},
    {"malloc_of_a_new_bucket", 0, 0, 0, allocate<kSize>, 100},
    {"malloc_from_the_barn", 600, 200, 0, allocate<kSize>, 100},
    {"free_into_the_array", 20, 5, kSize, free_object},
    {"free_into_the_barn", 200, 70, kSize, free_object, 100},
    {"free_into_the_slabs", 1300, 1200, kSize, free_object, 100},
    {"calloc_small", 20, 5, 0, allocate_zero<kSize>},
    {"calloc_large", 0, 0, 0, allocate_zero<kLarge>},
    {"malloc_large", 0, 0, 0, allocate<kLarge>},
    {"malloc_huge", 0, 0, 0, allocate<kHuge>},
    {"aligned_alloc_large", 0, 0, 0, allocate_aligned},
    {"free_large", 0, 0, kLarge, free_object},
    {"free_huge", 0, 0, kHuge, free_object},
    {"realloc_in_place", 0, 0, kSize, reallocate<kSize - 10>},
    {"realloc_small_to_larger", 0, 0, kSize, reallocate<3000>},
    {"realloc_small_to_large", 0, 0, kSize, reallocate<kLarge>},
    {"realloc_large_to_larger", 0, 0, kLarge, reallocate<kLarge * 2>},
    {"realloc_large_to_huge", 0, 0, kLarge, reallocate<kHuge>},
    {"realloc_huge_to_huger", 0, 0, kHuge, reallocate<kHuge + (4 << 20)>},
    {"realloc_huge_to_large", 0, 0, kHuge, reallocate<kLarge>},
    {"realloc_large_to_small", 0, 0, kLarge, reallocate<kSize>},
    {"operator_new", 20, 5, 0, operator_new},
    {"malloc_trim", 100, 100, 0, [] { malloc_trim(0); }},
    {"mallinfo2", 100, 50, 0, [] { (void)mallinfo2(); }},
};

void PrintTo(const Call &call, std::ostream *out)
{
    *out << call.name;
}

// One letter a step: a A l h allocate in the bucket, in another, large, huge; f free an older object, x the first
// of its own; r make an older object larger.
const char *const kScripts[] = {"aaxa", "ffaf", "AlaxA", "hfrl", "rfxa"};

void play(void *script, size_t)
{
    Ledger &nested = g_stage->nested;
    Ledger &older = g_stage->older;
    for (const char *step = *static_cast<const char **>(script); *step != '\0'; step++)
    {
        switch (*step)
        {
        case 'a':
            nested.allocate(kSize);
            break;
        case 'A':
            nested.allocate(64, __GFP_ZERO);
            break;
        case 'l':
            nested.allocate(kLarge);
            break;
        case 'h':
            nested.allocate(kHuge);
            break;
        case 'f':
            older.free_newest();
            break;
        case 'x':
            if (nested.size() != 0)
                nested.free_oldest();
            break;
        default:
            Object object = older.give_away();
            object.start = static_cast<uint8_t *>(realloc(object.start, 2000));
            if (object.start == nullptr || !has_pattern(object))
                nested.complain("realloc in the handler changed the object");
            else
                nested.adopt(object.start, 2000);
        }
    }
}

void perform(void *call)
{
    static_cast<const Call *>(call)->perform();
}

// Makes a child notice the fork, and forget which object its parent was handed last: a call takes a few instructions
// more or less by it.
void begin_child()
{
    free(opaque(malloc(0)));
    free(opaque(malloc(1)));
}

// How many boundaries the call has, as a child finds and records.
size_t count_boundaries(const Call &call)
{
    ChildResult result = run_in_child(
        [&]
        {
            begin_child();
            stepper::trace(perform, const_cast<Call *>(&call), g_trace);
            return 0;
        },
        kSecondsAtMost);
    EXPECT_EQ(result.complaint(), "");
    return g_trace.count;
}

// Where it is interrupted, as a child finds out: a vector here would be taken from the buckets.
struct Stops
{
    size_t count;
    short_form::Stop at[stepper::kMaxBoundaries];
} &g_stops = *static_cast<Stops *>(
    mmap(nullptr, sizeof(Stops), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));

void find_stops(const Call &call)
{
    ChildResult result = run_in_child(
        [&]
        {
            short_form::Plan plan = {UINT32_MAX, std::size(kScripts), short_form::kForkedRuns};
            auto stops = short_form::stops(g_trace, call.name, plan);
            g_stops.count = std::min(stops.size(), std::size(g_stops.at));
            std::copy_n(stops.begin(), g_stops.count, g_stops.at);
            return 0;
        });
    EXPECT_EQ(result.complaint(), "");
}

// Returns the number of boundaries, or 0: the state was not reached.
size_t prepare(const Call &call, Stage &stage)
{
    g_stage = &stage;
    for (int i = 0; i < 12; i++)
        stage.older.allocate(kSize);
    for (size_t i = 0; i < call.allocated; i++)
        stage.own.allocate(kSize);
    if (call.object != 0)
        stage.object = memset(malloc(call.object), 0x5a, call.object);
    stage.size = call.object;
    for (size_t i = 0; i < call.freed; i++)
        stage.own.free_newest();
    for (int steps = 0; steps < 130; steps++)
    {
        size_t boundaries = count_boundaries(call);
        if (boundaries >= call.at_least)
            return boundaries;
        if (call.object == 0)
            stage.own.allocate(kSize);
        else
            stage.own.free_newest();
    }
    return 0;
}

// In the child: 0 good, 1 wrong.
int run(const Call &call, size_t index, const char *script)
{
    begin_child();
    auto outcome = stepper::inject_at(g_trace, index, perform, const_cast<Call *>(&call), play, &script);
    if (outcome.injections != 1)
        return fprintf(stderr, "%s has no boundary %zu\n", call.name, index), 1;
    Stage &stage = *g_stage;
    stage.own.check(), stage.older.check(), stage.nested.check();
    std::string complaint = overlap_in({&stage.own, &stage.older, &stage.nested});
    if (stage.object != nullptr)
        free(stage.object);
    for (Ledger *ledger : {&stage.own, &stage.older, &stage.nested})
    {
        ledger->free_all();
        if (ledger->complaint() != nullptr)
            complaint += ledger->complaint();
    }
    if (!complaint.empty())
        fprintf(stderr, "%s at boundary %zu, script %s: %s\n", call.name, index, script, complaint.c_str());
    return complaint.empty() ? 0 : 1;
}
} // namespace

class Interrupted : public testing::TestWithParam<Call>
{
};

TEST_P(Interrupted, AtEveryInstructionTheHandlerMayUseMalloc)
{
    const Call &call = GetParam();
    Stage stage;
    size_t boundaries = prepare(call, stage);
    ASSERT_GT(boundaries, 0u) << "the state was not reached";
    find_stops(call);
    for (size_t n = 0; n < g_stops.count; n++)
    {
        const short_form::Stop &stop = g_stops.at[n];
        const char *script = kScripts[stop.kind];
        ChildResult result = run_in_child([&] { return run(call, stop.index, script); }, kSecondsAtMost);
        ASSERT_EQ(result.complaint(), "") << stop.index << " " << script;
    }
    RecordProperty("boundaries", int(boundaries));
}

INSTANTIATE_TEST_SUITE_P(Calls, Interrupted, testing::ValuesIn(kCalls),
                         [](const testing::TestParamInfo<Call> &info) { return info.param.name; });
