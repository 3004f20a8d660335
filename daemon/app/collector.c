/* The collecting child: told where we stand in each mailbox, it tells what it has spooled, and hears what was kept. */
#include "app/children.h"

#include "app/copies.h"
#include "app/inbox.h"
#include "app/ticker.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/wire.h"

#define NO_VALIDITY INT64_C(4294967295) /* a UIDVALIDITY that is none: what arrived since since_at is collected */

static json_t *pending_of(struct daemon *d, struct arena *a, const struct mailbox_row *m)
{
    json_t *list = json_array();
    struct message_row *rows;
    size_t n;

    if (m->name && store_messages_to_move(d->store, a, m->name, m->uidvalidity, &rows, &n, NULL))
        for (size_t i = 0; i < n; i++)
            json_array_append_new(list, json_pack("{s:I, s:b}", "uid", (json_int_t)rows[i].uid, "move", rows[i].move));
    return list;
}

/* A mailbox is watched from the daemon's first start on, not from the first connection, which may come much later. */
static struct mailbox_row stand_of(struct daemon *d, struct arena *a, const char *name)
{
    struct mailbox_row m = {0};
    struct err e = {0};

    if (store_mailbox(d->store, a, name, &m, &e) && m.name)
        return m;
    m = (struct mailbox_row){.name = name, .since_at = clock_now()};
    if (!daemon_begin(d, &e) || !store_put_mailbox(d->store, &m, &e) || !daemon_commit(d, &e)) {
        daemon_rollback(d);
        log_event(LOG_LEVEL_ERROR, "mailbox", "name", name, "reason", e.text, NULL);
    }
    return m;
}

static json_t *mailbox_config(struct daemon *d, struct arena *a, const struct watched_mailbox *w)
{
    struct mailbox_row m = stand_of(d, a, w->name);
    bool drawn = m.next_uid > 0;

    return json_pack("{s:s, s:I, s:I, s:I, s:o}", "name", w->name, "uidvalidity",
                     (json_int_t)(drawn ? m.uidvalidity : NO_VALIDITY), "next_uid",
                     (json_int_t)(drawn ? m.next_uid : 1), "since_at", (json_int_t)m.since_at, "pending",
                     pending_of(d, a, &m));
}

static void ready(void *arg, struct worker *w)
{
    ARENA_SCOPED a = arena_new();
    struct children *c = arg;
    struct daemon *d = c->daemon;
    const struct config *cfg = d->orders.config;
    json_t *mailboxes = json_array();

    for (size_t i = 0; i < cfg->n_mailboxes; i++)
        json_array_append_new(mailboxes, mailbox_config(d, a, &cfg->mailboxes[i]));
    worker_send(w,
                json_pack("{s:{s:o, s:s, s:s, s:i, s:I, s:o}}", "config", "server", server_to_json(&cfg->imap),
                          "incoming", spool_full(d->spool, a, "incoming"), "processed", cfg->processed_folder, "poll_s",
                          cfg->poll_s, "max_bytes", (json_int_t)cfg->max_collect_bytes, "mailboxes", mailboxes),
                -1);
    copies_begin(d);
}

static void line(struct daemon *d, const json_t *m)
{
    ARENA_SCOPED a = arena_new();
    struct err e = {0};
    struct mailbox_row known, row = {.name = wire_string(m, "mailbox", ""),
                                     .uidvalidity = wire_int(m, "uidvalidity", 0),
                                     .next_uid = wire_int(m, "next_uid", 0),
                                     .since_at = clock_now()};

    if (store_mailbox(d->store, a, row.name, &known, &e) && known.name)
        row.since_at = known.since_at;
    if (daemon_begin(d, &e) && store_put_mailbox(d->store, &row, &e) && daemon_commit(d, &e))
        return;
    daemon_rollback(d);
    log_event(LOG_LEVEL_ERROR, "mailbox", "name", row.name, "reason", e.text, NULL);
}

/* In bytes, for `taamim status`; -1 where the server does not tell. */
static void keep_quota(struct daemon *d, int64_t used, int64_t limit)
{
    ARENA_SCOPED a = arena_new();
    struct err e = {0};
    const char *used_text = limit > 0 ? arena_printf(a, "%lld", (long long)used) : NULL;
    const char *limit_text = limit > 0 ? arena_printf(a, "%lld", (long long)limit) : NULL;

    if (daemon_begin(d, &e) && store_set(d->store, "quota_used", used_text, &e) &&
        store_set(d->store, "quota_limit", limit_text, &e) && daemon_commit(d, &e))
        return;
    daemon_rollback(d);
}

static void state(struct daemon *d, const json_t *m)
{
    bool up = wire_bool(m, "up");
    const char *text = wire_string(m, "text", "");

    if (up == d->imap_watch.away || !d->imap_seen)
        log_event(up ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, "mailbox_server", "status", up ? "up" : "down", "reason",
                  text, NULL);
    d->imap_seen = true;
    ticker_server(d, &d->imap_watch, up, text);
    keep_quota(d, wire_int(m, "quota_used", -1), wire_int(m, "quota_limit", -1));
}

