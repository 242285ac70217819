/* SPDX-License-Identifier: MIT */
/*
 * Weak memory, as a machine of views. A location keeps every value that was ever stored in it. A
 * thread has a view: for each location the oldest value that it may still read. So a load may find a
 * value that was overwritten long ago, and stores to two locations may be seen in either order,
 * unless something orders them:
 *
 *   release store  carries the storer's view along
 *   acquire load   takes over the view that comes with the value
 *   exchange       acts on the newest value; FULL, as Machine/Atomic.cs spells it, is also a fence:
 *                  it takes over what all fences before it saw, and tells all that come after it
 *
 * The includer defines LOCATIONS, which begin with 0, THREADS, and MESSAGES, the values that a location
 * can have; and MAY_RUN where a handler interrupts a thread: whether the executing process may go on.
 */
#define RELAXED 0
#define ORDERED 1 /* acquire, release, or both */
#define FULL 2

#ifndef MAY_RUN
#define MAY_RUN true
#endif

#define WHEN(condition, action) if :: condition -> action :: else fi

typedef View { byte oldest[LOCATIONS] }
typedef Message { byte value; View seen }
typedef Location { Message message[MESSAGES]; byte newest }

Location memory[LOCATIONS];
View view[THREADS];
View fences;
hidden byte at;
hidden byte each;

#define NEWEST(place) memory[place].message[memory[place].newest].value

inline join(to, from)
{
    for (each : 0 .. LOCATIONS - 1) {
        WHEN(from.oldest[each] > to.oldest[each], to.oldest[each] = from.oldest[each])
    }
    each = 0
}

/* at: any message that the thread may still read. */
inline choose(thread, place)
{
    at = view[thread].oldest[place];
    do
    :: at < memory[place].newest -> at++
    :: break
    od
}

inline receive(thread, place, order)
{
    view[thread].oldest[place] = at;
    WHEN(order != RELAXED, join(view[thread], memory[place].message[at].seen))
}

/* Append a message. A relaxed one carries nothing of the thread's view. */
inline append(thread, place, data, order)
{
    memory[place].newest++;
    assert(memory[place].newest < MESSAGES);
    at = memory[place].newest;
    memory[place].message[at].value = data;
    view[thread].oldest[place] = at;
    memory[place].message[at].seen.oldest[place] = at;
    WHEN(order != RELAXED, join(memory[place].message[at].seen, view[thread]))
}

inline load(thread, place, result, order)
{
    atomic {
        MAY_RUN;
        choose(thread, place);
        result = memory[place].message[at].value;
        receive(thread, place, order);
        at = 0
    }
}

inline store(thread, place, data, order)
{
    atomic { MAY_RUN; append(thread, place, data, order); at = 0 }
}

inline fence(thread, order)
{
    WHEN(order == FULL, join(view[thread], fences); join(fences, view[thread]))
}

/* old becomes the value before, `data`, an expression that may name old, the value after. */
inline change(thread, place, old, data, order)
{
    atomic {
        MAY_RUN;
        fence(thread, order);
        at = memory[place].newest;
        old = memory[place].message[at].value;
        receive(thread, place, order);
        join(memory[place].message[at + 1].seen, memory[place].message[at].seen);
        append(thread, place, data, order);
        fence(thread, order);
        at = 0
    }
}

/* compare-exchange. One that fails may have read an old value, and is no fence. */
inline exchange(thread, place, expected, desired, done, order)
{
    atomic {
        MAY_RUN;
        choose(thread, place);
        WHEN(memory[place].message[at].value == expected, at = memory[place].newest);
        done = memory[place].message[at].value == expected;
        if
        :: done ->
            fence(thread, order);
            receive(thread, place, order);
            join(memory[place].message[at + 1].seen, memory[place].message[at].seen);
            append(thread, place, desired, order);
            fence(thread, order)
        :: else -> receive(thread, place, order)
        fi;
        at = 0
    }
}
