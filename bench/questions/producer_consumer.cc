// SPDX-License-Identifier: MIT
//
// What does a remote free cost: one thread allocates and writes, another reads and frees, or three
// others do in turn? The objects go through rings of 1024 places, which cost little more than the
// way of one cache line in eight.
#include "question.h"
#include "threads.h"

#include <array>
#include <atomic>
#include <vector>

namespace
{

constexpr std::size_t object_size = 64;
constexpr std::size_t cache_line = 64;
constexpr std::size_t places = 1024;
constexpr std::size_t objects_per_iteration = 10000;

class Ring
{
  public:
    void put(void *object)
    {
        std::size_t place = put_.load(std::memory_order_relaxed);
        if (place - taken_seen_ == places)
        {
            wait_until([&] { return place - taken_.load(std::memory_order_acquire) < places; });
            taken_seen_ = taken_.load(std::memory_order_acquire);
        }
        objects_[place % places] = object;
        put_.store(place + 1, std::memory_order_release);
    }

    void *take()
    {
        std::size_t place = taken_.load(std::memory_order_relaxed);
        if (place == put_seen_)
        {
            wait_until([&] { return place != put_.load(std::memory_order_acquire); });
            put_seen_ = put_.load(std::memory_order_acquire);
        }
        void *object = objects_[place % places];
        taken_.store(place + 1, std::memory_order_release);
        return object;
    }

  private:
    alignas(cache_line) std::atomic<std::size_t> put_{0};
    std::size_t taken_seen_ = 0;
    alignas(cache_line) std::atomic<std::size_t> taken_{0};
    std::size_t put_seen_ = 0;
    alignas(cache_line) std::array<void *, places> objects_ = {};
};

void consume(void *object)
{
    benchmark::DoNotOptimize(*static_cast<volatile std::uint64_t *>(object));
    door::release(object);
}

void consume_all(Ring &ring)
{
    while (void *object = ring.take())
    {
        consume(object);
    }
}

/* To each ring the same number of objects, then the end of all. */
void produce(std::vector<Ring> &rings, const std::atomic<bool> &is_over)
{
    while (!is_over.load(std::memory_order_relaxed))
    {
        for (Ring &ring : rings)
        {
            void *object = door::allocate(object_size);
            touch(object);
            ring.put(object);
        }
    }
    for (Ring &ring : rings)
    {
        ring.put(nullptr);
    }
}

} // namespace

static void producer_consumer(benchmark::State &state)
{
    std::vector<Ring> rings(static_cast<std::size_t>(state.range(0)) - 1);
    std::atomic<bool> is_over{false};
    std::vector<std::thread> threads;
    threads.emplace_back([&] { produce(rings, is_over); });
    for (std::size_t i = 1; i < rings.size(); i++)
    {
        threads.emplace_back([&, i] { consume_all(rings[i]); });
    }
    for (auto _ : state)
    {
        for (std::size_t i = 0; i < objects_per_iteration; i++)
        {
            consume(rings[0].take());
        }
    }
    is_over = true;
    consume_all(rings[0]);
    for (std::thread &thread : threads)
    {
        thread.join();
    }
    report(state, static_cast<double>(objects_per_iteration * rings.size()));
}
BENCHMARK(producer_consumer)->ArgName("threads")->Arg(2)->Arg(4)->UseRealTime();
