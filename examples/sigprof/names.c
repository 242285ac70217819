/* SPDX-License-Identifier: MIT */
/*
 * Names of functions as people read them: C++ symbols are demangled, those of the allocator's C#
 * get their points back; argument lists and the suffixes of the compiler's clones (.cold, .part.0,
 * .isra.0, .constprop.0) are cut off.
 */
#include <dlfcn.h>
#include <string.h>

#include "memory.h"
#include "report.h"

enum
{
    BUCKETS = 1 << 12,
};

typedef char *demangler(const char *mangled, char *buffer, size_t *length, int *status);

static struct function *bucket[BUCKETS];

/* The C++ library's own, if the program has one or the machine has one. */
static demangler *find_demangler(void)
{
    static demangler *found;
    static bool searched;
    void *library;

    if (!searched)
    {
        searched = true;
        *(void **)&found = dlsym(RTLD_DEFAULT, "__cxa_demangle");
        library = found == NULL ? dlopen("libstdc++.so.6", RTLD_LAZY | RTLD_LOCAL) : NULL;
        if (library != NULL)
            *(void **)&found = dlsym(library, "__cxa_demangle");
    }
    return found;
}

/* f(int) const -> f: cuts at the parenthesis that opens the last argument list. */
static void cut_arguments(char *name)
{
    char *at = strrchr(name, ')');
    int depth = 0;

    if (at == NULL || strspn(at + 1, " const&volie") != strlen(at + 1))
        return;
    for (; at > name; at--)
    {
        depth += (*at == ')') - (*at == '(');
        if (depth == 0)
        {
            *at = '\0';
            return;
        }
    }
}

static void cut_suffix(char *symbol)
{
    static const char *const suffixes[] = {".cold", ".part.", ".isra.", ".constprop.",
                                           ".lto_priv."};

    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
    {
        char *at = strstr(symbol, suffixes[i]);
        if (at != NULL && at != symbol)
            *at = '\0';
    }
}

/* NoLockAlloc_NoLockAlloc_Slabs_Slab__Take -> Slabs.Slab.Take: namespace, type, method. */
static void translate_managed(char *name)
{
    const char prefix[] = "NoLockAlloc_NoLockAlloc_";
    const char *from = name + strlen(prefix);
    char *to = name;

    if (strncmp(name, prefix, strlen(prefix)) != 0)
        return;
    for (; *from != '\0'; from++)
    {
        if (*from == '_' && from[1] == '_')
            from++;
        *to++ = *from == '_' ? '.' : *from;
    }
    *to = '\0';
}

static char *readable(const char *symbol)
{
    char *name = strdup(symbol);
    char *demangled;
    int status;

    if (name == NULL)
        abort();
    cut_suffix(name);
    translate_managed(name);
    if (strncmp(name, "_Z", 2) != 0 || find_demangler() == NULL)
        return name;
    demangled = find_demangler()(name, NULL, NULL, &status);
    if (demangled == NULL)
        return name;
    free(name);
    cut_arguments(demangled);
    return demangled;
}

static size_t bucket_of(const char *name)
{
    size_t hash = 5381;

    for (; *name != '\0'; name++)
        hash = hash * 33 + (unsigned char)*name;
    return hash % BUCKETS;
}

struct function *names_function(const char *symbol, enum function_kind kind)
{
    char *name = readable(symbol);
    struct function **head = &bucket[bucket_of(name)];
    struct function *function = *head;

    while (function != NULL && (function->kind != kind || strcmp(function->name, name) != 0))
        function = function->next;
    if (function != NULL)
    {
        free(name);
        return function;
    }
    function = zeroed(1, sizeof *function);
    *function = (struct function){.name = name, .kind = kind, .next = *head};
    *head = function;
    return function;
}

/* Insertion into the few best: the list stays sorted, hottest first. */
static size_t insert(struct function **hottest, size_t count, size_t max, struct function *function)
{
    size_t i = count;

    if (function->self == 0)
        return count;
    for (; i > 0 && hottest[i - 1]->self < function->self; i--)
        if (i < max)
            hottest[i] = hottest[i - 1];
    if (i < max)
        hottest[i] = function;
    return count < max ? count + 1 : count;
}

size_t names_hottest(struct function **hottest, size_t max)
{
    size_t count = 0;

    for (size_t i = 0; i < BUCKETS; i++)
        for (struct function *function = bucket[i]; function != NULL; function = function->next)
            count = insert(hottest, count, max, function);
    return count;
}
