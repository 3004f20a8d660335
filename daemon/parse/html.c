/* HTML to text: enough of it to read a letter.
 *
 * Blocks become lines, cells are parted by a space, a blockquote's lines start with ">", style, script and head are
 * dropped, white space is
 * folded, entities decoded. Broken markup is read as far as it goes; nothing is fetched or run. Output is bounded by
 * the input's size
 * times the quote depth (8 at most). */
#include <ctype.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/buf.h"
#include "parse/text.h"

#define QUOTE_DEPTH_MAX 8
#define OUT_MAX         ((size_t)1 << 20)

struct html {
    struct buf out;
    int quotes;      /* open blockquotes */
    bool line_start; /* nothing on this line yet */
    bool space;      /* white space waits for the next word */
    int pre;
};

static const struct {
    const char *name, *text;
} entities[] = {
    {"nbsp", " "},   {"amp", "&"},    {"lt", "<"},     {"gt", ">"},     {"quot", "\""},  {"apos", "'"},
    {"laquo", "«"},  {"raquo", "»"},  {"eacute", "é"}, {"egrave", "è"}, {"ecirc", "ê"},  {"agrave", "à"},
    {"acirc", "â"},  {"ccedil", "ç"}, {"ocirc", "ô"},  {"ucirc", "û"},  {"ugrave", "ù"}, {"icirc", "î"},
    {"euml", "ë"},   {"iuml", "ï"},   {"ouml", "ö"},   {"uuml", "ü"},   {"auml", "ä"},   {"szlig", "ß"},
    {"Eacute", "É"}, {"Agrave", "À"}, {"rsquo", "’"},  {"lsquo", "‘"},  {"ldquo", "“"},  {"rdquo", "”"},
    {"ndash", "–"},  {"mdash", "—"},  {"hellip", "…"}, {"bull", "•"},   {"middot", "·"}, {"copy", "©"},
    {"reg", "®"},    {"euro", "€"},   {"deg", "°"},    {"rlm", ""},     {"lrm", ""},     {"zwnj", ""},
    {"zwj", ""},     {"oelig", "œ"},  {"ntilde", "ñ"}, {"oacute", "ó"}, {"aacute", "á"}, {"iacute", "í"},
    {"uacute", "ú"}, {"shy", ""},     {"ensp", " "},   {"emsp", " "},   {"thinsp", " "}, {"sect", "§"},
};

static const char *const blocks[] = {"p",  "div", "tr",         "table",  "li",   "ul",      "ol",     "h1",
                                     "h2", "h3",  "h4",         "h5",     "h6",   "hr",      "pre",    "dd",
                                     "dt", "dl",  "blockquote", "center", "body", "section", "article"};

static void end_line(struct html *h)
{
    if (!h->line_start)
        buf_addc(&h->out, '\n');
    h->line_start = true;
    h->space = false;
}

static void break_line(struct html *h)
{
    buf_addc(&h->out, '\n');
    h->line_start = true;
    h->space = false;
}

static void add_text(struct html *h, const char *s, size_t n)
{
    if (h->line_start && h->quotes > 0)
        for (int i = 0; i < h->quotes && i < QUOTE_DEPTH_MAX; i++)
            buf_adds(&h->out, "> ");
    if (h->space && !h->line_start)
        buf_addc(&h->out, ' ');
    h->space = h->line_start = false;
    buf_add(&h->out, s, n);
}

static void add_mark(struct html *h)
{
    end_line(h);
    buf_addf(&h->out, "%c\n", TEXT_QUOTE_MARK);
}

static const char *add_entity(struct html *h, const char *p)
{
    size_t n = strcspn(p + 1, "; \t\r\n<&");
    char name[12], utf8[8];
    const char *text = NULL;
    if (n == 0 || n >= sizeof name)
        return add_text(h, "&", 1), p + 1;
    snprintf(name, sizeof name, "%.*s", (int)n, p + 1);
    if (name[0] == '#') {
        unsigned long c = name[1] == 'x' || name[1] == 'X' ? strtoul(name + 2, NULL, 16) : strtoul(name + 1, NULL, 10);
        if (c == 0xA0)
            c = ' ';
        utf8[c >= ' ' && c < 0x110000 && (c < 0xD800 || c > 0xDFFF) ? g_unichar_to_utf8((gunichar)c, utf8) : 0] = '\0';
        text = utf8;
    }
    for (size_t i = 0; !text && i < sizeof entities / sizeof *entities; i++)
        if (strcmp(entities[i].name, name) == 0)
            text = entities[i].text;
    if (!text)
        return add_text(h, "&", 1), p + 1;
    if (strcmp(text, " ") == 0)
        h->space = true;
    else if (*text)
        add_text(h, text, strlen(text));
    return p + 1 + n + (p[1 + n] == ';');
}

