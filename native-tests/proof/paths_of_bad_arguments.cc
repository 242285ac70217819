// SPDX-License-Identifier: MIT
//
// Every error path. Bad pointers are reported each time; bad flags and nodes once a process.
#include "paths.h"

#include <cerrno>

namespace proof
{
namespace
{
void expect(Interruption &on, bool right)
{
    if (!right)
        on.own.complain("a bad argument was not answered as documented");
}

void allocate_nothing(Interruption &on)
{
    expect(on, on.door().allocate(0, 0, NUMA_NO_NODE) == ZERO_SIZE_PTR);
}

void allocate_too_much(Interruption &on)
{
    expect(on, on.door().allocate(8193, 0, NUMA_NO_NODE) == nullptr);
}

void allocate_on_node_7(Interruption &on)
{
    expect(on, on.door().allocate(64, 0, 7) == nullptr);
}

void ksize_of_the_pointer(Interruption &on)
{
    expect(on, ksize(on.pointer) == 0);
}

void bad_stats(Interruption &on)
{
    struct nolockalloc_stats stats = {};
    stats.version = 77;
    expect(on, nolockalloc_stats(nullptr) == -EINVAL && nolockalloc_stats(&stats) == -EINVAL);
}

void bad_slabinfo(Interruption &on)
{
    expect(on, nolockalloc_slabinfo(-1) == -EBADF);
}

void point_nowhere(Interruption &on)
{
    on.pointer = nullptr;
}

void point_at_nothing(Interruption &on)
{
    on.pointer = ZERO_SIZE_PTR;
}

void point_outside(Interruption &on)
{
    on.pointer = &on;
}

void point_inside_an_object(Interruption &on)
{
    on.pointer = on.older[0].start + 8;
}

// The object that this thread freed last is seen as free.
void point_at_a_free_object(Interruption &on)
{
    on.pointer = on.older[on.older.size() - 1].start;
    on.older.free_newest();
}
} // namespace

void add_bad_arguments(std::vector<Situation> &to)
{
    auto allocation = [&](const char *name, Hook call) -> Situation &
    {
        to.push_back(own_path(name, "kmalloc_nolock", call));
        return to.back();
    };
    auto of_pointer = [&](const char *name, Hook set_up)
    { to.push_back(own_path(name, "kfree_nolock", free_the_pointer, set_up)); };
    auto ksize_of = [&](const char *name, Hook set_up)
    { to.push_back(own_path(name, "ksize", ksize_of_the_pointer, set_up)); };

    allocation("AllocateNothing", allocate_nothing);
    allocation("AllocateTooMuch", allocate_too_much);
    allocation("AllocateOnAnotherNode", allocate_on_node_7).process = Process::Forked;
    Situation &flags = allocation("AllocateWithUnknownFlags", allocate_plainly);
    flags.gfp_flags = 0x80000000u;
    flags.process = Process::Forked;
    of_pointer("FreeNull", point_nowhere);
    of_pointer("FreeZeroSizePtr", point_at_nothing);
    of_pointer("FreeWhatIsNotOurs", point_outside);
    of_pointer("FreeInsideAnObject", point_inside_an_object);
    of_pointer("FreeTwice", point_at_a_free_object);
    to.back().spares_bucket = true; // else the object is not the last freed one any more
    ksize_of("KsizeOfNull", point_nowhere);
    ksize_of("KsizeOfWhatIsNotOurs", point_outside);
    ksize_of("KsizeInsideAnObject", point_inside_an_object);
    to.push_back(own_path("StatsRefused", "nolockalloc_stats", bad_stats));
    to.push_back(own_path("SlabinfoToABadDescriptor", "nolockalloc_slabinfo", bad_slabinfo));
}
} // namespace proof
