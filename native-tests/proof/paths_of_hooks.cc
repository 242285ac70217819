// SPDX-License-Identifier: MIT
//
// Calls with a callback at each point that may have one.
#include "paths.h"

#include <nolockalloc/hook.h>

#include <unistd.h>

namespace proof
{
namespace
{
void be_called_back(int, void *)
{
}

void hook_each_point(Interruption &on)
{
    static pid_t process; // and what it forks
    if (process != 0)
        return;
    process = getpid();
    for (int point = NOLOCKALLOC_HOOK_SLOW_ALLOC; point < NOLOCKALLOC_HOOK_POINTS; point++)
        complain_if(on, nolockalloc_hook_register(point, be_called_back, nullptr) != 0);
}

// Slabs come, and go back.
void come_and_go(Interruption &on)
{
    nolockalloc_trim();
    for (int i = 0; i < 80; i++)
        on.own.allocate(1024, i % 8 == 0 ? __GFP_ZERO : 0);
    while (on.own.size() > 0)
        on.own.free_oldest();
    nolockalloc_trim();
}

void allocate_and_free(Interruption &on)
{
    on.door().free(on.door().allocate(64, 0, NUMA_NO_NODE));
}

void unregister_what_is_not_there(Interruption &on)
{
    complain_if(on, nolockalloc_hook_unregister(NOLOCKALLOC_HOOK_POINTS, be_called_back, &on) == 0 ||
                        nolockalloc_hook_unregister(NOLOCKALLOC_HOOK_DRAIN, be_called_back, &on) == 0);
}
} // namespace

void add_hooks(std::vector<Situation> &to)
{
    to.push_back(own_path("HookedAllocationsAndFrees", "kmalloc_nolock", come_and_go, hook_each_point));
    to.push_back(own_path("UnregisterWhatIsNotThere", "nolockalloc_hook_unregister", unregister_what_is_not_there));
    to.push_back(own_path("HookedWithoutAThreadBlock", "kmalloc_nolock", allocate_and_free, hook_each_point));
    to.back().options = "threads=1";
    to.back().on_a_new_thread = true;
}
} // namespace proof
