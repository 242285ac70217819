// SPDX-License-Identifier: MIT
//
// kmalloc() and its family in normal context, beside kmalloc_nolock().
#include "child.h"
#include "counters.h"
#include "stepper/stepper.h"

#include <cstring>
#include <gtest/gtest.h>
#include <set>
#include <vector>

namespace
{
stepper::Trace g_trace;
void *g_object;

// Not inlined: UBSan knows how many bytes were asked for, and not how many ksize() has made usable.
[[gnu::noinline]] bool all_bytes_are(const void *object, uint8_t byte, size_t bytes)
{
    auto *at = static_cast<const uint8_t *>(object);
    for (size_t i = 0; i < bytes; i++)
        if (at[i] != byte)
            return false;
    return true;
}
} // namespace

TEST(Kmalloc, ServesEverySizeAndAlignsPowersOfTwo)
{
    for (size_t size : {size_t(1), size_t(8), size_t(96), size_t(8192), size_t(8193), size_t(16384),
                        size_t(20000), size_t(32769), size_t(65537), size_t(1) << 20,
                        size_t(KMALLOC_MAX_SIZE)})
        for (gfp_t flags : {GFP_KERNEL, GFP_ATOMIC, GFP_NOWAIT, GFP_KERNEL | __GFP_ZERO})
        {
            void *object = kmalloc(size, flags);
            ASSERT_NE(object, nullptr) << size;
            EXPECT_EQ(ksize(object), kmalloc_size_roundup(size));
            EXPECT_GE(ksize(object), size);
            if (size > 8192)
            {
                EXPECT_EQ(uintptr_t(object) % ksize(object), 0u) << size;
            }
            if (flags & __GFP_ZERO)
            {
                EXPECT_TRUE(all_bytes_are(object, 0, ksize(object))) << size;
            }
            memset(object, 0xee, ksize(object));
            kfree(object);
        }
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST(Kmalloc, OfNothingIsZeroSizePtrAndOfTooMuchIsNull)
{
    EXPECT_EQ(kmalloc(0, GFP_KERNEL), ZERO_SIZE_PTR);
    kfree(ZERO_SIZE_PTR);
    kfree(nullptr);
    EXPECT_EQ(kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN), nullptr);
    volatile size_t most = SIZE_MAX; // unknown to the compiler, which would warn
    EXPECT_EQ(kmalloc(most, GFP_KERNEL | __GFP_NOWARN), nullptr);
    EXPECT_EQ(counters().reports, 0u);
    EXPECT_EQ(kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL), nullptr);
    EXPECT_EQ(counters().reports, 1u);
}

TEST(Kmalloc, AProductThatDoesNotFitIsNull)
{
    EXPECT_EQ(kmalloc_array(SIZE_MAX / 2, 3, GFP_KERNEL), nullptr);
    EXPECT_EQ(kcalloc(SIZE_MAX, SIZE_MAX, GFP_KERNEL), nullptr);
    EXPECT_EQ(krealloc_array(nullptr, SIZE_MAX, 2, GFP_KERNEL), nullptr);
    EXPECT_EQ(kmalloc_array(0, 8, GFP_KERNEL), ZERO_SIZE_PTR);
    void *object = kcalloc(25, 4, GFP_KERNEL);
    EXPECT_EQ(ksize(object), 128u);
    EXPECT_TRUE(all_bytes_are(object, 0, 128));
    object = krealloc_array(object, 50, 4, GFP_KERNEL);
    EXPECT_EQ(ksize(object), 256u);
    kfree(object);
}

TEST(Kmalloc, SharesTheArraysOfKmallocNolock)
{
    void *object = kmalloc(64, GFP_KERNEL);
    kfree(object);
    EXPECT_EQ(kmalloc_nolock(64, 0, NUMA_NO_NODE), object);
    kfree_nolock(object);
    EXPECT_EQ(kmalloc(64, GFP_KERNEL), object);
    kfree(object);
}

