// SPDX-License-Identifier: MIT
//
// The seed scenario: kmalloc() and its family in normal context, interrupted at every machine instruction by a
// handler that calls kmalloc_nolock() and kfree_nolock() in the same bucket, and abandoned at every one.
#include "abandoned_call.h"
#include "child.h"
#include "counters.h"
#include "interruption.h"
#include "signals.h"

#include <cstring>

namespace
{
const Door &normal_door()
{
    static const Door door = {
        "normal", [](size_t size, gfp_t flags, int) { return kmalloc(size, GFP_KERNEL | flags); },
        [](const void *object) { kfree(object); }};
    return door;
}

// What the handler has of kmalloc_nolock() before, and what it keeps.
struct HandlersObjects
{
    Ledger older{direct_door()};
    Ledger kept{direct_door()};
} * g_handler;

void krealloc_to_another_bucket(Interruption &on)
{
    void *object = krealloc(on.pointer, on.situation().size, GFP_KERNEL);
    on.result = object;
    on.pointer = nullptr;
}

void bulk_in_and_out(Interruption &on)
{
    void *objects[20];
    for (void *&object : objects)
        object = kmalloc(on.situation().size, GFP_KERNEL);
    for (void *object : objects)
        if (object == nullptr)
            on.own.complain("NULL in normal context");
    kfree_bulk(20, objects);
}

const std::vector<Situation> &situations()
{
    using Op = Operation;
    using B = BucketStats;
    auto small = [](Interruption &on) { on.pointer = kmalloc(40, GFP_KERNEL); };
    static std::vector<Situation> all = {
        {"KmallocFromTheArray", Op::Allocate, 64, &B::alloc_fastpath, 2, true},
        {"KzallocFromTheArray", Op::Allocate, 64, &B::alloc_fastpath, 2, true, false, false, __GFP_ZERO},
        {"KmallocWithRefill", Op::Allocate, 64, &B::sheaf_refill, 1, false, true},
        {"KmallocWithNewSlab", Op::Allocate, 64, &B::alloc_slab},
        {"KmallocFirstOfAThread", Op::Allocate, 64, nullptr, 0, false, false, true},
        {"KfreeToTheArray", Op::Free, 64, &B::free_fastpath, 2},
        {"KfreeWithBarnPut", Op::Free, 64, &B::barn_put, 600},
        {"KfreeWithSlabGivenBack", Op::Free, 1024, &B::free_slab, 450},
        {"Krealloc", Op::Own, 100, nullptr, 2, true, false, false, 0, small, krealloc_to_another_bucket},
        {"ManyAndKfreeBulk", Op::Own, 64, nullptr, 2, true, false, false, 0, nullptr, bulk_in_and_out},
    };
    return all;
}

// Keeps one object of the interrupted bucket, frees an older one, uses another bucket.
void use_nolock(void *context, size_t)
{
    auto *on = static_cast<Interruption *>(context);
    g_handler->kept.allocate(on->situation().size);
    g_handler->kept.allocate(on->situation().size, __GFP_ZERO);
    if (g_handler->older.size() > 0)
        g_handler->older.free_newest();
    g_handler->kept.free_oldest();
    kfree_nolock(kmalloc_nolock(300, 0, NUMA_NO_NODE));
}

void give_the_handler_some(Interruption &on)
{
    for (int i = 0; i < 3; i++)
        g_handler->older.allocate(on.situation().size);
}

void take_them_back(Interruption &on)
{
    for (Ledger *ledger : {&g_handler->kept, &g_handler->older})
    {
        ledger->check();
        ledger->free_all();
        if (ledger->complaint() != nullptr)
            on.own.complain(ledger->complaint());
    }
}

std::string interrupt_at(Interruption &on, size_t index)
{
    on.prepare();
    stepper::Outcome outcome = on.step(index, use_nolock, &on);
    std::string complaint = overlap_in({&on.own, &on.older, &g_handler->kept, &g_handler->older});
    complaint += on.settle() + on.complaints();
    return outcome.injections == 1 ? complaint : complaint + " not reached again";
}

} // namespace

