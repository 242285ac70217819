/* SPDX-License-Identifier: MIT */
/*
 * The build option NOLOCKALLOC_VALGRIND: the entries in C, which tell valgrind's memcheck what
 * becomes an object and what ceases to be one. Takes the place of entry_<machine>.S. The C# core is
 * the product's, but for the names in valgrind.syms, which lead here first.
 *
 * Memory that is no object is not to be touched, by the program and by the core alike; an object is
 * as long as was asked for, whatever its bucket. Where the program does not run under valgrind a
 * request does nothing.
 */
#include <string.h>
#include <valgrind/memcheck.h>

#include "nolockalloc.h"
#include "shim.h"

/* The C# core's own, by the names that valgrind.syms gives them. */
void *nla_exported_kmalloc_nolock(size_t size, gfp_t gfp_flags, int node);
void nla_exported_kfree_nolock(const void *object);
void nla_managed_thread_exit(void **slot, uint64_t frame);

/* What the C# core calls instead of nla_os_reserve, nla_os_peek and memset. */
uintptr_t nla_valgrind_reserve(size_t bytes, size_t alignment);
int nla_valgrind_peek(uintptr_t address, uint64_t *word);
void *nla_valgrind_fill(void *at, int byte, size_t bytes);

extern __attribute__((visibility("hidden"), tls_model("initial-exec"))) __thread void *nla_slot;

static const size_t ARENA_BYTES_AT_MOST = (size_t)2 << 30;
static const size_t ARENA_ALIGNMENT = (size_t)4 << 20; /* Arena.Alignment of C# */

/* The arena: its tables, then the memory of objects. */
static uintptr_t arena;
static size_t arena_bytes;
static size_t table_bytes;
static int is_started;
static int has_hidden_tables;

/* As in add_thread_x86_64.inc. To be expanded in the entry itself. */
#define FRAME()                                                                                    \
    ((uint64_t)((uintptr_t)__builtin_frame_address(0) + 8) |                                       \
     (uint64_t)(uintptr_t)__builtin_return_address(0) << 48)

/* ---- The arena ------------------------------------------------------------------------------- */

/* Not more than memcheck can mark in a moment, also with --track-origins. Tables besides the arena are no objects,
 * and are not marked. */
uintptr_t nla_valgrind_reserve(size_t bytes, size_t alignment)
{
    if (alignment < ARENA_ALIGNMENT)
    {
        return nla_os_reserve(bytes, alignment);
    }
    if (bytes > ARENA_BYTES_AT_MOST)
    {
        return 0;
    }
    arena = nla_os_reserve(bytes, alignment);
    arena_bytes = bytes;
    return arena;
}

/* Before the first object, while there is one thread: has the arena made, and forbids the memory of
 * objects. */
__attribute__((constructor)) static void start(void)
{
    if (__atomic_exchange_n(&is_started, 1, __ATOMIC_SEQ_CST))
    {
        return;
    }
    nolockalloc_drain();
    struct nolockalloc_stats stats = {.version = NOLOCKALLOC_STATS_VERSION};
    if (arena == 0 || nolockalloc_stats(&stats) != 0 || stats.arena_bytes == 0)
    {
        return;
    }
    table_bytes = arena_bytes - stats.arena_bytes;
    VALGRIND_MAKE_MEM_NOACCESS(arena + table_bytes, stats.arena_bytes);
}

/* The core's arrays keep the addresses of objects that they gave out. The leak check, which is
 * still to come, would take them for the program's. */
__attribute__((destructor)) static void hide_tables(void)
{
    VALGRIND_MAKE_MEM_NOACCESS(arena, table_bytes);
    has_hidden_tables = table_bytes != 0;
}

/* Calls that come before start(), from other constructors, or after hide_tables(), from exit
 * handlers. */
static void be_ready(void)
{
    start();
    if (__atomic_exchange_n(&has_hidden_tables, 0, __ATOMIC_SEQ_CST))
    {
        VALGRIND_MAKE_MEM_DEFINED(arena, table_bytes);
    }
}

/* Of a thread that ends as late as that. */
void nla_thread_exit(void **slot, uint64_t frame)
{
    be_ready();
    nla_managed_thread_exit(slot, frame);
}

/* ---- Objects --------------------------------------------------------------------------------- */

static inline __attribute__((always_inline)) void *begin_object(void *object, size_t size,
                                                                gfp_t gfp_flags)
{
    if (!ZERO_OR_NULL_PTR(object))
    {
        VALGRIND_MAKE_MEM_NOACCESS(object, ksize(object)); /* zeroed to the end of its bucket */
        VALGRIND_MALLOCLIKE_BLOCK(object, size, 0, (gfp_flags & __GFP_ZERO) != 0);
    }
    return object;
}

/* Before the core has it: a moment later it may be another thread's. */
static inline __attribute__((always_inline)) void end_object(const void *object)
{
    if (!ZERO_OR_NULL_PTR(object))
    {
        VALGRIND_FREELIKE_BLOCK(object, 0);
    }
}

void *kmalloc_nolock_noprof(size_t size, gfp_t gfp_flags, int node)
{
    be_ready();
    void *object = nla_kmalloc_nolock(size, gfp_flags, node, nla_slot, FRAME());
    return begin_object(object, size, gfp_flags);
}

