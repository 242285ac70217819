// SPDX-License-Identifier: MIT
//
// How does it scale? So many threads on the CPUs there are, each replacing random objects of its
// own by others of 8 to 1000 bytes; all threads together have 6,400 objects, and 640,000 of them
// are replaced, however many threads there are. The time is from the word to begin until the last
// thread is done.
#include "random.h"
#include "question.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <vector>

namespace
{

constexpr std::size_t objects_of_all = 6400;
constexpr std::size_t replacements_of_all = 640000;
constexpr std::size_t largest_of_these = 1000;

using Clock = std::chrono::steady_clock;

void *fresh(Random &random)
{
    void *object = door::allocate(random.next(smallest_size, largest_of_these));
    touch(object);
    return object;
}

class Worker
{
  public:
    Worker(std::size_t number, std::size_t workers, std::shared_future<void> begin)
        : random_(0x9e3779b97f4a7c15u + number), objects_(objects_of_all / workers),
          replacements_(replacements_of_all / workers), thread_([this, begin] { work(begin); })
    {
    }

    void wait_until_ready()
    {
        ready_.get_future().wait();
    }

    Clock::time_point end()
    {
        thread_.join();
        return end_;
    }

  private:
    void work(const std::shared_future<void> &begin)
    {
        std::generate(objects_.begin(), objects_.end(), [this] { return fresh(random_); });
        ready_.set_value();
        begin.wait();
        for (std::size_t i = 0; i < replacements_; i++)
        {
            void *&object = objects_[random_.high(static_cast<std::uint32_t>(objects_.size()))];
            door::release(object);
            object = fresh(random_);
        }
        end_ = Clock::now();
        std::for_each(objects_.begin(), objects_.end(), door::release);
    }

    Random random_;
    std::vector<void *> objects_;
    std::size_t replacements_;
    std::promise<void> ready_;
    Clock::time_point end_;
    std::thread thread_; // last: it uses the others
};

double seconds_of(std::size_t threads)
{
    std::promise<void> begin;
    std::shared_future<void> word = begin.get_future().share();
    std::vector<std::unique_ptr<Worker>> workers;
    for (std::size_t i = 0; i < threads; i++)
    {
        workers.push_back(std::make_unique<Worker>(i, threads, word));
        workers.back()->wait_until_ready();
    }
    Clock::time_point start = Clock::now();
    begin.set_value();
    Clock::time_point end = start;
    for (std::unique_ptr<Worker> &worker : workers)
    {
        end = std::max(end, worker->end());
    }
    return std::chrono::duration<double>(end - start).count();
}

} // namespace

static void scaling(benchmark::State &state)
{
    for (auto _ : state)
    {
        state.SetIterationTime(seconds_of(static_cast<std::size_t>(state.range(0))));
    }
    report(state, replacements_of_all);
}
BENCHMARK(scaling)->ArgName("threads")->Arg(1)->Arg(2)->Arg(4)->Arg(16)->Arg(64)->UseManualTime();
