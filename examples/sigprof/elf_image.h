/* SPDX-License-Identifier: MIT */
/* An ELF file in memory, and the functions that its symbol tables name. */
#ifndef SIGPROF_ELF_IMAGE_H
#define SIGPROF_ELF_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_image
{
    const uint8_t *bytes;
    size_t size;
};

/* value: the function's address in the file's own terms, before the module was moved. */
typedef void elf_visit(void *argument, uintptr_t value, size_t size, const char *name);

/* Maps a file read-only; bytes is NULL where that cannot be done. */
struct elf_image elf_open(const char *path);
/* An image that is in memory already (the vDSO). */
struct elf_image elf_at(const void *memory);

/* Visits every function of .symtab, or of .dynsym with dynamic; false: there is no such table. */
bool elf_functions(const struct elf_image *image, bool dynamic, elf_visit *visit, void *argument);
/* Visits the parts of the procedure linkage table by the name "[plt]". */
void elf_linkage(const struct elf_image *image, elf_visit *visit, void *argument);
/* The path of the separate debug file of a stripped file, by its build id; false: it has no id. */
bool elf_debug_path(const struct elf_image *image, char *path, size_t size);

#endif /* SIGPROF_ELF_IMAGE_H */
