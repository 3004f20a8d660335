/* Sends what is queued. A turn applies the outcomes that have come in, marks the next deliveries "sending", commits
 * once, and only then hands them over: a row says "sending" before the first byte leaves, so that after a crash
 * nothing that may have left looks as if it had not. What it refuses: to send faster than the rate, to an address
 * that failed before, or anything but one probe while the queue is stopped. */
#include "app/outbox.h"

#include <string.h>

#include "app/outcome.h"
#include "app/post.h"
#include "app/ticker.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "round/retry.h"

#define BATCH_MAX   64
#define TOO_OFTEN_S 600

void outbox_outcome(struct daemon *d, const struct send_outcome *o)
{
    struct send_outcome kept = *o;

    if (!d->outcomes_arena)
        d->outcomes_arena = arena_new();
    kept.text = arena_strdup(d->outcomes_arena, o->text ? o->text : "");
    ARENA_PUSH(d->outcomes_arena, d->outcomes, d->n_outcomes, kept);
    d->outbox_due = true;
}

void outbox_lost(struct daemon *d, int64_t delivery, const char *why)
{
    outbox_outcome(d, &(struct send_outcome){.id = delivery, .stage = SEND_UNKNOWN, .text = why});
}

/* A bucket of mails: the configured rate refills it, one minute's worth is the most it holds. */
static int rate_allows(struct daemon *d)
{
    int64_t now = clock_now_ms(), per_minute = d->orders.config->send_rate_per_minute;
    int64_t most = per_minute * 1000;

    if (per_minute <= 0)
        return BATCH_MAX;
    if (d->rate_window_ms[0] == 0 || now < d->rate_window_ms[0])
        d->rate_window_ms[0] = now, d->rate_window_ms[1] = most;
    d->rate_window_ms[1] += (now - d->rate_window_ms[0]) * per_minute / 60;
    if (d->rate_window_ms[1] > most)
        d->rate_window_ms[1] = most;
    d->rate_window_ms[0] = now;
    return (int)(d->rate_window_ms[1] / 1000);
}

static size_t batch_size(struct daemon *d)
{
    int n = d->ports.senders_free(d->ports.arg), rate = rate_allows(d);

    if (d->queue.stopped)
        return clock_now() >= d->queue.probe_at && n > 0 ? 1 : 0;
    if (n > rate)
        n = rate;
    return n < 0 ? 0 : n > BATCH_MAX ? BATCH_MAX : (size_t)n;
}

/* A delivery that may go, and what it is of. */
struct departure {
    struct delivery_row row;
    struct notice_row notice;
};

/* Between queueing and sending an address may have failed for good or left the register. */
static bool still_allowed(struct daemon *d, struct arena *a, const struct departure *dep, bool *allowed_out,
                          struct err *e)
{
    struct round_view v = {0};

    if (*dep->notice.round && !round_view(d, a, dep->notice.round, &v, e))
        return false;
    *allowed_out = post_allowed(d, v.spec, dep->row.address);
    return true;
}

static bool refuse(struct daemon *d, struct delivery_row *row, const struct notice_row *n, struct err *e)
{
    row->state = delivery_state_names[DELIVERY_FAILED];
    row->since_at = clock_now();
    row->reply = "not written to: the address failed before, or is no longer a contact's";
    return store_update_delivery(d->store, row, e) && outcome_record(d, n, row, e);
}

/* Two robots that answer each other are slowed here, whatever made them believe that they should. */
static bool too_often(struct daemon *d, const struct delivery_row *row)
{
    int most = d->orders.config->address_rate_per_hour;

    return most > 0 && store_sent_since(d->store, row->address, clock_now() - 3600) >= most;
}

/* Refuses it, puts it off, or marks it as being sent. */
static bool may_depart(struct daemon *d, struct arena *a, struct departure *dep, bool *goes_out, struct err *e)
{
    bool allowed = false;

    if (!still_allowed(d, a, dep, &allowed, e))
        return false;
    if (!allowed)
        return refuse(d, &dep->row, &dep->notice, e);
    if (too_often(d, &dep->row)) {
        dep->row.next_at = clock_now() + TOO_OFTEN_S;
        return store_update_delivery(d->store, &dep->row, e);
    }
    dep->row.state = delivery_state_names[DELIVERY_SENDING];
    dep->row.since_at = clock_now();
    *goes_out = true;
    return store_update_delivery(d->store, &dep->row, e);
}

