// SPDX-License-Identifier: MIT
//
// Pages, interrupted at every instruction of their allocation and their free.
#include "interruption.h"
#include "pages.h"

#include <cstring>
#include <gtest/gtest.h>

namespace
{
// An order of this test's calls, in the shape that an Interruption wants: a name and a call.
template <unsigned Order> void allocate_and_free(Interruption &on)
{
    page *first = allocate(Order);
    if (first == nullptr || !is_zero(page_address(first), PAGE_SIZE))
        on.own.complain("no pages, or not zero");
    else
        memset(page_address(first), 0x5a, PAGE_SIZE);
    put_page(first);
}

template <unsigned Order> Situation pages_of_order(const char *name)
{
    Situation situation = {name, Operation::Own, 64, nullptr};
    situation.function = "alloc_pages_nolock";
    situation.call = allocate_and_free<Order>;
    return situation;
}

// The handler wants two of the same order and one of another at a time, and an object.
template <unsigned Order> void allocate_nested(void *context, size_t)
{
    auto *on = static_cast<Interruption *>(context);
    page *pages[] = {allocate(Order), allocate(Order), allocate(Order ^ 4)};
    on->nested.allocate(64);
    for (page *first : pages)
    {
        if (first == nullptr || page_ref_count(first) != 1 ||
            !is_zero(page_address(first), PAGE_SIZE))
            on->nested.complain("no pages in the handler, or not zero");
        put_page(first);
    }
}

template <unsigned Order> std::string interrupted(const char *name)
{
    Interruption on(direct_door(), pages_of_order<Order>(name));
    if (!on.find() || on.trace().count == 0)
        return "not reached";
    for (const short_form::Stop &stop : on.stops({2}))
    {
        size_t i = stop.index;
        on.prepare();
        size_t injections = on.step(i, allocate_nested<Order>, &on).injections;
        std::string complaint = on.settle();
        if (injections != 1 || !complaint.empty())
            return on.describe(i) + ": " + complaint;
    }
    return "";
}
} // namespace

TEST(PagesInterrupted, AtEveryInstructionTheHandlerMayAllocateAndFreeSome)
{
    EXPECT_EQ(interrupted<0>("PagesOfOrder0"), "");
    EXPECT_EQ(interrupted<2>("PagesOfOrder2"), "");
    EXPECT_EQ(interrupted<4>("PagesOfOrder4"), "");
    EXPECT_EQ(interrupted<6>("PagesOfOrder6"), "");
}
