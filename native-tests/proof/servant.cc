// SPDX-License-Identifier: MIT
#include "servant.h"

#include <cerrno>
#include <cstdlib>
#include <time.h>
#include <unistd.h>

namespace proof
{
Servant::Servant()
{
    sem_init(&_wanted, 0, 0);
    sem_init(&_done, 0, 0);
    if (pthread_create(&_thread, nullptr, live, this) != 0)
        abort();
}

Servant::~Servant()
{
    _ends = true;
    sem_post(&_wanted);
    pthread_join(_thread, nullptr);
    sem_destroy(&_wanted);
    sem_destroy(&_done);
}

void *Servant::live(void *self)
{
    auto *servant = static_cast<Servant *>(self);
    for (;;)
    {
        while (sem_wait(&servant->_wanted) != 0)
            continue;
        if (servant->_ends)
            return nullptr;
        servant->_task();
        sem_post(&servant->_done);
    }
}

void Servant::begin(const std::function<void()> &task)
{
    _task = task;
    sem_post(&_wanted);
}

bool Servant::wait(double seconds)
{
    timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += time_t(seconds);
    int result;
    while ((result = sem_timedwait(&_done, &end)) != 0 && errno == EINTR)
        continue;
    return result == 0;
}

void Servant::wait()
{
    while (sem_wait(&_done) != 0)
        continue;
}

void Servant::perform(const std::function<void()> &task)
{
    begin(task);
    wait();
}

Servant &OwnServant::get()
{
    if (_process != getpid())
        _servant = new Servant;
    _process = getpid();
    return *_servant;
}

void on_a_thread_that_ends(const std::function<void()> &task)
{
    auto body = [](void *task) -> void *
    {
        (*static_cast<const std::function<void()> *>(task))();
        return nullptr;
    };
    pthread_t thread;
    if (pthread_create(&thread, nullptr, body, const_cast<std::function<void()> *>(&task)) != 0 ||
        pthread_join(thread, nullptr) != 0)
        abort();
}
} // namespace proof
