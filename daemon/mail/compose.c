/* compose.c - a mail out of its parts, by GMime: the head and the tail. Documents are in compose_document.c.
 *
 * The mail is composed whole and without documents; the head is what stands before its closing boundary, so that
 * head, documents and tail are one valid message whether there are documents or not. It refuses what could change
 * the header's shape: line breaks and control characters in any value, addresses that are not in wire form, extra
 * headers that are set from the draft. Whatever the texts hold, no line that leaves is longer than 998 bytes and
 * none ends in a bare LF or CR (RFC 5322 2.1.1, 2.3). */
#include "mail/compose.h"

#include <gmime/gmime.h>
#include <string.h>
#include <strings.h>

#include "mail/address.h"
#include "mail/compose_value.h"

#define LINE_MAX_BYTES 998
#define RECIPIENTS_MAX 200

static void object_cleanup(void *object)
{
    GObject **o = object;
    if (*o)
        g_object_unref(*o);
}
#define OBJECT_SCOPED __attribute__((cleanup(object_cleanup)))

GMimeFormatOptions *compose_crlf(void)
{
    static GMimeFormatOptions *crlf;
    if (!crlf) {
        g_mime_init();
        crlf = g_mime_format_options_clone(NULL);
        g_mime_format_options_set_newline_format(crlf, GMIME_NEWLINE_FORMAT_DOS);
    }
    return crlf;
}

/* ---- what may be composed */

bool compose_value_right(const char *what, const char *value, struct err *e)
{
    if (!value)
        return err_perm(e, "cannot compose a mail: %s is missing", what);
    if (!g_utf8_validate(value, -1, NULL))
        return err_perm(e, "cannot compose a mail: %s is not valid UTF-8", what);
    for (const unsigned char *p = (const unsigned char *)value; *p; p++)
        if (*p < 0x20 || *p == 0x7f || (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0))
            return err_perm(e, "cannot compose a mail: %s holds a line break or another control character", what);
    return true;
}

bool compose_boundary_right(const char *boundary, struct err *e)
{
    size_t n = boundary ? strlen(boundary) : 0;
    size_t right = n ? strspn(boundary, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789=_-") : 0;
    if (n == 0 || n > COMPOSE_BOUNDARY_MAX || right != n)
        return err_perm(e, "cannot compose a mail: the boundary must be 1 to %d letters, digits, =, _ or -",
                        COMPOSE_BOUNDARY_MAX);
    return true;
}

static bool address_right(const char *what, const struct mail_address *m, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    if (m->name && !compose_value_right("a name in the header", m->name, e))
        return false;
    return address_wire(a, m->address, e) || err_prefix(e, "cannot compose a mail: %s", what);
}

static bool addresses_right(const struct mail_draft *d, struct err *e)
{
    if (d->n_to == 0 || d->n_to > RECIPIENTS_MAX)
        return err_perm(e, "cannot compose a mail: to %zu recipients; 1 to %d can be", d->n_to, RECIPIENTS_MAX);
    for (size_t i = 0; i < d->n_to; i++)
        if (!address_right("To", &d->to[i], e))
            return false;
    return address_right("From", &d->from, e) && (!d->reply_to.address || address_right("Reply-To", &d->reply_to, e));
}

/* One or more <ids>, visible ASCII, separated by spaces. */
static bool ids_right(const char *what, const char *ids, struct err *e)
{
    if (!compose_value_right(what, ids, e))
        return false;
    const char *p = ids;
    do {
        p += strspn(p, " ");
        const char *end = *p == '<' ? strpbrk(p + 1, "<> ") : NULL;
        if (!end || *end != '>')
            return err_perm(e, "cannot compose a mail: %s is not written as <id>", what);
        p = end + 1;
    } while (*p);
    return g_str_is_ascii(ids) || err_perm(e, "cannot compose a mail: %s is not ASCII", what);
}

/* Headers that the draft's own members, or its form, decide. */
static bool is_ours(const char *name)
{
    static const char *const ours[] = {"From",    "Sender", "Reply-To",   "To",          "Cc",         "Bcc",
                                       "Subject", "Date",   "Message-ID", "In-Reply-To", "References", "MIME-Version"};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (strcasecmp(name, ours[i]) == 0)
            return true;
    return strncasecmp(name, "Content-", 8) == 0;
}

static bool extra_right(const struct mail_header *h, struct err *e)
{
    size_t n = h->name ? strlen(h->name) : 0;
    for (size_t i = 0; i < n; i++)
        if (h->name[i] <= ' ' || h->name[i] > '~' || h->name[i] == ':')
            n = 0;
    if (n == 0 || n > 76)
        return err_perm(e, "cannot compose a mail: an extra header has no name that a header can have");
    if (is_ours(h->name))
        return err_perm(e, "cannot compose a mail: %s cannot be an extra header", h->name);
    return compose_value_right(h->name, h->value, e);
}

static bool body_right(const struct mail_body *b, struct err *e)
{
    if (!b->text || !g_utf8_validate(b->text, -1, NULL))
        return err_perm(e, "cannot compose a mail: its text is missing or not valid UTF-8");
    if (b->html && !g_utf8_validate(b->html, -1, NULL))
        return err_perm(e, "cannot compose a mail: its HTML is not valid UTF-8");
    return !b->lang || compose_value_right("the language", b->lang, e);
}

static bool draft_right(const struct mail_draft *d, struct err *e)
{
    if (!addresses_right(d, e) || !compose_value_right("the subject", d->subject, e) ||
        !ids_right("Message-ID", d->message_id, e) || !compose_boundary_right(d->boundary, e) ||
        !body_right(&d->body, e))
        return false;
    if (d->in_reply_to && !ids_right("In-Reply-To", d->in_reply_to, e))
        return false;
    if (d->references && !ids_right("References", d->references, e))
        return false;
    for (size_t i = 0; i < d->n_extra; i++)
        if (!extra_right(&d->extra[i], e))
            return false;
    return true;
}

/* ---- header */

static void add_address(GMimeMessage *m, GMimeAddressType type, const struct mail_address *address)
{
    InternetAddressList *list = g_mime_message_get_addresses(m, type);
    const char *name = address->name && *address->name ? address->name : NULL;
    OBJECT_SCOPED InternetAddress *one = internet_address_mailbox_new(name, address->address);
    internet_address_set_charset(one, "UTF-8");
    internet_address_list_add(list, one);
}

static void add_date(GMimeMessage *m, int64_t at, int utc_offset_s)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_offset(utc_offset_s);
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(at);
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, zone);
    g_mime_message_set_date(m, local);
}

