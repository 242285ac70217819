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
#include "stepper/stepper.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <unistd.h>

namespace
{
constexpr size_t kMost = 4;

struct Intruder
{
    size_t size;
    bool keeps;
    bool frees = false;
    Ledger objects{direct_door(), kMost};
};
Intruder *g_intruder; // until the process is gone: exit handlers are interrupted, too

void free_the_oldest(Ledger &objects)
{
    objects.free_oldest();
    if (objects.complaint() == nullptr)
        return;
    static const char text[] = "intruder: an object is not as it was written\n";
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
    abort();
}

// NULL is none of its business: a test may have taken all there is.
void allocate_one(Intruder &self)
{
    void *start = kmalloc_nolock(self.size, 0, NUMA_NO_NODE);
    if (start != nullptr)
        self.objects.adopt(start, self.size);
}

void intrude(void *context, size_t)
{
    auto &self = *static_cast<Intruder *>(context);
    bool is_full = self.objects.size() == (self.keeps ? kMost : 1);
    self.frees = is_full || (self.frees && self.objects.size() > 0);
    if (!self.frees)
        allocate_one(self);
    if (self.objects.size() > 0 && (self.frees || !self.keeps))
        free_the_oldest(self.objects);
}

void begin()
{
    stepper::begin_everywhere(intrude, g_intruder);
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
        while (g_intruder->objects.size() > 0)
            free_the_oldest(g_intruder->objects);
    }
};

[[maybe_unused]] const bool g_is_here = []
{
    const char *size = getenv("NLA_INTRUDER");
    if (size == nullptr)
        return false;
    const char *keeps = getenv("NLA_INTRUDER_KEEPS");
    g_intruder = new Intruder{strtoul(size, nullptr, 10), keeps == nullptr || *keeps != '0'};
    before_role = begin;
    testing::UnitTest::GetInstance()->listeners().Append(new Intrusion);
    return true;
}();
} // namespace