static void left(struct daemon *d, const json_t *m)
{
    struct err e = {0};
    struct alert_row about = {.kind = "trouble"};

    if (daemon_begin(d, &e) &&
        alert(d, &about, &e, "a message in %s (number %lld, %lld bytes) was left in the mailbox: %s",
              wire_string(m, "mailbox", ""), (long long)wire_int(m, "uid", 0), (long long)wire_int(m, "size", 0),
              wire_string(m, "text", "")) &&
        daemon_commit(d, &e))
        return;
    daemon_rollback(d);
    log_event(LOG_LEVEL_ERROR, "left", "mailbox", wire_string(m, "mailbox", ""), "reason", e.text, NULL);
}

/* What the collector tells in one go is one commit: it waits here until the turn ends, its strings in the burst's
 * arena. */
static void add_to(struct children *c, struct burst *b, const json_t *m)
{
    struct collected one;
    struct err e = {0};

    if (!b->arena)
        b->arena = arena_new();
    if (b == &c->moved)
        one = (struct collected){.mailbox = arena_strdup(b->arena, wire_string(m, "mailbox", "")),
                                 .uidvalidity = wire_int(m, "uidvalidity", 0),
                                 .uid = wire_int(m, "uid", 0)};
    else if (!collected_from_json(b->arena, m, &one, &e)) {
        worker_end(c->collector, e.text);
        return;
    }
    ARENA_PUSH(b->arena, b->list, b->n, one);
}

static void empty(struct burst *b)
{
    arena_free(b->arena);
    *b = (struct burst){0};
}

void collector_tend(struct children *c)
{
    struct burst moved = c->moved, collected = c->collected;
    struct err e = {0};

    c->moved = c->collected = (struct burst){0};
    if (moved.n && !inbox_moved(c->daemon, moved.list, moved.n, &e)) /* told again as pending */
        log_event(LOG_LEVEL_ERROR, "moved", "reason", e.text, NULL);
    if (collected.n && !inbox_collected(c->daemon, collected.list, collected.n, &e)) {
        log_event(LOG_LEVEL_ERROR, "collect", "reason", e.text, NULL);
        worker_end(c->collector, "what it told could not be kept"); /* it tells it again once it is back */
    }
    empty(&moved);
    empty(&collected);
}

static void message(void *arg, struct worker *w, const json_t *m)
{
    struct children *c = arg;
    struct daemon *d = c->daemon;
    const json_t *inner;

    (void)w;
    if ((inner = json_object_get(m, "collected")))
        add_to(c, &c->collected, inner);
    else if ((inner = json_object_get(m, "moved")))
        add_to(c, &c->moved, inner);
    else if ((inner = json_object_get(m, "line")))
        line(d, inner);
    else if ((inner = json_object_get(m, "state")))
        state(d, inner);
    else if ((inner = json_object_get(m, "left")))
        left(d, inner);
    else if ((inner = json_object_get(m, "appended")))
        copies_answered(d, wire_int(inner, "id", 0), wire_bool(inner, "ok"), wire_string(inner, "text", ""));
}

static void gone(void *arg, struct worker *w, const char *why)
{
    struct children *c = arg;

    (void)w;
    log_event(c->renewing ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, "collector_ended", "reason", why, NULL);
    ticker_server(c->daemon, &c->daemon->imap_watch, false, why);
}

bool collector_open(struct children *c, struct err *e)
{
    static const struct worker_calls calls = {ready, message, gone};
    ARENA_SCOPED a = arena_new();
    const char *argv[] = {child_path(a, c->daemon->orders.config, "collect", e), NULL};

    if (!argv[0])
        return false;
    c->collector = worker_new(c->loop, argv, "collect", &calls, c);
    return true;
}

/* Where the collector is away, it hears of it as pending when it is back. */
void collector_kept(void *arg, const struct message_row *m)
{
    struct children *c = arg;

    if (*m->mailbox)
        worker_send(c->collector,
                    json_pack("{s:{s:s, s:I, s:I, s:b}}", "kept", "mailbox", m->mailbox, "uidvalidity",
                              (json_int_t)m->uidvalidity, "uid", (json_int_t)m->uid, "move", m->move),
                    -1);
}

bool collector_append(void *arg, const struct sent_copy *copy)
{
    struct children *c = arg;
    json_t *segments = json_array();

    for (size_t i = 0; i < copy->n_segments; i++)
        json_array_append_new(segments, json_string(copy->segments[i]));
    return worker_send(c->collector,
                       json_pack("{s:{s:I, s:s, s:s, s:b, s:o, s:I}}", "append", "id", (json_int_t)copy->notice,
                                 "mailbox", copy->mailbox, "message_id", copy->message_id, "look", copy->look,
                                 "segments", segments, "size", (json_int_t)copy->size),
                       -1);
}
