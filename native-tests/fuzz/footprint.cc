// SPDX-License-Identifier: MIT
#include "footprint.h"

#include "stepper/stepper.h"

#include <bitset>

namespace fuzz
{
namespace
{
constexpr size_t kInstructions = 1 << 16;
constexpr size_t kCounters = sizeof(BucketStats) / sizeof(uint64_t);
constexpr size_t kSteps = 16; // a counter moved by 1, 2, 4, ...

// libFuzzer takes every byte of this section that changes as something new.
[[gnu::section("__libfuzzer_extra_counters"),
  gnu::used]] uint8_t g_features[kInstructions + NOLOCKALLOC_BUCKETS * kCounters * kSteps];
std::bitset<kInstructions> g_noted;

size_t step_of(uint64_t moved)
{
    size_t bits = moved == 0 ? 0 : 64 - size_t(__builtin_clzll(moved));
    return bits < kSteps ? bits : kSteps - 1;
}
} // namespace

void note_instruction(uintptr_t pc)
{
    size_t offset = (pc - stepper::library_base()) % kInstructions;
    g_features[offset] = 1;
    g_noted.set(offset);
}

void note_counters(const struct nolockalloc_stats &before, const struct nolockalloc_stats &after)
{
    for (size_t bucket = 0; bucket < NOLOCKALLOC_BUCKETS; bucket++)
    {
        const uint64_t *first = &before.bucket[bucket].alloc_fastpath;
        const uint64_t *second = &after.bucket[bucket].alloc_fastpath;
        for (size_t i = 0; i + 1 < kCounters; i++)
        {
            size_t at = (bucket * kCounters + i) * kSteps + step_of(second[i] - first[i]);
            g_features[kInstructions + at] = 1;
        }
    }
}

size_t instructions_noted()
{
    return g_noted.count();
}
} // namespace fuzz
