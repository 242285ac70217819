// SPDX-License-Identifier: MIT
#include "program.h"

#include "signals.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <numeric>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace proof
{
namespace
{
struct Arguments
{
    bool list = false;
    std::vector<const char *> paths;
    double budget = 0;
    const char *pcs = nullptr;
};

bool parse(int argc, char **argv, Arguments &into)
{
    for (int i = 1; i < argc; i++)
    {
        const char *value = i + 1 < argc ? argv[i + 1] : nullptr;
        if (strcmp(argv[i], "--list") == 0)
        {
            into.list = true;
            continue;
        }
        if (value == nullptr)
            return false;
        if (strcmp(argv[i], "--path") == 0)
            into.paths.push_back(value);
        else if (strcmp(argv[i], "--budget") == 0)
            into.budget = atof(value);
        else if (strcmp(argv[i], "--pcs") == 0)
            into.pcs = value;
        else
            return false;
        i++;
    }
    return true;
}

bool is_wanted(const Arguments &arguments, const Situation &situation)
{
    bool wanted = arguments.paths.empty();
    for (const char *path : arguments.paths)
        wanted |= strstr(situation.name, path) != nullptr;
    return wanted;
}

bool has_two_doors(const Situation &situation)
{
    std::string function = function_of(situation);
    return function == "kmalloc_nolock" || function == "kfree_nolock";
}

// Waits for the child's end; kills it when it makes no progress.
std::string watch(pid_t child, const Board &board, unsigned patience)
{
    pollfd wanted = {int(syscall(SYS_pidfd_open, child, 0)), POLLIN, 0};
    uint64_t beat = board.beat();
    bool hung = false;
    for (unsigned quiet = 0; poll(&wanted, 1, 1000) == 0 && !hung; quiet++)
    {
        if (board.beat() != beat)
            quiet = 0;
        beat = board.beat();
        hung = quiet >= patience;
        if (hung)
            kill(child, SIGKILL);
    }
    close(wanted.fd);
    int status = 0;
    waitpid(child, &status, 0);
    if (hung)
        return "no progress: " + board.now_doing();
    if (WIFSIGNALED(status))
        return std::string("ended by ") + strsignal(WTERMSIG(status)) + ": " + board.now_doing();
    return status == 0 ? "" : "the child gave up: " + board.now_doing();
}

// The library's reports of bad input are wanted here and not looked at.
void be_quiet()
{
    int null = open("/dev/null", O_WRONLY);
    dup2(null, STDERR_FILENO);
    close(null);
}

void run_job(const Program &program, const Situation &situation, const Door &door, Board &board,
             double seconds)
{
    board.clear();
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
    {
        be_quiet();
        unsetenv("NOLOCKALLOC_OPTIONS");
        if (*situation.options != 0)
            setenv("NOLOCKALLOC_OPTIONS", situation.options, 1);
        Job job(situation, door, program.check, board, seconds);
        program.run(job);
        _exit(0);
    }
    std::string complaint = watch(child, board, program.seconds_without_progress);
    if (board.rows() == 0)
        board.begin_row(program.check, function_of(situation), situation.name, door.name, 1);
    if (complaint.empty() && board.failures() == 0 && board.has_an_idle_row())
        complaint = "nothing was done";
    if (!complaint.empty())
        fail(board.last_row(), complaint);
}
} // namespace

double seconds_now()
{
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return double(now.tv_sec) + double(now.tv_nsec) / 1e9;
}

Job::Job(const Situation &situation, const Door &door, const char *check, Board &board,
         double seconds)
    : situation(situation), door(door), board(board), _check(check), _start(seconds_now()),
      _seconds(seconds)
{
}

Row &Job::begin_row(unsigned depth, const char *check)
{
    return board.begin_row(check ? check : _check, function_of(situation), situation.name,
                           door.name, depth);
}

const char *function_of(const Situation &situation)
{
    switch (situation.operation)
    {
    case Operation::Allocate:
        return "kmalloc_nolock";
    case Operation::Free:
        return "kfree_nolock";
    case Operation::Trim:
        return "nolockalloc_trim";
    case Operation::Drain:
        return "nolockalloc_drain";
    case Operation::Stats:
        return "nolockalloc_stats";
    case Operation::Slabinfo:
        return "nolockalloc_slabinfo";
    case Operation::Own:
        break;
    }
    return situation.function;
}

// Part of the budget. What the ways between the fast and the long ones want is known; they get it,
// and fast ones leave most of it to the next. A trace by the trap flag alone takes seconds where a
// call is that long.
static double weight_of(const Situation &situation)
{
    if (situation.reached != nullptr)
        return 8;
    bool is_long = situation.process == Process::Fresh || situation.operation == Operation::Trim ||
                   situation.operation == Operation::Slabinfo;
    return is_long ? 4 : 1;
}

int run_program(const Program &program, int argc, char **argv)
{
    Arguments arguments;
    if (!parse(argc, argv, arguments))
    {
        fprintf(stderr, "usage: [--list] [--path NAME] [--budget SECONDS] [--pcs FILE]\n");
        return 2;
    }
    std::vector<std::pair<const Situation *, const Door *>> jobs;
    for (const Situation &situation : program.situations)
    {
        if (!is_wanted(arguments, situation))
            continue;
        if (arguments.list)
            puts(situation.name);
        jobs.push_back({&situation, &direct_door()});
        if (has_two_doors(situation))
            jobs.push_back({&situation, &exported_door()});
    }
    if (arguments.list)
        return 0;
    Board &board = Board::make();
    double end = seconds_now() + (arguments.budget > 0 ? arguments.budget : program.budget);
    uint64_t failures = jobs.empty();
    double weight_left = 0;
    for (const auto &job : jobs)
        weight_left += weight_of(*job.first);
    for (size_t i = 0; i < jobs.size(); i++)
    {
        double start = seconds_now();
        double weight = weight_of(*jobs[i].first);
        double share = std::max(0.0, end - start) * weight / weight_left;
        weight_left -= weight;
        run_job(program, *jobs[i].first, *jobs[i].second, board, share);
        board.print();
        failures += board.failures();
        failures += arguments.pcs != nullptr && !board.write_code(arguments.pcs);
        fprintf(stderr, "%s %zu/%zu %s %s: %.1f s%s\n", program.check, i + 1, jobs.size(),
                jobs[i].first->name, jobs[i].second->name, seconds_now() - start,
                board.failures() ? ", FAILED" : "");
    }
    return failures == 0 ? 0 : 1;
}

std::vector<uint32_t> shuffled(size_t count, uint64_t seed)
{
    std::vector<uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0u);
    Random random(seed);
    for (size_t i = count; i > 1; i--)
        std::swap(order[i - 1], order[random.below(i)]);
    return order;
}
} // namespace proof
