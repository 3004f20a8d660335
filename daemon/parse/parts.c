/* The parts a person attached: decoded into the scratch file, named, typed by content.
 *
 * Every leaf that is no body text is listed, since a paper must never be lost; what is none by its nature (signature,
 * vCard, calendar, report part, a logo) is listed and marked. Contents are streamed; a part beyond the limit is cut and
 * told. */
#include <errno.h>
#include <magic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "parse/charset.h"
#include "parse/header.h"
#include "parse/inside.h"
#include "parse/message.h"
#include "parse/tree.h"

#define MAGIC_FLAGS   (MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_ELF)
#define MAGIC_BYTES   ((size_t)64 << 10) /* what libmagic gets to see */
#define UTF8_HASH_MAX ((int64_t)1 << 20) /* texts up to this size are hashed as UTF-8 too */

static magic_t magic;

bool parts_prepare(struct err *e)
{
    magic = magic_open(MAGIC_FLAGS | MAGIC_MIME_TYPE);
    if (!magic || magic_load(magic, NULL) != 0)
        return err_perm(e, "loading the database of file types: %s", magic ? magic_error(magic) : "out of memory");
    return true;
}

static bool is_report_part(const char *type)
{
    return strcmp(type, "message/delivery-status") == 0 || strcmp(type, "message/global-delivery-status") == 0 ||
           strcmp(type, "message/disposition-notification") == 0 || strcmp(type, "message/feedback-report") == 0 ||
           strcmp(type, "text/rfc822-headers") == 0;
}

static bool no_paper_by_type(const char *type)
{
    static const char *const types[] = {"text/calendar",
                                        "application/ics",
                                        "text/vcard",
                                        "text/x-vcard",
                                        "text/directory",
                                        "application/pgp-signature",
                                        "application/pkcs7-signature",
                                        "application/x-pkcs7-signature",
                                        "application/pgp-keys",
                                        TNEF_MESSAGE};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i], type) == 0)
            return true;
    return is_report_part(type);
}

/* A mail's words hold no control characters and do not begin as a document of text does: libmagic is not asked. */
static bool like_words(const char *bytes, size_t n)
{
    size_t at = n > 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (at < n && strchr(" \t\r\n", bytes[at]) && bytes[at])
        at++;
    if (g_str_has_prefix(bytes + at, "%PDF-") || g_str_has_prefix(bytes + at, "{\\rtf"))
        return false;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)bytes[i] < ' ' && (!bytes[i] || !strchr("\t\n\v\f\r\x1b", bytes[i])))
            return false;
    return true;
}

bool is_document(const char *bytes, size_t n)
{
    static const char *const begin[] = {
        "application/pdf",   "application/msword", "application/vnd.",   "application/x-ole-storage",
        "application/CDFV2", "application/zip",    "application/x-7z",   "application/x-rar",
        "application/gzip",  "application/x-tar",  "application/x-bzip", "application/x-xz",
        "application/zstd",  "text/rtf",           "application/rtf",    "image/png",
        "image/jpeg",        "image/gif",          "image/tiff",         "image/bmp",
        "image/x-ms-bmp",    "image/webp",         "image/hei",          "image/jp2"};
    if (like_words(bytes, n))
        return false;
    const char *type = magic_type(bytes, n);
    for (size_t i = 0; i < sizeof begin / sizeof *begin; i++)
        if (g_str_has_prefix(type, begin[i]))
            return true;
    return false;
}

static bool begins_with(const struct leaf *l, const char *text)
{
    BUF_SCOPED head = {0};
    leaf_bytes(l, strlen(text), &head);
    return strcmp(buf_text(&head), text) == 0;
}

bool is_smime(const struct leaf *l)
{
    return strcmp(l->type, "application/pkcs7-mime") == 0 || strcmp(l->type, "application/x-pkcs7-mime") == 0 ||
           ends_in(l->name, ".p7m");
}

/* What stands beside an encrypted or signed text and says nothing. */
static bool no_paper_of_crypto(struct arena *a, const struct leaf *l)
{
    const char *kind = is_smime(l) ? header_param(a, header_type(GMIME_OBJECT(l->part)), "smime-type") : NULL;
    bool pgp = strcmp(l->type, "application/pgp-encrypted") == 0;
    bool armour = ends_in(l->name, ".asc") &&
                  (begins_with(l, "-----BEGIN PGP SIGNATURE") || begins_with(l, "-----BEGIN PGP PUBLIC KEY"));
    return (kind && strcasecmp(kind, "certs-only") == 0) || (pgp && begins_with(l, "Version:")) || armour;
}

