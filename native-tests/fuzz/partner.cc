// SPDX-License-Identifier: MIT
#include "partner.h"

#include <cerrno>

namespace fuzz
{
namespace
{
void wait_for(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0 && errno == EINTR)
        continue;
}
} // namespace

Partner::Partner()
{
    sem_init(&_wanted, 0, 0);
    sem_init(&_done, 0, 0);
}

Partner::~Partner()
{
    end();
    sem_destroy(&_wanted);
    sem_destroy(&_done);
}

void Partner::work()
{
    for (;;)
    {
        wait_for(&_wanted);
        if (_task == nullptr)
            return;
        (*_task)();
        sem_post(&_done);
    }
}

void Partner::run(const std::function<void()> &task)
{
    if (!_thread.joinable())
        _thread = std::thread([this] { work(); });
    _task = &task;
    sem_post(&_wanted);
    wait_for(&_done);
}

void Partner::end()
{
    if (!_thread.joinable())
        return;
    _task = nullptr;
    sem_post(&_wanted);
    _thread.join();
}
} // namespace fuzz
