/* Judges what is attached before it is filed, and remembers what is not. The raw message is archived whole, so that
 * nothing is lost by a refusal here; a paper that is protected by a password is taken as it is. */
#include "app/trouble.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/marks.h"
#include "mail/names.h"

/* ".exe" is the end of a name, "desktop.ini" all of it. */
static bool is_so_named(const char *name, const char *refused)
{
    size_t n = strlen(name), of = strlen(refused);

    return (*refused == '.' ? n >= of : n == of) && strncasecmp(name + n - of, refused, of) == 0;
}

/* A refused word with a slash is a media type, any other a name: config.c sees to it. */
static bool is_refused(const struct config *c, const char *type, const char *name)
{
    for (size_t i = 0; i < c->refused.n; i++) {
        const char *refused = c->refused.items[i];

        if (strchr(refused, '/') ? strcasecmp(type, refused) == 0 : is_so_named(name, refused))
            return true;
    }
    return false;
}

static bool is_allowed(const struct config *c, const char *type)
{
    for (size_t i = 0; i < c->allowed.n; i++) {
        const char *allowed = c->allowed.items[i];
        size_t n = strcspn(allowed, "*");

        if (allowed[n] ? strncasecmp(type, allowed, n) == 0 : strcasecmp(type, allowed) == 0)
            return true;
    }
    return c->allowed.n == 0;
}

const char *trouble_of_part(struct arena *a, const struct config *c, const struct fact_part *part)
{
    if (part->cut)
        return TROUBLE_CUT;
    if (part->size == 0)
        return TROUBLE_EMPTY;
    if (is_refused(c, part->type, name_skeleton(a, name_clean(a, part->name))))
        return TROUBLE_REFUSED_TYPE;
    if (!is_allowed(c, part->type))
        return TROUBLE_NOT_ALLOWED;
    if (part->macros && c->macros == MACROS_REFUSE)
        return TROUBLE_MACROS;
    return part->size > c->max_paper_bytes ? TROUBLE_TOO_LARGE : NULL;
}

/* How many bytes of it name a file each; and how many more there were. */
static size_t named_bytes(const char *troubles, long *more_out)
{
    const char *line = troubles;

    while (*line && strncmp(line, TROUBLE_MORE, strlen(TROUBLE_MORE)) != 0)
        line += line[strcspn(line, "\n")] ? strcspn(line, "\n") + 1 : strlen(line);
    *more_out = *line ? strtol(line + strlen(TROUBLE_MORE), NULL, 10) : 0;
    return (size_t)(line - troubles);
}

void trouble_add(struct arena *a, struct message_row *m, const char *code, int64_t size, const char *name)
{
    const char *before = m->troubles ? m->troubles : "";
    const char *one_line = arena_printf(a, "%s\t%lld\t%s", code, (long long)size, text_line(a, name, SIZE_MAX));
    long more;
    size_t n = named_bytes(before, &more);

    if (more == 0 && n + strlen(one_line) < TROUBLES_BYTES)
        m->troubles = arena_printf(a, "%s%s\n", before, one_line);
    else
        m->troubles = arena_printf(a, "%.*s" TROUBLE_MORE "%ld\t0\t…\n", (int)n, before, more + 1);
}

size_t trouble_list(struct arena *a, const struct message_row *m, struct letter_paper **out)
{
    char *rest = arena_strdup(a, m->troubles ? m->troubles : ""), *line;
    struct letter_paper *list = NULL;
    size_t n = 0;

    while ((line = strsep(&rest, "\n"))) {
        const char *code = strsep(&line, "\t"), *size = strsep(&line, "\t");
        struct letter_paper paper = {.name = line, .sha256 = "", .item = -1, .trouble = code};

        if (!size || !line)
            continue;
        paper.size = strtoll(size, NULL, 10);
        ARENA_PUSH(a, list, n, paper);
    }
    *out = list;
    return n;
}

