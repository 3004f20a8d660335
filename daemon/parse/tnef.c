/* TNEF (MS-OXTNEF), which Outlook calls winmail.dat: its files, in its place.
 *
 *   stream     = signature(4) key(2) *attribute           all numbers little-endian
 *   attribute  = level(1) id(4) length(4) data checksum(2)
 *   properties = count(4) *( type(2) id(2) [ guid(16) kind(4) (id(4) / length(4) name pad) ] values )
 *   values     = value, or count(4) *value of a list; a string, binary or object = length(4) data pad, always counted
 *
 * The stream is decoded to the scratch file once, and a file in it is a piece of that: nothing is copied and no length
 * is allocated. Sums are not checked, since a wrong one damages no paper. A stream that breaks off or contradicts
 * itself gives what was found so far, and stays itself among the papers. Text as RTF is left: what Exchange sends so
 * has a plain text beside it. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "parse/charset.h"
#include "parse/header.h"
#include "parse/message.h"
#include "parse/tree.h"

#define HEAD           6 /* signature and key */
#define TNEF_FILES_MAX 1000
#define TNEF_DAMAGED   "application/x-tnef-damaged" /* is not opened once more */
#define TNEF_TEXT_MAX  ((size_t)2000)               /* of a name or type */

enum { /* attributes, without their upper half */
       ATT_CLASS = 0x8008,
       ATT_BODY = 0x800C,
       ATT_FILE_DATA = 0x800F,
       ATT_FILE_TITLE = 0x8010,
       ATT_FILE_BEGINS = 0x9002,
       ATT_PROPERTIES = 0x9003,
       ATT_FILE_PROPERTIES = 0x9005,
       ATT_CODE_PAGE = 0x9007,
};

enum { /* properties */
       PR_CLASS = 0x001A,
       PR_BODY = 0x1000,
       PR_HTML = 0x1013,
       PR_DISPLAY_NAME = 0x3001,
       PR_ATTACH_DATA = 0x3701,
       PR_ATTACH_FILENAME = 0x3704,
       PR_ATTACH_LONG_FILENAME = 0x3707,
       PR_ATTACH_MIME_TAG = 0x370E,
       PR_ATTACH_CONTENT_ID = 0x3712,
       PR_INTERNET_CPID = 0x3FDE,
};

enum { TYPE_LIST = 0x1000, TYPE_LONG = 0x3, TYPE_OBJECT = 0xD, TYPE_STRING = 0x1E, TYPE_UNICODE = 0x1F };

struct value {
    uint16_t type, id;
    uint32_t of_meeting; /* the number in the set of meetings' own properties; 0 for all others */
    struct slice bytes;
};

struct file {
    bool begun, is_message;
    const char *title, *file_name, *long_name, *display_name, *type, *content_id;
    struct slice bytes;
};

struct tnef {
    struct tree *t;
    GMimeMultipart *found;
    char charset[24]; /* of 8-bit strings */
    char html_charset[24];
    const char *class; /* what the message is */
    struct slice meeting;
    struct file file; /* the one that is being read */
    int n_files;
};

/* ---- bytes */

static bool take(struct tree *t, struct slice *from, void *out, size_t n)
{
    if (from->size < (int64_t)n || pread(t->scratch_fd, out, n, from->offset) != (ssize_t)n)
        return false;
    from->offset += (int64_t)n;
    from->size -= (int64_t)n;
    return true;
}

