/* SPDX-License-Identifier: MIT */
/*
 * From a pc to its entry in .eh_frame. _dl_find_object (glibc 2.35) finds the module; it is the one
 * look-up of the dynamic loader that is documented as async-signal-safe: dl_iterate_phdr and dladdr
 * take the loader's lock. The module's .eh_frame_hdr is a sorted table, so the rest is one search.
 */
#include <dlfcn.h>

#include "cfi.h"

enum
{
    ENCODING_FORMAT = 0x0f,
    ENCODING_BASE = 0x70,
    ENCODING_PCREL = 0x10,
    ENCODING_DATAREL_SDATA4 = 0x3b,
    ENCODING_UDATA4 = 0x03,
    ENCODING_OMIT = 0xff,
};

/* A row of .eh_frame_hdr; both are distances from the start of .eh_frame_hdr. */
struct row
{
    int32_t function;
    int32_t entry;
};

static uintptr_t read_pointer(struct bytes *bytes, uint8_t encoding)
{
    uintptr_t here = (uintptr_t)bytes->at;
    uintptr_t value = 0;

    switch (encoding & ENCODING_FORMAT)
    {
    case 0x0: /* absptr */
    case 0x4: /* udata8 */
    case 0xc: /* sdata8 */
        value = (uintptr_t)bytes_read(bytes, 8);
        break;
    case 0x3:
        value = (uintptr_t)bytes_read(bytes, 4);
        break;
    case 0xb:
        value = (uintptr_t)(intptr_t)(int32_t)bytes_read(bytes, 4);
        break;
    default:
        bytes->bad = true;
    }
    if ((encoding & ENCODING_BASE) == ENCODING_PCREL)
        value += here;
    else if ((encoding & ENCODING_BASE) != 0)
        bytes->bad = true;
    return value;
}

/* The bytes of the CIE or FDE at an address: its contents without the length. */
static struct bytes entry_at(const uint8_t *at, const uint8_t *end)
{
    struct bytes bytes = {at, end, at == NULL || at >= end};
    uint64_t length = bytes_read(&bytes, 4);

    if (length == 0 || length == 0xffffffff || length > (uint64_t)(end - bytes.at))
        bytes.bad = true; /* the terminator, or the 64-bit form that nobody makes */
    if (!bytes.bad)
        bytes.end = bytes.at + length;
    return bytes;
}

/* The augmentation string says what else the CIE and its FDEs carry. */
static void read_augmentation(struct cfi *cfi, struct bytes *cie, const char *letters)
{
    uint64_t length = bytes_uleb(cie);
    struct bytes data = *cie;

    bytes_skip(cie, (size_t)length);
    for (; *letters != '\0' && !data.bad; letters++)
    {
        if (*letters == 'R')
            cfi->pointer_encoding = (uint8_t)bytes_read(&data, 1);
        else if (*letters == 'P') /* the personality routine: skip it, whatever its base */
            (void)read_pointer(&data, (uint8_t)bytes_read(&data, 1) & ENCODING_FORMAT);
        else if (*letters == 'L')
            (void)bytes_read(&data, 1);
        else if (*letters == 'S')
            cfi->signal_frame = true;
    }
}

static bool read_cie(struct cfi *cfi, const uint8_t *at)
{
    struct bytes cie = entry_at(at, cfi->end);
    const char *letters;
    uint64_t version;

    bytes_skip(&cie, 4); /* the id, 0 for a CIE */
    version = bytes_read(&cie, 1);
    letters = (const char *)cie.at;
    while (bytes_read(&cie, 1) != 0 && !cie.bad)
        continue;
    if (cie.bad || (version != 1 && version != 3) || (*letters != 'z' && *letters != '\0'))
        return false;
    cfi->code_align = bytes_uleb(&cie);
    cfi->data_align = bytes_sleb(&cie);
    cfi->return_column = (unsigned)(version == 1 ? bytes_read(&cie, 1) : bytes_uleb(&cie));
    cfi->pointer_encoding = 0;
    cfi->signal_frame = false;
    if (*letters == 'z')
        read_augmentation(cfi, &cie, letters + 1);
    cfi->initial = cie;
    return !cie.bad && cfi->return_column < MACHINE_REGISTERS;
}

static bool read_fde(struct cfi *cfi, const uint8_t *at, bool *has_augmentation)
{
    struct bytes fde = entry_at(at, cfi->end);
    const uint8_t *here = fde.at;
    uint64_t distance = bytes_read(&fde, 4);

    if (fde.bad || distance == 0 || distance > (uint64_t)(here - cfi->anchor))
        return false;
    if (!read_cie(cfi, here - distance))
        return false;
    *has_augmentation = *(here - distance + 9) == 'z';
    cfi->start = read_pointer(&fde, cfi->pointer_encoding);
    cfi->size = read_pointer(&fde, cfi->pointer_encoding & ENCODING_FORMAT);
    if (*has_augmentation)
        bytes_skip(&fde, (size_t)bytes_uleb(&fde));
    cfi->program = fde;
    return !fde.bad;
}

/* The last row whose function starts at or below pc. */
static const struct row *find_row(const uint8_t *header, const struct row *rows, size_t count,
                                  uintptr_t pc)
{
    intptr_t wanted = (intptr_t)(pc - (uintptr_t)header);
    size_t low = 0;

    while (count > 1)
    {
        size_t half = count / 2;
        if (rows[low + half].function <= wanted)
            low += half;
        count -= half;
    }
    return rows[low].function <= wanted ? &rows[low] : NULL;
}

bool cfi_find(uintptr_t pc, struct cfi *cfi)
{
    struct dl_find_object module;
    struct bytes header;
    const struct row *row;
    const uint8_t *start;
    uint64_t encodings;
    uint64_t count;
    bool has_augmentation;

    if (_dl_find_object((void *)pc, &module) != 0 || module.dlfo_eh_frame == NULL)
        return false;
    start = module.dlfo_eh_frame;
    cfi->end = module.dlfo_map_end;
    cfi->anchor = module.dlfo_map_start;
    header = (struct bytes){start, cfi->end, start >= cfi->end};
    encodings = bytes_read(&header, 4); /* version, and three encodings */
    (void)read_pointer(&header, (encodings >> 8) & 0xff);
    count = bytes_read(&header, 4);
    if (header.bad || (encodings & 0xff) != 1 || ((encodings >> 16) & 0xff) != ENCODING_UDATA4 ||
        encodings >> 24 != ENCODING_DATAREL_SDATA4 || count == 0 ||
        count > (size_t)(cfi->end - header.at) / sizeof *row)
        return false; /* a linker that makes another table: the walk goes by frame pointers */
    row = find_row(start, (const struct row *)(const void *)header.at, (size_t)count, pc);
    if (row == NULL || !read_fde(cfi, start + row->entry, &has_augmentation))
        return false;
    return pc - cfi->start < cfi->size;
}
