// SPDX-License-Identifier: MIT
//
// Every detector is shown a planted bug before its silence is believed.
#include "child.h"
#include "controls/toy_allocator.h"
#include "counters.h"
#include "interruption.h"
#include "signals.h"

#include <sys/syscall.h>
#include <unistd.h>

namespace
{
const Door g_toy = {"toy", toy_allocate, toy_free};

struct Play
{
    Ledger outer{g_toy}, older{g_toy}, nested{g_toy};
    std::string script;
    bool outer_is_a_free;
    void *object;
};

void call_toy(void *argument)
{
    auto *play = static_cast<Play *>(argument);
    if (play->outer_is_a_free)
        toy_free(play->object);
    else
        play->object = toy_allocate(64, 0, -1);
}

void interrupt_toy(void *context, size_t)
{
    auto *play = static_cast<Play *>(context);
    for (char step : play->script)
        step == 'a' ? (void)play->nested.allocate(64) : play->older.free_newest();
}

void prepare(Play &play, Toy variant)
{
    toy_reset(variant);
    for (int i = 0; i < 20; i++)
        play.older.allocate(64);
    if (play.outer_is_a_free)
        play.object = toy_allocate(64, 0, -1);
}

// Allocates what is left; an object that is given out twice overlaps.
std::string settle(Play &play)
{
    if (!play.outer_is_a_free)
        play.outer.adopt(play.object, 64);
    for (int i = 0; i < 300; i++)
        play.outer.allocate(64);
    play.outer.check();
    return overlap_in({&play.outer, &play.older, &play.nested});
}

// At how many boundaries the planted bug shows, or -1 if one was not reached.
int boundaries_with_a_bug(Toy variant, bool outer_is_a_free, const char *script)
{
    static stepper::Trace trace;
    stepper::watch_code_of(reinterpret_cast<const void *>(&toy_allocate));
    Play traced;
    traced.outer_is_a_free = outer_is_a_free;
    prepare(traced, variant);
    stepper::trace(call_toy, &traced, trace);
    int bugs = trace.count > 10 ? 0 : -1;
    for (size_t i = 0; i < trace.count && bugs >= 0; i++)
    {
        Play play;
        play.script = script;
        play.outer_is_a_free = outer_is_a_free;
        prepare(play, variant);
        auto outcome = stepper::inject_at(trace, i, call_toy, &play, interrupt_toy, &play);
        if (outcome.injections != 1)
            bugs = -1;
        else
            bugs += !settle(play).empty();
    }
    stepper::watch_code_of(nullptr);
    return bugs;
}

int bugs_in(Toy variant)
{
    int sum = 0;
    for (bool frees : {false, true})
        for (const char *script : {"a", "f", "aa"})
        {
            int bugs = boundaries_with_a_bug(variant, frees, script);
            if (bugs < 0)
                return -1;
            sum += bugs;
        }
    return sum;
}
} // namespace

TEST(Stepper, FindsNothingInTheCorrectToy)
{
    EXPECT_EQ(bugs_in(Toy::Correct), 0);
}

TEST(Stepper, FindsAnAllocatorWithoutALock)
{
    EXPECT_GE(bugs_in(Toy::NoLock), 5);
}

TEST(Stepper, FindsAFlagThatIsSetOneInstructionLate)
{
    EXPECT_GE(bugs_in(Toy::LateFlag), 1);
}

TEST(Stepper, FindsAHandlerThatWaitsForever)
{
    ChildResult result = run_in_child([] { return bugs_in(Toy::Spin); }, 1);
    EXPECT_TRUE(result.hung);
}

