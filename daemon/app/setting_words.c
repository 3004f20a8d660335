/* setting_words.c - the small words of configuration files: languages, weekends, and the name that was meant.
 *
 * What is not understood wholly is refused; nothing is guessed but the suggestion in an error. */
#include <glib.h>
#include <string.h>
#include <strings.h>

#include "app/setting.h"

#define NAME_BYTES 48

static const char *const days[7][2] = {{"sun", "sunday"},   {"mon", "monday"}, {"tue", "tuesday"}, {"wed", "wednesday"},
                                       {"thu", "thursday"}, {"fri", "friday"}, {"sat", "saturday"}};

/* The next part of a text up to a separator; false at the end or where it is empty or too long. */
static bool next_part(const char **at, char separator, char out[16])
{
    const char *end = strchrnul(*at, separator);
    size_t n = (size_t)(end - *at);
    if (n == 0 || n > 15)
        return false;
    memcpy(out, *at, n);
    out[n] = '\0';
    *at = *end ? end + 1 : NULL;
    return true;
}

bool langs_parse(const char *text, unsigned *out)
{
    unsigned langs = 0;
    char part[16];
    int lang;
    for (const char *at = text; at;) {
        if (!next_part(&at, '+', part) || !enum_by_name(lang_names, LANG_COUNT, part, &lang) ||
            (langs & LANG_BIT(lang)))
            return false;
        langs |= LANG_BIT(lang);
    }
    *out = langs;
    return true;
}

const char *langs_format(struct arena *a, unsigned langs)
{
    const char *text = "";
    for (int i = 0; i < LANG_COUNT; i++)
        if (langs & LANG_BIT(i))
            text = arena_printf(a, "%s%s%s", text, *text ? "+" : "", lang_names[i]);
    return text;
}

static int day_of(const char *name)
{
    for (int i = 0; i < 7; i++)
        if (strcasecmp(name, days[i][0]) == 0 || strcasecmp(name, days[i][1]) == 0)
            return i;
    return -1;
}

bool weekend_parse(const char *text, unsigned *out)
{
    unsigned weekend = 0;
    char part[16];
    if (strcasecmp(text, "none") == 0) {
        *out = 0;
        return true;
    }
    for (const char *at = text; at;) {
        int day = next_part(&at, '-', part) ? day_of(part) : -1;
        if (day < 0 || (weekend & WEEKDAY_BIT(day)))
            return false;
        weekend |= WEEKDAY_BIT(day);
    }
    *out = weekend;
    return true;
}

/* From Thursday on, so that a weekend reads in its own order. */
const char *weekend_format(struct arena *a, unsigned weekend)
{
    const char *text = "";
    for (int i = 4; i < 11; i++)
        if (weekend & WEEKDAY_BIT(i % 7))
            text = arena_printf(a, "%s%s%s", text, *text ? "-" : "", days[i % 7][0]);
    return *text ? text : "none";
}

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

const char *did_you_mean(struct arena *a, const char *wrong, const char *const *names, size_t n)
{
    const char *nearest = nearest_name(wrong, names, n);
    return nearest ? arena_printf(a, "; did you mean '%s'?", nearest) : "";
}
