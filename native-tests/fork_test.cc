// SPDX-License-Identifier: MIT
//
// fork() in a program with threads and handlers at work: child and grandchild have one thread, and
// whatever the others were in the middle of must not matter. Also: a fork at every instruction.
#include "child.h"
#include "counters.h"
#include "interruption.h"
#include "signals.h"

#include <atomic>
#include <cstring>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace
{
// Every bucket, every path, and the bytes.
int use_everything(const Door &door)
{
    for (size_t bucket : kBuckets)
    {
        Ledger ledger(door, 1000);
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < 300; i++)
                ledger.allocate(bucket, i % 2 ? __GFP_ZERO : 0);
            if (!overlap_in({&ledger}).empty())
                return 11;
            ledger.free_all();
        }
        if (ledger.complaint() != nullptr)
            return 10;
    }
    nolockalloc_drain();
    nolockalloc_trim();
    return 0;
}

int use_everything_and_fork_again(const Door &door)
{
    if (int wrong = use_everything(door))
        return wrong;
    ChildResult grandchild = run_in_child([&] { return use_everything(door); });
    if (!grandchild.complaint().empty())
    {
        fprintf(stderr, "grandchild: %s\n", grandchild.complaint().c_str());
        return 20;
    }
    return use_everything(door);
}

thread_local Ledger *t_handler_ledger;

void allocate_and_free(int, siginfo_t *, void *)
{
    if (t_handler_ledger == nullptr)
        return;
    t_handler_ledger->allocate(64);
    t_handler_ledger->allocate(1024);
    if (t_handler_ledger->size() > 40)
        t_handler_ledger->free_all();
}
} // namespace

class Fork : public EveryDoor
{
};
THROUGH_BOTH_DOORS(Fork);

TEST_P(Fork, GivesAChildAndAGrandchildThatAllocateAndFree)
{
    Ledger ledger(door);
    for (size_t bucket : kBuckets)
        ledger.allocate(bucket);
    ChildResult result = run_in_child(
        [&]
        {
            ledger.check(); // the child has a copy of its own
            ledger.free_all();
            int wrong = use_everything_and_fork_again(door);
            std::string complaint = complaint_after_trim();
            fprintf(stderr, "%s", complaint.c_str());
            return wrong != 0 ? wrong : complaint.empty() && !ledger.complaint() ? 0 : 1;
        });
    EXPECT_EQ(result.complaint(), "");
    ledger.free_all();
    EXPECT_EQ(ledger.complaint(), nullptr);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(Fork, WorksWhileThreadsAndHandlersAllocate)
{
    Handling handling(SIGUSR1, allocate_and_free);
    std::atomic<bool> done{false};
    std::atomic<int> complaints{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; t++)
        threads.emplace_back(
            [&, t]
            {
                Ledger in_handler(door), outside(door, 3000);
                t_handler_ledger = &in_handler;
                ThreadTimer timer(SIGUSR1, CLOCK_MONOTONIC);
                timer.repeat(50 * 1000);
                for (int i = t; !done; i++)
                {
                    for (int k = 0; k < 200; k++)
                        outside.allocate(kBuckets[(i + k) % 9]);
                    outside.free_all();
                }
                timer.repeat(0);
                t_handler_ledger = nullptr;
                in_handler.free_all();
                complaints += in_handler.complaint() || outside.complaint();
            });
    for (int i = 0; i < 25; i++)
    {
        ChildResult result = run_in_child([&] { return use_everything_and_fork_again(door); });
        EXPECT_EQ(result.complaint(), "") << "fork " << i;
        if (HasFailure())
            break;
    }
    done = true;
    for (std::thread &thread : threads)
        thread.join();
    EXPECT_EQ(complaints, 0);
    EXPECT_EQ(complaint_after_trim(), "");
}

// In the child the other threads' blocks are adopted: no more of them than before.
TEST_P(Fork, GivesTheChildTheBlocksOfTheOtherThreads)
{
    door.free(allocate(64)); // the thread that forks has a block of its own
    std::atomic<int> ready{0};
    std::atomic<bool> done{false};
    std::vector<std::thread> threads;
    for (int t = 0; t < 5; t++)
        threads.emplace_back(
            [&]
            {
                for (size_t bucket : kBuckets)
                    door.free(allocate(bucket));
                ready++;
                while (!done)
                    std::this_thread::yield();
            });
    while (ready < 5)
        std::this_thread::yield();
    ChildResult result = run_in_child(
        [&]
        {
            int wrong = use_everything(door);
            std::string complaint = complaint_after_trim(); // their arrays are emptied as well
            fprintf(stderr, "%s in use: %d", complaint.c_str(),
                    int(counters().thread_blocks_in_use));
            return wrong                                                       ? wrong
                   : complaint.empty() && counters().thread_blocks_in_use <= 1 ? 0
                                                                               : 1;
        });
    EXPECT_EQ(result.complaint(), "");
    done = true;
    for (std::thread &thread : threads)
        thread.join();
    EXPECT_EQ(complaint_after_trim(), "");
}

namespace
{
struct ForkHere
{
    const Door *door;
    pid_t child;
};

// _Fork runs no handlers of the C library, so it may be called in a signal handler.
void fork_here(void *context, size_t)
{
    auto *here = static_cast<ForkHere *>(context);
    here->child = _Fork();
    if (here->child == 0)
        alarm(10);
}
} // namespace

// Elsewhere the child would wait for a thread that it does not have.
static std::vector<Situation> on_one_thread()
{
    std::vector<Situation> some;
    for (const Situation &situation : all_situations())
        if (!situation.on_a_new_thread)
            some.push_back(situation);
    return some;
}

class ForkAtEveryInstruction : public testing::TestWithParam<Situation>
{
};
INSTANTIATE_TEST_SUITE_P(Calls, ForkAtEveryInstruction, testing::ValuesIn(on_one_thread()),
                         [](const testing::TestParamInfo<Situation> &info)
                         { return std::string(info.param.name); });

// Parent and child both go on with the interrupted call, and both must be right in the end.
TEST_P(ForkAtEveryInstruction, BothProcessesFinishTheCall)
{
    Interruption interruption(direct_door(), GetParam());
    ASSERT_TRUE(interruption.find()) << "the state was not reached";
    for (const short_form::Stop &stop : interruption.stops(short_form::kOnceInAChild))
    {
        if (HasFailure())
            break;
        size_t i = stop.index;
        ForkHere here = {&direct_door(), -1};
        interruption.prepare();
        auto outcome = interruption.step(i, fork_here, &here);
        std::string complaint = interruption.settle();
        if (here.child == 0)
        {
            if (complaint.empty() && every_bucket_works(direct_door()))
                _exit(0);
            fprintf(stderr, "child: %s\n", complaint.c_str());
            _exit(1);
        }
        int status = -1;
        waitpid(here.child, &status, 0);
        EXPECT_EQ(outcome.injections, 1u);
        EXPECT_EQ(status, 0) << "child of " << interruption.describe(i);
        EXPECT_EQ(complaint, "") << interruption.describe(i);
    }
}
