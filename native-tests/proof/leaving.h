// SPDX-License-Identifier: MIT
//
// The ways in which an interrupted call never resumes.
#ifndef NOLOCKALLOC_PROOF_LEAVING_H
#define NOLOCKALLOC_PROOF_LEAVING_H

#include "abandoned_call.h"

#include <functional>

namespace proof
{
enum class Leaving
{
    ByLongjmp,
    ByPthreadExit,
    BySysExit,
};

// Leaves the interrupted call at this boundary, after a handler has played the script there. A call
// that ends its thread by leaving, or that wants a thread of its own, runs on a new one; `prepares`
// says whether the state is made there. Returns whether the boundary was reached.
bool leave_at(Interruption &interruption, size_t index, Leaving leaving, bool prepares,
              const char *script = "");

// Runs body where calls are left in this way: what is traced there is what will be left.
void run_where_it_leaves(const Situation &situation, Leaving leaving,
                         const std::function<void()> &body);
} // namespace proof

#endif
