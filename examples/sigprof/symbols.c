/* SPDX-License-Identifier: MIT */
/*
 * Addresses to functions. For each module: the functions of its .symtab, or of its debug file where
 * it is stripped, and of .dynsym; the linkage table; what is left goes by its address. A function
 * is believed only for the bytes that its symbol covers: a stripped library's exported names would
 * else be given to the private functions that follow them.
 */
#include <errno.h>
#include <link.h>
#include <string.h>

#include "cfi.h"
#include "elf_image.h"
#include "memory.h"
#include "prof.h"
#include "report.h"

struct naming
{
    struct places *places;
    const char **raw;    /* for each place: its symbol, NULL while there is none */
    uintptr_t bias;      /* how far the module was moved */
    size_t first, after; /* the places in the module */
};

/* The first place at or above an address. */
static size_t lower_bound(const struct places *places, uintptr_t pc)
{
    size_t low = 0;
    size_t count = places->count;

    while (count > 0)
    {
        size_t half = count / 2;
        if (places->place[low + half].pc < pc)
        {
            low += half + 1;
            count -= half + 1;
        }
        else
            count = half;
    }
    return low;
}

/* Of several names for one address, the one that people know has the fewest underscores, or is
 * shortest. */
static bool is_better(const char *name, const char *known)
{
    if (known == NULL || strspn(name, "_") != strspn(known, "_"))
        return known == NULL || strspn(name, "_") < strspn(known, "_");
    return strlen(name) < strlen(known);
}

static void name_places(void *argument, uintptr_t value, size_t size, const char *name)
{
    struct naming *naming = argument;
    struct places *places = naming->places;
    uintptr_t start = naming->bias + value;

    for (size_t i = lower_bound(places, start); i < naming->after; i++)
    {
        if (places->place[i].pc - start >= size)
            return;
        if (is_better(name, naming->raw[i]))
            naming->raw[i] = name;
    }
}

static struct elf_image image_of(const struct dl_phdr_info *module)
{
    const char *path = module->dlpi_name[0] == '\0' ? "/proc/self/exe" : module->dlpi_name;

    if (strncmp(path, "linux-vdso", 10) == 0)
        return elf_at((const void *)module->dlpi_addr);
    return elf_open(path);
}

static void name_module(struct naming *naming, const struct dl_phdr_info *module)
{
    struct elf_image image = image_of(module);
    struct elf_image debug;
    char path[256];

    if (!elf_functions(&image, false, name_places, naming) &&
        elf_debug_path(&image, path, sizeof path))
    {
        debug = elf_open(path);
        elf_functions(&debug, false, name_places, naming);
    }
    elf_functions(&image, true, name_places, naming);
    elf_linkage(&image, name_places, naming);
}

/* A function that no symbol names: it goes by its module and the start that its table gives it. */
static struct function *nameless(const struct naming *naming, const char *path, uintptr_t pc,
                                 enum function_kind kind)
{
    const char *slash = strrchr(path, '/');
    const char *file = slash == NULL ? path : slash + 1;
    struct cfi cfi;
    char name[256];

    if (cfi_find(pc, &cfi) && cfi.signal_frame)
        return names_function("[signal]", kind);
    if (cfi_find(pc, &cfi))
        snprintf(name, sizeof name, "[%s+0x%zx]", file, (size_t)(cfi.start - naming->bias));
    else
        snprintf(name, sizeof name, "[%s]", file);
    return names_function(name, kind);
}

static void make_functions(const struct naming *naming, const char *path, enum function_kind kind)
{
    struct place *place = naming->places->place;

    for (size_t i = naming->first; i < naming->after; i++)
    {
        const char *raw = naming->raw[i];

        if (raw == NULL)
            place[i].function = nameless(naming, path, place[i].pc, kind);
        else if (i > naming->first && raw == naming->raw[i - 1])
            place[i].function = place[i - 1].function;
        else
            place[i].function = names_function(raw, kind);
    }
}

static bool contains(const struct dl_phdr_info *module, uintptr_t address)
{
    for (int i = 0; i < module->dlpi_phnum; i++)
    {
        const ElfW(Phdr) *segment = &module->dlpi_phdr[i];
        if (segment->p_type == PT_LOAD &&
            address - module->dlpi_addr - segment->p_vaddr < segment->p_memsz)
            return true;
    }
    return false;
}

/* The places in a module's code, as a stretch of the sorted places. */
static bool find_places(struct naming *naming, const struct dl_phdr_info *module)
{
    uintptr_t low = UINTPTR_MAX;
    uintptr_t high = 0;

    for (int i = 0; i < module->dlpi_phnum; i++)
    {
        const ElfW(Phdr) *segment = &module->dlpi_phdr[i];
        uintptr_t start = module->dlpi_addr + segment->p_vaddr;

        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_X) == 0)
            continue;
        low = start < low ? start : low;
        high = start + segment->p_memsz > high ? start + segment->p_memsz : high;
    }
    naming->bias = module->dlpi_addr;
    naming->first = lower_bound(naming->places, low);
    naming->after = lower_bound(naming->places, high);
    return naming->first < naming->after;
}

static int resolve_module(struct dl_phdr_info *module, size_t size, void *argument)
{
    struct naming *naming = argument;
    enum function_kind kind = FUNCTION_OF_PROGRAM;
    const char *path = module->dlpi_name[0] == '\0' ? program_invocation_name : module->dlpi_name;

    (void)size;
    if (!find_places(naming, module))
        return 0;
    if (contains(module, prof.allocator_start))
        kind = FUNCTION_OF_ALLOCATOR;
    else if (contains(module, (uintptr_t)&prof))
        kind = FUNCTION_OF_PROFILER;
    name_module(naming, module);
    make_functions(naming, path, kind);
    return 0;
}

void symbols_resolve(struct places *places)
{
    struct naming naming = {.places = places};
    struct function *unknown = names_function("[unknown]", FUNCTION_OF_PROGRAM);

    naming.raw = zeroed(places->count, sizeof *naming.raw);
    dl_iterate_phdr(resolve_module, &naming);
    for (size_t i = 0; i < places->count; i++)
        if (places->place[i].function == NULL)
            places->place[i].function = unknown; /* code without a file, or a module that is gone */
    free(naming.raw);
}
