/* SPDX-License-Identifier: MIT */
/*
 * Slabs/PartialList.cs: the last object of a full slab comes back while its claimant lets go of it, and a third
 * thread has seen a stale hint.
 *   Freer    TryGiveBack: clears the bit, then AfterGiveBack
 *   Claimant Unclaim: gives up the claim, then looks for free objects, then AfterGiveBack
 *   Dropper  DropStale: takes the hint out, then looks whether the slab was listed meanwhile
 * In the end the slab, which has room and no claimant, is listed (invariant 2), and its hint is set: of two who
 * exchange first and look then, at least one sees the other.
 *
 * Planted: PLANT_FENCE  the exchanges order what is before and after, but are no full fences
 *          PLANT_LISTED AfterGiveBack does not look at the hint again
 */
#define LOCATIONS 3
#define THREADS 3
#define MESSAGES 8
#include "memory.pml"

#define STATE 0 /* Owner and Listed of BlockState.cs, as bits: 0 here is claimed and not listed */
#define UNCLAIMED 1
#define LISTED 2
#define WORD 1 /* 0: no object is free */
#define ROOM 1
#define HINT 2

#ifdef PLANT_FENCE
#define FENCE ORDERED
#else
#define FENCE FULL
#endif

byte running = 3;

inline after_give_back(self)
{
    byte state, old;
    bool is_listed, has_hint;
    do
    :: !is_listed ->
        load(self, STATE, state, ORDERED);
        WHEN(state != UNCLAIMED, break);
        change(self, HINT, old, 1, FENCE);
        exchange(self, STATE, state, state | LISTED, is_listed, FENCE)
    :: else ->
#ifndef PLANT_LISTED
        load(self, HINT, has_hint, ORDERED);
        WHEN(!has_hint, change(self, HINT, old, 1, FENCE));
#endif
        break
    od
}

proctype Freer()
{
    byte word;
    change(0, WORD, word, ROOM, FENCE);
    after_give_back(0);
    running--
}

proctype Claimant()
{
    byte word;
    bool done;
    exchange(1, STATE, 0, UNCLAIMED, done, FENCE);
    assert(done);
    load(1, WORD, word, ORDERED);
    WHEN(word == ROOM, after_give_back(1));
    running--
}

proctype Dropper()
{
    byte state, old;
    load(2, STATE, state, ORDERED);
    if
    :: state != (UNCLAIMED | LISTED) ->
        change(2, HINT, old, 0, FENCE);
        load(2, STATE, state, ORDERED);
        WHEN(state == (UNCLAIMED | LISTED), change(2, HINT, old, 1, FENCE))
    :: else
    fi;
    running--
}

init
{
    atomic { run Freer(); run Claimant(); run Dropper() }
    running == 0;
    assert(NEWEST(STATE) == (UNCLAIMED | LISTED));
    assert(NEWEST(HINT) == 1)
}