/* By what the mail says; what the bytes say is document.c's. S/MIME that open_signed() could not open is encrypted, or
 * as good as that, unless it is known to be signed. */
static bool is_locked(const struct leaf *l)
{
    return (is_smime(l) && !is_signed(l)) || strcmp(l->within, "multipart/encrypted") == 0 ||
           strcmp(l->type, "application/pgp-encrypted") == 0;
}

/* The part of a Macintosh's file that says how it looks there (RFC 1740); the other one is the file. */
static bool is_resource_fork(const struct leaf *l)
{
    return strcmp(l->within, "multipart/appledouble") == 0 && strcmp(l->type, "application/applefile") == 0;
}

static bool no_paper_by_name(const char *name)
{
    static const char *const ends[] = {".vcf", ".ics", ".p7s"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends_in(name, ends[i]))
            return true;
    return false;
}

/* A text of any kind that is not said to be a file (RFC 2046 4.1.4: unknown kinds are read as plain ones). */
bool leaf_is_body(const struct leaf *l)
{
    bool text = (strncmp(l->type, "text/", 5) == 0 && strcmp(l->type, "text/rtf") != 0) || strcmp(l->type, "text") == 0;
    return text && !l->document && *l->name == '\0' && strcmp(l->disposition, "attachment") != 0 &&
           !no_paper_by_type(l->type);
}

bool leaf_goes_on(const struct leaf *l)
{
    bool html = strcmp(l->type, "text/html") == 0, plain = strcmp(l->type, "text/plain") == 0;
    if (l->document || (!html && !plain) || strncasecmp(l->name, "ATT", 3) != 0)
        return false;
    size_t n = strspn(l->name + 3, "0123456789");
    const char *rest = l->name + 3 + n;
    return n == 5 &&
           (html ? strcasecmp(rest, ".htm") == 0 || strcasecmp(rest, ".html") == 0 : strcasecmp(rest, ".txt") == 0);
}

bool scratch_write(struct tree *t, const char *bytes, size_t n)
{
    if (t->scratch_used + (int64_t)n > PARSE_SCRATCH_MAX) {
        t->too_large = true;
        return false;
    }
    for (size_t done = 0; done < n;) {
        ssize_t wrote = pwrite(t->scratch_fd, bytes + done, n - done, t->scratch_used + (int64_t)done);
        if (wrote > 0) {
            done += (size_t)wrote;
            continue;
        }
        if (wrote < 0 && errno == EFBIG) /* the sandbox's limit */
            t->too_large = true;
        else
            t->scratch_error = wrote < 0 ? errno : ENOSPC;
        return false;
    }
    t->scratch_used += (int64_t)n;
    return true;
}

/* Its bytes as they are lie in the scratch file. */
static bool is_saved(const struct tree *t, GMimePart *part, struct slice *out)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    GMimeStream *s = content ? g_mime_data_wrapper_get_stream(content) : NULL;
    if (!s || !GMIME_IS_STREAM_FS(s) || GMIME_STREAM_FS(s)->fd != t->scratch_fd ||
        g_mime_data_wrapper_get_encoding(content) != GMIME_CONTENT_ENCODING_BINARY || s->bound_end < s->bound_start)
        return false;
    *out = (struct slice){s->bound_start, s->bound_end - s->bound_start};
    return true;
}

bool save_content(struct tree *t, GMimePart *part, struct slice *out)
{
    if (is_saved(t, part, out))
        return true;
    out->offset = t->scratch_used;
    GMimeStream *stream = decoded_stream(part);
    char chunk[32768];
    ssize_t got = 0;
    while (stream && (got = g_mime_stream_read(stream, chunk, sizeof chunk)) > 0) {
        bool fits = t->scratch_used + got - out->offset <= PARSE_PART_MAX;
        t->too_large |= !fits;
        if (!fits || !scratch_write(t, chunk, (size_t)got))
            break;
    }
    out->size = t->scratch_used - out->offset;
    bool whole = got == 0 || (got < 0 && g_mime_stream_eos(stream)); /* a bare file's end is told as -1 */
    g_clear_object(&stream);
    return whole;
}

