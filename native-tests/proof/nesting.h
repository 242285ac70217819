// SPDX-License-Identifier: MIT
//
// Handlers that interrupt handlers: the path is interrupted at one boundary, what the handler does
// there at another, and so on. Each level was traced before, in the same state.
#ifndef NOLOCKALLOC_PROOF_NESTING_H
#define NOLOCKALLOC_PROOF_NESTING_H

#include "runs.h"

#include <initializer_list>

namespace proof
{
class Nesting
{
  public:
    static constexpr size_t kDeepest = 3;

    // What a handler does, and at which boundary of the level above it comes.
    struct Handler
    {
        const char *script;
        uint32_t at;
    };

    explicit Nesting(Job &job);

    std::string find();
    Runs &runs()
    {
        return _runs;
    }

    void plan(size_t depth, std::initializer_list<Handler> handlers);
    std::string run();
    bool all_reached() const // by the last run
    {
        return _result->reached == _depth;
    }
    std::string describe() const;

    // What the last handler of the plan does is interrupted at every instruction, by each of these in turn, in one
    // run: how often is added to *injections.
    std::string sweep(const std::vector<const char *> &turns, uint64_t *injections);

    // Traces what the last of these handlers does, and returns its boundaries, for plans of this
    // depth that begin with these handlers. Empty if the handlers were not all reached.
    std::vector<uint32_t> record(size_t depth, std::initializer_list<Handler> handlers);

  private:
    static void interrupt(void *self, size_t);
    static void play_handler(void *self);
    static void play_a_turn(void *self, size_t);

    Job &_job;
    Runs _runs;
    stepper::Trace *_trace; // [n]: of what handler n does; shared with children
    Handler _handlers[kDeepest] = {};
    size_t _depth = 0;  // handlers in the plan
    size_t _active = 0; // handlers that run now
    bool _records = false;
    const std::vector<const char *> *_turns = nullptr; // of a sweep
    struct Result
    {
        size_t reached; // handlers in the last run
        size_t injections;
    } *_result; // shared with children
};
} // namespace proof

#endif
