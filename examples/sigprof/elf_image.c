/* SPDX-License-Identifier: MIT */
/* Reads ELF files. Offsets come from files, so each is checked against the image's size. */
#include "elf_image.h"

#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const void *part(const struct elf_image *image, uint64_t offset, uint64_t size)
{
    if (image->bytes == NULL || offset > image->size || size > image->size - offset)
        return NULL;
    return image->bytes + offset;
}

static const ElfW(Ehdr) * header_of(const struct elf_image *image)
{
    const ElfW(Ehdr) *header = part(image, 0, sizeof *header);

    if (header == NULL || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_ident[EI_CLASS] != ELFCLASS64)
        return NULL;
    return header;
}

static const ElfW(Shdr) * sections_of(const struct elf_image *image, size_t *count)
{
    const ElfW(Ehdr) *header = header_of(image);

    *count = header == NULL ? 0 : header->e_shnum;
    if (header == NULL || header->e_shoff == 0)
        return NULL;
    return part(image, header->e_shoff, *count * sizeof(ElfW(Shdr)));
}

/* A string of a string table, or "" if it is not all there. */
static const char *string_at(const struct elf_image *image, const ElfW(Shdr) * table, size_t offset)
{
    const char *strings = part(image, table->sh_offset, table->sh_size);

    if (strings == NULL || offset >= table->sh_size ||
        memchr(strings + offset, '\0', table->sh_size - offset) == NULL)
        return "";
    return strings + offset;
}

struct elf_image elf_open(const char *path)
{
    struct elf_image image = {NULL, 0};
    struct stat status;
    void *memory = MAP_FAILED;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return image;
    if (fstat(fd, &status) == 0 && status.st_size > 0)
        memory = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (memory != MAP_FAILED)
        image = (struct elf_image){memory, (size_t)status.st_size};
    return image;
}

struct elf_image elf_at(const void *memory)
{
    const ElfW(Ehdr) *header = memory;

    return (struct elf_image){memory, header->e_shoff + header->e_shnum * sizeof(ElfW(Shdr))};
}

static bool is_function(const ElfW(Sym) * symbol)
{
    unsigned type = ELF64_ST_TYPE(symbol->st_info);

    return (type == STT_FUNC || type == STT_GNU_IFUNC) && symbol->st_shndx != SHN_UNDEF &&
           symbol->st_size > 0;
}

bool elf_functions(const struct elf_image *image, bool dynamic, elf_visit *visit, void *argument)
{
    size_t count;
    const ElfW(Shdr) *section = sections_of(image, &count);
    bool found = false;

    for (size_t i = 0; section != NULL && i < count; i++)
    {
        const ElfW(Sym) *symbol = part(image, section[i].sh_offset, section[i].sh_size);
        size_t symbols = section[i].sh_size / sizeof *symbol;

        if (section[i].sh_type != (dynamic ? SHT_DYNSYM : SHT_SYMTAB) || symbol == NULL ||
            section[i].sh_link >= count)
            continue;
        found = true;
        for (size_t s = 0; s < symbols; s++)
            if (is_function(&symbol[s]))
                visit(argument, symbol[s].st_value, symbol[s].st_size,
                      string_at(image, &section[section[i].sh_link], symbol[s].st_name));
    }
    return found;
}

void elf_linkage(const struct elf_image *image, elf_visit *visit, void *argument)
{
    size_t count;
    const ElfW(Shdr) *section = sections_of(image, &count);
    const ElfW(Ehdr) *header = header_of(image);

    if (section == NULL || header->e_shstrndx >= count)
        return;
    for (size_t i = 0; i < count; i++)
    {
        const char *name = string_at(image, &section[header->e_shstrndx], section[i].sh_name);
        if (strncmp(name, ".plt", 4) == 0)
            visit(argument, section[i].sh_addr, section[i].sh_size, "[plt]");
    }
}

bool elf_debug_path(const struct elf_image *image, char *path, size_t size)
{
    size_t count;
    const ElfW(Shdr) *section = sections_of(image, &count);

    for (size_t i = 0; section != NULL && i < count; i++)
    {
        const uint8_t *note = part(image, section[i].sh_offset, section[i].sh_size);
        const ElfW(Nhdr) *head = (const void *)note;
        int length;

        if (section[i].sh_type != SHT_NOTE || note == NULL || section[i].sh_size < 36 ||
            head->n_type != NT_GNU_BUILD_ID || head->n_namesz != 4 || head->n_descsz != 20)
            continue;
        note += sizeof *head + 4; /* the name is GNU */
        length = snprintf(path, size, "/usr/lib/debug/.build-id/%02x/", note[0]);
        for (int byte = 1; byte < 20; byte++)
            length += snprintf(path + length, size - (size_t)length, "%02x", note[byte]);
        snprintf(path + length, size - (size_t)length, ".debug");
        return true;
    }
    return false;
}
