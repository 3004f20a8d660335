/* A message explained: kind and rule, whom a report speaks of, subject, sender, attachments with digests, calendar,
 * new text.
 *
 * Listed are the parts that would be stored: all that have a name or are papers; an archive's files under it, as its
 * "members". Nothing is decided here and nothing kept. */
#include "app/explain.h"
#include <glib.h>
#include <string.h>
#include <unistd.h>

static void set_digests(json_t *o, const struct fact_part *p, int fd)
{
    g_autoptr(GChecksum) sha256 = g_checksum_new(G_CHECKSUM_SHA256);
    g_autoptr(GChecksum) md5 = g_checksum_new(G_CHECKSUM_MD5);
    guchar chunk[32768];
    for (int64_t at = 0; at < p->size;) {
        size_t want = p->size - at < (int64_t)sizeof chunk ? (size_t)(p->size - at) : sizeof chunk;
        ssize_t got = pread(fd, chunk, want, p->offset + at);
        if (got <= 0)
            break;
        g_checksum_update(sha256, chunk, got);
        g_checksum_update(md5, chunk, got);
        at += got;
    }
    json_object_set_new(o, "sha256", json_string(g_checksum_get_string(sha256)));
    json_object_set_new(o, "md5", json_string(g_checksum_get_string(md5)));
}

static json_t *attachment(const struct fact_part *p, int fd)
{
    const struct {
        const char *key;
        bool set;
    } marks[] = {{"cut", p->cut},       {"forwarded", p->forwarded}, {"locked", p->locked},
                 {"closed", p->closed}, {"macros", p->macros},       {"scan", p->scan}};
    json_t *o = json_pack("{s:s, s:s, s:I}", "name", p->name, "type", p->type, "size", (json_int_t)p->size);
    set_digests(o, p, fd);
    if (*p->utf8_sha256)
        json_object_set_new(o, "utf8_sha256", json_string(p->utf8_sha256));
    if (p->inline_shown || p->no_paper)
        json_object_set_new(o, "paper", json_false());
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (marks[i].set)
            json_object_set_new(o, marks[i].key, json_true());
    if (p->pages > 0)
        json_object_set_new(o, "pages", json_integer(p->pages));
    return o;
}

/* A member's list is its archive's own. */
static json_t *list_of(json_t *archive)
{
    if (!json_object_get(archive, "members"))
        json_object_set_new(archive, "members", json_array());
    return json_object_get(archive, "members");
}

static json_t *attachments(const struct facts *f, int fd)
{
    json_t *list = json_array(), *told[FACTS_PARTS_MAX] = {NULL};
    for (size_t i = 0; i < f->n_parts; i++) {
        const struct fact_part *p = &f->parts[i];
        if (*p->name == '\0' && (p->inline_shown || p->no_paper))
            continue;
        json_t *archive = p->member_of > 0 ? told[p->member_of - 1] : NULL;
        told[i] = attachment(p, fd);
        json_array_append_new(archive ? list_of(archive) : list, told[i]);
    }
    return list;
}

static void set_failures(json_t *o, const struct facts *f)
{
    json_t *failed = json_array(), *delayed = json_array(), *status = json_array();
    for (size_t i = 0; i < f->n_failures; i++) {
        const struct fact_failure *x = &f->failures[i];
        if (x->action == REPORT_FAILED)
            json_array_append_new(failed, json_string(x->address));
        if (x->action == REPORT_DELAYED)
            json_array_append_new(delayed, json_string(x->address));
        if (*x->status)
            json_array_append_new(status, json_string(x->status));
    }
    json_object_set_new(o, "failed", failed);
    json_object_set_new(o, "delayed", delayed);
    json_object_set_new(o, "status", status);
}

static void set_calendar(json_t *o, const struct facts *f)
{
    if (!*f->calendar_method && !*f->calendar_uid)
        return;
    json_t *answers = json_array();
    g_auto(GStrv) words = g_strsplit(f->calendar_partstat, ",", 50);
    for (size_t i = 0; words[i]; i++)
        if (*words[i])
            json_array_append_new(answers, json_string(words[i]));
    json_object_set_new(
        o, "calendar",
        json_pack("{s:s, s:s, s:o}", "method", f->calendar_method, "uid", f->calendar_uid, "partstat", answers));
}

static json_t *links(const struct facts *f)
{
    json_t *list = json_array();
    for (size_t i = 0; i < f->n_links; i++)
        json_array_append_new(list, json_string(f->links[i]));
    return list;
}

json_t *explain_json(const char *file, const struct facts *f, int scratch_fd)
{
    json_t *o = json_pack("{s:s}", "file", file);
    const char *rule = "";
    if (!f) {
        json_object_set_new(o, "kind", json_string(mail_kind_names[MAIL_ERROR]));
        return o;
    }
    enum mail_kind kind = judge_kind(&f->signs, &rule);
    json_object_set_new(o, "kind", json_string(mail_kind_names[kind]));
    json_object_set_new(o, "rule", json_string(rule));
    set_failures(o, f);
    json_object_set_new(o, "subject", json_string(f->subject));
    json_object_set_new(o, "from_name", json_string(*f->from.name ? f->from.name : f->from.address));
    json_object_set_new(o, "from_addr", json_string(f->from.address));
    json_object_set_new(o, "attachments", attachments(f, scratch_fd));
    set_calendar(o, f);
    json_object_set_new(o, "reply_text", json_string(f->reply_text));
    json_object_set_new(o, "links", links(f));
    if (*f->trouble)
        json_object_set_new(o, "trouble", json_string(f->trouble));
    return o;
}
