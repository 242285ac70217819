// SPDX-License-Identifier: MIT
#include "child.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <map>
#include <poll.h>
#include <sstream>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vector>

namespace
{
constexpr const char *kOptions = "NOLOCKALLOC_OPTIONS";
constexpr const char *kRole = "NLA_TEST_ROLE";

std::map<std::string, int (*)()> &roles()
{
    static std::map<std::string, int (*)()> all;
    return all;
}

double seconds_now()
{
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return double(now.tv_sec) + double(now.tv_nsec) / 1e9;
}

// Reads what there is. Returns false at the end of the file.
bool read_some(int fd, std::string &into)
{
    char buffer[4096];
    ssize_t got = read(fd, buffer, sizeof buffer);
    if (got > 0)
        into.append(buffer, size_t(got));
    return got > 0;
}

ChildResult watch(pid_t child, int error_fd, unsigned seconds)
{
    ChildResult result = {false, -1, 0, ""};
    int process_fd = int(syscall(SYS_pidfd_open, child, 0));
    double end = seconds_now() + double(seconds) * NLA_SLOWNESS;
    pollfd wanted[2] = {{process_fd, POLLIN, 0}, {error_fd, POLLIN, 0}};
    while (!(wanted[0].revents & POLLIN))
    {
        int left = int((end - seconds_now()) * 1000);
        result.hung = left <= 0;
        if (result.hung)
            break;
        if (poll(wanted, 2, left) > 0 && wanted[1].revents && !read_some(error_fd, result.error))
            wanted[1].fd = -1;
    }
    if (result.hung)
        kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    while (poll(&wanted[1], 1, 0) > 0 && (wanted[1].revents & POLLIN) &&
           read_some(error_fd, result.error))
        continue;
    if (WIFEXITED(status))
        result.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status))
        result.signal = WTERMSIG(status);
    close(process_fd);
    close(error_fd);
    return result;
}

std::vector<char *> own_arguments()
{
    static std::vector<std::string> words;
    std::ifstream file("/proc/self/cmdline");
    std::string word;
    while (std::getline(file, word, '\0'))
        words.push_back(word);
    std::vector<char *> arguments;
    for (std::string &argument : words)
        arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    return arguments;
}
} // namespace

std::string ChildResult::complaint() const
{
    if (!hung && exit_code == 0)
        return "";
    std::ostringstream out;
    if (hung)
        out << "did not end in time";
    else if (signal != 0)
        out << "ended by signal " << signal << " (" << strsignal(signal) << ")";
    else
        out << "exit code " << exit_code;
    out << "\n" << error;
    return out.str();
}

ChildResult run_in_child(const std::function<int()> &body, unsigned seconds)
{
    int ends[2];
    if (pipe(ends) != 0)
        abort();
    pid_t child = fork();
    if (child == 0)
    {
        close(ends[0]);
        dup2(ends[1], STDERR_FILENO);
        close(ends[1]);
        _exit(body());
    }
    close(ends[1]);
    return watch(child, ends[0], seconds);
}

ChildResult run_in_child_with(const char *options, const std::function<int()> &body, unsigned seconds)
{
    auto body_with_options = [&]
    {
        setenv(kOptions, options, 1);
        return body();
    };
    return run_in_child(body_with_options, seconds);
}

Role::Role(const char *name, int (*body)())
{
    roles()[name] = body;
}

void (*before_role)();

ChildResult run_role(const char *name, const char *options, unsigned seconds)
{
    return run_in_child(
        [=]() -> int
        {
            setenv(kRole, name, 1);
            setenv(kOptions, options, 1);
            char word[] = "role", *arguments[] = {word, nullptr};
            execute_self(arguments);
        },
        seconds);
}

RunUnderOptions::RunUnderOptions(const char *options)
{
    const char *now = getenv(kOptions);
    if (getenv(kRole) != nullptr || (now != nullptr && strcmp(now, options) == 0))
        return;
    setenv(kOptions, options, 1);
    execute_self(own_arguments().data());
}

int main(int argc, char **argv)
{
    if (const char *role = getenv(kRole))
    {
        auto found = roles().find(role);
        if (before_role != nullptr)
            before_role();
        return found == roles().end() ? 126 : found->second();
    }
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
