// SPDX-License-Identifier: MIT
//
// Runs brings a path about again and again, in the processes that it wants, and says after each
// run what is not as it should be.
#ifndef NOLOCKALLOC_PROOF_RUNS_H
#define NOLOCKALLOC_PROOF_RUNS_H

#include "forked.h"
#include "program.h"

#include <functional>

namespace proof
{
class Servant;

// Its options leave room for one thread with a block.
bool has_one_block(const Situation &situation);

// The thread whose objects handlers free: this process's own, also in a forked child. It keeps its
// slabs claimed until it is told to trim.
Servant &other_thread();

// The boundaries of a trace where something is done. In a loop the first three passes stand for
// all; on a long path the first does.
std::vector<uint32_t> boundaries_of(const stepper::Trace &trace);

// One of these kinds of handlers at a boundary.
struct Turn
{
    uint32_t boundary; // by its place among those that were given
    uint32_t kind;
};

// Every kind at every boundary, in rounds: in each a boundary has one, another one each time. So when time is over after
// the first round every boundary has had its turn.
std::vector<Turn> in_rounds(size_t boundaries, size_t kinds, uint64_t seed);

class Runs
{
  public:
    explicit Runs(Job &job);
    Runs(const Runs &) = delete;

    // Finds and traces the path; "" if it was found.
    std::string find();

    // One run: prepares, lets body step the call, settles. body says what went wrong, or "".
    std::string run(const std::function<std::string()> &body);

    Interruption &interruption()
    {
        return _interruption;
    }

    std::string describe_boundary(size_t index) const
    {
        return _interruption.describe(index);
    }

    // Calls body with one boundary after the other, in an order of that seed, until all had their
    // turn, or this part of the job's time is over, or body says what went wrong.
    void at_each_boundary(Row &row, const char *check, uint64_t seed, double part,
                          const std::function<std::string(uint32_t)> &body);

    std::vector<uint32_t> boundaries() const
    {
        return boundaries_of(_interruption.trace());
    }

  private:
    std::string run_here(const std::function<std::string()> &body);
    std::string complaint_about_locks();

    Job &_job;
    Interruption _interruption;
    Child _child;
};
} // namespace proof

#endif
