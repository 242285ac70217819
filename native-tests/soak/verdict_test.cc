// SPDX-License-Identifier: MIT
//
// The soak's eyes for memory: curves that are flat after warm-up, and curves that are not.
#include "samples.h"

#include <functional>
#include <gtest/gtest.h>

namespace
{
soak::Verdict verdict_on(const std::function<uint64_t(int)> &rss, int seconds = 1200)
{
    std::vector<soak::Sample> samples;
    for (int i = 0; i < seconds; i++)
    {
        soak::Sample sample = {};
        sample.seconds = i + 1;
        sample.rss_kib = rss(i);
        sample.slab_kib = 5000;
        samples.push_back(sample);
    }
    return soak::judge(samples);
}
} // namespace

TEST(SoakVerdict, IsFlatAfterWarmUp)
{
    EXPECT_TRUE(verdict_on([](int i) { return i < 200 ? 10000 + i * 100 : 30000; }).is_flat);
    EXPECT_TRUE(verdict_on([](int i) { return 30000 + i % 7 * 500; }).is_flat);
    EXPECT_TRUE(verdict_on([](int i) { return 30000 - i; }).is_flat);
}

TEST(SoakVerdict, SeesALeakOfOneMegabyteInFiveMinutes)
{
    soak::Verdict verdict = verdict_on([](int i) { return 10000 + i * 1024 / 300; });
    EXPECT_TRUE(verdict.is_judged);
    EXPECT_FALSE(verdict.is_flat);
}

TEST(SoakVerdict, SeesMemoryThatGrowsLate)
{
    EXPECT_FALSE(verdict_on([](int i) { return i < 900 ? 30000 : 33000; }).is_flat);
}

TEST(SoakVerdict, SaysWhenARunWasTooShort)
{
    EXPECT_FALSE(verdict_on([](int) { return 1000; }, 60).is_judged);
    EXPECT_FALSE(soak::judge({}).is_judged);
}
