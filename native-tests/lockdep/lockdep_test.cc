// SPDX-License-Identifier: MIT
//
// A library built with NOLOCKALLOC_LOCKDEP says so when one call takes the lock that another holds. The mistake
// is planted from outside: a callback under the lock hides the return address by which the library knows that
// the call beneath can go on, allocates, and puts it back. Other libraries see nothing.
#include "../child.h"
#include "../counters.h"
#include "../hooks.h"

#include <csignal>
#include <cstdint>
#include <vector>

namespace
{
__attribute__((noinline)) void *allocate_slowly()
{
    void *object = kmalloc_nolock(64, __GFP_ZERO, NUMA_NO_NODE);
    asm volatile("" : : "r"(object) : "memory"); // no tail call: the frame stays
    return object;
}

// Every word between here and the call that looks like a return address into allocate_slowly().
std::vector<uintptr_t *> return_addresses(uintptr_t *from)
{
    constexpr size_t kWords = 512, kCodeBytes = 128;
    std::vector<uintptr_t *> found;
    auto code = reinterpret_cast<uintptr_t>(&allocate_slowly);
    for (uintptr_t *word = from; word < from + kWords; word++)
        if (*word - code < kCodeBytes)
            found.push_back(word);
    return found;
}

void take_the_lock_again(int, void *)
{
    std::vector<uintptr_t *> words =
        return_addresses(static_cast<uintptr_t *>(__builtin_frame_address(0)));
    std::vector<uintptr_t> kept;
    for (uintptr_t *word : words)
        kept.push_back(*word);
    for (uintptr_t *word : words)
        *word = 0;
    kfree_nolock(kmalloc_nolock(64, 0, NUMA_NO_NODE));
    for (size_t i = 0; i < words.size(); i++)
        *words[i] = kept[i];
}

int plant()
{
    kfree_nolock(allocate_slowly());
    Hooked hooked(NOLOCKALLOC_HOOK_ALLOC_LOCKED, take_the_lock_again, nullptr);
    kfree_nolock(allocate_slowly());
    return counters().reports == 1 ? 0 : 1;
}
Role g_plant("plant", plant);
} // namespace

TEST(Lockdep, ALockThatIsTakenTwiceIsReportedWithItsCycle)
{
    ChildResult result = run_role("plant", "");
    EXPECT_EQ(result.complaint(), "");
    EXPECT_NE(result.error.find("lockdep: kmalloc-64 was taken again while it was held; thread block 1 holds"),
              std::string::npos)
        << result.error;
    EXPECT_NE(result.error.find("kmalloc-64\n"), std::string::npos) << result.error;
}

TEST(Lockdep, AbortsIfThatIsWanted)
{
    ChildResult result = run_role("plant", "abort");
    EXPECT_EQ(result.signal, SIGABRT) << result.complaint();
}
