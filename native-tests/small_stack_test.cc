// SPDX-License-Identifier: MIT
//
// The header promises at most 2 KiB of stack. Each call is made in a handler on an alternate stack
// that has no more than that left, with a page behind it that may not be touched.
#include "child.h"
#include "counters.h"
#include "debug_reports.h"
#include "doors.h"

#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

namespace
{
constexpr size_t kPromised = 2048;
constexpr size_t kPage = 4096;
constexpr size_t kStack = 16 * kPage;
constexpr size_t kReturnAddress = 8;

uintptr_t g_sp;
bool g_is_dry; // a run that only finds out how much stack is in use at the call

// At the beginning of each function that calls the library. Its frame is as large at every call.
[[gnu::always_inline]] inline bool is_dry()
{
    asm volatile("movq %%rsp, %0" : "=m"(g_sp));
    return g_is_dry;
}

void (*g_body)();

[[gnu::noinline]] void on_signal(int)
{
    g_body();
    asm volatile("" ::: "memory"); // no tail call
}

// A stack of so many bytes, on top of a page that faults.
class GuardedStack
{
  public:
    GuardedStack()
        : _memory(static_cast<uint8_t *>(mmap(nullptr, kPage + kStack, PROT_READ | PROT_WRITE,
                                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)))
    {
        mprotect(_memory, kPage, PROT_NONE);
        struct sigaction action = {};
        action.sa_handler = on_signal;
        action.sa_flags = SA_ONSTACK;
        sigaction(SIGUSR1, &action, nullptr);
    }
    ~GuardedStack()
    {
        munmap(_memory, kPage + kStack);
    }

    // Runs the body in a handler, with so many bytes left to each call that it makes.
    void run_with_left(void (*body)(), size_t left)
    {
        size_t bytes = kStack;
        while (left_of(body, bytes - 16) >= left + kReturnAddress)
            bytes -= 16; // the kernel aligns its frame, so this goes in steps
        run(body, bytes, false);
    }

  private:
    size_t left_of(void (*body)(), size_t bytes)
    {
        run(body, bytes, true);
        return g_sp - uintptr_t(_memory + kPage);
    }
    void run(void (*body)(), size_t bytes, bool is_dry_run)
    {
        g_body = body;
        g_is_dry = is_dry_run;
        stack_t stack = {}, before;
        stack.ss_sp = _memory + kPage;
        stack.ss_size = bytes;
        sigaltstack(&stack, &before);
        raise(SIGUSR1);
        sigaltstack(&before, nullptr);
    }

