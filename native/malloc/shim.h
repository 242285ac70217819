/* SPDX-License-Identifier: MIT */
/*
 * What C and C# promise each other in the malloc library besides ../shim.h, and under its rules;
 * managed/Malloc/Machine/OsHeap.cs and Api/Entries.cs are the other side.
 */
#ifndef NLA_MALLOC_SHIM_H
#define NLA_MALLOC_SHIM_H

#include <stddef.h>
#include <stdint.h>

/* ---- C# calls C ---------------------------------------------------------------------------------- */

/* Memory of whole pages, readable, writable, zero; 0 if refused. */
uintptr_t nla_os_map(size_t bytes);
/* Such memory becomes so long, in place or elsewhere; the new address, or 0 if refused. */
uintptr_t nla_os_remap(uintptr_t address, size_t bytes, size_t new_bytes);
/* errno = ENOMEM; errno = EINVAL. 0. */
uintptr_t nla_os_no_memory(void);
uintptr_t nla_os_invalid(void);

/* operator new, where the fast path has no object. */
void *nla_new_slow(size_t size, void *block, uint64_t frame);

/* ---- C calls C# ---------------------------------------------------------------------------------- */

/* An object so aligned, or NULL; errno as it was. */
void *nla_try_alloc(size_t size, size_t alignment, void *block, uint64_t frame);

#endif
