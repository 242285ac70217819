/* SPDX-License-Identifier: MIT */
/*
 * Pages: alloc_pages_nolock() and its relatives (mm/page_alloc.c, Linux 6.18). A page has 4 KiB. Pages are
 * handed out by order: 2^order of them that follow each other, aligned to their length.
 *
 * Every function here may be called in any context (nolockalloc.h says what that means).
 */
#ifndef NOLOCKALLOC_PAGE_H
#define NOLOCKALLOC_PAGE_H

#include "../nolockalloc.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef PAGE_SHIFT /* <sys/user.h> has the same */
#define PAGE_SHIFT 12
#endif
#ifndef PAGE_SIZE
#define PAGE_SIZE ((size_t)1 << PAGE_SHIFT)
#endif
/** The largest order: 1024 pages, 4 MiB (MAX_PAGE_ORDER of x86-64). */
#define MAX_PAGE_ORDER 10

/** struct page - one page; its address is its name, and what it holds is the library's. */
struct page;
struct alloc_tag; /* nolockalloc/alloc_tag.h */

/**
 * alloc_pages_nolock - allocate 2^order pages with one reference (mm/page_alloc.c)
 * @gfp_flags: __GFP_ACCOUNT, __GFP_ZERO or 0; any other bit is reported once on stderr and ignored
 * @nid: NUMA_NO_NODE or a node to look at first (numa.h); a node that does not exist is reported once on
 *       stderr and gives NULL
 * @order: 0 to MAX_PAGE_ORDER
 *
 * With __GFP_ACCOUNT the pages are charged to the current group until they are free (nolockalloc/memcg.h).
 * The bytes are zero, whatever gfp_flags says, as in the kernel. The kernel serves orders 0 to 3 here and
 * says that it fails easily; this function serves all orders, and NULL means that memory is exhausted.
 *
 * Context: any. Return: the first page; NULL if no such run of pages is free, if a group's limit refuses
 * it, if order is larger or if nid does not exist.
 */
NLA_API struct page *alloc_pages_nolock(gfp_t gfp_flags, int nid, unsigned int order) NLA_NODISCARD;

/**
 * free_pages_nolock - drop a reference; with the last one the pages are free (mm/page_alloc.c)
 * @page: the first page of alloc_pages_nolock(); NULL does nothing
 * @order: as it was allocated
 *
 * Context: any. Errors: a page that is not the first of allocated pages, one without a reference, and
 * another order are each reported in one line on stderr and ignored (see kfree_nolock()).
 */
NLA_API void free_pages_nolock(struct page *page, unsigned int order);

/**
 * alloc_frozen_pages_nolock - the same without a reference: the count stays 0 (mm/page_alloc.c)
 *
 * Context: any. Return: as of alloc_pages_nolock().
 */
NLA_API struct page *alloc_frozen_pages_nolock(gfp_t gfp_flags, int nid,
                                               unsigned int order) NLA_NODISCARD;

/** ..._tagged_noprof - the same, counted at the call site tag (nolockalloc/alloc_tag.h); NULL: at none. What the
 *  macros become with NOLOCKALLOC_ALLOC_TAGS. Context: any. */
NLA_API struct page *alloc_pages_nolock_tagged_noprof(gfp_t gfp_flags, int nid, unsigned int order,
                                                      struct alloc_tag *tag) NLA_NODISCARD;
NLA_API struct page *alloc_frozen_pages_nolock_tagged_noprof(gfp_t gfp_flags, int nid,
                                                             unsigned int order,
                                                             struct alloc_tag *tag) NLA_NODISCARD;
#if defined(NOLOCKALLOC_ALLOC_TAGS)
#define alloc_pages_nolock(...) NLA_ALLOC(alloc_pages_nolock, __VA_ARGS__)
#define alloc_frozen_pages_nolock(...) NLA_ALLOC(alloc_frozen_pages_nolock, __VA_ARGS__)
#endif

/**
 * free_frozen_pages_nolock - free pages whose count is 0 (mm/page_alloc.c)
 *
 * Context: any. Errors: as of free_pages_nolock(), and pages that have a reference.
 */
NLA_API void free_frozen_pages_nolock(struct page *page, unsigned int order);

/**
 * get_page, put_page - take and drop a reference (include/linux/mm.h)
 * @page: any of the pages that were allocated together: there is one count for all, that of the first
 *
 * With the last reference the pages are free.
 *
 * Context: any. Errors: a page that is not allocated, or has no reference, is reported and left alone.
 */
NLA_API void get_page(struct page *page);
NLA_API void put_page(struct page *page);

/** page_ref_count - references of the pages that were allocated together (include/linux/page_ref.h).
 *  Context: any. Return: the count; 0 for frozen pages and for no page. */
NLA_API int page_ref_count(const struct page *page);

/** compound_order - of the pages that were allocated together (include/linux/mm.h). Context: any.
 *  Return: 0 to MAX_PAGE_ORDER; 0 for no page. */
NLA_API unsigned int compound_order(const struct page *page);

/** page_address - where the page lies (include/linux/mm.h). Context: any. Return: its first byte; NULL
 *  for what is no page. */
NLA_API void *page_address(const struct page *page);

/** virt_to_page - the page that an address lies in (asm/page.h). Context: any. Return: the page, allocated
 *  or not; NULL for an address that is not the library's. */
NLA_API struct page *virt_to_page(const void *address);

#ifdef __cplusplus
}
#endif

#endif /* NOLOCKALLOC_PAGE_H */
