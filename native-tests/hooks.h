// SPDX-License-Identifier: MIT
//
// Callbacks inside the allocator for tests: every point that can have one, registered for the length of a
// scope, and a program that passes each of them.
#ifndef NOLOCKALLOC_TESTS_HOOKS_H
#define NOLOCKALLOC_TESTS_HOOKS_H

#include "ledger.h"
#include "nolockalloc.h"

#include <string>
#include <vector>

class Hooked
{
  public:
    Hooked(int point, nolockalloc_hook_t function, void *data);
    ~Hooked();
    Hooked(const Hooked &) = delete;

  private:
    int _point;
    nolockalloc_hook_t _function;
    void *_data;
};

std::vector<int> hookable_points();
const char *name_of(int point);

// Points that a lock is held at in every mode where they are passed.
bool is_lock_held_at(int point);

// Passes every point that the options let a program pass, on several threads one after the other. False and a
// complaint of the ledger's if something is wrong.
void pass_every_point(const Door &door, Ledger &ledger);

#endif
