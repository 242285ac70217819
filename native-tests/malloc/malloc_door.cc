// SPDX-License-Identifier: MIT
#include "malloc_door.h"

#include "stepper/machine.h"

#include <cstdlib>
#include <dlfcn.h>

static void *allocate(size_t size, gfp_t gfp_flags, int)
{
    return gfp_flags & __GFP_ZERO ? calloc(1, size) : malloc(size);
}

static void release(const void *object)
{
    free(const_cast<void *>(object));
}

const Door &malloc_door()
{
    static const Door door = {"malloc", &allocate, &release};
    return door;
}

const void *stepper::machine::function_under_test()
{
    return dlsym(RTLD_DEFAULT, "malloc");
}
