// SPDX-License-Identifier: MIT
//
// Real signals: handlers, signals to one thread, timers of one thread that its handler winds up
// again, alternate stacks.
#ifndef NOLOCKALLOC_TESTS_SIGNALS_H
#define NOLOCKALLOC_TESTS_SIGNALS_H

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <sys/types.h>

using Handler = void (*)(int signal_number, siginfo_t *info, void *context);

// Installs a handler for the length of a scope. flags are added to SA_SIGINFO | SA_RESTART.
class Handling
{
  public:
    Handling(int signal_number, Handler handler, int flags = 0);
    ~Handling();
    Handling(const Handling &) = delete;

  private:
    int _signal_number;
    struct sigaction _before;
};

pid_t thread_id();
bool send_signal(pid_t thread, int signal_number);

// A timer that sends a signal to the thread that made it. Context of wind: any.
class ThreadTimer
{
  public:
    ThreadTimer(int signal_number, clockid_t clock);
    ~ThreadTimer();
    ThreadTimer(const ThreadTimer &) = delete;

    void wind(long nanoseconds) const;   // once
    void repeat(long nanoseconds) const; // at most as fast as the kernel delivers

  private:
    timer_t _timer;
};

// Gives the calling thread an alternate signal stack for the length of a scope.
class AlternateStack
{
  public:
    AlternateStack();
    ~AlternateStack();
    AlternateStack(const AlternateStack &) = delete;

    static constexpr size_t kBytes = 256 << 10;

  private:
    stack_t _before;
    void *_memory;
};

// xorshift64*: a random number generator that a handler can own.
class Random
{
  public:
    explicit Random(uint64_t seed) : _state(seed * 0x9e3779b97f4a7c15u + 1)
    {
    }
    uint64_t next()
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return _state * 0x2545f4914f6cdd1du >> 11;
    }
    uint64_t below(uint64_t limit)
    {
        return next() % limit;
    }

  private:
    uint64_t _state;
};

#endif
