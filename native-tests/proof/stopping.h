// SPDX-License-Identifier: MIT
//
// A thread that is stopped inside the library, for as long as another one works: for ever, as far
// as the other one can tell. Where that waits for the stopped one, it does not end in time.
#ifndef NOLOCKALLOC_PROOF_STOPPING_H
#define NOLOCKALLOC_PROOF_STOPPING_H

#include "servant.h"

namespace proof
{
struct Stopping
{
    Servant &other;
    std::function<void()> task; // of the other thread
    double seconds = 10;        // that it may take
    bool stopped = false;
    bool ended = false; // the task, before the stopped thread went on
};

// For the stepper: the interrupted thread waits here until the other has done its task.
void stop_here(void *stopping, size_t index);
} // namespace proof

#endif
