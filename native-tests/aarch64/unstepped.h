// SPDX-License-Identifier: MIT
#ifndef NOLOCKALLOC_TESTS_UNSTEPPED_H
#define NOLOCKALLOC_TESTS_UNSTEPPED_H

namespace stepper
{
// Nothing is stepped on this machine.
class Unstepped
{
  public:
    Unstepped() // not defaulted: a variable of this type is never "unused"
    {
    }
    Unstepped(const Unstepped &) = delete;
};
} // namespace stepper

#endif
