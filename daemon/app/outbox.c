/* Sends what is queued. A turn applies the outcomes that have come in, marks the next deliveries "sending", commits
 * once, and only then hands them over: a row says "sending" before the first byte leaves, so that after a crash
 * nothing that may have left looks as if it had not. What it refuses: to send faster than the rate, to an address
 * that failed before, or anything but one probe while the queue is stopped. */
#include "app/outbox.h"

#include <string.h>

#include "app/copies.h"
#include "app/post.h"
#include "app/ticker.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "round/retry.h"

#define BATCH_MAX                   64
#define TOO_OFTEN_S                 600
#define FAILURES_BEFORE_SUPPRESSION 2

static const char *text_kept(struct daemon *d, const char *s)
{
    return arena_strdup(d->outcomes_arena, s ? s : "");
}

void outbox_outcome(struct daemon *d, const struct send_outcome *o)
{
    if (!d->outcomes_arena)
        d->outcomes_arena = arena_new();
    if (d->n_outcomes == OUTCOMES_MAX)
        outbox_turn(d);
    d->outcomes[d->n_outcomes] = *o;
    d->outcomes[d->n_outcomes++].text = text_kept(d, o->text);
    d->outbox_due = true;
}

void outbox_lost(struct daemon *d, int64_t delivery, const char *why)
{
    outbox_outcome(d, &(struct send_outcome){.id = delivery, .stage = SEND_UNKNOWN, .text = why});
}

static enum attempt_end end_of(const struct send_outcome *o)
{
    switch (o->stage) {
    case SEND_CONNECT: return o->code >= 500 ? END_ABOUT_US : END_NO_CONNECTION;
    case SEND_LOGIN: return END_ABOUT_US;
    case SEND_SENDER: return o->code ? END_ABOUT_US : END_NO_CONNECTION;
    case SEND_RCPT:
    case SEND_DATA: return o->code ? END_RECIPIENT : END_NO_CONNECTION;
    case SEND_ACCEPTED: return END_ACCEPTED;
    case SEND_UNKNOWN: return END_UNKNOWN;
    case SEND_LOCAL: break;
    }
    return END_LOCAL;
}

static const char *domain_of(const char *address)
{
    const char *at = strrchr(address, '@');

    return at ? at + 1 : address;
}

static bool stop_queue(struct daemon *d, const struct delivery_row *row, const struct send_outcome *o, struct err *e)
{
    struct alert_row about = {.kind = "queue_stopped"};

    d->queue_probe_at = clock_now() + RETRY_STOPPED_S;
    if (d->queue_stopped)
        return true;
    d->queue_stopped = true;
    log_event(LOG_LEVEL_ERROR, "queue_stopped", "stage", send_stage_names[o->stage], "reason", o->text, NULL);
    return store_set(d->store, "queue_stopped", o->text, e) &&
           story(d, &(struct story_line){.who = "daemon", .what = "queue_stopped"}, e, "at %s to %s: %s",
                 send_stage_names[o->stage], row->address, o->text) &&
           alert(d, &about, e, "%s: %s", send_stage_names[o->stage], o->text);
}

static bool resume_queue(struct daemon *d, struct err *e)
{
    struct alert_row about = {.kind = "queue_resumed"};

    if (!d->queue_stopped)
        return true;
    d->queue_stopped = false;
    d->stopped_code = 0;
    log_event(LOG_LEVEL_NOTICE, "queue_resumed", NULL);
    return store_set(d->store, "queue_stopped", NULL, e) &&
           story(d, &(struct story_line){.who = "daemon", .what = "queue_resumed"}, e,
                 "the mail server takes mail again") &&
           alert(d, &about, e, "the mail server takes mail again");
}

static bool tell_failure(struct daemon *d, const struct notice_row *n, const struct delivery_row *row, const char *kind,
                         struct err *e)
{
    struct alert_row about = {.kind = kind, .round = n->round, .party = n->party};

    if (!*n->round) /* about an officer's own address: an alert to that address would come back to us */
        return true;
    return alert(d, &about, e, "%s: %s", row->address, row->reply);
}

/* An address that failed for good twice is not written to again until an officer says otherwise (`round resend`). */
static bool count_failure(struct daemon *d, const struct delivery_row *row, struct err *e)
{
    int failures = store_add_failure(d->store, row->address, clock_now(), e);

    if (failures < 0)
        return false;
    return failures < FAILURES_BEFORE_SUPPRESSION || store_suppress(d->store, row->address, row->reply, clock_now(), e);
}

