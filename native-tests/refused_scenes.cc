// SPDX-License-Identifier: MIT
#include "refused_scenes.h"

#include "counters.h"
#include "stepper/stepper.h"

#include <csetjmp>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

namespace
{
void do_nothing(Ledger &)
{
}

void use_it(Ledger &)
{
    every_bucket_works(direct_door());
}

// What gives NULL is counted.
size_t allocate(Ledger &ledger, size_t size, size_t objects)
{
    size_t nulls = 0;
    for (size_t i = 0; i < objects; i++)
        if (void *object = kmalloc_nolock(size, i % 2 ? __GFP_ZERO : 0, NUMA_NO_NODE))
            ledger.adopt(object, size);
        else
            nulls++;
    return nulls;
}

size_t allocate_some(Ledger &ledger)
{
    return allocate(ledger, 64, 3) + allocate(ledger, 1024, 3);
}

struct Life
{
    Ledger *ledger;
    size_t nulls;
    bool ends_without_a_word;
};

void *live_shortly(void *argument)
{
    auto *life = static_cast<Life *>(argument);
    life->nulls = allocate(*life->ledger, 64, 200);
    for (int i = 0; i < 100; i++)
        life->ledger->free_newest();
    if (life->ends_without_a_word)
        syscall(SYS_exit, 0);
    return nullptr;
}

size_t run_thread(Ledger &ledger, bool ends_without_a_word)
{
    Life life = {&ledger, 0, ends_without_a_word};
    pthread_t thread;
    if (pthread_create(&thread, nullptr, live_shortly, &life) == 0)
        pthread_join(thread, nullptr);
    return life.nulls;
}

void fill_and_free(Ledger &ledger)
{
    allocate(ledger, 8192, 384);
    ledger.free_all();
}

// Where the parent stood its child goes on; the parent ends as the child does.
void become_a_child(Ledger &ledger)
{
    use_it(ledger);
    run_thread(ledger, true);
    pid_t child = fork();
    int status = 0;
    if (child != 0)
        _exit(waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 9);
}

// One call of each bucket is abandoned in its slow path, on a stack that is not there any more: who
// comes to the bucket next asks whether something is mapped there.
sigjmp_buf g_before;
ucontext_t g_back;
size_t g_bucket;

void abandon_a_call()
{
    auto call = [](void *) { (void)!kmalloc_nolock(kBuckets[g_bucket], 0, NUMA_NO_NODE); };
    auto leave = [](void *, size_t) { siglongjmp(g_before, 1); };
    stepper::inject_at(600 + 10 * g_bucket, call, nullptr, leave, nullptr);
}

void abandon_on_a_lost_stack()
{
    constexpr size_t kBytes = 256 << 10;
    void *stack = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ucontext_t there;
    getcontext(&there);
    there.uc_stack.ss_sp = stack;
    there.uc_stack.ss_size = kBytes;
    there.uc_link = &g_back;
    makecontext(&there, abandon_a_call, 0);
    if (sigsetjmp(g_before, 1) == 0)
        swapcontext(&g_back, &there);
    stepper::forget();
    munmap(stack, kBytes);
}

void abandon_in_every_bucket(Ledger &ledger)
{
    use_it(ledger);
    nolockalloc_trim();
    for (g_bucket = 0; g_bucket < NOLOCKALLOC_BUCKETS; g_bucket++)
        abandon_on_a_lost_stack();
}

size_t allocate_in_every_bucket(Ledger &ledger)
{
    size_t nulls = 0;
    for (size_t bucket : kBuckets)
        nulls += allocate(ledger, bucket, 3);
    return nulls;
}

size_t exhaust(Ledger &ledger)
{
    allocate(ledger, 8192, 132); // until NULL and beyond: each asks whether threads are gone
    while (ledger.size() > 1)
        ledger.free_newest();
    return 0;
}

size_t report(Ledger &ledger)
{
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    nolockalloc_slabinfo(fd);
    close(fd);
    kfree_nolock(&fd);
    return allocate(ledger, 64, 1);
}
} // namespace

const std::vector<Scene> &all_scenes()
{
    static const std::vector<Scene> all = {
        {"FirstCallOfTheProcess", "arena=1m", 4, do_nothing, allocate_some},
        {"FirstCallOfAThread", "arena=1m", 1, use_it,
         [](Ledger &ledger) { return run_thread(ledger, false); }},
        {"ThreadThatEndsWithoutAWord", "arena=1m", 1, use_it,
         [](Ledger &ledger)
         {
             size_t nulls = run_thread(ledger, true) + run_thread(ledger, true);
             return nulls + run_thread(ledger, false);
         }},
        {"GrowthBySlabs", "arena=4m", 0, use_it,
         [](Ledger &ledger) { return allocate(ledger, 1024, 3000); }},
        {"Trim", "arena=4m", 40, fill_and_free,
         [](Ledger &)
         {
             nolockalloc_trim();
             return size_t(0);
         }},
        {"FreesBeyondTheWarmMemory", "arena=8m", 6,
         [](Ledger &ledger) { allocate(ledger, 8192, 700); },
         [](Ledger &ledger)
         {
             ledger.free_all();
             return allocate(ledger, 8192, 350);
         }},
        {"FirstCallsOfAForkedChild", "arena=1m", 5, become_a_child,
         [](Ledger &ledger)
         {
             nolockalloc_trim();
             return allocate_some(ledger) + run_thread(ledger, false);
         }},
        {"Exhaustion", "arena=1m", 1, [](Ledger &ledger) { run_thread(ledger, true); }, exhaust},
        {"CallsAbandonedOnALostStack", "arena=4m", 5, abandon_in_every_bucket,
         allocate_in_every_bucket},
        {"ReportsAndSlabinfo", "arena=1m", 3, use_it, report},
    };
    return all;
}
