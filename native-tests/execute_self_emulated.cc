// SPDX-License-Identifier: MIT
//
// In the place of execute_self.cc where the tests run under an emulator of user programs: to the kernel /proc/self/exe
// is the emulator, which must be told its program and where that one's libraries are.
#include "child.h"

#include <climits>
#include <unistd.h>
#include <vector>

void execute_self(char *const arguments[])
{
    static char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        _exit(127);
    std::vector<const char *> words = {NLA_EMULATOR_WORDS, program};
    for (char *const *word = arguments + 1; *word != nullptr; word++)
        words.push_back(*word);
    words.push_back(nullptr);
    execv(words[0], const_cast<char *const *>(words.data()));
    _exit(127);
}
