// SPDX-License-Identifier: MIT
//
// Lock freedom: thread A is stopped at an instruction of a path, and thread B runs every operation
// on every bucket to the end, frees objects of A's, beside those that A has in hand, and a third
// thread begins; so for all instructions. Then A goes on, and everything adds up: no bit of an object
// word is lost, and the third thread, which lives on, has a block of its own.
#include "paths.h"
#include "program.h"
#include "runs.h"
#include "stopping.h"
#include "work.h"

#include <optional>

namespace
{
using namespace proof;

constexpr size_t kCountEvery = 64; // in one of so many runs the instructions of B are counted

// A thread that begins while the other one stands, and ends after that has gone on.
class Newcomer
{
  public:
    explicit Newcomer(const Door &door) : _ledger(door, 16)
    {
    }

    void begin()
    {
        _servant.emplace();
        _servant->perform(
            [this]
            {
                for (size_t bucket : kBuckets)
                    _ledger.allocate(bucket);
            });
    }

    // Its block was one of those in use, and is not any more.
    std::string end()
    {
        if (!_servant)
            return "";
        nolockalloc_trim();
        uint64_t before = counters().thread_blocks_in_use;
        _servant->perform(
            [this]
            {
                _ledger.free_all();
                nolockalloc_trim();
            });
        _servant.reset();
        bool is_one_less = counters().thread_blocks_in_use + 1 == before;
        std::string complaint = is_one_less ? "" : "the new thread's block was not its own; ";
        return _ledger.complaint() ? complaint + _ledger.complaint() : complaint;
    }

  private:
    Ledger _ledger;
    std::optional<Servant> _servant;
};

std::string stop_at(Job &job, Runs &runs, uint32_t index, bool counts)
{
    static OwnServant other;
    Interruption &interruption = runs.interruption();
    std::string complaint;
    size_t most = 0;
    Newcomer newcomer(job.door);
    auto work = [&]
    {
        if (!has_one_block(job.situation))
            newcomer.begin();
        complaint = use_everything(interruption);
        if (*job.situation.options == 0 && !is_at_full_speed(job.door, job.situation.size))
            complaint += "not at full speed; ";
        most = counts ? most_instructions_of_a_call(job.door) : 0;
        nolockalloc_trim();
    };
    Stopping stopping = {other.get(), work};
    interruption.step(index, stop_here, &stopping);
    if (!stopping.stopped)
        return job.situation.varies ? "" : "the boundary was not reached again";
    if (!stopping.ended)
    {
        other.get().wait();
        return "the other thread was not done before the stopped one went on";
    }
    if (most > kMostInstructions)
        return "a call took " + std::to_string(most) + " instructions";
    return complaint + newcomer.end();
}

void prove(Job &job)
{
    Row &row = job.begin_row(1);
    Runs runs(job);
    std::string complaint = runs.find();
    if (!complaint.empty())
        return fail(row, complaint);
    auto stop_there = [&](uint32_t i)
    {
        bool counts = row.runs % kCountEvery == kCountEvery - 1;
        return runs.run([&] { return stop_at(job, runs, i, counts); });
    };
    runs.at_each_boundary(row, "stopped", 4, 1, stop_there);
}

std::vector<Situation> paths()
{
    std::vector<Situation> some;
    for (const Situation &situation : paths_without(&Situation::may_refuse))
        if (!situation.starved)
            some.push_back(situation);
    return some;
}
} // namespace

int main(int argc, char **argv)
{
    // With memory short, a block that another thread holds is missing (DECISIONS 18).
    return run_program({"stopped", paths(), prove, 900}, argc, argv);
}
