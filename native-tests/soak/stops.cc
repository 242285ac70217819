// SPDX-License-Identifier: MIT
#include "stops.h"

#include "signals.h"

#include <atomic>
#include <cerrno>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

namespace soak
{
namespace
{
enum : uint32_t
{
    Free,
    Asked,
    Stopped,
};

struct Place
{
    std::atomic<pid_t> thread;
    std::atomic<uint32_t> gate;
};

constexpr size_t kAtOnce = 3;
Place g_places[kMostPlaces];
thread_local Place *t_place;
std::atomic<uint64_t> g_stops;
std::atomic<bool> g_done;
std::thread g_stopper;

void on_stop(int, siginfo_t *, void *)
{
    int saved = errno;
    Place *place = t_place;
    uint32_t asked = Asked;
    if (place != nullptr && place->gate.compare_exchange_strong(asked, Stopped))
    {
        g_stops++;
        while (place->gate == Stopped)
            syscall(SYS_futex, &place->gate, FUTEX_WAIT_PRIVATE, Stopped, nullptr, nullptr, 0);
    }
    errno = saved;
}

void let_go(Place &place)
{
    place.gate = Free;
    syscall(SYS_futex, &place.gate, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

// Touches nothing but these words: whoever is stopped may hold any lock of this program.
void stop_some(size_t places)
{
    Random random(77);
    while (!g_done)
    {
        for (size_t i = 0; i < kAtOnce; i++)
        {
            Place &place = g_places[random.below(places)];
            pid_t thread = place.thread;
            if (thread == 0 || place.gate != Free)
                continue;
            place.gate = Asked;
            send_signal(thread, SIGUSR2);
        }
        usleep(useconds_t(1000 + random.below(50000)));
        for (size_t i = 0; i < places; i++)
            let_go(g_places[i]);
        usleep(useconds_t(1000 + random.below(20000)));
    }
}
} // namespace

void may_be_stopped(size_t place)
{
    t_place = &g_places[place];
    t_place->thread = thread_id();
}

void may_not_be_stopped()
{
    t_place->thread = 0;
    t_place = nullptr;
}

void start_stopping(size_t places)
{
    struct sigaction action = {};
    action.sa_sigaction = on_stop;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigfillset(&action.sa_mask); // no timer wakes who is stopped
    sigaction(SIGUSR2, &action, nullptr);
    g_stopper = std::thread(stop_some, places);
}

void end_stopping()
{
    g_done = true;
    g_stopper.join();
}

uint64_t stops()
{
    return g_stops;
}
} // namespace soak
