/* request.c - the lines of an officer's mail, by two tables (request_words.c): what a verb may be told, and what a key may be called.
 *
 * Refused: a key that is not known or does not belong to the verb, one said twice or without a value, a verb without
 * what it needs. Nothing is guessed: a word that is meant for all delegations must be written, or its key left out. */
#include "round/request_words.h"

#include <stdio.h>
#include <string.h>

#include "round/words.h"

#define KEY_BYTES  96
#define LINE_BYTES 1000 /* of a value; texts may be longer */

/* ---- words, as they are compared */

/* Small words in plain spelling with single blanks; Arabic ones without their article, or with it. */
static void plain(const char *text, size_t n, bool article, char out[KEY_BYTES])
{
    static const char al[] = "ال";
    char part[KEY_BYTES];
    struct words w;
    size_t len = 0;

    *out = '\0';
    if (n >= sizeof part)
        return;
    memcpy(part, text, n);
    part[n] = '\0';
    words_of(part, &w);
    for (size_t i = 0; i < w.n && len < KEY_BYTES; i++) {
        const char *word = w.word[i].text;
        bool has = !article && strncmp(word, al, strlen(al)) == 0 && strlen(word) > strlen(al);

        len += (size_t)snprintf(out + len, KEY_BYTES - len, "%s%s", i ? " " : "", has ? word + strlen(al) : word);
    }
    if (len >= KEY_BYTES)
        *out = '\0';
}

static bool is_in(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

static bool is_named(const char *text, size_t n, const char *const *names)
{
    char with[KEY_BYTES], without[KEY_BYTES];

    plain(text, n, true, with);
    plain(text, n, false, without);
    return *with && (is_in(with, names) || is_in(without, names));
}

static int verb_of(const char *text, size_t n)
{
    for (int i = 0; i < REQUEST_VERB_COUNT; i++)
        if (is_named(text, n, request_verbs[i].names))
            return i;
    return -1;
}

static int key_of(const char *text, size_t n)
{
    for (int i = 0; i < REQUEST_KEY_COUNT; i++)
        if (is_named(text, n, request_keys[i]))
            return i;
    return -1;
}

/* ---- lines */

/* Blanks and marks of direction that nobody sees. */
static size_t unseen(const char *p)
{
    static const char *const marks[] = {" ", "\t", "\r", "\u00a0", "\u200e", "\u200f", "\u061c", "\u202f", "\ufeff"};

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strncmp(p, marks[i], strlen(marks[i])) == 0)
            return strlen(marks[i]);
    /* U+202A..U+202E and U+2066..U+2069 */
    if (strncmp(p, "\xe2\x80", 2) == 0 && (unsigned char)p[2] >= 0xaa && (unsigned char)p[2] <= 0xae)
        return 3;
    return strncmp(p, "\xe2\x81", 2) == 0 && (unsigned char)p[2] >= 0xa6 && (unsigned char)p[2] <= 0xa9 ? 3 : 0;
}

struct span {
    const char *at;
    size_t n;
};

static struct span trimmed(const char *at, size_t n)
{
    size_t skip, end = 0;

    while (n > 0 && (skip = unseen(at)) > 0 && skip <= n)
        at += skip, n -= skip;
    for (size_t i = 0; i < n; i += skip ? skip : 1) { /* end: behind the last that is seen */
        skip = unseen(at + i);
        if (!skip)
            end = i + 1;
    }
    return (struct span){at, end};
}

struct cursor {
    const char *rest;
    int line; /* of the line taken last, from 1 */
};

static bool next_line(struct cursor *c, struct span *out)
{
    size_t n;

    if (!*c->rest)
        return false;
    n = strcspn(c->rest, "\n");
    *out = trimmed(c->rest, n);
    c->rest += n + (c->rest[n] == '\n');
    c->line++;
    return true;
}

static bool next_said(struct cursor *c, struct span *out)
{
    while (next_line(c, out))
        if (out->n > 0)
            return true;
    return false;
}

