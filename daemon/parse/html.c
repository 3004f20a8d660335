/* HTML to text: enough of it to read a letter.
 *
 * Blocks become lines, cells are parted by a space, items get "-" or their number, a blockquote's lines start with ">",
 * white space is folded, entities decoded. What nobody sees is dropped (style, script, head, hidden preheaders), and the
 * signature where the markup says that it is one. Broken markup is read as far as it goes; nothing is fetched or run.
 * Output ends at 1 MB. */
#include <ctype.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/buf.h"
#include "parse/text.h"

#define QUOTE_DEPTH_MAX 8
#define LIST_DEPTH_MAX  8
#define HREF_MAX        2000
#define OUT_MAX         ((size_t)1 << 20)

struct html {
    struct buf out;
    int quotes;      /* open blockquotes that quote */
    int blockquotes; /* and those that only set in */
    unsigned indents;
    bool line_start; /* nothing on this line yet */
    bool space;      /* white space waits for the next word */
    int pre;
    int lists;                /* open ones */
    int item[LIST_DEPTH_MAX]; /* the number of the last one; -1: they have none */
    bool unclosed;            /* an element did not end: no other is looked for, or reading would take for ever */
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
    {"iquest", "¿"}, {"Ccedil", "Ç"}, {"Ecirc", "Ê"},  {"Egrave", "È"}, {"Icirc", "Î"},  {"Ocirc", "Ô"},
    {"Ouml", "Ö"},   {"Uuml", "Ü"},   {"Auml", "Ä"},   {"OElig", "Œ"},  {"aelig", "æ"},  {"atilde", "ã"},
    {"otilde", "õ"}, {"times", "×"},  {"trade", "™"},  {"pound", "£"},  {"sbquo", "‚"},  {"bdquo", "„"},
    {"lsaquo", "‹"}, {"rsaquo", "›"}, {"plusmn", "±"}, {"frac12", "½"}, {"ordm", "º"},   {"ordf", "ª"},
    {"uacute", "ú"}, {"shy", ""},     {"ensp", " "},   {"emsp", " "},   {"thinsp", " "}, {"sect", "§"},
};

static const char *const blocks[] = {"p",  "div", "tr",         "table",  "li",   "ul",      "ol",     "h1",
                                     "h2", "h3",  "h4",         "h5",     "h6",   "hr",      "pre",    "dd",
                                     "dt", "dl",  "blockquote", "center", "body", "section", "article"};

