/* setting_words.c - the small words of configuration files: languages, weekends, and the name that was meant.
 *
 * What is not understood wholly is refused; nothing is guessed but the suggestion in an error. */
#include <string.h>
#include <strings.h>

#include "app/setting.h"
#include "base/nearest.h"

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

const char *did_you_mean(struct arena *a, const char *wrong, const char *const *names, size_t n)
{
    const char *nearest = nearest_name(wrong, names, n);
    return nearest ? arena_printf(a, "; did you mean '%s'?", nearest) : "";
}
