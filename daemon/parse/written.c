/* Files that are written into a text: uuencode, and what PGP has encrypted.
 *
 *   "begin" SP 3*4octal SP [name]            "-----BEGIN PGP MESSAGE-----"
 *   *( length-character characters )         *line
 *   "end"                                    "-----END PGP MESSAGE-----"
 *
 * The text becomes a multipart of what stands around the files and of these, in their order. A block begins only where
 * the line after "begin" is one of uuencode, and ends where a line is none; trailing spaces that some server took away
 * are put back. Lines are as long as LINE_ROOM; what is longer is text. A part that is uuencoded as a whole is read in
 * the same way, since GMime loses what follows a line without its spaces. */
#include <stdlib.h>
#include <string.h>
#include "parse/header.h"
#include "parse/tree.h"

#define LINE_ROOM 1000
#define FILES_MAX 100

enum block { BLOCK_TEXT, BLOCK_UU, BLOCK_PGP };

struct lines { /* a stream by lines */
    GMimeStream *stream;
    char chunk[16384];
    size_t at, n;
    char line[LINE_ROOM + 1]; /* with its end; a longer line comes in pieces */
    size_t length;
    bool starts; /* it is the first piece of a line */
};

struct writing {
    struct tree *t;
    const struct leaf *l;
    GMimeMultipart *found;
    enum block block;
    char *name;         /* of the file in uuencode */
    struct slice piece; /* what was written since the last file */
    int n_files;
    bool failed;
};

static bool next_line(struct lines *s)
{
    s->starts = s->length == 0 || s->line[s->length - 1] == '\n';
    for (s->length = 0; s->length < LINE_ROOM;) {
        if (s->at == s->n) {
            ssize_t got = g_mime_stream_read(s->stream, s->chunk, sizeof s->chunk);
            s->at = 0;
            s->n = got > 0 ? (size_t)got : 0;
            if (s->n == 0)
                break;
        }
        char c = s->chunk[s->at++];
        s->line[s->length++] = c;
        if (c == '\n')
            break;
    }
    s->line[s->length] = '\0';
    return s->length > 0;
}

/* ---- uuencode */

static char *uu_begins(struct arena *a, const char *line)
{
    if (strncmp(line, "begin ", 6) != 0)
        return NULL;
    size_t mode = strspn(line + 6, "01234567");
    const char *name = line + 6 + mode;
    if (mode < 3 || mode > 4 || !strchr(" \r\n", *name))
        return NULL;
    return header_text(a, name, 600);
}

/* The bytes of one line; -1 where it is none. Spaces that are missing at its end, and an empty last line, are taken for
 * what some server took away. */
static int uu_decode(const char *line, size_t n, char out[64])
{
    while (n > 0 && strchr("\r\n", line[n - 1]))
        n--;
    if (n == 0)
        return 0;
    if (line[0] < ' ' || line[0] > '`')
        return -1;
    int length = (line[0] - ' ') & 63;
    size_t needed = (size_t)(length + 2) / 3 * 4;
    bool enough = line[0] == 'M' || 2 * (n - 1) >= needed; /* M: a full line, which may be of zeros alone */
    if (!enough || n - 1 > needed + 2)                     /* some add a sum */
        return -1;
    for (size_t i = 0; i < needed; i += 4) {
        unsigned group = 0;
        for (size_t k = 0; k < 4; k++) {
            char c = 1 + i + k < n ? line[1 + i + k] : ' ';
            if (c < ' ' || c > '`')
                return -1;
            group = group << 6 | (unsigned)((c - ' ') & 63);
        }
        for (size_t k = 0; k < 3 && i / 4 * 3 + k < 64; k++)
            out[i / 4 * 3 + k] = (char)(group >> (16 - 8 * k));
    }
    return length;
}

/* The first line has to be whole. */
static bool uu_line(const char *line, size_t n)
{
    char out[64];
    int length = uu_decode(line, n, out);
    return length > 0 && n > (size_t)(length + 2) / 3 * 4;
}

/* ---- pieces */

static void write_piece(struct writing *w, const char *bytes, size_t n)
{
    if (w->failed || !scratch_write(w->t, bytes, n))
        w->failed = true;
    else
        w->piece.size += (int64_t)n;
}

/* What was written so far becomes a part of its own: of the text's type, or a file. */
static void end_piece(struct writing *w)
{
    const char *type = header_type(GMIME_OBJECT(w->l->part));
    bool full = type && strchr(w->l->type, '/');
    GMimePart *part = NULL;
    if (w->block == BLOCK_TEXT && w->piece.size > 0)
        part = scratch_part(w->t, full ? header_structured(w->t->a, type, 1000, NULL) : "text/plain", w->piece);
    else if (w->block == BLOCK_UU)
        part = scratch_file(w->t, "application/octet-stream", w->name, w->piece);
    else if (w->block == BLOCK_PGP)
        part = scratch_file(w->t, "application/pgp-encrypted", "message.asc", w->piece);
    if (part) {
        g_mime_multipart_add(w->found, GMIME_OBJECT(part));
        g_object_unref(part);
    }
    w->n_files += w->block != BLOCK_TEXT;
    w->piece = (struct slice){w->t->scratch_used, 0};
    w->block = BLOCK_TEXT;
}

/* ---- the text */

static const char pgp_begins[] = "-----BEGIN PGP MESSAGE-----", pgp_ends[] = "-----END PGP MESSAGE-----";

