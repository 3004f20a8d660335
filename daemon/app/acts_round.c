/* An officer's acts on a round: extend, remind, note, resend, close, cancel. */
#include <string.h>

#include "app/acts.h"
#include "app/launch.h"
#include "app/post.h"
#include "app/remind.h"
#include "base/clock.h"
#include "mail/address.h"
#include "mail/lang.h"

#define CONTACTS_MAX 64

static bool begin_on(struct daemon *d, struct arena *a, const struct act *act, struct round_view *v, struct err *e)
{
    if (!round_view(d, a, act->ref, v, e))
        return false;
    if (strcmp(v->row.state, round_state_names[ROUND_OPEN]) != 0)
        return err_perm(e, "round %s is %s already", v->row.ref, v->row.state);
    return store_begin(d->store, e);
}

static bool done(struct daemon *d, bool good, struct err *e)
{
    daemon_round_changed(d);
    if (good && store_commit(d->store, e))
        return true;
    store_rollback(d->store);
    return false;
}

static bool say(struct daemon *d, const struct act *act, const struct round_view *v, const char *what, const char *text,
                struct err *e)
{
    return story(d, &(struct story_line){.who = act->who, .what = what, .round = v->row.ref, .party = act->party}, e, "%s", text);
}

/* ---- a letter to the parties of a round */

static bool post_letter(struct daemon *d, struct arena *a, const struct round_view *v, const struct seat_row *seat,
                        const struct letter *letter, const char *cause, struct err *e)
{
    const struct contact *to[CONTACTS_MAX];
    const struct party *party = register_find(d->orders.parties, seat->party);
    size_t n = party ? round_contacts(v->spec, party, to, CONTACTS_MAX) : 0;
    struct notice_row *first;
    size_t n_first;
    int64_t notice;
    struct post p = {.view = v, .cause = cause, .letter = *letter, .to = to, .n_to = n, .priority = 5};

    if (n == 0) /* gone from the register: nobody to tell */
        return true;
    if (!store_notices(d->store, a, v->row.ref, seat->party, &first, &n_first, e))
        return false;
    p.letter.party = party;
    p.letter.now_at = clock_now();
    p.letter.deadline_at = seat_deadline(d, v, seat).at;
    p.letter.answered = seat->answered_at != 0;
    p.letter.complete = seat->complete_at != 0;
    p.in_reply_to = n_first ? first[0].message_id : NULL;
    return post(d, a, &p, &notice, e);
}

/* An extension for all says nothing to a party whose own is longer. */
static bool concerns(const struct round_view *v, const struct seat_row *seat, const struct letter *letter)
{
    return !(letter->kind == LETTER_EXTENSION && letter->for_all && seat->deadline_at > v->row.deadline_at);
}

static int post_to_seats(struct daemon *d, struct arena *a, const struct round_view *v, const char *party,
                         const struct letter *letter, const char *cause, struct err *e)
{
    struct seat_row *seats;
    size_t n;
    int posted = 0;

    if (!store_seats(d->store, a, v->row.ref, &seats, &n, e))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if ((party && strcasecmp(party, seats[i].party) != 0) || !concerns(v, &seats[i], letter))
            continue;
        if (!post_letter(d, a, v, &seats[i], letter, cause, e))
            return -1;
        posted++;
    }
    if (party && posted == 0) {
        err_perm(e, "%s is not in round %s", party, v->row.ref);
        return -1;
    }
    return posted;
}

/* ---- extend */

static uint32_t steps_behind(struct daemon *d, const struct round_view *v, const char *party, const struct deadline *dl)
{
    const struct party *p = register_find(d->orders.parties, party);

    return p ? remind_steps_behind(d, v, p, dl) : 0;
}

static bool extend_seat(struct daemon *d, struct arena *a, const struct round_view *v, const char *party,
                        const struct deadline *dl, const char *text, struct err *e)
{
    struct seat_row seat;

    if (!store_seat(d->store, a, v->row.ref, party, &seat, e))
        return false;
    if (!seat.party)
        return err_perm(e, "%s is not in round %s", party, v->row.ref);
    seat.deadline_at = dl->at;
    seat.deadline_text = text;
    seat.steps_done = steps_behind(d, v, seat.party, dl);
    return store_update_seat(d->store, &seat, e);
}

