/* Parameters of Content-Type and Content-Disposition (RFC 2045 5.1, RFC 2231 3 and 4).
 *
 *   value *( ";" name ["*" section] ["*"] "=" ( token / quoted-string ) )
 *
 * Sections may come in any order, and a character may be split between two of them: the bytes are put together first,
 * converted
 * then. An extended parameter wins over a plain one of the same name; a plain one may hold encoded words or raw bytes.
 * At most
 * 64 parameters are read. */
#include "parse/header.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/buf.h"
#include "mail/names.h"
#include "parse/charset.h"

#define PARAMS_MAX 64

struct param {
    char name[64];
    int section;   /* -1: not in sections */
    bool extended; /* percent-encoded */
    const char *value;
    size_t n;
};

static const char *skip_space(const char *p)
{
    return p + strspn(p, " \t\r\n");
}

static const char *quoted_value(struct arena *a, const char *p, struct param *out)
{
    BUF_SCOPED value = {0};
    while (*p && *p != '"') {
        if (*p == '\\' && (p[1] == '"' || p[1] == '\\'))
            p++;
        if (*p != '\r' && *p != '\n')
            buf_addc(&value, *p);
        p++;
    }
    out->value = arena_strndup(a, buf_text(&value), value.len);
    out->n = value.len;
    return *p ? p + 1 : p;
}

static const char *plain_value(struct arena *a, const char *p, struct param *out)
{
    size_t n = strcspn(p, ";\r\n");
    const char *end = p + n;
    while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\t'))
        n--;
    if (n > 1 && p[0] == '\'' && p[n - 1] == '\'') { /* quoted as nowhere in the grammar */
        p++;
        n -= 2;
    }
    out->value = arena_strndup(a, p, n);
    out->n = n;
    return end;
}

/* "filename*1*" -> name, section, extended. */
static void split_name(const char *p, size_t n, struct param *out)
{
    snprintf(out->name, sizeof out->name, "%.*s", (int)(n < sizeof out->name ? n : sizeof out->name - 1), p);
    out->section = -1;
    out->extended = false;
    char *star = strchr(out->name, '*');
    if (!star)
        return;
    *star++ = '\0';
    if (*star >= '0' && *star <= '9') {
        out->section = (int)strtol(star, &star, 10);
        out->extended = *star == '*';
    } else {
        out->extended = true;
    }
}

static size_t parse_params(struct arena *a, const char *raw, struct param params[PARAMS_MAX])
{
    size_t count = 0;
    const char *p = raw + strcspn(raw, ";");
    while (*p && count < PARAMS_MAX) {
        p = skip_space(p);
        if (*p == ';') {
            p++;
            continue;
        }
        size_t n = strcspn(p, "=; \t\r\n");
        const char *after = skip_space(p + n);
        if (*after != '=') { /* no name: skip to the next parameter */
            p = after + (n == 0 && *after ? 1 : 0);
            continue;
        }
        split_name(p, n, &params[count]);
        after = skip_space(after + 1);
        p = *after == '"' ? quoted_value(a, after + 1, &params[count]) : plain_value(a, after, &params[count]);
        count++;
    }
    return count;
}

static void add_percent(struct buf *out, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '%' && i + 2 < n && g_ascii_isxdigit(p[i + 1]) && g_ascii_isxdigit(p[i + 2])) {
            buf_addc(out, (char)(g_ascii_xdigit_value(p[i + 1]) << 4 | g_ascii_xdigit_value(p[i + 2])));
            i += 2;
        } else {
            buf_addc(out, p[i]);
        }
    }
}

/* Takes charset'language' off the front of an extended value. */
static void take_charset(struct param *p, char charset[64])
{
    const char *first = memchr(p->value, '\'', p->n);
    const char *second = first ? memchr(first + 1, '\'', p->n - (size_t)(first + 1 - p->value)) : NULL;
    if (!second)
        return;
    snprintf(charset, 64, "%.*s", (int)(first - p->value < 63 ? first - p->value : 63), p->value);
    p->n -= (size_t)(second + 1 - p->value);
    p->value = second + 1;
}

static void add_section(struct buf *bytes, struct param *p, char charset[64])
{
    if (p->extended && p->section <= 0)
        take_charset(p, charset);
    if (p->extended)
        add_percent(bytes, p->value, p->n);
    else
        buf_add(bytes, p->value, p->n);
}

/* Percent signs in a plain value are its own, unless what they hide is UTF-8 beyond ASCII: some webmail. */
static char *plain_text(struct arena *a, const char *value)
{
    BUF_SCOPED bytes = {0};
    add_percent(&bytes, value, strlen(value));
    bool hides =
        bytes.len < strlen(value) && !g_str_is_ascii(buf_text(&bytes)) && utf8_valid(buf_text(&bytes), bytes.len);
    return hides && g_str_is_ascii(value) ? text_valid(a, buf_text(&bytes), bytes.len) : header_text(a, value, 2000);
}

static struct param *find(struct param *params, size_t n, const char *name, int section)
{
    for (size_t i = 0; i < n; i++)
        if (params[i].section == section && strcasecmp(params[i].name, name) == 0)
            return &params[i];
    return NULL;
}

static char *join_sections(struct arena *a, struct param *params, size_t n, const char *name)
{
    BUF_SCOPED bytes = {0};
    char charset[64] = "";
    int first = find(params, n, name, 0) ? 0 : 1; /* some count from one */
    bool any = false, extended = false;
    for (int section = first; section < first + PARAMS_MAX; section++) {
        struct param *p = find(params, n, name, section);
        if (!p)
            break;
        extended |= p->extended;
        any = true;
        add_section(&bytes, p, charset);
    }
    if (!any)
        return NULL;
    return extended ? charset_to_utf8(a, charset, buf_text(&bytes), bytes.len) : plain_text(a, buf_text(&bytes));
}

static char *single(struct arena *a, struct param *params, size_t n, const char *name, bool extended)
{
    for (size_t i = 0; i < n; i++) {
        struct param *p = &params[i];
        if (p->section != -1 || p->extended != extended || strcasecmp(p->name, name) != 0)
            continue;
        if (!extended)
            return plain_text(a, p->value);
        BUF_SCOPED bytes = {0};
        char charset[64] = "";
        add_section(&bytes, p, charset);
        return charset_to_utf8(a, charset, buf_text(&bytes), bytes.len);
    }
    return NULL;
}

char *header_param(struct arena *a, const char *raw, const char *name)
{
    if (!raw)
        return NULL;
    struct param params[PARAMS_MAX];
    size_t n = parse_params(a, raw, params);
    char *value = single(a, params, n, name, true);
    if (!value)
        value = join_sections(a, params, n, name);
    return value ? value : single(a, params, n, name, false);
}

char *header_word(struct arena *a, const char *raw)
{
    if (!raw)
        return arena_strdup(a, "");
    const char *p = skip_space(raw);
    char *word = arena_strndup(a, p, strcspn(p, "; \t\r\n"));
    for (char *c = word; *c; c++)
        *c = g_ascii_tolower(*c);
    return word;
}
