// SPDX-License-Identifier: MIT
//
// What ends the process with the ordinary .NET runtime ("attempted to call a UnmanagedCallersOnly
// method from managed code"): a SIGPROF handler that calls an exported function while the main
// program is inside one. Here it goes on, at the highest rate of the timers, for
// NLA_STORM_SECONDS (5).
#include "counters.h"
#include "ledger.h"
#include "signals.h"
#include "storm.h"

#include <ctime>
#include <sys/time.h>

namespace
{
// Fewer prove nothing: on a busy machine the run goes on until there are so many.
constexpr uint64_t kHandlers = 100;
constexpr time_t kSecondsMore = 60;

struct Stress
{
    const Door *door;
    Ledger *kept;
    const ThreadTimer *timer;
    Random random{1};
    volatile bool stopped = false;
    uint64_t handlers = 0, failures = 0;
} * g_stress;

void on_profile(int, siginfo_t *, void *)
{
    Stress &stress = *g_stress;
    if (stress.stopped)
        return;
    void *object = stress.door->allocate(64, 0, NUMA_NO_NODE);
    stress.failures += object == nullptr;
    stress.kept->allocate(64);
    stress.door->free(object);
    if (stress.kept->size() > 100)
        stress.kept->free_all();
    stress.handlers++;
    stress.timer->wind(2000 + long(stress.random.below(18000)));
}

bool before(timespec end)
{
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec < end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec < end.tv_nsec);
}
} // namespace

class ReentrantCall : public EveryDoor
{
};
THROUGH_BOTH_DOORS(ReentrantCall);

TEST_P(ReentrantCall, FromSigprofAtTheHighestRateNeverFails)
{
    Ledger kept(door);
    Handling handling(SIGPROF, on_profile);
    ThreadTimer timer(SIGPROF, CLOCK_MONOTONIC);
    itimerval every_tick = {{0, 1}, {0, 1}}, never = {};
    Stress stress = {&door, &kept, &timer};
    g_stress = &stress;
    timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += storm_seconds(5) / 2 + 1; // one half for each door
    timer.wind(5000);
    setitimer(ITIMER_PROF, &every_tick, nullptr);
    uint64_t pairs = 0, failures = 0;
    timespec limit = {end.tv_sec + kSecondsMore, end.tv_nsec};
    while (before(end) || (stress.handlers <= kHandlers && before(limit)))
        for (int i = 0; i < 100; i++, pairs++)
        {
            void *object = allocate(64);
            failures += object == nullptr;
            door.free(object);
        }
    stress.stopped = true;
    setitimer(ITIMER_PROF, &never, nullptr);
    printf("%lu pairs, %lu handlers; retries %lu, deferred %lu, drained %lu\n", pairs,
           stress.handlers, count(&BucketStats::bucket_retry), count(&BucketStats::defer_free),
           count(&BucketStats::defer_free_drained));
    EXPECT_EQ(failures, 0u);
    EXPECT_EQ(stress.failures, 0u);
    EXPECT_GT(stress.handlers, kHandlers) << "too few handlers to prove anything";
    kept.free_all();
    EXPECT_EQ(kept.complaint(), nullptr);
    EXPECT_EQ(complaint_after_trim(), "");
}
