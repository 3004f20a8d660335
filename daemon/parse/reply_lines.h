/* reply_lines.h - a text by lines, each folded for the questions of reply_words.h, with the attributions in it. */
#ifndef TAAMIM_PARSE_REPLY_LINES_H
#define TAAMIM_PARSE_REPLY_LINES_H
#include <stdbool.h>
#include <stddef.h>
#include "base/arena.h"

#define ATTRIBUTION_LINES ((size_t)4)

struct lines {
    struct arena *a;
    char **line;         /* as it came, the end trimmed */
    const char **folded; /* see reply_words.h; "" for an empty one */
    size_t *attribution; /* how many lines from this one on are an attribution; 0 for none */
    size_t n;
};

/* The first 20,000 lines. */
struct lines lines_of(struct arena *a, const char *text);
bool line_empty(const struct lines *all, size_t i);
bool line_quoted(const struct lines *all, size_t i);
/* From i on; n where there is none. */
size_t next_filled(const struct lines *all, size_t i);
bool quoted_next(const struct lines *all, size_t i);

#endif
