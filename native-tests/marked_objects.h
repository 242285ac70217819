// SPDX-License-Identifier: MIT
//
// Objects that any thread and any handler may take out of a table and put into it. Whoever
// exchanges a slot owns what was in it. Every byte of every object is written, and checked when it
// is freed.
#ifndef NOLOCKALLOC_TESTS_MARKED_OBJECTS_H
#define NOLOCKALLOC_TESTS_MARKED_OBJECTS_H

#include "doors.h"
#include "signals.h"

#include <atomic>

// What the objects told.
struct Wrongs
{
    std::atomic<uint64_t> nulls, damaged, not_zero;

    uint64_t sum() const
    {
        return nulls + damaged + not_zero;
    }
};
Wrongs &wrongs();

// Context of all: any. A packed object is one word, 0 for none.
uint64_t allocate_marked(const Door &door, Random &random);
void free_marked(const Door &door, uint64_t packed);

// Puts a new object into a slot, or nothing, and frees what was there. filling: how many of eight
// times an object is put.
void exchange_one(const Door &to_allocate, const Door &to_free, Random &random, unsigned filling);

// Frees what is in the table. Returns how many objects that were.
size_t empty_the_table(const Door &door);

#endif
