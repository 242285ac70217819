// SPDX-License-Identifier: MIT
#include "hooks.h"

#include "stepper/stepper.h"

#include <cstdlib>
#include <thread>

namespace
{
struct Point
{
    int number;
    const char *name;
    bool is_lock_held;
};

#define POINT(name, is_lock_held) {NOLOCKALLOC_HOOK_##name, #name, is_lock_held}
const Point kPoints[] = {
    POINT(SLOW_ALLOC, false),  POINT(ALLOC_LOCKED, true), POINT(REFILL, true),
    POINT(BARN_GET, true),     POINT(NEW_SLAB, true),     POINT(ALLOC_DIRECT, false),
    POINT(SLOW_FREE, false),   POINT(FREE_LOCKED, true),  POINT(FLUSH, true),
    POINT(BARN_PUT, true),     POINT(SLAB_RELEASE, true), POINT(DEFER, false),
    POINT(DRAIN, true),        POINT(CLAIM, true),        POINT(RECLAIM, false),
    POINT(PURGE, true),
};
#undef POINT

// The largest bucket: there is no next one, so where a handler finds it in use it goes past the locks.
struct Scene
{
    const Door &door;
    Ledger &ledger;
    void *object;
};

void allocate_slowly(void *argument)
{
    auto *scene = static_cast<Scene *>(argument);
    scene->object = scene->door.allocate(8192, 0, 0); // a node makes it slow, and touches no byte
}

void free_and_allocate(void *argument, size_t)
{
    auto *scene = static_cast<Scene *>(argument);
    scene->ledger.free_oldest();
    scene->ledger.allocate(8192);
}

// A real handler at one instruction after the other of a slow path: defers, drains, goes past the locks.
void pass_by_interruption(const Door &door, Ledger &ledger)
{
    static stepper::Trace trace;
    Scene scene = {door, ledger, nullptr};
    ledger.allocate(8192);
    for (int round = 0; round < 2; round++)
    {
        stepper::trace(allocate_slowly, &scene, trace);
        door.free(scene.object);
    }
    for (size_t i = 0; i < trace.count; i += 9)
    {
        stepper::inject_at(trace, i, allocate_slowly, &scene, free_and_allocate, &scene);
        door.free(scene.object);
    }
}

void pass_on_a_new_thread(const Door &door, Ledger &ledger)
{
    const size_t kMoreThanArrayAndBarnHold = 1400, kSeveralSlabs = 450;
    for (size_t i = 0; i < kMoreThanArrayAndBarnHold; i++)
        ledger.allocate(64);
    ledger.free_all();
    for (size_t i = 0; i < kMoreThanArrayAndBarnHold / 4; i++)
        ledger.allocate(64, __GFP_ZERO);
    for (size_t i = 0; i < kSeveralSlabs; i++)
        ledger.allocate(1024);
    ledger.free_all();
    pass_by_interruption(door, ledger);
    ledger.free_all();
    nolockalloc_trim();
}
} // namespace

Hooked::Hooked(int point, nolockalloc_hook_t function, void *data)
    : _point(point), _function(function), _data(data)
{
    if (nolockalloc_hook_register(point, function, data) != 0)
        abort();
}

Hooked::~Hooked()
{
    if (nolockalloc_hook_unregister(_point, _function, _data) != 0)
        abort();
}

std::vector<int> hookable_points()
{
    std::vector<int> all;
    for (const Point &point : kPoints)
        all.push_back(point.number);
    return all;
}

const char *name_of(int point)
{
    for (const Point &known : kPoints)
        if (known.number == point)
            return known.name;
    return "no point";
}

bool is_lock_held_at(int point)
{
    for (const Point &known : kPoints)
        if (known.number == point)
            return known.is_lock_held;
    return false;
}

void pass_every_point(const Door &door, Ledger &ledger)
{
    std::thread(pass_on_a_new_thread, std::cref(door), std::ref(ledger)).join();
}
