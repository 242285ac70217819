/* SPDX-License-Identifier: MIT */
/*
 * Slabs/SlabRelease.cs, Slabs/Slab.cs (TakeOne), Pages/PageAllocator.cs: an empty slab of bucket A ends while
 * somebody takes an object of it, and its block begins anew as a slab of bucket B or of A.
 *   Releaser TryRelease: claims the slab, grabs its words, Releasing, lets go, Free
 *   Taker    TakeOne: looks at the state, sets a bit, looks at the state once more
 *   Owner    TakeSlab and TakeBatch: the Free block becomes its slab, and it takes the object
 * Whoever has the object has it alone, and as an object of the bucket that the block has.
 *
 * Planted: PLANT_LET_GO  the grabbed word is stored without release: the taker may miss Releasing
 *          PLANT_NO_LOOK the taker does not look again
 *          PLANT_NO_GRAB the releaser frees the block without taking its objects first
 */
#define LOCATIONS 2
#define THREADS 3
#define MESSAGES 7
#include "memory.pml"

#define STATE 0 /* the states of BlockState.cs, each life of the block with its own generation */
#define SLAB 0
#define CLAIMED 1
#define RELEASING 2
#define FREE 3
#define NEW_SLAB 4
#define IS_OLD(state) ((state) == SLAB || (state) == CLAIMED) /* BlockState.IsSameSlab */

#define WORD 1 /* one object */
#define GRABBED 255

#ifdef PLANT_LET_GO
#define LET_GO RELAXED
#else
#define LET_GO ORDERED
#endif

byte users;
byte running = 3;

inline use()
{
    atomic { users++; assert(users == 1) }
}

proctype Releaser()
{
    byte word, state;
    bool done;
    load(0, STATE, state, ORDERED);
    load(0, WORD, word, ORDERED);
    exchange(0, STATE, SLAB, CLAIMED, done, FULL);
#ifdef PLANT_NO_GRAB
    done = word == 0;
#else
    exchange(0, WORD, 0, GRABBED, done, FULL);
#endif
    if
    :: done ->
        store(0, STATE, RELEASING, ORDERED);
        load(0, WORD, word, ORDERED);
        WHEN(word == GRABBED, store(0, WORD, 0, LET_GO));
        store(0, STATE, FREE, ORDERED)
    :: else -> store(0, STATE, SLAB, ORDERED)
    fi;
    running--
}

proctype Taker()
{
    byte word, before, now;
    bool done;
    load(1, STATE, before, ORDERED);
    load(1, WORD, word, ORDERED);
    if
    :: IS_OLD(before) && (word & 1) == 0 ->
        exchange(1, WORD, word, word | 1, done, FULL);
        now = before;
#ifndef PLANT_NO_LOOK
        load(1, STATE, now, ORDERED);
#endif
        if
        :: done && IS_OLD(now) ->
            use();
            assert(IS_OLD(NEWEST(STATE))) /* the truth, not what some thread sees */
        :: done && !IS_OLD(now) -> change(1, WORD, word, word & ~1, FULL)
        :: else
        fi
    :: else
    fi;
    running--
}

proctype Owner()
{
    byte word, state;
    bool done;
    load(2, STATE, state, ORDERED);
    if
    :: state == FREE ->
        exchange(2, STATE, FREE, NEW_SLAB, done, FULL);
        load(2, WORD, word, ORDERED);
        assert(word != GRABBED); /* BlockState.cs, invariant 3 */
        if
        :: (word & 1) == 0 ->
            exchange(2, WORD, word, word | 1, done, FULL);
            WHEN(done, use())
        :: else
        fi
    :: else
    fi;
    running--
}

init
{
    atomic { run Releaser(); run Taker(); run Owner() }
    running == 0;
    assert(NEWEST(WORD) == users) /* no object lost, none free that is in use */
}