static const struct {
    const char *code, *reason, *advice;
} reasons[] = {
    {TROUBLE_EMPTY, "not taken: the file arrived empty", NULL},
    {TROUBLE_TOO_LARGE, "not taken: the file is too large", NULL},
    {TROUBLE_REFUSED_TYPE, "not taken: a file of a type that is refused", NULL},
    {TROUBLE_HOLDS_REFUSED, "not taken: it holds a file that is not taken",
     "the archive holds a file that is not accepted, and was not taken itself; its other files, where it has any, "
     "are named above."},
    {TROUBLE_NOT_ALLOWED, "not taken: a file of a type that is not among the allowed ones",
     "files of this type are not accepted; kindly send it in another format, such as PDF."},
    {TROUBLE_MACROS, "not taken: a document that carries macros",
     "the document carries macros, which are not accepted; kindly send it again without them, or as PDF."},
    {TROUBLE_REPLY_SIZE, "not taken: the files of the message are too large together",
     "the files of the message are larger together than can be received; kindly send this one in a further message."},
    {TROUBLE_CUT, "not taken: only a part of the file could be read",
     "only a part of the file could be read, since it or the whole message is too large; kindly send it alone, made "
     "smaller or in parts."},
    {TROUBLE_INCOMPLETE, "not taken: the message holds more, or deeper, than can be read",
     "the message holds more files, or files nested deeper, than can be read; what is not named here as received was "
     "not taken; kindly send it in further messages."},
    {TROUBLE_OURS, "our own document came back", NULL},
    {TROUBLE_LINK, "not taken: a link stands in place of the file, and links are not opened",
     "the message holds a link in place of the file; for reasons of security links are not opened; kindly attach the "
     "file itself."},
};
#define REASONS (sizeof reasons / sizeof *reasons)

const char *trouble_of_archive(const char *of_member)
{
    if (!of_member)
        return NULL;
    if (trouble_signature(of_member))
        return of_member;
    return strcmp(of_member, TROUBLE_REFUSED_TYPE) == 0 || strcmp(of_member, TROUBLE_MACROS) == 0
               ? TROUBLE_HOLDS_REFUSED
               : NULL;
}

const char *trouble_signature(const char *code)
{
    size_t n = strlen(TROUBLE_INFECTED);

    return strncmp(code, TROUBLE_INFECTED, n) == 0 ? code + n : NULL;
}

static bool is_more(const char *code)
{
    return strncmp(code, TROUBLE_MORE, strlen(TROUBLE_MORE)) == 0;
}

const char *trouble_reason(struct arena *a, const char *code)
{
    for (size_t i = 0; i < REASONS; i++)
        if (strcmp(reasons[i].code, code) == 0)
            return reasons[i].reason;
    if (is_more(code))
        return arena_printf(a, "and %s more that were not taken", code + strlen(TROUBLE_MORE));
    if (trouble_signature(code))
        return arena_printf(a, "not taken: the virus scanner found %s in the file", trouble_signature(code));
    return code;
}

const char *trouble_advice(struct arena *a, const char *code)
{
    if (is_more(code))
        return arena_printf(a, "there are %s more files that were not taken, for reasons such as those above.",
                            code + strlen(TROUBLE_MORE));
    for (size_t i = 0; i < REASONS; i++)
        if (reasons[i].advice && strcmp(reasons[i].code, code) == 0)
            return reasons[i].advice;
    return code;
}

const char *trouble_name(struct arena *a, const struct letter_paper *trouble)
{
    const char *host = strcmp(trouble->trouble, TROUBLE_LINK) == 0 ? strstr(trouble->name, "://") : NULL;

    return host ? arena_strndup(a, host + 3, strcspn(host + 3, "/?#:@")) : trouble->name;
}

bool sender_vouched(const struct message_row *m)
{
    return m->state && strcmp(m->state, "filed") == 0 && !mark_has(m->marks, MARK_UNVERIFIED);
}

const char *trouble_lines(struct arena *a, const struct message_row *m)
{
    struct letter_paper *list;
    size_t n = trouble_list(a, m, &list);
    const char *lines = "";

    for (size_t i = 0; i < n; i++)
        lines = arena_printf(a, "%s\n%s\n" FSI "%s" PDI, lines, trouble_reason(a, list[i].trouble),
                             sender_vouched(m) ? list[i].name : text_unlinked(a, list[i].name));
    return lines;
}

const char *trouble_in_story(struct arena *a, const struct message_row *m)
{
    struct letter_paper *list;
    size_t n = trouble_list(a, m, &list);
    const char *text = "";

    for (size_t i = 0; i < n; i++)
        text = arena_printf(a, "%s%s" FSI "%s" PDI " (%s)", text, i ? ", " : "; not taken: ", list[i].name,
                            list[i].trouble);
    return text;
}
