// SPDX-License-Identifier: MIT
//
// One input: operations on the public interface, one after another, on two threads and more, in
// handlers, and in handlers that interrupted the library.
#ifndef NOLOCKALLOC_FUZZ_DRIVER_H
#define NOLOCKALLOC_FUZZ_DRIVER_H

#include "calls.h"
#include "input.h"
#include "partner.h"

namespace fuzz
{
class Driver
{
  public:
    Driver(const uint8_t *data, size_t size) : _input(data, size)
    {
    }
    std::string run(); // "" or what was wrong

  private:
    void operate();
    void operate_nested(int operations);
    void allocate_many(bool by_partner, uint8_t options);
    void free_many(bool by_partner, uint8_t options);
    void free_twice(bool trim_between);
    void free_what_is_none(uint8_t options);
    void interrupt(uint8_t options);
    void raise_signal(int operations);
    Call any_call(uint8_t options);
    size_t any_size();

    Input _input;
    Model _model;
    Partner _partner;
    int _depth = 0;
    int _left = 150; // operations
    int _interruptions_left = 8;
};

// For main(): the options under which all inputs run. Before the first call of the library.
void set_options();
} // namespace fuzz

#endif
