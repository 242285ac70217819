// SPDX-License-Identifier: MIT
//
// One call of the library on behalf of the model; a handler may interrupt it at a chosen
// instruction.
#ifndef NOLOCKALLOC_FUZZ_CALLS_H
#define NOLOCKALLOC_FUZZ_CALLS_H

#include "model.h"
#include "operation.h"

#include <functional>

namespace fuzz
{
struct Call
{
    Request request;
    bool exported = false;  // by which door
    size_t from_newest = 0; // what is freed
};

void make(Model &model, const Call &call);

// handler runs at the library's instruction number index of the call, if there are so many.
void make_interrupted(Model &model, const Call &call, size_t index,
                      const std::function<void()> &handler);
} // namespace fuzz

#endif
