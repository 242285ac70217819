// SPDX-License-Identifier: MIT
//
// What the walking stepper believes of instructions is what objdump says of each one in the library.
#include "x86_64/instruction.h"

#include "doors.h"
#include "stepper/stepper.h"

#include <cstdio>
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace
{
struct Line
{
    uintptr_t offset;
    std::string text;
};

// The instructions of the library; an empty text is where a function or padding begins.
std::vector<Line> disassembly()
{
    Dl_info library = {};
    dladdr(reinterpret_cast<const void *>(&nolockalloc_version), &library);
    std::string command = std::string("objdump -d --no-show-raw-insn ") + library.dli_fname;
    std::vector<Line> lines;
    FILE *output = popen(command.c_str(), "r");
    char line[512], text[256];
    unsigned long offset = 0;
    while (output != nullptr && fgets(line, sizeof line, output) != nullptr)
    {
        bool is_instruction = sscanf(line, " %lx: %255[^\n]", &offset, text) == 2;
        lines.push_back(is_instruction ? Line{offset, text} : Line{0, ""});
    }
    return pclose(output) == 0 ? lines : std::vector<Line>();
}

const uint8_t *at(uintptr_t offset)
{
    return stepper::code_at(stepper::library_base() + offset);
}
} // namespace

TEST(Instruction, IsAsLongAsObjdumpSaysOfEachOfTheLibrary)
{
    std::vector<Line> lines = disassembly();
    size_t seen = 0, wrong = 0;
    for (size_t i = 0; i + 1 < lines.size(); i++)
    {
        if (lines[i].text.empty() || lines[i + 1].text.empty())
            continue;
        seen++;
        bool is_right = stepper::machine::length_of(at(lines[i].offset)) == lines[i + 1].offset - lines[i].offset;
        wrong += !is_right;
        if (!is_right && wrong < 5)
            ADD_FAILURE() << lines[i].text;
    }
    EXPECT_GT(seen, 20000u);
    EXPECT_EQ(wrong, 0u);
}

TEST(Instruction, OfALengthThatIsNotKnownIsNone)
{
    const uint8_t with_vex[] = {0xc5, 0xf8, 0x77};
    EXPECT_EQ(stepper::machine::length_of(with_vex), 0u);
}
