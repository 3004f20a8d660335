/* Calendar parts (RFC 5545, 5546): METHOD, UID and the answers in PARTSTAT, from the first text/calendar or .ics part.
 * The part's header has the same method (RFC 6047 2.4), and some programs have it there alone. At most 64 KB are read. */
#include <string.h>
#include <strings.h>
#include "parse/header.h"
#include "parse/tree.h"

#define WORD_MAX ((size_t)40) /* of an answer: the longest that RFC 5545 knows has 12 letters */

/* A content line may be folded: CRLF and one space or tab (RFC 5545 3.1). */
static char *unfold(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        const char *end = *from == '\r' && from[1] == '\n' ? from + 1 : from;
        if (*end == '\n' && (end[1] == ' ' || end[1] == '\t'))
            from = end + 1;
        else if (*from != '\r')
            *to++ = *from;
    }
    *to = '\0';
    return text;
}

/* contentline = name *( ";" param-name "=" value ) ":" value, where a value in quotes may hold any of these (RFC 5545
 * 3.1): the next of the two marks outside of quotes, or the end. */
static const char *next_mark(const char *p)
{
    for (bool quotes = false; *p; p++) {
        quotes ^= *p == '"';
        if (!quotes && (*p == ';' || *p == ':'))
            return p;
    }
    return p;
}

/* Behind the colon of a line with this name; NULL for another line. */
static const char *value_of(const char *line, const char *name)
{
    size_t n = strlen(name);
    if (strncasecmp(line, name, n) != 0 || (line[n] != ':' && line[n] != ';'))
        return NULL;
    const char *p = line + n;
    while (*p == ';')
        p = next_mark(p + 1);
    return *p ? p + 1 : NULL;
}

/* A text's backslashes taken out (RFC 5545 3.3.11). */
static const char *text_value(struct arena *a, const char *value, size_t max)
{
    char *text = arena_strdup(a, value), *to = text;
    for (const char *p = text; *p; p++)
        if (*p != '\\' || !strchr("\\,;", p[1]) || !p[1])
            *to++ = *p;
        else
            *to++ = *++p;
    *to = '\0';
    return text_cut(a, g_strstrip(text), max);
}

static void add_partstat(struct arena *a, const char *line, struct facts *f)
{
    static const char name[] = ";PARTSTAT=";
    const char *p = value_of(line, "ATTENDEE") ? next_mark(line) : "";
    while (*p == ';' && strncasecmp(p, name, sizeof name - 1) != 0)
        p = next_mark(p + 1);
    if (*p != ';' || strlen(f->calendar_partstat) > 400)
        return;
    p += sizeof name - 1;
    p += *p == '"';
    const char *word = text_cut(a, arena_strndup(a, p, strcspn(p, ";:,\" ")), WORD_MAX);
    f->calendar_partstat = *f->calendar_partstat ? arena_printf(a, "%s,%s", f->calendar_partstat, word) : word;
}

static void read_calendar(struct arena *a, char *text, struct facts *f)
{
    char *rest = unfold(text), *line;
    while ((line = strsep(&rest, "\n"))) {
        const char *method = value_of(line, "METHOD"), *uid = value_of(line, "UID");
        if (method && !*f->calendar_method)
            f->calendar_method = text_value(a, method, 40);
        if (uid && !*f->calendar_uid)
            f->calendar_uid = text_value(a, uid, 500);
        add_partstat(a, line, f);
    }
}

void collect_calendar(struct tree *t)
{
    for (size_t i = 0; i < t->n_leaves; i++) {
        const struct leaf *l = &t->leaves[i];
        size_t n = strlen(l->name);
        bool calendar = strcmp(l->type, "text/calendar") == 0 || strcmp(l->type, "application/ics") == 0 ||
                        (n > 4 && strcasecmp(l->name + n - 4, ".ics") == 0);
        if (!calendar || l->document || l->forwarded)
            continue;
        read_calendar(t->a, leaf_text(t->a, l, TEXT_MAX), t->facts);
        const char *same = header_param(t->a, header_type(GMIME_OBJECT(l->part)), "method");
        if (!*t->facts->calendar_method && same)
            t->facts->calendar_method = text_cut(t->a, same, 40);
        const char *method = t->facts->calendar_method;
        t->facts->signs.calendar_reply = strcasecmp(method, "REPLY") == 0 || strcasecmp(method, "COUNTER") == 0;
        return;
    }
}