static bool take_number(struct tree *t, struct slice *from, size_t width, uint32_t *out)
{
    unsigned char b[4] = {0};
    if (!take(t, from, b, width))
        return false;
    *out = (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
    return true;
}

static bool take_slice(struct slice *from, uint32_t n, struct slice *out)
{
    if (from->size < (int64_t)n)
        return false;
    *out = (struct slice){from->offset, (int64_t)n};
    from->offset += (int64_t)n;
    from->size -= (int64_t)n;
    return true;
}

static bool skip_padding(struct slice *from, uint32_t n)
{
    struct slice padding;
    uint32_t rest = (4 - n % 4) % 4;
    return take_slice(from, rest < from->size ? rest : (uint32_t)from->size, &padding); /* the last one may lack it */
}

static uint32_t number_of(struct tree *t, struct slice bytes)
{
    uint32_t number = 0;
    return take_number(t, &bytes, 4, &number) ? number : 0;
}

static const char *text_of(struct tnef *x, struct slice bytes, bool unicode)
{
    char raw[TNEF_TEXT_MAX];
    size_t n = bytes.size < (int64_t)sizeof raw ? (size_t)bytes.size : sizeof raw;
    if (!take(x->t, &bytes, raw, n))
        return "";
    if (!unicode)
        return charset_to_utf8(x->t->a, x->charset, raw, strnlen(raw, n));
    size_t used = 0;
    while (used + 1 < n && (raw[used] || raw[used + 1]))
        used += 2;
    return charset_to_utf8(x->t->a, "utf-16le", raw, used);
}

/* ---- properties */

static uint32_t fixed_width(uint16_t type)
{
    static const uint16_t four[] = {0x2, 0x3, 0x4, 0xA, 0xB}, eight[] = {0x5, 0x6, 0x7, 0x14, 0x40};
    for (size_t i = 0; i < sizeof four / sizeof *four; i++)
        if (four[i] == type)
            return 4;
    for (size_t i = 0; i < sizeof eight / sizeof *eight; i++)
        if (eight[i] == type)
            return 8;
    return type == 0x48 ? 16 : 0;
}

static bool is_sized(uint16_t type)
{
    return type == TYPE_OBJECT || type == TYPE_STRING || type == TYPE_UNICODE || type == 0x102;
}

/* A property of somebody's own has a name before its value. Of these the meetings' set is known, PSETID_Meeting. */
static bool take_name(struct tree *t, struct slice *from, struct value *v)
{
    static const unsigned char meetings[16] = {0x90, 0xDA, 0xD8, 0x6E, 0x0B, 0x45, 0x1B, 0x10,
                                               0x98, 0xDA, 0x00, 0xAA, 0x00, 0x3F, 0x13, 0x05};
    unsigned char set[16];
    struct slice skipped;
    uint32_t kind, n;
    if (!take(t, from, set, sizeof set) || !take_number(t, from, 4, &kind) || !take_number(t, from, 4, &n))
        return false;
    if (kind == 0 && memcmp(set, meetings, sizeof set) == 0)
        v->of_meeting = n;
    return kind == 0 || (take_slice(from, n, &skipped) && skip_padding(from, n));
}

static bool take_value(struct tree *t, struct slice *from, struct value *v)
{
    uint32_t width = fixed_width(v->type);
    if (width > 0)
        return take_slice(from, width, &v->bytes);
    uint32_t n;
    return take_number(t, from, 4, &n) && take_slice(from, n, &v->bytes) && skip_padding(from, n);
}

/* One property; of a list the last value. */
static bool take_property(struct tree *t, struct slice *from, struct value *v)
{
    uint32_t type, id, count = 1;
    if (!take_number(t, from, 2, &type) || !take_number(t, from, 2, &id))
        return false;
    *v = (struct value){.type = (uint16_t)(type & ~(uint32_t)TYPE_LIST), .id = (uint16_t)id};
    if (id >= 0x8000 && !take_name(t, from, v))
        return false;
    bool counted = is_sized(v->type) || (type & TYPE_LIST) != 0;
    if ((!is_sized(v->type) && fixed_width(v->type) == 0) || (counted && !take_number(t, from, 4, &count)))
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!take_value(t, from, v))
            return false;
    return true;
}

static bool each_property(struct tnef *x, struct slice from, void (*got)(struct tnef *x, const struct value *v))
{
    uint32_t count;
    if (!take_number(x->t, &from, 4, &count))
        return false;
    for (uint32_t i = 0; i < count; i++) { /* each takes four bytes at least */
        struct value v;
        if (!take_property(x->t, &from, &v))
            return false;
        got(x, &v);
    }
    return true;
}

