// SPDX-License-Identifier: MIT
//
// The two doors of the library: the functions exported from C#, found by dlsym() as FFI finds
// them, and the direct entries that plain calls reach through the header's macros.
#ifndef NOLOCKALLOC_TESTS_DOORS_H
#define NOLOCKALLOC_TESTS_DOORS_H

#include "nolockalloc.h"

#include <gtest/gtest.h>
#include <ostream>
#include <string>
#include <vector>

struct Door
{
    const char *name;
    void *(*allocate)(size_t size, gfp_t gfp_flags, int node);
    void (*free)(const void *object);
};

// Context: any, once the program is loaded.
const Door &direct_door();
const Door &exported_door();

inline void PrintTo(const Door &door, std::ostream *out)
{
    *out << door.name;
}

// A suite that runs once through each door: class X : public EveryDoor {}; THROUGH_BOTH_DOORS(X);
class EveryDoor : public testing::TestWithParam<Door>
{
  protected:
    const Door &door = GetParam();

    void *allocate(size_t size, gfp_t gfp_flags = 0) const
    {
        return door.allocate(size, gfp_flags, NUMA_NO_NODE);
    }
};

#define THROUGH_BOTH_DOORS(suite)                                                                  \
    INSTANTIATE_TEST_SUITE_P(Doors, suite, testing::Values(direct_door(), exported_door()),        \
                             [](const testing::TestParamInfo<Door> &info)                          \
                             { return std::string(info.param.name); })

#endif
