/* What the daemon says and what it is told.
 *
 * A message that makes no sense is an error of the daemon's; it ends this program, since going on would mean
 * guessing what may be moved. A "kept" of an earlier UIDVALIDITY is passed over: the message will be collected
 * again under its new number. */
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "collect/collect.h"

void channel_send(struct collect *c, const char *kind, json_t *inner)
{
    struct err e = {0};
    json_t *message = json_object();
    if (!message || !inner || json_object_set_new(message, kind, inner) != 0)
        abort();
    c->gone = c->gone || !wire_send(c->wire, message, -1, &e);
    while (!c->gone && wire_pending(c->wire)) {
        struct pollfd fd = {.fd = wire_fd(c->wire), .events = POLLOUT};
        if (poll(&fd, 1, -1) < 0 && errno != EINTR)
            c->gone = true;
        c->gone = c->gone || !wire_flush(c->wire, &e);
    }
}

/* Whether two reasons differ by more than numbers, such as the milliseconds in libcurl's words. */
static bool same_words(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (isdigit((unsigned char)*a))
            a++;
        while (isdigit((unsigned char)*b))
            b++;
        if (*a != *b)
            return false;
        if (*a == '\0')
            return true;
    }
}

void channel_state(struct collect *c, bool up, const char *text)
{
    bool same = c->state_told && c->up == up && same_words(c->state_text, text) && c->quota_used == c->told_used &&
                c->quota_limit == c->told_limit;
    if (same)
        return;
    c->state_told = true;
    c->up = up;
    c->told_used = c->quota_used;
    c->told_limit = c->quota_limit;
    snprintf(c->state_text, sizeof c->state_text, "%s", text);
    channel_send(c, "state",
                 json_pack("{s:b, s:s%, s:I, s:I, s:s}", "up", up, "text", c->state_text, strlen(c->state_text),
                           "quota_used", (json_int_t)c->quota_used, "quota_limit", (json_int_t)c->quota_limit,
                           "capabilities", c->connection ? connection_capabilities(c->connection) : ""));
}

size_t collect_ahead(const struct collect *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n_mailboxes; i++)
        n += c->mailboxes[i].n_ahead;
    return n;
}

/* ---- configuration */

static bool add_kept(struct watched *w, uint32_t uid, bool move, struct err *e)
{
    if (uid == 0 || w->n_kept >= KEPT_MAX)
        return err_perm(e, "too many messages of %s wait to be moved", w->name);
    if ((w->n_kept & (w->n_kept - 1)) == 0)
        w->kept = mem_resize(w->kept, (w->n_kept ? 2 * w->n_kept : 1) * sizeof *w->kept);
    w->kept[w->n_kept++] = (struct kept){uid, move};
    return true;
}

static bool add_mailbox(struct collect *c, const json_t *j, struct err *e)
{
    if (c->n_mailboxes >= MAILBOXES_MAX)
        return err_perm(e, "too many mailboxes: %d at most", MAILBOXES_MAX);
    struct watched *w = &c->mailboxes[c->n_mailboxes];
    const char *name = wire_string(j, "name", "");
    w->wire = mailbox_wire_name(name, e);
    if (!w->wire)
        return false;
    w->name = arena_strdup(c->arena, name);
    w->uidvalidity = (uint32_t)wire_int(j, "uidvalidity", 0);
    w->next_uid = wire_int(j, "next_uid", 0);
    w->since_at = wire_int(j, "since_at", 0);
    w->look = true;
    c->n_mailboxes++;
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(j, "pending"), i, one) if (!add_kept(w, (uint32_t)wire_int(one, "uid", 0),
                                                                            wire_bool(one, "move"), e)) return false;
    return true;
}

static bool take_config(struct collect *c, const json_t *j, struct err *e)
{
    if (c->configured)
        return err_perm(e, "a second configuration");
    if (!server_from_json(c->arena, json_object_get(j, "server"), &c->server, e))
        return false;
    c->incoming = arena_strdup(c->arena, wire_string(j, "incoming", ""));
    const char *processed = wire_string(j, "processed", "");
    if (processed[0] && !(c->processed = mailbox_wire_name(processed, e)))
        return false;
    int64_t poll_s = wire_int(j, "poll_s", 60);
    c->poll_s = poll_s < 1 ? 1 : poll_s > 86400 ? 86400 : (int)poll_s;
    c->max_bytes = wire_int(j, "max_bytes", 150 << 20);
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(j, "mailboxes"), i, one) if (!add_mailbox(c, one, e)) return false;
    if (c->n_mailboxes == 0 || c->incoming[0] != '/' || c->max_bytes <= 0)
        return err_perm(e, "the configuration names no mailbox, no folder or no size");
    c->configured = true;
    return true;
}

/* ---- the daemon's answers and wishes */

static bool take_kept(struct collect *c, const json_t *j, struct err *e)
{
    const char *name = wire_string(j, "mailbox", "");
    int64_t uid = wire_int(j, "uid", 0);
    for (size_t i = 0; i < c->n_mailboxes; i++) {
        struct watched *w = &c->mailboxes[i];
        if (strcmp(w->name, name) != 0)
            continue;
        if (wire_int(j, "uidvalidity", 0) != w->uidvalidity)
            return true;
        for (size_t k = 0; k < w->n_ahead; k++)
            if (w->ahead[k] == uid)
                w->ahead[k] = w->ahead[--w->n_ahead];
        return add_kept(w, (uint32_t)uid, wire_bool(j, "move"), e);
    }
    return err_perm(e, "kept in a mailbox that is not watched");
}

static bool take_append(struct collect *c, json_t *j)
{
    if (c->n_appends < APPENDS_MAX)
        c->appends[c->n_appends++] = json_incref(j);
    else
        channel_send(c, "appended",
                     json_pack("{s:I, s:b, s:s}", "id", (json_int_t)wire_int(j, "id", 0), "ok", 0, "text",
                               "too many copies wait for the server"));
    return true;
}

static bool take(struct collect *c, const json_t *message, struct err *e)
{
    json_t *j;
    if ((j = json_object_get(message, "config")))
        return take_config(c, j, e);
    if ((j = json_object_get(message, "kept")))
        return take_kept(c, j, e);
    if ((j = json_object_get(message, "append")))
        return take_append(c, j);
    return err_perm(e, "the daemon said something that is not understood");
}

bool channel_read(struct collect *c, struct err *e)
{
    while (!c->gone) {
        JSON_SCOPED message = NULL;
        switch (wire_recv(c->wire, &message, e)) {
        case WIRE_NOTHING: return true;
        case WIRE_MESSAGE:
            if (!take(c, message, e))
                return false;
            break;
        case WIRE_CLOSED: c->gone = true; break;
        case WIRE_BROKEN: return false;
        }
    }
    return err_temp(e, "the daemon has gone");
}
