/* SPDX-License-Identifier: MIT */
/*
 * Slabs/Barn.cs, Words/BarnSlot.cs: a batch of two objects passes through one place of the barn.
 *   Putter   Barn.TryPut: Empty -> Filling, the pointers, Full
 *   Getter   Barn.TryGet: Full -> Draining, the pointers, Empty
 *   Taker    Barn.TakeOne: a pointer, then Full -> one less
 * One putter has objects 1 and 2, the other 3 and 4. None comes out that was not put in, or twice.
 *
 * Planted: PLANT_PUBLISH    Full is stored without release
 *          PLANT_EARLY      Empty is stored before the pointers are copied (what a store without release might be)
 *          PLANT_GENERATION a place that was emptied and filled again looks the same
 */
#define LOCATIONS 3
#define THREADS 4
#define MESSAGES 9
#include "memory.pml"

#define PLACE 0 /* generation * 8 + kind; the count is in the kind */
#define POINTER(index) (1 + (index))
#define EMPTY 0
#define FILLING 1
#define FULL_OF(count) (1 + (count)) /* 2, 3 */
#define DRAINING 4
#define KIND(word) ((word) & 7)
#define IS_FULL(word) (KIND(word) == FULL_OF(1) || KIND(word) == FULL_OF(2))
#ifdef PLANT_GENERATION
#define NEXT(word, kind) (kind)
#else
#define NEXT(word, kind) ((((word) >> 3) + 1) << 3 | (kind))
#endif
#ifdef PLANT_PUBLISH
#define PUBLISH RELAXED
#else
#define PUBLISH ORDERED
#endif

byte put[5], got[5];
byte running = 4;

inline have(object)
{
    atomic {
        assert(object != 0); /* a pointer that nobody published */
        got[object]++;
        assert(got[object] <= put[object])
    }
}

proctype Putter(byte self, first)
{
    byte word;
    bool done;
    load(self, PLACE, word, ORDERED);
    WHEN(KIND(word) != EMPTY, goto over);
    exchange(self, PLACE, word, NEXT(word, FILLING), done, FULL);
    WHEN(!done, goto over);
    word = NEXT(word, FILLING);
    store(self, POINTER(0), first, RELAXED);
    store(self, POINTER(1), first + 1, RELAXED);
    atomic { put[first]++; put[first + 1]++ }
    store(self, PLACE, NEXT(word, FULL_OF(2)), PUBLISH);
over:
    running--
}

proctype Getter(byte self)
{
    byte word, one, two, count;
    bool done;
    load(self, PLACE, word, ORDERED);
    WHEN(!IS_FULL(word), goto over);
    count = KIND(word) - 1;
    exchange(self, PLACE, word, NEXT(word, DRAINING), done, FULL);
    WHEN(!done, goto over);
    word = NEXT(word, DRAINING);
#ifdef PLANT_EARLY
    store(self, PLACE, NEXT(word, EMPTY), ORDERED);
#endif
    load(self, POINTER(0), one, RELAXED);
    load(self, POINTER(1), two, RELAXED);
    have(one);
    WHEN(count == 2, have(two));
#ifndef PLANT_EARLY
    store(self, PLACE, NEXT(word, EMPTY), ORDERED);
#endif
over:
    running--
}

proctype Taker(byte self)
{
    byte word, left, object, next;
    bool done;
    load(self, PLACE, word, ORDERED);
    WHEN(!IS_FULL(word), goto over);
    left = KIND(word) - 2;
    load(self, POINTER(left), object, RELAXED);
    next = (left == 0 -> NEXT(word, EMPTY) : NEXT(word, FULL_OF(1)));
    exchange(self, PLACE, word, next, done, FULL);
    WHEN(done, have(object));
over:
    running--
}

inline none_lost()
{
    byte object, count = (KIND(NEWEST(PLACE)) == EMPTY -> 0 : KIND(NEWEST(PLACE)) - 1);
    for (object : 1 .. 4) {
        assert(put[object] - got[object] == (count > 0 && NEWEST(POINTER(0)) == object -> 1 : 0)
               + (count > 1 && NEWEST(POINTER(1)) == object -> 1 : 0))
    }
}

init
{
    atomic { run Putter(0, 1); run Putter(1, 3); run Getter(2); run Taker(3) }
    running == 0;
    none_lost()
}
