/* SPDX-License-Identifier: MIT */
/*
 * Pages/Arena.cs, Pages/PageAllocator.cs.
 *   Creator  Create and Publish: a header, then the base address by compare-exchange; the loser gives his back;
 *            then reads the header behind the base, as everybody does
 *   Purger   TryPurgeFree: Free and dirty -> Purging, the memory goes back to the OS, Free and clean
 *   Owner    TakeSlab: Free -> Slab, and writes to its object
 * Nobody reads a header that is not written, or that was given back; no memory goes back that is in use.
 *
 * Planted: PLANT_PUBLISH the exchange on the base address does not order the header before it
 *          PLANT_STORE   the base address is stored: two creators both win
 *          PLANT_PURGE   the block is Free again before its memory is given back
 */
#define LOCATIONS 5
#define THREADS 4
#define MESSAGES 6
#include "memory.pml"

#define BASE 0
#define HEADER(arena) (arena) /* 1 and 2: the creators' */
#define STATE 3
#define DIRTY 0
#define PURGING 1
#define CLEAN 2
#define SLAB 3
#define CONTENT 4

#ifdef PLANT_PUBLISH
#define PUBLISH RELAXED
#else
#define PUBLISH FULL
#endif

bool given_back[3];
byte running = 4;

proctype Creator(byte self)
{
    byte base, header, own = self + 1;
    bool done;
    load(self, BASE, base, ORDERED);
    if
    :: base == 0 ->
        store(self, HEADER(own), 1, RELAXED);
#ifdef PLANT_STORE
        store(self, BASE, own, ORDERED);
        done = true;
#else
        exchange(self, BASE, 0, own, done, PUBLISH);
#endif
        WHEN(!done, given_back[own] = true)
    :: else
    fi;
    load(self, BASE, base, ORDERED);
    assert(base != 0 && !given_back[base]);
    assert(base == NEWEST(BASE)); /* there is one arena, for ever */
    load(self, HEADER(base), header, RELAXED);
    assert(header == 1);
    running--
}

inline give_memory_back()
{
    store(2, CONTENT, 0, ORDERED)
}

proctype Purger()
{
    bool done;
    exchange(2, STATE, DIRTY, PURGING, done, FULL);
    if
    :: done ->
#ifdef PLANT_PURGE
        store(2, STATE, CLEAN, ORDERED);
        give_memory_back()
#else
        give_memory_back();
        store(2, STATE, CLEAN, ORDERED)
#endif
    :: else
    fi;
    running--
}

proctype Owner()
{
    byte state, content;
    bool done;
    load(3, STATE, state, ORDERED);
    if
    :: state == DIRTY || state == CLEAN ->
        exchange(3, STATE, state, SLAB, done, FULL);
        if
        :: done ->
            load(3, CONTENT, content, RELAXED);
            assert(content == NEWEST(CONTENT));
            store(3, CONTENT, 7, RELAXED);
            load(3, CONTENT, content, RELAXED);
            assert(content == 7 && NEWEST(CONTENT) == 7)
        :: else
        fi
    :: else
    fi;
    running--
}

init
{
    atomic { run Creator(0); run Creator(1); run Purger(); run Owner() }
    running == 0
}
