/* SPDX-License-Identifier: MIT */
/*
 * operator new in all its forms where the fast path has no object.
 *
 * When there is no memory, C++ wants the new-handler called, if there is one, until there is memory or it gives
 * up, and then std::bad_alloc thrown. Both belong to the program's C++ library, which the malloc library does not
 * need otherwise and is not linked with. So the operator of the same name that comes next in the program, the
 * C++ library's own, is found at that moment and called: it calls malloc, which comes back here, and does
 * the rest. A throw passes through no frame of C#, which has no unwind tables: nla_new_slow is jumped to.
 *
 * That failure is as safe in a handler as a throw is, which is not at all. Nothrow forms are, unless there is a
 * new-handler.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>

#include "../shim.h"
#include "shim.h"

typedef void (*new_handler)(void);
typedef void *(*operator_new)(size_t size);
typedef void *(*operator_new_nothrow)(size_t size, const void *nothrow);
typedef void *(*operator_new_aligned)(size_t size, size_t alignment);
typedef void *(*operator_new_aligned_nothrow)(size_t size, size_t alignment, const void *nothrow);

/* std::get_new_handler(), where there is a C++ library. */
__attribute__((weak)) new_handler _ZSt15get_new_handlerv(void);

void *nla_new_nothrow(size_t size, void *block, uint64_t frame);
void *nla_new_aligned(size_t size, size_t alignment, void *block, uint64_t frame);
void *nla_new_aligned_nothrow(size_t size, size_t alignment, void *block, uint64_t frame);

static const size_t MALLOC_ALIGNMENT = 16;

/* The C++ library may be visible to those who loaded it alone. */
static void *next_operator(const char *name)
{
    static const char *const libraries[] = {"libstdc++.so.6", "libc++abi.so.1", "libc++.so.1"};
    void *found = dlsym(RTLD_NEXT, name);
    for (size_t i = 0; found == NULL && i < sizeof libraries / sizeof libraries[0]; i++)
    {
        void *library = dlopen(libraries[i], RTLD_LAZY | RTLD_NOLOAD);
        found = library != NULL ? dlsym(library, name) : NULL;
    }
    if (found == NULL)
    {
        static const char line[] = "nolockalloc: operator new has no memory, and nobody to throw\n";
        nla_os_write(2, line, sizeof line - 1);
        nla_os_abort();
    }
    return found;
}

static int has_new_handler(void)
{
    return _ZSt15get_new_handlerv != NULL && _ZSt15get_new_handlerv() != NULL;
}

void *nla_new_slow(size_t size, void *block, uint64_t frame)
{
    void *object = nla_try_alloc(size, MALLOC_ALIGNMENT, block, frame);
    return object != NULL ? object : ((operator_new)next_operator("_Znwm"))(size);
}

void *nla_new_nothrow(size_t size, void *block, uint64_t frame)
{
    void *object = nla_try_alloc(size, MALLOC_ALIGNMENT, block, frame);
    if (object != NULL || !has_new_handler())
    {
        return object;
    }
    return ((operator_new_nothrow)next_operator("_ZnwmRKSt9nothrow_t"))(size, "");
}

void *nla_new_aligned(size_t size, size_t alignment, void *block, uint64_t frame)
{
    void *object = nla_try_alloc(size, alignment, block, frame);
    if (object != NULL)
    {
        return object;
    }
    return ((operator_new_aligned)next_operator("_ZnwmSt11align_val_t"))(size, alignment);
}

void *nla_new_aligned_nothrow(size_t size, size_t alignment, void *block, uint64_t frame)
{
    static const char name[] = "_ZnwmSt11align_val_tRKSt9nothrow_t";
    void *object = nla_try_alloc(size, alignment, block, frame);
    if (object != NULL || !has_new_handler())
    {
        return object;
    }
    return ((operator_new_aligned_nothrow)next_operator(name))(size, alignment, "");
}
