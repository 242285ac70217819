/* SPDX-License-Identifier: MIT */
/* One command: its output goes to a log, its time comes from the kernel. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "demo.h"

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static _Noreturn void become(const char *const command[], const char *log, const char *profiler,
                             const char *prefix, const char *clock)
{
    int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    if (fd >= 0)
    {
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
        close(fd);
    }
    if (profiler != NULL)
    {
        setenv("LD_PRELOAD", profiler, 1);
        setenv("NOLOCKPROF_OUT", prefix, 1);
        setenv("NOLOCKPROF_CLOCK", clock, 1);
    }
    execvp(command[0], (char *const *)command);
    perror(command[0]);
    _exit(127);
}

double run_command(const char *const command[], const char *log, const char *profiler,
                   const char *prefix, const char *clock)
{
    struct rusage usage;
    int status;
    pid_t child;

    fflush(NULL);
    child = fork();
    if (child == 0)
        become(command, log, profiler, prefix, clock);
    if (child < 0 || wait4(child, &status, 0, &usage) != child)
        return -1;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    {
        fprintf(stderr, "demo: %s failed (status %#x), see %s\n", command[0], (unsigned)status,
                log);
        return -1;
    }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}
