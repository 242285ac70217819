// SPDX-License-Identifier: MIT
#include "runs.h"

#include "servant.h"

namespace proof
{
Servant &other_thread()
{
    static OwnServant servant;
    return servant.get();
}

namespace
{
void take_foreign_objects(Interruption &on)
{
    other_thread().perform(
        [&on]
        {
            for (int i = 0; i < 8; i++)
                on.foreign.allocate(on.situation().size);
        });
}

void let_the_other_thread_trim(Interruption &)
{
    other_thread().perform([] { nolockalloc_trim(); });
}
} // namespace

bool has_one_block(const Situation &situation)
{
    static const std::string one = "threads=1";
    std::string options = situation.options;
    return options.size() >= one.size() &&
           options.compare(options.size() - one.size(), options.npos, one) == 0;
}

Runs::Runs(Job &job) : _job(job), _interruption(job.door, job.situation)
{
    const Situation &situation = job.situation;
    if (situation.process == Process::Fresh || has_one_block(situation))
        return;
    _interruption.before_preparing = take_foreign_objects;
    if (situation.process == Process::Same)
        _interruption.before_counting = let_the_other_thread_trim;
}

std::string Runs::find()
{
    if (_job.situation.process == Process::Same)
        return _interruption.find() ? "" : "the state was not reached";
    if (_job.situation.process == Process::Forked)
        _interruption.prepare();
    return _child.run(
        [this]
        {
            _interruption.record();
            return std::string();
        });
}

static std::vector<uint32_t> first_passes(const stepper::Trace &trace, uint32_t passes)
{
    std::vector<uint32_t> all;
    for (size_t i = 0; i < trace.count && i < stepper::kMaxBoundaries; i++)
        if (trace.boundary[i].occurrence < passes)
            all.push_back(uint32_t(i));
    return all;
}

std::vector<uint32_t> boundaries_of(const stepper::Trace &trace)
{
    constexpr size_t kLong = 1000;
    std::vector<uint32_t> all = first_passes(trace, 3);
    return all.size() <= kLong ? all : first_passes(trace, 1);
}

std::vector<Turn> in_rounds(size_t boundaries, size_t kinds, uint64_t seed)
{
    std::vector<Turn> turns;
    for (size_t round = 0; round < kinds; round++)
        for (uint32_t boundary : shuffled(boundaries, seed + round))
            turns.push_back({boundary, uint32_t((boundary + round) % kinds)});
    return turns;
}

void Runs::at_each_boundary(Row &row, const char *check, uint64_t seed, double part,
                            const std::function<std::string(uint32_t)> &body)
{
    _job.board.note_code(_interruption.trace());
    std::vector<uint32_t> all = boundaries();
    row.missed = all.size();
    for (uint32_t chosen : shuffled(all.size(), seed))
    {
        row.sampled = !_job.has_time_left(part);
        if (row.sampled && row.runs > 0)
            return;
        uint32_t i = all[chosen];
        _job.board.doing(check, i);
        std::string complaint = body(i);
        row.runs++;
        row.instructions++;
        row.missed--;
        if (!complaint.empty())
            return fail(row, describe_boundary(i) + ": " + complaint);
    }
}

std::string Runs::run(const std::function<std::string()> &body)
{
    if (_job.situation.process != Process::Same)
        return _child.run([&] { return run_here(body); });
    _interruption.prepare();
    return run_here(body);
}

std::string Runs::run_here(const std::function<std::string()> &body)
{
    std::string complaint = body();
    complaint += complaint_about_locks();
    return complaint + _interruption.settle();
}

// Local locks are free and nothing is deferred: the next calls are fast ones.
std::string Runs::complaint_about_locks()
{
    const Situation &situation = _job.situation;
    if (situation.may_refuse || situation.may_be_lost > 0 || *situation.options != 0)
        return "";
    size_t size = _job.situation.size;
    const Door &door = _job.door;
    std::string complaint = nolockalloc_drain() == 0 ? "" : "frees were still deferred; ";
    door.free(door.allocate(size, 0, NUMA_NO_NODE));
    BucketStats before = of_size(counters(), size);
    door.free(door.allocate(size, 0, NUMA_NO_NODE));
    BucketStats after = of_size(counters(), size);
    bool is_fast = after.alloc_fastpath == before.alloc_fastpath + 1 &&
                   after.free_fastpath == before.free_fastpath + 1;
    return is_fast ? complaint : complaint + "the next pair of calls was not fast; ";
}
} // namespace proof