const char *magic_type(const char *bytes, size_t n)
{
    const char *type = magic_buffer(magic, bytes, n);
    return type ? type : "application/octet-stream";
}

const char *magic_words(const char *bytes, size_t n)
{
    magic_setflags(magic, MAGIC_FLAGS);
    const char *words = magic_buffer(magic, bytes, n);
    magic_setflags(magic, MAGIC_FLAGS | MAGIC_MIME_TYPE);
    return words ? words : "";
}

const char *type_by_content(struct tree *t, const struct fact_part *p)
{
    char *head = malloc(MAGIC_BYTES);
    if (!head)
        abort();
    size_t n = p->size < (int64_t)MAGIC_BYTES ? (size_t)p->size : MAGIC_BYTES;
    ssize_t got = pread(t->scratch_fd, head, n, p->offset);
    const char *type = text_cut(t->a, got > 0 ? magic_type(head, (size_t)got) : "application/octet-stream", 127);
    free(head);
    return type;
}

static const char *utf8_hash(struct tree *t, const struct leaf *l, const struct fact_part *p)
{
    if (strncmp(l->type, "text/", 5) != 0 || p->size > UTF8_HASH_MAX)
        return "";
    ARENA_SCOPED own = arena_new();
    const char *text = leaf_text(own, l, (size_t)UTF8_HASH_MAX);
    g_autofree char *hex = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text, strlen(text));
    return arena_strdup(t->a, hex);
}

/* What a mail system's bounce in words returns is the mail that failed, and no paper. */
static bool is_returned(const struct tree *t, const struct leaf *l)
{
    const struct facts *f = t->facts;
    bool machine = f->signs.null_return_path || daemon_address(f->from.address);
    return l->forwarded && f->signs.prose_bounce && machine;
}

static void add_part(struct tree *t, const struct leaf *l, bool no_paper)
{
    struct fact_part p = {.name = text_cut(t->a, l->name, 600),
                          .claimed = text_cut(t->a, l->type, 127),
                          .forwarded = l->forwarded,
                          .inline_shown = l->looks,
                          .locked = !no_paper && !l->document && is_locked(l),
                          .no_paper = no_paper};
    struct slice bytes;
    p.cut = !save_content(t, l->part, &bytes) || GMIME_IS_MESSAGE_PARTIAL(l->part);
    p.offset = bytes.offset;
    p.size = bytes.size;
    p.type = type_by_content(t, &p);
    p.utf8_sha256 = utf8_hash(t, l, &p);
    if (GMIME_IS_MESSAGE_PARTIAL(l->part))
        tell_closed(t, "part", p.name, "it is a piece of a message only");
    if (!no_paper && is_signed(l))
        tell_closed(t, "signed file", p.name, "it is too large, or damaged");
    ARENA_PUSH(t->a, t->facts->parts, t->facts->n_parts, p);
}

/* By what the mail calls it; where the bytes are a document, they decide. */
static bool is_no_paper(struct arena *a, const struct leaf *l)
{
    return !l->document && (no_paper_by_type(l->type) || no_paper_by_name(l->name) || no_paper_of_crypto(a, l) ||
                            is_resource_fork(l) || leaf_goes_on(l));
}

bool leaf_is_attached(struct tree *t, const struct leaf *l)
{
    return l->forwarded || !(leaf_is_body(l) || is_no_paper(t->a, l));
}

/* What a report is made of, and the message that it speaks of. */
static bool is_of_report(const struct leaf *l)
{
    return l->forwarded || (!l->document && (strncmp(l->type, "message/", 8) == 0 || is_report_part(l->type)));
}

/* Papers first: what the HTML shows takes neither their place in the list nor their room. */
static void add_parts(struct tree *t, bool papers)
{
    for (size_t i = 0; i < t->n_leaves; i++) {
        const struct leaf *l = &t->leaves[i];
        if (leaf_is_body(l) || (t->report_part && is_of_report(l)))
            continue;
        bool no_paper = is_no_paper(t->a, l) || is_returned(t, l);
        if (papers != (!l->looks && !no_paper))
            continue;
        t->facts->signs.has_papers |= papers;
        if (t->facts->n_parts < FACTS_PARTS_MAX)
            add_part(t, l, no_paper);
        else
            t->too_many |= papers;
    }
}

void collect_parts(struct tree *t, const char *html)
{
    mark_pictures(t, html);
    add_parts(t, true);
    add_parts(t, false);
    look_inside(t);
}
