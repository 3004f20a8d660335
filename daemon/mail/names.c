/* names.c - names and text from outside, made fit for files, tables and people.
 *
 * A name that a stranger chose becomes a file name on a share: it must not climb out of its folder, hide, show
 * another extension than it has (bidi overrides), or be one that some system cannot open. Every pass ends in NFC, so
 * that the same name typed on two systems is one name. Runs of combining marks are capped (UAX 15, stream-safe
 * text), since ordering them costs their square. */
#include "mail/names.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#include "base/buf.h"

#define MARKS_MAX     30
#define EXTENSION_MAX 16 /* bytes after the dot; longer ones are part of a sentence */

static const utf8proc_int32_t dropped = -1;
static const utf8proc_int32_t replacement = 0xfffd;

typedef utf8proc_int32_t (*character_rule)(utf8proc_int32_t c); /* what c becomes, or `dropped` */

static bool is_control(utf8proc_int32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

static utf8proc_int32_t text_rule(utf8proc_int32_t c)
{
    return is_control(c) && c != '\n' && c != '\t' ? dropped : c;
}

static bool is_line_end(utf8proc_int32_t c)
{
    return (c >= '\n' && c <= '\r') || c == 0x85 || c == 0x2028 || c == 0x2029;
}

/* Embeds, overrides and isolates: what they begin goes on into the words of others. */
static bool is_turn(utf8proc_int32_t c)
{
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static utf8proc_int32_t lines_rule(utf8proc_int32_t c)
{
    if (is_line_end(c))
        return '\n';
    return is_turn(c) ? dropped : text_rule(c);
}

static utf8proc_int32_t line_rule(utf8proc_int32_t c)
{
    return is_line_end(c) || c == '\t' ? ' ' : lines_rule(c);
}

/* Marks that steer the direction of text, spaces without width, tags: format characters. ZWNJ and ZWJ stay, since
 * Persian words need them, and so do the signs that span Arabic and Syriac numbers: they can be seen. */
static bool is_invisible(utf8proc_int32_t c)
{
    bool seen = (c >= 0x600 && c <= 0x605) || c == 0x6dd || c == 0x70f || c == 0x8e2;

    return utf8proc_category(c) == UTF8PROC_CATEGORY_CF && !seen && c != 0x200c && c != 0x200d;
}

static bool is_space(utf8proc_int32_t c)
{
    return c == '\n' || c == '\t' || c == '\r' || c == 0x2028 || c == 0x2029 ||
           utf8proc_category(c) == UTF8PROC_CATEGORY_ZS;
}

static utf8proc_int32_t name_rule(utf8proc_int32_t c)
{
    if (c >= 0xff01 && c <= 0xff5e) /* full width forms: some systems make ASCII of them by themselves */
        c -= 0xff01 - '!';
    if (is_space(c))
        return ' ';
    if (is_control(c) || is_invisible(c))
        return dropped;
    if (c == '/' || c == '\\')
        return '-';
    return c < 0x80 && strchr("<>:\"|?*", (int)c) ? '_' : c;
}

static void add_character(struct buf *out, utf8proc_int32_t c)
{
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t n = utf8proc_encode_char(c, bytes);
    buf_add(out, bytes, (size_t)n);
}

static char *to_nfc(struct arena *a, const char *text, size_t n)
{
    utf8proc_uint8_t *out = NULL;
    utf8proc_ssize_t rc =
        utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)n, &out, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (rc < 0)
        return arena_strndup(a, text, n);
    char *copy = arena_strndup(a, (const char *)out, (size_t)rc);
    free(out);
    return copy;
}

static void filter(const char *bytes, size_t n, character_rule rule, int marks_max, struct buf *out)
{
    int marks = 0;
    for (size_t at = 0; at < n;) {
        utf8proc_int32_t c;
        utf8proc_ssize_t took = utf8proc_iterate((const utf8proc_uint8_t *)bytes + at, (utf8proc_ssize_t)(n - at), &c);
        at += took > 0 ? (size_t)took : 1;
        c = rule(took > 0 ? c : replacement);
        if (c == dropped)
            continue;
        marks = utf8proc_get_property(c)->combining_class ? marks + 1 : 0;
        if (marks <= marks_max)
            add_character(out, c);
    }
}

static char *filtered(struct arena *a, const char *bytes, size_t n, character_rule rule)
{
    BUF_SCOPED out = {0};
    filter(bytes, n, rule, MARKS_MAX, &out);
    return to_nfc(a, buf_text(&out), out.len);
}

char *text_clean(struct arena *a, const char *bytes, size_t n)
{
    return filtered(a, bytes, n, text_rule);
}

char *text_lines(struct arena *a, const char *text, size_t n)
{
    return filtered(a, text, n, lines_rule);
}

/* What does not fit is not looked at: four times as much may shrink to it. */
char *text_line(struct arena *a, const char *text, size_t max)
{
    size_t n = strnlen(text, max < SIZE_MAX / 4 ? 4 * max : SIZE_MAX - 1);
    char *line = filtered(a, text, n, line_rule);
    size_t kept = strlen(line);

    if (kept <= max && !text[n])
        return line;
    for (kept = kept < max ? kept : max; kept > 0 && ((unsigned char)line[kept] & 0xc0) == 0x80;)
        kept--;
    return arena_printf(a, "%.*s…", (int)kept, line);
}

char *text_foreign(struct arena *a, const char *text)
{
    return arena_printf(a, FSI "%s" PDI, text_line(a, text, FOREIGN_BYTES));
}

char *text_unlinked(struct arena *a, const char *text)
{
    char *plain = arena_strdup(a, text);

    for (char *p = plain; (p = strcasestr(p, "http")); p += 4)
        if (strncmp(p + 4, "://", 3) == 0 || strncasecmp(p + 4, "s://", 4) == 0)
            p[1] = p[2] = 'x';
    return plain;
}

char *text_valid(struct arena *a, const char *bytes, size_t n)
{
    BUF_SCOPED out = {0};
    filter(bytes, n, text_rule, INT_MAX, &out);
    return arena_strndup(a, buf_text(&out), out.len);
}

/* The dot before the extension, else the end. A dot at the start begins no extension. */
static size_t stem_length(const char *name)
{
    const char *dot = strrchr(name, '.');
    size_t n = strlen(name);
    if (!dot || dot == name || !dot[1] || strlen(dot + 1) > EXTENSION_MAX || strchr(dot, ' '))
        return n;
    return (size_t)(dot - name);
}

/* At most max bytes of the first n of s, whole characters, no space or dot at the end. */
static size_t cut(const char *s, size_t n, size_t max)
{
    if (n > max)
        for (n = max; n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80;)
            n--;
    while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '.'))
        n--;
    return n;
}

