// SPDX-License-Identifier: MIT
#ifndef NOLOCKALLOC_TESTS_UNSTEPPED_H
#define NOLOCKALLOC_TESTS_UNSTEPPED_H

namespace stepper
{
// While one exists, the code around it is not stepped: it is not the library's, and would take
// long.
class Unstepped
{
  public:
    Unstepped() : _flags(__builtin_ia32_readeflags_u64())
    {
        if (_flags & kTrapFlag)
            __builtin_ia32_writeeflags_u64(_flags & ~kTrapFlag);
    }
    ~Unstepped()
    {
        if (_flags & kTrapFlag)
            __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() | kTrapFlag);
    }
    Unstepped(const Unstepped &) = delete;

  private:
    static constexpr unsigned long long kTrapFlag = 0x100;
    unsigned long long _flags;
};
} // namespace stepper

#endif
