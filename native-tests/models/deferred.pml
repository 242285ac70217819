/* SPDX-License-Identifier: MIT */
/*
 * Slabs/DeferFree.cs, Slabs/CellGuard.cs: a call on the slow path of a cell, and handlers on the same thread that
 * free into the same bucket. All of it happens in program order, so memory is plain here; what may vary is where
 * the handlers come, also inside one another.
 * Each object is freed once, and none is left behind in a slot when all calls are over.
 *
 * Planted: PLANT_LATE  Leave looks for deferred frees before it releases the lock, not after
 *          PLANT_STORE Drain sets DeferPending to 0 by a store, whatever was added meanwhile
 */
#ifdef PLANT_STORE
#define IS_STORE true
#else
#define IS_STORE false
#endif
#define SLOTS 2
#define HANDLERS 3

byte lock, drainer; /* the holder's process number, or 0 */
byte slots[SLOTS], pending, freed[HANDLERS + 3];
byte on_cpu; /* the process that runs; a handler interrupts it */
byte running = HANDLERS + 1;

/* One instruction, when nobody interrupts. */
#define STEP on_cpu == _pid

inline drain_slots()
{
    i = 0;
    do
    :: atomic { STEP && i < SLOTS && slots[i] != 0 -> object = slots[i] };
        atomic { STEP -> slots[i] = 0 };
        atomic { STEP -> freed[object]++; i++ }
    :: atomic { STEP && i < SLOTS && slots[i] == 0 -> i++ }
    :: atomic { STEP && i == SLOTS -> break }
    od
}

/* Caller holds the lock. */
inline drain()
{
    atomic { STEP -> seen = pending };
    do
    :: seen != 0 ->
        drain_slots();
        atomic { /* compare-exchange, and a load if it fails */
            STEP -> if
            :: pending == seen || IS_STORE -> pending = 0; seen = 0
            :: else -> seen = pending
            fi
        }
    :: else -> break
    od
}

inline unlock()
{
    atomic { STEP -> drainer = 0 };
    atomic { STEP -> lock = 0 }
}

inline leave()
{
#ifdef PLANT_LATE
    drain();
    unlock()
#else
    unlock();
    do
    :: atomic { STEP && pending != 0 && lock == 0 -> lock = _pid };
        atomic { STEP -> drainer = _pid };
        drain();
        unlock()
    :: atomic { STEP && (pending == 0 || lock != 0) -> break }
    od
#endif
}

/* SlabFree.TryFree of the object that has the process's number. The test of the lock and the store that takes it
 * may be interrupted: whoever came in between is over (LocalLock.cs, invariant 1). */
inline free()
{
    if
    :: atomic { STEP && lock == 0 };
        atomic { STEP -> lock = _pid };
        atomic { STEP -> drainer = _pid };
        drain();
        atomic { STEP -> freed[_pid]++ };
        leave()
    :: atomic { STEP && lock != 0 && lock == drainer };
        i = 0;
        do
        :: atomic { STEP && i < SLOTS && slots[i] == 0 -> slots[i] = _pid };
            atomic { STEP -> seen = pending };
            atomic { STEP -> pending = seen + 1 };
            break
        :: atomic { STEP && i < SLOTS && slots[i] != 0 -> i++ }
        :: atomic { STEP && i == SLOTS -> freed[_pid]++; break } /* to its slab, directly */
        od
    :: atomic { STEP && lock != 0 && lock != drainer -> freed[_pid]++ }
    fi
}

/* The first of these is the call, which interrupts nobody; each handler interrupts whoever runs. */
proctype Call()
{
    byte i, object, seen, interrupted;
    atomic { (on_cpu != 0 || _pid == 1) -> interrupted = on_cpu; on_cpu = _pid };
    free();
    atomic { STEP -> on_cpu = (_pid == 1 -> _pid : interrupted); running-- }
}

init
{
    atomic { run Call(); run Call(); run Call(); run Call() }
    running == 0;
    assert(lock == 0 && pending == 0 && slots[0] == 0 && slots[1] == 0);
    assert(freed[1] == 1 && freed[2] == 1 && freed[3] == 1 && freed[4] == 1)
}
