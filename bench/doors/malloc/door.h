// SPDX-License-Identifier: MIT
//
// A malloc that may not be called in handlers. In a program whose handlers allocate as well, every
// call has to be made with all signals blocked.
#ifndef BENCH_DOOR_H
#define BENCH_DOOR_H

#include "doors/shared/malloc.h"

#include <csignal>

namespace door
{

class SignalsBlocked
{
  public:
    SignalsBlocked()
    {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }

    ~SignalsBlocked()
    {
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

    SignalsBlocked(const SignalsBlocked &) = delete;
    SignalsBlocked &operator=(const SignalsBlocked &) = delete;

  private:
    sigset_t before_;
};

inline void *allocate_anywhere(std::size_t size)
{
    SignalsBlocked now;
    return allocate(size);
}

inline void release_anywhere(void *object)
{
    SignalsBlocked now;
    release(object);
}

} // namespace door

#endif
