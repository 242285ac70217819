// SPDX-License-Identifier: MIT
//
// The states in which calls are interrupted, and what the interrupting handlers do.
#include "interruption.h"

#include <nolockalloc/page.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

// The next free is of the object that was handed out last, and the last free of that kind was of another bucket.
static void spoil_the_guess(Interruption &on)
{
    on.door().free(on.door().allocate(on.situation().size, 0, NUMA_NO_NODE));
    on.door().free(on.door().allocate(on.other_size(), 0, NUMA_NO_NODE));
    on.own.allocate(on.situation().size);
}

const std::vector<Situation> &all_situations()
{
    using Op = Operation;
    using B = BucketStats;
    static const std::vector<Situation> all = {
        {"AllocateFromTheArray", Op::Allocate, 64, &B::alloc_fastpath, 2, true},
        {"AllocateZeroed", Op::Allocate, 64, &B::alloc_fastpath, 2, true, false, false, __GFP_ZERO},
        {"AllocateWithRefill", Op::Allocate, 64, &B::sheaf_refill, 1, false, true},
        {"AllocateWithBarnGet", Op::Allocate, 64, &B::barn_get, 600, true},
        {"AllocateWithNewSlab", Op::Allocate, 64, &B::alloc_slab},
        {"AllocateLargest", Op::Allocate, 8192, &B::alloc_fastpath, 2, true},
        {"AllocateLargestWithNewSlab", Op::Allocate, 8192, &B::alloc_slab},
        {"AllocateFirstOfAThread", Op::Allocate, 64, nullptr, 0, false, false, true},
        {"FreeToTheArray", Op::Free, 64, &B::free_fastpath, 2},
        {"FreeWithAWrongGuess", Op::Free, 64, &B::free_fastpath, 0, false, false, false, 0,
         spoil_the_guess},
        {"FreeWithBarnPut", Op::Free, 64, &B::barn_put, 600},
        {"FreeWithFlush", Op::Free, 64, &B::sheaf_flush, 6000},
        {"FreeLargest", Op::Free, 8192, &B::free_fastpath, 2},
        {"FreeWithSlabGivenBack", Op::Free, 1024, &B::free_slab, 450},
        {"FreeFirstOfAThread", Op::Free, 64, nullptr, 1, false, false, true},
        {"Trim", Op::Trim, 64, nullptr, 600, true},
        {"Drain", Op::Drain, 64, nullptr, 2, true},
        {"Stats", Op::Stats, 64, nullptr, 2, true},
        {"Slabinfo", Op::Slabinfo, 64, nullptr, 2, true},
    };
    return all;
}

std::vector<Situation> situations_with_a_lock()
{
    std::vector<Situation> some;
    for (const Situation &situation : all_situations())
    {
        bool large = situation.size * situation.prepared > size_t(512) << 10;
        bool reads = situation.operation == Operation::Stats ||
                     situation.operation == Operation::Slabinfo ||
                     situation.operation == Operation::Drain;
        if (!large && !reads && !situation.on_a_new_thread)
            some.push_back(situation);
    }
    return some;
}

const Situation &situation_named(const char *name)
{
    for (const Situation &situation : all_situations())
        if (strcmp(situation.name, name) == 0)
            return situation;
    abort();
}

// A pair of allocate and free hides lost updates: most scripts leave a difference behind.
const std::vector<Script> &all_scripts()
{
    static const std::vector<Script> all = {
        {"AllocateAndKeep", "a"},
        {"FreeAnOlderObject", "f"},
        {"AllocateTwiceAndFreeTheFirst", "aar"},
        {"AllocateInAnotherBucket", "A"},
        {"FreeInAnotherBucket", "F"},
        {"MoreThanAnArray", std::string(140, 'a') + std::string(140, 'f')},
        {"Housekeeping", "tfdas"},
    };
    return all;
}

// NULL is a complaint, unless memory is short.
static void allocate_nested(Interruption &on, size_t size)
{
    if (!on.situation().may_refuse)
        on.nested.allocate(size);
    else if (void *object = on.door().allocate(size, 0, NUMA_NO_NODE))
        on.nested.adopt(object, size);
}

static void allocate_and_free_pages(Interruption &on, unsigned order)
{
    struct page *page = alloc_pages_nolock(0, NUMA_NO_NODE, order);
    if (page != nullptr)
        free_pages_nolock(page, order);
    else if (!on.situation().may_refuse)
        on.nested.complain("an allocation of pages gave NULL");
}

static void free_newest_of(Ledger &ledger)
{
    if (ledger.size() > 0)
        ledger.free_newest();
}

static void play_step(Interruption &on, char step)
{
    switch (step)
    {
    case 'a':
        allocate_nested(on, on.situation().size);
        break;
    case 'A':
        allocate_nested(on, on.other_size());
        break;
    case 'f':
        free_newest_of(on.older);
        break;
    case 'F':
        free_newest_of(on.older_other);
        break;
    case 'x':
        free_newest_of(on.foreign);
        break;
    case 'r':
        if (on.nested.size() > 0)
            on.nested.free_oldest();
        break;
    case 't':
        nolockalloc_trim();
        break;
    case 'd':
        nolockalloc_drain();
        break;
    case 's':
        counters();
        break;
    case 'p':
        allocate_and_free_pages(on, 0);
        break;
    case 'P':
        allocate_and_free_pages(on, 5);
        break;
    }
}

void play(Interruption &on, const std::string &steps)
{
    int before = errno;
    errno = E2BIG; // what no call of ours sets
    for (char step : steps)
        play_step(on, step);
    if (errno != E2BIG)
        on.nested.complain("errno was changed");
    errno = before;
}

// In a loop, the first passes stand for all: what differs later is data.
constexpr uint32_t kPasses = 3;

std::string interrupt_everywhere(Interruption &interruption, uint32_t passes, const std::vector<Interrupter> &handlers,
                                 std::string (*says_more)())
{
    struct Act
    {
        Interruption &on;
        const Interrupter *handler;
    } what = {interruption, nullptr};
    auto inject = [](void *context, size_t)
    {
        auto *what = static_cast<Act *>(context);
        what->handler->act(what->on);
    };
    for (const short_form::Stop &stop : interruption.stops({passes, handlers.size()}))
    {
        what.handler = &handlers[stop.kind];
        std::string complaint = interruption.run(stop.index, inject, &what);
        if (says_more != nullptr)
            complaint += says_more();
        if (!complaint.empty())
            return interruption.describe(stop.index) + ", the handler " + what.handler->name + ": " + complaint;
    }
    return "";
}

std::string interrupt_everywhere(Interruption &interruption, const std::vector<Script> &scripts)
{
    std::vector<Interrupter> handlers;
    for (const Script &script : scripts)
        handlers.push_back({script.name, [&script](Interruption &on) { play(on, script.steps); }});
    return interrupt_everywhere(interruption, kPasses, handlers);
}
