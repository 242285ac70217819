// SPDX-License-Identifier: MIT
//
// A forked child that says in words what went wrong in it.
#ifndef NOLOCKALLOC_PROOF_FORKED_H
#define NOLOCKALLOC_PROOF_FORKED_H

#include <functional>
#include <string>
#include <sys/types.h>

namespace proof
{
class Child
{
  public:
    Child();
    ~Child();
    Child(const Child &) = delete;

    static constexpr unsigned kSeconds = 240; // after which it is killed; much, for machines that are busy

    // Runs body in a child. "" if body said so.
    std::string run(const std::function<std::string()> &body);

    // The same in parts, for a fork in a handler.
    pid_t fork_here(); // runs no handlers of the C library
    [[noreturn]] void end(const std::string &complaint);
    std::string wait_for(pid_t child);

  private:
    struct Answer
    {
        char text[800];
        bool is_complete;
    } * _answer; // shared
};
} // namespace proof

#endif
