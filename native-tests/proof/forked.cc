// SPDX-License-Identifier: MIT
#include "forked.h"

#include <cstdio>
#include <cstring>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace proof
{
Child::Child()
    : _answer(static_cast<Answer *>(
          mmap(nullptr, sizeof(Answer), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)))
{
}

Child::~Child()
{
    munmap(_answer, sizeof *_answer);
}

std::string Child::run(const std::function<std::string()> &body)
{
    *_answer = {};
    pid_t child = fork();
    if (child == 0)
    {
        alarm(kSeconds);
        end(body());
    }
    return wait_for(child);
}

pid_t Child::fork_here()
{
    *_answer = {};
    pid_t child = _Fork();
    if (child == 0)
        alarm(kSeconds);
    return child;
}

void Child::end(const std::string &complaint)
{
    snprintf(_answer->text, sizeof _answer->text, "%s", complaint.c_str());
    _answer->is_complete = true;
    _exit(0);
}

std::string Child::wait_for(pid_t child)
{
    int status = 0;
    waitpid(child, &status, 0);
    if (_answer->is_complete)
        return _answer->text;
    if (WIFSIGNALED(status))
        return std::string("the child ended by ") + strsignal(WTERMSIG(status));
    return "the child ended with status " + std::to_string(status);
}
} // namespace proof
