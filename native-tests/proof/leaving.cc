// SPDX-License-Identifier: MIT
#include "leaving.h"

#include "servant.h"

#include <atomic>
#include <csetjmp>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace proof
{
namespace
{
thread_local sigjmp_buf t_before;

struct Departure
{
    Interruption &interruption;
    Leaving leaving;
    const char *script;
    std::atomic<bool> reached;
};

void leave(void *context, size_t)
{
    auto *departure = static_cast<Departure *>(context);
    departure->reached = true;
    play(departure->interruption, departure->script);
    if (departure->leaving == Leaving::ByLongjmp)
        siglongjmp(t_before, 1);
    if (departure->leaving == Leaving::ByPthreadExit)
        pthread_exit(nullptr);
    syscall(SYS_exit, 0);
}

// Deep in the stack, so that all later calls are made from above it.
[[gnu::noinline]] void step_deep_in_the_stack(Interruption &interruption)
{
    [[maybe_unused]] volatile char deep[16384];
    deep[0] = 0;
    if (sigsetjmp(t_before, 1) == 0)
        interruption.step_here();
    stepper::forget();
}
} // namespace

void run_where_it_leaves(const Situation &situation, Leaving leaving,
                         const std::function<void()> &body)
{
    if (leaving == Leaving::ByLongjmp || situation.on_a_new_thread)
        body();
    else
        on_a_thread_that_ends(body);
}

bool leave_at(Interruption &interruption, size_t index, Leaving leaving, bool prepares,
              const char *script)
{
    const Situation &situation = interruption.situation();
    Departure departure = {interruption, leaving, script, {false}};
    interruption.request(index, leave, &departure);
    auto prepare_and_step = [&]
    {
        if (prepares)
            interruption.prepare();
        step_deep_in_the_stack(interruption);
    };
    if (leaving == Leaving::ByLongjmp && !situation.on_a_new_thread)
        prepare_and_step();
    else if (!situation.on_a_new_thread)
        on_a_thread_that_ends(prepare_and_step);
    else
    {
        if (prepares)
            interruption.prepare();
        on_a_thread_that_ends([&] { step_deep_in_the_stack(interruption); });
    }
    return departure.reached;
}

} // namespace proof
