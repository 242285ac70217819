// SPDX-License-Identifier: MIT
//
// At every machine instruction of an accounted call a handler uses accounted memory too, or the call
// is abandoned. The whole program has 1 MiB of slabs.
#include "abandoned_call.h"
#include "child.h"
#include "interruption.h"
#include "memcg.h"


static RunUnderOptions g_options("arena=1m");

namespace
{
constexpr size_t kSize = 64;
struct nolockalloc_memcg *g_group;

const Door &normal_door()
{
    static const Door door = {
        "normal", [](size_t size, gfp_t flags, int) { return kmalloc(size, GFP_KERNEL | flags); },
        [](const void *object) { kfree(object); }};
    return door;
}

void hold_one(Interruption &on)
{
    on.own.allocate(kSize, __GFP_ACCOUNT);
    on.foreign.allocate(kSize, __GFP_ACCOUNT);
    on.own.allocate(kSize, __GFP_ACCOUNT);
    on.own.free_newest();
}
void hold_one_for_the_handler(Interruption &on)
{
    on.foreign.allocate(128, __GFP_ACCOUNT);
}
void give_one_away(Interruption &on)
{
    hold_one(on);
    on.pointer = on.own.give_away().start;
}
void free_it(Interruption &on)
{
    on.door().free(on.pointer);
}
void reach_the_limit(Interruption &on)
{
    hold_one(on);
    nolockalloc_memcg_set_limit(g_group, stats_of(g_group).usage);
}
void want_more(Interruption &on)
{
    void *object = on.door().allocate(kSize, __GFP_ACCOUNT, NUMA_NO_NODE);
    if (object != nullptr) // a handler has freed one
        on.own.adopt(object, kSize);
}

Situation accounted(const char *name, Operation operation, Hook set_up, Hook call = nullptr)
{
    Situation situation = {name, operation, kSize, nullptr};
    situation.gfp_flags = __GFP_ACCOUNT;
    situation.set_up = set_up;
    situation.call = call;
    return situation;
}

const std::vector<Situation> &situations()
{
    using Op = Operation;
    static const std::vector<Situation> all = {
        accounted("AllocateWithVector", Op::Allocate, hold_one),
        accounted("AllocateWithNewVector", Op::Allocate, hold_one_for_the_handler),
        accounted("AllocateOverTheLimit", Op::Own, reach_the_limit, want_more),
        accounted("Free", Op::Own, give_one_away, free_it),
    };
    return all;
}

// ---- What the handlers do -----------------------------------------------------------------------

void allocate(Interruption &on)
{
    if (void *object = on.door().allocate(kSize, __GFP_ACCOUNT, NUMA_NO_NODE))
        on.nested.adopt(object, kSize);
}
void come_and_go(Interruption &on)
{
    for (size_t size : {kSize, size_t(96), kSize})
        if (void *object = on.door().allocate(size, __GFP_ACCOUNT, NUMA_NO_NODE))
            on.nested.adopt(object, size);
    if (on.nested.size() > 0)
        on.nested.free_oldest();
}
void free_another(Interruption &on)
{
    on.foreign.free_newest();
}
void make_and_end_groups(Interruption &on)
{
    struct nolockalloc_memcg *inner = nolockalloc_memcg_create(g_group, kSize);
    nolockalloc_memcg_scope(inner);
    void *object = on.door().allocate(kSize, __GFP_ACCOUNT, NUMA_NO_NODE);
    nolockalloc_memcg_put(inner);
    on.door().free(object);
}
// F3: a charge that is refused gives its object back, whatever the handler interrupted.
void be_refused(Interruption &on)
{
    uint64_t limit = stats_of(g_group).limit;
    nolockalloc_memcg_set_limit(g_group, 0);
    if (on.door().allocate(kSize, __GFP_ACCOUNT, NUMA_NO_NODE) != nullptr)
        on.nested.complain("a limit of 0 did not refuse");
    nolockalloc_memcg_set_limit(g_group, limit);
}

const std::vector<Interrupter> &handlers()
{
    static const std::vector<Interrupter> all = {
        {"allocates", allocate},
        {"allocates and frees", come_and_go},
        {"frees", free_another},
        {"makes and ends groups", make_and_end_groups},
        {"is refused", be_refused},
    };
    return all;
}

void begin(Interruption &)
{
    nolockalloc_memcg_set_limit(g_group, NOLOCKALLOC_MEMCG_NO_LIMIT);
}

std::string complaint_of_the_group(size_t lost)
{
    nolockalloc_memcg_stats_t stats = stats_of(g_group);
    if (stats.usage <= lost * kSize && stats.objects <= lost && stats.holders == 1)
        return "";
    return " the group has " + std::to_string(stats.usage) + " bytes, " +
           std::to_string(stats.objects) + " objects";
}

int interrupt_everywhere_with_all(const Door &door, const Situation &situation)
{
    Group group;
    Active active(group);
    g_group = group.handle;
    Interruption interruption(door, situation);
    interruption.before_preparing = begin;
    if (!interruption.find() || interruption.trace().count < 100)
        return 2;
    std::string complaint = interrupt_everywhere(interruption, 2, handlers(), [] { return complaint_of_the_group(0); });
    fprintf(stderr, "%s\n", complaint.c_str());
    return complaint.empty() ? 0 : 1;
}

// ---- Abandonment --------------------------------------------------------------------------------

// How many accounted objects there can be.
size_t capacity(const Door &door)
{
    static std::vector<void *> objects;
    nolockalloc_trim();
    while (void *object = door.allocate(kSize, __GFP_ACCOUNT, NUMA_NO_NODE))
        objects.push_back(object);
    size_t count = objects.size();
    for (void *object : objects)
        door.free(object);
    objects.clear();
    nolockalloc_trim();
    return count;
}

std::string abandon(Interruption &interruption, size_t index, size_t before)
{
    interruption.prepare();
    abandon_deep_in_the_stack(interruption, index);
    use_the_stack_below();
    begin(interruption);
    interruption.free_all();
    if (!every_bucket_works(interruption.door()))
        return "a bucket does not work any more";
    size_t after = capacity(interruption.door());
    if (after + 1 < before)
        return "lost " + std::to_string(before - after) + " objects";
    return complaint_of_the_group(1) + interruption.complaints();
}

int abandon_everywhere(const Door &door, const Situation &situation)
{
    Group group;
    Active active(group);
    g_group = group.handle;
    Interruption interruption(door, situation);
    interruption.before_preparing = begin;
    if (!interruption.find() || interruption.trace().count < 100)
        return 2;
    size_t before = capacity(door);
    for (const short_form::Stop &stop : interruption.stops(short_form::kOnceInAChild))
    {
        size_t i = stop.index;
        ChildResult result = run_in_child(
            [&]
            {
                std::string complaint = abandon(interruption, i, before);
                fprintf(stderr, "%s\n", complaint.c_str());
                return complaint.empty() ? 0 : 1;
            });
        if (result.complaint().empty())
            continue;
        fprintf(stderr, "%s: %s\n", interruption.describe(i).c_str(), result.complaint().c_str());
        return 1;
    }
    return 0;
}
} // namespace

class AccountedCall : public testing::TestWithParam<std::tuple<Door, Situation>>
{
};

TEST_P(AccountedCall, AtEveryInstructionAHandlerMayUseAccountedMemoryAndNoByteGoesAstray)
{
    const auto &[door, situation] = GetParam();
    auto body = [&door = door, &situation = situation]
    { return interrupt_everywhere_with_all(door, situation); };
    EXPECT_EQ(run_in_child(body, 100).complaint(), "");
}

TEST_P(AccountedCall, AbandonedAtAnyInstructionItLeavesAtMostOneObjectAndItsCharge)
{
    const auto &[door, situation] = GetParam();
    auto body = [&door = door, &situation = situation]
    { return abandon_everywhere(door, situation); };
    EXPECT_EQ(run_in_child(body, 100).complaint(), "");
}

INSTANTIATE_TEST_SUITE_P(Calls, AccountedCall,
                         testing::Combine(testing::Values(direct_door(), exported_door(), normal_door()),
                                          testing::ValuesIn(situations())),
                         [](const testing::TestParamInfo<std::tuple<Door, Situation>> &info) {
                             return std::string(std::get<1>(info.param).name) + "_" +
                                    std::get<0>(info.param).name;
                         });
