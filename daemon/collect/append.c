/* What the daemon asks for besides collecting: a copy for a folder.
 *
 * It is put together in an unlinked file and mapped, so that it costs no memory of ours. A connection that
 * breaks while a copy is given leaves it unknown whether the server has it; it is told as failed, and the daemon,
 * when it asks again, has us look first. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "collect/collect.h"

#define COPY_CHUNK      65536
#define SLOWEST_BYTES_S 8192
#define MESSAGE_ID_MAX  998

/* ---- is it there already? */

static bool plain_id(const char *id)
{
    size_t n = strlen(id);
    bool plain = n > 0 && n <= MESSAGE_ID_MAX;
    for (const char *p = id; *p; p++)
        plain = plain && (unsigned char)*p > 32 && (unsigned char)*p < 127;
    return plain;
}

static enum reply search_id(struct collect *c, const char *id, uint32_t *uid_out, struct err *e)
{
    char *field = strdup("Message-ID"), *value = strdup(id); /* libetpan frees them */
    if (!field || !value)
        abort();
    return mailbox_highest(c, mailimap_search_key_new_header(field, value), uid_out, e);
}

/* uid 0: not there. REPLY_NO: there is no such mailbox, or it cannot be looked into. */
static enum reply find_in(struct collect *c, const char *mailbox, const char *id, uint32_t *uid_out, struct err *e)
{
    *uid_out = 0;
    if (!plain_id(id)) {
        err_perm(e, "that is no Message-ID");
        return REPLY_NO;
    }
    c->selected = NULL;
    connection_allow(c->connection, 2 * COMMAND_S, COMMAND_BYTES);
    enum reply r =
        connection_reply(c->connection, mailimap_examine(connection_imap(c->connection), mailbox), "EXAMINE", e);
    return r == REPLY_OK ? search_id(c, id, uid_out, e) : r;
}

/* ---- the copy */

static bool add_segment(int to, const char *path, int64_t *left, struct err *e)
{
    char chunk[COPY_CHUNK];
    FD_SCOPED from = open(path, O_RDONLY | O_CLOEXEC);
    if (from < 0)
        return err_perm(e, "cannot read %s: %s", path, strerror(errno));
    for (ssize_t n; (n = read(from, chunk, sizeof chunk)) != 0; *left -= n) {
        if (n < 0)
            return err_temp(e, "cannot read %s: %s", path, strerror(errno));
        if (n > *left)
            return err_perm(e, "the copy is longer than was said");
        if (write(to, chunk, (size_t)n) != n)
            return err_temp(e, "cannot write the copy: %s", strerror(errno));
    }
    return true;
}

/* The whole copy, mapped; NULL with e. */
static char *map_copy(const struct collect *c, const json_t *j, int64_t size, struct err *e)
{
    FD_SCOPED fd = open(c->incoming, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) {
        err_temp(e, "cannot write in %s: %s", c->incoming, strerror(errno));
        return NULL;
    }
    int64_t left = size;
    size_t i;
    json_t *path;
    json_array_foreach(json_object_get(j, "segments"), i,
                       path) if (!json_is_string(path) ||
                                 !add_segment(fd, json_string_value(path), &left, e)) return NULL;
    if (left != 0) {
        err_perm(e, "the copy is shorter than was said");
        return NULL;
    }
    char *bytes = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes != MAP_FAILED)
        return bytes;
    err_temp(e, "cannot map the copy: %s", strerror(errno));
    return NULL;
}

static enum reply append_once(struct collect *c, const char *mailbox, const char *bytes, int64_t size, struct err *e)
{
    struct mailimap_flag_list *flags = mailimap_flag_list_new_empty();
    mailimap_flag_list_add(flags, mailimap_flag_new_seen());
    connection_allow(c->connection, 2 * COMMAND_S + (int)(size / SLOWEST_BYTES_S), COMMAND_BYTES);
    int r = mailimap_append(connection_imap(c->connection), mailbox, flags, NULL, bytes, (size_t)size);
    mailimap_flag_list_free(flags);
    return connection_reply(c->connection, r, "APPEND", e);
}

static enum reply append_or_make(struct collect *c, const char *mailbox, const char *bytes, int64_t size, struct err *e)
{
    struct err ignored = {0};
    enum reply r = append_once(c, mailbox, bytes, size, e);
    if (r == REPLY_NO && mailbox_make(c, mailbox, &ignored) == REPLY_OK)
        r = append_once(c, mailbox, bytes, size, e);
    return r;
}

static enum reply append_to(struct collect *c, const char *mailbox, const json_t *j, struct err *e)
{
    int64_t size = wire_int(j, "size", 0);
    struct err ignored = {0};
    uint32_t uid = 0;
    if (size <= 0 || size > c->max_bytes) {
        err_perm(e, "a copy of %lld bytes is not taken", (long long)size);
        return REPLY_NO;
    }
    if (wire_bool(j, "look") && find_in(c, mailbox, wire_string(j, "message_id", ""), &uid, &ignored) == REPLY_LOST) {
        *e = ignored;
        return REPLY_LOST;
    }
    if (uid)
        return REPLY_OK;
    char *bytes = map_copy(c, j, size, e);
    if (!bytes)
        return REPLY_NO;
    enum reply r = append_or_make(c, mailbox, bytes, size, e);
    munmap(bytes, (size_t)size);
    return r;
}

static enum reply append(struct collect *c, const json_t *j, struct err *e)
{
    char *mailbox = mailbox_wire_name(wire_string(j, "mailbox", ""), e);
    enum reply r = mailbox ? append_to(c, mailbox, j, e) : REPLY_NO;
    free(mailbox);
    return r;
}

enum reply append_next(struct collect *c, struct err *e)
{
    JSON_SCOPED what = c->appends[0];
    c->n_appends--;
    for (size_t i = 0; i < c->n_appends; i++)
        c->appends[i] = c->appends[i + 1];
    enum reply r = append(c, what, e);
    channel_send(c, "appended",
                 json_pack("{s:I, s:b, s:s}", "id", (json_int_t)wire_int(what, "id", 0), "ok", r == REPLY_OK, "text",
                           r == REPLY_OK ? "" : e->text));
    return r == REPLY_LOST ? REPLY_LOST : REPLY_OK;
}
