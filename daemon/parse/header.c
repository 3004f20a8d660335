/* Header values: encoded words and addresses. Parameters are in params.c.
 *
 * An encoded word (RFC 2047 2) is  "=?" charset ["*" language] "?" ("B" | "Q") "?" text "?="  and we are broader than
 * that: any length,
 * spaces inside Q text, no space around. Adjacent words of one charset are joined as bytes before they are converted.
 * Addresses are left
 * to GMime's parser, which is given the joined form. Nothing here fails: what cannot be decoded stays as it is. */
#include "parse/header.h"
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "base/buf.h"
#include "mail/address.h"
#include "mail/lex.h"
#include "mail/names.h"
#include "parse/charset.h"

#define RAW_MAX ((size_t)64 << 10) /* of one header field; longer ones are read so far */

struct word {
    char charset[64];
    bool base64;
    const char *text;
    size_t n;
    const char *end; /* after "?=" */
};

struct decoding {
    struct arena *a;
    struct buf run; /* bytes of the encoded words so far, all in `charset` */
    gint state;     /* of their base64, where a group is not at its end */
    guint save;
    char charset[64];
    bool rewrite; /* give encoded words instead of text */
    struct buf out;
};

const char *header_raw(GMimeObject *o, const char *name)
{
    GMimeHeader *header = g_mime_header_list_get_header(g_mime_object_get_header_list(o), name);
    return header ? g_mime_header_get_raw_value(header) : NULL;
}

const char *header_type(GMimeObject *o)
{
    GMimeHeaderList *list = g_mime_object_get_header_list(o);
    for (int i = g_mime_header_list_get_count(list); i-- > 0;) {
        GMimeHeader *header = g_mime_header_list_get_header_at(list, i);
        if (g_ascii_strcasecmp(g_mime_header_get_name(header), "Content-Type") == 0)
            return g_mime_header_get_raw_value(header);
    }
    return NULL;
}

char *text_cut(struct arena *a, const char *s, size_t max)
{
    size_t n = strlen(s);
    if (n > max)
        for (n = max; n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80;)
            n--;
    return arena_strndup(a, s, n);
}

static bool word_at(const char *s, struct word *w)
{
    const char *charset = s + 2, *mark = strchr(charset, '?');
    if (!mark || mark == charset || (size_t)(mark - charset) >= sizeof w->charset || !mark[1] || mark[2] != '?')
        return false;
    if (!strchr("bBqQ", mark[1]))
        return false;
    snprintf(w->charset, sizeof w->charset, "%.*s", (int)(mark - charset), charset);
    if (strpbrk(w->charset, " \t\r\n"))
        return false;
    w->charset[strcspn(w->charset, "*")] = '\0';
    w->base64 = mark[1] == 'b' || mark[1] == 'B';
    w->text = mark + 3;
    const char *close = strstr(w->text, "?=");
    if (!close)
        return false;
    w->n = (size_t)(close - w->text);
    w->end = close + 2;
    return true;
}

/* The bits of an unfinished group, as if its padding stood there. */
static void end_base64(struct decoding *d)
{
    guchar out[4];
    if (d->state)
        buf_add(&d->run, out, g_base64_decode_step("====", (gsize)(4 - (d->state & 3)) & 3, out, &d->state, &d->save));
    d->state = 0;
    d->save = 0;
}

/* Some cut a text after it was encoded, so that a group of four goes on in the next word: the lengths tell. */
static void add_base64(struct decoding *d, const char *text, size_t n)
{
    guchar chunk[1024];
    if (((size_t)(d->state & 3) + n) % 4 != 0)
        end_base64(d);
    for (size_t i = 0; i < n; i += 1024) {
        size_t step = n - i < 1024 ? n - i : 1024;
        buf_add(&d->run, chunk, g_base64_decode_step(text + i, step, chunk, &d->state, &d->save));
    }
}

static void add_quoted(struct buf *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '=' && i + 2 < n && g_ascii_isxdigit(text[i + 1]) && g_ascii_isxdigit(text[i + 2])) {
            buf_addc(out, (char)(g_ascii_xdigit_value(text[i + 1]) << 4 | g_ascii_xdigit_value(text[i + 2])));
            i += 2;
        } else {
            buf_addc(out, text[i] == '_' ? ' ' : text[i]);
        }
    }
}

static void flush_run(struct decoding *d)
{
    end_base64(d);
    if (d->run.len == 0)
        return;
    char *text = charset_to_utf8(d->a, d->charset, buf_text(&d->run), d->run.len);
    if (d->rewrite) {
        g_autofree char *encoded = g_base64_encode((const guchar *)text, strlen(text));
        buf_addf(&d->out, "=?utf-8?B?%s?=", encoded);
    } else {
        buf_adds(&d->out, text);
    }
    buf_clear(&d->run);
}

static void take_word(struct decoding *d, const struct word *w)
{
    if ((d->run.len > 0 || d->state) && strcasecmp(d->charset, w->charset) != 0)
        flush_run(d);
    snprintf(d->charset, sizeof d->charset, "%s", w->charset);
    if (w->base64) {
        add_base64(d, w->text, w->n);
        return;
    }
    end_base64(d);
    add_quoted(&d->run, w->text, w->n);
}

/* White space between two encoded words belongs to neither (RFC 2047 6.2). */
static const char *after_space(const char *s)
{
    const char *p = s + strspn(s, " \t\r\n");
    struct word w;
    return p > s && strncmp(p, "=?", 2) == 0 && word_at(p, &w) ? p : s;
}

