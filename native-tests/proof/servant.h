// SPDX-License-Identifier: MIT
//
// A Servant is another thread that does what it is told, one thing at a time, and sleeps in
// between: it is in the library only while it is being waited for.
#ifndef NOLOCKALLOC_PROOF_SERVANT_H
#define NOLOCKALLOC_PROOF_SERVANT_H

#include <functional>
#include <pthread.h>
#include <semaphore.h>
#include <sys/types.h>

namespace proof
{
class Servant
{
  public:
    Servant();
    ~Servant();
    Servant(const Servant &) = delete;

    void perform(const std::function<void()> &task); // and waits
    void begin(const std::function<void()> &task);   // and does not
    bool wait(double seconds);                       // false: it is not done yet
    void wait();

  private:
    static void *live(void *self);

    pthread_t _thread;
    sem_t _wanted, _done;
    std::function<void()> _task;
    bool _ends = false;
};

// A thread of this process's own, also in a forked child, where a parent's threads are not.
class OwnServant
{
  public:
    Servant &get();

  private:
    Servant *_servant = nullptr;
    pid_t _process = 0;
};

// Runs the task on a thread that ends with it.
void on_a_thread_that_ends(const std::function<void()> &task);
} // namespace proof

#endif