static void add_header(GMimeMessage *m, const char *name, const char *value)
{
    if (value)
        g_mime_object_append_header(GMIME_OBJECT(m), name, value, "UTF-8");
}

static void add_headers(GMimeMessage *m, const struct mail_draft *d)
{
    add_address(m, GMIME_ADDRESS_TYPE_FROM, &d->from);
    if (d->reply_to.address)
        add_address(m, GMIME_ADDRESS_TYPE_REPLY_TO, &d->reply_to);
    for (size_t i = 0; i < d->n_to; i++)
        add_address(m, GMIME_ADDRESS_TYPE_TO, &d->to[i]);
    g_mime_message_set_subject(m, d->subject, "UTF-8");
    add_date(m, d->date_at, d->utc_offset_s);
    add_header(m, "Message-ID", d->message_id);
    add_header(m, "In-Reply-To", d->in_reply_to);
    add_header(m, "References", d->references);
    for (size_t i = 0; i < d->n_extra; i++)
        add_header(m, d->extra[i].name, d->extra[i].value);
}

/* ---- body */

/* Any line ends to `end`: LF for quoted-printable, which GMime turns into CRLF; CRLF for base64, whose content is
 * canonical (RFC 2045 6.8). */
static void add_lines(GByteArray *out, const char *text, const char *end)
{
    for (const char *p = text; *p;) {
        size_t n = strcspn(p, "\r\n");
        g_byte_array_append(out, (const guint8 *)p, (guint)n);
        p += n;
        if (!*p)
            break;
        g_byte_array_append(out, (const guint8 *)end, (guint)strlen(end));
        p += p[0] == '\r' && p[1] == '\n' ? 2 : 1;
    }
}

/* Quoted-printable for what is mostly ASCII, so that it can be read in the raw mail; base64 is smaller for the
 * rest, and cannot hold our boundary. */
static bool wants_base64(const char *text, const char *boundary)
{
    size_t n = 0, beyond = 0;
    for (; text[n]; n++)
        beyond += (unsigned char)text[n] >= 0x80;
    return beyond > n / 6 || strstr(text, boundary);
}

