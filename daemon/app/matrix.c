/* Where every party of a round stands, counted out of the store: one pass over the seats, the papers, the messages
 * and the notices of the round. Nothing is asked per party; only deliveries are listed per notice. An address counts
 * once, by its latest delivery: a notice that bounced and then went through on a resend has gone through. What a
 * person sees as the day of an answer is the day it came, not the day an officer accepted it. */
#include "app/matrix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/marks.h"
#include "app/roundfile.h"
#include "base/wire.h"
#include "round/judge.h"
#include "round/retry.h"

/* What is gathered of a party while the lists are gone through. */
struct tally {
    struct matrix_row *row;
    struct delivery_row *latest; /* of each address */
    size_t n_latest;
    struct paper_fact *facts;
    size_t n_facts;
    int64_t first_received_at;
    int64_t note_id, away_id; /* the messages whose words are shown; 0 = none */
    char away_sender[256];
};

struct count {
    struct store *store;
    struct arena *a;   /* of the result */
    struct arena *own; /* of what is counted */
    struct matrix *m;
    struct tally *tallies; /* by code */
};

static int by_code(const void *one, const void *other)
{
    return strcasecmp(((const struct tally *)one)->row->party, ((const struct tally *)other)->row->party);
}

static struct tally *tally_of(const struct count *c, const char *party)
{
    struct matrix_row row = {.party = party};
    struct tally key = {.row = &row};

    return c->m->n ? bsearch(&key, c->tallies, c->m->n, sizeof key, by_code) : NULL;
}

/* ---- seats */

static struct matrix_row row_of(const struct matrix *m, const struct party_register *r, const struct seat_row *seat)
{
    return (struct matrix_row){
        .party = seat->party,
        .who = register_find(r, seat->party),
        .answered_at = seat->answered_at,
        .deadline_at = seat->deadline_at ? seat->deadline_at : m->round.deadline_at,
        .extended = seat->deadline_at != 0,
    };
}

static bool count_seats(struct count *c, const struct party_register *r, struct err *e)
{
    struct matrix *m = c->m;
    struct seat_row *seats;

    if (!store_seats(c->store, c->a, m->round.ref, &seats, &m->n, e))
        return false;
    m->rows = arena_alloc(c->a, (m->n + 1) * sizeof *m->rows);
    c->tallies = arena_alloc(c->own, (m->n + 1) * sizeof *c->tallies);
    for (size_t i = 0; i < m->n; i++) {
        m->rows[i] = row_of(m, r, &seats[i]);
        c->tallies[i].row = &m->rows[i];
    }
    if (m->n)
        qsort(c->tallies, m->n, sizeof *c->tallies, by_code);
    return true;
}

/* ---- what came */

static bool tells_of_delivery(const char *kind)
{
    return strcmp(kind, mail_kind_names[MAIL_BOUNCE]) == 0 || strcmp(kind, mail_kind_names[MAIL_DELAYED]) == 0 ||
           strcmp(kind, mail_kind_names[MAIL_DELIVERED]) == 0 || strcmp(kind, mail_kind_names[MAIL_FEEDBACK]) == 0;
}

static void count_paper(void *arg, const struct paper_seen *p)
{
    const struct count *c = arg;
    struct tally *t = tally_of(c, p->party);

    if (!t)
        return;
    ARENA_PUSH(c->own, t->facts, t->n_facts, (struct paper_fact){p->item, "", p->current});
    t->row->papers += p->current && !mark_has(p->marks, MARK_ARCHIVE);
    t->row->locked += p->current && mark_has(p->marks, MARK_LOCKED);
    t->row->closed += p->current && mark_has(p->marks, MARK_CLOSED);
    t->row->covers += p->current && p->item == ITEM_COVER;
    if (p->received_at && (!t->first_received_at || p->received_at < t->first_received_at))
        t->first_received_at = p->received_at;
}

/* By their number, which is the order they came in: what a sender says whom nobody vouches for takes the place of his
 * like alone. */
static void note_absence(struct tally *t, const struct reply_seen *m)
{
    struct matrix_row *row = t->row;
    bool unverified = mark_has(m->marks, MARK_UNVERIFIED);

    if (t->away_id && unverified && !row->away_unverified)
        return;
    if (strcmp(m->state, "noted") == 0 && mark_has(m->marks, MARK_AWAY)) {
        t->away_id = m->id;
        row->away_unverified = unverified;
        snprintf(t->away_sender, sizeof t->away_sender, "%s", m->sender);
    } else if (strcmp(m->state, "filed") == 0 && t->away_id &&
               strncasecmp(t->away_sender, m->sender, sizeof t->away_sender - 1) == 0) {
        t->away_id = 0;
        row->away_unverified = false;
    }
}

static void note_words(struct tally *t, const struct reply_seen *m)
{
    bool unverified = mark_has(m->marks, MARK_UNVERIFIED);

    if (!m->has_text || (t->note_id && unverified && !t->row->note_unverified))
        return;
    t->note_id = m->id;
    t->row->note_unverified = unverified;
}

static void count_reply(void *arg, const struct reply_seen *m)
{
    const struct count *c = arg;
    struct tally *t = tally_of(c, m->party);
    bool held = strcmp(m->state, "held") == 0;
    bool noted = strcmp(m->state, "noted") == 0 && !tells_of_delivery(m->kind);
    bool filed = strcmp(m->state, "filed") == 0, empty = filed && !m->brought;

    c->m->held_replies += held;
    if (!t)
        return;
    note_absence(t, m);
    t->row->wrote |= filed;
    t->row->held += held;
    t->row->notes += noted || empty;
    if (empty)
        note_words(t, m);
}

