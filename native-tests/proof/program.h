// SPDX-License-Identifier: MIT
//
// What every program of the proof does: arguments, one child process a job, a time limit that looks
// for progress, the table on stdout.
//
//   --list            the paths, one a line
//   --path NAME       only these; a part of the name is enough; may be repeated
//   --budget SECONDS  for all jobs together; what does not fit is sampled, by a fixed seed
//   --pcs FILE        each stepped instruction as hex offset from the library's base, written anew
//                     after each job: it is there too if the program is ended early
//
// The parent never uses the library, so that each child begins with one that nobody has used.
#ifndef NOLOCKALLOC_PROOF_PROGRAM_H
#define NOLOCKALLOC_PROOF_PROGRAM_H

#include "board.h"
#include "interruption.h"

#include <algorithm>
#include <vector>

namespace proof
{
double seconds_now();

class Job
{
  public:
    Job(const Situation &situation, const Door &door, const char *check, Board &board,
        double seconds);

    const Situation &situation;
    const Door &door;
    Board &board;

    Row &begin_row(unsigned depth, const char *check = nullptr); // nullptr: the program's
    // The time until this part of the job's budget is used up, counted from the start of the job.
    bool has_time_left(double part = 1) const
    {
        return seconds_now() < _start + part * _seconds;
    }
    double part_used() const
    {
        return (seconds_now() - _start) / std::max(_seconds, 0.001);
    }
    double seconds_left(double part = 1) const
    {
        return _start + part * _seconds - seconds_now();
    }

  private:
    const char *_check;
    double _start;
    double _seconds;
};

struct Program
{
    const char *check;
    std::vector<Situation> situations;
    void (*run)(Job &job);
    double budget; // seconds, if none is asked for
    unsigned seconds_without_progress = 300;
};

const char *function_of(const Situation &situation);

int run_program(const Program &program, int argc, char **argv);

// A fixed permutation of 0 .. count-1.
std::vector<uint32_t> shuffled(size_t count, uint64_t seed);
} // namespace proof

#endif