TEST(Kmalloc, TakesNoMoreInstructionsThanKmallocNolock)
{
    for (int i = 0; i < 2; i++)
        kfree(kmalloc(64, GFP_KERNEL)); // the guess of the cell is right then
    uint64_t before = count(&BucketStats::alloc_fastpath, 64);
    stepper::trace([](void *) { g_object = kmalloc(64, GFP_KERNEL); }, nullptr, g_trace);
    ASSERT_EQ(count(&BucketStats::alloc_fastpath, 64), before + 1);
    EXPECT_LE(g_trace.count, 30u);
    printf("kmalloc: %zu instructions\n", g_trace.count);
    stepper::trace([](void *) { kfree(g_object); }, nullptr, g_trace);
    EXPECT_LE(g_trace.count, 39u);
    printf("kfree: %zu instructions\n", g_trace.count);
}

// ---- Which free for which object -----------------------------------------------------------------

TEST(Matrix, TheLegalOnesWorkAndLeaveNothing)
{
    for (size_t size : kBuckets)
        for (int i = 0; i < 300; i++)
        {
            kfree(kmalloc(size, GFP_KERNEL));
            kfree(kmalloc_nolock(size, 0, NUMA_NO_NODE));
            kfree_nolock(kmalloc_nolock(size, 0, NUMA_NO_NODE));
        }
    EXPECT_EQ(counters().reports, 0u);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST(Matrix, KfreeNolockOfAKmallocObjectCorruptsNothing)
{
    std::set<void *> objects;
    for (int i = 0; i < 1000; i++)
        objects.insert(kmalloc(100, GFP_KERNEL));
    EXPECT_EQ(objects.size(), 1000u);
    for (void *object : objects)
        kfree_nolock(object);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST(Matrix, KfreeNolockOfALargeObjectIsReportedOnceAndKeepsIt)
{
    ChildResult result = run_in_child_with("", []
    {
        auto *large = static_cast<uint8_t *>(kmalloc(100000, GFP_KERNEL | __GFP_ZERO));
        auto *pages = static_cast<uint8_t *>(kmalloc(10000, GFP_KERNEL | __GFP_ZERO));
        kfree_nolock(large);
        kfree_nolock(large);
        kfree_nolock(pages);
        bool kept = ksize(large) == 131072 && ksize(pages) == 16384 && all_bytes_are(large, 0, 131072);
        kfree(large); // not the kernel's way, but nothing was freed
        kfree(pages);
        return kept && counters().reports == 1 && complaint_after_trim().empty() ? 0 : 1;
    });
    EXPECT_EQ(result.complaint(), "");
    EXPECT_NE(result.error.find("large_kmalloc is not supported by kfree_nolock()"), std::string::npos);
}

TEST(Matrix, ASecondKfreeOfALargeObjectIsReported)
{
    ChildResult result = run_in_child_with("", []
    {
        void *large = kmalloc(100000, GFP_KERNEL);
        kfree(large);
        kfree(large);
        void *pages = kmalloc(10000, GFP_KERNEL);
        kfree(pages);
        kfree(pages);
        return counters().reports == 2 && complaint_after_trim().empty() ? 0 : 1;
    });
    EXPECT_EQ(result.complaint(), "");
}

// ---- The family ----------------------------------------------------------------------------------

TEST(Krealloc, KeepsTheBytesOnTheWayUpAndDown)
{
    auto *object = static_cast<uint8_t *>(krealloc(nullptr, 10, GFP_KERNEL));
    for (size_t size = 10, old = 10; size < (2u << 20); old = size, size = size * 3 / 2)
    {
        memset(object, int(size % 251), old);
        object = static_cast<uint8_t *>(krealloc(object, size, GFP_KERNEL));
        ASSERT_NE(object, nullptr);
        EXPECT_TRUE(all_bytes_are(object, uint8_t(size % 251), old)) << size;
    }
    void *same = krealloc(object, 100, GFP_KERNEL | __GFP_ZERO);
    EXPECT_EQ(same, object);
    EXPECT_TRUE(all_bytes_are(object + 100, 0, ksize(object) - 100));
    EXPECT_EQ(krealloc(object, KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN), nullptr);
    EXPECT_EQ(krealloc(object, 0, GFP_KERNEL), ZERO_SIZE_PTR);
    EXPECT_EQ(complaint_after_trim(), "");
}

// Frees find the thread's array full, allocations find it empty.
TEST(Krealloc, KeepsTheBytesOfMoreObjectsThanAnArrayHolds)
{
    constexpr size_t kObjects = 300;
    void *objects[kObjects] = {};
    for (size_t size : {60u, 500u, 7000u})
        for (size_t i = 0; i < kObjects; i++)
        {
            objects[i] = krealloc(objects[i], size, GFP_KERNEL);
            ASSERT_NE(objects[i], nullptr);
            EXPECT_TRUE(size == 60 || all_bytes_are(static_cast<uint8_t *>(objects[i]), uint8_t(i), 60));
            memset(objects[i], int(i), size);
        }
    kfree_bulk(kObjects, objects);
    EXPECT_EQ(krealloc(kmalloc(60, GFP_KERNEL), 0, GFP_KERNEL), ZERO_SIZE_PTR);
}

TEST(Copies, HaveTheBytesAndTheirEnd)
{
    char *text = kstrdup("kmalloc_nolock", GFP_KERNEL);
    EXPECT_STREQ(text, "kmalloc_nolock");
    char *part = kstrndup(text, 7, GFP_KERNEL);
    EXPECT_STREQ(part, "kmalloc");
    char *whole = kstrndup(text, 700, GFP_KERNEL);
    EXPECT_STREQ(whole, text);
    char *cut = kmemdup_nul(text, 3, GFP_KERNEL);
    EXPECT_STREQ(cut, "kma");
    auto *bytes = static_cast<char *>(kmemdup(text, 15, GFP_KERNEL));
    EXPECT_STREQ(bytes, text);
    EXPECT_EQ(kstrdup(nullptr, GFP_KERNEL), nullptr);
    EXPECT_EQ(kstrndup(nullptr, 5, GFP_KERNEL), nullptr);
    EXPECT_EQ(kmemdup_nul(nullptr, 5, GFP_KERNEL), nullptr);
    void *all[] = {text, part, whole, cut, bytes};
    kfree_bulk(5, all);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST(KfreeSensitive, LeavesNoByte)
{
    for (size_t size : {size_t(60), size_t(5000), size_t(60000)})
    {
        auto *object = static_cast<uint8_t *>(kmalloc(size, GFP_KERNEL));
        size_t usable = ksize(object);
        memset(object, 0x77, usable);
        kfree_sensitive(object);
        EXPECT_TRUE(all_bytes_are(object, 0, usable)) << size; // still mapped
    }
    kfree_sensitive(nullptr);
    kfree_sensitive(ZERO_SIZE_PTR);
    EXPECT_EQ(counters().reports, 0u);
}

TEST(GfpKernel, FindsMemoryThatIsIdleElsewhereAndGivesNullWhereThereIsNone)
{
    ChildResult result = run_in_child_with("arena=1m", []
    {
        std::vector<void *> objects;
        while (void *object = kmalloc(8192, GFP_KERNEL))
            objects.push_back(object);
        size_t most = objects.size();
        bool is_full = kmalloc(20000, GFP_KERNEL) == nullptr;
        for (void *object : objects)
            kfree(object);
        void *large = kmalloc(256 << 10, GFP_KERNEL); // out of what the buckets had
        void *none = kmalloc(1 << 20, GFP_KERNEL);
        kfree(large);
        return most >= 100 && is_full && large != nullptr && none == nullptr ? 0 : 1;
    });
    EXPECT_EQ(result.complaint(), "");
}