static bool extend_all(struct daemon *d, struct arena *a, const struct round_view *v, const struct deadline *dl,
                       const char *text, struct err *e)
{
    struct seat_row *seats;
    size_t n;

    if (!store_set_round_deadline(d->store, v->row.ref, dl->at, text, e) || !store_seats(d->store, a, v->row.ref, &seats, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (seats[i].deadline_at > dl->at) /* its own extension is longer */
            continue;
        seats[i].deadline_at = 0;
        seats[i].deadline_text = "";
        seats[i].steps_done = steps_behind(d, v, seats[i].party, dl);
        if (!store_update_seat(d->store, &seats[i], e))
            return false;
    }
    return true;
}

static bool new_deadline(struct daemon *d, const struct act *act, struct deadline *dl, struct err *e)
{
    if (!deadline_parse(act->text, d->orders.config->zone, clock_now(), dl, e))
        return false;
    return dl->at > clock_now() || err_perm(e, "the new deadline %s lies in the past", act->text);
}

bool act_extend(struct daemon *d, struct arena *a, const struct act *act, const char **text_out, struct err *e)
{
    struct round_view v;
    struct deadline dl;
    struct letter letter = {.kind = LETTER_EXTENSION, .for_all = !act->party};
    const char *text, *words;
    int n;
    bool good;

    if (!new_deadline(d, act, &dl, e) || !begin_on(d, a, act, &v, e))
        return false;
    words = instant_in_words(a, LANG_EN, d->orders.config->zone, dl.at);
    text = arena_printf(a, "%s %s", act->text, d->orders.config->zone_name);
    letter.old_deadline_at = v.row.deadline_at;
    good = act->party ? extend_seat(d, a, &v, act->party, &dl, text, e) : extend_all(d, a, &v, &dl, text, e);
    v.row.deadline_at = act->party ? v.row.deadline_at : dl.at;
    n = good ? post_to_seats(d, a, &v, act->party, &letter, arena_printf(a, "extend:%lld", (long long)dl.at), e) : -1;
    good = n >= 0 && say(d, act, &v, "extended", words, e);
    *text_out = arena_printf(a, "%s: deadline extended to %s; %d told", v.row.ref, words, n);
    return done(d, good, e);
}

/* ---- remind, note, resend */

static const char *stamped(struct arena *a, const char *what)
{
    return arena_printf(a, "officer:%s:%lld", what, (long long)clock_now());
}

bool act_remind(struct daemon *d, struct arena *a, const struct act *act, const char **text_out, struct err *e)
{
    struct round_view v;
    int n;

    if (!begin_on(d, a, act, &v, e))
        return false;
    n = remind_now(d, a, &v, act->party, stamped(a, "remind"), e);
    *text_out = n == 0 ? arena_printf(a, "%s: nobody to remind: all asked have answered wholly", v.row.ref)
                       : arena_printf(a, "%s: reminders to %d", v.row.ref, n);
    return done(d, n >= 0 && (n == 0 || say(d, act, &v, "reminded", *text_out, e)), e);
}

bool act_note(struct daemon *d, struct arena *a, const struct act *act, const char **text_out, struct err *e)
{
    struct round_view v;
    struct letter letter = {.kind = LETTER_CORRIGENDUM};
    char hash[65];
    int n;

    if (!act->text || !*act->text)
        return err_perm(e, "the note is empty");
    if (!begin_on(d, a, act, &v, e))
        return false;
    for (int i = 0; i < LANG_COUNT; i++)
        letter.body[i] = act->text;
    hash_sha256(act->text, strlen(act->text), hash);
    n = post_to_seats(d, a, &v, act->party, &letter, arena_printf(a, "note:%.16s", hash), e);
    *text_out = arena_printf(a, "%s: the note goes to %d", v.row.ref, n);
    return done(d, n >= 0 && say(d, act, &v, "note", act->text, e), e);
}

static void allow_again(struct daemon *d, const char *address)
{
    store_unsuppress(d->store, address, NULL);
    store_clear_failures(d->store, address, NULL);
}

static const struct contact *contact_with(const struct round_view *v, const struct party *p, const char *address)
{
    for (size_t i = 0; i < p->n_contacts; i++)
        if (address_same(p->contacts[i].address, address))
            return &p->contacts[i];
    for (size_t i = 0; i < v->spec->n_contacts; i++)
        if (strcasecmp(v->spec->contacts[i].party, p->code) == 0 &&
            address_same(v->spec->contacts[i].contact.address, address))
            return &v->spec->contacts[i].contact;
    return NULL;
}

/* An invited party, and, where an address is named, its contact in the register or in this round. */
static const struct party *find_addressee(struct daemon *d, struct arena *a, const struct round_view *v, const struct act *act,
                                          const struct contact **only_out, struct err *e)
{
    const struct party *p = register_find(d->orders.parties, act->party);
    struct seat_row seat = {0};

    *only_out = p && act->address ? contact_with(v, p, act->address) : NULL;
    if (!p)
        err_perm(e, "the register has no party %s", act->party);
    else if (store_seat(d->store, a, v->row.ref, p->code, &seat, e) && !seat.party)
        err_perm(e, "%s is not in round %s", p->code, v->row.ref);
    else if (seat.party && act->address && !*only_out)
        err_perm(e, "%s is no contact of %s: add it to the register first", act->address, p->code);
    else if (seat.party)
        return p;
    return NULL;
}

bool act_resend(struct daemon *d, struct arena *a, const struct act *act, const char **text_out, struct err *e)
{
    struct round_view v;
    const struct party *party;
    const struct contact *only;
    int64_t notice;
    bool good;

    if (!begin_on(d, a, act, &v, e))
        return false;
    party = find_addressee(d, a, &v, act, &only, e);
    if (!party)
        return done(d, false, e);
    for (size_t i = 0; i < party->n_contacts; i++) /* an officer's word: these addresses may be written to again */
        if (!only || address_same(only->address, party->contacts[i].address))
            allow_again(d, party->contacts[i].address);
    good = launch_notice(d, a, &v, party, stamped(a, "resend"), only, &notice, e);
    *text_out = arena_printf(a, "%s: the notice goes to %s again%s%s", v.row.ref, party->code, only ? ", to " : "",
                             only ? only->address : "");
    return done(d, good && say(d, act, &v, "resent", *text_out, e), e);
}

/* ---- close, cancel */

static bool end_round(struct daemon *d, struct arena *a, const struct act *act, enum round_state state, const char **text_out,
                      struct err *e)
{
    struct round_view v;
    struct letter letter = {.kind = LETTER_CLOSING, .cancelled = state == ROUND_CANCELLED};
    const char *name = round_state_names[state];
    int n;
    bool good;

    if (!begin_on(d, a, act, &v, e))
        return false;
    /* A closed round's reminders are pointless; of a cancelled one nothing more leaves. */
    good = store_set_round_state(d->store, v.row.ref, name, clock_now(), e) &&
           store_cancel_deliveries(d->store, v.row.ref, state == ROUND_CLOSED ? letter_kind_names[LETTER_REMINDER] : NULL, e);
    n = good ? post_to_seats(d, a, &v, NULL, &letter, name, e) : -1;
    *text_out = arena_printf(a, "%s: %s; %d told", v.row.ref, name, n);
    return done(d, n >= 0 && say(d, act, &v, name, *text_out, e), e);
}

bool act_close(struct daemon *d, struct arena *a, const struct act *act, const char **text_out, struct err *e)
{
    return end_round(d, a, act, ROUND_CLOSED, text_out, e);
}

bool act_cancel(struct daemon *d, struct arena *a, const struct act *act, const char **text_out, struct err *e)
{
    return end_round(d, a, act, ROUND_CANCELLED, text_out, e);
}
