/* An officer's acts on a round: extend, remind, note, resend, close, cancel. */
#include <string.h>

#include "app/acts.h"
#include "app/filing.h"
#include "app/launch.h"
#include "app/post.h"
#include "app/remind.h"
#include "base/clock.h"
#include "mail/address.h"
#include "mail/lang.h"

#define NOTE_BYTES_MAX (64 << 10)

static bool begin_on(struct daemon *d, struct arena *a, const struct act *act, struct round_view *v, struct err *e)
{
    if (!round_view(d, a, act->ref, v, e))
        return false;
    if (strcmp(v->row.state, round_state_names[ROUND_OPEN]) != 0)
        return err_perm(e, "round %s is %s already", v->row.ref, v->row.state);
    return daemon_begin(d, e);
}

static bool done(struct daemon *d, bool good, struct err *e)
{
    daemon_round_changed(d);
    if (good && daemon_commit(d, e))
        return true;
    daemon_rollback(d);
    return false;
}

static bool say(struct daemon *d, const struct act *act, const struct round_view *v, const char *what, const char *text,
                struct err *e)
{
    return story(d, &(struct story_line){.who = act->who, .what = what, .round = v->row.ref, .party = act->party}, e,
                 "%s", text);
}

/* ---- a letter to the parties of a round */

/* How many parties a letter was for, and for how many it was new. */
struct told {
    int asked, told;
};

static bool post_letter(struct daemon *d, struct arena *a, const struct round_view *v, const struct seat_row *seat,
                        const struct post *what, struct told *t, struct err *e)
{
    const struct contact *to[CONTACTS_MAX];
    const struct party *party = register_find(d->orders.parties, seat->party);
    size_t n = party ? round_contacts(v->spec, party, to, CONTACTS_MAX) : 0;
    struct notice_row *first;
    size_t n_first;
    int64_t notice;
    struct post p = *what;

    if (n == 0) /* gone from the register: nobody to tell */
        return true;
    if (!store_notices(d->store, a, v->row.ref, seat->party, &first, &n_first, e))
        return false;
    p.view = v;
    p.to = to;
    p.n_to = n;
    p.priority = 5;
    p.letter.party = party;
    p.letter.now_at = clock_now();
    p.letter.deadline_at = seat_deadline(d, v, seat).at;
    p.letter.answered = seat->answered_at != 0;
    p.letter.complete = seat->complete_at != 0;
    p.letter.missing = filing_standing(d, a, v, seat->party).missing;
    p.in_reply_to = n_first ? first[0].message_id : NULL;
    if (!post(d, a, &p, &notice, e))
        return false;
    t->asked++;
    t->told += notice != 0;
    return true;
}

static bool may_have_left(const struct delivery_row *row)
{
    static const enum delivery_state left[] = {DELIVERY_SENT, DELIVERY_SENDING, DELIVERY_BOUNCED, DELIVERY_UNCERTAIN};

    for (size_t i = 0; i < sizeof left / sizeof *left; i++)
        if (strcmp(row->state, delivery_state_names[left[i]]) == 0)
            return true;
    return false;
}

/* Whether anything of this round has left for the party, or may have. */
static bool was_written_to(struct daemon *d, struct arena *a, const struct seat_row *seat, bool *out, struct err *e)
{
    struct notice_row *notices;
    struct delivery_row *rows;
    size_t n_notices, n;

    *out = false;
    if (!store_notices(d->store, a, seat->round, seat->party, &notices, &n_notices, e))
        return false;
    for (size_t i = 0; i < n_notices && !*out; i++) {
        if (!store_deliveries_of(d->store, a, notices[i].id, &rows, &n, e))
            return false;
        for (size_t k = 0; k < n; k++)
            *out |= may_have_left(&rows[k]);
    }
    return true;
}

