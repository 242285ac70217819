// SPDX-License-Identifier: MIT
//
// The library's k-th system call fails, for every k until a scene passes without a failure: once,
// and from then on. What is asked for is NULL or is there, nothing is damaged, and once the
// operating system gives again, all of it is there again. Each k is a process of its own.
#include "child.h"
#include "counters.h"
#include "ledger.h"
#include "refused_scenes.h"

#include <cerrno>
#include <gtest/gtest.h>
#include <sys/mman.h>

using refusals::Form;

namespace
{
// What a child tells its parent.
struct Told
{
    size_t calls, capacity, nulls;
    const char *refused;
} *g_told = static_cast<Told *>(
    mmap(nullptr, sizeof(Told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));

// How many of the largest objects there are. All are freed again.
size_t capacity()
{
    Ledger ledger(direct_door(), 8192);
    while (void *object = kmalloc_nolock(8192, 0, NUMA_NO_NODE))
        ledger.adopt(object, 8192);
    size_t objects = ledger.size();
    ledger.free_all();
    return ledger.complaint() != nullptr ? 0 : objects;
}

int child_works()
{
    return every_bucket_works(direct_door()) ? 0 : 1;
}

// The process, from its first call on. Returns its exit code; what was wrong is on stderr.
int live(const Scene &scene, size_t k, Form form)
{
    setenv("NOLOCKALLOC_OPTIONS", scene.options, 1);
    Ledger ledger(direct_door(), 8192);
    scene.prepare(ledger);
    refusals::begin(k, form);
    errno = 4321;
    g_told->nulls = scene.act(ledger);
    int error = errno;
    g_told->calls = refusals::end();
    g_told->refused = refusals::last_refused();
    std::string complaint = error == 4321 ? "" : "errno is changed; ";
    ledger.check();
    complaint += overlap_in({&ledger});
    if (!every_bucket_works(direct_door()))
        complaint += "a bucket does not work; ";
    if (!run_in_child(child_works).complaint().empty())
        complaint += "a forked child does not work; ";
    ledger.free_all();
    g_told->capacity = capacity();
    complaint += complaint_after_trim();
    if (counters().thread_blocks_in_use != 1)
        complaint += "a thread block is missing; ";
    if (ledger.complaint() != nullptr)
        complaint += ledger.complaint();
    fprintf(stderr, "%s\n", complaint.c_str());
    return complaint.empty() ? 0 : 1;
}
} // namespace

// The detectors: objects that are lost, damage, errno, and that calls are refused at all.
TEST(RefusedControl, SeesWhatGoesWrong)
{
    auto nothing = [](Ledger &) {};
    const Scene wrong[] = {
        {"Loss", "arena=1m", 0, nothing,
         [](Ledger &) { return size_t(kmalloc_nolock(64, 0, NUMA_NO_NODE) == nullptr); }},
        {"Damage", "arena=1m", 0, nothing,
         [](Ledger &ledger)
         {
             ledger.allocate(64);
             ledger[0].start[63]++;
             return size_t(0);
         }},
        {"Errno", "arena=1m", 0, nothing,
         [](Ledger &)
         {
             errno = EINVAL;
             return size_t(0);
         }},
    };
    for (const Scene &scene : wrong)
        EXPECT_EQ(run_in_child([&] { return live(scene, refusals::kNever, Form::Once); }).exit_code,
                  1)
            << scene.name;
}

TEST(RefusedControl, RefusesTheLibraryAndNobodyElse)
{
    EXPECT_EQ(run_in_child(
                  []
                  {
                      refusals::begin(0, Form::FromThenOn);
                      void *own =
                          mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                      void *object = kmalloc_nolock(64, 0, NUMA_NO_NODE);
                      size_t calls = refusals::end();
                      return own != MAP_FAILED && object == nullptr && calls > 0 ? 0 : 1;
                  })
                  .complaint(),
              "");
}

class Refused : public testing::TestWithParam<Scene>
{
};
INSTANTIATE_TEST_SUITE_P(Scenes, Refused, testing::ValuesIn(all_scenes()),
                         [](const testing::TestParamInfo<Scene> &info)
                         { return std::string(info.param.name); });

TEST_P(Refused, EachSystemCallMayFailAndMemoryComesBack)
{
    const Scene &scene = GetParam();
    auto live_to_the_end = [&] { return live(scene, refusals::kNever, Form::Once); };
    ASSERT_EQ(run_in_child(live_to_the_end).complaint(), "");
    size_t whole = g_told->capacity, refused = 0, nulls = 0;
    ASSERT_EQ(g_told->nulls, 0u);
    for (Form form : {Form::Once, Form::FromThenOn})
        for (size_t k = 0; !HasFailure(); k++)
        {
            ChildResult result = run_in_child([&] { return live(scene, k, form); });
            if (result.exit_code == 0 && k >= g_told->calls)
                break;
            refused++;
            nulls += g_told->nulls;
            EXPECT_EQ(result.complaint(), "") << "call " << k << ", " << g_told->refused;
            EXPECT_EQ(g_told->capacity, whole) << "call " << k << ", " << g_told->refused;
        }
    EXPECT_GE(refused, scene.least_calls * 2) << "nothing was refused: this proves nothing";
    printf("%zu processes with a refusal, %zu times NULL; capacity %zu\n", refused, nulls, whole);
}
