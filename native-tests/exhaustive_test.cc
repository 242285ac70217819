// SPDX-License-Identifier: MIT
//
// Depth one: at every machine instruction of a call, a handler uses the allocator (short_form.h says where in long
// calls). Afterwards no object was handed out twice, every byte is right, and nothing is lost.
#include "child.h"
#include "interruption.h"

class Interrupted : public testing::TestWithParam<std::tuple<Door, Situation>>
{
};

TEST_P(Interrupted, AtEveryInstructionTheHandlerMayUseTheAllocator)
{
    ChildResult result = run_in_child(
        [&door = std::get<0>(GetParam()), &situation = std::get<1>(GetParam())]
        {
            Interruption interruption(door, situation);
            size_t found = interruption.find() ? interruption.trace().count : 0;
            if (found == 0 || found > stepper::kMaxBoundaries)
            {
                fprintf(stderr, "the state was not reached\n");
                return 2;
            }
            std::string complaint = interrupt_everywhere(interruption, all_scripts());
            fprintf(stderr, "%s\n", complaint.c_str());
            return complaint.empty() ? 0 : 1;
        },
        100);
    EXPECT_EQ(result.complaint(), "");
}

INSTANTIATE_TEST_SUITE_P(Calls, Interrupted,
                         testing::Combine(testing::Values(direct_door(), exported_door()),
                                          testing::ValuesIn(all_situations())),
                         [](const testing::TestParamInfo<std::tuple<Door, Situation>> &info) {
                             return std::string(std::get<1>(info.param).name) + "_" +
                                    std::get<0>(info.param).name;
                         });
