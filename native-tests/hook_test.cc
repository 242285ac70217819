// SPDX-License-Identifier: MIT
//
// Callbacks inside the allocator, at every point and in every mode: they allocate and free in the
// buckets that are in use, with the lock held, and may leave by siglongjmp().
#include "child.h"
#include "counters.h"
#include "hooks.h"

#include <csetjmp>
#include <cstdio>
#include <memory>
#include <string>

namespace
{
const size_t kSizes[] = {64, 8192, 1024, 128};

// What a callback works with. On one thread at a time.
struct Visitor
{
    const Door &door;
    Ledger kept{door, 64};
    long calls = 0;
    int wrong_points = 0;
    int point = -1;
    sigjmp_buf *way_out = nullptr;
};

void visit(int point, void *data)
{
    auto *visitor = static_cast<Visitor *>(data);
    visitor->calls++;
    visitor->wrong_points += point != visitor->point;
    bool is_enough = visitor->calls > 50 && visitor->calls % 16 != 0;
    for (size_t size : kSizes)
    {
        if (is_enough && visitor->way_out == nullptr)
            break;
        visitor->kept.allocate(size);
        visitor->kept.allocate(size, __GFP_ZERO);
        visitor->kept.free_newest();
    }
    while (visitor->kept.size() > 30)
        visitor->kept.free_oldest();
    if (visitor->way_out != nullptr)
        siglongjmp(*visitor->way_out, 1);
}

int complain(int point, const std::string &what)
{
    fprintf(stderr, "at %s: %s\n", name_of(point), what.c_str());
    return 1;
}

std::string complaint_of(const Visitor &visitor, const Ledger &passing)
{
    if (visitor.calls == 0)
        return "was never passed";
    if (visitor.wrong_points != 0)
        return "the callback was told another point";
    if (visitor.kept.complaint() != nullptr)
        return visitor.kept.complaint();
    if (passing.complaint() != nullptr)
        return passing.complaint();
    return "";
}

// The points that a mode has no way to pass.
bool is_passed(int point)
{
    bool is_tiny =
        std::string(getenv("NOLOCKALLOC_OPTIONS")).find("slub_tiny") != std::string::npos;
    for (int array :
         {NOLOCKALLOC_HOOK_ALLOC_LOCKED, NOLOCKALLOC_HOOK_REFILL, NOLOCKALLOC_HOOK_BARN_GET,
          NOLOCKALLOC_HOOK_NEW_SLAB, NOLOCKALLOC_HOOK_FREE_LOCKED, NOLOCKALLOC_HOOK_FLUSH,
          NOLOCKALLOC_HOOK_BARN_PUT})
        if (is_tiny && point == array)
            return false;
    return true;
}

int reenter_at_every_point()
{
    for (int point : hookable_points())
    {
        if (!is_passed(point))
            continue;
        Visitor visitor{direct_door()};
        Ledger passing(direct_door(), 1500);
        visitor.point = point;
        {
            Hooked hooked(point, visit, &visitor);
            pass_every_point(direct_door(), passing);
        }
        std::string complaint = complaint_of(visitor, passing);
        visitor.kept.free_all();
        if (complaint.empty())
            complaint = complaint_after_trim();
        if (!complaint.empty())
            return complain(point, complaint);
    }
    return counters().reports == 0 ? 0 : complain(-1, "something was reported");
}
Role g_reenter("reenter", reenter_at_every_point);

// Everything at once: in the middle of one point another is passed, whose callback is not called.
int reenter_at_all_points()
{
    std::vector<std::unique_ptr<Visitor>> visitors;
    {
        std::vector<std::unique_ptr<Hooked>> hooked;
        for (int point : hookable_points())
        {
            visitors.emplace_back(new Visitor{direct_door()});
            visitors.back()->point = point;
            hooked.push_back(std::make_unique<Hooked>(point, visit, visitors.back().get()));
        }
        Ledger passing(direct_door(), 1500);
        pass_every_point(direct_door(), passing);
        for (const auto &visitor : visitors)
            visitor->kept.free_all();
        nolockalloc_trim(); // what they kept was in each slab
        for (const auto &visitor : visitors)
        {
            std::string complaint = complaint_of(*visitor, passing);
            if (is_passed(visitor->point) && !complaint.empty())
                return complain(visitor->point, complaint);
        }
    }
    for (const auto &visitor : visitors)
        visitor->kept.free_all();
    std::string complaint = complaint_after_trim();
    if (counters().reports != 0)
        complaint += "something was reported";
    return complaint.empty() ? 0 : complain(-1, complaint);
}
Role g_reenter_all("reenter-all", reenter_at_all_points);

// What the callback interrupted never goes on. Whatever it held is found again, but for the object
// in hand.
int abandon_at(int point)
{
    Visitor visitor{direct_door()};
    sigjmp_buf way_out;
    visitor.point = point;
    visitor.way_out = &way_out;
    Ledger before(direct_door(), 1500);
    {
        Hooked hooked(point, visit, &visitor);
        if (sigsetjmp(way_out, 1) == 0)
        {
            for (int i = 0; i < 1400; i++)
                before.allocate(64, __GFP_ZERO);
            before.free_all();
            nolockalloc_trim();
        }
    }
    visitor.way_out = nullptr;
    before.forget_all(); // one of them may have been on its way
    if (visitor.calls == 0)
        return -1;
    long calls = visitor.calls;
    for (size_t size : kSizes) // deeper in the stack than the lost frames
        kfree_nolock(kmalloc_nolock(size, __GFP_ZERO, NUMA_NO_NODE));
    if (!every_bucket_works(direct_door()))
        return complain(point, "a bucket does not work any more");
    Hooked hooked(point, visit, &visitor);
    Ledger passing(direct_door(), 1500);
    pass_every_point(direct_door(), passing);
    return passing.complaint() != nullptr ? complain(point, passing.complaint())
           : visitor.kept.complaint()     ? complain(point, visitor.kept.complaint())
           : visitor.calls == calls       ? complain(point, "callbacks are not called any more")
                                          : 0;
}
} // namespace

// The kernel's kunit test_kmalloc_nolock_and_friends_kprobe with our points in place of its no-op
// function, A2.
TEST(Hook, ReentersWithTheLockHeldAtEveryPoint)
{
    EXPECT_EQ(run_role("reenter", "", 60).complaint(), "");
    EXPECT_EQ(run_role("reenter-all", "", 60).complaint(), "");
}

TEST(Hook, ReentersAtEveryPointOfPreemptRt)
{
    EXPECT_EQ(run_role("reenter", "preempt_rt", 60).complaint(), "");
    EXPECT_EQ(run_role("reenter-all", "preempt_rt", 60).complaint(), "");
}

TEST(Hook, ReentersAtEveryPointOfSlubTiny)
{
    EXPECT_EQ(run_role("reenter", "slub_tiny", 60).complaint(), "");
    EXPECT_EQ(run_role("reenter-all", "slub_tiny", 60).complaint(), "");
}

TEST(Hook, MayLeaveBySiglongjmpAtEveryPoint)
{
    int reached = 0;
    for (int point : hookable_points())
    {
        ChildResult result = run_in_child(
            [&]
            {
                int outcome = abandon_at(point);
                return outcome < 0 ? 77 : outcome;
            });
        reached += result.exit_code == 0;
        bool is_reached = result.exit_code != 77;
        EXPECT_EQ(is_reached ? result.complaint() : "", "") << name_of(point);
    }
    EXPECT_GE(reached, 10)
        << "the other points are passed by handlers and by other threads' firsts";
}
