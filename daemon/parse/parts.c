/* The parts a person attached: decoded into the scratch file, named, typed by content.
 *
 * Every leaf that is no body text is listed, since a paper must never be lost; what is none by its nature (signature,
 * vCard, calendar,
 * report part, an image that the HTML shows) is listed and marked. Contents are streamed; a part beyond the limit is
 * cut and told. */
#include <magic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "parse/charset.h"
#include "parse/header.h"
#include "parse/message.h"
#include "parse/tree.h"

#define MAGIC_BYTES   ((size_t)64 << 10) /* what libmagic gets to see */
#define UTF8_HASH_MAX ((int64_t)1 << 20) /* texts up to this size are hashed as UTF-8 too */

static magic_t magic;

bool parts_prepare(struct err *e)
{
    magic = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_ELF);
    if (!magic || magic_load(magic, NULL) != 0)
        return err_perm(e, "loading the database of file types: %s", magic ? magic_error(magic) : "out of memory");
    return true;
}

bool leaf_is_body(const struct leaf *l)
{
    bool text = strcmp(l->type, "text/plain") == 0 || strcmp(l->type, "text/html") == 0 ||
                strcmp(l->type, "text/enriched") == 0 || strcmp(l->type, "text") == 0;
    return text && *l->name == '\0' && strcmp(l->disposition, "attachment") != 0;
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
                                        "application/pgp-encrypted",
                                        "application/pgp-keys"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i], type) == 0)
            return true;
    return is_report_part(type);
}

static bool no_paper_by_name(const char *name)
{
    static const char *const ends[] = {".vcf", ".ics", ".p7s"};
    size_t n = strlen(name);
    for (size_t i = 0; i < 3; i++)
        if (n > 4 && strcasecmp(name + n - 4, ends[i]) == 0)
            return true;
    return strcasecmp(name, "smime.p7s") == 0;
}

/* An image whose Content-ID the HTML names. Other types are papers even then: Apple Mail writes a PDF inline. */
static bool shown_by_html(const struct leaf *l, const char *html)
{
    if (strncmp(l->type, "image/", 6) != 0)
        return false;
    const char *raw = header_raw(GMIME_OBJECT(l->part), "Content-ID");
    if (!raw)
        return false;
    raw += strspn(raw, " \t\r\n<");
    size_t n = strcspn(raw, "> \t\r\n");
    if (n == 0 || n > 300)
        return false;
    char wanted[320];
    snprintf(wanted, sizeof wanted, "cid:%.*s", (int)n, raw);
    g_autofree char *escaped = g_uri_escape_string(wanted + 4, "@!$&'()*+,;=:", TRUE);
    if (strcasestr(html, wanted))
        return true;
    snprintf(wanted, sizeof wanted, "cid:%.300s", escaped);
    return strcasestr(html, wanted) != NULL;
}

static bool write_all(struct tree *t, const char *bytes, size_t n)
{
    if (t->scratch_used + (int64_t)n > PARSE_SCRATCH_MAX ||
        pwrite(t->scratch_fd, bytes, n, t->scratch_used) != (ssize_t)n) {
        t->too_large = true;
        return false;
    }
    t->scratch_used += (int64_t)n;
    return true;
}

void save_content(struct tree *t, GMimePart *part, int64_t *offset_out, int64_t *size_out)
{
    *offset_out = t->scratch_used;
    *size_out = 0;
    GMimeStream *stream = decoded_stream(part);
    char chunk[32768];
    ssize_t got;
    while (stream && (got = g_mime_stream_read(stream, chunk, sizeof chunk)) > 0) {
        bool fits = t->scratch_used + got - *offset_out <= PARSE_PART_MAX;
        t->too_large |= !fits;
        if (!fits || !write_all(t, chunk, (size_t)got))
            break;
    }
    *size_out = t->scratch_used - *offset_out;
    g_clear_object(&stream);
}

static const char *type_by_content(struct tree *t, const struct fact_part *p)
{
    char *head = malloc(MAGIC_BYTES);
    if (!head)
        abort();
    size_t n = p->size < (int64_t)MAGIC_BYTES ? (size_t)p->size : MAGIC_BYTES;
    ssize_t got = pread(t->scratch_fd, head, n, p->offset);
    const char *type = got > 0 ? magic_buffer(magic, head, (size_t)got) : NULL;
    free(head);
    return text_cut(t->a, type ? type : "application/octet-stream", 127);
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

static void add_part(struct tree *t, const struct leaf *l, const char *html)
{
    struct fact_part p = {
        .name = text_cut(t->a, l->name, 600), .claimed = text_cut(t->a, l->type, 127), .forwarded = l->forwarded};
    p.inline_shown = shown_by_html(l, html);
    p.no_paper = no_paper_by_type(l->type) || no_paper_by_name(l->name) || is_returned(t, l);
    save_content(t, l->part, &p.offset, &p.size);
    p.type = type_by_content(t, &p);
    p.utf8_sha256 = utf8_hash(t, l, &p);
    ARENA_PUSH(t->a, t->facts->parts, t->facts->n_parts, p);
    t->facts->signs.has_papers |= !p.inline_shown && !p.no_paper;
}

void collect_parts(struct tree *t, const char *html)
{
    const struct mail_signs *s = &t->facts->signs;
    bool report = s->report_dsn || s->report_mdn || s->report_feedback;
    for (size_t i = 0; i < t->n_leaves; i++) {
        const struct leaf *l = &t->leaves[i];
        if (leaf_is_body(l) ||
            (report && (l->forwarded || strncmp(l->type, "message/", 8) == 0 || is_report_part(l->type))))
            continue;
        add_part(t, l, html);
    }
}
