// SPDX-License-Identifier: MIT
//
// Where the suite stops a call that is to be interrupted "at every instruction", and which kind of handler comes there.
//
// The proof (./build.sh proof) does everything at every instruction of every call, for as long as it is given. The
// suite is a short form of it and ends in minutes; what it leaves out is decided here and nowhere else. A test says
// how many passes of each loop it means, how many kinds of handlers it has, and how many runs it may take. As many are
// made, in this order:
//
//   1. a run at each instruction, at its first pass, with one kind: the kinds take turns from instruction to
//      instruction, and which is the first differs from case to case;
//   2. the same at each later pass that is meant;
//   3. both again with the next kind at each, until every kind was everywhere.
//
// What is too much for the rest of the runs is done at equal distances, from another place on in each case. So a short
// call has every kind at every instruction, a longer one some kind at every instruction, and a long one is sampled, by
// all cases together at every place.
//
// With NLA_EVERY_STOP=1 in the environment nothing is left out (the time limits of the tests do not follow).
#ifndef NOLOCKALLOC_TESTS_SHORT_FORM_H
#define NOLOCKALLOC_TESTS_SHORT_FORM_H

#include "stepper/stepper.h"

#include <string>
#include <vector>

namespace short_form
{
constexpr size_t kRuns = 1500;      // one after the other in a process
constexpr size_t kForkedRuns = 300; // each in a child of its own

struct Plan
{
    uint32_t passes = 1;
    size_t kinds = 1;
    size_t runs = kRuns;
};
constexpr Plan kOnceInAChild = {1, 1, kForkedRuns};

struct Stop
{
    size_t index; // of the boundary
    size_t kind;  // below Plan::kinds
};

// of_case: its name, from which the order of the kinds and the places of a sample follow.
std::vector<Stop> stops(const stepper::Trace &trace, const std::string &of_case, const Plan &plan);
} // namespace short_form

#endif