void *kmalloc_nolock_tagged_noprof(size_t size, gfp_t gfp_flags, int node, struct alloc_tag *tag)
{
    be_ready();
    void *object = nla_kmalloc_nolock_tagged(size, gfp_flags, node, tag, nla_slot, FRAME());
    return begin_object(object, size, gfp_flags);
}

void kfree_nolock_noprof(const void *object)
{
    be_ready();
    end_object(object);
    nla_kfree_nolock(object, nla_slot, FRAME());
}

void *kmalloc_noprof(size_t size, gfp_t gfp_flags)
{
    be_ready();
    void *object = nla_kmalloc(size, gfp_flags, nla_slot, FRAME());
    return begin_object(object, size, gfp_flags);
}

void *kmalloc_tagged_noprof(size_t size, gfp_t gfp_flags, struct alloc_tag *tag)
{
    be_ready();
    void *object = nla_kmalloc_tagged(size, gfp_flags, tag, nla_slot, FRAME());
    return begin_object(object, size, gfp_flags);
}

/* Pages are not watched. */
struct page *alloc_pages_nolock_tagged_noprof(gfp_t gfp_flags, int nid, unsigned int order,
                                              struct alloc_tag *tag)
{
    be_ready();
    return nla_alloc_pages_nolock_tagged(gfp_flags, nid, order, tag, nla_slot, FRAME());
}

struct page *alloc_frozen_pages_nolock_tagged_noprof(gfp_t gfp_flags, int nid, unsigned int order,
                                                     struct alloc_tag *tag)
{
    be_ready();
    return nla_alloc_frozen_pages_nolock_tagged(gfp_flags, nid, order, tag, nla_slot, FRAME());
}

void kfree_noprof(const void *object)
{
    be_ready();
    end_object(object);
    nla_kfree(object, nla_slot, FRAME());
}

void *kmem_cache_alloc_noprof(struct kmem_cache *cache, gfp_t gfp_flags)
{
    be_ready();
    void *object = nla_kmem_cache_alloc(cache, gfp_flags, nla_slot, FRAME());
    return begin_object(object, kmem_cache_size(cache), gfp_flags);
}

void *kmem_cache_alloc_tagged_noprof(struct kmem_cache *cache, gfp_t gfp_flags,
                                     struct alloc_tag *tag)
{
    be_ready();
    void *object = nla_kmem_cache_alloc_tagged(cache, gfp_flags, tag, nla_slot, FRAME());
    return begin_object(object, kmem_cache_size(cache), gfp_flags);
}

void *kmem_cache_alloc_nolock_tagged_noprof(struct kmem_cache *cache, gfp_t gfp_flags, int node,
                                            struct alloc_tag *tag)
{
    be_ready();
    void *object =
        nla_kmem_cache_alloc_nolock_tagged(cache, gfp_flags, node, tag, nla_slot, FRAME());
    return begin_object(object, kmem_cache_size(cache), gfp_flags);
}

void *kmalloc_node_tagged_noprof(size_t size, gfp_t gfp_flags, int node, struct alloc_tag *tag)
{
    be_ready();
    void *object = nla_kmalloc_node_tagged(size, gfp_flags, node, tag, nla_slot, FRAME());
    return begin_object(object, size, gfp_flags);
}

void *kmem_cache_alloc_node_tagged_noprof(struct kmem_cache *cache, gfp_t gfp_flags, int node,
                                          struct alloc_tag *tag)
{
    be_ready();
    void *object = nla_kmem_cache_alloc_node_tagged(cache, gfp_flags, node, tag, nla_slot, FRAME());
    return begin_object(object, kmem_cache_size(cache), gfp_flags);
}

void kmem_cache_free_noprof(struct kmem_cache *cache, void *object)
{
    be_ready();
    end_object(object);
    nla_kmem_cache_free(cache, object, nla_slot, FRAME());
}

void *kmem_cache_alloc_nolock_noprof(struct kmem_cache *cache, gfp_t gfp_flags, int node)
{
    be_ready();
    void *object = nla_kmem_cache_alloc_nolock(cache, gfp_flags, node, nla_slot, FRAME());
    return begin_object(object, kmem_cache_size(cache), gfp_flags);
}

void kmem_cache_free_nolock_noprof(struct kmem_cache *cache, void *object)
{
    be_ready();
    end_object(object);
    nla_kmem_cache_free_nolock(cache, object, nla_slot, FRAME());
}

/* In parentheses: not the header's macros. */
void *(kmalloc_nolock)(size_t size, gfp_t gfp_flags, int node)
{
    be_ready();
    void *object = nla_exported_kmalloc_nolock(size, gfp_flags, node);
    return begin_object(object, size, gfp_flags);
}

void(kfree_nolock)(const void *object)
{
    be_ready();
    end_object(object);
    nla_exported_kfree_nolock(object);
}

/* ---- What the core does that memcheck must not take for an error ----------------------------- */

/* __GFP_ZERO, before the object is announced. */
void *nla_valgrind_fill(void *at, int byte, size_t bytes)
{
    VALGRIND_MAKE_MEM_UNDEFINED(at, bytes);
    return memset(at, byte, bytes);
}

/* Looks at a stack that may be dead: its bytes are nobody's, and not to be wondered at. */
int nla_valgrind_peek(uintptr_t address, uint64_t *word)
{
    VALGRIND_DISABLE_ERROR_REPORTING;
    int result = nla_os_peek(address, word);
    VALGRIND_MAKE_MEM_DEFINED(word, sizeof *word);
    VALGRIND_ENABLE_ERROR_REPORTING;
    return result;
}