static void end_line(struct html *h)
{
    if (h->out.len > 0 && h->out.data[h->out.len - 1] != '\n') /* a link's mark may stand alone */
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

static void add_mark(struct html *h, char mark)
{
    end_line(h);
    buf_addf(&h->out, "%c\n", mark);
}

/* &#146; means what windows-1252 has there, whatever the standard of characters says. */
static gunichar numbered(unsigned long c)
{
    static const gunichar high[32] = {0x20AC, ' ',    0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021,
                                      0x2C6,  0x2030, 0x160,  0x2039, 0x152,  ' ',    0x17D,  ' ',
                                      ' ',    0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                      0x2DC,  0x2122, 0x161,  0x203A, 0x153,  ' ',    0x17E,  0x178};
    if (c >= 0x80 && c < 0xA0)
        return high[c - 0x80];
    return c == 0xA0 ? ' ' : c < 0x110000 ? (gunichar)c : 0;
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
        gunichar u = numbered(c);
        utf8[u >= ' ' && (u < 0xD800 || u > 0xDFFF) ? g_unichar_to_utf8(u, utf8) : 0] = '\0';
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

/* ---- what the markup of mail programs says */

static bool holds_any(const char *tag, size_t n, const char *const *signs, size_t n_signs)
{
    for (size_t i = 0; i < n_signs; i++)
        if (g_strstr_len(tag, (gssize)n, signs[i]))
            return true;
    return false;
}
#define HOLDS(tag, n, signs) holds_any((tag), (n), (signs), G_N_ELEMENTS(signs))

/* Where Gmail, Outlook, Yahoo, Zimbra and others begin the original; 0 for nowhere. Blanks are out of the tag. */
static char mark_of(const char *tag, size_t n)
{
    static const char *const original[] = {"divrplyfwdmsg",        "appendonsend",
                                           "zmail_extra",          "yahoo_quoted",
                                           "olk_src_body_section", "mail-editor-reference-message",
                                           "outlookmessageheader", "ms-outlook-mobile-reference",
                                           "stopspelling",         "zwchr",
                                           "aolmsgpart",           "__quoted_text__",
                                           "replysplit",           "orignmailbody"};
    static const char *const attribution[] = {"gmail_quote",      "gmail_attr",     "moz-cite-prefix",
                                              "protonmail_quote", "tutanota_quote", "zimbra_quote"};
    static const char *const header[] = {"border-top:solid", "border-top:1", "border-top-style:solid", "border-top:#"};
    if (strncmp(tag, "<hr", 3) == 0 && !HOLDS(tag, n, original))
        return TEXT_HEADER_MARK;
    return HOLDS(tag, n, original)      ? TEXT_QUOTE_MARK
           : HOLDS(tag, n, attribution) ? TEXT_QUOTED_MARK
           : HOLDS(tag, n, header)      ? TEXT_HEADER_MARK
                                        : '\0';
}

/* Gmail and Apple set a person's own words in by a blockquote without a bar. */
static bool only_indents(const char *tag, size_t n)
{
    static const char *const signs[] = {"webkit-indent", "40px;border:none", "40px;border:medium",
                                        "40px;border-width:medium;border-style:none"};
    return HOLDS(tag, n, signs) && !g_strstr_len(tag, (gssize)n, "cite");
}

static bool unseen(const char *tag, size_t n)
{
    static const char *const signs[] = {"display:none",
                                        "visibility:hidden",
                                        "mso-hide:all",
                                        "max-height:0px;overflow:hidden",
                                        "gmail_signature",
                                        "moz-signature",
                                        "id=\"signature\"",
                                        "id=signature",
                                        "ms-outlook-mobile-signature",
                                        "protonmail_signature_block"};
    return HOLDS(tag, n, signs);
}

/* The tag in lower case without blanks and with one kind of quotes, 2000 bytes of it, so that styles are written in one
 * way. */
static size_t squeeze(char *to, size_t max, const char *tag, size_t n)
{
    size_t length = 0;
    for (size_t i = 0; i < n && length + 1 < max; i++)
        if (!g_ascii_isspace(tag[i]))
            to[length++] = tag[i] == '\'' ? '"' : g_ascii_tolower(tag[i]);
    to[length] = '\0';
    return length;
}

/* ---- elements */

static void open_item(struct html *h)
{
    char mark[16];
    int *number = h->lists > 0 && h->lists <= LIST_DEPTH_MAX ? &h->item[h->lists - 1] : NULL;
    if (number && *number >= 0 && *number < 9999)
        snprintf(mark, sizeof mark, "%d.", ++*number);
    else
        snprintf(mark, sizeof mark, "-");
    add_text(h, mark, strlen(mark));
    h->space = true;
}

static void take_list(struct html *h, const char *name, bool closing)
{
    bool numbers = strcasecmp(name, "ol") == 0;
    if (strcasecmp(name, "li") == 0 && !closing)
        open_item(h);
    if (!numbers && strcasecmp(name, "ul") != 0)
        return;
    if (!closing && h->lists < LIST_DEPTH_MAX)
        h->item[h->lists] = numbers ? 0 : -1;
    if (!closing || h->lists > 0)
        h->lists += closing ? -1 : 1;
}

/* The address of a link, for links_of(): nobody reads it. */
static void take_link(struct html *h, const char *tag, size_t n)
{
    const char *value = g_strstr_len(tag, (gssize)n, "href="), *end = tag + n;
    if (!value)
        value = g_strstr_len(tag, (gssize)n, "HREF=");
    if (!value)
        return;
    value += strlen("href=");
    const char *stops = *value == '"' ? "\">" : *value == '\'' ? "'>" : " \t\r\n>";
    value += *value == '"' || *value == '\'';
    size_t length = strcspn(value, stops);
    if (value + length > end || length > HREF_MAX || g_ascii_strncasecmp(value, "http", 4) != 0)
        return;
    buf_addc(&h->out, TEXT_LINK_MARK);
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)value[i] > ' ')
            buf_addc(&h->out, value[i]);
        if (g_ascii_strncasecmp(value + i, "&amp;", 5) == 0)
            i += 4;
    }
    buf_addc(&h->out, TEXT_LINK_END);
}

