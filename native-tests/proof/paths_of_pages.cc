// SPDX-License-Identifier: MIT
//
// Pages: one, a part of a block, a block, a run of blocks; their references; what is refused.
#include "paths.h"

#include <nolockalloc/page.h>

namespace proof
{
namespace
{
// Both in one call, so that each is interrupted while the other's work is there.
template <unsigned kOrder> void allocate_and_free(Interruption &on)
{
    struct page *page = alloc_pages_nolock(0, NUMA_NO_NODE, kOrder);
    complain_if(on, page == nullptr);
    if (page != nullptr)
        free_pages_nolock(page, kOrder);
}

void allocate_and_free_frozen(Interruption &on)
{
    struct page *page = alloc_frozen_pages_nolock(__GFP_ZERO, 0, 1);
    complain_if(on, page == nullptr || page_ref_count(page) != 0);
    if (page != nullptr)
        free_frozen_pages_nolock(page, 1);
}

void count_references(Interruption &on)
{
    struct page *page = alloc_pages_nolock(0, NUMA_NO_NODE, 3);
    complain_if(on, page == nullptr);
    if (page == nullptr)
        return;
    get_page(page);
    complain_if(on, page_ref_count(page) != 2 || compound_order(page) != 3 ||
                        virt_to_page(page_address(page)) != page);
    put_page(page);
    put_page(page);
}

// In the middle of a run; and of an object, which is in no pages that were allocated.
void count_references_of_other_pages(Interruption &on)
{
    struct page *page = alloc_pages_nolock(0, NUMA_NO_NODE, 7);
    complain_if(on, page == nullptr || page_ref_count(virt_to_page(on.older[0].start)) != 0);
    if (page == nullptr)
        return;
    struct page *tail = virt_to_page(static_cast<char *>(page_address(page)) + 300000);
    complain_if(on, tail == page || page_ref_count(tail) != 1 || compound_order(tail) != 7);
    free_pages_nolock(page, 7);
}

void ask_for_too_much(Interruption &on)
{
    complain_if(on, alloc_pages_nolock(0, NUMA_NO_NODE, MAX_PAGE_ORDER + 1) != nullptr);
}

void free_what_is_no_page(Interruption &on)
{
    free_pages_nolock(virt_to_page(on.older[0].start), 0);
    put_page(reinterpret_cast<struct page *>(&on));
}

void free_with_a_wrong_order(Interruption &on)
{
    struct page *page = alloc_pages_nolock(0, NUMA_NO_NODE, 2);
    complain_if(on, page == nullptr);
    free_pages_nolock(page, 1);
    free_pages_nolock(page, 2);
}
} // namespace

void add_pages(std::vector<Situation> &to)
{
    Adding add{to};
    add("PagesOfOrder0", "alloc_pages_nolock", allocate_and_free<0>);
    add("PagesOfOrder2", "alloc_pages_nolock", allocate_and_free<2>);
    add("PagesOfOrder4", "alloc_pages_nolock", allocate_and_free<4>);
    add("PagesOfOrder7", "alloc_pages_nolock", allocate_and_free<7>);
    add("FrozenPages", "alloc_frozen_pages_nolock", allocate_and_free_frozen);
    add("References", "get_page", count_references);
    add("ReferencesOfOtherPages", "page_ref_count", count_references_of_other_pages);
    add("PagesOfTooHighAnOrder", "alloc_pages_nolock", ask_for_too_much);
    add("FreeWhatIsNoPage", "free_pages_nolock", free_what_is_no_page);
    add("FreePagesOfAnotherOrder", "free_pages_nolock", free_with_a_wrong_order);
}
} // namespace proof
