// SPDX-License-Identifier: MIT
//
// malloc and free, of whichever library serves them. In a program whose handlers allocate as well,
// every call has to be made with all signals blocked.
#ifndef BENCH_DOOR_H
#define BENCH_DOOR_H

#include <csignal>
#include <cstdlib>

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

inline void *allocate(std::size_t size)
{
    return std::malloc(size);
}

inline void release(void *object)
{
    std::free(object);
}

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

inline const void *entry()
{
    return reinterpret_cast<const void *>(&std::malloc);
}

} // namespace door

#endif