static char *decode(struct arena *a, const char *raw, bool rewrite)
{
    size_t n = strnlen(raw, RAW_MAX);
    char *text = utf8_valid(raw, n) ? text_valid(a, raw, n) : charset_to_utf8(a, NULL, raw, n);
    const char *last = g_strrstr(text, "?="); /* behind it no encoded word ends: no need to look for each */
    struct decoding d = {.a = a, .rewrite = rewrite};
    struct word w;
    for (const char *p = text; *p;) {
        if (p < last && strncmp(p, "=?", 2) == 0 && word_at(p, &w)) {
            take_word(&d, &w);
            p = after_space(w.end);
            continue;
        }
        flush_run(&d);
        if (*p != '\r' && *p != '\n')
            buf_addc(&d.out, *p == '\t' ? ' ' : *p);
        p++;
    }
    flush_run(&d);
    char *result = arena_strndup(a, buf_text(&d.out), d.out.len);
    buf_free(&d.run);
    buf_free(&d.out);
    return result;
}

char *header_joined(struct arena *a, const char *raw)
{
    return decode(a, raw, true);
}

char *header_text(struct arena *a, const char *raw, size_t max)
{
    if (!raw)
        return arena_strdup(a, "");
    char *text = decode(a, raw, false);
    for (char *p = text; *p; p++) /* a decoded line break is no line break */
        if (*p == '\n' || *p == '\r')
            *p = ' ';
    g_strstrip(text);
    return text_cut(a, text_clean(a, text, strlen(text)), max);
}

char *header_structured(struct arena *a, const char *raw, size_t max, bool *cut_out)
{
    size_t n = raw ? strlen(raw) : 0;
    char *text = text_valid(a, raw ? raw : "", n < max ? n : max), *to = text;
    for (const char *p = text; *p; p++)
        if (*p != '\n')
            *to++ = *p == '\t' ? ' ' : *p;
    *to = '\0';
    if (cut_out)
        *cut_out = n > max || strlen(text) > max;
    return text_cut(a, g_strstrip(text), max);
}

static void add_mailbox(struct arena *a, InternetAddress *one, struct fact_address **list, size_t *n)
{
    const char *address = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(one));
    const char *name = internet_address_get_name(one);
    if (!address || *n >= FACTS_ADDRESSES_MAX)
        return;
    struct fact_address added = {.name = header_text(a, name ? name : "", 200),
                                 .address = text_cut(a, text_valid(a, address, strlen(address)), 254)};
    ARENA_PUSH(a, *list, *n, added);
}

static void add_list(struct arena *a, InternetAddressList *from, int depth, struct fact_address **list, size_t *n)
{
    for (int i = 0; i < internet_address_list_length(from) && *n < FACTS_ADDRESSES_MAX; i++) {
        InternetAddress *one = internet_address_list_get_address(from, i);
        if (INTERNET_ADDRESS_IS_MAILBOX(one))
            add_mailbox(a, one, list, n);
        else if (INTERNET_ADDRESS_IS_GROUP(one) && depth < 3)
            add_list(a, internet_address_group_get_members(INTERNET_ADDRESS_GROUP(one)), depth + 1, list, n);
    }
}

void header_addresses(struct arena *a, const char *raw, struct fact_address **list, size_t *n)
{
    if (!raw)
        return;
    InternetAddressList *parsed = internet_address_list_parse(NULL, header_joined(a, raw));
    if (!parsed)
        return;
    add_list(a, parsed, 0, list, n);
    g_object_unref(parsed);
}

/* What stands outside of quoted strings and comments; a space for each of these. */
static char *bare(struct arena *a, const char *s)
{
    char *text = arena_strdup(a, s), *to = text;
    for (const char *p = s, *next; *p; p = next) {
        next = lex_skip(p, NULL);
        *to++ = next == p ? *next++ : ' ';
    }
    *to = '\0';
    return text;
}

static size_t times(const char *s, size_t n, char c)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += s[i] == c;
    return found;
}

bool header_one_mailbox(struct arena *a, const char *raw)
{
    struct fact_address *list = NULL;
    size_t n = 0;
    header_addresses(a, raw, &list, &n);
    char *text = bare(a, header_structured(a, raw, RAW_MAX, NULL));
    char *open = strchr(text, '<'), *close = strchr(text, '>');
    if (n != 1 || times(text, strlen(text), '<') > 1 || times(text, strlen(text), '>') > 1)
        return false;
    if (open && (!close || close < open || strchr(close, '@')))
        return false;
    if (open) { /* a name before brackets may hold an address: the brackets are what counts */
        *close = '\0';
        text = open + 1;
    }
    return times(text, strlen(text), '@') == 1 && address_same(g_strstrip(text), list[0].address);
}

void header_ids(struct arena *a, const char *raw, const char ***list, size_t *n)
{
    if (!raw)
        return;
    char *text = header_structured(a, raw, RAW_MAX, NULL);
    for (char *p = text; (p = strchr(p, '<')) && *n < FACTS_IDS_MAX;) {
        size_t length = strcspn(++p, "> \t<");
        if (length == 0 || length > 500 || p[length] != '>')
            continue;
        ARENA_PUSH(a, *list, *n, arena_strndup(a, p, length));
        p += length;
    }
}