static bool is_block(const char *name)
{
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (strcasecmp(blocks[i], name) == 0)
            return true;
    return false;
}

/* Where Gmail, Outlook, Yahoo, Zimbra and others say in the markup that the original begins. */
static bool starts_quote(const char *tag, size_t n)
{
    static const char *const signs[] = {"gmail_quote",
                                        "yahoo_quoted",
                                        "divRplyFwdMsg",
                                        "appendonsend",
                                        "zmail_extra",
                                        "moz-cite-prefix",
                                        "OLK_SRC_BODY_SECTION",
                                        "protonmail_quote",
                                        "mail-editor-reference-message-container",
                                        "border-top:solid #E1E1E1",
                                        "border-top:solid #B5C4DF",
                                        "stopSpelling",
                                        "data-marker=\"__QUOTED_TEXT__\""};
    if (n > 2000)
        n = 2000;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (g_strstr_len(tag, (gssize)n, signs[i]))
            return true;
    return false;
}

static void take_tag(struct html *h, const char *name, bool closing, const char *tag, size_t n)
{
    if (!closing && starts_quote(tag, n))
        add_mark(h);
    if (strcasecmp(name, "br") == 0) {
        break_line(h);
        return;
    }
    if (strcasecmp(name, "td") == 0 || strcasecmp(name, "th") == 0)
        h->space = true;
    if (!is_block(name))
        return;
    end_line(h);
    if (strcasecmp(name, "p") == 0 && closing)
        break_line(h);
    if (strcasecmp(name, "blockquote") == 0 && (!closing || h->quotes > 0))
        h->quotes += closing ? -1 : 1;
    if (strcasecmp(name, "pre") == 0 && (!closing || h->pre > 0))
        h->pre += closing ? -1 : 1;
}

static const char *after_element(const char *p, const char *name)
{
    char end[32];
    snprintf(end, sizeof end, "</%s", name);
    const char *close = strcasestr(p, end);
    return close ? close + strcspn(close, ">") : p + strlen(p);
}

static const char *take_markup(struct html *h, const char *p)
{
    if (strncmp(p, "<!--", 4) == 0) {
        const char *end = strstr(p + 4, "-->");
        return end ? end + 3 : p + strlen(p);
    }
    const char *start = p + 1;
    bool closing = *start == '/';
    if (closing)
        start++;
    if (!g_ascii_isalpha(*start) && *start != '!' && *start != '?')
        return add_text(h, "<", 1), p + 1;
    char name[16];
    size_t length = strcspn(start, " \t\r\n/>");
    snprintf(name, sizeof name, "%.*s", (int)(length < 15 ? length : 15), start);
    const char *end = p + strcspn(p, ">");
    take_tag(h, name, closing, p, (size_t)(end - p));
    static const char *const dropped[] = {"style", "script", "head", "title"};
    for (size_t i = 0; i < 4 && !closing; i++)
        if (strcasecmp(name, dropped[i]) == 0)
            end = after_element(end, name);
    return *end ? end + 1 : end;
}

char *html_to_text(struct arena *a, const char *html)
{
    struct html h = {.out = {.max = OUT_MAX}, .line_start = true};
    for (const char *p = html; *p && !h.out.overflow;) {
        size_t n = strcspn(p, "<& \t\r\n");
        if (n > 0) {
            add_text(&h, p, n);
            p += n;
        } else if (*p == '<') {
            p = take_markup(&h, p);
        } else if (*p == '&') {
            p = add_entity(&h, p);
        } else {
            if (*p == '\n' && h.pre > 0)
                break_line(&h);
            h.space = true;
            p++;
        }
    }
    char *text = arena_strndup(a, buf_text(&h.out), h.out.len);
    buf_free(&h.out);
    return text;
}

char *text_without_marks(struct arena *a, const char *text)
{
    char *copy = arena_strdup(a, text), *to = copy;
    for (const char *p = copy; *p; p++) {
        if (*p == TEXT_QUOTE_MARK) {
            p += p[1] == '\n';
            continue;
        }
        *to++ = *p;
    }
    *to = '\0';
    return copy;
}
