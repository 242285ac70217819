// SPDX-License-Identifier: MIT
//
// fork() at every instruction of a path. The child allocates, frees its parent's objects, has a
// thread, trims, and finishes the call; so does the parent. Then the same while two other threads
// of the parent are stopped at random instructions: in the child they are gone.
#include "forked.h"
#include "paths.h"
#include "runs.h"
#include "signals.h"
#include "standing.h"
#include "work.h"

#include <unistd.h>

namespace
{
using namespace proof;

struct ForkHere
{
    Child *child;
    Interruption *interruption;
    bool ends_in_handler; // the thread that has started the call is not in the child
    pid_t pid = -1;
    std::string complaint = ""; // the child's
};

void fork_here(void *context, size_t)
{
    auto *here = static_cast<ForkHere *>(context);
    here->pid = here->child->fork_here();
    if (here->pid != 0)
        return;
    here->interruption->before_counting = nullptr; // that thread is not in the child
    const Situation &situation = here->interruption->situation();
    if (!situation.may_refuse && !situation.spares_bucket)
        here->complaint = use_everything(*here->interruption);
    if (here->ends_in_handler)
        here->child->end(here->complaint);
}

// The call is finished in both processes. A child's part ends here.
std::string fork_at(Runs &runs, Child &child, uint32_t index, bool by_flag, size_t may_be_lost)
{
    Interruption &interruption = runs.interruption();
    const Situation &situation = interruption.situation();
    ForkHere here = {&child, &interruption, situation.on_a_new_thread};
    stepper::Outcome outcome = by_flag ? interruption.step_by_flag(index, fork_here, &here)
                                       : interruption.step(index, fork_here, &here);
    if (here.pid == 0)
    {
        if (*situation.options == 0 && !is_at_full_speed(interruption.door(), situation.size))
            here.complaint += "not at full speed; ";
        interruption.free_all();
        for (Standing *standing : Standing::all())
            standing->free_all_in_child();
        child.end(here.complaint + interruption.complaints() + complaint_after_trim(may_be_lost));
    }
    if (outcome.injections != 1)
        return situation.varies || by_flag ? "" : "the boundary was not reached again";
    std::string complaint = child.wait_for(here.pid);
    return complaint.empty() ? "" : "in the child: " + complaint;
}

void fork_everywhere(Job &job, Runs &runs, Child &child)
{
    Row &row = job.begin_row(1);
    std::string complaint = runs.find();
    if (!complaint.empty())
        return fail(row, complaint);
    auto fork_there = [&](uint32_t i)
    { return runs.run([&] { return fork_at(runs, child, i, false, job.situation.may_be_lost); }); };
    runs.at_each_boundary(row, "forked", 6, 0.7, fork_there);
}

constexpr size_t kForksWhileTheyStand = 8;

// One round: both others are stopped somewhere, and this thread forks a few times.
std::string fork_among(Job &job, Runs &runs, Child &child, Standing (&others)[2], Random &random,
                       Row &row)
{
    size_t lost = 0;
    for (Standing &other : others)
        lost += other.stop_at_random(random);
    std::string complaint;
    std::vector<uint32_t> boundaries = runs.boundaries();
    Interruption &interruption = runs.interruption();
    for (size_t n = 0; n < kForksWhileTheyStand && complaint.empty(); n++)
    {
        uint32_t i = boundaries[random.below(boundaries.size())];
        job.board.doing("forked-among-threads", i, row.runs + 1);
        interruption.prepare();
        complaint = fork_at(runs, child, i, true, lost);
        interruption.free_all();
        complaint += interruption.complaints();
        row.runs++;
        row.instructions++;
        if (!complaint.empty())
            complaint = runs.describe_boundary(i) + ", " + others[0].describe() + ", " +
                        others[1].describe() + ": " + complaint;
    }
    for (Standing &other : others)
        complaint += other.go_on();
    other_thread().perform([] { nolockalloc_trim(); });
    return complaint + complaint_after_trim();
}

void prove(Job &job)
{
    Runs runs(job);
    Child child;
    fork_everywhere(job, runs, child);
    if (job.situation.process != Process::Same || job.board.failures() > 0 ||
        *job.situation.options)
        return;
    Row &row = job.begin_row(1, "forked-among-threads");
    row.sampled = true;
    static Standing others[2];
    for (Standing &other : others)
        if (!other.is_ready(job.door))
            return fail(row, "a thread could not be stopped");
    Random random(7);
    while ((row.runs == 0 || job.has_time_left()) && row.failures == 0)
    {
        std::string complaint = fork_among(job, runs, child, others, random, row);
        if (!complaint.empty())
            fail(row, complaint);
    }
}
} // namespace

int main(int argc, char **argv)
{
    // A thread that ends in the child would be its last.
    return run_program({"forked", paths_without(&Situation::ends_thread), prove, 900}, argc, argv);
}
