// SPDX-License-Identifier: MIT
//
// Which instructions had their turn. Where there are more runs to make than time for them, those at
// an instruction that had none yet come first.
#ifndef NOLOCKALLOC_PROOF_TURNS_H
#define NOLOCKALLOC_PROOF_TURNS_H

#include "stepper/stepper.h"

#include <vector>

namespace proof
{
class Turns
{
  public:
    Turns();

    bool is_new(const stepper::Boundary &boundary) const;
    void had_one(const stepper::Boundary &boundary);

    // These boundaries of a trace in an order of that seed, new ones first.
    std::vector<uint32_t> in_order(const std::vector<uint32_t> &boundaries,
                                   const stepper::Trace &trace, uint64_t seed) const;

  private:
    std::vector<bool> _had_one; // by offset in the library
};
} // namespace proof

#endif
