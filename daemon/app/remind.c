/* Reminds. When is round/deadline's decision; this posts what is due and notes the step, in one transaction, so
 * that a step is told once. A party that has answered wholly is passed over, automatic answers and bounces stop
 * nothing. */
#include "app/remind.h"

#include <string.h>

#include "app/filing.h"
#include "app/post.h"
#include "base/clock.h"
#include "base/log.h"

#define UNREADABLE_S 600 /* a round that cannot be read is looked at again then */

struct reminder {
    const struct round_view *view;
    const struct party *party;
    struct seat_row *seat;
    struct deadline deadline;
    const struct contact *to[CONTACTS_MAX];
    size_t n_to;
    unsigned weekend; /* of all who would read it */
    bool told;        /* a notice was made: its cause was new */
};

static bool owes(const struct round_view *v, const struct seat_row *seat)
{
    return round_kinds[v->spec->kind].owes_answer && !seat->complete_at;
}

static void address_to(struct reminder *r)
{
    r->n_to = round_contacts(r->view->spec, r->party, r->to, CONTACTS_MAX);
    for (size_t i = 0; i < r->n_to; i++)
        r->weekend |= r->to[i]->weekend;
}

static bool prepare(struct daemon *d, const struct round_view *v, struct seat_row *seat, struct reminder *r)
{
    *r = (struct reminder){.view = v, .seat = seat, .party = register_find(d->orders.parties, seat->party)};
    if (!r->party)
        return false;
    r->deadline = seat_deadline(d, v, seat);
    address_to(r);
    return r->n_to > 0;
}

unsigned remind_steps_behind(const struct daemon *d, const struct round_view *v, const struct party *party,
                             const struct deadline *dl)
{
    const struct config *c = d->orders.config;
    struct reminder r = {.view = v, .party = party};
    unsigned behind = 0;

    address_to(&r);
    for (size_t i = 0; i < v->spec->n_steps; i++)
        if (step_at(c->zone, &c->working, r.weekend, dl, v->spec->steps[i]) <= clock_now())
            behind |= 1u << i;
    return behind;
}

/* Civil days of the secretariat from today to the deadline's day. */
static int days_left(const struct daemon *d, const struct deadline *dl)
{
    struct civil today = zone_civil(d->orders.config->zone, clock_now());
    int days = (int)((dl->at - clock_now()) / 86400);

    for (int guess = days - 2; guess <= days + 2; guess++)
        if (civil_compare_days(civil_add_days(today, guess), dl->local) == 0)
            return guess;
    return days;
}

static bool is_last_before(const struct round_spec *spec, unsigned done)
{
    for (size_t i = 0; i < spec->n_steps; i++)
        if (spec->steps[i].amount < 0 && !(done & (1u << i)))
            return false;
    return true;
}

/* Why a reminder is made: unique, for the store, and in words, for the story. */
struct reason {
    const char *cause, *words;
};

/* A reminder stands in the thread of the first notice. */
static const char *thread_of(struct daemon *d, struct arena *a, const struct reminder *r)
{
    struct notice_row *rows;
    size_t n;

    if (!store_notices(d->store, a, r->view->row.ref, r->seat->party, &rows, &n, NULL))
        return NULL;
    return n > 0 ? rows[0].message_id : NULL;
}

static bool post_reminder(struct daemon *d, struct arena *a, struct reminder *r, const struct reason *why,
                          unsigned done, struct err *e)
{
    struct standing standing = filing_standing(d, a, r->view, r->seat->party);
    bool before = clock_now() <= r->deadline.at;
    struct post p = {
        .view = r->view,
        .cause = why->cause,
        .letter = {.kind = LETTER_REMINDER,
                   .party = r->party,
                   .deadline_at = r->deadline.at,
                   .now_at = clock_now(),
                   .days_left = days_left(d, &r->deadline),
                   .last_before_deadline = before && is_last_before(r->view->spec, done),
                   .missing = standing.missing,
                   .answered = standing.answered,
                   .late = !before},
        .to = r->to,
        .n_to = r->n_to,
        .in_reply_to = thread_of(d, a, r),
        .priority = 5,
    };
    int64_t notice;

    if (!post(d, a, &p, &notice, e))
        return false;
    r->told = notice != 0;
    return !r->told || story(d,
                             &(struct story_line){
                                 .who = "daemon", .what = "reminded", .round = r->seat->round, .party = r->seat->party},
                             e, "%s", why->words);
}

static bool remind_step(struct daemon *d, struct arena *a, struct reminder *r, const struct reminder_due *due,
                        struct err *e)
{
    char step[16];
    struct reason why;

    step_format(r->view->spec->steps[due->step], step);
    r->seat->steps_done |= due->done_out;
    why.cause = arena_printf(a, "step:%s@%lld", step, (long long)r->deadline.at);
    why.words = arena_printf(a, "step %s of the deadline", step);
    if (daemon_begin(d, e) && post_reminder(d, a, r, &why, r->seat->steps_done, e) &&
        store_update_seat(d->store, r->seat, e) && daemon_commit(d, e))
        return true;
    daemon_rollback(d);
    return false;
}

