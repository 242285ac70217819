/* SPDX-License-Identifier: MIT */
/*
 * Allocation tags (include/linux/alloc_tag.h): bytes and calls by call site, as in /proc/allocinfo.
 * Off unless NOLOCKALLOC_ALLOC_TAGS is defined before the header is included: then the macros are plain
 * calls, and cost nothing.
 *
 * With tags each kmalloc_nolock(), kmalloc(), kstrdup(), alloc_pages_nolock() ... in the source has a struct
 * alloc_tag. A function that only hands on what it is given can be counted at its callers' instead: let it take
 * a struct alloc_tag *, call the ..._tagged_noprof() with that, and map its name by NLA_ALLOC or alloc_hooks,
 * as kmalloc.h does.
 *
 * Counted objects come from caches of their own (kmalloc-cg-N), past the fast path. NOLOCKALLOC_MODULE, a string, names
 * the module in the rows (the kernel's KBUILD_MODNAME). Call sites of one module with the same file, line and
 * function share a row. A row stays
 * when its module is unloaded, for as long as objects of it are out; the module may be loaded again.
 *
 * In C the tags are a section of the module, alloc_tags, and every call site is listed from the time when the
 * module is loaded. In C++, where a compiler may not put an inline function's variables into a section that
 * others share, a call site is listed once it has been used. The macros need a GNU compiler's statement
 * expressions, and may stand in functions only.
 */
#ifndef NOLOCKALLOC_ALLOC_TAG_H
#define NOLOCKALLOC_ALLOC_TAG_H

#include "../nolockalloc.h"

#ifdef __cplusplus
extern "C" {
#endif

/** struct nolockalloc_tag_module - one for each program or shared object that has tags. */
struct nolockalloc_tag_module
{
    const char *name; /* NULL: not named */
};

/** struct alloc_tag - a call site. id is the library's. */
struct alloc_tag
{
    struct nolockalloc_tag_module *module;
    const char *file;
    const char *function;
    uint64_t line;
    uint64_t id; /* 0 to begin with */
};

/**
 * kmalloc_nolock_tagged_noprof - kmalloc_nolock(), counted at a call site
 * @tag: lives for as long as its module is loaded; NULL: as kmalloc_nolock_noprof()
 *
 * Where the memory to write the call site down cannot be had, the object goes uncounted, and the call site's
 * row says "accurate:no". An abandoned call may leave the one object in hand counted.
 *
 * Context: any. Return and errors: as of kmalloc_nolock(). kmalloc_nolock_noprof() is counted nowhere.
 */
NLA_API void *kmalloc_nolock_tagged_noprof(size_t size, gfp_t gfp_flags, int node,
                                           struct alloc_tag *tag) NLA_MALLOC(1);

/** nolockalloc_alloc_tags_load, ..._unload - a module's tags come and go; called by what this header puts into
 *  a module's constructors and destructors. Context: any. */
NLA_API void nolockalloc_alloc_tags_load(struct alloc_tag *first, struct alloc_tag *end);
NLA_API void nolockalloc_alloc_tags_unload(struct nolockalloc_tag_module *module);

/**
 * nolockalloc_allocinfo - write a row for each call site, in the format of /proc/allocinfo 2.0
 *
 * Bytes are those of buckets, or of pages. There is room for 16384 call sites (one for each 64 KiB of address space for
 * slabs, 256 at least); those beyond are not counted.
 *
 * Context: any; write(2) on fd may block if fd does. Return: 0; -errno of write(2).
 */
NLA_API int nolockalloc_allocinfo(int fd);

#if defined(NOLOCKALLOC_ALLOC_TAGS)
#if !defined(NOLOCKALLOC_MODULE)
#define NOLOCKALLOC_MODULE NULL
#endif

#define NLA_OF_MODULE __attribute__((weak, visibility("hidden")))

NLA_OF_MODULE struct nolockalloc_tag_module nla_tag_module = {NOLOCKALLOC_MODULE};

#if defined(__cplusplus)
#define NLA_IN_SECTION
#define NLA_FIRST_TAG NULL
#define NLA_END_OF_TAGS NULL
#else
#define NLA_IN_SECTION __attribute__((section("alloc_tags"), used, aligned(8)))
#define NLA_FIRST_TAG __start_alloc_tags
#define NLA_END_OF_TAGS __stop_alloc_tags
/* Defined by the linker. */
extern struct alloc_tag __start_alloc_tags[] NLA_OF_MODULE;
extern struct alloc_tag __stop_alloc_tags[] NLA_OF_MODULE;
#endif

/* Each source file has these; that they run several times changes nothing. */
static __attribute__((constructor, unused)) void nla_load_alloc_tags(void)
{
    nolockalloc_alloc_tags_load(NLA_FIRST_TAG, NLA_END_OF_TAGS);
}
static __attribute__((destructor, unused)) void nla_unload_alloc_tags(void)
{
    nolockalloc_alloc_tags_unload(&nla_tag_module);
}

/** alloc_hooks - evaluate do_alloc, in which nla_alloc_tag is the call site's tag. (The kernel hands it on in
 *  current->alloc_tag, which a handler would find; here it is an argument of the ..._tagged_noprof().) */
#define alloc_hooks(do_alloc)                                                                      \
    __extension__({                                                                                \
        static struct alloc_tag nla_this_tag NLA_IN_SECTION = {&nla_tag_module, __FILE__,          \
                                                               __func__, __LINE__, 0};             \
        struct alloc_tag *nla_alloc_tag = &nla_this_tag;                                           \
        (void)nla_alloc_tag;                                                                       \
        do_alloc;                                                                                  \
    })
/* The call site's tag, within alloc_hooks(). */
#define NLA_TAG nla_alloc_tag
/** NLA_ALLOC - function(arguments), counted: by function_tagged_noprof(), or without tags function_noprof(). */
#define NLA_ALLOC(function, ...) alloc_hooks(function##_tagged_noprof(__VA_ARGS__, NLA_TAG))

#else
/** alloc_hooks - evaluates to its argument. */
#define alloc_hooks(do_alloc) (do_alloc)
#define NLA_TAG NULL
#define NLA_ALLOC(function, ...) alloc_hooks(function##_noprof(__VA_ARGS__))
#endif

#define kmalloc_nolock(...) NLA_ALLOC(kmalloc_nolock, __VA_ARGS__)

#ifdef __cplusplus
}
#endif

#endif /* NOLOCKALLOC_ALLOC_TAG_H */
