// SPDX-License-Identifier: MIT
//
// Lock freedom: thread A is stopped at an instruction of a path, and thread B runs every operation
// on every bucket to the end; so for all instructions. Then A goes on, and everything adds up.
#include "paths.h"
#include "program.h"
#include "runs.h"
#include "stopping.h"
#include "work.h"

namespace
{
using namespace proof;

constexpr size_t kCountEvery = 64; // in one of so many runs the instructions of B are counted

std::string stop_at(Job &job, Runs &runs, uint32_t index, bool counts)
{
    static OwnServant other;
    Interruption &interruption = runs.interruption();
    std::string complaint;
    size_t most = 0;
    auto work = [&]
    {
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
    return complaint;
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
} // namespace

int main(int argc, char **argv)
{
    // With memory short, a block that another thread holds is missing (DECISIONS 18).
    return run_program({"stopped", paths_without(&Situation::may_refuse), prove, 900}, argc, argv);
}