/* ---- files */

/* A message within is an object of this interface, IID_IMessage; other objects are files. */
static void take_object(struct tnef *x, struct slice bytes)
{
    static const unsigned char message[16] = {0x07, 0x03, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46};
    unsigned char id[16];
    if (!take(x->t, &bytes, id, sizeof id))
        return;
    x->file.is_message = memcmp(id, message, sizeof id) == 0;
    x->file.bytes = bytes;
}

static void file_property(struct tnef *x, const struct value *v)
{
    struct file *f = &x->file;
    const struct {
        uint16_t id;
        const char **text;
    } texts[] = {
        {PR_DISPLAY_NAME, &f->display_name},      {PR_ATTACH_FILENAME, &f->file_name},
        {PR_ATTACH_LONG_FILENAME, &f->long_name}, {PR_ATTACH_MIME_TAG, &f->type},
        {PR_ATTACH_CONTENT_ID, &f->content_id},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].id == v->id && (v->type == TYPE_STRING || v->type == TYPE_UNICODE))
            *texts[i].text = text_of(x, v->bytes, v->type == TYPE_UNICODE);
    if (v->id == PR_ATTACH_DATA && v->type == TYPE_OBJECT)
        take_object(x, v->bytes);
    else if (v->id == PR_ATTACH_DATA && is_sized(v->type))
        f->bytes = v->bytes;
}

static const char *name_of(const struct file *f)
{
    const char *names[] = {f->long_name, f->file_name, f->title, f->display_name};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i] && *names[i])
            return names[i];
    return "";
}

