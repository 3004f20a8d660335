/* app_case.h - what the tests of app's files share: a file written into a folder of its own, and the tree's own
 * files. */
#ifndef TAAMIM_TESTS_APP_CASE_H
#define TAAMIM_TESTS_APP_CASE_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "app/setting.h"
#include "base/arena.h"

/* A file of the tree: below $TAAMIM_SOURCE, else the working directory. */
static inline const char *source_file(struct arena *a, const char *path)
{
    const char *root = getenv("TAAMIM_SOURCE");
    return arena_printf(a, "%s/%s", root ? root : ".", path);
}

static inline void write_case(const char *path, const char *bytes, size_t n)
{
    FILE *f = fopen(path, "w");
    if (!f || fwrite(bytes, 1, n, f) != n || fclose(f) != 0)
        abort();
}

/* `text` with the first `from` replaced by `to`. */
static inline const char *replaced(struct arena *a, const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    if (!at)
        abort();
    return arena_printf(a, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

/* The problems without the folder of the file. */
static inline const char *without(struct arena *a, const char *text, const char *folder)
{
    while (strstr(text, folder))
        text = replaced(a, text, folder, "");
    return text;
}

#endif
