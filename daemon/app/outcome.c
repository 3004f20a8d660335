/* Applies what came of sending. One refusal is told apart from another: what is about this address fails it, what is
 * about the mail says nothing of the address, and what is about us fails nothing and stops the queue. */
#include "app/outcome.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/copies.h"
#include "app/office.h"
#include "app/reach.h"
#include "app/ticker.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "mail/names.h"
#include "round/retry.h"

#define FAILURES_BEFORE_SUPPRESSION 2

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

    d->queue.probe_at = clock_now() + RETRY_STOPPED_S;
    if (d->queue.stopped)
        return true;
    d->queue.stopped = true;
    log_event(LOG_LEVEL_ERROR, "queue_stopped", "stage", send_stage_names[o->stage], "reason", o->text, NULL);
    return store_set(d->store, "queue_stopped", o->text, e) &&
           story(d, &(struct story_line){.who = "daemon", .what = "queue_stopped"}, e, "at %s to %s: %s",
                 send_stage_names[o->stage], row->address, o->text) &&
           alert(d, &about, e, "%s: %s", send_stage_names[o->stage], o->text);
}

static bool resume_queue(struct daemon *d, struct err *e)
{
    struct alert_row about = {.kind = "queue_resumed"};

    if (!d->queue.stopped)
        return true;
    d->queue.stopped = false;
    d->queue.stopped_code = 0;
    log_event(LOG_LEVEL_NOTICE, "queue_resumed", NULL);
    return store_set(d->store, "queue_stopped", NULL, e) &&
           story(d, &(struct story_line){.who = "daemon", .what = "queue_resumed"}, e,
                 "the mail server takes mail again") &&
           alert(d, &about, e, "the mail server takes mail again");
}

/* An officer who cannot be reached is no matter for a mail to that officer alone: the others hear it once, and
 * `taamim status` says it until a mail arrives again. */
static bool tell_officer_failure(struct daemon *d, const struct delivery_row *row, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    const char *key = arena_printf(a, OFFICER_UNREACHABLE "%s", row->address);
    struct alert_row about = {.kind = "failed"};

    return store_get(d->store, a, key) ||
           (store_set(d->store, key, row->reply, e) && alert(d, &about, e, "%s: %s", row->address, row->reply));
}

static bool tell_failure(struct daemon *d, const struct notice_row *n, const struct delivery_row *row, const char *kind,
                         struct err *e)
{
    ARENA_SCOPED a = arena_new();
    struct alert_row about = {.kind = kind, .round = n->round, .party = n->party};
    struct reached reached;

    if (!*n->round)
        return tell_officer_failure(d, row, e);
    if (!reach_after_failure(d, a, n, row, &reached, e))
        return false;
    if (reached.next)
        about.kind = "next_contact";
    return alert(d, &about, e, "%s: %s%s", row->address, text_line(a, row->reply, FOREIGN_BYTES), reached.line);
}

/* An address that failed for good twice is not written to again until an officer says otherwise (`round resend`).
 * What was said of the mail, of us or of nobody does not count. */
static bool count_failure(struct daemon *d, const struct notice_row *n, const struct delivery_row *row, struct err *e)
{
    struct alert_row about = {.kind = "failed", .round = n->round, .party = n->party};
    int failures;

    if (config_officer(d->orders.config, row->address) || refusal_subject(row->reply) == REFUSAL_OF_MAIL)
        return true;
    failures = store_add_failure(d->store, row->address, clock_now(), e);
    if (failures < 0)
        return false;
    return failures < FAILURES_BEFORE_SUPPRESSION ||
           (store_suppress(d->store, row->address, row->reply, clock_now(), e) &&
            alert(d, &about, e, "%s: failed twice, and is not written to any more until `taamim round resend`",
                  row->address));
}

bool outcome_record(struct daemon *d, const struct notice_row *n, const struct delivery_row *row, struct err *e)
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

    for (int i = 0; i < d->queue.refusals.n_deliveries; i++) {
        if (!store_delivery(d->store, a, d->queue.refusals.deliveries[i], &row, e))
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
    d->queue.refusals = (struct refusals){0};
    return true;
}