TEST(Stepper, SaysWhenItInjectedNothing)
{
    static stepper::Trace trace;
    auto nothing = [](void *) {};
    auto inject = [](void *, size_t) {};
    stepper::trace(nothing, nullptr, trace);
    EXPECT_EQ(trace.count, 0u) << "nothing of the library was called";
    EXPECT_EQ(stepper::inject_at(trace, 0, nothing, nullptr, inject, nullptr).injections, 0u);
    EXPECT_EQ(stepper::inject_at(0, nothing, nullptr, inject, nullptr).injections, 0u);
    auto version = [](void *) { nolockalloc_version(); };
    stepper::trace(version, nullptr, trace);
    EXPECT_GT(trace.count, 0u);
    EXPECT_EQ(stepper::inject_at(1000, version, nullptr, inject, nullptr).injections, 0u);
}

TEST(Stepper, SeesTheSameBoundariesWithBothDrivers)
{
    Interruption interruption(direct_door(), situation_named("AllocateWithRefill"));
    ASSERT_TRUE(interruption.find());
    auto call = [](void *) { kfree_nolock(kmalloc_nolock(64, 0, NUMA_NO_NODE)); };
    auto inject = [](void *context, size_t) { *static_cast<int *>(context) += 1; };
    static stepper::Trace trace;
    call(nullptr);
    stepper::trace(call, nullptr, trace);
    ASSERT_GT(trace.count, 20u);
    int injected = 0;
    for (size_t i = 0; i < trace.count; i++)
    {
        EXPECT_EQ(stepper::inject_at(i, call, nullptr, inject, &injected).boundaries, i + 1);
        stepper::inject_at(trace, i, call, nullptr, inject, &injected);
    }
    EXPECT_EQ(stepper::inject_at(trace.count, call, nullptr, inject, &injected).boundaries,
              trace.count);
    EXPECT_EQ(size_t(injected), 2 * trace.count);
}

TEST(Stepper, StopsStraightAfterASystemCallAndKeepsItsOwnSignalOpen)
{
    static stepper::Trace trace;
    auto call = [](void *)
    {
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        syscall(SYS_getppid);
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
    };
    stepper::trace(call, nullptr, trace, stepper::Where::Anywhere);
    size_t after_system_call = 0;
    for (size_t i = 1; i < trace.count; i++)
        after_system_call += trace.boundary[i].pc == trace.boundary[i - 1].pc + 2 &&
                             stepper::code_at(trace.boundary[i - 1].pc)[0] == 0x0f &&
                             stepper::code_at(trace.boundary[i - 1].pc)[1] == 0x05;
    EXPECT_EQ(after_system_call, 3u);
}

TEST(Ledger, SeesObjectsThatOverlap)
{
    static uint8_t memory[256];
    Ledger ledger(g_toy);
    ledger.adopt(memory, 64);
    ledger.adopt(memory + 64, 64);
    EXPECT_EQ(overlap_in({&ledger}), "");
    ledger.check();
    EXPECT_EQ(ledger.complaint(), nullptr);
    ledger.adopt(memory + 127, 64);
    EXPECT_NE(overlap_in({&ledger}), "");
    ledger.check();
    EXPECT_NE(ledger.complaint(), nullptr);
}

TEST(Ledger, SeesAnObjectThatIsGivenOutTwice)
{
    static uint8_t memory[64];
    Ledger one(g_toy), two(g_toy);
    one.adopt(memory, 64);
    two.adopt(memory, 64);
    EXPECT_NE(overlap_in({&one, &two}), "");
    one.check();
    EXPECT_NE(one.complaint(), nullptr);
}

TEST(Counters, SeeAnObjectThatIsNotFreed)
{
    void *object = kmalloc_nolock(64, 0, NUMA_NO_NODE);
    EXPECT_NE(complaint_after_trim(), "");
    kfree_nolock(object);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST(Child, ThatHangsOrCrashesOrFailsIsSeen)
{
    auto hang = []
    {
        for (;;)
            pause();
        return 0;
    };
    EXPECT_TRUE(run_in_child(hang, 1).hung);
    EXPECT_EQ(run_in_child([] { return raise(SIGKILL); }).signal, SIGKILL);
    EXPECT_EQ(run_in_child([] { return 3; }).exit_code, 3);
    EXPECT_EQ(run_in_child([] { return 0; }).complaint(), "");
}
