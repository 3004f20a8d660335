/* Pictures: which are papers, and which only the looks of a letter (logos, stationery, smileys).
 *
 * A logo and a photograph of the signed answer come the same way: pasted into the HTML, with a Content-ID, as
 * image001.png. What tells them apart is whether one could read a page on it. A picture that the HTML shows is a paper
 * from PAGE_SIDE pixels on both sides and PAGE_BYTES (A4 at 72 dpi is 595 x 842; a page takes more than a drawing of
 * that size), and from SCAN_SIDE whatever its bytes, since a scan in black and white has few. One that merely stands inline, or is the same as one that does, is a logo below LOGO_SIDE or LOGO_BYTES.
 * What the sender attached and nothing shows is a paper, however small. Where libmagic knows no sides, the bytes
 * decide. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "parse/header.h"
#include "parse/tree.h"

#define PAGE_SIDE  500
#define PAGE_BYTES ((size_t)30 << 10)
#define SCAN_SIDE  1000
#define LOGO_SIDE  250
#define LOGO_BYTES ((size_t)10 << 10)
#define PAGE_BLIND ((size_t)100 << 10) /* a page, where the sides are not known */
#define LOOK_MAX   ((size_t)256 << 10) /* bytes that are looked at */
#define ID_MAX     ((size_t)300)

struct picture {
    struct leaf *leaf;
    unsigned long width, height; /* 0: not known */
    size_t bytes;                /* LOOK_MAX where there are more */
    char *digest;
};

/* The Content-IDs that the HTML shows, in small letters, as they stand there and unescaped. */
static GHashTable *shown_ids(const char *html)
{
    GHashTable *ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (const char *p = html; (p = strcasestr(p, "cid:"));) {
        p += 4;
        size_t n = 0;
        while (n <= ID_MAX && p[n] && !strchr("\"'<>() \t\r\n", p[n]))
            n++;
        if (n == 0 || n > ID_MAX)
            continue;
        g_autofree char *plain = g_uri_unescape_segment(p, p + n, NULL);
        g_hash_table_add(ids, g_ascii_strdown(p, (gssize)n));
        if (plain)
            g_hash_table_add(ids, g_ascii_strdown(plain, -1));
    }
    return ids;
}

static bool has_shown_id(const struct leaf *l, GHashTable *ids)
{
    const char *raw = header_raw(GMIME_OBJECT(l->part), "Content-ID");
    if (!raw)
        return false;
    raw += strspn(raw, " \t\r\n<");
    size_t n = strcspn(raw, "> \t\r\n");
    g_autofree char *id = g_ascii_strdown(raw, (gssize)(n < ID_MAX ? n : ID_MAX));
    return *id && g_hash_table_contains(ids, id);
}

/* By its Content-Location (RFC 2557), as Lotus and saved pages do. */
static bool has_shown_place(struct arena *a, const struct leaf *l, const char *html)
{
    const char *place = header_structured(a, header_raw(GMIME_OBJECT(l->part), "Content-Location"), ID_MAX, NULL);
    return strlen(place) > 4 && strstr(html, place);
}

/* "800 x 600" or "width=800", as libmagic says it; of several the largest, since a density looks the same. */
static void read_sides(const char *words, struct picture *p)
{
    const char *w = strstr(words, "width="), *h = strstr(words, "height=");
    if (w && h) {
        p->width = strtoul(w + 6, NULL, 10);
        p->height = strtoul(h + 7, NULL, 10);
    }
    for (const char *at = words; (at = strpbrk(at, "0123456789"));) {
        char *end;
        unsigned long a = strtoul(at, &end, 10), b = 0;
        at = end;
        end += strspn(end, " ");
        if (*end == 'x')
            b = strtoul(end + 1, &end, 10);
        if (a < 100000 && b < 100000 && a * b > p->width * p->height) {
            p->width = a;
            p->height = b;
        }
    }
}

static unsigned long shorter(const struct picture *p)
{
    return p->width < p->height ? p->width : p->height;
}

static bool like_a_page(const struct picture *p)
{
    if (shorter(p) == 0)
        return p->bytes >= PAGE_BLIND;
    return shorter(p) >= SCAN_SIDE || (shorter(p) >= PAGE_SIDE && p->bytes >= PAGE_BYTES);
}

static bool like_a_logo(const struct picture *p)
{
    return !like_a_page(p) && (p->bytes < LOGO_BYTES || (shorter(p) > 0 && shorter(p) < LOGO_SIDE));
}

/* image001.png with a Content-ID, which Outlook writes also where a gateway has taken the HTML away. */
static bool named_by_outlook(const struct leaf *l)
{
    return strncasecmp(l->name, "image", 5) == 0 && strspn(l->name + 5, "0123456789") == 3 && l->name[8] == '.' &&
           header_raw(GMIME_OBJECT(l->part), "Content-ID");
}

static bool stands_inline(const struct leaf *l)
{
    return strcmp(l->disposition, "inline") == 0 || named_by_outlook(l);
}

static bool is_related(const struct leaf *l)
{
    return strcmp(l->within, "multipart/related") == 0 && strcmp(l->disposition, "attachment") != 0;
}

/* By its label or its content; not where the label says so of a document. */
static bool look_at(struct leaf *l, struct picture *out)
{
    BUF_SCOPED bytes = {0};
    bool labelled = strncmp(l->type, "image/", 6) == 0;
    if (!labelled && strcmp(l->type, "application/octet-stream") != 0)
        return false;
    leaf_bytes(l, LOOK_MAX, &bytes);
    const char *type = magic_type(buf_text(&bytes), bytes.len);
    bool unknown = strcmp(type, "application/octet-stream") == 0 || strncmp(type, "application/x-", 14) == 0 ||
                   strncmp(type, "text/", 5) == 0;
    if (strncmp(type, "image/", 6) != 0 && !(labelled && unknown))
        return false;
    *out = (struct picture){.leaf = l, .bytes = bytes.len};
    read_sides(magic_words(buf_text(&bytes), bytes.len), out);
    out->digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)buf_text(&bytes), bytes.len);
    return true;
}

void mark_pictures(struct tree *t, const char *html)
{
    GHashTable *ids = shown_ids(html);
    GHashTable *seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL); /* digest -> its leaf */
    for (size_t i = 0; i < t->n_leaves; i++) {
        struct leaf *l = &t->leaves[i], *before;
        struct picture p;
        if (leaf_is_body(l) || !look_at(l, &p))
            continue;
        bool shown = has_shown_id(l, ids) || has_shown_place(t->a, l, html) || is_related(l);
        l->looks = shown ? !like_a_page(&p) : stands_inline(l) && like_a_logo(&p);
        before = g_hash_table_lookup(seen, p.digest);
        if (before && like_a_logo(&p) && (l->looks || before->looks))
            l->looks = before->looks = true;
        g_hash_table_insert(seen, p.digest, l);
    }
    g_hash_table_unref(seen);
    g_hash_table_unref(ids);
}
