/* SPDX-License-Identifier: MIT */
/*
 * The call tree as a flame graph: one SVG file with nothing outside it. A box is a function, as
 * wide as the time spent in it and in what it called; it stands on its caller. Boxes narrower than
 * a pixel and rows that nobody scrolls to are left out, or a compiler's profile would be tens of
 * megabytes; the folded stacks have them all.
 */
#include <string.h>

#include "prof.h"
#include "report.h"

#define WIDTH 1200.0
#define MARGIN 12.0
#define TOP 62.0
#define BOTTOM 34.0
#define ROW 17.0
#define NARROWEST 1.0 /* pixels */
#define HIGHEST 64    /* rows */
#define LETTER 6.63   /* pixels of a letter of 11 px DejaVu Sans Mono and its like */

struct picture
{
    FILE *out;
    double scale;  /* pixels for a period */
    double ground; /* y of the root's box */
    uint64_t total;
};

static void write_escaped(FILE *out, const char *text, size_t max)
{
    for (; *text != '\0' && max > 0; text++, max--)
    {
        if (*text == '&')
            fputs("&amp;", out);
        else if (*text == '<')
            fputs("&lt;", out);
        else if (*text == '>')
            fputs("&gt;", out);
        else if ((unsigned char)*text >= 0x20)
            fputc(*text, out);
    }
}

/* The node if it is to be seen. Siblings come widest first, so the first NULL ends them. */
static const struct node *visible(const struct picture *picture, const struct node *node,
                                  unsigned row)
{
    bool seen = node != NULL && row < HIGHEST && (double)node->total * picture->scale >= NARROWEST;

    return seen ? node : NULL;
}

static unsigned rows_of(const struct picture *picture, const struct node *node, unsigned row)
{
    const struct node *child = visible(picture, node->child, row + 1);
    unsigned highest = row + 1;

    for (; child != NULL; child = visible(picture, child->sibling, row + 1))
    {
        unsigned rows = rows_of(picture, child, row + 1);
        highest = rows > highest ? rows : highest;
    }
    return highest;
}

/* Warm for the program, a shade for each name; the allocator is cool, so that the eye finds it. */
static unsigned colour_of(const struct function *function)
{
    unsigned hash = 2166136261u;

    for (const char *c = function->name; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    hash ^= hash >> 15;
    if (function->kind == FUNCTION_OF_ALLOCATOR)
        return (90 + hash % 30) << 16 | (165 + (hash >> 8) % 30) << 8 | (205 + (hash >> 16) % 30);
    if (function->name[0] == '[')
        return (216 + hash % 12) << 16 | (203 + hash % 12) << 8 | (182 + hash % 12);
    return (236 + hash % 18) << 16 | (112 + (hash >> 8) % 96) << 8 | (48 + (hash >> 16) % 34);
}

static void write_box(const struct picture *picture, const struct node *node, double x, double y)
{
    FILE *out = picture->out;
    double width = (double)node->total * picture->scale;
    double percent = 100.0 / (double)picture->total;
    size_t letters = width < 5 * LETTER + 6 ? 0 : (size_t)((width - 6) / LETTER);
    size_t length = strlen(node->function->name);

    fputs("<g><title>", out);
    write_escaped(out, node->function->name, SIZE_MAX);
    fprintf(out, "\n%.2f %% of the time, %.3f s; itself %.2f %%</title>",
            (double)node->total * percent, (double)node->total / prof.hz,
            (double)node->self * percent);
    fprintf(out, "<rect x=\"%.2f\" y=\"%.0f\" width=\"%.2f\" height=\"%.0f\" fill=\"#%06x\"/>", x,
            y, width, ROW - 1, colour_of(node->function));
    if (letters > 0)
    {
        fprintf(out, "<text x=\"%.2f\" y=\"%.0f\">", x + 3, y + 12);
        write_escaped(out, node->function->name, length <= letters ? letters : letters - 2);
        fputs(length <= letters ? "</text>" : "..</text>", out);
    }
    fputs("</g>\n", out);
}

static void write_boxes(const struct picture *picture, const struct node *node, double x,
                        unsigned row)
{
    const struct node *child = visible(picture, node->child, row + 1);

    write_box(picture, node, x, picture->ground - row * ROW);
    for (; child != NULL; child = visible(picture, child->sibling, row + 1))
    {
        write_boxes(picture, child, x, row + 1);
        x += (double)child->total * picture->scale;
    }
}

static void write_head(const struct picture *picture, const char *program, double height)
{
    FILE *out = picture->out;
    const char *time = prof.clock == PROF_CLOCK_WALL ? "thread seconds" : "seconds of CPU time";

    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" "
            "height=\"%.0f\">\n<style>%s</style>\n",
            WIDTH, height, WIDTH, height, flame_style);
    fprintf(out,
            "<defs><linearGradient id=\"paper\" x2=\"0\" y2=\"1\"><stop stop-color=\"#fffaf0\"/>"
            "<stop offset=\"1\" stop-color=\"#f6e7cf\"/></linearGradient></defs>\n"
            "<rect class=\"paper\" width=\"100%%\" height=\"100%%\" fill=\"url(#paper)\"/>\n"
            "<text class=\"title\" x=\"%.0f\" y=\"26\">",
            MARGIN);
    write_escaped(out, program, 80);
    fprintf(out, "</text>\n<text class=\"note\" x=\"%.0f\" y=\"46\">%llu samples, %.2f %s</text>\n",
            MARGIN, (unsigned long long)prof.counts.samples, (double)picture->total / prof.hz,
            time);
    fprintf(
        out,
        "<rect class=\"paper\" x=\"%.0f\" y=\"15\" width=\"12\" height=\"12\" fill=\"#f29a42\"/>"
        "<text class=\"note\" x=\"%.0f\" y=\"25\">the program</text>\n"
        "<rect class=\"paper\" x=\"%.0f\" y=\"15\" width=\"12\" height=\"12\" fill=\"#69b4dc\"/>"
        "<text class=\"note\" x=\"%.0f\" y=\"25\">libnolockalloc</text>\n"
        "<text class=\"note\" id=\"search\" x=\"%.0f\" y=\"46\">search</text>\n"
        "<text class=\"note\" id=\"reset\" x=\"%.0f\" y=\"46\">whole picture</text>\n",
        WIDTH - 262, WIDTH - 244, WIDTH - 136, WIDTH - 118, WIDTH - 118, WIDTH - 244);
}

void flame_write(FILE *out, const struct node *root, const char *program)
{
    struct picture picture = {.out = out, .total = root->total == 0 ? 1 : root->total};
    double height;

    picture.scale = (WIDTH - 2 * MARGIN) / (double)picture.total;
    height = TOP + rows_of(&picture, root, 0) * ROW + BOTTOM;
    picture.ground = height - BOTTOM - ROW;
    write_head(&picture, program, height);
    fputs("<g id=\"boxes\">\n", out);
    write_boxes(&picture, root, MARGIN, 0);
    fprintf(out, "</g>\n<text class=\"note\" id=\"detail\" x=\"%.0f\" y=\"%.0f\"> </text>\n",
            MARGIN, height - 12);
    fprintf(out, "<script><![CDATA[%s]]></script>\n</svg>\n", flame_script);
}
