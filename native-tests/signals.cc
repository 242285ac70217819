// SPDX-License-Identifier: MIT
#include "signals.h"

#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

Handling::Handling(int signal_number, Handler handler, int flags) : _signal_number(signal_number)
{
    struct sigaction action = {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | SA_RESTART | flags;
    sigaction(signal_number, &action, &_before);
}

Handling::~Handling()
{
    struct sigaction ignore = {};
    ignore.sa_handler = SIG_IGN; // one that is pending would end the process
    sigaction(_signal_number, &ignore, nullptr);
    sigaction(_signal_number, &_before, nullptr);
}

pid_t thread_id()
{
    return pid_t(syscall(SYS_gettid));
}

bool send_signal(pid_t thread, int signal_number)
{
    return syscall(SYS_tgkill, getpid(), thread, signal_number) == 0;
}

ThreadTimer::ThreadTimer(int signal_number, clockid_t clock)
{
    struct sigevent event = {};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = signal_number;
    event.sigev_notify_thread_id = thread_id();
    if (timer_create(clock, &event, &_timer) != 0)
        abort();
}

ThreadTimer::~ThreadTimer()
{
    timer_delete(_timer);
}

// An emulator takes longer over a signal than the storm's handlers wait for the next one: handlers would interrupt
// handlers until the stack ends.
void ThreadTimer::wind(long nanoseconds) const
{
    nanoseconds *= NLA_TIMER_SLOWNESS;
    itimerspec once = {{0, 0}, {nanoseconds / 1000000000, nanoseconds % 1000000000}};
    timer_settime(_timer, 0, &once, nullptr);
}

void ThreadTimer::repeat(long nanoseconds) const
{
    timespec each = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    itimerspec often = {each, each};
    timer_settime(_timer, 0, &often, nullptr);
}

AlternateStack::AlternateStack()
{
    _memory = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    stack_t stack = {};
    stack.ss_sp = _memory;
    stack.ss_size = kBytes;
    sigaltstack(&stack, &_before);
}

AlternateStack::~AlternateStack()
{
    sigaltstack(&_before, nullptr);
    munmap(_memory, kBytes);
}