/* Up to the first colon, also a full-width one; whole where there is none. */
static bool split(struct span line, struct span *name, struct span *value)
{
    static const char wide[] = "\uff1a";

    for (size_t i = 0; i < line.n; i++) {
        size_t n = line.at[i] == ':' ? 1 : i + 3 <= line.n && memcmp(line.at + i, wide, 3) == 0 ? 3 : 0;

        if (!n)
            continue;
        *name = trimmed(line.at, i);
        *value = trimmed(line.at + i + n, line.n - i - n);
        return true;
    }
    *name = line;
    *value = (struct span){line.at + line.n, 0};
    return false;
}

/* The first `words` words of a line, and the rest; false where it has fewer. */
static bool split_words(struct span line, int words, struct span *name, struct span *value)
{
    size_t i = 0;

    while (words-- > 0) {
        while (i < line.n && (line.at[i] == ' ' || line.at[i] == '\t'))
            i++;
        if (i == line.n)
            return false;
        while (i < line.n && line.at[i] != ' ' && line.at[i] != '\t')
            i++;
    }
    *name = trimmed(line.at, i);
    *value = trimmed(line.at + i, line.n - i);
    return true;
}

typedef int name_fn(const char *text, size_t n);

/* "NAME: value", "NAME value" with a name of up to three words; -1. */
static int read_line(struct span line, name_fn *of, struct span *value, bool *colon_out)
{
    struct span name;
    int found = -1;

    *colon_out = split(line, &name, value);
    if (*colon_out)
        return of(name.at, name.n);
    for (int words = 3; found < 0 && words > 0; words--)
        if (split_words(line, words, &name, value))
            found = of(name.at, name.n);
    return found;
}

int64_t request_number(const char *said)
{
    struct words w;

    words_of(said, &w);
    return w.n == 1 && w.word[0].digits > 0 && w.word[0].digits < 10 ? w.word[0].number : 0;
}

static bool is_reference(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.at[i] == ' ')
            return false;
    return memchr(s.at, '/', s.n) != NULL;
}

/* ---- the verb */

static int read_verb(struct span line, struct span *value, bool *colon_out)
{
    return read_line(line, verb_of, value, colon_out);
}

static bool is_one_word(struct span s)
{
    return memchr(s.at, ' ', s.n) == NULL;
}

/* "Remind me tomorrow" is no request, and "Note: I am away" is none. */
static bool may_be_meant(struct span value, bool colon)
{
    char text[KEY_BYTES];

    if (value.n == 0 || is_reference(value) || (colon && is_one_word(value)))
        return true;
    if (value.n >= sizeof text)
        return false;
    snprintf(text, sizeof text, "%.*s", (int)value.n, value.at);
    return request_number(text) > 0;
}

bool request_is(const char *text)
{
    struct cursor c = {text, 0};
    struct span line, value;
    bool colon;

    return next_said(&c, &line) && read_verb(line, &value, &colon) >= 0 && may_be_meant(value, colon);
}

/* ---- the whole */

/* As a part of an error: in its line, short. */
static const char *quoted(struct arena *a, struct span s)
{
    size_t n = s.n < 60 ? s.n : 60;

    while (n < s.n && n > 0 && ((unsigned char)s.at[n] & 0xC0) == 0x80)
        n--;
    return arena_printf(a, "\u201c%.*s\u201d", (int)n, s.at);
}

static bool take(struct arena *a, struct request *r, int key, struct span value, int line, struct err *e)
{
    const char *name = request_key_names[key];

    if (!(request_verbs[r->verb].takes & 1u << key))
        return err_perm(e, "line %d: %s has no meaning here", line, name);
    if (r->said[key])
        return err_perm(e, "line %d: %s is said twice", line, name);
    if (value.n == 0)
        return err_perm(e, "line %d: %s has no value", line, name);
    if (value.n > LINE_BYTES && !(REQUEST_TEXTS & 1u << key))
        return err_perm(e, "line %d: %s is too long", line, name);
    r->said[key] = arena_strndup(a, value.at, value.n);
    r->line[key] = line;
    return true;
}

