// SPDX-License-Identifier: MIT
//
// The fast path, counted instruction by instruction from the first of the direct entry to its
// return: how many, no call, no atomic read-modify-write, no system call.
#include "counters.h"
#include "doors.h"
#include "stepper/stepper.h"
#include "stepper/machine.h"
#include "x86_64/instruction.h"

#include <cinttypes>

namespace
{
constexpr size_t kMostToAllocate = 30;
constexpr size_t kMostToFree = 39;
constexpr size_t kMostToFreeAnother = 36;      // than the object handed out last
constexpr size_t kMostToFreeAfterAnother = 41; // size

stepper::Trace g_trace;
void *g_object;
size_t g_size;

void allocate_one(void *)
{
    g_object = kmalloc_nolock(g_size, 0, NUMA_NO_NODE);
}

void free_one(void *)
{
    kfree_nolock(g_object);
}

// What a fast path may not contain, or "".
std::string forbidden_in(const stepper::Trace &trace)
{
    for (size_t i = 0; i < trace.count; i++)
    {
        uintptr_t pc = trace.boundary[i].pc;
        auto instruction = stepper::machine::decode(stepper::code_at(pc));
        const char *what = instruction.lock_prefix            ? "a lock prefix"
                           : instruction.exchange_with_memory ? "an xchg with memory"
                           : instruction.call                 ? "a call"
                           : stepper::machine::is_syscall(stepper::code_at(pc)) ? "a system call"
                                                                                : nullptr;
        if (what != nullptr)
        {
            char text[80];
            snprintf(text, sizeof text, "%s at +0x%" PRIxPTR, what, pc - stepper::library_base());
            return text;
        }
    }
    return "";
}

void warm_up(size_t size)
{
    void *a = kmalloc_nolock(size, 0, NUMA_NO_NODE);
    void *b = kmalloc_nolock(size, 0, NUMA_NO_NODE);
    kfree_nolock(a);
    kfree_nolock(b);
}

// The call, which that counter counts, takes at most so many instructions.
void expect_fast(void (*call)(void *), Counter counter, size_t most)
{
    uint64_t before = count(counter, g_size);
    stepper::trace(call, nullptr, g_trace);
    ASSERT_EQ(count(counter, g_size), before + 1) << "not the fast path";
    EXPECT_GT(g_trace.count, 5u);
    EXPECT_LE(g_trace.count, most) << g_size;
    EXPECT_EQ(forbidden_in(g_trace), "") << g_size;
}

void expect_a_fast_free(size_t most)
{
    expect_fast(free_one, &BucketStats::free_fastpath, most);
}
} // namespace

TEST(FastPath, AnAllocationTakesAtMost30Instructions)
{
    for (size_t bucket : kBuckets)
    {
        warm_up(g_size = bucket);
        expect_fast(allocate_one, &BucketStats::alloc_fastpath, kMostToAllocate);
        kfree_nolock(g_object);
    }
    RecordProperty("instructions", int(g_trace.count));
    printf("an allocation of %zu bytes: %zu instructions\n", g_size, g_trace.count);
}

TEST(FastPath, AFreeTakesAtMost39Instructions)
{
    for (size_t bucket : kBuckets)
    {
        warm_up(g_size = bucket);
        allocate_one(nullptr);
        expect_a_fast_free(kMostToFree);
    }
    RecordProperty("instructions", int(g_trace.count));
    printf("a free of %zu bytes: %zu instructions\n", g_size, g_trace.count);
}

TEST(FastPath, AFreeOfAnotherObjectThanTheLastTakesAtMost36Instructions)
{
    for (size_t bucket : kBuckets)
    {
        warm_up(g_size = bucket);
        allocate_one(nullptr);
        void *last = kmalloc_nolock(bucket, 0, NUMA_NO_NODE);
        expect_a_fast_free(kMostToFreeAnother);
        kfree_nolock(last);
    }
}

