// SPDX-License-Identifier: MIT
#include "turns.h"

#include "board.h"
#include "program.h"

#include <algorithm>

namespace proof
{
static size_t offset_of(const stepper::Boundary &boundary)
{
    return boundary.pc - stepper::library_base();
}

Turns::Turns() : _had_one(Board::kMostCode)
{
}

bool Turns::is_new(const stepper::Boundary &boundary) const
{
    return offset_of(boundary) < _had_one.size() && !_had_one[offset_of(boundary)];
}

void Turns::had_one(const stepper::Boundary &boundary)
{
    if (offset_of(boundary) < _had_one.size())
        _had_one[offset_of(boundary)] = true;
}

std::vector<uint32_t> Turns::in_order(const std::vector<uint32_t> &boundaries,
                                      const stepper::Trace &trace, uint64_t seed) const
{
    std::vector<uint32_t> order;
    for (uint32_t chosen : shuffled(boundaries.size(), seed))
        order.push_back(boundaries[chosen]);
    std::stable_partition(order.begin(), order.end(),
                          [&](uint32_t i) { return is_new(trace.boundary[i]); });
    return order;
}
} // namespace proof
