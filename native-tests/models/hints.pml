/* SPDX-License-Identifier: MIT */
/*
 * Words/HintMap.cs (O4): a leaf word of two blocks and its bit in the summary, while one block is added and
 * another, the only one, is removed.
 *   Adder    Add: leaf bit, then the summary's bit if it is not there
 *   Remover  Remove: leaf bit; if the leaf is empty then, the summary's bit; then the leaf once more
 * In the end the added block can be found: its leaf bit and the summary's are set.
 *
 * Planted: PLANT_FENCE the changes order what is before and after, but are no full fences
 *          PLANT_LOOK  Remove does not look once more
 */
#define LOCATIONS 2
#define THREADS 3
#define MESSAGES 8
#include "memory.pml"

#define LEAF 0
#define SUMMARY 1

#ifdef PLANT_FENCE
#define FENCE ORDERED
#else
#define FENCE FULL
#endif

byte running = 3;

inline add(self, mask)
{
    byte old, summary;
    change(self, LEAF, old, old | mask, FENCE);
    load(self, SUMMARY, summary, ORDERED);
    WHEN(summary == 0, change(self, SUMMARY, old, 1, FENCE))
}

inline remove(self, mask)
{
    byte last, leaf;
    change(self, LEAF, last, last & ~(mask), FENCE);
    load(self, LEAF, leaf, ORDERED);
    if
    :: leaf == 0 ->
        change(self, SUMMARY, last, 0, FENCE);
#ifndef PLANT_LOOK
        load(self, LEAF, leaf, ORDERED);
        WHEN(leaf != 0, change(self, SUMMARY, last, 1, FENCE))
#endif
    :: else
    fi
}

proctype Adder(byte self, mask)
{
    add(self, mask);
    running--
}

proctype Remover(byte self, mask)
{
    remove(self, mask);
    running--
}

/* Adds its block and takes it out again, as a slab that is listed and claimed. */
proctype Both(byte self, mask)
{
    add(self, mask);
    remove(self, mask);
    running--
}

init
{
    add(0, 2);
    atomic {
        view[1].oldest[LEAF] = 1; view[1].oldest[SUMMARY] = 1;
        view[2].oldest[LEAF] = 1; view[2].oldest[SUMMARY] = 1;
        run Adder(0, 1); run Remover(1, 2); run Both(2, 4)
    }
    running == 0;
    assert(NEWEST(LEAF) == 1);
    assert(NEWEST(SUMMARY) == 1)
}
