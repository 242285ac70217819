/* SPDX-License-Identifier: MIT */
/* The text to read: what is below some paths, in an order that is the same each time. */
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ngrams.h"

enum
{
    SMALLEST = 64,
    LARGEST = 1 << 20, /* beyond this it is data more often than text */
};

static struct corpus found;
static size_t room;

static int visit(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)walk;
    if (type != FTW_F || !S_ISREG(status->st_mode) || status->st_size < SMALLEST ||
        status->st_size > LARGEST)
        return 0;
    if (found.count == room)
    {
        room = room == 0 ? 256 : 2 * room;
        found.file = realloc(found.file, room * sizeof *found.file);
        if (found.file == NULL)
            abort();
    }
    found.file[found.count++] = (struct file){strdup(path), (size_t)status->st_size};
    return 0;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

struct corpus corpus_find(char *const paths[], size_t count, size_t max_bytes)
{
    for (size_t i = 0; i < count; i++)
    {
        size_t before = found.count;

        nftw(paths[i], visit, 16, FTW_PHYS);
        qsort(found.file + before, found.count - before, sizeof *found.file, by_path);
    }
    for (size_t i = 0; i < found.count; i++)
    {
        if (found.bytes >= max_bytes)
            found.count = i;
        else
            found.bytes += found.file[i].size;
    }
    return found;
}