/* True where the line opens a block: the text before is a piece of its own. Where the line after "begin" is none of
 * uuencode, "begin" is a word like any other, and that line may be a beginning itself. */
static bool begins(struct writing *w, struct lines *s)
{
    char begin_line[LINE_ROOM + 1];
    while (s->starts && w->n_files < FILES_MAX) {
        bool pgp = strncmp(s->line, pgp_begins, sizeof pgp_begins - 1) == 0;
        char *name = pgp ? NULL : uu_begins(w->t->a, s->line);
        if (!pgp && !name)
            return false;
        memcpy(begin_line, s->line, s->length + 1);
        if (pgp || (next_line(s) && uu_line(s->line, s->length))) {
            end_piece(w);
            w->block = pgp ? BLOCK_PGP : BLOCK_UU;
            w->name = name;
            return true;
        }
        write_piece(w, begin_line, strlen(begin_line));
    }
    return false;
}

/* False where the block has broken off: the line is none of it. */
static bool take_uu(struct writing *w, const struct lines *s)
{
    char out[64];
    bool end = strncmp(s->line, "end", 3) == 0 && strchr("\r\n", s->line[3]);
    int n = end ? -1 : uu_decode(s->line, s->length, out);
    if (n > 0)
        write_piece(w, out, (size_t)n);
    if (n < 0)
        end_piece(w);
    return n >= 0 || end;
}

static void take_line(struct writing *w, struct lines *s)
{
    if (w->block == BLOCK_UU && take_uu(w, s))
        return;
    if (w->block == BLOCK_TEXT && begins(w, s) && w->block == BLOCK_UU && take_uu(w, s))
        return;
    write_piece(w, s->line, s->length);
    if (w->block == BLOCK_PGP && strncmp(s->line, pgp_ends, sizeof pgp_ends - 1) == 0)
        end_piece(w);
}

static bool open_lines(struct lines *s, GMimePart *part)
{
    s->stream = decoded_stream(part);
    s->at = s->n = s->length = 0;
    return s->stream != NULL;
}

/* Most texts hold nothing of the kind: looked at before anything is written. */
static bool holds_files(struct tree *t, struct lines *s)
{
    while (next_line(s))
        if (s->starts && (strncmp(s->line, pgp_begins, sizeof pgp_begins - 1) == 0 || uu_begins(t->a, s->line)))
            return true;
    return false;
}

GMimeObject *open_written(struct tree *t, const struct leaf *l)
{
    struct lines s; /* too large for the arena of a message of many texts */
    if (!leaf_is_body(l) || strcmp(l->type, "text/html") == 0 || !open_lines(&s, l->part))
        return NULL;
    bool any = holds_files(t, &s);
    g_object_unref(s.stream);
    if (!any || !open_lines(&s, l->part))
        return NULL;
    int64_t before = t->scratch_used;
    struct writing w = {.t = t, .l = l, .piece = {t->scratch_used, 0}, .name = ""};
    w.found = g_mime_multipart_new_with_subtype("mixed");
    while (next_line(&s) && !w.failed)
        take_line(&w, &s);
    end_piece(&w);
    g_object_unref(s.stream);
    if (w.n_files > 0 && !w.failed)
        return GMIME_OBJECT(w.found);
    g_object_unref(w.found);
    t->scratch_used = before;
    return NULL;
}

/* ---- a part whose transfer encoding is uuencode */

static bool is_uuencoded(GMimePart *part)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    return content && g_mime_data_wrapper_get_encoding(content) == GMIME_CONTENT_ENCODING_UUENCODE;
}

static const char *to_beginning(struct arena *a, struct lines *s)
{
    const char *name = NULL;
    while (!name && next_line(s))
        name = s->starts ? uu_begins(a, s->line) : NULL;
    return name;
}

/* Its lines to the scratch file, up to the first that is none; false where there is no room. */
static bool write_uu(struct tree *t, struct lines *s, struct slice *out)
{
    char bytes[64];
    int n;
    *out = (struct slice){t->scratch_used, 0};
    while (next_line(s) && (n = uu_decode(s->line, s->length, bytes)) >= 0) {
        if (!scratch_write(t, bytes, (size_t)n))
            return false;
        out->size += n;
    }
    return true;
}

GMimeObject *open_uuencoded(struct tree *t, const struct leaf *l)
{
    struct lines s = {.n = 0};
    struct slice bytes;
    if (!is_uuencoded(l->part))
        return NULL;
    s.stream = g_mime_data_wrapper_get_stream(g_mime_part_get_content(l->part));
    g_mime_stream_reset(s.stream);
    const char *name = to_beginning(t->a, &s);
    if (!name || !write_uu(t, &s, &bytes) || bytes.size == 0)
        return NULL;
    const char *type = header_structured(t->a, header_type(GMIME_OBJECT(l->part)), 1000, NULL);
    const char *id = g_mime_object_get_content_id(GMIME_OBJECT(l->part));
    GMimePart *part = scratch_file(t, *type ? type : "application/octet-stream", *l->name ? l->name : name, bytes);
    g_mime_object_set_disposition(GMIME_OBJECT(part), l->disposition); /* a picture may be shown, as any other */
    if (id)
        g_mime_object_set_content_id(GMIME_OBJECT(part), id);
    return GMIME_OBJECT(part);
}