/* Letters that a reader takes for these Latin ones, in the order of the characters that look so. */
static const struct {
    const char *letters;
    char as;
} lookalikes[] = {
    {"аαɑ", 'a'},  {"ь", 'b'},  {"сϲ", 'c'},  {"ԁ", 'd'},  {"еєҽ", 'e'},  {"ɡց", 'g'},    {"һհ", 'h'},
    {"іιɩı", 'i'}, {"јϳ", 'j'}, {"кκ", 'k'},  {"ӏǀ", 'l'}, {"м", 'm'},    {"ոպ", 'n'},    {"оοօ", 'o'},
    {"рρ", 'p'},   {"ԛգ", 'q'}, {"гᴦ", 'r'},  {"ѕ", 's'},  {"тτ", 't'},   {"υսʋ", 'u'},   {"ѵν", 'v'},
    {"ԝѡ", 'w'},   {"хχ", 'x'}, {"уγү", 'y'}, {"ᴢ", 'z'},  {"-‐‑–", '-'}, {".。۔܁", '.'},
};

static utf8proc_int32_t skeleton_rule(utf8proc_int32_t c)
{
    char bytes[5] = "";

    utf8proc_encode_char(c, (utf8proc_uint8_t *)bytes);
    for (size_t i = 0; c >= 0x80 && i < sizeof lookalikes / sizeof *lookalikes; i++)
        if (strstr(lookalikes[i].letters, bytes))
            return lookalikes[i].as;
    return c;
}

char *name_skeleton(struct arena *a, const char *name)
{
    utf8proc_uint8_t *plain = utf8proc_NFKC_Casefold((const utf8proc_uint8_t *)name);
    const char *text = plain ? (const char *)plain : name;
    char *skeleton = filtered(a, text, strlen(text), skeleton_rule);

    free(plain);
    return skeleton;
}

/* CON, PRN, AUX, NUL, COM1-9, LPT1-9 (also with a raised number), CONIN$ and CONOUT$ before the first dot are devices
 * to Windows, whatever comes behind it. */
static bool is_device(struct arena *a, const char *name, size_t n)
{
    static const char *const devices[] = {"con", "prn", "aux", "nul", "conin$", "conout$", "com", "lpt"};
    const char *plain = name_skeleton(a, arena_strndup(a, name, n));

    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
        size_t of = strlen(devices[i]);
        bool numbered = i >= 6;

        if (strncmp(plain, devices[i], of) != 0)
            continue;
        if (numbered ? plain[of] >= '0' && plain[of] <= '9' && !plain[of + 1] : !plain[of])
            return true;
    }
    return false;
}

static char *without_device(struct arena *a, char *name)
{
    size_t n = strcspn(name, ".");
    size_t bare = cut(name, n, n);
    return is_device(a, name, bare) ? arena_printf(a, "%.*s_%s", (int)bare, name, name + n) : name;
}

/* stem + insert + extension in 200 bytes; the stem gives way. */
static char *fitted(struct arena *a, const char *name, const char *insert)
{
    size_t stem = stem_length(name);
    const char *extension = name + stem;
    size_t kept = cut(name, stem, NAME_MAX_BYTES - strlen(insert) - strlen(extension));
    return arena_printf(a, "%.*s%s%s", (int)kept, name, insert, extension);
}

char *name_clean(struct arena *a, const char *name)
{
    char *clean = filtered(a, name ? name : "", name ? strlen(name) : 0, name_rule);
    clean += strspn(clean, ". -~$"); /* "~$" begins what Word leaves behind, and is hidden */
    clean[cut(clean, strlen(clean), strlen(clean))] = '\0';
    if (!*clean)
        return arena_strdup(a, "paper");
    return fitted(a, without_device(a, fitted(a, clean, "")), "");
}

char *name_numbered(struct arena *a, const char *name, const char *prefix, int n)
{
    char mark[32];
    if (*prefix)
        snprintf(mark, sizeof mark, " %.8s%d", prefix, n);
    else
        snprintf(mark, sizeof mark, " (%d)", n);
    return fitted(a, name, mark);
}

static int character_width(utf8proc_int32_t c)
{
    switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return 0;
    default: return utf8proc_charwidth(c);
    }
}

int text_width(const char *text)
{
    int width = 0;
    for (size_t at = 0, n = strlen(text); at < n;) {
        utf8proc_int32_t c;
        utf8proc_ssize_t took = utf8proc_iterate((const utf8proc_uint8_t *)text + at, (utf8proc_ssize_t)(n - at), &c);
        at += took > 0 ? (size_t)took : 1;
        width += took > 0 ? character_width(c) : 1;
    }
    return width;
}