/* The third domain with one and the same refusal; or, once that has stopped the queue, a probe that meets it again.
 * What is said of the mailbox counts for nobody else; nor does what this address was refused with before the queue
 * ran again. */
static bool refused_like_all(struct daemon *d, const struct delivery_row *row, const struct send_outcome *o,
                             enum attempt_end end)
{
    if (end != END_RECIPIENT || o->code < 500)
        return false;
    if (d->queue.stopped && d->queue.stopped_code == o->code)
        return true;
    if (refusal_subject(o->text) == REFUSAL_OF_MAILBOX || row->code == o->code)
        return false;
    return refusals_note(&d->queue.refusals, o->code, domain_of(row->address), row->id);
}

/* ---- the row of refusals, over a restart */

#define REFUSALS_KEY "queue_refusals"

static json_t *refusals_to_json(const struct queue *q)
{
    json_t *domains = json_array(), *deliveries = json_array();

    for (int i = 0; i < q->refusals.n; i++)
        json_array_append_new(domains, json_string(q->refusals.domains[i]));
    for (int i = 0; i < q->refusals.n_deliveries; i++)
        json_array_append_new(deliveries, json_integer(q->refusals.deliveries[i]));
    return json_pack("{s:i, s:i, s:o, s:o}", "code", q->refusals.code, "stopped", q->stopped_code, "domains", domains,
                     "deliveries", deliveries);
}

static bool is_same_row(const struct refusals *a, const struct refusals *b)
{
    if (a->code != b->code || a->n != b->n || a->n_deliveries != b->n_deliveries)
        return false;
    for (int i = 0; i < a->n_deliveries; i++)
        if (a->deliveries[i] != b->deliveries[i])
            return false;
    return true;
}

bool outcome_keep_refusals(struct daemon *d, const struct queue *before, struct err *e)
{
    const struct queue *q = &d->queue;
    JSON_SCOPED j = NULL;
    char *text;
    bool good;

    if (is_same_row(&before->refusals, &q->refusals) && before->stopped_code == q->stopped_code)
        return true;
    if (q->refusals.code == 0 && q->stopped_code == 0)
        return store_set(d->store, REFUSALS_KEY, NULL, e);
    j = refusals_to_json(q);
    text = json_dumps(j, JSON_COMPACT);
    good = store_set(d->store, REFUSALS_KEY, text, e);
    free(text);
    return good;
}

void outcome_recall_refusals(struct daemon *d)
{
    ARENA_SCOPED a = arena_new();
    struct refusals *r = &d->queue.refusals;
    const char *text = store_get(d->store, a, REFUSALS_KEY);
    JSON_SCOPED j = text ? json_loads(text, 0, NULL) : NULL;
    const json_t *domains = json_object_get(j, "domains"), *deliveries = json_object_get(j, "deliveries");

    *r = (struct refusals){.code = (int)json_integer_value(json_object_get(j, "code"))};
    d->queue.stopped_code = (int)json_integer_value(json_object_get(j, "stopped"));
    for (size_t i = 0; i < json_array_size(domains) && r->n < 3; i++)
        if (json_is_string(json_array_get(domains, i)))
            snprintf(r->domains[r->n++], sizeof r->domains[0], "%s", json_string_value(json_array_get(domains, i)));
    for (size_t i = 0; i < json_array_size(deliveries) && r->n_deliveries < REFUSALS_MAX; i++)
        r->deliveries[r->n_deliveries++] = json_integer_value(json_array_get(deliveries, i));
}

/* ---- what becomes of a delivery */

/* A mail that was taken; or, where our login or sender had been refused, any word about a recipient. */
static bool shows_us_welcome(const struct daemon *d, enum attempt_end end, bool about_all)
{
    return end == END_ACCEPTED || (end == END_RECIPIENT && !about_all && d->queue.stopped_code == 0);
}

