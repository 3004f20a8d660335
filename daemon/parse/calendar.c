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

static const char *value_of(const char *line, const char *name)
{
    size_t n = strlen(name);
    if (strncasecmp(line, name, n) != 0 || (line[n] != ':' && line[n] != ';'))
        return NULL;
    const char *colon = strchr(line + n, ':');
    return colon ? colon + 1 : NULL;
}

static void add_partstat(struct arena *a, const char *line, struct facts *f)
{
    const char *p = value_of(line, "ATTENDEE") ? strcasestr(line, "PARTSTAT=") : NULL;
    if (!p || strlen(f->calendar_partstat) > 400)
        return;
    p += strlen("PARTSTAT=");
    const char *word = text_cut(a, arena_strndup(a, p, strcspn(p, ";:,\" ")), WORD_MAX);
    f->calendar_partstat = *f->calendar_partstat ? arena_printf(a, "%s,%s", f->calendar_partstat, word) : word;
}

static void read_calendar(struct arena *a, char *text, struct facts *f)
{
    char *rest = unfold(text), *line;
    while ((line = strsep(&rest, "\n"))) {
        const char *method = value_of(line, "METHOD"), *uid = value_of(line, "UID");
        if (method && !*f->calendar_method)
            f->calendar_method = text_cut(a, method, 40);
        if (uid && !*f->calendar_uid)
            f->calendar_uid = text_cut(a, uid, 500);
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
