// SPDX-License-Identifier: MIT
//
// malloc at the edges of a process's and a thread's life: constructors, exit handlers, destructors of thread-local
// objects and keys, threads without a block, forks of threaded programs, options.
#include "child.h"
#include "ledger.h"
#include "malloc_door.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <pthread.h>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace
{
bool all_sizes_work()
{
    Ledger ledger(malloc_door(), 64);
    for (int round = 0; round < 2; round++)
        for (size_t size : {1, 16, 100, 1000, 8000, 32768, 32769, 100000})
            ledger.allocate(size, round == 1 ? __GFP_ZERO : 0);
    void *large = opaque(malloc(5 << 20));
    if (large == nullptr)
        ledger.complain("no large object");
    free(large);
    bool apart = overlap_in({&ledger}).empty();
    ledger.free_all();
    return apart && ledger.complaint() == nullptr;
}

bool g_worked_in_a_constructor;
[[gnu::constructor(101)]] void first_of_all()
{
    g_worked_in_a_constructor = all_sizes_work();
}

int use_at_exit()
{
    atexit(
        []
        {
            if (!all_sizes_work())
                _exit(3);
        });
    exit(0);
}
Role g_use_at_exit("use_at_exit", use_at_exit);

[[gnu::destructor(101)]] void last_of_all()
{
    if (!all_sizes_work())
        _exit(4);
}

struct UsesMemoryAsItEnds
{
    ~UsesMemoryAsItEnds()
    {
        ended += all_sizes_work();
    }
    static std::atomic<int> ended;
};
std::atomic<int> UsesMemoryAsItEnds::ended;
thread_local UsesMemoryAsItEnds g_thread_local;

pthread_key_t g_key;
void use_memory_again(void *rounds)
{
    UsesMemoryAsItEnds::ended += all_sizes_work();
    if (uintptr_t(rounds) > 1)
        pthread_setspecific(g_key, reinterpret_cast<void *>(uintptr_t(rounds) - 1));
}

int report_arena()
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    size_t largest = 0;
    while (fgets(line, sizeof line, maps) != nullptr)
    {
        size_t from, to;
        if (sscanf(line, "%zx-%zx", &from, &to) == 2 && to - from > largest)
            largest = to - from;
    }
    return int(largest >> 30 > 100 ? 100 : largest >> 30);
}
Role g_report_arena("report_arena", report_arena);

int make_threads()
{
    std::vector<std::thread> threads;
    std::atomic<int> good{0};
    for (int i = 0; i < 20; i++)
        threads.emplace_back([&] { good += all_sizes_work(); });
    for (std::thread &thread : threads)
        thread.join();
    return good == 20 ? 0 : 1;
}
Role g_make_threads("make_threads", make_threads);
} // namespace

TEST(Life, ConstructorsMayAllocate)
{
    EXPECT_TRUE(g_worked_in_a_constructor);
}

TEST(Life, ExitHandlersAndDestructorsMayAllocate)
{
    EXPECT_EQ(run_role("use_at_exit", "").complaint(), "");
}

TEST(Life, AThreadMayAllocateUntilItsLastDestructor)
{
    ASSERT_EQ(pthread_key_create(&g_key, use_memory_again), 0);
    UsesMemoryAsItEnds::ended = 0;
    for (int i = 0; i < 50; i++)
    {
        std::thread(
            []
            {
                opaque(&g_thread_local);
                pthread_setspecific(g_key, reinterpret_cast<void *>(3));
            })
            .join();
    }
    EXPECT_EQ(UsesMemoryAsItEnds::ended, 50 * 4);
    pthread_key_delete(g_key);
}

TEST(Life, MoreThreadsThanBlocksAreServed)
{
    EXPECT_EQ(run_role("make_threads", "threads=3").complaint(), "");
}

TEST(Life, TheArenaIsAsLargeAsTheOptionsSay)
{
    EXPECT_GE(run_role("report_arena", "").exit_code, 100);
    int small = run_role("report_arena", "arena=8g").exit_code;
    EXPECT_GE(small, 8);
    EXPECT_LE(small, 20);
}

TEST(Fork, AChildOfAThreadedProgramHasAllOfMalloc)
{
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; i++)
    {
        threads.emplace_back(
            [&]
            {
                while (!stop)
                    all_sizes_work();
            });
    }
    int good = 0;
    for (int i = 0; i < 60; i++)
    {
        pid_t child = i % 2 ? fork() : _Fork();
        if (child == 0)
        {
            alarm(20);
            _exit(all_sizes_work() && make_threads() == 0 ? 0 : 1);
        }
        int status;
        waitpid(child, &status, 0);
        good += status == 0;
    }
    stop = true;
    for (std::thread &thread : threads)
        thread.join();
    EXPECT_EQ(good, 60);
}

TEST(Threads, PassObjectsOfEverySizeToEachOther)
{
    constexpr int kThreads = 4;
    std::atomic<void *> table[64] = {};
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; t++)
    {
        threads.emplace_back(
            [&, t]
            {
                unsigned random = unsigned(t) * 77 + 1;
                for (int i = 0; i < 20000; i++)
                {
                    random = random * 1103515245 + 12345;
                    size_t size = random >> 8 & 63 ? (random >> 8) % 9000 + 16 : (random >> 8) % 9000000 + 16;
                    auto *object = static_cast<size_t *>(malloc(size));
                    object[0] = size;
                    object[1] = ~size;
                    auto *other = static_cast<size_t *>(table[random >> 20 & 63].exchange(object));
                    wrong += other != nullptr && other[0] != ~other[1];
                    if (i % 5 == 0 && other != nullptr)
                    {
                        size = other[0];
                        other = static_cast<size_t *>(realloc(other, size + 5000));
                        wrong += other[0] != size;
                    }
                    free(other);
                }
            });
    }
    for (std::thread &thread : threads)
        thread.join();
    for (auto &object : table)
        free(object.load());
    EXPECT_EQ(wrong, 0);
}
