// SPDX-License-Identifier: MIT
//
// What the library is in the middle of when a system call fails.
#ifndef NOLOCKALLOC_TESTS_REFUSED_SCENES_H
#define NOLOCKALLOC_TESTS_REFUSED_SCENES_H

#include "ledger.h"
#include "refusals.h"

#include <ostream>
#include <vector>

struct Scene
{
    const char *name;
    const char *options;
    size_t least_calls; // there is something to refuse
    void (*prepare)(Ledger &ledger);
    size_t (*act)(Ledger &ledger); // returns how often it got NULL
};

const std::vector<Scene> &all_scenes();

inline void PrintTo(const Scene &scene, std::ostream *out)
{
    *out << scene.name;
}

#endif
