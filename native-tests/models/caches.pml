/* SPDX-License-Identifier: MIT */
/*
 * Slabs/CacheLife.cs, DyingCaches.cs, CacheDescriptor.IsSurelyLive, ThreadState.UsableCell: a cache's number dies and is
 * claimed for the next cache, while another thread prepares its cell of it. An exchange of the state by itself is the
 * fence between cell and look; one that fails is none.
 *   User     UsableCell: state, cell, IsSurelyLive; the cell stays if so
 *   Sweeper  Sweep: state, cell, IsSurelyDying; what is left goes if so
 *   Maker    TryKill; TryClaim: state, cells, Creating, cells again
 * Nobody has a cell of the number, or is at it, once it is claimed.
 *
 * Planted: PLANT_FENCE   User and Sweeper look by a load
 *          PLANT_LOOK    Maker does not look for cells again
 *          PLANT_TRUST   User takes the failure of its exchange for a success
 */
#define LOCATIONS 3
#define THREADS 3
#define MESSAGES 7
#include "memory.pml"

#define STATE 0
#define CELL(thread) (1 + (thread)) /* of User, of Sweeper: 1 if it is prepared */
#define LIVE 0
#define DYING 1
#define CREATING 2
#define DEAD_AGAIN 3

byte users;
bool is_claimed;
byte running = 3;

/* done: it is still in that state, and the cell was there before that look. */
inline look_surely(thread, state, done)
{
#ifdef PLANT_FENCE
    load(thread, STATE, at_look, ORDERED);
    done = at_look == state
#else
    exchange(thread, STATE, state, state, done, FULL)
#endif
}

proctype User()
{
    byte state, at_look;
    bool done = false;
    load(0, STATE, state, ORDERED);
    WHEN(state != LIVE, goto over);
    store(0, CELL(0), 1, ORDERED);
    do
    :: state == LIVE && !done ->
        look_surely(0, state, done);
#ifdef PLANT_TRUST
        done = true;
#endif
        WHEN(!done, load(0, STATE, state, ORDERED))
    :: else -> break
    od;
    if
    :: done -> atomic { users++; assert(!is_claimed) }
    :: else -> store(0, CELL(0), 0, ORDERED)
    fi;
over:
    running--
}

proctype Sweeper()
{
    byte state, at_look;
    bool done;
    load(1, STATE, state, ORDERED);
    WHEN(state != DYING && state != DEAD_AGAIN, goto over);
    store(1, CELL(1), 1, ORDERED);
    look_surely(1, state, done);
    if
    :: done ->
        atomic { users++; assert(!is_claimed) };
        atomic { users--; store(1, CELL(1), 0, ORDERED) }
    :: else -> store(1, CELL(1), 0, ORDERED)
    fi;
over:
    running--
}

inline look_for_cells(found)
{
    load(2, CELL(0), found, ORDERED);
    WHEN(found == 0, load(2, CELL(1), found, ORDERED))
}

proctype Maker()
{
    byte found;
    bool done;
    exchange(2, STATE, LIVE, DYING, done, FULL);
    look_for_cells(found);
    WHEN(!done || found != 0, goto over);
    exchange(2, STATE, DYING, CREATING, done, FULL);
    WHEN(!done, goto over);
#ifndef PLANT_LOOK
    look_for_cells(found);
#endif
    if
    :: found == 0 -> atomic { is_claimed = true; assert(users == 0) }
    :: else -> exchange(2, STATE, CREATING, DEAD_AGAIN, done, FULL)
    fi;
over:
    running--
}

init
{
    atomic { run User(); run Sweeper(); run Maker() }
    running == 0
}
