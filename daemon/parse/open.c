/* Wrappings: what stands around a message, its words or its files, and is none of them itself.
 *
 * The tree that GMime made is gone through once, and each part that wraps others is replaced in it by them: a message
 * that was encoded or attached as a file, a multipart with a wrong boundary or none. What has been opened is looked at
 * again, since wrappings stand in wrappings; OPENED_MAX, PARSE_DEPTH_MAX and the scratch file end that. What cannot be
 * opened stays, so that it is filed as it came. */
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "parse/header.h"
#include "parse/message.h"
#include "parse/tree.h"

#define UNPARTED_MAX ((size_t)40 << 20) /* of a message whose parts are to be found anew, in memory */
#define BOUNDARY_MAX 1000

GMimePart *scratch_part(struct tree *t, const char *type, struct slice bytes)
{
    GMimeContentType *parsed = g_mime_content_type_parse(NULL, type);
    GMimePart *part = g_mime_part_new();
    GMimeStream *stream = g_mime_stream_fs_new_with_bounds(t->scratch_fd, bytes.offset, bytes.offset + bytes.size);
    GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_BINARY);
    g_mime_stream_fs_set_owner(GMIME_STREAM_FS(stream), FALSE);
    g_mime_object_set_content_type(GMIME_OBJECT(part), parsed);
    g_mime_part_set_content(part, content);
    g_object_unref(content);
    g_object_unref(stream);
    g_object_unref(parsed);
    return part;
}

GMimePart *scratch_file(struct tree *t, const char *type, const char *name, struct slice bytes)
{
    GMimePart *part = scratch_part(t, type, bytes);
    g_mime_object_set_disposition(GMIME_OBJECT(part), GMIME_DISPOSITION_ATTACHMENT);
    if (*name)
        g_mime_part_set_filename(part, name);
    return part;
}

bool scratch_copy(struct tree *t, struct slice from, struct slice *out)
{
    char chunk[32768];
    *out = (struct slice){t->scratch_used, 0};
    while (out->size < from.size) {
        int64_t left = from.size - out->size;
        size_t want = left < (int64_t)sizeof chunk ? (size_t)left : sizeof chunk;
        if (pread(t->scratch_fd, chunk, want, from.offset + out->size) != (ssize_t)want ||
            !scratch_write(t, chunk, want))
            return false;
        out->size += (int64_t)want;
    }
    return true;
}

GMimeParser *scratch_parser(struct tree *t, struct slice bytes)
{
    GMimeStream *stream = g_mime_stream_fs_new_with_bounds(t->scratch_fd, bytes.offset, bytes.offset + bytes.size);
    g_mime_stream_fs_set_owner(GMIME_STREAM_FS(stream), FALSE);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    g_mime_parser_set_persist_stream(parser, TRUE);
    g_object_unref(stream);
    return parser;
}

/* ---- messages */

bool ends_in(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n > m && strcasecmp(name + n - m, end) == 0;
}

