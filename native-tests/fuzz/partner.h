// SPDX-License-Identifier: MIT
//
// The second thread: it does what it is told, while the first waits.
#ifndef NOLOCKALLOC_FUZZ_PARTNER_H
#define NOLOCKALLOC_FUZZ_PARTNER_H

#include <functional>
#include <semaphore.h>
#include <thread>

namespace fuzz
{
class Partner
{
  public:
    Partner();
    ~Partner();
    Partner(const Partner &) = delete;

    void run(const std::function<void()> &task); // starts the thread if there is none
    void end();                                  // it starts anew when it is needed

  private:
    void work();

    std::thread _thread;
    sem_t _wanted, _done;
    const std::function<void()> *_task = nullptr; // nullptr: end
};
} // namespace fuzz

#endif
