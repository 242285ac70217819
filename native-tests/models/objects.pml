/* SPDX-License-Identifier: MIT */
/*
 * Slabs/Slab.cs, Words/ObjectWord.cs (O1): two objects of one word, both out at first.
 *   Freer    TryGiveBack: writes to its object, then clears the bit by compare-exchange
 *   Claimant TakeBatch: takes every free object and sets Taken in one exchange, later clears Taken
 *   Taker    TakeOne: sets one bit
 * Nobody takes an object that is out; whoever takes one sees what was last written to it; Taken stays the
 * claimant's; no object is lost.
 *
 * Planted: PLANT_ORDER  the bit is cleared without release
 *          PLANT_STORE  Taken is cleared by a store of the word as it was seen, not by an atomic and
 */
#define LOCATIONS 3
#define THREADS 4
#define MESSAGES 8
#include "memory.pml"

#define WORD 0
#define CONTENT(object) (1 + (object))
#define TAKEN 128
#define BOTH 3

#ifdef PLANT_ORDER
#define GIVE_BACK RELAXED
#else
#define GIVE_BACK FULL
#endif

bool out[2] = true;
byte running = 4;

/* The object becomes the thread's, who must find it as it was left. */
inline take(self, object)
{
    byte content;
    load(self, CONTENT(object), content, RELAXED);
    atomic {
        assert(!out[object] && content == NEWEST(CONTENT(object)));
        out[object] = true
    }
}

proctype Freer(byte self, object)
{
    byte word;
    bool done;
    store(self, CONTENT(object), 1, RELAXED);
    do
    :: !done ->
        load(self, WORD, word, ORDERED);
        assert((word & (1 << object)) != 0);
        atomic { /* free from this exchange on */
            exchange(self, WORD, word, word & ~(1 << object), done, GIVE_BACK);
            WHEN(done, out[object] = false)
        }
    :: else -> break
    od;
    running--
}

proctype Claimant(byte self)
{
    byte word, batch;
    bool done;
    load(self, WORD, word, ORDERED);
    batch = ~word & BOTH;
    if
    :: batch != 0 ->
        exchange(self, WORD, word, word | batch | TAKEN, done, FULL);
        if
        :: done ->
            WHEN(batch & 1, take(self, 0));
            WHEN(batch & 2, take(self, 1));
            assert((NEWEST(WORD) & TAKEN) != 0);
#ifdef PLANT_STORE
            store(self, WORD, word | batch, ORDERED)
#else
            change(self, WORD, word, word & ~TAKEN, FULL)
#endif
        :: else
        fi
    :: else
    fi;
    running--
}

proctype Taker(byte self)
{
    byte word, mask;
    bool done;
    load(self, WORD, word, ORDERED);
    mask = (~word & 1 -> 1 : ~word & 2);
    if
    :: mask != 0 ->
        exchange(self, WORD, word, word | mask, done, FULL);
        WHEN(done, take(self, mask - 1))
    :: else
    fi;
    running--
}

init
{
    store(0, WORD, BOTH, ORDERED);
    atomic {
        view[1].oldest[WORD] = 1; view[2].oldest[WORD] = 1; view[3].oldest[WORD] = 1;
        run Freer(0, 0); run Freer(1, 1); run Claimant(2); run Taker(3)
    }
    running == 0;
    assert(NEWEST(WORD) == (out[0] -> 1 : 0) + (out[1] -> 2 : 0))
}
