// SPDX-License-Identifier: MIT
#include "work.h"

#include "paths.h"
#include "servant.h"

#include <algorithm>
#include <memory>
#include <unistd.h>

namespace proof
{
namespace
{
std::string use_buckets(const Door &door)
{
    for (size_t bucket : kBuckets)
    {
        size_t objects = bucket < 256 ? 140 : bucket < 1024 ? 70 : bucket < 4096 ? 36 : 18;
        Ledger ledger(door, objects);
        for (size_t i = 0; i < objects; i++)
            ledger.allocate(bucket, i % 16 == 0 ? __GFP_ZERO : 0);
        ledger.check();
        if (ksize(ledger[0].start) < bucket)
            return "a wrong ksize; ";
        ledger.free_all();
        if (ledger.complaint() != nullptr)
            return std::string(ledger.complaint()) + ", bucket " + std::to_string(bucket) + "; ";
    }
    return "";
}

// The newest ones lie beside the object that the other's call is about: in the same object word.
void free_some(Ledger &ledger)
{
    for (int i = 0; i < 3 && ledger.size() > 0; i++)
        ledger.free_oldest();
    for (int i = 0; i < 3 && ledger.size() > 0; i++)
        ledger.free_newest();
}

std::string read_statistics()
{
    if (nolockalloc_slabinfo(nowhere()) != 0)
        return "no slabinfo; ";
    return counters().buckets == NOLOCKALLOC_BUCKETS ? "" : "no statistics; ";
}
} // namespace

std::string use_everything(Interruption &of_others)
{
    const Door &door = of_others.door();
    std::string complaint = use_buckets(door);
    free_some(of_others.older);
    free_some(of_others.older_other);
    std::string of_a_thread;
    on_a_thread_that_ends(
        [&]
        {
            Ledger ledger(door, 16);
            for (size_t bucket : kBuckets)
                ledger.allocate(bucket);
            ledger.free_all();
            of_a_thread = ledger.complaint() == nullptr ? "" : "a new thread is not served; ";
        });
    complaint += of_a_thread + read_statistics();
    nolockalloc_drain();
    nolockalloc_trim();
    return complaint;
}

bool is_at_full_speed(const Door &door, size_t size)
{
    door.free(door.allocate(size, 0, NUMA_NO_NODE));
    BucketStats before = of_size(counters(), size);
    door.free(door.allocate(size, 0, NUMA_NO_NODE));
    BucketStats after = of_size(counters(), size);
    return after.alloc_fastpath == before.alloc_fastpath + 1 &&
           after.free_fastpath == before.free_fastpath + 1;
}

size_t most_instructions_of_a_call(const Door &door)
{
    static std::unique_ptr<stepper::Trace> trace(new stepper::Trace);
    struct Call
    {
        const Door *door;
        size_t size;
        void *object;
    } call = {&door, 0, nullptr};
    auto allocate = [](void *argument)
    {
        auto *call = static_cast<Call *>(argument);
        call->object = call->door->allocate(call->size, 0, NUMA_NO_NODE);
    };
    auto free = [](void *argument)
    {
        auto *call = static_cast<Call *>(argument);
        call->door->free(call->object);
    };
    size_t most = 0;
    for (size_t bucket : {64, 1024, 8192})
    {
        call.size = bucket;
        for (stepper::Call step : {stepper::Call(allocate), stepper::Call(free)})
        {
            stepper::trace(step, &call, *trace);
            most = std::max(most, trace->count);
        }
    }
    return most;
}
} // namespace proof