static bool post_to_seats(struct daemon *d, struct arena *a, const struct round_view *v, const char *party,
                          const struct post *what, struct told *t, struct err *e)
{
    struct seat_row *seats;
    size_t n;
    bool invited = false, reached = true;

    if (!store_seats(d->store, a, v->row.ref, &seats, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (party && strcasecmp(party, seats[i].party) != 0)
            continue;
        invited = true;
        if (what->letter.cancelled && !was_written_to(d, a, &seats[i], &reached, e))
            return false;
        if (reached && !post_letter(d, a, v, &seats[i], what, t, e))
            return false;
    }
    return invited || !party || err_perm(e, "%s is not in round %s", party, v->row.ref);
}

static const char *told_in_words(struct arena *a, const struct told *t)
{
    int already = t->asked - t->told;

    return already ? arena_printf(a, "%d told, %d told already", t->told, already)
                   : arena_printf(a, "%d told", t->told);
}

/* ---- extend */

struct extension {
    struct deadline to;
    const char *text;     /* as the store keeps it */
    int64_t round_before; /* the round's deadline until now */
};

static uint32_t steps_behind(struct daemon *d, const struct round_view *v, const char *party, const struct deadline *dl)
{
    const struct party *p = register_find(d->orders.parties, party);

    return p ? remind_steps_behind(d, v, p, dl) : 0;
}

/* A party whose own deadline is as late already keeps it, and is told nothing. The cause names both ends: a
 * deadline only ever moves on, so that it is the same for the same act alone. */
static bool extend_seat(struct daemon *d, struct arena *a, const struct round_view *v, struct seat_row *seat,
                        const struct act *act, const struct extension *x, struct told *t, struct err *e)
{
    int64_t before = seat->deadline_at ? seat->deadline_at : x->round_before;
    struct post p = {.cause = arena_printf(a, "extend:%lld:%lld", (long long)before, (long long)x->to.at),
                     .letter = {.kind = LETTER_EXTENSION, .for_all = !act->party, .old_deadline_at = before}};

    if (before >= x->to.at)
        return true;
    seat->deadline_at = act->party ? x->to.at : 0;
    seat->deadline_text = act->party ? x->text : "";
    seat->steps_done = steps_behind(d, v, seat->party, &x->to);
    return store_update_seat(d->store, seat, e) && post_letter(d, a, v, seat, &p, t, e);
}

static bool is_later(struct daemon *d, struct arena *a, const char *whose, int64_t before, int64_t after, struct err *e)
{
    const struct zone *z = d->orders.config->zone;

    if (after >= before)
        return true;
    return err_perm(e, "the deadline of %s is %s; %s would be earlier, and a deadline is only moved to a later instant",
                    whose, instant_in_words(a, LANG_EN, z, before), instant_in_words(a, LANG_EN, z, after));
}

static bool extend_seats(struct daemon *d, struct arena *a, const struct round_view *v, const struct act *act,
                         const struct extension *x, struct told *t, struct err *e)
{
    struct seat_row *seats;
    size_t n;
    bool invited = false;

    if (!store_seats(d->store, a, v->row.ref, &seats, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        int64_t before = seats[i].deadline_at ? seats[i].deadline_at : x->round_before;

        if (act->party && strcasecmp(act->party, seats[i].party) != 0)
            continue;
        invited = true;
        if ((act->party && !is_later(d, a, seats[i].party, before, x->to.at, e)) ||
            !extend_seat(d, a, v, &seats[i], act, x, t, e))
            return false;
    }
    return invited || !act->party || err_perm(e, "%s is not in round %s", act->party, v->row.ref);
}

static bool extend_round(struct daemon *d, struct arena *a, struct round_view *v, const struct extension *x,
                         struct err *e)
{
    if (!is_later(d, a, v->row.ref, x->round_before, x->to.at, e) ||
        !store_set_round_deadline(d->store, v->row.ref, x->to.at, x->text, e))
        return false;
    v->row.deadline_at = x->to.at;
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
    struct extension x = {0};
    struct told t = {0};
    const char *words;
    bool good;

    if (!new_deadline(d, act, &x.to, e) || !begin_on(d, a, act, &v, e))
        return false;
    words = instant_in_words(a, LANG_EN, d->orders.config->zone, x.to.at);
    x.text = launch_deadline_text(a, d->orders.config, &x.to);
    x.round_before = v.row.deadline_at;
    good = (act->party || extend_round(d, a, &v, &x, e)) && extend_seats(d, a, &v, act, &x, &t, e);
    if (t.asked == 0) {
        *text_out = arena_printf(a, "%s: the deadline is %s already; nobody is told again", v.row.ref, words);
        return done(d, good, e);
    }
    *text_out = arena_printf(a, "%s: deadline extended to %s; %s", v.row.ref,
                             instant_in_words(a, act->lang, d->orders.config->zone, x.to.at), told_in_words(a, &t));
    return done(d, good && say(d, act, &v, "extended", words, e), e);
}

/* ---- remind, note, resend */

bool act_remind(struct daemon *d, struct arena *a, const struct act *act, const char **text_out, struct err *e)
{
    struct round_view v;
    struct reminded n = {0};
    bool good;

    if (!begin_on(d, a, act, &v, e))
        return false;
    good = remind_now(d, a, &v, act->party, &n, e);
    *text_out = n.told + n.already == 0
                    ? arena_printf(a, "%s: nobody to remind: all asked have answered wholly", v.row.ref)
                    : arena_printf(a, "%s: reminders to %d%s", v.row.ref, n.told,
                                   n.already ? arena_printf(a, "; %d reminded already a moment ago", n.already) : "");
    return done(d, good && (n.told == 0 || say(d, act, &v, "reminded", *text_out, e)), e);
}

static bool is_text(const char *text)
{
    return text && text[strspn(text, " \t\r\n")] != '\0';
}

/* Each language of a party's mail has its text: a state is not sent another's under its own salutation. */
static bool note_reaches(struct daemon *d, const struct round_view *v, const char *code, const struct letter *letter,
                         struct err *e)
{
    const struct contact *to[CONTACTS_MAX];
    const struct party *party = register_find(d->orders.parties, code);
    size_t n = party ? round_contacts(v->spec, party, to, CONTACTS_MAX) : 0;

    for (size_t i = 0; i < n; i++)
        for (int lang = 0; lang < LANG_COUNT; lang++)
            if ((to[i]->langs & LANG_BIT(lang)) && !letter->body[lang])
                return err_perm(e, "the note has no text in [%s], in which %s (%s) is written to; nobody was told",
                                lang_names[lang], code, to[i]->address);
    return true;
}

static bool note_reaches_all(struct daemon *d, struct arena *a, const struct round_view *v, const char *only,
                             const struct letter *letter, struct err *e)
{
    struct seat_row *seats;
    size_t n;

    if (!store_seats(d->store, a, v->row.ref, &seats, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if ((!only || strcasecmp(only, seats[i].party) == 0) && !note_reaches(d, v, seats[i].party, letter, e))
            return false;
    return true;
}

static bool read_note(const struct act *act, struct letter *letter, struct err *e)
{
    bool by_language = false;

    if (!is_text(act->text))
        return err_perm(e, "the note is empty");
    if (strlen(act->text) > NOTE_BYTES_MAX)
        return err_perm(e, "the note is longer than %d KB", NOTE_BYTES_MAX >> 10);
    for (int i = 0; i < LANG_COUNT; i++)
        by_language |= is_text(act->texts[i]);
    for (int i = 0; i < LANG_COUNT; i++)
        letter->body[i] = !by_language ? act->text : is_text(act->texts[i]) ? act->texts[i] : NULL;
    return true;
}

bool act_note(struct daemon *d, struct arena *a, const struct act *act, const char **text_out, struct err *e)
{
    struct round_view v;
    struct post p = {.letter = {.kind = LETTER_CORRIGENDUM}};
    struct told t = {0};
    char hash[65];
    bool good;

    if (!read_note(act, &p.letter, e) || !begin_on(d, a, act, &v, e))
        return false;
    hash_sha256(act->text, strlen(act->text), hash);
    p.cause = arena_printf(a, "note:%.16s", hash);
    good = note_reaches_all(d, a, &v, act->party, &p.letter, e) && post_to_seats(d, a, &v, act->party, &p, &t, e);
    *text_out = arena_printf(a, "%s: the note: %s", v.row.ref, told_in_words(a, &t));
    return done(d, good && (t.told == 0 || say(d, act, &v, "note", act->text, e)), e);
}

/* An officer's word: these addresses may be written to again. Failures are known by the address as it is sent. */
static bool allow_again(struct daemon *d, struct arena *a, const struct contact *const *to, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        const char *wire = address_wire(a, to[i]->address, e);

        if (!wire || !store_unsuppress(d->store, wire, e) || !store_clear_failures(d->store, wire, e))
            return false;
    }
    return true;
}

/* An invited party, and, where an address is named, its contact in the register or in this round. */
static const struct party *find_addressee(struct daemon *d, struct arena *a, const struct round_view *v,
                                          const struct act *act, const struct contact **only_out, struct err *e)
{
    const struct party *p = register_find(d->orders.parties, act->party);
    struct seat_row seat = {0};

    *only_out = p && act->address ? round_contact_at(v, p, act->address) : NULL;
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

static bool resend(struct daemon *d, struct arena *a, const struct round_view *v, const struct party *party,
                   const struct contact *only, bool *recent_out, struct err *e)
{
    const char *cause = arena_printf(a, "officer:resend:%s:", only ? only->address : "all");
    struct seat_row seat = {.round = v->row.ref, .party = party->code};
    const struct contact *to[CONTACTS_MAX] = {only};
    size_t n = only ? 1 : round_contacts(v->spec, party, to, CONTACTS_MAX);
    int64_t notice;

    if (!told_recently(d, a, &seat, cause, recent_out, e))
        return false;
    if (*recent_out)
        return true;
    return allow_again(d, a, to, n, e) &&
           launch_notice(d, a, v, party, arena_printf(a, "%s%lld", cause, (long long)clock_now()), only, &notice, e);
}

bool act_resend(struct daemon *d, struct arena *a, const struct act *act, const char **text_out, struct err *e)
{
    struct round_view v;
    const struct party *party;
    const struct contact *only;
    const char *whom;
    bool good, recent = false;

    if (!begin_on(d, a, act, &v, e))
        return false;
    party = find_addressee(d, a, &v, act, &only, e);
    if (!party)
        return done(d, false, e);
    whom = arena_printf(a, "%s%s%s", party->code, only ? ", to " : "", only ? only->address : "");
    good = resend(d, a, &v, party, only, &recent, e);
    *text_out = recent ? arena_printf(a, "%s: the notice went to %s again a moment ago already", v.row.ref, whom)
                       : arena_printf(a, "%s: the notice goes to %s again", v.row.ref, whom);
    return done(d, good && (recent || say(d, act, &v, "resent", *text_out, e)), e);
}

/* ---- close, cancel */

static bool end_round(struct daemon *d, struct arena *a, const struct act *act, enum round_state state,
                      const char **text_out, struct err *e)
{
    struct round_view v;
    const char *name = round_state_names[state];
    struct post p = {.cause = name, .letter = {.kind = LETTER_CLOSING, .cancelled = state == ROUND_CANCELLED}};
    struct told t = {0};
    bool good;

    if (!begin_on(d, a, act, &v, e))
        return false;
    /* A closed round's reminders are pointless; of a cancelled one nothing more leaves, but the word that it is. */
    good =
        store_set_round_state(d->store, v.row.ref, name, clock_now(), e) && post_to_seats(d, a, &v, NULL, &p, &t, e) &&
        store_cancel_deliveries(d->store, v.row.ref, state == ROUND_CLOSED ? letter_kind_names[LETTER_REMINDER] : NULL,
                                letter_kind_names[LETTER_CLOSING], e);
    *text_out = arena_printf(a, "%s: %s; %s", v.row.ref, name, told_in_words(a, &t));
    return done(d, good && say(d, act, &v, name, *text_out, e), e);
}

bool act_close(struct daemon *d, struct arena *a, const struct act *act, const char **text_out, struct err *e)
{
    return end_round(d, a, act, ROUND_CLOSED, text_out, e);
}

bool act_cancel(struct daemon *d, struct arena *a, const struct act *act, const char **text_out, struct err *e)
{
    return end_round(d, a, act, ROUND_CANCELLED, text_out, e);
}
