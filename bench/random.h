// SPDX-License-Identifier: MIT
//
// Random numbers that cost little: Marsaglia's xorshift, the same sequence in every run.
#ifndef BENCH_RANDOM_H
#define BENCH_RANDOM_H

#include <cstddef>
#include <cstdint>

class Random
{
  public:
    explicit Random(std::uint64_t seed) : state_(seed)
    {
    }

    void advance()
    {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
    }

    /* The low half of the next state, smallest to largest. */
    std::size_t next(std::size_t smallest, std::size_t largest)
    {
        advance();
        return smallest + low(static_cast<std::uint32_t>(largest - smallest + 1));
    }

    /* Two numbers of each state, 0 to below - 1. */
    std::size_t high(std::uint32_t below) const
    {
        return (state_ >> 32) * below >> 32;
    }

    std::size_t low(std::uint32_t below) const
    {
        return (state_ & UINT32_MAX) * below >> 32;
    }

  private:
    std::uint64_t state_;
};

#endif
