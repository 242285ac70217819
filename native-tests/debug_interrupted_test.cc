// SPDX-License-Identifier: MIT
//
// Debug caches, interrupted at every instruction of their calls by handlers that use debug caches
// too: no false report, nothing lost, no counter that drifts, and a report can be interrupted by a
// report. The letters and numbers are those of the kernel's bugs (docs/KERNEL.md).
#include "child.h"
#include "debug_reports.h"
#include "interruption.h"

#include <csetjmp>
#include <fcntl.h>
#include <unistd.h>

static RunUnderOptions g_options("slub_debug=FZPU");

namespace
{
using B = BucketStats;
constexpr uint32_t kPasses = 2;

const Situation kAllocate = {"Allocate", Operation::Allocate, 64, &B::alloc_direct, 2, true};
const Situation kAllocateWithNewSlab = {"AllocateWithNewSlab", Operation::Allocate, 1024,
                                        &B::alloc_slab};
const Situation kFree = {"Free", Operation::Free, 64, &B::free_slowpath, 2};
const Situation kFreeWithSlabGivenBack = {"FreeWithSlabGivenBack", Operation::Free, 4096,
                                          &B::free_slab, 12};

// Calls what at every boundary of the situation's call. "" if every run settled, and says_more is
// "" after each.
using Deed = void (*)(Interruption &);
std::string at_every_instruction(const Situation &situation, Deed deed,
                                 std::string (*says_more)() = nullptr)
{
    struct What
    {
        Interruption interruption;
        Deed deed;
    } what = {{direct_door(), situation}, deed};
    Interruption &on = what.interruption;
    if (!on.find() || on.trace().count > stepper::kMaxBoundaries)
        return "the state was not reached";
    size_t reached = 0,
           missed = 0; // how far the stack is walked depends on what the stepper left on it
    for (const short_form::Stop &stop : on.stops({kPasses}))
    {
        size_t i = stop.index;
        on.prepare();
        auto inject = [](void *context, size_t)
        {
            auto *what = static_cast<What *>(context);
            what->deed(what->interruption);
        };
        stepper::Outcome outcome = on.step(i, inject, &what);
        std::string complaint = on.settle();
        (outcome.injections == 1 ? reached : missed)++;
        if (says_more != nullptr)
            complaint += says_more();
        if (!complaint.empty())
            return on.describe(i) + ": " + complaint;
    }
    return missed * 10 > reached ? "too few boundaries were reached again" : "";
}

std::string reports()
{
    return counters().reports == 0 ? "" : " something was reported";
}
void expect_well(const std::function<std::string()> &run)
{
    auto planted = []
    {
        uint8_t *object = hidden(kmalloc_nolock(60, 0, NUMA_NO_NODE));
        object[60] = 1;
        kfree_nolock(object);
        return reports() != "" ? 0 : 1;
    };
    EXPECT_EQ(run_in_child(planted).complaint(), "") << "a planted overrun was not seen";
    EXPECT_EQ(run_in_child(
                  [&]
                  {
                      std::string complaint = run();
                      fprintf(stderr, "%s\n", complaint.c_str());
                      return complaint.empty() ? 0 : 1;
                  },
                  110)
                  .complaint(),
              "");
}

void allocate_and_free(Interruption &on)
{
    play(on, "aafrA");
    if (nolockalloc_validate(nullptr) != 0)
        on.nested.complain("objects are wrong in the handler");
}

bool g_was_deferred;

void free_in_several_buckets(Interruption &on)
{
    uint64_t before = count(&B::defer_free);
    play(on, "fFfF");
    g_was_deferred |= count(&B::defer_free) != before;
    if (nolockalloc_validate(nullptr) != 0)
        on.nested.complain("what was deferred is not as it should be");
}

// More than the slab has left, or a batch: so many slabs at most.
void allocate_few(Interruption &on)
{
    uint64_t before = count(&B::alloc_slab);
    play(on, "aaa");
    if (count(&B::alloc_slab) > before + 3)
        on.nested.complain("slabs were allocated and not used");
}

std::string slabinfo()
{
    char text[8192];
    int ends[2];
    if (pipe(ends) != 0)
        return "no pipe";
    nolockalloc_slabinfo(ends[1]);
    ssize_t length = read(ends[0], text, sizeof text);
    close(ends[0]);
    close(ends[1]);
    return std::string(text, size_t(length > 0 ? length : 0));
}

std::string slabinfo_has_changed()
{
    static const std::string before = slabinfo();
    return slabinfo() == before ? "" : " slabinfo has changed:\n" + slabinfo();
}

std::string trouble()
{
    return reports() + slabinfo_has_changed();
}
} // namespace