static bool is_media_type(const char *type)
{
    size_t n = type ? strspn(type, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-/") : 0;
    return n > 2 && n < 127 && type[n] == '\0' && strchr(type + 1, '/');
}

/* A stream of its own, for whoever opens parts; told as forwarded. */
static GMimeObject *message_within(struct tnef *x, struct slice bytes)
{
    GMimePart *stream = scratch_part(x->t, "application/ms-tnef", bytes);
    GMimeMessage *message = g_mime_message_new(FALSE);
    g_mime_message_set_mime_part(message, GMIME_OBJECT(stream));
    GMimeMessagePart *part = g_mime_message_part_new_with_message("rfc822", message);
    g_object_unref(stream);
    g_object_unref(message);
    return GMIME_OBJECT(part);
}

static void add(struct tnef *x, GMimeObject *o)
{
    g_mime_multipart_add(x->found, o);
    g_object_unref(o);
}

/* A message within is named too, as a person attached it, but has its bytes in what follows alone. */
static void add_file(struct tnef *x)
{
    struct file *f = &x->file;
    const char *type = f->is_message ? TNEF_MESSAGE : is_media_type(f->type) ? f->type : "application/octet-stream";
    if (!f->begun)
        return;
    struct slice bytes = f->is_message ? (struct slice){f->bytes.offset, 0} : f->bytes;
    GMimeObject *o = GMIME_OBJECT(scratch_file(x->t, type, name_of(f), bytes));
    if (f->content_id && *f->content_id && strlen(f->content_id) < 300)
        g_mime_object_set_content_id(o, f->content_id);
    add(x, o);
    if (f->is_message)
        add(x, message_within(x, f->bytes));
    *f = (struct file){.begun = false};
}

/* ---- words */

static void add_words(struct tnef *x, const char *type, const char *charset, struct slice bytes)
{
    GMimePart *part = scratch_part(x->t, type, bytes);
    g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", charset);
    add(x, GMIME_OBJECT(part));
}

enum { MEETING_ID = 0x3, MEETING_ID_OF_SERIES = 0x23 };

static void message_property(struct tnef *x, const struct value *v)
{
    if (v->id == PR_CLASS && (v->type == TYPE_STRING || v->type == TYPE_UNICODE))
        x->class = text_of(x, v->bytes, v->type == TYPE_UNICODE);
    if ((v->of_meeting == MEETING_ID || v->of_meeting == MEETING_ID_OF_SERIES) && is_sized(v->type))
        x->meeting = v->bytes;
    if (v->id == PR_INTERNET_CPID && v->type == TYPE_LONG) {
        uint32_t page = number_of(x->t, v->bytes);
        snprintf(x->html_charset, sizeof x->html_charset, page == 65001 ? "utf-8" : "windows-%u", page);
    }
    if (v->id == PR_BODY && v->type == TYPE_UNICODE)
        add_words(x, "text/plain", "utf-16le", v->bytes);
    else if (v->id == PR_BODY && v->type == TYPE_STRING)
        add_words(x, "text/plain", x->charset, v->bytes);
    else if (v->id == PR_HTML && is_sized(v->type))
        add_words(x, "text/html", v->type == TYPE_UNICODE ? "utf-16le" : x->html_charset, v->bytes);
}

/* ---- the stream */

static bool take_attribute(struct tnef *x, uint32_t id, struct slice data)
{
    switch (id) {
    case ATT_CODE_PAGE: snprintf(x->charset, sizeof x->charset, "windows-%u", number_of(x->t, data)); return true;
    case ATT_CLASS: x->class = text_of(x, data, false); return true;
    case ATT_BODY: add_words(x, "text/plain", x->charset, data); return true;
    case ATT_PROPERTIES: return each_property(x, data, message_property);
    case ATT_FILE_BEGINS:
        add_file(x);
        x->file.begun = true;
        return x->n_files++ < TNEF_FILES_MAX;
    case ATT_FILE_TITLE:
        x->file.begun = true;
        x->file.title = text_of(x, data, false);
        return true;
    case ATT_FILE_DATA:
        x->file.begun = true;
        x->file.bytes = data;
        return true;
    case ATT_FILE_PROPERTIES: x->file.begun = true; return each_property(x, data, file_property);
    default: return true;
    }
}

static bool take_attributes(struct tnef *x, struct slice from)
{
    while (from.size > 0) {
        uint32_t level, id, n, sum;
        struct slice data;
        if (!take_number(x->t, &from, 1, &level) || !take_number(x->t, &from, 4, &id) ||
            !take_number(x->t, &from, 4, &n) || !take_slice(&from, n, &data))
            return false;
        if (!take_attribute(x, id & 0xFFFF, data) || !take_number(x->t, &from, 2, &sum))
            return false;
    }
    return true;
}

static bool says_tnef(const struct leaf *l)
{
    BUF_SCOPED head = {0};
    if (strncmp(l->type, "text/", 5) == 0)
        return false;
    leaf_bytes(l, 4, &head);
    return head.len == 4 && memcmp(head.data, "\x78\x9F\x3E\x22", 4) == 0;
}

GMimeObject *open_tnef(struct tree *t, const struct leaf *l)
{
    struct tnef x = {.t = t, .charset = "windows-1252", .html_charset = "utf-8", .class = ""};
    struct slice all, after_key, copy;
    if (strcmp(l->type, TNEF_DAMAGED) == 0 || !says_tnef(l))
        return NULL;
    bool whole = save_content(t, l->part, &all);
    x.found = g_mime_multipart_new_with_subtype("x-tnef");
    after_key = (struct slice){all.offset + HEAD, all.size - HEAD};
    whole = whole && after_key.size >= 0 && take_attributes(&x, after_key);
    add_file(&x);
    GMimePart *meeting = tnef_meeting(t, x.class, x.meeting);
    if (meeting)
        add(&x, GMIME_OBJECT(meeting));
    if (!whole && scratch_copy(t, all, &copy))
        add(&x, GMIME_OBJECT(scratch_file(t, TNEF_DAMAGED, l->name, copy)));
    return GMIME_OBJECT(x.found);
}