    uint8_t *_memory;
};

// ---- What is done on it
// --------------------------------------------------------------------------

constexpr size_t kMost = 7000;
void *g_objects[kMost];
struct nolockalloc_stats g_stats;

// Enough for a refill, slabs, batches in and out of the barn, flushes, and slabs given back.
template <size_t size> void come_and_go()
{
    if (is_dry())
        return;
    for (size_t i = 0; i < kMost; i++)
        g_objects[i] = kmalloc_nolock(size, i % 2 ? __GFP_ZERO : 0, NUMA_NO_NODE);
    for (size_t i = 0; i < kMost; i++)
        kfree_nolock(g_objects[i]);
}

void come_and_go_by_the_exported_door()
{
    static const Door &door = exported_door();
    if (is_dry())
        return;
    for (size_t i = 0; i < kMost; i++)
        g_objects[i] = door.allocate(1024, 0, NUMA_NO_NODE);
    for (size_t i = 0; i < kMost; i++)
        door.free(g_objects[i]);
}

// Vectors, charges, refusals, and slabs given back with their vectors.
void come_and_go_accounted()
{
    if (is_dry())
        return;
    struct nolockalloc_memcg *group = nolockalloc_memcg_create(NULL, 300000);
    nolockalloc_memcg_set_active(group);
    for (size_t i = 0; i < kMost; i++)
        g_objects[i] = kmalloc_nolock(64, __GFP_ACCOUNT, NUMA_NO_NODE);
    for (size_t i = 0; i < kMost; i++)
        kfree_nolock(g_objects[i]);
    nolockalloc_memcg_set_active(NULL);
    nolockalloc_memcg_put(group);
    nolockalloc_trim();
}

void come_and_go_on_two_nodes()
{
    if (is_dry())
        return;
    for (size_t i = 0; i < kMost; i++)
        g_objects[i] = kmalloc_nolock(1024, 0, int(i % 3) - 1);
    for (size_t i = 0; i < kMost; i++)
        kfree_nolock(g_objects[i]);
    free_pages_nolock(alloc_pages_nolock(0, 1, 7), 7);
}

void look()
{
    static const int null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (is_dry())
        return;
    g_stats.version = NOLOCKALLOC_STATS_VERSION;
    nolockalloc_stats(&g_stats);
    nolockalloc_slabinfo(null_fd);
    nolockalloc_stats_json(null_fd);
    nolockalloc_slabinfo_json(null_fd);
    nolockalloc_allocinfo_json(null_fd);
    ksize(g_objects);
    nolockalloc_drain();
    nolockalloc_trim();
}

void report()
{
    if (is_dry())
        return;
    kfree_nolock(g_objects);
    kfree_nolock(kmalloc_nolock(64, 0x40u, 3));
    kfree_nolock(kmalloc_nolock(64, 0x40u, 0));
}

// The deepest report, and others; the byte behind the object is put right again.
void report_of_debug_caches()
{
    if (is_dry())
        return;
    uint8_t *object = hidden(kmalloc_nolock(60, 0, NUMA_NO_NODE));
    uint8_t behind = object[60];
    object[60] = 1;
    nolockalloc_validate(nullptr);
    object[60] = behind;
    for (int i = 0; i < 2; i++)
        kfree_nolock(object);
    kfree_nolock(object + 1);
    nolockalloc_validate("kmalloc-64");
}

const struct
{
    const char *name;
    const char *options;
    void (*body)();
} kUses[] = {
    {"ComeAndGoOf64Bytes", "", come_and_go<64>},
    {"ComeAndGoOf1024Bytes", "", come_and_go<1024>},
    {"ComeAndGoOf8192Bytes", "", come_and_go<8192>},
    {"ComeAndGoByTheExportedDoor", "", come_and_go_by_the_exported_door},
    {"ExhaustionAndReclaim", "arena=1m", come_and_go<1024>},
    {"TwoNodes", "nodes=2,arena=4m", come_and_go_on_two_nodes},
    {"Accounted", "", come_and_go_accounted},
    {"StatisticsAndTrim", "", look},
    {"Reports", "words,that,are,not,known", report},
    {"ComeAndGoOfDebugObjects", "slub_debug=FZPU", come_and_go<64>},
    {"ReportsOfDebugCaches", "slub_debug=FZPU", report_of_debug_caches},
};

template <size_t bytes> [[gnu::noinline]] void fill_stack()
{
    volatile uint8_t room[bytes];
    for (size_t i = 0; i < bytes; i += 64)
        room[i] = 1;
    (void)room[0];
}
template <size_t bytes> void call_who_fills_the_stack()
{
    if (is_dry())
        return;
    fill_stack<bytes>();
    asm volatile("" ::: "memory");
}
} // namespace

// The first call of a process, and the same again when all is prepared.
TEST(SmallStack, OfWhatTheHeaderPromisesIsEnough)
{
    for (const auto &use : kUses)
        for (bool is_first : {true, false})
        {
            auto body = [&]
            {
                if (!is_first)
                    kfree_nolock(kmalloc_nolock(128, 0, NUMA_NO_NODE));
                GuardedStack().run_with_left(use.body, kPromised);
                return exit_code_after_trim(1);
            };
            EXPECT_EQ(run_in_child_with(use.options, body).complaint(), "")
                << use.name << (is_first ? ", first" : "");
        }
}

TEST(SmallStackControl, FaultsWhereMoreIsUsed)
{
    auto run = [](void (*body)())
    {
        return run_in_child(
            [=]
            {
                GuardedStack().run_with_left(body, kPromised);
                return 0;
            });
    };
    EXPECT_EQ(run(call_who_fills_the_stack<kPromised - 128>).complaint(), "");
    EXPECT_EQ(run(call_who_fills_the_stack<kPromised + 64>).signal, SIGSEGV);
}
