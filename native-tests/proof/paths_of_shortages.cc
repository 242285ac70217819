// SPDX-License-Identifier: MIT
//
// A full arena: what is tried before NULL, and NULL; and threads that have no block.
#include "paths.h"

#include "servant.h"

#include <atomic>

namespace proof
{
namespace
{
// Takes everything, in both buckets that handlers use too, but for `left` objects of 8 KiB.
void fill(Interruption &on, size_t left)
{
    for (size_t size : {size_t(8192), on.other_size(), on.situation().size})
        while (void *object = on.door().allocate(size, 0, NUMA_NO_NODE))
            on.own.adopt(object, size);
    for (size_t i = 0; i < left; i++)
        on.own.free_oldest();
}

void fill_all(Interruption &on)
{
    fill(on, 0);
}

// A slab full of free objects, in this thread's array of another bucket.
void leave_a_slab_in_the_array(Interruption &on)
{
    fill(on, 16);
}

// Another thread that lives has claimed a slab with room; nobody else has any.
void leave_room_in_a_claimed_slab(Interruption &on)
{
    static OwnServant servant;
    servant.get().perform([&on] { on.foreign.allocate(on.situation().size); });
    fill(on, 0);
    servant.get().perform([] { nolockalloc_trim(); });
}

// What is free is in the array and the barn, and a thread without a block is about to allocate.
void leave_room_in_the_barn(Interruption &on)
{
    fill(on, 0);
    for (int i = 0; i < 250; i++)
        on.own.free_newest();
}

// Slabs that are listed though they have nothing: threads without a block took the last objects, past
// the cells, and nobody has looked since.
void leave_full_slabs_listed(Interruption &on)
{
    size_t size = on.situation().size;
    nolockalloc_trim();
    on_a_thread_that_ends(
        [&]
        {
            BucketStats bucket = of_size(counters(), size);
            uint64_t all = bucket.active_slabs * bucket.objects_per_slab;
            for (uint64_t i = uint64_t(live_objects(bucket)); i < all; i++)
                on.own.allocate(size);
        });
}

void free_an_older(Interruption &on)
{
    on.older.free_newest();
}

Situation short_path(const char *name, Hook set_up)
{
    Situation situation = own_path(name, "kmalloc_nolock", allocate_plainly, set_up);
    situation.options = "arena=1m";
    situation.may_refuse = true;
    return situation;
}

Situation without_a_block(const char *name, const char *function, Hook call)
{
    Situation situation = own_path(name, function, call);
    situation.options = "threads=1";
    situation.on_a_new_thread = true;
    return situation;
}
} // namespace

void add_shortages(std::vector<Situation> &to)
{
    to.push_back(short_path("AllocateWhenExhausted", fill_all));
    to.push_back(short_path("AllocateWithReclaim", leave_a_slab_in_the_array));
    to.push_back(short_path("AllocateAfterAnotherThreadsTrim", leave_room_in_a_claimed_slab));
    to.push_back(
        without_a_block("AllocateWithoutAThreadBlock", "kmalloc_nolock", allocate_plainly));
    to.push_back(without_a_block("FreeWithoutAThreadBlock", "kfree_nolock", free_an_older));
    to.push_back(without_a_block("AllocateWithoutAThreadBlockFromTheBarn", "kmalloc_nolock",
                                 allocate_plainly));
    to.back().set_up = leave_room_in_the_barn;
    to.back().options = "arena=1m,threads=1";
    to.back().may_refuse = true;
    to.push_back(without_a_block("AllocateWithoutAThreadBlockPastAFullSlab", "kmalloc_nolock",
                                 allocate_plainly));
    to.back().set_up = leave_full_slabs_listed;
    to.push_back(own_path("AllocatePastAFullSlab", "kmalloc_nolock", allocate_plainly,
                          leave_full_slabs_listed));
    to.back().options = "threads=1";
    auto trim = [](Interruption &) { nolockalloc_trim(); };
    to.push_back(without_a_block("TrimWithoutAThreadBlock", "nolockalloc_trim", trim));
}
} // namespace proof