static bool record(struct daemon *d, const struct notice_row *n, const struct delivery_row *row, struct err *e)
{
    struct story_line line = {.who = "daemon", .what = row->state, .round = n->round, .party = n->party};

    log_event(strcmp(row->state, "failed") == 0 ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "delivery", "round", n->round,
              "party", n->party, "kind", n->kind, "to", row->address, "status", row->state, "reason", row->reply, NULL);
    return story(d, &line, e, "%s to %s: %s", n->kind, row->address, row->reply);
}

/* Three domains said the same: what the first of them refused in this row did not fail. */
static bool take_back_failures(struct daemon *d, struct arena *a, struct err *e)
{
    struct delivery_row row;

    for (int i = 0; i < d->refusals.n_deliveries; i++) {
        if (!store_delivery(d->store, a, d->refusals.deliveries[i], &row, e))
            return false;
        if (!row.state || strcmp(row.state, "failed") != 0)
            continue;
        if (!store_clear_failures(d->store, row.address, e))
            return false;
        row.state = delivery_state_names[DELIVERY_QUEUED];
        row.next_at = row.since_at = clock_now();
        if (!store_update_delivery(d->store, &row, e))
            return false;
    }
    d->refusals = (struct refusals){0};
    return true;
}

/* The third domain with one and the same refusal; or, once that has stopped the queue, a probe that meets it again. */
static bool refused_like_all(struct daemon *d, const struct delivery_row *row, const struct send_outcome *o,
                             enum attempt_end end)
{
    if (end != END_RECIPIENT || o->code < 500)
        return false;
    if (d->queue_stopped && d->stopped_code == o->code)
        return true;
    return refusals_note(&d->refusals, o->code, domain_of(row->address), row->id);
}

/* A mail that was taken; or, where our login or sender had been refused, any word about a recipient. */
static bool shows_us_welcome(const struct daemon *d, enum attempt_end end, bool about_all)
{
    return end == END_ACCEPTED || (end == END_RECIPIENT && !about_all && d->stopped_code == 0);
}

/* Cancelled while it was at a sender: it is not tried again. */
static bool is_cancelled(struct daemon *d, struct arena *a, const struct notice_row *n)
{
    struct round_row round = {0};

    return *n->round && store_round(d->store, a, n->round, &round, NULL) && round.state &&
           strcmp(round.state, round_state_names[ROUND_CANCELLED]) == 0 &&
           strcmp(n->kind, letter_kind_names[LETTER_CLOSING]) != 0;
}

static bool settle(struct daemon *d, struct arena *a, struct delivery_row *row, const struct notice_row *n,
                   const struct send_outcome *o, struct err *e)
{
    struct attempt attempt = {.end = end_of(o),
                              .code = o->code,
                              .attempts = row->attempts + 1,
                              .created_at = n->created_at,
                              .now_at = clock_now()};
    struct retry next = retry_after(&attempt);
    bool about_all = refused_like_all(d, row, o, attempt.end);

    if (attempt.end == END_ACCEPTED)
        refusals_note(&d->refusals, 250, "", 0);
    if (about_all) /* the next probe is another one's */
        next =
            (struct retry){.state = DELIVERY_QUEUED, .next_at = attempt.now_at + RETRY_STOPPED_S, .stop_queue = true};
    if (next.state != DELIVERY_SENT && next.state != DELIVERY_FAILED && is_cancelled(d, a, n))
        next = (struct retry){.state = DELIVERY_CANCELLED};
    row->state = delivery_state_names[next.state];
    row->attempts = next.stop_queue ? row->attempts : attempt.attempts;
    row->next_at = next.next_at;
    row->since_at = attempt.now_at;
    row->code = o->code;
    row->reply = o->text;
    if (!store_update_delivery(d->store, row, e) || !record(d, n, row, e))
        return false;
    if (shows_us_welcome(d, attempt.end, about_all) && !resume_queue(d, e))
        return false;
    if (next.state == DELIVERY_SENT && !copies_want(d, n, e))
        return false;
    if (about_all)
        d->stopped_code = o->code;
    if (next.stop_queue && !stop_queue(d, row, o, e))
        return false;
    if (about_all && !take_back_failures(d, a, e))
        return false;
    return !next.lasting || (tell_failure(d, n, row, "failed", e) && (!o->code || count_failure(d, row, e)));
}

