// SPDX-License-Identifier: MIT
//
// The deferred free, forced: a handler at each instruction of a call frees objects of the same
// bucket. Where the lock was held, the free waits for the interrupted call to leave.
#include "counters.h"
#include "ledger.h"
#include "stepper.h"

namespace
{
struct Scene
{
    const Door *door;
    Ledger *older;
    size_t frees; // what the handler frees
    void *object; // of the outer call
    bool outer_is_a_free;
    uint64_t deferred; // seen inside the handler
    uint64_t drained_inside;
    uint64_t direct;
};

void outer_call(void *argument)
{
    auto *scene = static_cast<Scene *>(argument);
    if (scene->outer_is_a_free)
        scene->door->free(scene->object);
    else
        scene->object = scene->door->allocate(64, 0, NUMA_NO_NODE);
}

void free_nested(void *context, size_t)
{
    auto *scene = static_cast<Scene *>(context);
    uint64_t deferred = count(&BucketStats::defer_free, 64);
    uint64_t drained = count(&BucketStats::defer_free_drained, 64);
    uint64_t direct = count(&BucketStats::free_direct, 64);
    for (size_t i = 0; i < scene->frees; i++)
        scene->older->free_newest();
    scene->deferred = count(&BucketStats::defer_free, 64) - deferred;
    scene->drained_inside = count(&BucketStats::defer_free_drained, 64) - drained;
    scene->direct = count(&BucketStats::free_direct, 64) - direct;
}
} // namespace

class DeferredFree : public EveryDoor
{
  protected:
    struct Totals
    {
        uint64_t deferred = 0, direct = 0;
        size_t places = 0; // boundaries where a free was deferred
    };

    void prepare(Scene &scene)
    {
        for (size_t i = 0; i < scene.frees; i++)
            scene.older->allocate(64);
        if (scene.outer_is_a_free)
            scene.object = door.allocate(64, 0, NUMA_NO_NODE);
        else
            door.free(door.allocate(64, 0, NUMA_NO_NODE));
    }

    // Interrupts the call at every instruction; the handler frees `frees` objects.
    Totals interrupt(bool outer_is_a_free, size_t frees)
    {
        static stepper::Trace trace;
        Ledger older(door);
        Scene scene = {&door, &older, frees, nullptr, outer_is_a_free, 0, 0, 0};
        prepare(scene);
        stepper::trace(outer_call, &scene, trace);
        finish(scene);
        Totals totals;
        for (size_t i = 0; i < trace.count; i++)
        {
            prepare(scene);
            uint64_t drained = count(&BucketStats::defer_free_drained, 64);
            auto outcome = stepper::inject_at(trace, i, outer_call, &scene, free_nested, &scene);
            EXPECT_EQ(outcome.injections, 1u) << i;
            EXPECT_EQ(scene.drained_inside, 0u) << "done while the lock was held, at " << i;
            EXPECT_EQ(count(&BucketStats::defer_free_drained, 64) - drained, scene.deferred)
                << "left behind by the interrupted call, at " << i;
            totals.deferred += scene.deferred;
            totals.direct += scene.direct;
            totals.places += scene.deferred > 0;
            finish(scene);
        }
        EXPECT_EQ(older.complaint(), nullptr);
        EXPECT_EQ(complaint_after_trim(), "");
        return totals;
    }

    void finish(Scene &scene)
    {
        scene.older->free_all();
        if (!scene.outer_is_a_free)
            door.free(scene.object);
    }
};
THROUGH_BOTH_DOORS(DeferredFree);

TEST_P(DeferredFree, KfreeFromASignalInsideKmallocIsDeferred)
{
    Totals totals = interrupt(false, 1);
    EXPECT_GT(totals.places, 0u);
    EXPECT_EQ(totals.deferred, totals.places);
    EXPECT_EQ(totals.direct, 0u);
}

TEST_P(DeferredFree, KfreeFromASignalInsideKfreeIsDeferred)
{
    Totals totals = interrupt(true, 1);
    EXPECT_GT(totals.places, 0u);
    EXPECT_EQ(totals.direct, 0u);
}

TEST_P(DeferredFree, MoreThanTheSlotsHoldGoToTheSlabDirectly)
{
    Totals totals = interrupt(false, 20);
    ASSERT_GT(totals.places, 0u);
    EXPECT_EQ(totals.deferred, totals.places * 8) << "there are 8 slots";
    EXPECT_EQ(totals.direct, totals.places * 12);
}

TEST_P(DeferredFree, EightFillTheSlotsExactly)
{
    Totals totals = interrupt(true, 8);
    ASSERT_GT(totals.places, 0u);
    EXPECT_EQ(totals.deferred, totals.places * 8);
    EXPECT_EQ(totals.direct, 0u);
}

TEST_P(DeferredFree, NothingIsDeferredWhileNoLockIsHeld)
{
    uint64_t before = count(&BucketStats::defer_free);
    Ledger ledger(door, 3000);
    for (int i = 0; i < 3000; i++)
        ledger.allocate(64);
    ledger.free_all();
    EXPECT_EQ(count(&BucketStats::defer_free), before);
    EXPECT_EQ(nolockalloc_drain(), 0u);
}

TEST_P(DeferredFree, OfAnotherBucketIsNotDeferred)
{
    static stepper::Trace trace;
    Ledger other(door);
    Scene scene = {&door, &other, 1, nullptr, false, 0, 0, 0};
    door.free(allocate(64));
    stepper::trace(outer_call, &scene, trace);
    door.free(scene.object);
    uint64_t before = count(&BucketStats::defer_free);
    for (size_t i = 0; i < trace.count; i++)
    {
        other.allocate(1024);
        stepper::inject_at(trace, i, outer_call, &scene, free_nested, &scene);
        door.free(scene.object);
    }
    EXPECT_EQ(count(&BucketStats::defer_free), before);
    EXPECT_EQ(complaint_after_trim(), "");
}