/* All lines up to the next text, or to the end. */
static struct span text_of(struct cursor *c, struct span begun)
{
    struct cursor next = *c;
    struct span line, value;
    const char *from = begun.n ? begun.at : c->rest, *end = begun.n ? begun.at + begun.n : c->rest;
    bool colon;

    while (next_line(&next, &line)) {
        int key = read_line(line, key_of, &value, &colon);

        if (colon && key >= KEY_TEXT)
            break;
        if (line.n > 0)
            end = line.at + line.n;
        *c = next;
    }
    return trimmed(from, (size_t)(end - from));
}

static bool ends_here(struct span line)
{
    return line.n == 2 && memcmp(line.at, "--", 2) == 0;
}

static bool read_lines(struct arena *a, struct cursor *c, struct request *r, struct err *e)
{
    struct span line, value;
    bool colon;

    while (next_said(c, &line) && !ends_here(line)) {
        int key = read_line(line, key_of, &value, &colon), at = c->line;

        if (key < 0 && !colon)
            return true; /* the officer's name */
        if (key < 0)
            return err_perm(e, "line %d: %s is not understood", at, quoted(a, line));
        if (key >= KEY_TEXT)
            while (value.n == 0 && *c->rest == '\n') /* empty lines before it */
                c->rest++, c->line++;
        if (key >= KEY_TEXT)
            value = text_of(c, value);
        if (!take(a, r, key, value, at, e))
            return false;
    }
    return true;
}

static bool check_needs(const struct request *r, struct err *e)
{
    for (int key = 0; key < REQUEST_KEY_COUNT; key++)
        if ((request_verbs[r->verb].needs & 1u << key) && !r->said[key])
            return err_perm(e, "the line %s is missing", request_key_names[key]);
    return true;
}

bool request_parse(struct arena *a, const char *text, struct request *out, struct err *e)
{
    struct cursor c = {text, 0};
    struct span line = {text, 0}, value;
    bool colon;
    int verb = next_said(&c, &line) ? read_verb(line, &value, &colon) : -1;

    *out = (struct request){.verb = verb};
    if (verb < 0)
        return err_perm(e, "line %d: %s is not understood", c.line ? c.line : 1, quoted(a, line));
    if (value.n > 0 && !take(a, out, (int)request_verbs[verb].first, value, c.line, e))
        return false;
    return read_lines(a, &c, out, e) && check_needs(out, e);
}

const char *request_form(enum request_verb verb, enum lang lang)
{
    return request_verbs[verb].form[lang];
}

bool request_same(const char *one, const char *other)
{
    char a[KEY_BYTES], b[KEY_BYTES];

    if (!one || !other)
        return false;
    plain(one, strlen(one), false, a);
    plain(other, strlen(other), false, b);
    return *a && strcmp(a, b) == 0;
}

/* "Yes?" is none. */
static bool asks_back(struct span line)
{
    return memchr(line.at, '?', line.n) || memmem(line.at, line.n, "\u061f", strlen("\u061f"));
}

enum request_word request_word(const char *text)
{
    static const char *const yes[] = {"yes",  "ok",  "confirm",  "confirmed", "نعم",      "موافق", "تاكيد",
                                      "اوكد", "oui", "d accord", "confirmer", "confirme", NULL};
    static const char *const no[] = {"no", "cancel", "لا", "الغاء", "non", "annuler", NULL};
    struct cursor c = {text, 0};
    struct span line;

    if (!next_said(&c, &line) || ends_here(line))
        return WORD_NONE;
    if (asks_back(line))
        return WORD_OTHER;
    return is_named(line.at, line.n, yes) ? WORD_YES : is_named(line.at, line.n, no) ? WORD_NO : WORD_OTHER;
}