static bool apply(struct daemon *d, struct arena *a, const struct send_outcome *o, struct err *e)
{
    struct delivery_row row;
    struct notice_row notice;

    if (o->server_size > 0)
        d->server_size = o->server_size;
    ticker_server(d, &d->smtp_watch, !(o->stage == SEND_CONNECT && o->code == 0), o->text);
    if (!store_delivery(d->store, a, o->id, &row, e) || !row.state ||
        !store_notice(d->store, a, row.notice, &notice, e))
        return false;
    if (strcmp(row.state, "sending") != 0) /* cancelled or already told of: the answer is recorded, nothing changes */
        return record(d, &notice, &row, e);
    return settle(d, a, &row, &notice, o, e);
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

    if (d->queue_stopped)
        return clock_now() >= d->queue_probe_at && n > 0 ? 1 : 0;
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
    return store_update_delivery(d->store, row, e) && record(d, n, row, e);
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
        if (!apply(d, a, &d->outcomes[i], e))
            return false;
    return true;
}

static void forget_outcomes(struct daemon *d)
{
    arena_free(d->outcomes_arena);
    d->outcomes_arena = NULL;
    d->n_outcomes = 0;
}

/* When nobody is free the next outcome wakes us; else the rate, the probe, or the next delivery does. */
static int64_t next_turn(struct daemon *d)
{
    int64_t at = store_next_delivery_at(d->store), now = clock_now();

    if (at == 0 || d->ports.senders_free(d->ports.arg) <= 0)
        return 0;
    if (d->queue_stopped)
        return d->queue_probe_at > at ? d->queue_probe_at : at;
    return at > now ? at : now + 1;
}

int64_t outbox_turn(struct daemon *d)
{
    ARENA_SCOPED a = arena_new();
    struct departure batch[BATCH_MAX];
    size_t n = 0;
    struct err e = {0};

    d->outbox_due = false;
    if (!daemon_begin(d, &e) || !apply_all(d, a, &e) || !pick(d, a, batch, &n, &e) || !daemon_commit(d, &e)) {
        daemon_rollback(d);
        log_event(LOG_LEVEL_ERROR, "outbox", "status", "failed", "reason", e.text, NULL);
        return clock_now() + 10;
    }
    forget_outcomes(d);
    for (size_t i = 0; i < n; i++)
        hand_over(d, a, &batch[i]);
    return next_turn(d);
}

bool outbox_recover(struct daemon *d, struct err *e)
{
    char *stopped;
    ARENA_SCOPED a = arena_new();
    int n;

    if (!daemon_begin(d, e))
        return false;
    n = store_recover_sending(d->store, clock_now(), e);
    if (n < 0 || !store_forget_future(d->store, clock_now(), RETRY_LONGEST_S, e) ||
        (n > 0 &&
         !story(d, &(struct story_line){.who = "daemon", .what = "recovered"}, e,
                "%d deliveries were in hand when the daemon ended: uncertain, sent again with the same Message-ID",
                n)) ||
        !daemon_commit(d, e)) {
        daemon_rollback(d);
        return false;
    }
    stopped = store_get(d->store, a, "queue_stopped");
    d->queue_stopped = stopped != NULL;
    d->queue_probe_at = clock_now();
    d->outbox_due = true;
    return true;
}

/* Only what left can come back: a forged report cannot keep a mail from leaving. */
static bool may_have_left(const struct delivery_row *row)
{
    return strcmp(row->state, "sent") == 0 || strcmp(row->state, "uncertain") == 0;
}

bool outbox_bounced(struct daemon *d, const struct notice_row *notice, const char *address, const char *status,
                    const char *words, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    struct delivery_row *rows;
    size_t n;

    if (!store_deliveries_of(d->store, a, notice->id, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (strcasecmp(rows[i].address, address) != 0 || !may_have_left(&rows[i]))
            continue;
        rows[i].state = delivery_state_names[DELIVERY_BOUNCED];
        rows[i].since_at = clock_now();
        rows[i].reply = arena_printf(a, "%s %s", status, words);
        return store_update_delivery(d->store, &rows[i], e) && record(d, notice, &rows[i], e) &&
               tell_failure(d, notice, &rows[i], "bounced", e) && count_failure(d, &rows[i], e);
    }
    return true;
}
