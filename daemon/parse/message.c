/* A message to facts: the walk over its parts, and the header.
 *
 * GMime parses from the descriptor with a persistent stream, so contents stay in the file. A message whose lines end
 * in bare CR is copied to the front of the scratch file with LF first. Refused is only what GMime gives no message for;
 * too many parts (200), too deep (20) and too large ones are left out and told. */
#include "parse/message.h"
#include <string.h>
#include <unistd.h>
#include "mail/names.h"
#include "parse/charset.h"
#include "parse/document.h"
#include "parse/header.h"
#include "parse/text.h"
#include "parse/tree.h"

bool parse_prepare(struct err *e)
{
    static bool ready;
    if (ready)
        return true;
    static const char *fallback[] = {"utf-8", "windows-1256", NULL};
    g_mime_init();
    g_mime_parser_options_set_fallback_charsets(g_mime_parser_options_get_default(), fallback);
    charset_warm();
    document_prepare();
    return ready = parts_prepare(e);
}

/* Where the walk is. */
struct place {
    int depth;
    const char *within;
    bool forwarded;
};

static void walk(struct tree *t, GMimeObject *o, struct place at);

/* What is called a message and begins otherwise: GMime keeps nothing of it. */
static bool is_headless(GMimeMessage *m)
{
    GMimeObject *o = g_mime_message_get_mime_part(m);
    return g_mime_header_list_get_count(g_mime_object_get_header_list(GMIME_OBJECT(m))) == 0 && o && GMIME_IS_PART(o) &&
           !g_mime_part_get_content(GMIME_PART(o));
}

static void tell_headless(struct tree *t, GMimeMessagePart *part)
{
    const char *disposition = header_raw(GMIME_OBJECT(part), "Content-Disposition");
    const char *name = header_param(t->a, disposition, "filename");
    if (!name)
        name = header_param(t->a, header_type(GMIME_OBJECT(part)), "name");
    tell_closed(t, "message", text_cut(t->a, name ? name : "", 600), "it has no header");
}

static void walk_nested(struct tree *t, GMimeMessagePart *part, int depth)
{
    GMimeMessage *inner = g_mime_message_part_get_message(part);
    if (!inner)
        return;
    if (is_headless(inner))
        tell_headless(t, part);
    const char *to = header_raw(GMIME_OBJECT(inner), "To");
    if (to && t->n_nested_to < FACTS_PARTS_MAX)
        ARENA_PUSH(t->a, t->nested_to, t->n_nested_to, to);
    static const char *const names[] = {"Message-ID", "In-Reply-To", "References"};
    for (size_t i = 0; i < 3; i++)
        header_ids(t->a, header_raw(GMIME_OBJECT(inner), names[i]), &t->nested_ids, &t->n_nested_ids);
    if (g_mime_message_get_mime_part(inner))
        walk(t, g_mime_message_get_mime_part(inner), (struct place){depth + 1, "", true});
}

static void add_leaf(struct tree *t, GMimePart *part, struct place at)
{
    struct leaf l = leaf_of(t->a, part);
    l.within = at.within;
    l.forwarded = at.forwarded;
    if (t->n_leaves == PARSE_LEAVES_MAX)
        t->too_many = true;
    else
        ARENA_PUSH(t->a, t->leaves, t->n_leaves, l);
}

/* A file that lies elsewhere on the web, in MIME's own words, is a link (RFC 2017 3.1: blanks in the address are not of
 * it). */
static bool is_elsewhere(struct tree *t, GMimeObject *o)
{
    if (strcmp(header_word(t->a, header_type(o)), "message/external-body") != 0)
        return false;
    char *url = header_param(t->a, header_type(o), "url"), *to = url;
    for (const char *from = url; from && *from; from++)
        if (!strchr(" \t\r\n", *from))
            *to++ = *from;
    if (!url)
        return false;
    *to = '\0';
    return link_add(t->a, url, &t->facts->links, &t->facts->n_links);
}

static void walk(struct tree *t, GMimeObject *o, struct place at)
{
    if (at.depth > PARSE_DEPTH_MAX) {
        t->too_deep = true;
        return;
    }
    if (GMIME_IS_MULTIPART(o)) {
        struct place inside = {at.depth + 1, header_word(t->a, header_type(o)), at.forwarded};
        for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(o)) && !t->too_many; i++)
            walk(t, g_mime_multipart_get_part(GMIME_MULTIPART(o), i), inside);
    } else if (GMIME_IS_MESSAGE_PART(o)) {
        walk_nested(t, GMIME_MESSAGE_PART(o), at.depth);
    } else if (GMIME_IS_PART(o) && !is_elsewhere(t, o)) {
        add_leaf(t, GMIME_PART(o), at);
    }
}

