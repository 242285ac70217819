// SPDX-License-Identifier: MIT
//
// Pages of orders 0 to 10, references, and what goes wrong with them.
#include "child.h"
#include "counters.h"
#include "pages.h"
#include "signals.h"

#include <cstring>
#include <gtest/gtest.h>
#include <map>
#include <thread>
#include <vector>

namespace
{
constexpr unsigned kOrders = MAX_PAGE_ORDER + 1;

size_t bytes_of(unsigned order)
{
    return PAGE_SIZE << order;
}

// Starts and ends of what is out, so that no two share a byte.
class Ranges
{
  public:
    bool add(page *first, unsigned order)
    {
        uintptr_t start = uintptr_t(page_address(first)), end = start + bytes_of(order);
        auto next = ends_.upper_bound(start);
        bool is_free = next == ends_.end() || next->second >= end;
        ends_[end] = start;
        return is_free;
    }

  private:
    std::map<uintptr_t, uintptr_t> ends_;
};

// What the body says on stderr, without the prefix and the numbers.
std::string report_of(const std::function<void()> &body)
{
    ChildResult result = run_in_child(
        [&]
        {
            body();
            return 0;
        });
    EXPECT_EQ(result.complaint(), "");
    return result.error;
}
} // namespace

class Pages : public testing::TestWithParam<unsigned>
{
};
INSTANTIATE_TEST_SUITE_P(Orders, Pages, testing::Range(0u, kOrders));

TEST_P(Pages, AreZeroAlignedToTheirLengthAndHaveOneReference)
{
    unsigned order = GetParam();
    for (int round = 0; round < 3; round++)
    {
        page *first = allocate(order);
        ASSERT_NE(first, nullptr);
        void *start = page_address(first);
        EXPECT_EQ(uintptr_t(start) % bytes_of(order), 0u);
        EXPECT_TRUE(is_zero(start, bytes_of(order))) << "round " << round;
        EXPECT_EQ(page_ref_count(first), 1);
        EXPECT_EQ(compound_order(first), order);
        memset(start, 0xa5, bytes_of(order));
        free_pages_nolock(first, order);
        EXPECT_EQ(page_ref_count(first), 0);
    }
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(Pages, LiveUntilTheLastReferenceIsDropped)
{
    unsigned order = GetParam();
    page *first = allocate(order);
    char *start = static_cast<char *>(page_address(first));
    page *last = virt_to_page(start + bytes_of(order) - 1);
    EXPECT_EQ(page_address(last), start + bytes_of(order) - PAGE_SIZE);
    get_page(first);
    get_page(last); // one count for all
    EXPECT_EQ(page_ref_count(first), 3);
    EXPECT_EQ(page_ref_count(last), 3);
    free_pages_nolock(first, order);
    put_page(last);
    EXPECT_EQ(page_ref_count(first), 1);
    start[bytes_of(order) - 1] = 1;
    put_page(first);
    EXPECT_EQ(page_ref_count(first), 0);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(Pages, FrozenOnesHaveNoReference)
{
    unsigned order = GetParam();
    page *first = alloc_frozen_pages_nolock(__GFP_ZERO, NUMA_NO_NODE, order);
    ASSERT_NE(first, nullptr);
    EXPECT_EQ(page_ref_count(first), 0);
    EXPECT_TRUE(is_zero(page_address(first), bytes_of(order)));
    free_frozen_pages_nolock(first, order);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(Pages, ManyNeverShareAByteAndAllComeBack)
{
    unsigned order = GetParam();
    size_t count = (size_t(64) << 20) / bytes_of(order);
    Ranges ranges;
    std::vector<page *> pages;
    for (size_t i = 0; i < count; i++)
    {
        pages.push_back(allocate(order));
        ASSERT_NE(pages.back(), nullptr);
        ASSERT_TRUE(ranges.add(pages.back(), order));
    }
    std::thread(
        [&]
        {
            for (page *first : pages)
                free_pages_nolock(first, order);
        })
        .join();
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(Pages, SecondFreesAndWrongOrdersAreReportedAndIgnored)
{
    unsigned order = GetParam();
    EXPECT_NE(report_of(
                  [&]
                  {
                      page *first = allocate(order);
                      free_pages_nolock(first, order);
                      free_pages_nolock(first, order);
                  })
                  .find("nolockalloc: "),
              std::string::npos);
    EXPECT_NE(report_of(
                  [&]
                  {
                      page *first = allocate(order);
                      free_pages_nolock(first, order ^ 1);
                      if (page_ref_count(first) != 1)
                          _exit(1);
                      free_pages_nolock(first, order);
                  })
                  .find("names no such pages"),
              std::string::npos);
}

TEST(PagesAtAll, RefuseAnOrderAndANodeThatDoNotExist)
{
    EXPECT_EQ(allocate(MAX_PAGE_ORDER + 1), nullptr);
    EXPECT_NE(report_of(
                  []
                  {
                      if (alloc_pages_nolock(0, 16, 0) != nullptr)
                          _exit(1);
                  })
                  .find("no node"),
              std::string::npos);
    free_pages_nolock(nullptr, 0);
}

TEST(PagesAtAll, AreNoObjects)
{
    std::string report = report_of(
        []
        {
            page *small = allocate(0), *large = allocate(6);
            kfree_nolock(page_address(small));
            kfree_nolock(page_address(large));
            if (page_ref_count(small) != 1 || page_ref_count(large) != 1)
                _exit(1);
        });
    EXPECT_NE(report.find("is no object but pages, and is kept"), std::string::npos) << report;
    EXPECT_EQ(ksize(nullptr), 0u);
}

TEST(PagesAtAll, OfForeignMemoryAreNone)
{
    int variable = 0;
    EXPECT_EQ(virt_to_page(&variable), nullptr);
    EXPECT_EQ(page_address(reinterpret_cast<page *>(&variable)), nullptr);
    EXPECT_EQ(page_ref_count(reinterpret_cast<page *>(&variable)), 0);
    EXPECT_NE(report_of([&] { put_page(reinterpret_cast<page *>(&variable)); })
                  .find("names no such pages"),
              std::string::npos);
}

namespace
{
constexpr long kPause = 20000; // from handler to handler, in which the interrupted call gets on

int g_failures;
const ThreadTimer *volatile g_timer; // null: no more handlers

void all_orders_in_a_handler(int, siginfo_t *, void *)
{
    page *pages[kOrders];
    for (unsigned order = 0; order < kOrders; order++)
    {
        pages[order] = allocate(order);
        g_failures +=
            pages[order] == nullptr || !is_zero(page_address(pages[order]), bytes_of(order));
    }
    for (unsigned order = 0; order < kOrders; order++)
        if (pages[order] != nullptr)
            put_page(pages[order]);
    if (g_timer != nullptr)
        g_timer->wind(kPause);
}
} // namespace

TEST(PagesAtAll, MayBeAllocatedInHandlersThatInterruptTheirAllocation)
{
    g_failures = 0;
    Handling handling(SIGPROF, all_orders_in_a_handler);
    {
        ThreadTimer timer(SIGPROF, CLOCK_THREAD_CPUTIME_ID);
        g_timer = &timer;
        timer.wind(kPause);
        for (int round = 0; round < 300; round++)
            for (unsigned order = 0; order < kOrders; order++)
                free_pages_nolock(allocate(order), order);
        g_timer = nullptr;
    }
    EXPECT_EQ(g_failures, 0);
    EXPECT_EQ(complaint_after_trim(), "");
}
