// SPDX-License-Identifier: MIT
//
// Calls that have to do with nodes, interrupted, abandoned and forked in at every machine instruction.
#include "abandoned_call.h"
#include "child.h"
#include "interruption.h"
#include "nodes.h"

#include <sys/wait.h>
#include <unistd.h>

static RunUnderOptions g_options("nodes=2,arena=1m");

namespace
{
constexpr size_t kSize = 4096;

void take_all_of(Interruption &on, int node)
{
    while (void *object = on.door().allocate(kSize, 0, node))
    {
        if (nolockalloc_nid(object) != node)
        {
            on.door().free(object);
            return;
        }
        on.own.adopt(object, kSize);
    }
}
void nothing(Interruption &)
{
}
void fill_the_node(Interruption &on)
{
    take_all_of(on, OnOneNode::here());
}
void take_one_from_there(Interruption &on)
{
    on.pointer = on.door().allocate(kSize, 0, OnOneNode::there());
}
void take_one_from_each_node(Interruption &on)
{
    on.own.allocate(kSize);
    take_one_from_there(on);
}

// With a check of the node: what was interrupted may not get memory of another one.
void allocate_there(Interruption &on)
{
    void *object = on.door().allocate(kSize, 0, OnOneNode::there());
    if (nolockalloc_nid(object) != OnOneNode::there())
        on.own.complain("the object lies on another node");
    if (object != nullptr)
        on.own.adopt(object, kSize);
}
void allocate_anywhere(Interruption &on)
{
    if (void *object = on.door().allocate(kSize, 0, NUMA_NO_NODE))
        on.own.adopt(object, kSize);
    else
        on.own.complain("NULL, but the other node has memory");
}
void free_it(Interruption &on)
{
    on.door().free(on.pointer);
}
void allocate_and_free_a_page_there(Interruption &)
{
    free_pages_nolock(alloc_pages_nolock(0, OnOneNode::there(), 5), 5);
}
void write_json(Interruption &)
{
    nolockalloc_slabinfo_json(-1);
}

// may_be_lost: when it is abandoned, in objects of kSize.
Situation own(const char *name, Hook set_up, Hook call, size_t may_be_lost = 1)
{
    Situation situation = {name, Operation::Own, kSize, nullptr};
    situation.set_up = set_up;
    situation.call = call;
    situation.may_be_lost = may_be_lost;
    return situation;
}

const std::vector<Situation> &situations()
{
    static const std::vector<Situation> all = {
        own("AllocateOnAnotherNode", nothing, allocate_there),
        own("D1_AllocateWhereTheNodeIsFull", fill_the_node, allocate_anywhere),
        own("FreeAnotherNodesObject", take_one_from_each_node, free_it),
        own("FreeAnotherNodesObjectIntoAnEmptyArray", take_one_from_there, free_it),
        own("PagesOnAnotherNode", nothing, allocate_and_free_a_page_there,
            2 * kSlabBytes / kSize),
    };
    return all;
}

// ---- What the handlers do -----------------------------------------------------------------------

void use_both_nodes(Interruption &on)
{
    for (int node : {OnOneNode::there(), OnOneNode::here(), NUMA_NO_NODE})
        if (void *object = on.door().allocate(kSize, 0, node))
            on.nested.adopt(object, kSize);
    if (on.nested.size() > 0)
        on.nested.free_oldest();
}
void free_what_was_there(Interruption &on)
{
    if (on.foreign.size() > 0)
        on.foreign.free_newest();
}
void allocate_and_trim(Interruption &on)
{
    on.door().free(on.door().allocate(kSize, 0, OnOneNode::there()));
    nolockalloc_trim();
}
void fork_a_child_that_uses_both_nodes(Interruption &on)
{
    pid_t child = fork();
    if (child == 0)
    {
        void *first = on.door().allocate(kSize, 0, OnOneNode::there());
        void *second = on.door().allocate(64, 0, OnOneNode::here());
        on.door().free(first);
        on.door().free(second);
        _exit(first != nullptr && second != nullptr ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    if (status != 0)
        on.nested.complain("the child had no memory");
}

const std::vector<Interrupter> &handlers()
{
    static const std::vector<Interrupter> all = {
        {"uses both nodes", use_both_nodes},
        {"frees what lies on the other node", free_what_was_there},
        {"allocates and trims", allocate_and_trim},
        {"writes JSON", write_json},
        {"forks", fork_a_child_that_uses_both_nodes},
    };
    return all;
}

// For a handler to free.
void begin(Interruption &on)
{
    if (void *object = on.door().allocate(kSize, 0, OnOneNode::there()))
        on.foreign.adopt(object, kSize);
}

bool is_ready(Interruption &interruption)
{
    interruption.before_preparing = begin;
    return interruption.find() && interruption.trace().count >= 100;
}

int interrupt_everywhere_with_all(const Door &door, const Situation &situation)
{
    OnOneNode bound;
    Interruption interruption(door, situation);
    if (!is_ready(interruption))
        return 2;
    std::string complaint = interrupt_everywhere(interruption, 1, handlers());
    fprintf(stderr, "%s\n", complaint.c_str());
    return complaint.empty() ? 0 : 1;
}

// ---- Abandonment --------------------------------------------------------------------------------

// How many objects the node has, which are all there afterwards.
size_t capacity(const Door &door, int node)
{
    static std::vector<void *> objects;
    nolockalloc_trim();
    void *object;
    while (nolockalloc_nid(object = door.allocate(kSize, 0, node)) == node)
        objects.push_back(object);
    size_t count = objects.size();
    door.free(object);
    for (void *each : objects)
        door.free(each);
    objects.clear();
    nolockalloc_trim();
    return count;
}

int abandon_everywhere(const Door &door, const Situation &situation)
{
    OnOneNode bound;
    Interruption interruption(door, situation);
    if (!is_ready(interruption))
        return 2;
    size_t before = capacity(door, 0) + capacity(door, 1);
    for (const short_form::Stop &stop : interruption.stops(short_form::kOnceInAChild))
    {
        size_t i = stop.index;
        ChildResult result = run_in_child(
            [&]
            {
                interruption.prepare();
                abandon_deep_in_the_stack(interruption, i);
                use_the_stack_below();
                interruption.free_all();
                size_t after = capacity(door, 0) + capacity(door, 1);
                fprintf(stderr, "%zu objects of %zu are left\n", after, before);
                return after + situation.may_be_lost >= before && every_bucket_works(door) ? 0 : 1;
            });
        if (result.complaint().empty())
            continue;
        fprintf(stderr, "%s: %s\n", interruption.describe(i).c_str(), result.complaint().c_str());
        return 1;
    }
    return 0;
}
} // namespace

class NodeCall : public testing::TestWithParam<std::tuple<Door, Situation>>
{
};

TEST_P(NodeCall, AtEveryInstructionAHandlerMayUseBothNodes)
{
    const auto &[door, situation] = GetParam();
    auto body = [&door = door, &situation = situation]
    { return interrupt_everywhere_with_all(door, situation); };
    EXPECT_EQ(run_in_child(body, 100).complaint(), "");
}

TEST_P(NodeCall, AbandonedAtAnyInstructionItLosesOneObjectAtMost)
{
    const auto &[door, situation] = GetParam();
    auto body = [&door = door, &situation = situation]
    { return abandon_everywhere(door, situation); };
    EXPECT_EQ(run_in_child(body, 100).complaint(), "");
}

INSTANTIATE_TEST_SUITE_P(Calls, NodeCall,
                         testing::Combine(testing::Values(direct_door(), exported_door()),
                                          testing::ValuesIn(situations())),
                         [](const testing::TestParamInfo<std::tuple<Door, Situation>> &info) {
                             return std::string(std::get<1>(info.param).name) + "_" +
                                    std::get<0>(info.param).name;
                         });