/* The words of one message for each party at most. */
static bool quote(const struct count *c, const struct tally *t, struct err *e)
{
    struct message_row note = {0}, away = {0};

    if ((t->note_id && !store_message(c->store, c->own, t->note_id, &note, e)) ||
        (t->away_id && !store_message(c->store, c->own, t->away_id, &away, e)))
        return false;
    t->row->note = arena_strdup(c->a, note.text);
    t->row->away = arena_strdup(c->a, away.why);
    return true;
}

static bool count_replies(struct count *c, struct err *e)
{
    const struct seen_calls calls = {count_reply, count_paper, c};

    if (!store_look_through(c->store, c->m->round.ref, &calls, e))
        return false;
    for (size_t i = 0; i < c->m->n; i++)
        if (!quote(c, &c->tallies[i], e))
            return false;
    return true;
}

/* ---- what went out */

static void note_delivery(struct count *c, struct tally *t, const struct delivery_row *d)
{
    for (size_t i = 0; i < t->n_latest; i++)
        if (strcasecmp(t->latest[i].address, d->address) == 0) {
            t->latest[i] = *d;
            return;
        }
    ARENA_PUSH(c->own, t->latest, t->n_latest, *d);
}

static bool count_notice(struct count *c, const struct notice_row *n, struct err *e)
{
    struct tally *t = tally_of(c, n->party);
    struct delivery_row *rows;
    size_t n_rows;

    if (!t)
        return true;
    t->row->reminded += strcmp(n->kind, "reminder") == 0;
    if (strcmp(n->kind, "notice") != 0 && strcmp(n->kind, "corrigendum") != 0)
        return true;
    if (!store_deliveries_of(c->store, c->own, n->id, &rows, &n_rows, e))
        return false;
    for (size_t i = 0; i < n_rows; i++)
        note_delivery(c, t, &rows[i]);
    return true;
}

static bool count_notices(struct count *c, struct err *e)
{
    struct notice_row *rows;
    size_t n;

    if (!store_notices(c->store, c->own, c->m->round.ref, NULL, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!count_notice(c, &rows[i], e))
            return false;
    return true;
}

static void add_state(struct matrix_row *row, enum delivery_state state)
{
    row->addresses++;
    switch (state) {
    case DELIVERY_SENT: row->sent++; break;
    case DELIVERY_FAILED: row->failed++; break;
    case DELIVERY_BOUNCED: row->bounced++; break;
    case DELIVERY_QUEUED:
    case DELIVERY_SENDING:
    case DELIVERY_DEFERRED:
    case DELIVERY_UNCERTAIN: row->waiting++; break;
    case DELIVERY_CANCELLED: break;
    }
}

/* ---- the sum */

static void settle(const struct matrix *m, const struct tally *t)
{
    struct standing standing = standing_of(m->spec, t->facts, t->n_facts);
    struct matrix_row *row = t->row;

    for (size_t i = 0; i < t->n_latest; i++) {
        int state;

        if (enum_by_name(delivery_state_names, DELIVERY_STATE_COUNT, t->latest[i].state, &state))
            add_state(row, (enum delivery_state)state);
    }
    row->answered = standing.answered;
    row->complete = standing.complete;
    row->wrote = row->wrote && !row->answered;
    row->missing = standing.missing;
    if (!row->answered)
        row->answered_at = 0;
    else if (t->first_received_at)
        row->answered_at = t->first_received_at;
    row->late = row->answered && row->answered_at > row->deadline_at;
}

static void add_up(struct matrix *m)
{
    for (size_t i = 0; i < m->n; i++) {
        const struct matrix_row *row = &m->rows[i];

        m->complete += row->answered && row->complete;
        m->partial += row->answered && !row->complete;
        m->wrote += row->wrote;
        m->silent += !row->answered && !row->wrote;
        m->bounced += row->bounced > 0;
        m->held += row->held > 0;
        m->papers += row->papers;
    }
}

static bool read_round(struct count *c, const struct config *config, const char *ref, struct err *e)
{
    JSON_SCOPED spec = NULL;

    if (!store_round(c->store, c->a, ref, &c->m->round, e))
        return false;
    if (!c->m->round.ref)
        return err_perm(e, "there is no round %s; `taamim round list` shows them", ref);
    spec = json_loads(c->m->round.spec, 0, NULL);
    c->m->spec = spec ? round_spec_from_json(c->a, spec, config, e) : NULL;
    if (!spec)
        err_perm(e, "its round file does not read as JSON");
    return c->m->spec || err_prefix(e, "the stored round %s", ref);
}

bool matrix_of(struct store *s, struct arena *a, const struct config *c, const struct party_register *r,
               const char *ref, struct matrix *out, struct err *e)
{
    ARENA_SCOPED own = arena_new();
    struct matrix m = {0};
    struct count count = {.store = s, .a = a, .own = own, .m = &m};

    if (!read_round(&count, c, ref, e) || !count_seats(&count, r, e) || !count_replies(&count, e) ||
        !count_notices(&count, e))
        return false;
    for (size_t i = 0; i < m.n; i++)
        settle(&m, &count.tallies[i]);
    add_up(&m);
    *out = m;
    return true;
}
