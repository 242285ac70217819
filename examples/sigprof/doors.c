/* SPDX-License-Identifier: MIT */
/*
 * The other ways out of a process, where no destructor runs. _exit() gets its report all the same,
 * unless it is called in a signal handler, where the report, which uses malloc and stdio, may not
 * be written. exec() ends the profile without a report: the new image has the same pid and its own
 * one. A process that is killed writes nothing.
 */
#include <dlfcn.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "prof.h"

#define DOOR __attribute__((visibility("default")))

typedef int exec_function(const char *, char *const[]);
typedef int exec_with_environment(const char *, char *const[], char *const[]);

_Noreturn DOOR void _exit(int status)
{
    if (!prof_in_signal_handler())
        prof_end();
    for (;;)
        syscall(SYS_exit_group, status);
}

_Noreturn DOOR void _Exit(int status)
{
    _exit(status);
}

DOOR int execve(const char *path, char *const arguments[], char *const environment[])
{
    exec_with_environment *real;

    *(void **)&real = dlsym(RTLD_NEXT, "execve");
    thread_before_exec();
    return real(path, arguments, environment);
}

DOOR int execv(const char *path, char *const arguments[])
{
    exec_function *real;

    *(void **)&real = dlsym(RTLD_NEXT, "execv");
    thread_before_exec();
    return real(path, arguments);
}

DOOR int execvp(const char *file, char *const arguments[])
{
    exec_function *real;

    *(void **)&real = dlsym(RTLD_NEXT, "execvp");
    thread_before_exec();
    return real(file, arguments);
}
