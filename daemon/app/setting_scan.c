/* setting_scan.c - looks at the bytes of a configuration file before libconfig does.
 *
 * libconfig 1.5 takes any bytes, stumbles over a byte order mark with a plain "syntax error", and wraps an integer
 * beyond 32 bits without a word. So the file must be UTF-8 without a mark and without control characters, and each
 * number outside of strings and comments is read here too. */
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "app/setting.h"
#include "base/file.h"

#define FILE_MAX  ((size_t)8 << 20)
#define SHOWN_MAX 40

struct scan {
    const char *path, *at, *end;
    int line;
    bool includes;
    struct problems *p;
};

static bool starts(const struct scan *s, const char *text)
{
    size_t n = strlen(text);
    return (size_t)(s->end - s->at) >= n && memcmp(s->at, text, n) == 0;
}

static void step(struct scan *s)
{
    if (s->at < s->end && *s->at++ == '\n')
        s->line++;
}

static void skip_line(struct scan *s)
{
    while (s->at < s->end && *s->at != '\n')
        s->at++;
}

static void skip_comment(struct scan *s)
{
    s->at += 2;
    while (s->at < s->end && !starts(s, "*/"))
        step(s);
    for (int i = 0; i < 2; i++)
        step(s);
}

static void skip_string(struct scan *s)
{
    for (step(s); s->at < s->end && *s->at != '"'; step(s))
        if (*s->at == '\\')
            step(s);
    step(s);
}

/* A word of letters, digits and what may stand in names and numbers. */
static void take_word(struct scan *s)
{
    const char *from = s->at;
    char word[SHOWN_MAX + 1], *end;
    while (s->at < s->end && (isalnum((unsigned char)*s->at) || strchr("_-+.*", *s->at)))
        s->at++;
    size_t n = (size_t)(s->at - from);
    n = n < SHOWN_MAX ? n : SHOWN_MAX;
    memcpy(word, from, n);
    word[n] = '\0';
    errno = 0;
    bool hex = n > 2 && word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
    long long value = strtoll(word, &end, hex ? 16 : 10);
    bool wide = (*end == 'L' || *end == 'l') && end > word;
    if (wide || *end != '\0')
        end += strspn(end, "Ll");
    if (end == word || *end != '\0')
        return;
    if (errno == ERANGE)
        problem_in(s->p, s->path, s->line, "the number %s is too large", word);
    else if (!wide && (value > INT32_MAX || value < INT32_MIN))
        problem_in(s->p, s->path, s->line, "the number %s is too large to be written so; above %d a number ends with L",
                   word, INT32_MAX);
}

static void scan_tokens(struct scan *s)
{
    while (s->at < s->end) {
        if (*s->at == '#' || starts(s, "//"))
            skip_line(s);
        else if (starts(s, "/*"))
            skip_comment(s);
        else if (*s->at == '"')
            skip_string(s);
        else if (starts(s, "@include") && !s->includes) {
            problem_in(s->p, s->path, s->line, "@include is not taken in this file");
            skip_line(s);
        } else if (isalnum((unsigned char)*s->at) || *s->at == '-' || *s->at == '+' || *s->at == '_')
            take_word(s);
        else
            step(s);
    }
}

static bool control(int32_t c)
{
    return (c < 0x20 && c != '\n' && c != '\t' && c != '\r') || (c >= 0x7f && c < 0xa0);
}

static bool check_bytes(struct scan s)
{
    if (starts(&s, "\xef\xbb\xbf")) {
        problem_in(s.p, s.path, 1, "the file begins with a byte order mark (BOM); save it as UTF-8 without one");
        return false;
    }
    if (starts(&s, "\xff\xfe") || starts(&s, "\xfe\xff")) {
        problem_in(s.p, s.path, 1, "the file is UTF-16; save it as UTF-8");
        return false;
    }
    for (utf8proc_int32_t c; s.at < s.end;) {
        utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s.at, s.end - s.at, &c);
        if (n <= 0) {
            problem_in(s.p, s.path, s.line, "this line is not UTF-8 (byte 0x%02x); save the file as UTF-8",
                       (unsigned char)*s.at);
            return false;
        }
        if (control(c)) {
            problem_in(s.p, s.path, s.line, "this line holds a control character (U+%04X)", (unsigned)c);
            return false;
        }
        s.line += c == '\n';
        s.at += n;
    }
    return true;
}

bool setting_scan(const char *path, bool includes_allowed, struct problems *p)
{
    ARENA_SCOPED a = arena_new();
    struct err e = {0};
    size_t n;
    const char *bytes = file_read(a, path, FILE_MAX, &n, &e);
    if (!bytes) {
        problem_in(p, path, 0, "%s", e.text);
        return false;
    }
    struct scan s = {.path = path, .at = bytes, .end = bytes + n, .line = 1, .includes = includes_allowed, .p = p};
    if (!check_bytes(s))
        return false;
    int before = p->n;
    scan_tokens(&s);
    return includes_allowed || p->n == before || !memmem(bytes, n, "@include", 8);
}
