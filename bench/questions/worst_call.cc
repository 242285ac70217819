// SPDX-License-Identifier: MIT
//
// How long can a call be? The largest number of instructions of any allocation, or free, while 200
// objects of 8 to 8192 bytes are made, 400 of them replaced, and all freed: counted by the
// single-stepper of the tests, the kernel's part not included. No time is measured; a figure is a
// number of instructions.
#include "random.h"
#include "question.h"
#include "stepper/stepper.h"
#include "stepper/machine.h"

#include <algorithm>
#include <vector>

namespace
{

constexpr std::size_t live = 200;
constexpr int replacements = 400;

struct Call
{
    void *object;
    std::size_t size;
};

/* Of the call alone: what stepping costs, and this program's own calls, do not count. */
class Longest
{
  public:
    void allocate(Call &call)
    {
        auto one = [](void *argument)
        {
            Call *asked = static_cast<Call *>(argument);
            asked->object = door::allocate(asked->size);
        };
        allocation_ = std::max(allocation_, steps(one, call));
        touch(call.object);
    }

    void free(Call &call)
    {
        auto one = [](void *argument) { door::release(static_cast<Call *>(argument)->object); };
        free_ = std::max(free_, steps(one, call));
    }

    std::size_t allocation() const
    {
        return allocation_;
    }

    std::size_t of_free() const
    {
        return free_;
    }

  private:
    static std::size_t steps(stepper::Call one, Call &call)
    {
        return stepper::inject_at(SIZE_MAX, one, &call, nullptr, nullptr, stepper::Where::Anywhere)
            .boundaries;
    }

    std::size_t allocation_ = 0;
    std::size_t free_ = 0;
};

Longest longest_calls()
{
    Random random(0x9e3779b97f4a7c15u);
    Longest longest;
    std::vector<Call> calls(live);
    for (Call &call : calls)
    {
        call.size = random.next(smallest_size, largest_size);
        longest.allocate(call);
    }
    for (int i = 0; i < replacements; i++)
    {
        Call &call = calls[random.high(live)];
        longest.free(call);
        call.size = random.next(smallest_size, largest_size);
        longest.allocate(call);
    }
    for (Call &call : calls)
    {
        longest.free(call);
    }
    return longest;
}

} // namespace

const void *stepper::machine::function_under_test()
{
    return door::entry();
}

static void worst_call(benchmark::State &state, std::size_t (Longest::*of)() const)
{
    if (!door::keeps_objects)
    {
        return not_asked(state);
    }
    constexpr double nanoseconds = 1e-9; // an instruction is shown as one
    for (auto _ : state)
    {
        Longest longest = longest_calls();
        state.SetIterationTime(static_cast<double>((longest.*of)()) * nanoseconds);
    }
    report(state, 1);
}
BENCHMARK_CAPTURE(worst_call, allocate, &Longest::allocation)->Iterations(1)->UseManualTime();
BENCHMARK_CAPTURE(worst_call, free, &Longest::of_free)->Iterations(1)->UseManualTime();
