// SPDX-License-Identifier: MIT
//
// A call that allocates accounted memory and frees it, interrupted at every instruction by the same call, and
// abandoned at every one. "" if no byte went astray.
#ifndef NOLOCKALLOC_TESTS_MEMCG_EVERYWHERE_H
#define NOLOCKALLOC_TESTS_MEMCG_EVERYWHERE_H

#include "abandoned_call.h"
#include "child.h"
#include "interruption.h"
#include "memcg.h"

#include <cstdio>

namespace memcg_everywhere
{
inline Hook g_call;

inline Situation situation(Hook call)
{
    g_call = call;
    Situation own = {"ComeAndGo", Operation::Own, 64, nullptr};
    own.call = call;
    return own;
}

inline int interrupted(Hook call)
{
    Group group;
    Active active(group);
    Interruption interruption(direct_door(), situation(call));
    if (!interruption.find() || interruption.trace().count < 100)
        return 2;
    for (const short_form::Stop &stop : interruption.stops({2}))
    {
        size_t i = stop.index;
        auto inject = [](void *context, size_t) { g_call(*static_cast<Interruption *>(context)); };
        std::string complaint = interruption.run(i, inject, &interruption);
        if (complaint.empty() && group.stats().usage == 0 && group.stats().objects == 0)
            continue;
        fprintf(stderr, "%s: %s\n", interruption.describe(i).c_str(), complaint.c_str());
        return 1;
    }
    return 0;
}

inline int abandon(Interruption &interruption, size_t index, const Group &group, uint64_t bytes)
{
    interruption.prepare();
    abandon_deep_in_the_stack(interruption, index);
    use_the_stack_below();
    interruption.free_all();
    g_call(interruption);
    nolockalloc_memcg_stats_t stats = group.stats();
    bool is_right = stats.usage <= bytes && stats.objects <= 1 && stats.holders == 1;
    return is_right && interruption.complaints().empty() ? 0 : 1;
}

// At most one object of so many bytes stays charged.
inline int abandoned(Hook call, uint64_t bytes)
{
    Group group;
    Active active(group);
    Interruption interruption(direct_door(), situation(call));
    if (!interruption.find() || interruption.trace().count < 100)
        return 2;
    for (const short_form::Stop &stop : interruption.stops(short_form::kOnceInAChild))
    {
        size_t i = stop.index;
        ChildResult result = run_in_child([&] { return abandon(interruption, i, group, bytes); });
        if (result.complaint().empty())
            continue;
        fprintf(stderr, "%s: %s\n", interruption.describe(i).c_str(), result.complaint().c_str());
        return 1;
    }
    return 0;
}
} // namespace memcg_everywhere

#endif
