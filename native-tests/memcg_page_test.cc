// SPDX-License-Identifier: MIT
//
// Accounting of pages: alloc_pages_nolock(__GFP_ACCOUNT) and its frozen twin, from handlers too. The whole
// program has 2 MiB of slabs.
#include "child.h"
#include "counters.h"
#include "memcg_everywhere.h"

#include <cerrno>
#include <csignal>
#include <vector>

static RunUnderOptions g_options("arena=2m");

namespace
{
constexpr unsigned kOrders[] = {0, 1, 2, 3, 4, 5};

page *allocate(unsigned order)
{
    return alloc_pages_nolock(__GFP_ACCOUNT, NUMA_NO_NODE, order);
}

class AccountedPages : public testing::Test
{
  protected:
    Group group;
};
} // namespace

TEST_F(AccountedPages, AreChargedUntilTheLastReferenceIsGone)
{
    Active active(group);
    for (unsigned order : kOrders)
    {
        page *pages = allocate(order);
        EXPECT_EQ(group.stats().usage, PAGE_SIZE << order);
        EXPECT_EQ(nolockalloc_memcg_from_obj(page_address(pages)), group.handle);
        EXPECT_EQ(page_ref_count(pages), 1);
        get_page(pages);
        EXPECT_EQ(page_ref_count(pages), 2);
        put_page(pages);
        EXPECT_EQ(group.stats().objects, 1u);
        free_pages_nolock(pages, order);
        EXPECT_EQ(group.stats().usage, 0u);
        EXPECT_EQ(group.stats().objects, 0u);
        EXPECT_EQ(nolockalloc_memcg_from_obj(page_address(pages)), nullptr);
    }
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_F(AccountedPages, FrozenOnesAreChargedUntilTheyAreFreed)
{
    Active active(group);
    for (unsigned order : kOrders)
    {
        page *pages = alloc_frozen_pages_nolock(__GFP_ACCOUNT, NUMA_NO_NODE, order);
        EXPECT_EQ(group.stats().usage, PAGE_SIZE << order);
        EXPECT_EQ(page_ref_count(pages), 0);
        free_frozen_pages_nolock(pages, order);
        EXPECT_EQ(group.stats().usage, 0u);
    }
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_F(AccountedPages, WithoutTheFlagOrWithoutAGroupNothingIsCharged)
{
    page *without_group = allocate(0);
    Active active(group);
    page *without_flag = alloc_pages_nolock(0, NUMA_NO_NODE, 0);
    EXPECT_EQ(nolockalloc_memcg_from_obj(page_address(without_group)), nullptr);
    EXPECT_EQ(nolockalloc_memcg_from_obj(page_address(without_flag)), nullptr);
    EXPECT_EQ(group.stats().usage, 0u);
    free_pages_nolock(without_group, 0);
    free_pages_nolock(without_flag, 0);
}

TEST_F(AccountedPages, ALimitRefusesThemAndNothingIsLost)
{
    Group tight(3 * PAGE_SIZE, group.handle);
    Active active(tight);
    page *pages = allocate(1);
    EXPECT_EQ(allocate(1), nullptr);
    EXPECT_EQ(allocate(5), nullptr);
    EXPECT_EQ(tight.stats().failcnt, 2u);
    page *one = allocate(0);
    EXPECT_NE(one, nullptr);
    free_pages_nolock(pages, 1);
    free_pages_nolock(one, 0);
    EXPECT_EQ(group.stats().usage, 0u);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_F(AccountedPages, ASecondFreeIsReportedAndDischargesNothing)
{
    ChildResult result = run_in_child(
        [&]
        {
            Active active(group);
            page *other = allocate(2);
            page *first = allocate(2);
            free_pages_nolock(first, 2);
            free_pages_nolock(first, 2);
            page *frozen = alloc_frozen_pages_nolock(__GFP_ACCOUNT, NUMA_NO_NODE, 4);
            free_frozen_pages_nolock(frozen, 4);
            free_frozen_pages_nolock(frozen, 4);
            free_frozen_pages_nolock(other, 2);
            bool is_right = group.stats().usage == 4 * PAGE_SIZE && counters().reports == 3;
            put_page(other);
            return is_right && group.stats().usage == 0 ? 0 : 1;
        });
    EXPECT_EQ(result.exit_code, 0) << result.error;
}

static page *g_pages;

TEST_F(AccountedPages, F1TheLastReferenceOfAGroupMayGoInAHandler)
{
    expect_the_last_reference_may_go_in_a_handler(
        group, [this] { g_pages = allocate(3); }, [](int) { put_page(g_pages); });
}

TEST_F(AccountedPages, WhatIsNotServedIsNotCharged)
{
    ChildResult result = run_in_child(
        [&]
        {
            Active active(group);
            for (unsigned order : kOrders)
            {
                std::vector<page *> all;
                while (page *pages = allocate(order))
                    all.push_back(pages);
                if (all.size() < 4 || group.stats().objects != all.size() ||
                    group.stats().usage != all.size() * (PAGE_SIZE << order))
                    return 1;
                for (page *pages : all)
                    free_pages_nolock(pages, order);
                if (group.stats().usage != 0 || group.stats().failcnt != 0)
                    return 2;
            }
            return complaint_after_trim().empty() ? 0 : 3;
        });
    EXPECT_EQ(result.exit_code, 0) << result.error;
}

// ---- At every instruction -----------------------------------------------------------------------

class AccountedPagesOf : public testing::TestWithParam<unsigned>
{
};

static unsigned g_order;

static void come_and_go(Interruption &on)
{
    page *pages = allocate(g_order);
    if (pages == nullptr)
        on.own.complain("no pages");
    else
        free_pages_nolock(pages, g_order);
}

TEST_P(AccountedPagesOf, AtEveryInstructionAHandlerMayUseThemTooAndNoByteGoesAstray)
{
    g_order = GetParam();
    auto body = [] { return memcg_everywhere::interrupted(come_and_go); };
    EXPECT_EQ(run_in_child(body, 100).complaint(), "");
}

TEST_P(AccountedPagesOf, AbandonedAtAnyInstructionTheyLeaveAtMostTheOnesInHand)
{
    g_order = GetParam();
    auto body = [] { return memcg_everywhere::abandoned(come_and_go, PAGE_SIZE << g_order); };
    EXPECT_EQ(run_in_child(body, 100).complaint(), "");
}

INSTANTIATE_TEST_SUITE_P(Order, AccountedPagesOf, testing::Values(0u, 2u, 5u));
