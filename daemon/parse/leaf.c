/* One part: what its header says of it, its bytes and its text.
 *
 * Decoding is GMime's. Mended here is where it loses a byte: base64 without padding, and a line end before a boundary
 * that is not like the boundary's own. */
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "parse/charset.h"
#include "parse/header.h"
#include "parse/tree.h"

#define HEAD_BYTES ((size_t)4096) /* enough to know a document by */

/* Base64 whose padding was left out loses its last bytes in the decoder: some is put behind, which it overlooks where
 * it had its own. */
static GMimeStream *with_padding(GMimeStream *source)
{
    GMimeStream *both = g_mime_stream_cat_new(), *padding = g_mime_stream_mem_new_with_buffer("==", 2);
    g_mime_stream_cat_add_source(GMIME_STREAM_CAT(both), source);
    g_mime_stream_cat_add_source(GMIME_STREAM_CAT(both), padding);
    g_object_unref(padding);
    return both;
}

/* The line end before a boundary belongs to that (RFC 2046 5.1.1). GMime takes it for one like the boundary's own:
 * where they differ it leaves a CR or takes a character too many. */
static void mend_end(GMimeStream *s)
{
    char around[5]; /* the last byte, and what follows */
    if (!GMIME_IS_STREAM_FS(s) || s->bound_end <= s->bound_start ||
        pread(GMIME_STREAM_FS(s)->fd, around, sizeof around, s->bound_end - 1) != sizeof around)
        return;
    if (around[0] == '\r' && memcmp(around + 1, "\n--", 3) == 0)
        s->bound_end--;
    else if (!strchr("\r\n", around[1]) && memcmp(around + 2, "\n--", 3) == 0)
        s->bound_end++;
}

GMimeStream *decoded_stream(GMimePart *part)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    if (!content)
        return NULL;
    GMimeStream *source = g_mime_data_wrapper_get_stream(content);
    GMimeContentEncoding encoding = g_mime_data_wrapper_get_encoding(content);
    g_mime_stream_reset(source);
    if (encoding == GMIME_CONTENT_ENCODING_BINARY)
        return g_object_ref(source);
    mend_end(source);
    GMimeStream *padded = encoding == GMIME_CONTENT_ENCODING_BASE64 ? with_padding(source) : g_object_ref(source);
    GMimeStream *stream = g_mime_stream_filter_new(padded);
    g_object_unref(padded);
    GMimeFilter *decoder = g_mime_filter_basic_new(encoding, FALSE);
    g_mime_stream_filter_add(GMIME_STREAM_FILTER(stream), decoder);
    g_object_unref(decoder);
    return stream;
}

void leaf_bytes(const struct leaf *l, size_t max, struct buf *out)
{
    GMimeStream *stream = decoded_stream(l->part);
    char chunk[8192];
    ssize_t got;
    while (stream && out->len < max && (got = g_mime_stream_read(stream, chunk, sizeof chunk)) > 0)
        buf_add(out, chunk, (size_t)got < max - out->len ? (size_t)got : max - out->len);
    g_clear_object(&stream);
}

size_t lines_with_lf(char *text, size_t n, bool *after_cr)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        bool second = text[i] == '\n' && *after_cr;
        *after_cr = text[i] == '\r';
        if (!second)
            text[kept++] = *after_cr ? '\n' : text[i];
    }
    return kept;
}

#define META_BYTES ((size_t)4096)

/* What HTML says of its own charset; where that can be read at all, it is no UTF-16. */
static char *meta_charset(struct arena *a, const char *html, size_t n)
{
    const char *head = arena_strndup(a, html, n < META_BYTES ? n : META_BYTES), *meta = head, *value = NULL;
    while (!value && (meta = strcasestr(meta, "<meta"))) {
        const char *end = meta + strcspn(meta, ">");
        value = strcasestr(meta, "charset=");
        value = value && value < end ? value + strlen("charset=") : NULL;
        meta = end;
    }
    value = value ? value + strspn(value, "\"' ") : "";
    return strncasecmp(value, "utf-16", 6) == 0 ? NULL : arena_strndup(a, value, strcspn(value, "\"' ;/>"));
}

char *leaf_text(struct arena *a, const struct leaf *l, size_t max)
{
    BUF_SCOPED bytes = {0};
    leaf_bytes(l, max, &bytes);
    bool after_cr = false;
    if (bytes.len > 0 && !memchr(bytes.data, '\0', bytes.len)) /* a line end of UTF-16 has other bytes */
        bytes.len = lines_with_lf(bytes.data, bytes.len, &after_cr);
    char *charset = header_param(a, header_type(GMIME_OBJECT(l->part)), "charset");
    if (!charset && strcmp(l->type, "text/html") == 0)
        charset = meta_charset(a, buf_text(&bytes), bytes.len);
    return charset_to_utf8(a, charset, buf_text(&bytes), bytes.len);
}

/* Of letters that had no place in some server's charset question marks are left, which no file's name holds. */
static bool lost(const char *name)
{
    return !name || !*name || strchr(name, '?');
}

/* The path that some old webmail gives with the name is the sender's own (RFC 2183 2.3). A slash may be of the name. */
static const char *without_path(const char *name)
{
    const char *last = g_ascii_isalpha(name[0]) && name[1] == ':' ? strrchr(name, '\\') : NULL;
    return last && last[1] ? last + 1 : name;
}

static const char *name_of(struct arena *a, const char *type, const char *disposition)
{
    const char *name = header_param(a, disposition, "filename"), *other = header_param(a, type, "name");
    if (!other || !*other)
        return name ? name : "";
    return !name || !*name || (lost(name) && !lost(other)) ? other : name;
}

struct leaf leaf_of(struct arena *a, GMimePart *part)
{
    const char *type = header_type(GMIME_OBJECT(part));
    const char *disposition = header_raw(GMIME_OBJECT(part), "Content-Disposition");
    const char *word = header_word(a, type);
    struct leaf l = {.part = part,
                     .type = *word ? word : "text/plain",
                     .disposition = header_word(a, disposition),
                     .name = without_path(name_of(a, type, disposition)),
                     .within = ""};
    BUF_SCOPED head = {0};
    leaf_bytes(&l, HEAD_BYTES, &head);
    l.document = is_document(buf_text(&head), head.len);
    return l;
}