static char *all_html(struct tree *t)
{
    BUF_SCOPED html = {.max = (size_t)2 << 20};
    for (size_t i = 0; i < t->n_leaves; i++)
        if (strcmp(t->leaves[i].type, "text/html") == 0 && !html.overflow) {
            BUF_SCOPED bytes = {0};
            leaf_bytes(&t->leaves[i], BODY_MAX, &bytes);
            buf_add(&html, buf_text(&bytes), bytes.len);
        }
    return arena_strndup(t->a, buf_text(&html), html.len);
}

static void read_recipients(struct tree *t, const char *name, const char *raw)
{
    static const char *const names[] = {
        "To", "Cc", "Resent-To", "Resent-Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (g_ascii_strcasecmp(names[i], name) == 0)
            header_addresses(t->a, raw, &t->facts->recipients, &t->facts->n_recipients);
}

/* What servers on the way say of the sender. Of Exchange's own mark two would say two things: it counts once. */
static void read_auth(struct tree *t, const char *name, const char *raw)
{
    struct facts *f = t->facts;
    struct {
        const char *name;
        struct fact_auth **list;
        size_t *n, max, bytes;
    } rows[] = {
        {"Authentication-Results", &f->auth_results, &f->n_auth_results, FACTS_AUTH_MAX, FACTS_AUTH_TEXT},
        {"ARC-Seal", &f->arc_seals, &f->n_arc_seals, FACTS_ARC_MAX, FACTS_ARC_TEXT},
        {"ARC-Authentication-Results", &f->arc_results, &f->n_arc_results, FACTS_ARC_MAX, FACTS_ARC_TEXT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fact_auth auth = {.value = ""};
        if (g_ascii_strcasecmp(name, rows[i].name) != 0 || *rows[i].n >= rows[i].max)
            continue;
        auth.value = header_structured(t->a, raw, rows[i].bytes, &auth.cut);
        ARENA_PUSH(t->a, *rows[i].list, *rows[i].n, auth);
    }
    if (g_ascii_strcasecmp(name, "X-MS-Exchange-Organization-AuthAs") == 0)
        f->auth_as = *f->auth_as ? "several" : header_structured(t->a, raw, 100, NULL);
}

static void read_each_field(struct tree *t)
{
    GMimeHeaderList *list = g_mime_object_get_header_list(GMIME_OBJECT(t->message));
    int count = g_mime_header_list_get_count(list), n_from = 0;
    for (int i = 0; i < count && i < 2000; i++) {
        GMimeHeader *header = g_mime_header_list_get_header_at(list, i);
        const char *name = g_mime_header_get_name(header), *raw = g_mime_header_get_raw_value(header);
        if (!raw)
            continue;
        read_recipients(t, name, raw);
        if (g_ascii_strcasecmp(name, "From") == 0) {
            t->facts->several_senders |= n_from++ > 0 || !header_one_mailbox(t->a, raw);
        }
        read_auth(t, name, raw);
    }
}

static const char *first_id(struct tree *t, const char *name)
{
    const char **ids = NULL;
    size_t n = 0;
    const char *raw = header_raw(GMIME_OBJECT(t->message), name);
    header_ids(t->a, raw, &ids, &n);
    return n > 0 ? ids[0] : header_structured(t->a, raw, 500, NULL);
}

static void read_header(struct tree *t)
{
    struct facts *f = t->facts;
    GMimeObject *o = GMIME_OBJECT(t->message);
    struct fact_address *from = NULL;
    size_t n_from = 0;
    f->subject = header_text(t->a, header_raw(o, "Subject"), 2000);
    header_addresses(t->a, header_raw(o, "From"), &from, &n_from);
    f->from =
        n_from > 0 ? from[0] : (struct fact_address){"", header_structured(t->a, header_raw(o, "From"), 254, NULL)};
    f->message_id = first_id(t, "Message-ID");
    f->in_reply_to = first_id(t, "In-Reply-To");
    header_ids(t->a, header_raw(o, "References"), &f->references, &f->n_references);
    g_autoptr(GDateTime) date =
        g_mime_utils_header_decode_date(header_structured(t->a, header_raw(o, "Date"), 200, NULL));
    f->date_at = date ? g_date_time_to_unix(date) : 0;
    read_each_field(t);
}

#define CLOSED_MAX ((size_t)2000) /* enough words */

void tell_closed(struct tree *t, const char *what, const char *name, const char *why)
{
    const char *before = t->closed ? t->closed : "";
    if (strlen(before) < CLOSED_MAX)
        t->closed = arena_printf(t->a, "%sthe %s \"%s\" stays closed: %s; ", before, what, name, why);
}

static void tell_trouble(struct tree *t)
{
    BUF_SCOPED words = {0};
    if (t->too_many)
        buf_addf(&words, "more than %d papers, or %d parts; ", FACTS_PARTS_MAX, PARSE_LEAVES_MAX);
    if (t->too_deep)
        buf_addf(&words, "parts nested deeper than %d; ", PARSE_DEPTH_MAX);
    if (t->too_large)
        buf_adds(&words, "a part is too large; ");
    buf_adds(&words, t->closed);
    if (words.len >= 2)
        words.data[words.len - 2] = '\0';
    t->facts->incomplete = t->too_many || t->too_deep;
    t->facts->trouble = arena_strdup(t->a, buf_text(&words));
}

static void read_message(struct tree *t)
{
    read_header(t);
    open_wrappings(t);
    if (g_mime_message_get_mime_part(t->message))
        walk(t, g_mime_message_get_mime_part(t->message), (struct place){0, "", false});
    read_text(t);
    collect_signs(t);
    collect_report(t);
    bool other_report = t->facts->signs.report_mdn || t->facts->signs.report_feedback;
    if (!other_report && t->facts->signs.action == REPORT_NONE)
        collect_prose(t);
    collect_calendar(t);
    collect_parts(t, all_html(t));
    tell_trouble(t);
}

/* An old Macintosh's line ends: more CR alone than LF within the first 64 KB. */
static bool bare_cr(int fd)
{
    char chunk[65536];
    ssize_t n = pread(fd, chunk, sizeof chunk, 0);
    size_t alone = 0, lf = 0;
    for (ssize_t i = 0; i < n; i++) {
        lf += chunk[i] == '\n';
        alone += chunk[i] == '\r' && !(i + 1 < n && chunk[i + 1] == '\n');
    }
    return alone > lf;
}

static bool copy_with_lf(int from, int to, int64_t *size_out, struct err *e)
{
    char chunk[65536];
    int64_t at = 0, written = 0;
    bool after_cr = false;
    ssize_t n;
    while ((n = pread(from, chunk, sizeof chunk, at)) > 0 && at < PARSE_PART_MAX) {
        size_t kept = lines_with_lf(chunk, (size_t)n, &after_cr);
        if (pwrite(to, chunk, kept, written) != (ssize_t)kept)
            return err_temp(e, "writing the scratch file: no room");
        at += n;
        written += (int64_t)kept;
    }
    if (n > 0)
        return err_perm(e, "its lines end in CR alone, and it is larger than %d MB", (int)(PARSE_PART_MAX >> 20));
    *size_out = written;
    return true;
}

/* Where the header begins: behind empty lines, an mbox "From " line and blanks. */
static int64_t header_start(int fd)
{
    char head[1024];
    ssize_t n = pread(fd, head, sizeof head - 1, 0);
    if (n <= 0)
        return 0;
    head[n] = '\0';
    const char *line = head;
    for (;;) {
        const char *end = line + strcspn(line, "\n");
        bool skip =
            line[strspn(line, " \t\r")] == '\n' || strncmp(line, "From ", 5) == 0 || strncmp(line, ">From ", 6) == 0;
        if (!skip || *end == '\0')
            return line + strspn(line, " \t") - head; /* there is nothing that it could go on */
        line = end + 1;
    }
}

static GMimeStream *open_stream(int fd, int64_t size)
{
    GMimeStream *stream = g_mime_stream_fs_new_with_bounds(fd, header_start(fd), size);
    g_mime_stream_fs_set_owner(GMIME_STREAM_FS(stream), FALSE);
    return stream;
}

static void empty_strings(struct facts *f)
{
    f->subject = f->from.name = f->from.address = f->message_id = f->in_reply_to = f->text = f->reply_text = "";
    f->calendar_method = f->calendar_uid = f->calendar_partstat = f->trouble = f->auth_as = f->away_until = "";
}

bool parse_message(struct arena *a, int message_fd, int scratch_fd, struct facts *out, struct err *e)
{
    if (!parse_prepare(e))
        return false;
    struct facts facts = {.date_at = 0};
    struct tree t = {.a = a, .facts = &facts, .scratch_fd = scratch_fd};
    empty_strings(&facts);
    int source = message_fd;
    if (bare_cr(message_fd)) {
        if (!copy_with_lf(message_fd, scratch_fd, &t.scratch_used, e))
            return false;
        source = scratch_fd;
    }
    GMimeStream *stream = open_stream(source, t.scratch_used > 0 ? t.scratch_used : lseek(source, 0, SEEK_END));
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    g_mime_parser_set_persist_stream(parser, TRUE);
    t.message = g_mime_parser_construct_message(parser, NULL);
    if (t.message) {
        read_message(&t);
        g_object_unref(t.message);
    }
    g_object_unref(parser);
    g_object_unref(stream);
    if (!t.message)
        return err_perm(e, "no message could be read from the file");
    if (t.scratch_error)
        return err_temp(e, "writing the scratch file: %s", strerror(t.scratch_error));
    *out = facts;
    return true;
}
