// SPDX-License-Identifier: MIT
//
// Tests that need a process of their own: a forked child with a time limit and its stderr kept, a
// fresh process that plays a role under given options, and a test program that runs under options.
// Time limits are those of the plain library; under a sanitizer they are longer (NLA_SLOWNESS).
#ifndef NOLOCKALLOC_TESTS_CHILD_H
#define NOLOCKALLOC_TESTS_CHILD_H

#include <functional>
#include <string>

struct ChildResult
{
    bool hung;         // killed, because it did not end in time
    int exit_code;     // -1 if it did not exit
    int signal;        // that ended it, or 0
    std::string error; // what it wrote on stderr

    // "" if it exited with 0, else what happened, with its stderr.
    std::string complaint() const;
};

// Forks; the child runs body and exits with its result, without exit handlers.
ChildResult run_in_child(const std::function<int()> &body, unsigned seconds = 20);

// The same with these options, which the library must not have read yet.
ChildResult run_in_child_with(const char *options, const std::function<int()> &body,
                              unsigned seconds = 20);

// Starts this program again in the place of itself.
[[noreturn]] void execute_self(char *const arguments[]);

// A role is a function that a fresh process runs in place of the tests.
struct Role
{
    Role(const char *name, int (*body)());
};
extern void (*before_role)(); // what such a process does first, if anything
ChildResult run_role(const char *name, const char *options, unsigned seconds = 20);

// Makes the whole test program run under NOLOCKALLOC_OPTIONS=options. Use at namespace scope.
struct RunUnderOptions
{
    explicit RunUnderOptions(const char *options);
};

#endif
