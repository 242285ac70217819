// SPDX-License-Identifier: MIT
//
// The first call of a process, interrupted everywhere: whoever comes first makes the arena and
// reads the options. The parent never uses the library, so each child has one that nobody has used.
#include "child.h"
#include "counters.h"
#include "ledger.h"
#include "short_form.h"
#include "stepper/stepper.h"

#include <csetjmp>

namespace
{
stepper::Trace *g_trace = stepper::map_trace();
sigjmp_buf g_before;

struct First
{
    const Door *door;
    Ledger outer, nested;
    bool leaves = false;

    explicit First(const Door &door) : door(&door), outer(door), nested(door)
    {
    }
};

void first_call(void *argument)
{
    static_cast<First *>(argument)->outer.allocate(64);
}

void interrupt(void *context, size_t)
{
    auto *first = static_cast<First *>(context);
    first->nested.allocate(64);
    first->nested.allocate(64);
    first->nested.free_oldest();
    if (first->leaves)
        siglongjmp(g_before, 1);
}

int run(First &first, size_t index)
{
    if (sigsetjmp(g_before, 1) == 0 &&
        stepper::inject_at(*g_trace, index, first_call, &first, interrupt, &first).injections != 1)
        return 2;
    stepper::forget();
    std::string complaint = overlap_in({&first.outer, &first.nested});
    bool works = every_bucket_works(*first.door);
    first.outer.free_all();
    first.nested.free_all();
    if (!first.leaves)
        complaint += complaint_after_trim();
    fprintf(stderr, "%s %s\n", works ? "" : "a bucket does not work", complaint.c_str());
    return works && complaint.empty() && !first.outer.complaint() && !first.nested.complaint() ? 0
                                                                                               : 1;
}
} // namespace

class FirstCall : public EveryDoor
{
  protected:
    void interrupt_everywhere(bool leaves)
    {
        ASSERT_EQ(counters().arena_bytes, 0u) << "this process has used the library";
        auto record = [&]
        {
            First first(door);
            stepper::trace(first_call, &first, *g_trace);
            return 0;
        };
        ASSERT_EQ(run_in_child(record).complaint(), "");
        ASSERT_GT(g_trace->count, 100u);
        for (const short_form::Stop &stop : short_form::stops(*g_trace, door.name, short_form::kOnceInAChild))
        {
            if (HasFailure())
                break;
            size_t i = stop.index;
            ChildResult result = run_in_child(
                [&]
                {
                    First first(door);
                    first.leaves = leaves;
                    return run(first, i);
                });
            EXPECT_EQ(result.complaint(), "")
                << "boundary " << i << " of " << g_trace->count << " at +0x" << std::hex
                << g_trace->boundary[i].pc - stepper::library_base();
        }
    }
};
THROUGH_BOTH_DOORS(FirstCall);

TEST_P(FirstCall, MayBeInterruptedByAnotherAtAnyInstruction)
{
    interrupt_everywhere(false);
}

TEST_P(FirstCall, MayBeAbandonedAtAnyInstruction)
{
    interrupt_everywhere(true);
}
