// SPDX-License-Identifier: MIT
//
// The kernel's retry in the next larger bucket, forced: a handler at each instruction of an
// allocation allocates from the same bucket. Where the lock was held, the counters tell.
#include "child.h"
#include "interruption.h"

namespace
{
struct Nested
{
    const Door *door;
    size_t size;
    size_t got; // ksize of the nested object
    bool retried;
    bool direct;
};

void allocate_nested(void *context, size_t)
{
    auto *nested = static_cast<Nested *>(context);
    uint64_t retries = count(&BucketStats::bucket_retry);
    uint64_t directs = count(&BucketStats::alloc_direct);
    void *object = nested->door->allocate(nested->size, 0, NUMA_NO_NODE);
    nested->got = ksize(object);
    nested->retried = count(&BucketStats::bucket_retry) != retries;
    nested->direct = count(&BucketStats::alloc_direct) != directs;
    nested->door->free(object);
}

// A call of door.allocate(size), then a free, with one object in the array.
struct Outer
{
    const Door *door;
    size_t size;
    void *object;
};

void allocate_outer(void *argument)
{
    auto *outer = static_cast<Outer *>(argument);
    outer->object = outer->door->allocate(outer->size, 0, NUMA_NO_NODE);
}
} // namespace

class BucketRetry : public EveryDoor
{
  protected:
    // Interrupts a fast allocation of `size` at every instruction; returns how often the nested
    // allocation went elsewhere, and checks where it went.
    size_t count_retries(size_t size)
    {
        static stepper::Trace trace;
        Outer outer = {&door, size, nullptr};
        door.free(allocate(size));
        stepper::trace(allocate_outer, &outer, trace);
        door.free(outer.object);
        size_t elsewhere = 0;
        for (size_t i = 0; i < trace.count; i++)
        {
            Nested nested = {&door, size, 0, false, false};
            auto outcome =
                stepper::inject_at(trace, i, allocate_outer, &outer, allocate_nested, &nested);
            EXPECT_EQ(outcome.injections, 1u);
            EXPECT_NE(outer.object, nullptr);
            door.free(outer.object);
            check(size, nested);
            elsewhere += nested.got != size || nested.direct;
        }
        return elsewhere;
    }

    static void check(size_t size, const Nested &nested)
    {
        size_t next = size == 8192 ? 8192 : kBuckets[bucket_of(size) + 1];
        EXPECT_EQ(nested.got, nested.retried ? next : size);
        EXPECT_EQ(nested.direct, nested.direct && size == 8192) << "the next bucket was free";
        EXPECT_FALSE(nested.retried && size == 8192) << "there is no larger bucket";
    }
};
THROUGH_BOTH_DOORS(BucketRetry);

TEST_P(BucketRetry, ANestedAllocationWhileTheLockIsHeldTakesTheNextBucket)
{
    for (size_t bucket : kBuckets)
        EXPECT_GT(count_retries(bucket), 0u) << "the lock of " << bucket << " was never held";
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(BucketRetry, IsCountedAtTheBucketItWentTo)
{
    uint64_t before = count(&BucketStats::bucket_retry, 96);
    uint64_t at_64 = count(&BucketStats::bucket_retry, 64);
    size_t retries = count_retries(64);
    EXPECT_EQ(count(&BucketStats::bucket_retry, 96) - before, retries);
    EXPECT_EQ(count(&BucketStats::bucket_retry, 64), at_64);
}

TEST_P(BucketRetry, OfTheLargestBucketGoesToASlabDirectly)
{
    uint64_t before = count(&BucketStats::alloc_direct);
    size_t elsewhere = count_retries(8192);
    EXPECT_GT(elsewhere, 0u);
    EXPECT_EQ(count(&BucketStats::alloc_direct) - before, elsewhere);
}

namespace
{
// Three levels: 64 is interrupted, its handler's 64 goes to 96 and is interrupted there, and that
// handler finds both locks held.
struct Tower
{
    const Door *door;
    size_t index; // of the inner interruption
    Nested top;
    void *middle;
    bool injected;
};

void allocate_middle(void *argument)
{
    auto *tower = static_cast<Tower *>(argument);
    tower->middle = tower->door->allocate(64, 0, NUMA_NO_NODE);
}

void interrupt_middle(void *context, size_t)
{
    auto *tower = static_cast<Tower *>(context);
    auto outcome =
        stepper::inject_at(tower->index, allocate_middle, tower, allocate_nested, &tower->top);
    tower->injected = outcome.injections == 1;
    tower->top.retried = ksize(tower->middle) == 96;
    tower->door->free(tower->middle);
}
} // namespace

TEST_P(BucketRetry, WithBothBucketsInUseTheObjectComesFromASlab)
{
    static stepper::Trace trace;
    Outer outer = {&door, 64, nullptr};
    Tower tower = {};
    tower.door = &door;
    tower.top.door = &door;
    tower.top.size = 64;
    tower.index = SIZE_MAX; // no inner interruption yet
    door.free(allocate(96));
    door.free(allocate(64));
    stepper::trace(allocate_outer, &outer, trace);
    door.free(outer.object);
    size_t held = 0;
    for (; held < trace.count && !tower.top.retried; held++)
    {
        stepper::inject_at(trace, held, allocate_outer, &outer, interrupt_middle, &tower);
        door.free(outer.object);
    }
    ASSERT_TRUE(tower.top.retried) << "the lock of 64 was never held";
    held--;
    size_t directs = 0;
    tower.injected = true;
    for (tower.index = 0; tower.injected; tower.index++)
    {
        tower.top.got = 64;
        tower.top.direct = false;
        stepper::inject_at(trace, held, allocate_outer, &outer, interrupt_middle, &tower);
        EXPECT_GE(tower.top.got, 64u) << "NULL is never contention, at " << tower.index;
        directs += tower.top.direct;
        door.free(outer.object);
    }
    EXPECT_GT(tower.index, 30u);
    EXPECT_GT(directs, 0u);
    EXPECT_EQ(complaint_after_trim(), "");
}
