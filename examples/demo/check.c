/* SPDX-License-Identifier: MIT */
/* Whether a profile is what it should be: its numbers, its folded stacks, its picture. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo.h"

enum
{
    MAX_NESTING = 64,
};

static bool planting; /* the files are wrong on purpose: no complaints */

static bool complain(const char *what, const char *where)
{
    if (!planting)
        fprintf(stderr, "demo: %s: %s\n", where, what);
    return false;
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t room = 0;
    ssize_t length;

    if (file == NULL)
        return NULL;
    length = getdelim(&text, &room, '\0', file); /* text has no NUL: all of it */
    fclose(file);
    if (length >= 0)
        return text;
    free(text);
    return NULL;
}

/* Each line: names with ; between them, a space, a count. The counts are the profile's periods. */
static bool check_folded(const char *text, const struct result *result)
{
    uint64_t sum = 0;

    while (*text != '\0')
    {
        const char *end = strchr(text, '\n');
        const char *count = end;

        if (end == NULL)
            return complain("last line has no end", result->folded);
        while (count > text && isdigit((unsigned char)count[-1]))
            count--;
        if (count == end || count - text < 2 || count[-1] != ' ' || text[0] == ';')
            return complain("a line is not folded stacks", result->folded);
        sum += strtoull(count, NULL, 10);
        text = end + 1;
    }
    if (sum == 0 || sum > result->profile.periods)
        return complain("the counts are not those of the profile", result->folded);
    return true;
}

/* From behind a tag's name to its >: attributes have quotes around their values. */
static const char *skip_attributes(const char *at)
{
    while (*at != '\0' && *at != '>')
    {
        if (*at == '"')
        {
            at = strchr(at + 1, '"');
            if (at == NULL)
                return NULL;
        }
        else if (*at == '<')
            return NULL;
        at++;
    }
    return *at == '>' ? at : NULL;
}

static bool is_entity(const char *at)
{
    return strncmp(at, "&amp;", 5) == 0 || strncmp(at, "&lt;", 4) == 0 ||
           strncmp(at, "&gt;", 4) == 0;
}

struct open_tags
{
    const char *name[MAX_NESTING];
    size_t depth;
};

/* One construct that begins with <; gives its last character, NULL if it is wrong. */
static const char *check_tag(const char *at, struct open_tags *open)
{
    bool closes = at[1] == '/';
    const char *name = at + 1 + closes;
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    const char *end;

    if (strncmp(at, "<?xml", 5) == 0)
        return strchr(at, '>');
    if (strncmp(at, "<![CDATA[", 9) == 0)
    {
        end = strstr(at, "]]>");
        return end == NULL ? NULL : end + 2;
    }
    end = skip_attributes(name + length);
    if (length == 0 || end == NULL)
        return NULL;
    if (!closes && end[-1] == '/')
        return end;
    if (!closes && open->depth < MAX_NESTING)
    {
        open->name[open->depth++] = name;
        return end;
    }
    if (!closes || open->depth == 0 || strncmp(open->name[--open->depth], name, length) != 0)
        return NULL;
    return end;
}

static bool check_svg(const char *text, const struct result *result)
{
    struct open_tags open = {.depth = 0};

    for (const char *at = text; *at != '\0'; at++)
    {
        if (*at == '&' && !is_entity(at))
            return complain("a bare &", result->svg);
        if (*at != '<')
            continue;
        at = check_tag(at, &open);
        if (at == NULL)
            return complain("a tag that is not well-formed", result->svg);
    }
    if (open.depth != 0 || strstr(text, "<svg ") == NULL)
        return complain("tags are left open", result->svg);
    return true;
}

/* A check that lets these pass is worth nothing. */
static bool finds_planted_errors(void)
{
    static const char *const folded[] = {"main;f\n", "main;f 12", ";f 1\n", "main;f 9\n", "\n"};
    static const char *const svg[] = {"<svg ><g></svg>",  "<svg >a & b</svg>", "<svg x=\"></svg>",
                                      "<svg ></svg></g>", "<svg >a < b</svg>", "<g></g>"};
    const struct result result = {.profile = {.periods = 5}};
    bool passed = false;

    planting = true;
    for (size_t i = 0; i < sizeof folded / sizeof folded[0]; i++)
        passed |= check_folded(folded[i], &result);
    for (size_t i = 0; i < sizeof svg / sizeof svg[0]; i++)
        passed |= check_svg(svg[i], &result);
    planting = false;
    return !passed && check_folded("main;f 5\n", &result) &&
           check_svg("<?xml version=\"1.0\"?><svg x=\"1\"><a/>&lt;</svg>", &result);
}

bool check_result(const struct result *result)
{
    char *folded = read_file(result->folded);
    char *svg = read_file(result->svg);
    bool good = true;

    if (!finds_planted_errors())
        good = complain("the checks do not find planted errors", "check.c");
    if (result->lost > 0)
        good = complain("kmalloc_nolock() gave NULL in a handler", result->subject->name);
    if (folded == NULL || svg == NULL)
        good = complain("a file is missing", result->subject->name);
    else
        good &= check_folded(folded, result) & check_svg(svg, result);
    free(folded);
    free(svg);
    return good;
}