class DebugInterrupted : public testing::TestWithParam<Situation>
{
};
INSTANTIATE_TEST_SUITE_P(Calls, DebugInterrupted,
                         testing::Values(kAllocate, kAllocateWithNewSlab, kFree,
                                         kFreeWithSlabGivenBack),
                         [](const testing::TestParamInfo<Situation> &info)
                         { return std::string(info.param.name); });

TEST_P(DebugInterrupted, AtEveryInstructionAHandlerMayAllocateFreeAndValidate)
{
    expect_well([] { return at_every_instruction(GetParam(), allocate_and_free, reports); });
}

TEST_P(DebugInterrupted, B2_C1_DeferredFreesKeepTheirZonesAndNothingIsWrittenToThem)
{
    expect_well(
        []
        {
            std::string complaint =
                at_every_instruction(GetParam(), free_in_several_buckets, reports);
            bool may_defer = GetParam().operation == Operation::Free;
            return complaint + (may_defer && !g_was_deferred ? " nothing was ever deferred" : "");
        });
}

TEST_P(DebugInterrupted, B4_B6_NoCounterDriftsAndNoSlabIsTakenForNothing)
{
    expect_well([] { return at_every_instruction(GetParam(), allocate_few, trouble); });
}

// A free of a free object is reported; its handler has another to report.
TEST(DebugReport, D3_AtEveryInstructionOfAReportAHandlerMayReport)
{
    static void *second;
    Situation situation = {"DoubleFree", Operation::Own, 64, nullptr};
    situation.set_up = [](Interruption &on)
    {
        on.pointer = on.door().allocate(64, 0, NUMA_NO_NODE);
        second = on.door().allocate(64, 0, NUMA_NO_NODE);
        on.door().free(on.pointer);
        on.door().free(second);
    };
    situation.call = [](Interruption &on) { on.door().free(on.pointer); };
    expect_well(
        [&]
        {
            int kept = dup(STDERR_FILENO);
            dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
            static uint64_t handled = 0;
            std::string complaint = at_every_instruction(
                situation,
                [](Interruption &on)
                {
                    uint64_t before = counters().reports;
                    on.door().free(second);
                    if (counters().reports != before + 1)
                        on.nested.complain("the handler's error was not reported");
                    play(on, "afr");
                    handled++;
                });
            dup2(kept, STDERR_FILENO);
            return complaint + (handled < 500 ? " hardly any instruction was interrupted" : "");
        });
}

// A call that never resumes loses at most the object in hand, and leaves nothing that looks like an
// error.
static sigjmp_buf g_before;
[[gnu::noinline]] static void abandon(Interruption &on, size_t index)
{
    if (sigsetjmp(g_before, 1) == 0)
        on.step(
            index, [](void *, size_t) { siglongjmp(g_before, 1); }, nullptr);
    stepper::forget();
}

class DebugAbandoned : public DebugInterrupted
{
};
INSTANTIATE_TEST_SUITE_P(Calls, DebugAbandoned, testing::Values(kAllocate, kFree),
                         [](const testing::TestParamInfo<Situation> &info)
                         { return std::string(info.param.name); });

TEST_P(DebugAbandoned, AtEveryInstructionLosesAtMostOneObject)
{
    expect_well(
        []
        {
            Interruption on(direct_door(), GetParam());
            if (!on.find())
                return std::string("the state was not reached");
            for (const short_form::Stop &stop : on.stops({kPasses}))
            {
                size_t i = stop.index;
                on.prepare();
                int64_t before = live_objects(counters());
                abandon(on, i);
                int64_t more = live_objects(counters()) - before;
                on.free_all();
                if (std::abs(more) > 1 || nolockalloc_validate(nullptr) != 0 || !reports().empty())
                    return on.describe(i) + ": live " + std::to_string(more) + on.complaints();
            }
            return std::string(every_bucket_works(direct_door()) ? reports()
                                                                 : "a bucket does not work");
        });
}
