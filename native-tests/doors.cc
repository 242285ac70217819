// SPDX-License-Identifier: MIT
#include "doors.h"

#include <dlfcn.h>

const Door &direct_door()
{
    static const Door door = {"direct", &kmalloc_nolock_noprof, &kfree_nolock_noprof};
    return door;
}

const Door &exported_door()
{
    static const Door door = {
        "exported",
        reinterpret_cast<decltype(Door::allocate)>(dlsym(RTLD_DEFAULT, "kmalloc_nolock")),
        reinterpret_cast<decltype(Door::free)>(dlsym(RTLD_DEFAULT, "kfree_nolock"))};
    return door;
}

// Before the first handler: who interrupts the search, and searches himself, waits for ever for the
// guard of the local static.
__attribute__((constructor)) static void find_the_exported_functions()
{
    exported_door();
}
