// SPDX-License-Identifier: MIT
//
// A call is left at an instruction and never resumes. The next call finds what it held, a lock, a
// journal, deferred frees, a claim, and puts it in order: that call is interrupted at each of its
// instructions, or left in its turn. So for every place where the first one can be left.
#include "forked.h"
#include "settling.h"
#include "turns.h"

namespace
{
using namespace proof;

// What a handler does in the next call; nullptr: it leaves it, too.
constexpr const char *kScripts[] = {"a", "f", nullptr, "aaf", "AF", nullptr, "tfa", "fffsaa"};

// The first call is left at this boundary: interrupts the next one until that time, and in any case
// where it is the first time at that instruction.
std::string interrupt_next(Job &job, Row &row, Settling &settling, Turns &turns, uint32_t left_at,
                           double until)
{
    Child child;
    job.board.doing("settled", left_at);
    std::string complaint = child.run([&] { return settling.record(left_at); });
    if (!complaint.empty())
        return complaint;
    const stepper::Trace &trace = settling.next_trace();
    job.board.note_code(trace);
    for (uint32_t j : turns.in_order(boundaries_of(trace), trace, left_at))
    {
        bool is_new = turns.is_new(trace.boundary[j]);
        row.sampled |= seconds_now() > until;
        if (!is_new && seconds_now() > until)
            return "";
        const char *script = kScripts[row.runs % std::size(kScripts)];
        job.board.doing("settled", left_at, j);
        complaint = child.run([&] { return settling.interrupt(left_at, j, script); });
        row.runs++;
        row.instructions += is_new;
        turns.had_one(trace.boundary[j]);
        if (!complaint.empty())
            return settling.describe_next(j) + (script ? ", handler " : ", left") +
                   (script ? script : "") + ": " + complaint;
    }
    return "";
}

void prove(Job &job)
{
    Row &row = job.begin_row(1);
    Settling settling(job);
    Turns turns;
    std::string complaint = settling.find();
    if (!complaint.empty())
        return fail(row, complaint);
    std::vector<uint32_t> all = boundaries_of(settling.first().trace());
    size_t rest = all.size();
    for (uint32_t chosen : shuffled(all.size(), 8))
    {
        row.sampled |= !job.has_time_left();
        if (!job.has_time_left() && row.runs > 0)
            return;
        uint32_t i = all[chosen];
        double until = seconds_now() + job.seconds_left() / double(rest--);
        complaint = interrupt_next(job, row, settling, turns, i, until);
        if (!complaint.empty())
            return fail(row, settling.first().describe(i) + ", left; next " + complaint);
    }
}
} // namespace

int main(int argc, char **argv)
{
    return run_program({"settled", Settling::paths(), prove, 600}, argc, argv);
}
