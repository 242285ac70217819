// SPDX-License-Identifier: MIT
//
// The two doors themselves: names, macros, version, and how much stack a call takes.
#include "child.h"
#include "interruption.h"

#include <dlfcn.h>

// The macros act on calls only: in parentheses a name is the exported function.
static void *(*const g_exported_allocate)(size_t, gfp_t, int) = &(kmalloc_nolock);
static void (*const g_exported_free)(const void *) = &(kfree_nolock);

TEST(Doors, TheAddressOfTheFunctionIsTheExportedOne)
{
    EXPECT_EQ(g_exported_allocate, exported_door().allocate);
    EXPECT_EQ(g_exported_free, exported_door().free);
    EXPECT_NE(g_exported_allocate, direct_door().allocate);
    EXPECT_NE(g_exported_free, direct_door().free);
}

TEST(Doors, EveryFunctionOfTheHeaderIsFoundByName)
{
    for (const char *name :
         {"kmalloc_nolock", "kfree_nolock", "kmalloc_nolock_noprof", "kfree_nolock_noprof", "ksize",
          "kmalloc_size_roundup", "nolockalloc_version", "nolockalloc_stats",
          "nolockalloc_slabinfo", "nolockalloc_drain", "nolockalloc_trim"})
        EXPECT_NE(dlsym(RTLD_DEFAULT, name), nullptr) << name;
}

TEST(Doors, APlainCallTakesTheDirectEntry)
{
    void *object = kmalloc_nolock(100, __GFP_ZERO, NUMA_NO_NODE);
    ASSERT_NE(object, nullptr);
    EXPECT_EQ(ksize(object), 128u);
    kfree_nolock(object);
    static stepper::Trace trace;
    stepper::trace([](void *) { kfree_nolock(kmalloc_nolock(100, 0, NUMA_NO_NODE)); }, nullptr,
                   trace);
    ASSERT_GT(trace.count, 0u);
    EXPECT_EQ(trace.boundary[0].pc, uintptr_t(direct_door().allocate));
}

TEST(Doors, TheVersionIsTheHeadersOne)
{
    EXPECT_EQ(nolockalloc_version(),
              uint32_t(NOLOCKALLOC_VERSION_MAJOR << 16 | NOLOCKALLOC_VERSION_MINOR << 8 |
                       NOLOCKALLOC_VERSION_PATCH));
}

class Stack : public testing::TestWithParam<Situation>
{
};
INSTANTIATE_TEST_SUITE_P(Calls, Stack, testing::ValuesIn(all_situations()),
                         [](const testing::TestParamInfo<Situation> &info)
                         { return std::string(info.param.name); });

TEST_P(Stack, OfACallIsAtMostTwoKibibytes)
{
    for (const Door &door : {direct_door(), exported_door()})
    {
        Interruption interruption(door, GetParam());
        ASSERT_TRUE(interruption.find()) << "the state was not reached";
        const stepper::Trace &trace = interruption.trace();
        ASSERT_GT(trace.count, 0u);
        EXPECT_LE(trace.deepest - trace.boundary[0].depth, 2048u) << door.name;
    }
}