TEST(FastPath, AFreeAfterOneOfAnotherSizeTakesAtMost41Instructions)
{
    for (size_t bucket : kBuckets)
    {
        warm_up(g_size = bucket);
        warm_up(bucket == 64 ? 128 : 64);
        allocate_one(nullptr);
        expect_a_fast_free(kMostToFreeAfterAnother);
        EXPECT_GT(g_trace.count, kMostToFree) << "the guess was right";
    }
}

TEST(FastPath, IsTheSameLengthForEachSizeOfABucket)
{
    warm_up(64);
    size_t lengths[2];
    for (int i = 0; i < 2; i++)
    {
        g_size = i == 0 ? 33 : 64;
        stepper::trace(allocate_one, nullptr, g_trace);
        lengths[i] = g_trace.count;
        kfree_nolock(g_object);
    }
    EXPECT_EQ(lengths[0], lengths[1]);
}

// The count and the list of what is forbidden are shown a slow path.
TEST(FastPath, IsToldFromASlowOne)
{
    nolockalloc_trim();
    g_size = 64;
    stepper::trace(allocate_one, nullptr, g_trace);
    EXPECT_GT(g_trace.count, kMostToAllocate);
    EXPECT_NE(forbidden_in(g_trace), "");
    kfree_nolock(g_object);
}

TEST(FastPath, ObjectsOfACacheCostAsMuchAsThoseOfKmalloc)
{
    static struct kmem_cache *cache = kmem_cache_create("fast", 48, 0, SLAB_NO_MERGE, nullptr);
    for (int i = 0; i < 3; i++)
        kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
    BucketStats before = {}, after = {};
    nolockalloc_cache_stats(cache, &before);
    stepper::trace([](void *) { g_object = kmem_cache_alloc(cache, GFP_KERNEL); }, nullptr, g_trace);
    nolockalloc_cache_stats(cache, &after);
    EXPECT_EQ(after.alloc_fastpath, before.alloc_fastpath + 1);
    EXPECT_LE(g_trace.count, 27u);
    printf("kmem_cache_alloc: %zu instructions\n", g_trace.count);
    stepper::trace([](void *) { kmem_cache_free(cache, g_object); }, nullptr, g_trace);
    EXPECT_LE(g_trace.count, 37u);
    printf("kmem_cache_free: %zu instructions\n", g_trace.count);
    stepper::trace([](void *) { g_object = kmem_cache_alloc_nolock(cache, 0, NUMA_NO_NODE); }, nullptr,
                   g_trace);
    EXPECT_LE(g_trace.count, 27u);
    printf("kmem_cache_alloc_nolock: %zu instructions\n", g_trace.count);
    kmem_cache_free_nolock(cache, g_object);
    kmem_cache_destroy(cache);
}

// The decoder is shown what it must find.
TEST(Decoder, SeesLockPrefixesExchangesCallsAndSystemCalls)
{
    using stepper::machine::decode;
    const uint8_t lock_add[] = {0xf0, 0x48, 0x01, 0x07};
    const uint8_t exchange[] = {0x48, 0x87, 0x07};
    const uint8_t exchange_registers[] = {0x48, 0x87, 0xc7};
    const uint8_t near_call[] = {0xe8, 0, 0, 0, 0};
    const uint8_t register_call[] = {0x41, 0xff, 0xd0};
    const uint8_t tail_jump[] = {0xff, 0x25, 0, 0, 0, 0};
    const uint8_t thread_local_load[] = {0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0};
    EXPECT_TRUE(decode(lock_add).lock_prefix);
    EXPECT_TRUE(decode(exchange).exchange_with_memory);
    EXPECT_FALSE(decode(exchange_registers).exchange_with_memory);
    EXPECT_TRUE(decode(near_call).call);
    EXPECT_TRUE(decode(register_call).call);
    EXPECT_FALSE(decode(tail_jump).call);
    EXPECT_FALSE(decode(thread_local_load).call || decode(thread_local_load).lock_prefix);
}
