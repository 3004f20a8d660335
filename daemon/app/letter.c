/* letter.c - a letter in one language or several: rendered, tidied, joined.
 *
 * Each language is rendered from its own templates; Arabic stands first and a rule parts the languages. In plain
 * text, empty lines that sections left behind are closed up, and lines of left-to-right languages are wrapped (Arabic
 * paragraphs are left whole: mail programs wrap them rightly, hard breaks in them read badly). The subject is one
 * line, whatever stood in a title. An error names the template and its line. */
#include <string.h>

#include "app/letter_parts.h"
#include "base/buf.h"
#include "base/wire.h"

#define WRAP_COLUMN 76
static const char text_rule[] = "\n────────────────────────────────\n\n";

/* ---- plain text */

static size_t columns_of(const char *s, size_t n)
{
    size_t columns = 0;
    for (size_t i = 0; i < n; i++)
        columns += ((unsigned char)s[i] & 0xc0) != 0x80;
    return columns;
}

/* Columns that the following lines of a list entry are set in: "12. " or "- ". */
static size_t hanging_indent(const char *line, size_t n)
{
    size_t digits = strspn(line, "0123456789");
    if (digits > 0 && digits < 4 && digits + 2 < n && line[digits] == '.' && line[digits + 1] == ' ')
        return digits + 2;
    return n > 2 && line[0] == '-' && line[1] == ' ' ? 2 : 0;
}

static void wrap_line(struct buf *out, const char *line, size_t n)
{
    size_t column = 0, indent = hanging_indent(line, n);
    for (size_t at = 0; at < n;) {
        const char *space = memchr(line + at, ' ', n - at);
        size_t len = space ? (size_t)(space - line) - at : n - at, width = columns_of(line + at, len);
        if (column > 0 && column + 1 + width > WRAP_COLUMN) {
            buf_addf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (at > 0) {
            buf_addc(out, ' ');
            column++;
        }
        buf_add(out, line + at, len);
        column += width;
        at += len + 1;
    }
}

/* Lines set in by four spaces (commands, tables) stay as they are. */
static void add_line(struct buf *out, const char *line, size_t n, bool wrap)
{
    bool as_it_is = n > 4 && memcmp(line, "    ", 4) == 0;
    if (wrap && !as_it_is && columns_of(line, n) > WRAP_COLUMN)
        wrap_line(out, line, n);
    else
        buf_add(out, line, n);
    buf_addc(out, '\n');
}

/* No empty line first or last, never two running, no spaces at a line's end. */
static void add_tidy(struct buf *out, const char *text, bool wrap)
{
    bool begun = false, empty = false;
    while (*text) {
        size_t n = strcspn(text, "\n"), kept = n;
        while (kept > 0 && strchr(" \t\r", text[kept - 1]))
            kept--;
        if (kept > 0) {
            if (begun && empty)
                buf_addc(out, '\n');
            add_line(out, text, kept, wrap);
            begun = true;
        }
        empty = kept == 0;
        text += n + (text[n] == '\n');
    }
}

static const char *one_line(struct arena *a, const char *text)
{
    char *line = arena_strdup(a, text), *to = line;
    for (const char *s = line; *s; s++) {
        bool space = *s == ' ' || *s == '\n' || *s == '\r' || *s == '\t';
        if (!space || (to > line && to[-1] != ' '))
            *to++ = space ? ' ' : *s;
    }
    while (to > line && to[-1] == ' ')
        to--;
    *to = '\0';
    return line;
}

/* ---- languages together */

struct joined {
    struct arena *a;
    const struct templates *t;
    const struct letter *l;
    struct buf *text;
    json_t *blocks;
    const char *subject;
    enum lang first;
};

static const char *direction(enum lang lang)
{
    return lang == LANG_AR ? "rtl" : "ltr";
}

static void add_block(struct joined *j, enum lang lang, const char *html, const json_t *values)
{
    json_t *block = value_list_add(j->blocks);
    const json_t *ref = json_object_get(values, "ref");
    value_bool(block, "has_rule", json_array_size(j->blocks) > 1);
    value_text(j->a, block, "lang", lang_names[lang]);
    value_text(j->a, block, "dir", direction(lang));
    value_text(j->a, block, "signature", name_alone(j->a, j->l->config->name, lang));
    value_text(j->a, block, "ref", ref ? json_string_value(ref) : "");
    value_set(block, "html", json_string(html));
}

static bool add_language(struct joined *j, enum lang lang, struct err *e)
{
    JSON_SCOPED values = letter_values(j->a, j->l, lang);
    const struct template_file *text = &j->t->text[j->l->kind][lang], *html = &j->t->html[j->l->kind][lang];
    bool first = json_array_size(j->blocks) == 0;
    const char *subject = template_render(j->a, text->subject, values, e);
    const char *body = subject ? template_render(j->a, text->body, values, e) : NULL;
    const char *block = body ? template_render(j->a, html->body, values, e) : NULL;
    if (!block)
        return false;
    if (first) {
        j->subject = one_line(j->a, subject);
        j->first = lang;
    } else {
        buf_adds(j->text, text_rule);
    }
    add_tidy(j->text, body, lang != LANG_AR);
    add_block(j, lang, block, values);
    return true;
}

static const char *page(struct joined *j, struct err *e)
{
    JSON_SCOPED values = json_object();
    value_text(j->a, values, "lang", lang_names[j->first]);
    value_text(j->a, values, "dir", direction(j->first));
    value_text(j->a, values, "subject", j->subject);
    value_set(values, "blocks", json_incref(j->blocks));
    return template_render(j->a, j->t->layout.body, values, e);
}

static bool office_mail(enum letter_kind kind)
{
    return kind == LETTER_ALERT || kind == LETTER_DIGEST || kind == LETTER_ANSWER;
}

bool letter_render(struct arena *a, const struct templates *t, const struct letter *l, struct letter_text *out,
                   struct err *e)
{
    BUF_SCOPED text = {0};
    JSON_SCOPED blocks = json_array();
    struct joined j = {.a = a, .t = t, .l = l, .text = &text, .blocks = blocks};
    if (!(l->langs & (LANG_BIT(LANG_COUNT) - 1)))
        return err_perm(e, "a %s in no language", letter_kind_names[l->kind]);
    if (!office_mail(l->kind) && (!l->spec || !l->party))
        return err_perm(e, "a %s without a round and a party", letter_kind_names[l->kind]);
    for (int lang = 0; lang < LANG_COUNT; lang++)
        if (l->langs & LANG_BIT(lang) && !add_language(&j, (enum lang)lang, e))
            return false;
    const char *html = page(&j, e);
    if (!html)
        return false;
    *out = (struct letter_text){.subject = j.subject,
                                .text = arena_strndup(a, buf_text(&text), text.len),
                                .html = html,
                                .lang = lang_names[j.first]};
    return true;
}
