// SPDX-License-Identifier: MIT
//
// A Ledger holds objects whose every byte it has written, and checks them when they are freed. All
// its storage is there from the start, so a signal handler may use a ledger of its own; two users
// of one ledger at a time are not allowed. It complains once, in a constant string.
#ifndef NOLOCKALLOC_TESTS_LEDGER_H
#define NOLOCKALLOC_TESTS_LEDGER_H

#include "doors.h"

#include <string>
#include <vector>

struct Object
{
    uint8_t *start;
    size_t size; // usable bytes, all written
    uint32_t seed;
};

void write_pattern(const Object &object);
bool has_pattern(const Object &object);

class Ledger
{
  public:
    explicit Ledger(const Door &door, size_t capacity = 512);

    // Context: any, as long as nobody else is using this ledger.
    bool allocate(size_t size, gfp_t gfp_flags = 0); // false and a complaint if NULL
    void adopt(void *start, size_t size);            // somebody else allocated it
    Object give_away();                              // the newest, checked; the taker frees it
    void free_newest();
    void free_oldest();
    void free_all();
    void check();
    void forget_all() // they are lost on purpose
    {
        _first = _next = 0;
    }

    size_t size() const
    {
        return _next - _first;
    }
    const Object &operator[](size_t index) const
    {
        return _objects[(_first + index) % _objects.size()];
    }
    const char *complaint() const // nullptr if all is well
    {
        return _complaint;
    }
    void complain(const char *what)
    {
        if (_complaint == nullptr)
            _complaint = what;
    }

  private:
    void release(const Object &object);

    Object &at(size_t position)
    {
        return _objects[position % _objects.size()];
    }

    const Door &_door;
    std::vector<Object> _objects; // a ring
    size_t _first = 0;
    size_t _next = 0;
    const char *_complaint = nullptr;
};

// Whether every bucket serves: more objects than an array holds come and go, the bytes are right.
bool every_bucket_works(const Door &door);

// "" if no two objects of these ledgers share a byte, else which.
std::string overlap_in(std::initializer_list<const Ledger *> ledgers);

#endif
