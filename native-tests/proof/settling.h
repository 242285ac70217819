// SPDX-License-Identifier: MIT
//
// Two calls in a row: the first is left at an instruction, the next puts in order what it left.
#ifndef NOLOCKALLOC_PROOF_SETTLING_H
#define NOLOCKALLOC_PROOF_SETTLING_H

#include "runs.h"

namespace proof
{
struct NextCall; // what comes after the first

class Settling
{
  public:
    // Each first call with each that may be the next.
    static std::vector<Situation> paths();

    explicit Settling(Job &job);
    Settling(const Settling &) = delete;

    std::string find(); // traces the first call
    Interruption &first()
    {
        return _first;
    }

    // In a child, for what is lost is lost: the first call is left at a boundary, and the next one
    // is traced, or interrupted by a handler with this script. nullptr: it is left in its turn.
    std::string record(uint32_t left_at);
    std::string interrupt(uint32_t left_at, uint32_t index, const char *script);

    const stepper::Trace &next_trace() const
    {
        return *_next_trace;
    }
    std::string describe_next(uint32_t index) const;

  private:
    bool leave_first(uint32_t index);
    void on_its_thread(const std::function<void()> &body);
    std::string look(size_t lost);

    Job &_job;
    const NextCall &_next;
    Interruption _first;
    stepper::Trace *_next_trace; // shared with children
};
} // namespace proof

#endif
