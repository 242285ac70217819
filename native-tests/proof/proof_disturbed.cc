// SPDX-License-Identifier: MIT
//
// Two things happen to one call. At a boundary a handler has come and gone, or a compare-exchange has
// failed, as it does when another thread is faster; at each later one a handler comes. So the ways are
// interrupted, too, that a call goes only after something has happened to it.
#include "failed_exchange.h"
#include "paths.h"
#include "runs.h"
#include "turns.h"

#include <algorithm>
#include <sys/mman.h>

namespace
{
using namespace proof;

// What the first handler does, and the second one.
constexpr const char *kBefore[] = {"fff", "aaa", "t", "xf"};
constexpr const char *kBeforeSparing[] = {"FFF", "AAA", "s", "AF"};
constexpr const char *kAfter[] = {"a", "f", "aaf", "AF", "fxa"};
constexpr const char *kAfterSparing[] = {"A", "F", "AAF", "AF", "s"};

// The first thing: at this boundary, a script, or an exchange that fails.
struct First
{
    uint32_t at;
    const char *script; // nullptr: the exchange
};

struct Play
{
    Interruption *interruption;
    const char *script;
    size_t times = 0;
};

void play_script(void *context, size_t)
{
    auto *what = static_cast<Play *>(context);
    what->times++;
    play(*what->interruption, what->script);
}

void fail_and_count(void *context, size_t index)
{
    if (!is_compare_exchange(uintptr_t(stepper::interrupted().uc_mcontext.gregs[REG_RIP])))
        return; // the way is another one than the trace's
    static_cast<Play *>(context)->times++;
    fail_exchange(nullptr, index);
}

std::vector<First> first_things(const Runs &runs, const stepper::Trace &trace, bool spares)
{
    std::vector<First> all;
    for (uint32_t i : runs.boundaries())
    {
        if (is_compare_exchange(trace.boundary[i].pc))
            all.push_back({i, nullptr});
        all.push_back({i, (spares ? kBeforeSparing : kBefore)[i % std::size(kBefore)]});
    }
    return all;
}

class Disturbed
{
  public:
    Disturbed(Job &job, Row &row)
        : _job(job), _row(row), _runs(job), _trace(stepper::map_trace()),
          _after(job.situation.spares_bucket ? kAfterSparing : kAfter),
          _is_reached(static_cast<bool *>(mmap(nullptr, sizeof(bool), PROT_READ | PROT_WRITE,
                                               MAP_SHARED | MAP_ANONYMOUS, -1, 0)))
    {
    }
    ~Disturbed()
    {
        stepper::unmap_trace(_trace);
    }
    Disturbed(const Disturbed &) = delete;

    void prove();

  private:
    std::string record(const First &first);
    std::string interrupt(const First &first, uint32_t index, const char *script);
    std::string interrupt_rest(const First &first, double until);

    Job &_job;
    Row &_row;
    Runs _runs;
    stepper::Trace *_trace; // of the call to which the first thing has happened
    Turns _turns;
    const char *const *_after;
    bool *_is_reached; // the last boundary of the last run, also of a child's
};

// "" also if the way has become another one, where it may: then there is nothing to go on from.
std::string Disturbed::record(const First &first)
{
    Interruption &interruption = _runs.interruption();
    _trace->count = 0;
    return _runs.run(
        [&]() -> std::string
        {
            Play before = {&interruption, first.script};
            interruption.record_disturbed(
                {first.at, first.script ? play_script : fail_and_count, &before}, *_trace);
            *_is_reached = before.times == 1;
            bool may_vary = _job.situation.varies || has_one_block(_job.situation);
            return *_is_reached || may_vary ? "" : "it did not come so far; ";
        });
}

std::string Disturbed::interrupt(const First &first, uint32_t index, const char *script)
{
    Interruption &interruption = _runs.interruption();
    return _runs.run(
        [&]() -> std::string
        {
            Play before = {&interruption, first.script}, after = {&interruption, script};
            interruption.step_disturbed(
                {first.at, first.script ? play_script : fail_and_count, &before}, *_trace, index,
                play_script, &after);
            *_is_reached = after.times == 1;
            return "";
        });
}

// Until then, and in any case at instructions that had no turn yet. What a first handler does may
// change the process for good, as the highest block that was ever used, up to which a thread that has
// none looks at all: then the way is another one, and the rest is left to other first things.
std::string Disturbed::interrupt_rest(const First &first, double until)
{
    _job.board.doing("disturbed", first.at);
    std::string complaint = record(first);
    if (!*_is_reached)
    {
        _row.sampled = true;
        return complaint;
    }
    _job.board.note_code(*_trace);
    std::vector<uint32_t> rest = boundaries_of(*_trace);
    rest.erase(rest.begin(), std::upper_bound(rest.begin(), rest.end(), first.at));
    for (uint32_t j : _turns.in_order(rest, *_trace, first.at))
    {
        bool is_new = _turns.is_new(_trace->boundary[j]);
        _row.sampled |= seconds_now() > until;
        if (!complaint.empty() || (seconds_now() > until && !is_new && _row.runs > 0))
            break;
        const char *script = _after[_row.runs % std::size(kAfter)];
        _job.board.doing("disturbed", first.at, j);
        complaint = interrupt(first, j, script);
        if (complaint.empty() && !*_is_reached)
        {
            _row.sampled = true;
            break;
        }
        _row.runs++;
        _row.instructions += is_new;
        _turns.had_one(_trace->boundary[j]);
        if (!complaint.empty())
            complaint = "handler " + std::string(script) + " at " + std::to_string(j) + ": " +
                        complaint;
    }
    return complaint;
}

void Disturbed::prove()
{
    std::string complaint = _runs.find();
    if (!complaint.empty())
        return fail(_row, complaint);
    const stepper::Trace &undisturbed = _runs.interruption().trace();
    for (uint32_t i : _runs.boundaries())
        _turns.had_one(undisturbed.boundary[i]); // in proof_interrupted
    std::vector<First> all = first_things(_runs, undisturbed, _job.situation.spares_bucket);
    size_t left = all.size();
    for (uint32_t chosen : shuffled(all.size(), 9))
    {
        _row.sampled |= !_job.has_time_left();
        if (!_job.has_time_left() && _row.runs > 0)
            return;
        const First &first = all[chosen];
        complaint =
            interrupt_rest(first, seconds_now() + _job.seconds_left() / double(left--));
        if (!complaint.empty())
            return fail(_row, _runs.describe_boundary(first.at) + ", first " +
                                  (first.script ? first.script : "a failed exchange") + "; then " +
                                  complaint);
    }
}

void prove(Job &job)
{
    Row &row = job.begin_row(1);
    Disturbed(job, row).prove();
}
} // namespace

int main(int argc, char **argv)
{
    return run_program({"disturbed", paths_without(&Situation::ends_thread), prove, 900}, argc,
                       argv);
}
