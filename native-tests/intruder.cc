// SPDX-License-Identifier: MIT
//
// The suite, interrupted: with NLA_INTRUDER=SIZE in the environment a handler comes at every instruction of the library
// that the thread of the tests executes, and in the children that it forks or starts. It allocates objects of SIZE
// bytes, or checks and frees one; with NLA_INTRUDER_KEEPS=0 it frees each at once. What each test expects must come out
// all the same.
//
// For tests that neither step themselves nor count what others do (proof/report/interrupted_suite.py has the list). An
// object of the intruder's that is not as it was written ends the process.
#include "child.h"
#include "ledger.h"
#include "stepper.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <unistd.h>

namespace
{
constexpr size_t kMost = 4;

struct Intruder
{
    size_t size;
    bool keeps = true;
    Object objects[kMost];
    size_t first = 0;
    size_t count = 0;
    uint32_t seed = 0;
    bool frees = false;

    void free_the_oldest();
    void allocate_one();
} g_intruder;

void Intruder::free_the_oldest()
{
    const Object &oldest = objects[first++ % kMost];
    count--;
    if (!has_pattern(oldest))
    {
        static const char text[] = "intruder: an object is not as it was written\n";
        (void)!write(STDERR_FILENO, text, sizeof text - 1);
        abort();
    }
    kfree_nolock(oldest.start);
}

// NULL is none of its business: a test may have taken all there is.
void Intruder::allocate_one()
{
    auto *start = static_cast<uint8_t *>(kmalloc_nolock(size, 0, NUMA_NO_NODE));
    if (start == nullptr)
        return;
    Object &object = objects[(first + count++) % kMost];
    object = {start, size, seed++};
    write_pattern(object);
}

void intrude(void *context, size_t)
{
    auto &self = *static_cast<Intruder *>(context);
    bool is_full = self.count == (self.keeps ? kMost : 1);
    self.frees = is_full || (self.frees && self.count > 0);
    if (!self.frees)
        self.allocate_one();
    if (self.count > 0 && (self.frees || !self.keeps))
        self.free_the_oldest();
}

void begin()
{
    stepper::begin_everywhere(intrude, &g_intruder);
}

class Intrusion : public testing::EmptyTestEventListener
{
    void OnTestStart(const testing::TestInfo &) override
    {
        begin();
    }
    void OnTestEnd(const testing::TestInfo &) override
    {
        stepper::end_everywhere();
        while (g_intruder.count > 0)
            g_intruder.free_the_oldest();
    }
};

[[maybe_unused]] const bool g_is_here = []
{
    const char *size = getenv("NLA_INTRUDER");
    if (size == nullptr)
        return false;
    g_intruder.size = strtoul(size, nullptr, 10);
    const char *keeps = getenv("NLA_INTRUDER_KEEPS");
    g_intruder.keeps = keeps == nullptr || *keeps != '0';
    before_role = begin;
    testing::UnitTest::GetInstance()->listeners().Append(new Intrusion);
    return true;
}();
} // namespace
