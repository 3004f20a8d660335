/* Does what time makes due. Each kind of act tells when it is due next, and the earliest of them wakes the daemon.
 * When the clock jumps by more than an hour against CLOCK_BOOTTIME, timed acts pause until an hour has passed or an
 * officer has restarted the daemon, and the officers hear it: nobody is reminded of a deadline that a wrong clock
 * invented. */
#include "app/ticker.h"

#include <stdio.h>

#include "app/copies.h"
#include "app/disk.h"
#include "app/office.h"
#include "app/outbox.h"
#include "app/receipt.h"
#include "app/remind.h"
#include "app/requests.h"
#include "app/scanning.h"
#include "base/clock.h"
#include "base/log.h"

#define CLOCK_JUMP_S     3600
#define CLOCK_PAUSE_S    3600
#define RECEIPT_AGAIN_S  600
#define REMINDERS_IDLE_S 3600
#define LOOK_AGAIN_S     60 /* a wake-up that nothing depends on: servers away, the clock */

/* An alarm, and that it was raised: a value of a key of the store, since a restart must neither lose it nor raise it
 * again. */
struct alarm {
    const char *kind, *text;
    const char *key, *value; /* key NULL: nothing is to be remembered */
};

static bool tell(struct daemon *d, const struct alarm *m)
{
    struct err e = {0};
    struct alert_row about = {.kind = m->kind};

    if (daemon_begin(d, &e) && alert(d, &about, &e, "%s", m->text) &&
        story(d, &(struct story_line){.who = "daemon", .what = m->kind}, &e, "%s", m->text) &&
        (!m->key || store_set(d->store, m->key, m->value, &e)) && daemon_commit(d, &e))
        return true;
    daemon_rollback(d);
    log_event(LOG_LEVEL_ERROR, "alarm", "kind", m->kind, "text", m->text, "reason", e.text, NULL);
    return false;
}

/* ---- servers */

/* Called for every outcome, also inside a transaction: it only takes note; server_turn() tells. */
void ticker_server(struct daemon *d, struct server_watch *w, bool up, const char *text)
{
    d->ticker_due = true;
    if (w->known && up == !w->away)
        return;
    w->known = true;
    w->away = !up;
    w->since_boot = clock_boot();
    snprintf(w->text, sizeof w->text, "%s", up ? "" : text);
}

/* `taamim status` reads the key: it works with the daemon stopped, too. */
struct server_words {
    const char *key, *away_kind, *back_kind, *away, *back;
};
static const struct server_words smtp_words = {"smtp_away", "server_away", "server_back",
                                               "the sending (SMTP) server cannot be reached",
                                               "the sending (SMTP) server is back"};
static const struct server_words imap_words = {"imap_away", "server_away", "server_back",
                                               "the mailbox (IMAP) server cannot be reached",
                                               "the mailbox (IMAP) server is back"};
static const struct server_words copies_words = {"copies_refused", "trouble", "trouble",
                                                 "the folder for copies of what is sent (sent_folder) takes none",
                                                 "the folder for copies of what is sent takes them again"};

static const struct server_words scan_words = {"scan_away", "scanner_away", "scanner_back",
                                               "the virus scanner cannot be reached; papers wait for it",
                                               "the virus scanner is back"};

static bool tell_server(struct daemon *d, const struct server_watch *w, const struct server_words *words)
{
    ARENA_SCOPED a = arena_new();
    struct alarm away = {words->away_kind, arena_printf(a, "%s: %s", words->away, w->text), words->key, w->text};
    struct alarm back = {words->back_kind, words->back, words->key, NULL};

    return tell(d, w->away ? &away : &back);
}

static int64_t server_turn(struct daemon *d, struct server_watch *w, const struct server_words *words)
{
    int64_t wait_s = w->since_boot + d->orders.config->unreachable_after_s - clock_boot();
    ARENA_SCOPED a = arena_new();

    if (!w->known)
        return 0;
    w->told = w->told || store_get(d->store, a, words->key) != NULL; /* told before the last stop */
    if (w->away && !w->told) {
        if (wait_s > 0)
            return clock_now() + wait_s;
        w->told = tell_server(d, w, words);
    } else if (!w->away && w->told) {
        w->told = !tell_server(d, w, words);
    }
    return 0;
}

/* ---- the clock */

static bool clock_jumped(struct daemon *d)
{
    int64_t now = clock_now(), boot = clock_boot();
    int64_t jump = (now - d->last_now_at) - (boot - d->last_boot_at);
    bool first = d->last_now_at == 0;

    d->last_now_at = now;
    d->last_boot_at = boot;
    return !first && (jump > CLOCK_JUMP_S || jump < -CLOCK_JUMP_S);
}

/* What was planned for an instant of the wrong clock is due now. */
static void forget_future(struct daemon *d)
{
    struct err e = {0};

    d->queue.probe_at = d->copies.again_at = 0;
    if (daemon_begin(d, &e) && store_forget_future(d->store, clock_now(), RETRY_LONGEST_S, &e) && daemon_commit(d, &e))
        return;
    daemon_rollback(d);
    log_event(LOG_LEVEL_ERROR, "clock", "reason", e.text, NULL);
}