static GMimeObject *text_part(const char *subtype, const char *text, const struct mail_draft *d)
{
    bool base64 = wants_base64(text, d->boundary);
    GByteArray *bytes = g_byte_array_new();
    add_lines(bytes, text, base64 ? "\r\n" : "\n");
    OBJECT_SCOPED GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), TRUE);
    OBJECT_SCOPED GMimeDataWrapper *content =
        g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
    GMimePart *part = g_mime_part_new_with_type("text", subtype);
    g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", "utf-8");
    g_mime_part_set_content(part, content);
    g_mime_part_set_content_encoding(part,
                                     base64 ? GMIME_CONTENT_ENCODING_BASE64 : GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    if (d->body.lang)
        g_mime_object_set_header(GMIME_OBJECT(part), "Content-Language", d->body.lang, NULL);
    return GMIME_OBJECT(part);
}

static GMimeObject *alternative(const struct mail_draft *d)
{
    GMimeMultipart *both = g_mime_multipart_new_with_subtype("alternative");
    /* Neither boundary may begin with the other: readers compare beginnings of lines (RFC 2046 5.1.2). */
    g_autofree char *boundary = g_strconcat(d->boundary[0] == '=' ? "a_" : "=_a_", d->boundary, NULL);
    g_mime_multipart_set_boundary(both, boundary);
    OBJECT_SCOPED GMimeObject *text = text_part("plain", d->body.text, d);
    OBJECT_SCOPED GMimeObject *html = text_part("html", d->body.html, d);
    g_mime_multipart_add(both, text);
    g_mime_multipart_add(both, html);
    return GMIME_OBJECT(both);
}

static GMimeMessage *message_of(const struct mail_draft *d)
{
    GMimeMessage *m = g_mime_message_new(TRUE);
    add_headers(m, d);
    OBJECT_SCOPED GMimeMultipart *mixed = g_mime_multipart_new_with_subtype("mixed");
    g_mime_multipart_set_boundary(mixed, d->boundary);
    OBJECT_SCOPED GMimeObject *body = d->body.html ? alternative(d) : text_part("plain", d->body.text, d);
    g_mime_multipart_add(mixed, body);
    g_mime_message_set_mime_part(m, GMIME_OBJECT(mixed));
    return m;
}

/* ---- segments */

/* What a mail server must never see from us, looked for in what was really written. */
static bool lines_right(const char *bytes, size_t n, struct err *e)
{
    size_t start = 0;
    for (size_t i = 0; i < n; i++) {
        bool paired = bytes[i] == '\r' ? i + 1 < n && bytes[i + 1] == '\n' : i > 0 && bytes[i - 1] == '\r';
        if ((bytes[i] == '\r' || bytes[i] == '\n') && !paired)
            return err_perm(e, "cannot compose a mail: a line would end in a bare CR or LF");
        if (i - start > LINE_MAX_BYTES)
            return err_perm(e, "cannot compose a mail: a line would be longer than %d bytes", LINE_MAX_BYTES);
        if (bytes[i] == '\n')
            start = i + 1;
    }
    return true;
}

bool compose_head(const struct mail_draft *draft, struct buf *out, struct err *e)
{
    if (!draft_right(draft, e))
        return false;
    GMimeFormatOptions *format = compose_crlf();
    OBJECT_SCOPED GMimeMessage *message = message_of(draft);
    OBJECT_SCOPED GMimeStream *stream = g_mime_stream_mem_new();
    g_mime_object_write_to_stream(GMIME_OBJECT(message), format, stream);
    const GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    ARENA_SCOPED a = arena_new();
    const char *tail = compose_tail(a, draft->boundary);
    size_t n = bytes->len, n_tail = strlen(tail);
    if (n < n_tail || memcmp(bytes->data + n - n_tail, tail, n_tail) != 0)
        return err_perm(e, "cannot compose a mail: it does not end in its boundary");
    if (!lines_right((const char *)bytes->data, n - n_tail, e))
        return false;
    size_t before = out->len;
    buf_add(out, bytes->data, n - n_tail);
    return out->len - before == n - n_tail || err_perm(e, "cannot compose a mail: its texts are too long");
}

char *compose_tail(struct arena *a, const char *boundary)
{
    return arena_printf(a, "\r\n--%s--\r\n", boundary);
}