static int64_t earlier(int64_t one, int64_t other)
{
    return one == 0 || (other != 0 && other < one) ? other : one;
}

static int64_t remind_seat(struct daemon *d, struct arena *a, const struct round_view *v, struct seat_row *seat)
{
    const struct config *c = d->orders.config;
    struct reminder r;
    struct reminder_due due;
    struct err e = {0};

    if (!owes(v, seat) || !prepare(d, v, seat, &r))
        return 0;
    due = reminder_due(c->zone, &c->working, r.weekend, &r.deadline, v->spec->steps, v->spec->n_steps, seat->steps_done,
                       v->row.launched_at, clock_now());
    if (due.step >= 0 && !remind_step(d, a, &r, &due, &e)) {
        log_event(LOG_LEVEL_ERROR, "reminder", "round", seat->round, "party", seat->party, "reason", e.text, NULL);
        return clock_now() + 60;
    }
    return due.step >= 0 ? clock_now() + 1 : due.next_at;
}

/* Nobody of it is reminded: a person must hear of that, once. */
static int64_t unreadable(struct daemon *d, struct arena *a, const char *ref, const struct err *why)
{
    const char *key = arena_printf(a, "unreadable %s", ref);
    struct alert_row about = {.kind = "trouble", .round = ref};
    struct err e = {0};

    if (store_get(d->store, a, key))
        return clock_now() + UNREADABLE_S;
    log_event(LOG_LEVEL_ERROR, "reminder", "round", ref, "reason", why->text, NULL);
    if (!daemon_begin(d, &e) || !store_set(d->store, key, why->text, &e) ||
        !alert(d, &about, &e, "nobody is reminded: %s", why->text) || !daemon_commit(d, &e))
        daemon_rollback(d);
    return clock_now() + UNREADABLE_S;
}

static int64_t remind_round(struct daemon *d, const char *ref)
{
    ARENA_SCOPED a = arena_new();
    struct round_view v;
    struct seat_row *seats;
    size_t n;
    int64_t next = 0;
    struct err e = {0};

    if (!round_view(d, a, ref, &v, &e) || !store_seats(d->store, a, ref, &seats, &n, &e))
        return unreadable(d, a, ref, &e);
    for (size_t i = 0; i < n; i++)
        next = earlier(next, remind_seat(d, a, &v, &seats[i]));
    return next;
}

int64_t remind_turn(struct daemon *d)
{
    ARENA_SCOPED a = arena_new();
    struct round_row *rounds;
    size_t n;
    int64_t next = 0;

    if (!store_rounds(d->store, a, round_state_names[ROUND_OPEN], &rounds, &n, NULL))
        return clock_now() + 60;
    for (size_t i = 0; i < n; i++)
        next = earlier(next, remind_round(d, rounds[i].ref));
    return next;
}

/* ---- by an officer */

#define BY_OFFICER "officer:remind:"
#define RECENT_S   60

bool told_recently(struct daemon *d, struct arena *a, const struct seat_row *seat, const char *cause, bool *recent_out,
                   struct err *e)
{
    struct notice_row *rows;
    size_t n;

    if (!store_notices(d->store, a, seat->round, seat->party, &rows, &n, e))
        return false;
    *recent_out = false;
    for (size_t i = 0; i < n; i++)
        *recent_out |= strncmp(rows[i].cause, cause, strlen(cause)) == 0 && rows[i].created_at > clock_now() - RECENT_S;
    return true;
}

static bool remind_one(struct daemon *d, struct arena *a, struct reminder *r, struct reminded *out, struct err *e)
{
    const char *cause = arena_printf(a, BY_OFFICER "%lld", (long long)clock_now());
    bool recent;

    if (!told_recently(d, a, r->seat, BY_OFFICER, &recent, e))
        return false;
    if (!recent && !post_reminder(d, a, r, &(struct reason){cause, "by an officer"}, r->seat->steps_done, e))
        return false;
    out->told += r->told;
    out->already += !r->told;
    return true;
}

bool remind_now(struct daemon *d, struct arena *a, const struct round_view *v, const char *party, struct reminded *out,
                struct err *e)
{
    struct seat_row *seats;
    size_t n;
    bool invited = false;
    struct reminder r;
    const char *gone = NULL;

    *out = (struct reminded){0};
    if (!store_seats(d->store, a, v->row.ref, &seats, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (party && strcasecmp(party, seats[i].party) != 0)
            continue;
        invited = true;
        if (!owes(v, &seats[i]))
            continue;
        if (!prepare(d, v, &seats[i], &r))
            gone = seats[i].party;
        else if (!remind_one(d, a, &r, out, e))
            return false;
    }
    if (gone && out->told + out->already == 0)
        return err_perm(e, "%s has no contact any more that this round writes to: see `taamim party show`", gone);
    return invited || !party || err_perm(e, "%s is not in round %s", party, v->row.ref);
}
