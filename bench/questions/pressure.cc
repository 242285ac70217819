// SPDX-License-Identifier: MIT
//
// What happens when memory is short? There are 128 MiB, of an arena or of address space. They are
// filled with objects of 8 to 8192 bytes until the answer is NULL. Timed: random ones are replaced
// by others of other sizes; how often is the answer NULL? Then everything is freed, and filled
// again with objects of one size: how much comes back?
#include "process.h"
#include "random.h"
#include "question.h"

#include <vector>

namespace
{

constexpr std::size_t limit = 128 * mebibyte;
constexpr std::size_t slots = 1 << 16; // more objects than there can be
constexpr std::size_t size_after = 1000;

struct Slot
{
    void *object = nullptr;
    std::size_t size = 0;
};

class Heap
{
  public:
    /* Returns whether there was memory. */
    bool fill(Slot &slot, std::size_t size)
    {
        slot.object = door::allocate(size);
        if (slot.object == nullptr)
        {
            return false;
        }
        touch(slot.object);
        slot.size = size;
        bytes_ += size;
        return true;
    }

    void empty(Slot &slot)
    {
        if (slot.object != nullptr)
        {
            door::release(slot.object);
            bytes_ -= slot.size;
            slot.object = nullptr;
        }
    }

    void empty_all(std::vector<Slot> &slots_in_use)
    {
        for (Slot &slot : slots_in_use)
        {
            empty(slot);
        }
    }

    double mebibytes() const
    {
        return static_cast<double>(bytes_) / mebibyte;
    }

  private:
    std::size_t bytes_ = 0;
};

} // namespace

static void pressure(benchmark::State &state)
{
    if (!door::keeps_objects)
    {
        return not_asked(state);
    }
    std::vector<Slot> all(4 * slots);
    door::limit_memory(limit);
    Random random(0x9e3779b97f4a7c15u);
    Heap heap;
    std::size_t used = 0;
    while (used < slots && heap.fill(all[used], random.next(smallest_size, largest_size)))
    {
        used++;
    }
    double filled = heap.mebibytes();
    double asked = 0;
    double refused = 0;
    for (auto _ : state)
    {
        std::size_t size = random.next(smallest_size, largest_size);
        Slot &slot = all[random.high(static_cast<std::uint32_t>(used))];
        heap.empty(slot);
        asked++;
        refused += !heap.fill(slot, size);
    }
    double kept = heap.mebibytes();
    heap.empty_all(all);
    for (std::size_t i = 0; i < all.size() && heap.fill(all[i], size_after); i++)
    {
    }
    double refilled = heap.mebibytes();
    heap.empty_all(all);
    lift_address_space_limit(); // this program had no more memory either
    remark(state, "MiB until NULL", filled);
    remark(state, "NULL, in 1000", 1000 * refused / asked);
    remark(state, "MiB after that", kept);
    remark(state, "MiB refilled", refilled);
    report(state, 1);
}
BENCHMARK(pressure)->Iterations(20000); // once: what one run leaves is no beginning for another