/* True while timed acts must wait. The pause is measured by CLOCK_BOOTTIME, which nobody sets. */
static bool clock_paused(struct daemon *d)
{
    if (clock_jumped(d)) {
        forget_future(d);
        d->clock_paused_until_at = d->last_boot_at + CLOCK_PAUSE_S;
        d->remind_at = 0;
        tell(d, &(struct alarm){.kind = "clock",
                                .text = "the computer's clock has jumped by more than an hour; reminders wait for an "
                                        "hour. Check the time and `timedatectl`"});
    }
    return d->clock_paused_until_at > d->last_boot_at;
}

/* ---- receipts */

static bool post_receipt(struct daemon *d, const struct seat_row *due, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    struct round_view v;
    struct seat_row seat = *due;

    return round_view(d, a, due->round, &v, e) && receipt_post(d, a, &v, &seat, e);
}

/* All in one commit. */
static bool post_receipts(struct daemon *d, const struct seat_row *due, size_t n, struct err *e)
{
    bool good = daemon_begin(d, e);

    for (size_t i = 0; good && i < n; i++)
        good = post_receipt(d, &due[i], e);
    if (good && daemon_commit(d, e))
        return true;
    daemon_rollback(d);
    return false;
}

/* One that cannot be made now keeps nobody else's back. */
static void postpone_receipt(struct daemon *d, const struct seat_row *due)
{
    struct seat_row seat = *due;
    struct err e = {0};

    seat.receipt_due_at = clock_now() + RECEIPT_AGAIN_S;
    if (!daemon_begin(d, &e) || !store_update_seat(d->store, &seat, &e) || !daemon_commit(d, &e))
        daemon_rollback(d);
}

static int64_t receipts_turn(struct daemon *d)
{
    ARENA_SCOPED a = arena_new();
    struct seat_row *due;
    size_t n;
    struct err e = {0};

    if (!store_receipts_due(d->store, a, clock_now(), &due, &n, &e))
        return clock_now() + LOOK_AGAIN_S;
    if (n == 0)
        return store_next_receipt_at(d->store);
    if (post_receipts(d, due, n, &e))
        return store_next_receipt_at(d->store);
    for (size_t i = 0; i < n; i++) /* one of them fails: singly, so that it is the only one */
        if (!post_receipts(d, &due[i], 1, &e)) {
            log_event(LOG_LEVEL_ERROR, "receipt", "round", due[i].round, "party", due[i].party, "reason", e.text, NULL);
            postpone_receipt(d, &due[i]);
        }
    return store_next_receipt_at(d->store);
}

/* Looked at when the next one is due, or when a round or the register has changed: not with every event. */
static int64_t reminders(struct daemon *d)
{
    if (clock_now() < d->remind_at)
        return d->remind_at;
    d->remind_at = remind_turn(d);
    if (!d->remind_at)
        d->remind_at = clock_now() + REMINDERS_IDLE_S;
    return d->remind_at;
}

static void sooner(int64_t *next, int64_t at)
{
    if (at != 0 && at < *next)
        *next = at;
}

int64_t ticker_turn(struct daemon *d)
{
    int64_t next = clock_now() + LOOK_AGAIN_S;

    sooner(&next, receipts_turn(d));
    sooner(&next, server_turn(d, &d->smtp_watch, &smtp_words));
    sooner(&next, server_turn(d, &d->imap_watch, &imap_words));
    sooner(&next, server_turn(d, &d->copies.watch, &copies_words));
    sooner(&next, server_turn(d, &d->scan_watch, &scan_words));
    sooner(&next, copies_turn(d));
    if (!clock_paused(d)) {
        sooner(&next, reminders(d));
        sooner(&next, office_digest_turn(d));
    }
    disk_turn(d);
    sooner(&next, office_alerts_turn(d));
    return next > clock_now() ? next : clock_now() + 1;
}

/* ---- what to turn */

static bool is_due(int64_t at, int64_t furthest_s)
{
    int64_t now = clock_now();

    return at != 0 && (now >= at || at > now + furthest_s);
}

bool agenda_turn(struct daemon *d, struct agenda *g)
{
    bool turned = false;

    if (d->requests_due || is_due(g->requests_at, LOOK_AGAIN_S)) {
        d->requests_due = false;
        g->requests_at = requests_turn(d);
        turned = true;
    }
    if (d->scan_due || is_due(g->scan_at, SCANNING_PATIENCE_S)) {
        d->scan_due = false;
        g->scan_at = scanning_turn(d);
        turned = true;
    }
    if (d->ticker_due || g->ticker_at == 0 || is_due(g->ticker_at, LOOK_AGAIN_S)) {
        d->ticker_due = false;
        g->ticker_at = ticker_turn(d);
        turned = true;
    }
    if (d->outbox_due || is_due(g->outbox_at, RETRY_LONGEST_S)) {
        g->outbox_at = outbox_turn(d);
        turned = true;
    }
    return turned;
}
