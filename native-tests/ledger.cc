// SPDX-License-Identifier: MIT
#include "ledger.h"

#include "counters.h"
#include "stepper/stepper.h"

#include <algorithm>
#include <cstring>
#include <sstream>

namespace
{
uint32_t g_next_seed; // a lost update only makes two patterns equal

uint8_t pattern_byte(const Object &object, size_t at)
{
    return uint8_t(object.seed * 151 + at * 7 + (at >> 8) * 13 + 1);
}

// Sixteen bytes at once, from a multiple of sixteen on: byte by byte, patterns were most of what the tests cost.
using Bytes [[gnu::vector_size(16)]] = uint8_t;

Bytes pattern_bytes(const Object &object, size_t at)
{
    constexpr Bytes kRamp = {0, 7, 14, 21, 28, 35, 42, 49, 56, 63, 70, 77, 84, 91, 98, 105};
    return kRamp + pattern_byte(object, at);
}

size_t whole_sixteens(const Object &object)
{
    return object.size & ~(sizeof(Bytes) - 1);
}
} // namespace

static void overwrite(const Object &object)
{
    stepper::Unstepped quickly;
    memset(object.start, 0xdd, object.size);
}

void write_pattern(const Object &object)
{
    stepper::Unstepped quickly;
    for (size_t i = 0; i < whole_sixteens(object); i += sizeof(Bytes))
    {
        Bytes bytes = pattern_bytes(object, i);
        memcpy(object.start + i, &bytes, sizeof bytes);
    }
    for (size_t i = whole_sixteens(object); i < object.size; i++)
        object.start[i] = pattern_byte(object, i);
}

bool has_pattern(const Object &object)
{
    stepper::Unstepped quickly;
    Bytes wrong = {};
    for (size_t i = 0; i < whole_sixteens(object); i += sizeof(Bytes))
    {
        Bytes bytes;
        memcpy(&bytes, object.start + i, sizeof bytes);
        wrong |= bytes ^ pattern_bytes(object, i);
    }
    uint8_t rest = 0;
    for (size_t i = whole_sixteens(object); i < object.size; i++)
        rest |= object.start[i] ^ pattern_byte(object, i);
    for (size_t i = 0; i < sizeof wrong; i++)
        rest |= wrong[i];
    return rest == 0;
}

Ledger::Ledger(const Door &door, size_t capacity) : _door(door), _objects(capacity)
{
}

bool Ledger::allocate(size_t size, gfp_t gfp_flags)
{
    auto *start = static_cast<uint8_t *>(_door.allocate(size, gfp_flags, NUMA_NO_NODE));
    if (start == nullptr)
    {
        complain("an allocation gave NULL");
        return false;
    }
    for (size_t i = 0; (gfp_flags & __GFP_ZERO) && i < size; i++)
        if (start[i] != 0)
            complain("a zeroed object has a byte that is not 0");
    adopt(start, size);
    return true;
}

void Ledger::adopt(void *start, size_t size)
{
    if (_next - _first == _objects.size())
    {
        complain("the test's ledger is too small");
        return;
    }
    Object object = {static_cast<uint8_t *>(start), size, ++g_next_seed};
    write_pattern(object);
    at(_next++) = object;
}

Object Ledger::give_away()
{
    if (size() == 0)
    {
        complain("the test gives away more than it has");
        return {};
    }
    Object object = at(--_next);
    if (!has_pattern(object))
        complain("an object's bytes were changed by somebody else");
    return object;
}

void Ledger::release(const Object &object)
{
    if (!has_pattern(object))
        complain("an object's bytes were changed by somebody else");
    overwrite(object);
    _door.free(object.start);
}

void Ledger::free_newest()
{
    if (size() == 0)
        return complain("the test frees more than it has");
    Object object = at(--_next);
    release(object);
}

void Ledger::free_oldest()
{
    if (size() == 0)
        return complain("the test frees more than it has");
    Object object = at(_first++);
    release(object);
}

void Ledger::free_all()
{
    while (size() > 0)
        free_oldest();
    _first = _next = 0;
}

void Ledger::check()
{
    for (size_t i = _first; i < _next; i++)
        if (!has_pattern(at(i)))
            complain("an object's bytes were changed by somebody else");
}

bool every_bucket_works(const Door &door)
{
    for (size_t bucket : kBuckets)
    {
        size_t objects = bucket < 256 ? 150 : bucket < 1024 ? 80 : bucket < 4096 ? 40 : 20;
        Ledger ledger(door, objects);
        for (size_t i = 0; i < objects; i++)
            ledger.allocate(bucket);
        std::string overlap = overlap_in({&ledger});
        ledger.free_all();
        if (ledger.complaint() != nullptr || !overlap.empty())
            return false;
    }
    return true;
}

std::string overlap_in(std::initializer_list<const Ledger *> ledgers)
{
    std::vector<Object> all;
    for (const Ledger *ledger : ledgers)
        for (size_t i = 0; i < ledger->size(); i++)
            all.push_back((*ledger)[i]);
    std::sort(all.begin(), all.end(),
              [](const Object &a, const Object &b) { return a.start < b.start; });
    for (size_t i = 1; i < all.size(); i++)
        if (all[i - 1].start + all[i - 1].size > all[i].start)
        {
            std::ostringstream out;
            out << "objects overlap: " << static_cast<void *>(all[i - 1].start) << " of "
                << all[i - 1].size << " bytes and " << static_cast<void *>(all[i].start);
            return out.str();
        }
    return "";
}
