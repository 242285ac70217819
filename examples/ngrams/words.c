/* SPDX-License-Identifier: MIT */
/*
 * A file as words and grams. The way of a program that does not think about its allocator: it makes
 * a gram for every run of words and lets the table free those that it has already.
 */
#include <ctype.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ngrams.h"

struct word
{
    uint32_t offset;
    uint32_t length;
};

struct reader
{
    const struct file *file;
    const char *text;
    struct word recent[MAX_WORDS]; /* a ring */
    size_t seen;
    unsigned max_words;
    struct table *table;
    struct tally *tally;
};

static uint64_t hash_of(const char *text, size_t length)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3u;
    return hash ^ hash >> 32;
}

static size_t append(char *to, const char *from, size_t length)
{
    for (size_t i = 0; i < length; i++)
        to[i] = (char)tolower((unsigned char)from[i]);
    return length;
}

/* The text of the last so many words; 0 if it is too long. */
static size_t join(const struct reader *reader, unsigned words, char *text)
{
    size_t length = 0;

    for (size_t i = reader->seen - words; i < reader->seen; i++)
    {
        const struct word *word = &reader->recent[i % MAX_WORDS];

        if (length + word->length + 1 > MAX_TEXT)
            return 0;
        if (length > 0)
            text[length++] = ' ';
        length += append(text + length, reader->text + word->offset, word->length);
    }
    return length;
}

static struct gram *make_gram(const struct reader *reader, unsigned words)
{
    char text[MAX_TEXT + 1];
    size_t length = join(reader, words, text);
    struct gram *gram;

    if (length == 0)
        return NULL;
    gram = kmalloc_nolock(sizeof *gram + length, 0, NUMA_NO_NODE);
    if (gram == NULL)
    {
        reader->tally->out_of_memory = true;
        return NULL;
    }
    reader->tally->made++;
    gram->hash = hash_of(text, length);
    gram->count = 1;
    gram->first_file = reader->file;
    gram->first_offset = reader->recent[(reader->seen - words) % MAX_WORDS].offset;
    gram->words = (uint16_t)words;
    gram->length = (uint16_t)length;
    memcpy(gram->text, text, length);
    return gram;
}

static void add_word(struct reader *reader, size_t start, size_t end)
{
    struct word *word = &reader->recent[reader->seen++ % MAX_WORDS];

    *word = (struct word){(uint32_t)start, (uint32_t)(end - start)};
    reader->tally->words++;
    for (unsigned words = 1; words <= reader->max_words && words <= reader->seen; words++)
    {
        struct gram *gram = make_gram(reader, words);
        if (gram != NULL)
            table_add(reader->table, gram, reader->tally);
    }
}

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static void read_words(struct reader *reader)
{
    const char *text = reader->text;
    size_t size = reader->file->size;
    size_t at = 0;

    while (at < size)
    {
        size_t start = at;

        while (at < size && in_word(text[at]))
            at++;
        if (at > start)
            add_word(reader, start, at);
        while (at < size && !in_word(text[at]))
            at++;
    }
}

void words_count(const struct file *file, unsigned max_words, struct table *table,
                 struct tally *tally)
{
    struct reader reader = {.file = file, .max_words = max_words, .table = table, .tally = tally};
    int fd = open(file->path, O_RDONLY | O_CLOEXEC);
    void *text;

    if (fd < 0)
        return;
    text = mmap(NULL, file->size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (text == MAP_FAILED)
        return;
    reader.text = text;
    if (memchr(text, '\0', file->size) == NULL) /* else it is not text */
        read_words(&reader);
    munmap(text, file->size);
}
