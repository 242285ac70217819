// SPDX-License-Identifier: MIT
//
// The reports as JSON: they are JSON, they say what the others say, and they can be written in any context.
#include "child.h"
#include "counters.h"
#include "signals.h"

#include <cerrno>
#include <cstring>
#include <gtest/gtest.h>
#include <unistd.h>

namespace
{
// RFC 8259, as far as the end of the value; nullptr if there is none.
const char *skip_value(const char *at);

const char *skip_string(const char *at)
{
    if (*at++ != '"')
        return nullptr;
    for (; *at != '"'; at++)
    {
        if (static_cast<unsigned char>(*at) < 0x20)
            return nullptr;
        if (*at == '\\' && strchr("\"\\/bfnrtu", *++at) == nullptr)
            return nullptr;
    }
    return at + 1;
}

const char *skip_list(const char *at, char end, bool has_names)
{
    if (*at == end)
        return at + 1;
    while (true)
    {
        if (has_names)
        {
            at = skip_string(at);
            if (at == nullptr || *at++ != ':')
                return nullptr;
        }
        at = skip_value(at);
        if (at == nullptr || (*at != ',' && *at != end))
            return nullptr;
        if (*at++ == end)
            return at;
    }
}

const char *skip_value(const char *at)
{
    switch (*at)
    {
    case '{':
        return skip_list(at + 1, '}', true);
    case '[':
        return skip_list(at + 1, ']', false);
    case '"':
        return skip_string(at);
    case 't':
        return strncmp(at, "true", 4) == 0 ? at + 4 : nullptr;
    case 'f':
        return strncmp(at, "false", 5) == 0 ? at + 5 : nullptr;
    default:
        size_t digits = strspn(at, "0123456789");
        bool is_number = digits == 1 || (digits > 1 && *at != '0');
        return is_number ? at + digits : nullptr;
    }
}

bool is_json(const std::string &text)
{
    const char *end = skip_value(text.c_str());
    return end != nullptr && strcmp(end, "\n") == 0;
}

using Writer = int (*)(int fd);
const Writer kWriters[] = {nolockalloc_stats_json, nolockalloc_slabinfo_json,
                           nolockalloc_allocinfo_json};

// What a writer writes; it may be more than a pipe takes.
std::string written_by(Writer writer)
{
    FILE *file = tmpfile();
    EXPECT_EQ(writer(fileno(file)), 0);
    std::string text(size_t(lseek(fileno(file), 0, SEEK_END)), ' ');
    EXPECT_EQ(pread(fileno(file), text.data(), text.size(), 0), ssize_t(text.size()));
    fclose(file);
    return text;
}

bool contains(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}
} // namespace

TEST(JsonControl, TheReaderOfTheTestsKnowsWhatIsNone)
{
    for (const char *good : {"{}\n", "[]\n", "[1,{\"a\":\"\\\"\"}]\n", "0\n", "[true,false]\n"})
        EXPECT_TRUE(is_json(good)) << good;
    for (const char *bad :
         {"", "{", "{}", "[1,]\n", "[01]\n", "{\"a\"}\n", "{a:1}\n", "[1 2]\n", "\"\x01\"\n", "{}]\n"})
        EXPECT_FALSE(is_json(bad)) << bad;
}

TEST(Json, IsWhatTheReportsAre)
{
    kfree_nolock(kmalloc_nolock(64, 0, NUMA_NO_NODE));
    struct kmem_cache *odd = kmem_cache_create("odd \"name\"\n", 5000, 0, SLAB_NO_MERGE, nullptr);
    kmem_cache_free(odd, kmem_cache_alloc(odd, GFP_KERNEL));
    for (Writer writer : kWriters)
        EXPECT_TRUE(is_json(written_by(writer))) << written_by(writer);
    EXPECT_TRUE(contains(written_by(nolockalloc_slabinfo_json), "\"name\":\"odd \\\"name\\\"\\u000a\""));
    kmem_cache_destroy(odd);
}

TEST(Json, HasTheNumbersOfTheStatistics)
{
    void *objects[100];
    for (void *&object : objects)
        object = kmalloc_nolock(192, 0, NUMA_NO_NODE);
    std::string text = written_by(nolockalloc_stats_json);
    struct nolockalloc_stats stats = counters();
    const BucketStats &bucket = of_size(stats, 192);
    EXPECT_TRUE(contains(text, "\"arena_bytes\":" + std::to_string(stats.arena_bytes)));
    EXPECT_TRUE(contains(text, "\"slab_bytes\":" + std::to_string(stats.slab_bytes)));
    EXPECT_TRUE(contains(text, "{\"name\":\"kmalloc-192\",\"object_size\":192,\"objects_per_slab\":" +
                                   std::to_string(bucket.objects_per_slab) + ",\"alloc_fastpath\":" +
                                   std::to_string(bucket.alloc_fastpath) + ",\"alloc_slowpath\":" +
                                   std::to_string(bucket.alloc_slowpath) + ","))
        << text;
    for (void *object : objects)
        kfree_nolock(object);
}

TEST(Json, OfADescriptorThatIsNoneIsAnError)
{
    for (Writer writer : kWriters)
        EXPECT_EQ(writer(-1), -EBADF);
}

static Role g_unused("unused",
                     []
                     {
                         for (Writer writer : kWriters)
                             if (!is_json(written_by(writer)))
                                 return 1;
                         return 0;
                     });

TEST(Json, OfAnUnusedLibraryIsWrittenToo)
{
    EXPECT_EQ(run_role("unused", "").complaint(), "");
}

// The thread allocates; a timer's handler writes all three, and each is whole.
TEST(Json, IsWrittenInHandlersThatInterruptAllocations)
{
    static int good, bad;
    static int fd;
    FILE *file = tmpfile();
    fd = fileno(file);
    auto write_all = [](int, siginfo_t *, void *)
    {
        static char text[32768];
        for (Writer writer : kWriters)
        {
            bool is_written = ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0 && writer(fd) == 0;
            ssize_t bytes = pread(fd, text, sizeof text - 1, 0);
            text[bytes < 0 ? 0 : bytes] = 0;
            const char *end = skip_value(text);
            bool is_whole = is_written && end != nullptr && strcmp(end, "\n") == 0;
            (is_whole ? good : bad)++;
        }
    };
    {
        Handling handling(SIGUSR1, write_all);
        ThreadTimer timer(SIGUSR1, CLOCK_MONOTONIC);
        timer.repeat(500000);
        while (good + bad < 300)
        {
            void *objects[300];
            for (void *&object : objects)
                object = kmalloc_nolock(1024, 0, NUMA_NO_NODE);
            for (void *object : objects)
                kfree_nolock(object);
        }
    }
    fclose(file);
    EXPECT_EQ(bad, 0);
    EXPECT_EQ(complaint_after_trim(), "");
}
