// SPDX-License-Identifier: MIT
//
// Groups for the length of a scope, and what they tell.
#ifndef NOLOCKALLOC_TESTS_MEMCG_H
#define NOLOCKALLOC_TESTS_MEMCG_H

#include "doors.h"
#include "written.h"

#include "nolockalloc/memcg.h"

#include <cerrno>
#include <csignal>
#include <functional>
#include <unistd.h>

using nolockalloc_memcg_stats_t = struct nolockalloc_memcg_stats;

inline nolockalloc_memcg_stats_t stats_of(struct nolockalloc_memcg *group)
{
    nolockalloc_memcg_stats_t stats = {};
    stats.version = NOLOCKALLOC_MEMCG_STATS_VERSION;
    EXPECT_EQ(nolockalloc_memcg_stats(group, &stats), 0);
    return stats;
}

struct Group
{
    explicit Group(uint64_t limit = NOLOCKALLOC_MEMCG_NO_LIMIT,
                   struct nolockalloc_memcg *parent = nullptr)
        : handle(nolockalloc_memcg_create(parent, limit))
    {
    }
    ~Group()
    {
        nolockalloc_memcg_put(handle);
    }
    Group(const Group &) = delete;

    nolockalloc_memcg_stats_t stats() const
    {
        return stats_of(handle);
    }

    struct nolockalloc_memcg *handle;
};

// The group is current on this thread for the length of a scope.
class Active
{
  public:
    explicit Active(const Group &group) : _before(nolockalloc_memcg_set_active(group.handle))
    {
    }
    ~Active()
    {
        nolockalloc_memcg_set_active(_before);
    }
    Active(const Active &) = delete;

  private:
    struct nolockalloc_memcg *_before;
};

// Takes something inside a group in the group, gives that group's own reference back, then what was taken, in a
// handler.
inline void expect_the_last_reference_may_go_in_a_handler(
    const Group &group, const std::function<void()> &take, void (*give_back)(int))
{
    struct nolockalloc_memcg *inner = nolockalloc_memcg_create(group.handle, 1 << 20);
    {
        nolockalloc_memcg_scope(inner);
        take();
    }
    nolockalloc_memcg_put(inner);
    EXPECT_EQ(group.stats().holders, 2u);
    signal(SIGUSR1, give_back);
    raise(SIGUSR1);
    EXPECT_EQ(group.stats().holders, 1u);
    EXPECT_EQ(nolockalloc_memcg_get(inner), -EINVAL);
}

// Through both doors, with a group.
class Accounting : public EveryDoor
{
  protected:
    Group group;
    void *accounted(size_t size)
    {
        return allocate(size, __GFP_ACCOUNT);
    }
};

#endif
