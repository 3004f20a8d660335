/* Keeps copies of what was sent, one after the other. What is due is in the store; memory holds only which one the
 * collector has, and whether it can be that one was given before. A copy that was not taken goes behind the others,
 * and the next is tried a while later. */
#include "app/copies.h"

#include <string.h>

#include "app/ticker.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"

#define AGAIN_S   300
#define GIVE_UP_S (5 * 86400) /* as long as a mail is tried; from when it left */
#define LOOK_S    60          /* the store cannot be read now */
#define SETTLED   (-1)

bool copies_want(struct daemon *d, const struct notice_row *n, struct err *e)
{
    if (!d->orders.config->sent_folder || n->copy_at != 0)
        return true;
    d->ticker_due = true;
    return store_set_copy(d->store, n->id, clock_now(), e);
}

/* Due again then; or SETTLED, kept, or given up where there is a reason why. Where that cannot be written down the
 * copy is due still: a while later it is looked for. */
static void settle(struct daemon *d, const struct notice_row *n, int64_t copy_at, const char *why)
{
    struct story_line line = {.who = "daemon", .what = "copy_lost", .round = n->round, .party = n->party};
    struct err e = {0};

    if (daemon_begin(d, &e) && store_set_copy(d->store, n->id, copy_at, &e) &&
        (!why || story(d, &line, &e, "%s: no copy in %s: %s", n->kind, d->orders.config->sent_folder, why)) &&
        daemon_commit(d, &e))
        return;
    daemon_rollback(d);
    d->copies.sure = false;
    d->copies.again_at = clock_now() + AGAIN_S;
    log_event(LOG_LEVEL_ERROR, "sent_copy", "reason", e.text, NULL);
}

/* ---- giving one */

/* False: a part of the mail is not kept any more. */
static bool paths_of(struct daemon *d, struct arena *a, const struct notice_row *n, struct sent_copy *out)
{
    JSON_SCOPED list = json_loads(n->segments, 0, NULL);
    size_t many = json_array_size(list);
    const char **paths = arena_alloc(a, (many + 1) * sizeof *paths);

    for (size_t i = 0; i < many; i++) {
        paths[i] = spool_full(d->spool, a, json_string_value(json_array_get(list, i)));
        if (!file_exists(paths[i]))
            return false;
    }
    out->segments = paths;
    out->n_segments = many;
    return many > 0;
}

/* True: it is settled one way or the other, or in the collector's hand; false: the collector is away. */
static bool give(struct daemon *d, struct arena *a, const struct notice_row *n)
{
    struct sent_copy copy = {.notice = n->id,
                             .mailbox = d->orders.config->sent_folder,
                             .message_id = n->message_id,
                             .size = n->size,
                             .look = !d->copies.sure};

    if (!paths_of(d, a, n, &copy)) {
        settle(d, n, SETTLED, "the mail is not kept any more");
        return true;
    }
    if (!d->ports.append(d->ports.arg, &copy))
        return false;
    d->copies.in_hand = n->id;
    return true;
}

int64_t copies_turn(struct daemon *d)
{
    ARENA_SCOPED a = arena_new();
    struct notice_row n = {0};

    if (!d->orders.config->sent_folder)
        return 0;
    while (!d->copies.in_hand) {
        if (!store_copy_due(d->store, a, clock_now(), &n, NULL))
            return clock_now() + LOOK_S;
        if (!n.cause) {
            int64_t next = store_next_copy_at(d->store);

            d->copies.sure |= next == 0;
            return next;
        }
        if (clock_now() < d->copies.again_at)
            return d->copies.again_at;
        if (!give(d, a, &n))
            return 0;
    }
    return 0;
}

/* ---- what came of it */

/* When its mail first left, which may be days after it was composed. */
static int64_t left_at(struct daemon *d, struct arena *a, const struct notice_row *n)
{
    struct delivery_row *rows;
    size_t many;
    int64_t first_at = 0;

    if (!store_deliveries_of(d->store, a, n->id, &rows, &many, NULL))
        return clock_now();
    for (size_t i = 0; i < many; i++) {
        bool left = strcmp(rows[i].state, delivery_state_names[DELIVERY_SENT]) == 0 ||
                    strcmp(rows[i].state, delivery_state_names[DELIVERY_BOUNCED]) == 0;

        if (left && (first_at == 0 || rows[i].since_at < first_at))
            first_at = rows[i].since_at;
    }
    return first_at ? first_at : n->created_at;
}

void copies_answered(struct daemon *d, int64_t notice, bool kept, const char *text)
{
    ARENA_SCOPED a = arena_new();
    struct notice_row n = {0};
    struct err e = {0};

    d->copies.in_hand = 0;
    d->copies.sure &= kept;
    d->ticker_due = true;
    if (!kept && !d->copies.watch.away)
        log_event(LOG_LEVEL_WARNING, "sent_copy", "status", "failed", "reason", text, NULL);
    ticker_server(d, &d->copies.watch, kept, text);
    if (!store_notice(d->store, a, notice, &n, &e) || !n.cause) {
        d->copies.sure = false;
        d->copies.again_at = clock_now() + AGAIN_S;
        return;
    }
    if (kept) {
        settle(d, &n, SETTLED, NULL);
        return;
    }
    d->copies.again_at = clock_now() + AGAIN_S;
    if (clock_now() < left_at(d, a, &n) + GIVE_UP_S)
        settle(d, &n, clock_now(), NULL);
    else
        settle(d, &n, SETTLED, text);
}

void copies_begin(struct daemon *d)
{
    d->copies.in_hand = 0;
    d->copies.again_at = 0;
    d->copies.sure = false;
    d->ticker_due = true;
}