/* Cancelled while it was at a sender: it is not tried again. */
static bool is_cancelled(struct daemon *d, struct arena *a, const struct notice_row *n, bool *out, struct err *e)
{
    struct round_row round = {0};

    *out = false;
    if (!*n->round || strcmp(n->kind, letter_kind_names[LETTER_CLOSING]) == 0)
        return true;
    if (!store_round(d->store, a, n->round, &round, e))
        return false;
    *out = round.state && strcmp(round.state, round_state_names[ROUND_CANCELLED]) == 0;
    return true;
}

/* A server that refuses what was filed (a virus, spam) shall not keep the news from the officer: the alert goes once
 * more, without its papers. */
static bool strip_papers(struct daemon *d, struct arena *a, const struct notice_row *n, const struct send_outcome *o,
                         bool *stripped_out, struct err *e)
{
    JSON_SCOPED list = json_loads(n->segments, 0, NULL);
    size_t many = json_array_size(list);
    const char *head, *tail;
    int64_t size;

    *stripped_out = false;
    if (strcmp(n->kind, letter_kind_names[LETTER_ALERT]) != 0 || o->stage != SEND_DATA || o->code < 500 || many < 3)
        return true;
    head = json_string_value(json_array_get(list, 0));
    tail = json_string_value(json_array_get(list, many - 1));
    size = file_size(spool_full(d->spool, a, head)) + file_size(spool_full(d->spool, a, tail));
    *stripped_out = true;
    return store_set_segments(d->store, n->id, arena_printf(a, "[\"%s\",\"%s\"]", head, tail), size, e);
}

static bool officer_reached(struct daemon *d, struct arena *a, const struct notice_row *n,
                            const struct delivery_row *row, struct err *e)
{
    return *n->round || store_set(d->store, arena_printf(a, OFFICER_UNREACHABLE "%s", row->address), NULL, e);
}

/* What becomes of this delivery. */
static struct retry decide(const struct attempt *attempt, bool about_all, bool cancelled)
{
    struct retry next = retry_after(attempt);

    if (about_all) /* the next probe is another one's */
        next =
            (struct retry){.state = DELIVERY_QUEUED, .next_at = attempt->now_at + RETRY_STOPPED_S, .stop_queue = true};
    if (next.state != DELIVERY_SENT && next.state != DELIVERY_FAILED && cancelled)
        next = (struct retry){.state = DELIVERY_CANCELLED};
    return next;
}

static bool write_down(struct daemon *d, struct delivery_row *row, const struct notice_row *n,
                       const struct send_outcome *o, const struct retry *next, struct err *e)
{
    row->state = delivery_state_names[next->state];
    row->attempts += !next->stop_queue;
    row->next_at = next->next_at;
    row->since_at = clock_now();
    row->code = o->code;
    row->reply = o->text;
    return store_update_delivery(d->store, row, e) && outcome_record(d, n, row, e);
}

static bool stop_for(struct daemon *d, struct arena *a, const struct delivery_row *row, const struct send_outcome *o,
                     bool about_all, struct err *e)
{
    if (about_all)
        d->queue.stopped_code = o->code;
    return stop_queue(d, row, o, e) && (!about_all || take_back_failures(d, a, e));
}

/* An officer hears it, in a mail of its own or instead of the one that failed. */
static bool failed_for_good(struct daemon *d, struct arena *a, const struct notice_row *n,
                            const struct delivery_row *row, const struct send_outcome *o, struct err *e)
{
    bool counts = end_of(o) == END_RECIPIENT && o->code >= 500, instead = false;

    if (o->stage == SEND_DATA && counts && !office_refused(d, a, n, row, o->code, &instead, e))
        return false;
    return instead || (tell_failure(d, n, row, "failed", e) && (!counts || count_failure(d, n, row, e)));
}

