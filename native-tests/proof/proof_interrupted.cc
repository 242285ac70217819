// SPDX-License-Identifier: MIT
//
// At every instruction of every path a handler uses the allocator; at every instruction of what the
// handler does, another one; and a third. Afterwards no object was handed out twice, none is lost,
// every byte is right, no lock is held, nothing is deferred.
#include "nesting.h"
#include "paths.h"
#include "program.h"
#include "signals.h"

namespace
{
using namespace proof;

// What handlers do, at depth 1.
std::vector<Script> scripts_for(const Situation &situation)
{
    if (situation.spares_bucket)
        return {
            {"AllocateInAnotherBucket", "A"}, {"FreeInAnotherBucket", "F"}, {"Statistics", "s"}};
    std::vector<Script> all = all_scripts();
    all.push_back({"FreeAnotherThreadsObject", "x"});
    all.push_back({"AllocateAndFree", "aaf"});
    all.push_back({"FreeOursAndTheirsAndAllocate", "fxa"});
    all.push_back({"Statistics", "s"});
    all.push_back({"Pages", "pPa"});
    return all;
}

// What handlers do that are interrupted in their turn. Not statistics: they are long, and change
// nothing; they are interrupted three deep, in samples.
std::vector<const char *> calls_for(const Situation &situation)
{
    if (situation.spares_bucket)
        return {"A", "F"};
    return {"a", "f", "A", "x", "aaf"};
}

// What the innermost handler does: allocates, also in another bucket, and frees.
const char *innermost_for(const Situation &situation)
{
    return situation.spares_bucket ? "AAF" : "aAf";
}

// What comes at every instruction of a handler, in turn: each allocates, or frees what one before it has allocated.
std::vector<const char *> turns_for(const Situation &situation)
{
    if (situation.spares_bucket)
        return {"A", "r"};
    return {"a", "A", "fr", "r"};
}

void interrupt_once(Job &job, Nesting &nesting)
{
    Row &row = job.begin_row(1);
    std::vector<uint32_t> boundaries = nesting.runs().boundaries();
    std::vector<Script> all = scripts_for(job.situation);
    std::vector<bool> done(boundaries.size());
    row.missed = boundaries.size();
    for (const Turn &turn : in_rounds(boundaries.size(), all.size(), 1))
    {
        row.sampled = !job.has_time_left(0.5);
        if ((row.sampled && row.runs > 0) || row.failures > 0)
            break;
        const Script &script = all[turn.kind];
        uint32_t i = boundaries[turn.boundary];
        nesting.plan(1, {{script.steps.c_str(), i}});
        job.board.doing(script.name, i);
        std::string complaint = nesting.run();
        bool is_first = nesting.all_reached() && !done[turn.boundary];
        row.runs += nesting.all_reached();
        row.instructions += is_first;
        row.missed -= is_first;
        done[turn.boundary] = done[turn.boundary] || is_first;
        if (!complaint.empty())
            fail(row, nesting.describe() + ": " + complaint);
    }
}

// Every instruction of the handler, in one run for each boundary and each handler: so every nested call is interrupted
// at every instruction, and by many handlers.
void sweep_the_handler(Job &job, Nesting &nesting)
{
    Row &row = job.begin_row(2);
    std::vector<uint32_t> boundaries = nesting.runs().boundaries();
    std::vector<const char *> calls = calls_for(job.situation);
    std::vector<const char *> turns = turns_for(job.situation);
    size_t done = 0;
    for (const Turn &turn : in_rounds(boundaries.size(), calls.size(), 20))
    {
        row.sampled = !job.has_time_left(0.85);
        if ((row.sampled && row.runs > 0) || row.failures > 0)
            return;
        const char *call = calls[turn.kind];
        uint32_t i = boundaries[turn.boundary];
        job.board.doing(call, i);
        nesting.plan(1, {{call, i}});
        std::string complaint = nesting.sweep(turns, &row.runs);
        row.missed = boundaries.size() - std::min(boundaries.size(), ++done);
        if (!complaint.empty())
            fail(row, nesting.describe() + ", swept: " + complaint);
    }
}

// How many of the boundaries of a nested call there is time for.
struct Pace
{
    size_t cases; // outer ones
    double part;  // of the job's time
    double start; // of this depth
    size_t runs = 0;

