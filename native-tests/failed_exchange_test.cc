// SPDX-License-Identifier: MIT
//
// The k-th compare-exchange of a call fails, for every k. The call finishes all the same, and
// everything adds up.
#include "child.h"
#include "failed_exchange.h"
#include "interruption.h"

#include <atomic>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace
{
bool can_fail(uintptr_t pc)
{
    return is_compare_exchange(pc);
}

// In a loop, the first passes stand for all: what differs later is data.
constexpr uint32_t kPasses = 8;

struct Tally
{
    size_t exchanges = 0;
    std::string complaints;
};

void fail_each_exchange(Interruption &interruption, Tally &tally)
{
    const stepper::Trace &trace = interruption.trace();
    for (size_t i = 0; i < trace.count; i++)
    {
        if (!can_fail(trace.boundary[i].pc) || trace.boundary[i].occurrence >= kPasses)
            continue;
        tally.exchanges++;
        std::string complaint = interruption.run(i, fail_exchange, nullptr);
        if (!complaint.empty())
            tally.complaints += interruption.describe(i) + ": " + complaint + "\n";
    }
}
} // namespace

// Those that can be repeated in one process.
static std::vector<Situation> repeatable()
{
    std::vector<Situation> some;
    for (const Situation &situation : all_situations())
        if (situation.process == Process::Same && !situation.may_refuse && !situation.ends_thread &&
            situation.may_be_lost == 0)
            some.push_back(situation);
    return some;
}

class FailedExchange : public testing::TestWithParam<Situation>
{
};
INSTANTIATE_TEST_SUITE_P(Calls, FailedExchange, testing::ValuesIn(repeatable()),
                         [](const testing::TestParamInfo<Situation> &info)
                         { return std::string(info.param.name); });

TEST_P(FailedExchange, IsTriedAgainOrDoneWithout)
{
    ChildResult result = run_in_child(
        [&]
        {
            Interruption interruption(direct_door(), GetParam());
            if (!interruption.find())
                return 2;
            Tally tally;
            fail_each_exchange(interruption, tally);
            fprintf(stderr, "%s", tally.complaints.c_str());
            printf("%zu exchanges\n", tally.exchanges);
            fflush(stdout);
            return tally.complaints.empty() ? 0 : 1;
        },
        100);
    EXPECT_EQ(result.complaint(), "");
}

namespace
{
// Calls that only a fresh process can make: each is made in a child, which ends.
struct OnceInAProcess
{
    const char *name;
    void (*prepare)();
    void (*call)(void *ledger);
};

void PrintTo(const OnceInAProcess &what, std::ostream *out)
{
    *out << what.name;
}

void allocate_one(void *ledger)
{
    static_cast<Ledger *>(ledger)->allocate(64);
}

void run_thread()
{
    std::thread([] { every_bucket_works(direct_door()); }).join();
}

// The child goes on in the place of the process; the parent ends as the child does.
void become_a_child_of_many_threads()
{
    static std::atomic<bool> is_there;
    kfree_nolock(kmalloc_nolock(64, 0, NUMA_NO_NODE));
    std::thread(
        []
        {
            kfree_nolock(kmalloc_nolock(64, 0, NUMA_NO_NODE));
            is_there = true;
            pause();
        })
        .detach();
    while (!is_there)
        std::this_thread::yield();
    pid_t child = fork();
    int status = 0;
    if (child != 0)
        _exit(waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 9);
}

const OnceInAProcess kOnce[] = {
    {"FirstCallOfTheProcess", [] {}, allocate_one},
    {"FirstReportOfTheProcess", [] {}, [](void *) { kfree_nolock(kmalloc_nolock(8, 1, 3)); }},
    {"FirstCallOfAForkedChild", become_a_child_of_many_threads,
     [](void *ledger) { static_cast<Ledger *>(ledger)->allocate(1024); }},
    {"FirstCallOfAThreadAfterAnotherEnded", run_thread, allocate_one},
};

stepper::Trace *g_trace = stepper::map_trace();

int fail_once(const OnceInAProcess &what, size_t index)
{
    Ledger ledger(direct_door());
    what.prepare();
    auto outcome = stepper::inject_at(*g_trace, index, what.call, &ledger, fail_exchange, nullptr);
    bool works = every_bucket_works(direct_door());
    run_thread();
    ledger.free_all();
    std::string complaint = complaint_after_trim();
    if (counters().thread_blocks_in_use != 1)
        complaint += "a thread block is missing";
    fprintf(stderr, "%s %s\n", works ? "" : "a bucket does not work", complaint.c_str());
    return outcome.injections != 1 ? 2 : !works || !complaint.empty() || ledger.complaint();
}
} // namespace

class FailedExchangeOnce : public testing::TestWithParam<OnceInAProcess>
{
};
INSTANTIATE_TEST_SUITE_P(Calls, FailedExchangeOnce, testing::ValuesIn(kOnce),
                         [](const testing::TestParamInfo<OnceInAProcess> &info)
                         { return std::string(info.param.name); });

TEST_P(FailedExchangeOnce, IsTriedAgainOrDoneWithout)
{
    const OnceInAProcess &what = GetParam();
    auto record = [&]
    {
        Ledger ledger(direct_door());
        what.prepare();
        stepper::trace(what.call, &ledger, *g_trace);
        return 0;
    };
    ASSERT_EQ(run_in_child(record).complaint(), "");
    size_t exchanges = 0;
    for (size_t i = 0; i < g_trace->count; i++)
    {
        if (!can_fail(g_trace->boundary[i].pc))
            continue;
        exchanges++;
        EXPECT_EQ(run_in_child([&] { return fail_once(what, i); }).complaint(), "")
            << "boundary " << i << " in " << function_at(g_trace->boundary[i].pc);
    }
    EXPECT_GT(exchanges, 0u);
    printf("%zu exchanges\n", exchanges);
}

// The detector: a counter that gives up when its exchange fails.
TEST(FailedExchangeControl, SeesAnExchangeThatIsNotTriedAgain)
{
    static std::atomic<uint64_t> counter;
    static stepper::Trace trace;
    static bool tries_again;
    struct Count
    {
        [[gnu::noinline]] static void once(void *)
        {
            uint64_t seen = counter.load();
            while (!counter.compare_exchange_strong(seen, seen + 1) && tries_again)
                continue;
        }
    };
    stepper::watch_code_of(reinterpret_cast<const void *>(&Count::once));
    for (bool patient : {true, false})
    {
        tries_again = patient;
        counter = 0;
        stepper::trace(Count::once, nullptr, trace);
        ASSERT_EQ(counter, 1u);
        size_t exchanges = 0;
        for (size_t i = 0; i < trace.count; i++)
            if (is_compare_exchange(trace.boundary[i].pc))
            {
                exchanges++;
                stepper::inject_at(i, Count::once, nullptr, fail_exchange, nullptr);
            }
        EXPECT_EQ(exchanges, 1u);
        EXPECT_EQ(counter, patient ? 2u : 1u);
    }
    stepper::watch_code_of(nullptr);
}
