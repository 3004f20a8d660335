/* nearest.c - guesses which name was meant by a wrong one. Nothing is done with a guess but to say it. */
#include "base/nearest.h"

#include <glib.h>
#include <string.h>

#define NAME_BYTES 65

static size_t smallest(size_t x, size_t y, size_t z)
{
    size_t least = x < y ? x : y;
    return least < z ? least : z;
}

/* Edit distance with neighbours swapped as one edit; both names shorter than NAME_BYTES. */
static size_t distance(const char *x, const char *y)
{
    size_t d[NAME_BYTES][NAME_BYTES], n = strlen(x), m = strlen(y);
    for (size_t i = 0; i <= n; i++)
        d[i][0] = i;
    for (size_t j = 0; j <= m; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= n; i++)
        for (size_t j = 1; j <= m; j++) {
            size_t cost = g_ascii_tolower(x[i - 1]) != g_ascii_tolower(y[j - 1]);
            d[i][j] = smallest(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + cost);
            if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1] && d[i - 2][j - 2] + 1 < d[i][j])
                d[i][j] = d[i - 2][j - 2] + 1;
        }
    return d[n][m];
}

const char *nearest_name(const char *wrong, const char *const *names, size_t n)
{
    const char *nearest = NULL;
    size_t length = strlen(wrong), best = 1 + length / 4;
    if (length >= NAME_BYTES || length < 2)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        size_t d = strlen(names[i]) < NAME_BYTES ? distance(wrong, names[i]) : length;
        if (d >= length || d > best || (nearest && d == best))
            continue;
        nearest = names[i];
        best = d;
    }
    return nearest;
}
