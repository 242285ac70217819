// SPDX-License-Identifier: MIT
//
// What does a pair cost in a server whose threads hand their work on (after Larson and Krishnan,
// "Memory allocation for long-running server applications", 1998): each of two threads replaces
// random objects on a shelf of 1000, and from time to time they exchange their shelves, so that
// half of the objects that a thread frees are the other's?
#include "random.h"
#include "question.h"
#include "threads.h"

#include <array>
#include <atomic>
#include <vector>

namespace
{

constexpr std::uint32_t shelf_objects = 1000;
constexpr std::size_t replacements = 10000;
constexpr std::size_t largest_of_these = 1000;

using Shelf = std::vector<void *>;

void *fresh(Random &random)
{
    void *object = door::allocate(random.next(smallest_size, largest_of_these));
    touch(object);
    return object;
}

void work(Shelf &shelf, Random &random)
{
    for (std::size_t i = 0; i < replacements; i++)
    {
        void *&object = shelf[random.high(shelf_objects)];
        door::release(object);
        object = fresh(random);
    }
}

/* Two threads wait for each other. */
class Meeting
{
  public:
    void attend()
    {
        unsigned meeting = arrivals_.fetch_add(1) / 2;
        wait_until([&] { return arrivals_.load() / 2 != meeting; });
    }

  private:
    std::atomic<unsigned> arrivals_{0};
};

} // namespace

static void larson(benchmark::State &state)
{
    std::array<Shelf, 2> shelves = {Shelf(shelf_objects), Shelf(shelf_objects)};
    Random random(0x9e3779b97f4a7c15u);
    for (Shelf &shelf : shelves)
    {
        for (void *&object : shelf)
        {
            object = fresh(random);
        }
    }
    Meeting meeting;
    bool is_over = false;
    std::thread other(
        [&]
        {
            Random others(0xd1b54a32d192ed03u);
            meeting.attend();
            for (std::size_t round = 0; !is_over; round++)
            {
                work(shelves[round % 2], others);
                meeting.attend();
                meeting.attend();
            }
        });
    benchmark::IterationCount round = 1;
    meeting.attend();
    for (auto _ : state)
    {
        work(shelves[static_cast<std::size_t>(round++ % 2)], random);
        meeting.attend();
        is_over = round > state.max_iterations;
        meeting.attend();
    }
    other.join();
    for (const Shelf &shelf : shelves)
    {
        for (void *object : shelf)
        {
            door::release(object);
        }
    }
    report(state, replacements);
}
BENCHMARK(larson)->ArgName("threads")->Arg(2)->UseRealTime();
