// SPDX-License-Identifier: MIT
//
// Pretended nodes (NOLOCKALLOC_OPTIONS=nodes=N): a thread is on the node of the processor that it is bound to.
#ifndef NOLOCKALLOC_TESTS_NODES_H
#define NOLOCKALLOC_TESTS_NODES_H

#include "nolockalloc.h"

#include <sched.h>
#include <vector>

// The processors that the process may use.
inline std::vector<int> processors()
{
    cpu_set_t allowed;
    sched_getaffinity(0, sizeof allowed, &allowed);
    std::vector<int> all;
    for (int i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &allowed))
            all.push_back(i);
    return all;
}

// Binds the calling thread to a processor for the length of a scope.
class OnProcessor
{
  public:
    explicit OnProcessor(int processor)
    {
        sched_getaffinity(0, sizeof _before, &_before);
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(processor, &one);
        sched_setaffinity(0, sizeof one, &one);
    }
    ~OnProcessor()
    {
        sched_setaffinity(0, sizeof _before, &_before);
    }
    OnProcessor(const OnProcessor &) = delete;

  private:
    cpu_set_t _before;
};

// Binds the calling thread to some processor; here() is its node and there() the other one of two.
class OnOneNode
{
  public:
    static int here()
    {
        return numa_node_id();
    }
    static int there()
    {
        return 1 - here();
    }

  private:
    OnProcessor _bound{processors().front()};
};

#endif
