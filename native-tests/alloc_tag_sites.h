/* SPDX-License-Identifier: MIT */
#ifndef NOLOCKALLOC_TESTS_ALLOC_TAG_SITES_H
#define NOLOCKALLOC_TESTS_ALLOC_TAG_SITES_H

#include "nolockalloc.h"

#ifdef __cplusplus
extern "C" {
#endif

void *site_in_c(size_t size);
void *site_in_c_never_called(void);
void *site_that_bypasses(size_t size);
void *site_in_a_helper(size_t size);
void *site_without_tags(size_t size);

#ifdef __cplusplus
}
#endif

#endif
