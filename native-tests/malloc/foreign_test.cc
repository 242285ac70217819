// SPDX-License-Identifier: MIT
//
// Pointers that are no objects: one line on stderr, and the program goes on, or ends if the options say so.
#include "child.h"
#include "malloc_door.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>

namespace
{
std::string said_about(void (*body)())
{
    ChildResult result = run_in_child([body] { return body(), 0; });
    EXPECT_EQ(result.complaint().substr(0, 9), result.exit_code == 0 ? "" : "exit code");
    EXPECT_EQ(result.exit_code, 0) << result.error;
    return result.error;
}

#define EXPECT_SAYS(text, ...)                                                                     \
    EXPECT_NE(said_about([]() __VA_ARGS__).find(text), std::string::npos) << said_about([]() __VA_ARGS__)

char g_static[64];

int free_a_static()
{
    free(opaque(&g_static[16]));
    return 0;
}
Role g_free_a_static("free_a_static", free_a_static);
} // namespace

TEST(Foreign, PointersAreReportedAndIgnored)
{
    EXPECT_SAYS("is no object of malloc(), called from 0x", { free(opaque(&g_static[16])); });
    EXPECT_SAYS("is no object of malloc()", {
        int local = 0;
        free(opaque(&local));
    });
    EXPECT_SAYS("is no object of malloc()", { free(opaque(reinterpret_cast<void *>(1))); });
    EXPECT_SAYS("is no object of malloc()", {
        free(opaque(mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)));
    });
    EXPECT_SAYS("is no object of malloc()", { operator delete(opaque(&g_static[16])); });
}

TEST(Foreign, PlacesInsideObjectsAreReportedAndIgnored)
{
    EXPECT_SAYS("is not the start of an object", { free(opaque(static_cast<char *>(malloc(100))) + 8); });
    EXPECT_SAYS("is not the start of an object", { free(opaque(static_cast<char *>(malloc(30000))) + 4096); });
    EXPECT_SAYS("nolockalloc: ", { free(opaque(static_cast<char *>(malloc(1 << 20))) + 4096); });
    EXPECT_SAYS("nolockalloc: ", { free(opaque(static_cast<char *>(malloc(64 << 20))) + 4096); });
}

TEST(Foreign, ReallocOfOneIsRefused)
{
    EXPECT_SAYS("is no object of malloc()", {
        errno = 0;
        if (realloc(opaque(&g_static[16]), 100) != nullptr || errno != EINVAL)
            abort();
    });
    EXPECT_SAYS("is no object of malloc()", {
        if (malloc_usable_size(opaque(&g_static[16])) != 0)
            abort();
    });
}

TEST(SecondFree, IsReportedAtOnceOfTheNewestObject)
{
    EXPECT_SAYS("is free already", {
        void *object = opaque(malloc(100));
        free(object);
        free(opaque(object));
    });
}

TEST(SecondFree, IsReportedOfLargeObjects)
{
    for (size_t size : {100000, 1 << 20, 64 << 20})
    {
        static size_t g_size;
        g_size = size;
        EXPECT_SAYS("nolockalloc: ", {
            void *object = opaque(malloc(g_size));
            free(object);
            free(opaque(object));
        });
    }
}

TEST(SecondFree, IsReportedWhenTheObjectReachesItsSlab)
{
    EXPECT_SAYS("is free already", {
        static void *objects[4000];
        for (void *&object : objects)
            object = malloc(100);
        for (void *object : objects)
            free(object);
        for (void *object : objects)
            free(opaque(object));
    });
}

TEST(Options, AbortEndsTheProcessAfterTheReport)
{
    ChildResult result = run_role("free_a_static", "abort");
    EXPECT_EQ(result.signal, SIGABRT);
    EXPECT_NE(result.error.find("is no object of malloc()"), std::string::npos) << result.error;
    EXPECT_EQ(run_role("free_a_static", "").exit_code, 0);
}