static bool settle(struct daemon *d, struct arena *a, struct delivery_row *row, const struct notice_row *n,
                   const struct send_outcome *o, struct err *e)
{
    struct attempt attempt = {.end = end_of(o),
                              .code = o->code,
                              .attempts = row->attempts + 1,
                              .created_at = n->created_at,
                              .now_at = clock_now()};
    bool about_all = refused_like_all(d, row, o, attempt.end), stripped;
    struct retry next;
    bool cancelled;

    if (!is_cancelled(d, a, n, &cancelled, e))
        return false;
    next = decide(&attempt, about_all, cancelled);

    if (attempt.end == END_ACCEPTED)
        refusals_note(&d->queue.refusals, 250, "", 0);
    if (!next.lasting)
        stripped = false;
    else if (!strip_papers(d, a, n, o, &stripped, e))
        return false;
    if (stripped)
        next = (struct retry){.state = DELIVERY_QUEUED, .next_at = attempt.now_at};
    if (!write_down(d, row, n, o, &next, e))
        return false;
    if (shows_us_welcome(d, attempt.end, about_all) && !resume_queue(d, e))
        return false;
    if (next.state == DELIVERY_SENT)
        return copies_want(d, n, e) && officer_reached(d, a, n, row, e);
    if (next.stop_queue)
        return stop_for(d, a, row, o, about_all, e);
    return !next.lasting || failed_for_good(d, a, n, row, o, e);
}

bool outcome_apply(struct daemon *d, struct arena *a, const struct send_outcome *o, struct err *e)
{
    struct delivery_row row;
    struct notice_row notice;

    if (o->server_size > 0)
        d->server_size = o->server_size;
    ticker_server(d, &d->smtp_watch, !(o->stage == SEND_CONNECT && o->code == 0), o->text);
    if (!store_delivery(d->store, a, o->id, &row, e))
        return false;
    if (!row.state) {
        log_event(LOG_LEVEL_ERROR, "delivery", "reason", "a sender told of a delivery that nobody knows", NULL);
        return true;
    }
    if (!store_notice(d->store, a, row.notice, &notice, e))
        return false;
    if (strcmp(row.state, "sending") != 0) /* cancelled or already told of: the answer is recorded, nothing changes */
        return outcome_record(d, &notice, &row, e);
    return settle(d, a, &row, &notice, o, e);
}

static bool has_come_back(const struct delivery_row *row)
{
    return strcmp(row->state, delivery_state_names[DELIVERY_BOUNCED]) == 0;
}

/* Only what left can come back: a forged report cannot keep a mail from leaving. */
static bool can_come_back(const struct delivery_row *row)
{
    return strcmp(row->state, "sent") == 0 || strcmp(row->state, "uncertain") == 0 || has_come_back(row);
}

/* About that delivery. Whoever saw the notice can have written it where nothing came in its envelope but our address. */
static bool is_about(const struct delivery_row *row, const struct returned *r)
{
    return strcasecmp(row->address, r->address) == 0 && can_come_back(row) && (!*row->token || row->id == r->delivery);
}

/* What follows from a report: all that a failure brings, or a word to the officers where anybody can have made it up. */
static bool follow(struct daemon *d, const struct notice_row *n, const struct delivery_row *row, struct err *e)
{
    struct alert_row about = {.kind = "bounced", .round = n->round, .party = n->party};

    if (*row->token || !*n->round)
        return tell_failure(d, n, row, "bounced", e) && count_failure(d, n, row, e);
    return alert(d, &about, e, "%s: %.200s\n%s", row->address, row->reply,
                 "anybody who saw this mail can have reported it (envelope_token = false): the address is still "
                 "written to");
}

bool outcome_returned(struct daemon *d, const struct returned *r, bool *believed_out, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    const struct notice_row *n = r->notice;
    struct delivery_row *rows;
    size_t many;

    *believed_out = false;
    if (!store_deliveries_of(d->store, a, n->id, &rows, &many, e))
        return false;
    for (size_t i = 0; i < many; i++) {
        if (!is_about(&rows[i], r))
            continue;
        *believed_out = true;
        if (has_come_back(&rows[i])) /* another system's report of the same: nothing new */
            return true;
        rows[i].state = delivery_state_names[DELIVERY_BOUNCED];
        rows[i].since_at = clock_now();
        rows[i].reply = arena_printf(a, "%s %s", r->status, r->words);
        return store_update_delivery(d->store, &rows[i], e) && outcome_record(d, n, &rows[i], e) &&
               follow(d, n, &rows[i], e);
    }
    return true;
}
