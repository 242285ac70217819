// SPDX-License-Identifier: MIT
#include "trim.h"

#include <cstddef>
#include <dlfcn.h>
#include <malloc.h>

namespace
{

/* The function of a library that may have been preloaded. */
template <typename Function> Function *find(const char *name)
{
    return reinterpret_cast<Function *>(dlsym(RTLD_DEFAULT, name));
}

using Mallctl = int(const char *, void *, std::size_t *, void *, std::size_t);

bool trim_jemalloc()
{
    static Mallctl *const mallctl = find<Mallctl>("mallctl");
    constexpr const char *all_arenas = "arena.4096.purge"; // MALLCTL_ARENAS_ALL
    return mallctl != nullptr &&
           mallctl("thread.tcache.flush", nullptr, nullptr, nullptr, 0) == 0 &&
           mallctl(all_arenas, nullptr, nullptr, nullptr, 0) == 0;
}

bool trim_tcmalloc()
{
    static auto *const release = find<void()>("MallocExtension_ReleaseFreeMemory");
    static auto *const flush = find<void()>("MallocExtension_MarkThreadIdle");
    if (release == nullptr)
    {
        return false;
    }
    if (flush != nullptr)
    {
        flush();
    }
    release();
    return true;
}

bool trim_mimalloc()
{
    static auto *const collect = find<void(bool)>("mi_collect");
    if (collect == nullptr)
    {
        return false;
    }
    collect(true);
    return true;
}

} // namespace

void trim_malloc()
{
    if (!trim_jemalloc() && !trim_tcmalloc() && !trim_mimalloc())
    {
        malloc_trim(0); // glibc's, or ours
    }
}
