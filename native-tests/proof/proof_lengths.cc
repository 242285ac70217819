// SPDX-License-Identifier: MIT
//
// How long can a call be? The instructions of the library on each path, from the call to its return,
// not interrupted: what bench/compare puts beside the times.
#include "paths.h"
#include "program.h"
#include "runs.h"

static void count_instructions(proof::Job &job)
{
    proof::Row &row = job.begin_row(1);
    proof::Runs runs(job);
    std::string complaint = runs.find();
    if (!complaint.empty())
        return proof::fail(row, complaint);
    row.runs = 1;
    row.instructions = runs.interruption().trace().count;
}

int main(int argc, char **argv)
{
    return proof::run_program({"length", proof::all_paths(), count_instructions, 60}, argc, argv);
}