    size_t most_of(Job &job, size_t boundaries, size_t cases_done) const
    {
        double each = runs == 0 ? 0.001 : (seconds_now() - start) / double(runs);
        double left = job.seconds_left(part) / double(cases - cases_done);
        double runs_left = left / each;
        return std::min(boundaries, size_t(std::max(1.0, runs_left)));
    }
};

// And at one of them alone.
void interrupt_the_handler_once(Job &job, Nesting &nesting)
{
    Row &row = job.begin_row(2, "interrupted-once");
    std::vector<uint32_t> boundaries = nesting.runs().boundaries();
    std::vector<const char *> calls = calls_for(job.situation);
    std::vector<uint32_t> order = shuffled(boundaries.size() * calls.size(), 2);
    Pace pace = {order.size(), std::min(0.96, job.part_used() + 0.25), seconds_now()};
    for (size_t done = 0; done < order.size() && row.failures == 0; done++)
    {
        if (!job.has_time_left(pace.part) && row.runs > 0)
        {
            row.sampled = true;
            return;
        }
        const char *call = calls[order[done] % calls.size()];
        uint32_t i = boundaries[order[done] / calls.size()];
        job.board.doing(call, i);
        std::vector<uint32_t> nested = nesting.record(2, {{call, i}});
        size_t most = pace.most_of(job, nested.size(), done);
        std::vector<uint32_t> chosen = shuffled(nested.size(), order[done]);
        for (size_t k = 0; k < most && row.failures == 0; k++)
        {
            uint32_t j = nested[chosen[k]];
            nesting.plan(2, {{call, i}, {innermost_for(job.situation), j}});
            job.board.doing(call, i, j);
            std::string complaint = nesting.run();
            row.runs += nesting.all_reached();
            pace.runs++;
            if (!complaint.empty())
                fail(row, nesting.describe() + ": " + complaint);
        }
        row.instructions += most;
        row.sampled |= most < nested.size();
    }
}

void interrupt_three_deep(Job &job, Nesting &nesting)
{
    Row &row = job.begin_row(3);
    std::vector<uint32_t> boundaries = nesting.runs().boundaries();
    std::vector<const char *> calls = calls_for(job.situation);
    Random random(3);
    row.sampled = true;
    double part = std::min(1.0, job.part_used() + 0.1);
    for (size_t n = 0; n < 100000 && row.failures == 0 && (n < 1 || job.has_time_left(part)); n++)
    {
        const char *first = random.below(8) == 0 ? "s" : calls[random.below(calls.size())];
        const char *second = calls[random.below(calls.size())];
        uint32_t i = boundaries[random.below(boundaries.size())];
        job.board.doing(first, i);
        std::vector<uint32_t> nested = nesting.record(2, {{first, i}});
        if (nested.empty())
            continue; // there was nothing to free
        uint32_t j = nested[random.below(nested.size())];
        job.board.doing(first, i, j);
        std::vector<uint32_t> deepest = nesting.record(3, {{first, i}, {second, j}});
        for (size_t m = 0; m < 4 && !deepest.empty() && row.failures == 0; m++)
        {
            uint32_t k = deepest[random.below(deepest.size())];
            nesting.plan(3, {{first, i}, {second, j}, {innermost_for(job.situation), k}});
            job.board.doing(second, i, j, k);
            std::string complaint = nesting.run();
            row.runs += nesting.all_reached();
            row.instructions += nesting.all_reached();
            if (!complaint.empty())
                fail(row, nesting.describe() + ": " + complaint);
        }
    }
}

void prove(Job &job)
{
    Nesting nesting(job);
    std::string complaint = nesting.find();
    if (!complaint.empty())
        return fail(job.begin_row(1), complaint);
    for (auto *depth : {interrupt_once, sweep_the_handler, interrupt_the_handler_once,
                        interrupt_three_deep})
    {
        depth(job, nesting);
        if (job.board.failures() > 0)
            return;
    }
}
} // namespace

int main(int argc, char **argv)
{
    return proof::run_program({"interrupted", proof::all_paths(), prove, 1500}, argc, argv);
}