class Kmalloc : public testing::TestWithParam<Situation>
{
};

INSTANTIATE_TEST_SUITE_P(Interrupted, Kmalloc, testing::ValuesIn(situations()),
                         [](const testing::TestParamInfo<Situation> &info)
                         { return std::string(info.param.name); });

TEST_P(Kmalloc, AtEveryInstructionAHandlerMayUseKmallocNolock)
{
    ChildResult result = run_in_child(
        [situation = GetParam()]
        {
            g_handler = new HandlersObjects;
            Interruption on(normal_door(), situation);
            on.before_preparing = give_the_handler_some;
            on.before_counting = take_them_back;
            if (!on.find())
                return 2;
            for (const short_form::Stop &stop : on.stops({3}))
            {
                size_t i = stop.index;
                std::string complaint = interrupt_at(on, i);
                if (!complaint.empty())
                {
                    fprintf(stderr, "%s: %s\n", on.describe(i).c_str(), complaint.c_str());
                    return 1;
                }
            }
            return 0;
        },
        100);
    EXPECT_EQ(result.complaint(), "");
}

// The object in hand, and of krealloc() the old one, may be lost.
TEST_P(Kmalloc, AbandonedAtAnyInstructionItLeavesEveryBucketWorking)
{
    if (GetParam().on_a_new_thread || GetParam().reached == &BucketStats::barn_put)
        GTEST_SKIP() << "abandonment_test has these paths";
    Interruption on(normal_door(), GetParam());
    ASSERT_TRUE(on.find());
    for (const short_form::Stop &stop : on.stops(short_form::kOnceInAChild))
    {
        if (HasFailure())
            break;
        size_t i = stop.index;
        ChildResult result = run_in_child(
            [&]
            {
                on.prepare();
                abandon_deep_in_the_stack(on, i);
                use_the_stack_below();
                bool works = every_bucket_works(normal_door()) && every_bucket_works(direct_door());
                on.free_all();
                std::string complaint = complaint_after_trim(22); // of ManyAndKfreeBulk all, and two
                fprintf(stderr, "%s\n", complaint.c_str());
                return works && complaint.empty() ? 0 : 1;
            });
        EXPECT_EQ(result.complaint(), "") << on.describe(i);
    }
}

// The large sizes, of which the handler knows nothing: at every instruction it allocates small and large.
TEST(KmallocLarge, AtEveryInstructionAHandlerMayUseKmallocNolock)
{
    ChildResult result = run_in_child(
        []
        {
            static stepper::Trace trace;
            static void *object;
            static size_t size;
            for (size_t each : {10000, 30000, 70000, 300000})
            {
                size = each;
                auto call = [](void *)
                {
                    object = kmalloc(size, GFP_KERNEL);
                    kfree(object);
                };
                auto handler = [](void *, size_t)
                {
                    void *small = kmalloc_nolock(64, 0, NUMA_NO_NODE);
                    void *large = kmalloc(size, GFP_ATOMIC);
                    if (small == nullptr || large == nullptr)
                        abort();
                    memset(large, 0x3c, size);
                    kfree_nolock(small);
                    kfree(large);
                };
                call(nullptr);
                call(nullptr);
                stepper::trace(call, nullptr, trace);
                for (const short_form::Stop &stop : short_form::stops(trace, std::to_string(size), {2}))
                    stepper::inject_at(trace, stop.index, call, nullptr, handler, nullptr);
            }
            std::string complaint = complaint_after_trim();
            fprintf(stderr, "%s\n", complaint.c_str());
            return complaint.empty() && counters().reports == 0 ? 0 : 1;
        },
        100);
    EXPECT_EQ(result.complaint(), "");
}