/* Marks the due deliveries; out gets those that may go. */
static bool pick(struct daemon *d, struct arena *a, struct departure *out, size_t *n_out, struct err *e)
{
    struct delivery_row *due;
    size_t n, most = batch_size(d);

    *n_out = 0;
    if (most == 0)
        return true;
    if (!store_deliveries_due(d->store, a, clock_now(), most, &due, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct departure dep = {.row = due[i]};
        bool goes = false;

        if (!store_notice(d->store, a, due[i].notice, &dep.notice, e) || !may_depart(d, a, &dep, &goes, e))
            return false;
        if (goes)
            out[(*n_out)++] = dep;
    }
    return true;
}

static void hand_over(struct daemon *d, struct arena *a, const struct departure *departure)
{
    const struct delivery_row *row = &departure->row;
    JSON_SCOPED list = json_loads(departure->notice.segments, 0, NULL);
    const char **paths;

    if (!list) {
        outbox_outcome(
            d, &(struct send_outcome){.id = row->id, .stage = SEND_LOCAL, .text = "the stored mail cannot be read"});
        return;
    }
    paths = arena_alloc(a, (json_array_size(list) + 1) * sizeof *paths);
    for (size_t i = 0; i < json_array_size(list); i++)
        paths[i] = spool_full(d->spool, a, json_string_value(json_array_get(list, i)));
    d->rate_window_ms[1] -= 1000;
    d->ports.send(d->ports.arg, &(struct send_job){.id = row->id,
                                                   .from = row->mail_from,
                                                   .to = row->address,
                                                   .segments = paths,
                                                   .n_segments = json_array_size(list),
                                                   .size = departure->notice.size});
}

static bool apply_all(struct daemon *d, struct arena *a, struct err *e)
{
    for (size_t i = 0; i < d->n_outcomes; i++)
        if (!outcome_apply(d, a, &d->outcomes[i], e))
            return false;
    return true;
}

static void forget_outcomes(struct daemon *d)
{
    arena_free(d->outcomes_arena);
    d->outcomes_arena = NULL;
    d->outcomes = NULL;
    d->n_outcomes = 0;
}

/* When nobody is free the next outcome wakes us; else the rate, the probe, or the next delivery does. */
static int64_t next_turn(struct daemon *d)
{
    int64_t at = store_next_delivery_at(d->store), now = clock_now();

    if (at == 0 || d->ports.senders_free(d->ports.arg) <= 0)
        return 0;
    if (d->queue.stopped)
        return d->queue.probe_at > at ? d->queue.probe_at : at;
    return at > now ? at : now + 1;
}

int64_t outbox_turn(struct daemon *d)
{
    ARENA_SCOPED a = arena_new();
    struct departure batch[BATCH_MAX];
    struct queue before = d->queue;
    size_t n = 0;
    struct err e = {0};

    d->outbox_due = false;
    if (!daemon_begin(d, &e) || !apply_all(d, a, &e) || !outcome_keep_refusals(d, &before, &e) ||
        !pick(d, a, batch, &n, &e) || !daemon_commit(d, &e)) {
        daemon_rollback(d);
        d->queue = before;
        log_event(LOG_LEVEL_ERROR, "outbox", "status", "failed", "reason", e.text, NULL);
        return clock_now() + 10;
    }
    forget_outcomes(d);
    for (size_t i = 0; i < n; i++)
        hand_over(d, a, &batch[i]);
    return next_turn(d);
}

/* What was at a sender when the daemon ended may have left: each is told of in its party's story, and goes again with
 * the same Message-ID. The first time at once; then it waits like any other, lest a daemon that keeps ending sends
 * the same mail each time. */
static bool recover_sending(struct daemon *d, struct arena *a, struct err *e)
{
    struct delivery_row *rows;
    struct notice_row notice;
    size_t n;

    if (!store_deliveries_sending(d->store, a, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        rows[i].state = delivery_state_names[DELIVERY_UNCERTAIN];
        rows[i].next_at = clock_now() + retry_wait_s(rows[i].attempts++);
        rows[i].since_at = clock_now();
        rows[i].reply = "it was at a sender when the daemon ended, and may have left";
        if (!store_update_delivery(d->store, &rows[i], e) || !store_notice(d->store, a, rows[i].notice, &notice, e) ||
            !outcome_record(d, &notice, &rows[i], e))
            return false;
    }
    return true;
}

void outbox_reload(struct daemon *d)
{
    d->queue.probe_at = clock_now();
    d->outbox_due = true;
}

bool outbox_recover(struct daemon *d, struct err *e)
{
    char *stopped;
    ARENA_SCOPED a = arena_new();

    if (!daemon_begin(d, e))
        return false;
    if (!recover_sending(d, a, e) || !store_forget_future(d->store, clock_now(), RETRY_LONGEST_S, e) ||
        !daemon_commit(d, e)) {
        daemon_rollback(d);
        return false;
    }
    stopped = store_get(d->store, a, "queue_stopped");
    d->queue.stopped = stopped != NULL;
    outcome_recall_refusals(d);
    outbox_reload(d);
    return true;
}
