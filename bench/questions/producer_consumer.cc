// SPDX-License-Identifier: MIT
//
// What does a remote free cost: one thread allocates and writes, another reads and frees? The
// objects go through a ring of 1024 places that costs little more than the way of one cache line in
// eight.
#include "question.h"
#include "threads.h"

#include <array>
#include <atomic>

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

} // namespace

static void producer_consumer(benchmark::State &state)
{
    Ring ring;
    std::atomic<bool> is_over{false};
    std::thread producer(
        [&]
        {
            while (!is_over.load(std::memory_order_relaxed))
            {
                void *object = door::allocate(object_size);
                touch(object);
                ring.put(object);
            }
            ring.put(nullptr);
        });
    for (auto _ : state)
    {
        for (std::size_t i = 0; i < objects_per_iteration; i++)
        {
            consume(ring.take());
        }
    }
    is_over = true;
    while (void *object = ring.take())
    {
        consume(object);
    }
    producer.join();
    report(state, objects_per_iteration);
}
BENCHMARK(producer_consumer)->ArgName("threads")->Arg(2)->UseRealTime();
