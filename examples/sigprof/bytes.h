/* SPDX-License-Identifier: MIT */
/*
 * A cursor over bytes that never reads past its end: DWARF is read in a signal handler, and a wrong
 * byte in somebody's .eh_frame must cost a frame, not the process.
 */
#ifndef SIGPROF_BYTES_H
#define SIGPROF_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes
{
    const uint8_t *at;
    const uint8_t *end;
    bool bad; /* something wanted to read past the end; all reads give 0 from then on */
};

static inline bool bytes_left(const struct bytes *bytes)
{
    return !bytes->bad && bytes->at < bytes->end;
}

static inline void bytes_skip(struct bytes *bytes, size_t count)
{
    if (bytes->bad || count > (size_t)(bytes->end - bytes->at))
        bytes->bad = true;
    else
        bytes->at += count;
}

static inline uint64_t bytes_read(struct bytes *bytes, size_t count)
{
    uint64_t value = 0;
    const uint8_t *from = bytes->at;

    bytes_skip(bytes, count);
    if (!bytes->bad)
        memcpy(&value, from, count); /* little endian, as both machines are */
    return value;
}

static inline uint64_t bytes_uleb(struct bytes *bytes)
{
    uint64_t value = 0;
    uint64_t byte;
    unsigned shift = 0;

    do
    {
        byte = bytes_read(bytes, 1);
        if (shift < 64)
            value |= (byte & 0x7f) << shift;
        shift += 7;
    } while ((byte & 0x80) != 0 && !bytes->bad);
    return value;
}

static inline int64_t bytes_sleb(struct bytes *bytes)
{
    uint64_t value = 0;
    uint64_t byte;
    unsigned shift = 0;

    do
    {
        byte = bytes_read(bytes, 1);
        if (shift < 64)
            value |= (byte & 0x7f) << shift;
        shift += 7;
    } while ((byte & 0x80) != 0 && !bytes->bad);
    if (shift < 64 && (byte & 0x40) != 0)
        value |= ~(uint64_t)0 << shift;
    return (int64_t)value;
}

#endif /* SIGPROF_BYTES_H */
