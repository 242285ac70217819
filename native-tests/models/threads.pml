/* SPDX-License-Identifier: MIT */
/*
 * Slabs/ThreadBlocks.cs, Words/ThreadWord.cs (O3), Words/ClaimLock.cs: one thread block, two threads,
 * and a handler that interrupts the first one anywhere. Each visits the block (TryVisit, Leave) or
 * claims it, uses it and ends (ClaimAt, Exit). Never are two in the block, and who comes in sees all
 * that was written by who was in it before.
 *
 * Planted: PLANT_SAME     a ClaimLock that is released looks as it did before
 *          PLANT_SEE_LATE the lock is looked at after the exchange on the thread word, not before
 *          PLANT_EXIT     Exit's changes of the thread word are not ordered
 */
#define LOCATIONS 4
#define THREADS 2
#define MESSAGES 16
#define MAY_RUN (_pid != 1 || !is_interrupted)
bool is_interrupted;
#include "memory.pml"

#define WORD 0
#define FREE 0
#define CLAIMING(self) (1 + (self))
#define LIVE(self) (3 + (self))
#define EXITING(self) (5 + (self))
#define LOCK 1     /* free: 0 and odd numbers */
#define RELEASES 2 /* ClaimLock._releases */
#define DATA 3     /* what an owner leaves in the block */

#ifdef PLANT_EXIT
#define EXIT(order) RELAXED
#else
#define EXIT(order) order
#endif
#ifdef PLANT_SAME
#define FREED(releases) 0
#else
#define FREED(releases) ((releases) * 2 + 1)
#endif

bool slot[2]; /* whether the thread has the block in its slot */
byte users;
byte running = 3;

inline use(self)
{
    atomic {
        load(self, DATA, data, RELAXED);
        assert(data == NEWEST(DATA));
        store(self, DATA, data + 1, RELAXED)
    }
}

inline release(self)
{
    load(self, RELEASES, releases, RELAXED);
    store(self, RELEASES, releases + 1, RELAXED);
    atomic { MAY_RUN; users-- };
    store(self, LOCK, FREED(releases + 1), ORDERED)
}

inline try_own(self, frame)
{
    done = false;
    load(self, WORD, word, ORDERED);
    load(self, LOCK, seen, ORDERED);
    if
    :: word == FREE || (word == CLAIMING(self) && (seen == 0 || seen % 2 == 1)) ->
        exchange(self, WORD, word, CLAIMING(self), done, FULL)
    :: else /* somebody's, or held by a call that may resume */
    fi;
#ifdef PLANT_SEE_LATE
    load(self, LOCK, seen, ORDERED);
#endif
    WHEN(done, exchange(self, LOCK, seen, frame, done, FULL));
    WHEN(done, atomic { MAY_RUN; users++; assert(users == 1) }; use(self))
}

/* What a call that owns the block does with it: a visit, or it becomes its thread's. */
inline settle(self)
{
    if
    :: done ->
        load(self, WORD, word, ORDERED);
        release(self);
        exchange(self, WORD, word, FREE, done, FULL)
    :: done && !slot[self] ->
        store(self, WORD, LIVE(self), ORDERED);
        release(self);
        atomic { MAY_RUN; slot[self] = true }
    :: else
    fi
}

proctype Call(byte self, frame)
{
    byte word, seen, releases, data;
    bool done;
    try_own(self, frame);
    settle(self);
    WHEN(!slot[self], goto over);
    use(self);
    exchange(self, WORD, LIVE(self), EXITING(self), done, EXIT(FULL));
    atomic { MAY_RUN; slot[self] = false };
    store(self, WORD, FREE, EXIT(ORDERED));
over:
    running--
}

proctype Handler()
{
    byte word, seen, releases, data;
    bool done;
    is_interrupted = true;
    WHEN(slot[0], use(0); goto over);
    try_own(0, 4);
    settle(0);
over:
    is_interrupted = false;
    running--
}

init
{
    atomic { run Call(0, 2); run Handler(); run Call(1, 6) }
    running == 0
}
