// SPDX-License-Identifier: MIT
//
// At each instruction of a path the call is left and never resumes: by siglongjmp, by pthread_exit,
// or the thread is gone by SYS_exit. Then this thread, another and a new one allocate every bucket
// to exhaustion and back. Nothing blocks, at most the object in hand is lost, and the bucket works
// at full speed again.
#include "capacity.h"
#include "forked.h"
#include "leaving.h"
#include "paths.h"
#include "runs.h"
#include "servant.h"
#include "work.h"

#include <cstring>
#include <sys/mman.h>

namespace
{
using namespace proof;

struct Findings // of the children
{
    Capacity before;
    uint64_t lost;
    uint64_t recovered;
} * g_findings;

// One of the three sweeps every bucket, the others two of them.
constexpr unsigned kSweepers = 3;

std::string sweep(const Job &job, unsigned who_sweeps_all)
{
    unsigned few = 1u << bucket_of(job.situation.size) | 1u << (NOLOCKALLOC_BUCKETS - 1);
    Capacity after[kSweepers];
    auto sweep_as = [&](unsigned who)
    { after[who] = measure(job.door, who == who_sweeps_all ? kAllBuckets : few); };
    sweep_as(0);
    other_thread().perform([&] { sweep_as(1); });
    on_a_thread_that_ends([&] { sweep_as(2); });
    std::string complaint;
    size_t lost = 0;
    for (unsigned who = 0; who < kSweepers; who++)
    {
        Loss loss = compare(g_findings->before, after[who], job.situation.slabs_in_hand);
        complaint += loss.complaint;
        if (who == who_sweeps_all)
            lost = loss.objects;
    }
    g_findings->lost += lost;
    return complaint;
}

std::string look_at_ledgers(Interruption &interruption)
{
    std::string complaint = overlap_in(
        {&interruption.own, &interruption.older, &interruption.older_other, &interruption.foreign});
    interruption.free_all();
    return complaint + interruption.complaints();
}

// In a child.
std::string abandon(Job &job, Interruption &interruption, Leaving leaving, uint32_t index,
                    unsigned who_sweeps_all)
{
    bool is_same = job.situation.process == Process::Same;
    if (is_same)
        job.door.free(job.door.allocate(64, 0, NUMA_NO_NODE)); // the fork is noticed
    if (!leave_at(interruption, index, leaving, is_same))
        return job.situation.varies ? "" : "the boundary was not reached again";
    std::string complaint;
    if (!job.situation.may_refuse && !every_bucket_works(job.door))
        complaint = "a bucket does not work straight afterwards; ";
    use_the_stack_below();
    complaint += look_at_ledgers(interruption);
    if (interruption.before_preparing != nullptr)
        other_thread().perform([] { nolockalloc_trim(); });
    complaint += sweep(job, who_sweeps_all);
    if (!is_at_full_speed(job.door, job.situation.size))
        complaint += "the bucket is not at full speed; ";
    g_findings->recovered += count(&BucketStats::lock_recovered);
    return complaint;
}

std::string find(Job &job, Runs &runs, Leaving leaving)
{
    std::string complaint;
    run_where_it_leaves(job.situation, leaving, [&] { complaint = runs.find(); });
    if (complaint.empty() && runs.interruption().trace().count == 0)
        return "nothing of the library was stepped";
    return complaint;
}

void leave_everywhere(Job &job, const char *check, Leaving leaving, double part)
{
    Row &row = job.begin_row(1, check);
    Runs runs(job);
    Child child;
    std::string complaint = find(job, runs, leaving);
    if (!complaint.empty())
        return fail(row, complaint);
    *g_findings = {g_findings->before, 0, 0};
    auto abandon_there = [&](uint32_t i)
    {
        unsigned who = unsigned(row.runs % kSweepers);
        return child.run([&] { return abandon(job, runs.interruption(), leaving, i, who); });
    };
    runs.at_each_boundary(row, check, 5, part, abandon_there);
    row.lost = g_findings->lost;
    row.recovered = g_findings->recovered;
}

void prove(Job &job)
{
    g_findings = static_cast<Findings *>(
        mmap(nullptr, sizeof(Findings), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    Child child;
    child.run(
        [&]
        {
            g_findings->before = measure(job.door);
            return std::string();
        });
    // Nobody jumps out of libc's own exit of a thread, and the first thread of a child stays.
    if (!job.situation.ends_thread)
        leave_everywhere(job, "abandoned", Leaving::ByLongjmp, 0.4);
    if (!job.situation.ends_thread && job.situation.process != Process::Forked)
    {
        leave_everywhere(job, "exited", Leaving::ByPthreadExit, 0.7);
    }
    if (job.situation.process != Process::Forked)
        leave_everywhere(job, "killed", Leaving::BySysExit, 1);
}

// The same options in a small arena.
const char *small(const Situation &situation)
{
    if (*situation.options == 0)
        return "arena=1m";
    if (strcmp(situation.options, "threads=1") == 0)
        return "arena=1m,threads=1";
    if (strcmp(situation.options, "arena=64m,threads=100") == 0)
        return "arena=1m,threads=100";
    if (strcmp(situation.options, "arena=lots,unheard") == 0)
        return "arena=1m,unheard";
    return situation.options;
}

std::vector<Situation> paths()
{
    std::vector<Situation> some;
    for (Situation situation : all_paths())
    {
        if (situation.may_be_lost > 0 || situation.starved)
            continue; // these have lost an object before they begin, or leave nothing to be measured
        if (strstr(situation.function, "page") != nullptr)
            continue; // a run of pages in hand is no object of a bucket: PageRunsAbandonmentTests
        situation.options = small(situation);
        some.push_back(situation);
    }
    return some;
}
} // namespace

int main(int argc, char **argv)
{
    return proof::run_program({"abandoned", paths(), prove, 1200}, argc, argv);
}
