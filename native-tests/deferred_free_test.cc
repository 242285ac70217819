// SPDX-License-Identifier: MIT
//
// The deferred free, forced: a handler at each instruction of a call frees objects of the same
// bucket. Where a slow path holds the lock, the free waits for the interrupted call to leave; where
// a fast path does, or the slots are full, the object goes to its slab.
#include "counters.h"
#include "ledger.h"
#include "stepper/stepper.h"

namespace
{
enum class Outer
{
    FastAllocation,
    FastFree,
    SlowAllocation, // any flag makes it slow
    SlowFree,       // the array is full
};

struct Scene
{
    const Door *door;
    Ledger *older;
    size_t frees; // what the handler frees
    Outer outer;
    void *object; // of the outer call
    uint64_t deferred; // seen inside the handler
    uint64_t drained_inside;
    uint64_t direct;

    bool outer_is_a_free() const
    {
        return outer == Outer::FastFree || outer == Outer::SlowFree;
    }
};

void outer_call(void *argument)
{
    auto *scene = static_cast<Scene *>(argument);
    gfp_t gfp_flags = scene->outer == Outer::SlowAllocation ? __GFP_ZERO : 0;
    if (scene->outer_is_a_free())
        scene->door->free(scene->object);
    else
        scene->object = scene->door->allocate(64, gfp_flags, NUMA_NO_NODE);
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
        size_t places = 0; // boundaries where the array was in use
    };

    static constexpr size_t kStock = 600; // objects: enough to fill the array from any state

    // Frees out of the stock until one free is a slow one. Returns how many it took.
    size_t free_until_slow(Ledger &stock)
    {
        uint64_t slow = count(&BucketStats::free_slowpath, 64);
        size_t frees = 0;
        for (; count(&BucketStats::free_slowpath, 64) == slow; frees++)
            stock.free_newest();
        return frees;
    }

    void fill_the_array()
    {
        for (size_t i = 0; i < kStock; i++)
            _stock.allocate(64);
        free_until_slow(_stock);
        if (_period == 0)
        {
            _period = free_until_slow(_stock);
            free_until_slow(_stock);
        }
        for (size_t i = 1; i < _period; i++)
            _stock.free_newest();
    }

    void prepare(Scene &scene)
    {
        for (size_t i = 0; i < scene.frees; i++)
            scene.older->allocate(64);
        if (scene.outer_is_a_free())
            scene.object = door.allocate(64, 0, NUMA_NO_NODE);
        else
            door.free(door.allocate(64, 0, NUMA_NO_NODE));
        if (scene.outer == Outer::SlowFree)
            fill_the_array();
    }

    // Interrupts the call at every instruction; the handler frees `frees` objects.
    Totals interrupt(Outer outer, size_t frees)
    {
        static stepper::Trace trace;
        Ledger older(door);
        Scene scene = {&door, &older, frees, outer, nullptr, 0, 0, 0};
        for (int round = 0; round < 2; round++) // the first finds what only a first run does
        {
            prepare(scene);
            stepper::trace(outer_call, &scene, trace);
            finish(scene);
        }
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
            totals.places += scene.deferred + scene.direct > 0;
            finish(scene);
        }
        EXPECT_EQ(older.complaint(), nullptr);
        EXPECT_EQ(complaint_after_trim(), "");
        return totals;
    }

    void finish(Scene &scene)
    {
        scene.older->free_all();
        _stock.free_all();
        if (!scene.outer_is_a_free())
            door.free(scene.object);
        nolockalloc_trim();
    }

  private:
    Ledger _stock{door, kStock};
    size_t _period = 0; // frees from one slow one to the next
};
THROUGH_BOTH_DOORS(DeferredFree);

// A slow path takes the lock and says that it will look for deferred frees by two stores, and takes
// that back by two more: in between, as on a fast path, the object goes to its slab.
constexpr size_t kFewPlaces = 12;

TEST_P(DeferredFree, KfreeFromASignalInsideASlowKmallocIsDeferred)
{
    Totals totals = interrupt(Outer::SlowAllocation, 1);
    EXPECT_GT(totals.deferred, 20u);
    EXPECT_EQ(totals.deferred + totals.direct, totals.places);
    EXPECT_LE(totals.direct, kFewPlaces);
}

TEST_P(DeferredFree, KfreeFromASignalInsideASlowKfreeIsDeferred)
{
    Totals totals = interrupt(Outer::SlowFree, 1);
    EXPECT_GT(totals.deferred, 20u);
    EXPECT_EQ(totals.deferred + totals.direct, totals.places);
    EXPECT_LE(totals.direct, kFewPlaces);
}

TEST_P(DeferredFree, KfreeFromASignalInsideAFastPathGoesToTheSlabAtOnce)
{
    for (Outer outer : {Outer::FastAllocation, Outer::FastFree})
    {
        Totals totals = interrupt(outer, 1);
        EXPECT_GT(totals.places, 0u);
        EXPECT_EQ(totals.direct, totals.places);
        EXPECT_EQ(totals.deferred, 0u);
    }
}

TEST_P(DeferredFree, MoreThanTheSlotsHoldGoToTheSlabDirectly)
{
    Totals totals = interrupt(Outer::SlowAllocation, 20);
    uint64_t slow_places = totals.deferred / 8;
    ASSERT_GT(slow_places, 20u);
    EXPECT_EQ(totals.deferred, slow_places * 8) << "there are 8 slots";
    EXPECT_EQ(totals.direct, slow_places * 12 + (totals.places - slow_places) * 20);
}

TEST_P(DeferredFree, EightFillTheSlotsExactly)
{
    Totals totals = interrupt(Outer::SlowFree, 8);
    uint64_t slow_places = totals.deferred / 8;
    ASSERT_GT(slow_places, 20u);
    EXPECT_EQ(totals.deferred, slow_places * 8);
    EXPECT_EQ(totals.direct, (totals.places - slow_places) * 8);
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
    Scene scene = {&door, &other, 1, Outer::FastAllocation, nullptr, 0, 0, 0};
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
