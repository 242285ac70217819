// SPDX-License-Identifier: MIT
//
// The bytes that tell the driver what to do. After the end they are all 0.
#ifndef NOLOCKALLOC_FUZZ_INPUT_H
#define NOLOCKALLOC_FUZZ_INPUT_H

#include <cstddef>
#include <cstdint>

namespace fuzz
{
class Input
{
  public:
    Input(const uint8_t *data, size_t size) : _data(data), _left(size)
    {
    }
    bool at_end() const
    {
        return _left == 0;
    }
    uint8_t byte()
    {
        if (_left == 0)
            return 0;
        _left--;
        return *_data++;
    }
    uint16_t word()
    {
        unsigned low = byte();
        return uint16_t(low | unsigned(byte()) << 8);
    }

  private:
    const uint8_t *_data;
    size_t _left;
};
} // namespace fuzz

#endif
