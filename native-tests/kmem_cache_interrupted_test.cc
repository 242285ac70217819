// SPDX-License-Identifier: MIT
//
// Objects of caches, interrupted at every machine instruction by a handler that uses the same cache
// by the nolock functions, and abandoned at every one.
#include "stepped_cache.h"

#include <set>
#include <vector>

namespace
{
std::vector<void *> g_objects; // of the program
std::vector<void *> g_nested;  // of the handlers
void *g_result;

void construct(void *object)
{
    memset(object, 0xc7, kSize);
}

void allocate(size_t count)
{
    for (size_t i = 0; i < count; i++)
        g_objects.push_back(kmem_cache_alloc_nolock(g_cache, 0, NUMA_NO_NODE));
}

void call_alloc(void *)
{
    g_result = kmem_cache_alloc(g_cache, GFP_KERNEL);
}

void call_free(void *)
{
    void *object = g_objects.back();
    g_objects.pop_back();
    kmem_cache_free(g_cache, object);
}

const Case kObjectCases[] = {
    {"AllocFromTheArray", nullptr, [] { allocate(3); }, call_alloc},
    {"AllocWithNewSlab", nullptr, [] {}, call_alloc},
    {"AllocConstructed", construct, [] {}, call_alloc},
    {"AllocConstructedRefill", construct, [] { allocate(64); }, call_alloc},
    {"AllocZeroed", nullptr, [] { allocate(2); },
     [](void *) { g_result = kmem_cache_zalloc(g_cache, GFP_KERNEL); }},
    {"FreeToTheArray", nullptr, [] { allocate(3); }, call_free},
    {"FreeToAFullArray", nullptr,
     []
     {
         allocate(1000);
         while (g_objects.size() > 870)
             call_free(nullptr);
     },
     call_free},
    {"Shrink", nullptr,
     []
     {
         allocate(100);
         while (g_objects.size() > 50)
             call_free(nullptr);
     },
     [](void *) { kmem_cache_shrink(g_cache); }},
    {"DebugAlloc", nullptr, [] { allocate(3); }, call_alloc, kDebug},
    {"DebugAllocWithNewSlab", nullptr, [] {}, call_alloc, kDebug},
    {"DebugAllocConstructed", construct, [] { allocate(1); }, call_alloc, kDebug},
    {"DebugFree", nullptr, [] { allocate(3); }, call_free, kDebug},
};

// Two of the same cache, one back, one of the program's back where there are some.
void use_the_cache(void *, size_t)
{
    for (int i = 0; i < 2; i++)
    {
        void *object = kmem_cache_alloc_nolock(g_cache, 0, NUMA_NO_NODE);
        if (object == nullptr)
            abort();
        g_nested.push_back(object);
    }
    kmem_cache_free_nolock(g_cache, g_nested.front());
    g_nested.erase(g_nested.begin());
    if (g_objects.size() > 2)
    {
        kmem_cache_free_nolock(g_cache, g_objects.front());
        g_objects.erase(g_objects.begin());
    }
}

void begin(const Case &of)
{
    g_cache = kmem_cache_create("stepped", kSize, 0, of.flags, of.constructor);
    g_objects.clear();
    g_nested.clear();
    g_objects.reserve(2000);
    g_nested.reserve(2000);
    g_result = nullptr;
    of.prepare();
    for (int i = 0; i < 2; i++) // which object was handed out last makes a free longer or shorter
        kfree_nolock(kmalloc_nolock(64, 0, NUMA_NO_NODE));
}

// Every object is there once, is constructed, and comes back; then the cache goes and leaves
// nothing.
const char *end(const Case &of, size_t lost)
{
    if (g_result != nullptr)
        g_objects.push_back(g_result);
    g_objects.insert(g_objects.end(), g_nested.begin(), g_nested.end());
    if (std::set<void *>(g_objects.begin(), g_objects.end()).size() != g_objects.size())
        return "an object was handed out twice";
    for (void *object : g_objects)
    {
        if (of.constructor != nullptr && *static_cast<uint8_t *>(object) != 0xc7)
            return "an object is not constructed";
        kmem_cache_free(g_cache, object);
    }
    uint64_t reports = counters().reports;
    if (of.flags == kDebug && (reports != 0 || nolockalloc_validate("stepped") != 0))
        return "a zone is wrong";
    if (lost != 0)
        return nullptr;
    if (kmem_cache_shrink(g_cache) != 0)
        return "slabs are left";
    kmem_cache_destroy(g_cache);
    return counters().reports != reports ? "objects were lost" : nullptr;
}

} // namespace

class CacheObject : public testing::TestWithParam<Case>
{
};

INSTANTIATE_TEST_SUITE_P(Interrupted, CacheObject, testing::ValuesIn(kObjectCases), name_of);

TEST_P(CacheObject, AtEveryInstructionAHandlerMayUseTheSameCache)
{
    const Case &of = GetParam();
    ChildResult result = run_in_child(
        [&of]
        {
            for (int i = 0; i < 2; i++) // the second finds the way of all later ones
            {
                begin(of);
                stepper::trace(of.call, nullptr, g_trace);
                if (const char *complaint = end(of, 0))
                    return fprintf(stderr, "uninterrupted: %s\n", complaint), 1;
            }
            size_t reached = 0, tried = 0;
            for (const short_form::Stop &stop : short_form::stops(g_trace, of.name, {2}))
            {
                size_t i = stop.index;
                begin(of);
                tried++;
                reached += stepper::inject_at(g_trace, i, of.call, nullptr, use_the_cache, nullptr)
                               .injections;
                if (const char *complaint = end(of, 0))
                    return fprintf(stderr, "boundary %zu: %s\n", i, complaint), 1;
            }
            fprintf(stderr, "%zu of %zu boundaries\n", reached, tried);
            return reached == tried ? 0 : 2;
        },
        100);
    EXPECT_EQ(result.complaint(), "");
}

TEST_P(CacheObject, AbandonedAtAnyInstructionItLosesAtMostOneObject)
{
    const Case &of = GetParam();
    begin(of);
    stepper::trace(of.call, nullptr, g_trace);
    ASSERT_EQ(end(of, 0), nullptr);
    for (const short_form::Stop &stop :
         short_form::stops(g_trace, of.name, short_form::kOnceInAChild))
    {
        if (HasFailure())
            break;
        size_t i = stop.index;
        ChildResult result = run_in_child(
            [&, i]
            {
                begin(of);
                size_t before = g_objects.size();
                abandon_deep(i, of.call);
                use_the_stack_below();
                if (g_objects.size() < before)
                    before = g_objects.size();
                use_the_cache(nullptr, 0);
                const char *complaint = end(of, 1);
                uint64_t reports = counters().reports;
                kmem_cache_destroy(g_cache);
                if (complaint == nullptr && numbers_left() < kCaches - 1)
                    complaint = "numbers were lost";
                if (complaint != nullptr)
                    fprintf(stderr, "%s\n", complaint);
                fprintf(stderr, "%d reports\n", int(counters().reports - reports));
                return complaint == nullptr ? 0 : 1;
            });
        EXPECT_EQ(result.complaint(), "") << "boundary " << i;
        size_t objects = 0;
        for (size_t at = 0; (at = result.error.find(": Object 0x", at)) != std::string::npos; at++)
            objects++;
        EXPECT_LE(objects, 1u) << "boundary " << i << "\n" << result.error;
    }
}
