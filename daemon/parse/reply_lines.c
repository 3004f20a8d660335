/* Lines, and which of them are an attribution: "On … wrote:", « Le … a écrit : », «كتب … في …:» over one to four lines.
 *
 * Where quoted lines follow, an address or a date with the verb is enough; elsewhere a program's own form is asked for,
 * so that a person's "On Monday the Minister wrote:" stays words. */
#include "parse/reply_lines.h"
#include <glib.h>
#include <string.h>
#include "parse/reply_words.h"
#include "parse/text.h"

#define LINES_MAX         ((size_t)20000)
#define ATTRIBUTION_BYTES 500

bool line_empty(const struct lines *all, size_t i)
{
    return all->folded[i][0] == '\0';
}

bool line_quoted(const struct lines *all, size_t i)
{
    return all->folded[i][0] == '>';
}

size_t next_filled(const struct lines *all, size_t i)
{
    while (i < all->n && line_empty(all, i))
        i++;
    return i;
}

bool quoted_next(const struct lines *all, size_t i)
{
    i = next_filled(all, i);
    return i < all->n && line_quoted(all, i);
}

/* « كتب … في 2 نوفمبر 2026: » with nobody it was written to: a day alone, but as only a program puts it. */
static bool dated_by_program(const char *joined)
{
    const char *year = strstr(joined, " 20");
    return year && strspn(year + 1, "0123456789") == 4 && g_str_has_prefix(joined, "كتب");
}

/* "On Mon, Nov 2, 2026 at 10:00, S<s@league.example> wrote:   the original": Yahoo for Android breaks no line. The verb
 * stands right behind the address. */
static bool original_behind(const char *joined, const char *behind_verb)
{
    const char *end = g_strrstr_len(joined, behind_verb - joined, "> ");
    if (!end || *behind_verb != ':' || !starts_attribution(joined) || !holds_time(joined) || !holds_date(joined))
        return false;
    const char *verb = end + 2 + (strncmp(end + 2, "a ", 2) == 0 ? 2 : 0);
    return !memchr(verb, ' ', (size_t)(behind_verb - verb));
}

static bool is_attribution(const struct lines *all, size_t next, const char *joined)
{
    const char *at = strchr(joined, '@'), *behind_verb = behind_wrote(joined);
    bool digits = strpbrk(joined, "0123456789") != NULL;
    if (!g_str_has_suffix(joined, ":"))
        return at && behind_verb && original_behind(joined, behind_verb);
    if (quoted_next(all, next))
        return at ? digits || behind_verb || g_str_has_suffix(joined, ">:") : digits && behind_verb;
    if (!behind_verb)
        return false;
    return (at && strpbrk(joined, "<[(\"")) ||
           (!says_to_whom(behind_verb) && ((holds_time(joined) && holds_date(joined)) || dated_by_program(joined)));
}

static bool ends_sentence(const char *folded)
{
    return *folded && strchr(".!?", folded[strlen(folded) - 1]);
}

/* A line that could begin one may be a person's, with the attribution below it: the last beginning counts, so this is
 * asked from the last line upwards. */
static size_t attribution_at(const struct lines *all, size_t i)
{
    char joined[ATTRIBUTION_BYTES + 1];
    size_t length = 0;
    for (size_t n = 1; n <= ATTRIBUTION_LINES && i + n <= all->n; n++) {
        const char *folded = all->folded[i + n - 1];
        size_t more = strlen(folded);
        if (*folded == '\0' || *folded == '>' ||
            (n > 1 && all->attribution[i + n - 1] > 0 && starts_attribution(folded)) ||
            length + more + 2 > sizeof joined)
            return 0;
        if (n > 1)
            joined[length++] = ' ';
        memcpy(joined + length, folded, more + 1);
        length += more;
        if (is_attribution(all, i + n, joined))
            return n;
        if (n == 1 && !starts_attribution(folded) && (!strpbrk(folded, "0123456789@") || ends_sentence(folded)))
            return 0;
    }
    return 0;
}

struct lines lines_of(struct arena *a, const char *text)
{
    struct lines all = {.a = a};
    char *rest = arena_strdup(a, text), *line;
    size_t n_folded = 0;
    while (all.n < LINES_MAX && (line = strsep(&rest, "\n"))) {
        const char *folded = fold(a, g_strchomp(line));
        ARENA_PUSH(a, all.folded, n_folded, folded);
        ARENA_PUSH(a, all.line, all.n, *folded || strchr(line, TEXT_LINK_MARK) ? line : "");
    }
    all.attribution = arena_alloc(a, (all.n + 1) * sizeof *all.attribution);
    for (size_t i = all.n; i-- > 0;)
        all.attribution[i] = attribution_at(&all, i);
    return all;
}