static bool looks_like_mail(GMimeMessage *m)
{
    static const char *const names[] = {"From", "Received", "Date", "Subject"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (header_raw(GMIME_OBJECT(m), names[i]))
            return true;
    return false;
}

GMimeObject *open_message(struct tree *t, const struct leaf *l)
{
    struct slice bytes;
    int64_t before = t->scratch_used;
    if (!ends_in(l->name, ".eml") && strcmp(l->type, "message/rfc822") != 0 && strcmp(l->type, "message/global") != 0)
        return NULL;
    if (!save_content(t, l->part, &bytes)) { /* what is in it may be cut too: it is told as one part that is */
        t->scratch_used = before;
        return NULL;
    }
    GMimeParser *parser = scratch_parser(t, bytes);
    GMimeMessage *inner = bytes.size > 0 ? g_mime_parser_construct_message(parser, NULL) : NULL;
    g_object_unref(parser);
    if (!inner)
        return NULL;
    bool mail = strncmp(l->type, "message/", 8) == 0 || looks_like_mail(inner);
    GMimeMessagePart *in = mail ? g_mime_message_part_new_with_message("rfc822", inner) : NULL;
    g_object_unref(inner);
    return in ? GMIME_OBJECT(in) : NULL;
}

/* ---- multiparts whose boundary is not to be found */

/* The text between the header and the end, where GMime found neither a part nor the last boundary; false: it found one,
 * or the text is too long. */
static bool unparted(struct tree *t, GMimeObject *o, struct buf *out)
{
    if (GMIME_IS_MULTIPART(o)) {
        GMimeMultipart *m = GMIME_MULTIPART(o);
        const char *prologue = g_mime_multipart_get_prologue(m);
        bool ended = header_param(t->a, header_type(o), "boundary") && m->write_end_boundary;
        bool none = g_mime_multipart_get_count(m) == 0 && !ended;
        if (none && prologue)
            buf_adds(out, prologue);
        return out->len > 0;
    }
    struct leaf l = leaf_of(t->a, GMIME_PART(o));
    leaf_bytes(&l, UNPARTED_MAX, out);
    return out->len < UNPARTED_MAX;
}

/* The line "--boundary", with a header behind it. */
static const char *guess_boundary(struct arena *a, const char *text)
{
    for (const char *line = text; *line;) {
        size_t n = strcspn(line, "\r\n");
        const char *next = line + n + strspn(line + n, "\r\n");
        if (n > 2 && n < BOUNDARY_MAX && strncmp(line, "--", 2) == 0 && strncasecmp(next, "Content-", 8) == 0 &&
            !memchr(line, '"', n) && !memchr(line, '\\', n))
            return g_strchomp(arena_strndup(a, line + 2, n - 2));
        line = next;
    }
    return NULL;
}

/* "multipart/..." as one of the fields says, of which GMime has followed another. */
static const char *multipart_type(struct tree *t, GMimeObject *o)
{
    GMimeHeaderList *list = g_mime_object_get_header_list(o);
    int n = g_mime_header_list_get_count(list);
    for (int i = 0; i < n && i < 100; i++) {
        GMimeHeader *header = g_mime_header_list_get_header_at(list, i);
        if (g_ascii_strcasecmp(g_mime_header_get_name(header), "Content-Type") != 0)
            continue;
        const char *type = header_word(t->a, g_mime_header_get_raw_value(header));
        if (strncmp(type, "multipart/", 10) == 0 && !strpbrk(type, "\"\\"))
            return type;
    }
    return NULL;
}

/* Without any boundary it is a text, as a mail program shows it. */
static GMimeObject *open_boundary(struct tree *t, GMimeObject *o)
{
    const char *type = GMIME_IS_MULTIPART(o) || GMIME_IS_PART(o) ? multipart_type(t, o) : NULL;
    BUF_SCOPED text = {.max = UNPARTED_MAX};
    if (!type || !unparted(t, o, &text))
        return NULL;
    const char *boundary = guess_boundary(t->a, buf_text(&text));
    int64_t start = t->scratch_used;
    if (!boundary && GMIME_IS_PART(o))
        return NULL;
    const char *head = boundary ? arena_printf(t->a, "Content-Type: %s; boundary=\"%s\"\n\n", type, boundary) : "\n";
    if (!scratch_write(t, head, strlen(head)) || !scratch_write(t, buf_text(&text), text.len))
        return NULL;
    GMimeParser *parser = scratch_parser(t, (struct slice){start, t->scratch_used - start});
    GMimeObject *in = g_mime_parser_construct_part(parser, NULL);
    g_object_unref(parser);
    return in;
}

/* ---- the way through the tree */

static GMimeObject *opened(struct tree *t, GMimeObject *o)
{
    static GMimeObject *(*const openers[])(struct tree *, const struct leaf *) = {open_uuencoded, open_message,
                                                                                  open_tnef, open_signed, open_written};
    GMimeObject *in = open_boundary(t, o);
    if (in || !GMIME_IS_PART(o))
        return in;
    struct leaf l = leaf_of(t->a, GMIME_PART(o));
    for (size_t i = 0; i < sizeof openers / sizeof *openers && !in; i++)
        in = openers[i](t, &l);
    return in;
}

/* What is in o and in that again, a reference to be given back; o itself where it wraps nothing. */
static GMimeObject *innermost(struct tree *t, GMimeObject *o)
{
    GMimeObject *in;
    g_object_ref(o);
    while (t->n_opened < OPENED_MAX && (in = opened(t, o))) {
        t->n_opened++;
        g_object_unref(o);
        o = in;
    }
    return o;
}

static void open_within(struct tree *t, GMimeObject *o, int depth);

static void open_root(struct tree *t, GMimeMessage *m, int depth)
{
    GMimeObject *root = m ? g_mime_message_get_mime_part(m) : NULL;
    if (!root)
        return;
    GMimeObject *in = innermost(t, root);
    if (in != root)
        g_mime_message_set_mime_part(m, in);
    open_within(t, in, depth + 1);
    g_object_unref(in);
}

static void open_children(struct tree *t, GMimeMultipart *m, int depth)
{
    for (int i = 0; i < g_mime_multipart_get_count(m) && t->n_looked_at++ < PARSE_LEAVES_MAX; i++) {
        GMimeObject *child = g_mime_multipart_get_part(m, i), *in = innermost(t, child);
        if (in != child)
            g_object_unref(g_mime_multipart_replace(m, i, in));
        open_within(t, in, depth + 1);
        g_object_unref(in);
    }
}

static void open_within(struct tree *t, GMimeObject *o, int depth)
{
    if (depth > PARSE_DEPTH_MAX)
        return;
    if (GMIME_IS_MULTIPART(o))
        open_children(t, GMIME_MULTIPART(o), depth);
    else if (GMIME_IS_MESSAGE_PART(o))
        open_root(t, g_mime_message_part_get_message(GMIME_MESSAGE_PART(o)), depth);
}

void open_wrappings(struct tree *t)
{
    open_root(t, t->message, 0);
}