static void take_quote(struct html *h, bool closing, bool indents)
{
    /* Which of the open ones only set in is known for the outermost 31, a bit each. */
    if (!closing) {
        h->indents = (h->indents << 1) | indents;
        h->quotes += !indents;
        h->blockquotes++;
    } else if (h->blockquotes > 0) {
        h->quotes -= !(h->indents & 1) && h->quotes > 0;
        h->indents >>= 1;
        h->blockquotes--;
    }
}

static void take_tag(struct html *h, const char *name, bool closing, const char *tag, size_t n)
{
    char plain[2000];
    size_t length = closing ? 0 : squeeze(plain, sizeof plain, tag, n);
    char mark = closing ? '\0' : mark_of(plain, length);
    bool blockquote = strcasecmp(name, "blockquote") == 0;
    if (mark && !(blockquote && mark == TEXT_QUOTED_MARK))
        add_mark(h, mark);
    if (!closing && strcasecmp(name, "a") == 0)
        take_link(h, tag, n);
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
    if (blockquote)
        take_quote(h, closing, !closing && only_indents(plain, length));
    take_list(h, name, closing);
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

/* Past an element with all that lies in it; NULL where it has no end. */
static const char *past_element(const char *p, const char *name)
{
    size_t n = strlen(name);
    for (int depth = 0; (p = strchr(p, '<')); p++) {
        bool closing = p[1] == '/';
        const char *word = p + 1 + closing;
        if (g_ascii_strncasecmp(word, name, n) != 0 || g_ascii_isalnum(word[n]))
            continue;
        depth += closing ? -1 : 1;
        if (depth == 0)
            return p + strcspn(p, ">");
    }
    return NULL;
}

/* Where an element that nobody is to read ends; NULL for one that is read. */
static const char *past_unseen(struct html *h, const char *name, const char *p, size_t n)
{
    static const char *const dropped[] = {"style", "script", "head", "title"};
    static const char *const holders[] = {"div", "span", "p", "table", "tr", "td", "font", "pre", "a", "b"};
    char plain[2000];
    for (size_t i = 0; i < G_N_ELEMENTS(dropped); i++)
        if (strcasecmp(name, dropped[i]) == 0)
            return after_element(p + n, name);
    bool holder = false;
    for (size_t i = 0; i < G_N_ELEMENTS(holders); i++)
        holder |= strcasecmp(name, holders[i]) == 0;
    if (!holder || h->unclosed || !unseen(plain, squeeze(plain, sizeof plain, p, n)))
        return NULL;
    const char *end = past_element(p, name);
    h->unclosed = !end;
    return end;
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
    const char *past = closing ? NULL : past_unseen(h, name, p, (size_t)(end - p));
    if (!past)
        take_tag(h, name, closing, p, (size_t)(end - p));
    else
        end = past;
    return *end ? end + 1 : end;
}

char *html_to_text(struct arena *a, const char *html)
{
    struct html h = {.out = {.max = OUT_MAX}, .line_start = true};
    const char *clean = g_strdelimit(arena_strdup(a, html), "\1\2\3\4\5", ' ');
    for (const char *p = clean; *p && !h.out.overflow;) {
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
        const char *end = *p == TEXT_LINK_MARK ? strchr(p, TEXT_LINK_END) : NULL;
        if (end)
            p = end;
        else if (*p >= TEXT_QUOTE_MARK && *p <= TEXT_HEADER_MARK)
            p += p[1] == '\n';
        else if (*p != TEXT_LINK_MARK && *p != TEXT_LINK_END)
            *to++ = *p;
    }
    *to = '\0';
    return copy;
}
