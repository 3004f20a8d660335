/* Composes receipts. It goes to the contact who wrote; where nobody vouched for that sender, or a new address
 * wrote, to the party's own contacts, so that they see what was filed in their name. A sender who is no contact is
 * never written to. A reply without a paper gets the letter that says what to do. */
#include "app/receipt.h"

#include <string.h>

#include "app/covers.h"
#include "app/filing.h"
#include "app/marks.h"
#include "app/post.h"
#include "app/silence.h"
#include "app/trouble.h"
#include "base/clock.h"
#include "mail/address.h"
#include "round/cover.h"

#define TO_MAX       16
#define PAPERS_MAX   100
#define TROUBLES_MAX 40 /* named in one letter */
#define DAY_S        86400

/* How many letters a day, by what they are about; the cause of each begins with its word. Who invents papers in a
 * delegation's name uses up his own. */
struct day_limit {
    const char *cause;
    int most;
};
static const struct day_limit of_verified = {CAUSE_REPLY, 40}, of_unverified = {CAUSE_CLAIMED, 20},
                              of_nothing_new = {CAUSE_NOTHING_NEW, 1};

struct batch {
    struct message_row *messages; /* not yet receipted, oldest first */
    size_t n;
    struct letter_paper *papers;
    size_t n_papers, n_troubles; /* n_papers: both */
    const struct contact *to[TO_MAX];
    size_t n_to;
    const char *unverified; /* the address that nobody vouched for; NULL: none */
    bool late;
    bool asks; /* for another file: in place of one that stays closed or could not be taken, or beside what may be a
                  letter alone */
};

static void add_papers(struct arena *a, struct batch *b, const struct paper_row *rows, size_t n, bool known)
{
    for (size_t i = 0; i < n; i++) {
        struct letter_paper paper = {.name = rows[i].name,
                                     .size = rows[i].size,
                                     .sha256 = rows[i].sha256,
                                     .item = rows[i].item,
                                     .version = rows[i].version,
                                     .known = known,
                                     .locked = mark_has(rows[i].marks, MARK_LOCKED),
                                     .closed = mark_has(rows[i].marks, MARK_CLOSED)};

        if (!known || rows[i].current)
            ARENA_PUSH(a, b->papers, b->n_papers, paper);
    }
}

/* What could not be taken is told beside what was. */
static void add_troubles(struct arena *a, struct batch *b, const struct message_row *m)
{
    struct letter_paper *list;
    size_t n = trouble_list(a, m, &list);

    for (size_t i = 0; i < n && b->n_troubles < TROUBLES_MAX; i++) {
        if (strcmp(list[i].trouble, TROUBLE_OURS) == 0) /* nothing to ask for */
            continue;
        ARENA_PUSH(a, b->papers, b->n_papers, list[i]);
        b->n_troubles++;
    }
}

static bool nothing_taken(const struct batch *b)
{
    return b->n_papers == b->n_troubles;
}

static bool brings_news(const struct batch *b)
{
    for (size_t i = 0; i < b->n_papers; i++)
        if (!b->papers[i].known && !b->papers[i].trouble)
            return true;
    return false;
}

/* As the papers stand now: what came since may be the paper that the letter speaks of. */
static bool mark_covers(struct daemon *d, struct arena *a, const struct round_view *v, const struct seat_row *seat,
                        struct batch *b, struct err *e)
{
    unsigned alone;

    if (!covers_of(d, a, v, seat->party, &alone, e))
        return false;
    for (size_t i = 0; i < b->n_papers; i++) {
        struct letter_paper *p = &b->papers[i];

        p->maybe_cover = !p->trouble && cover_meant(v->spec, alone, p->item);
        b->asks |= p->maybe_cover || p->locked || p->closed || p->trouble;
    }
    return true;
}

static bool is_unverified(const struct message_row *m)
{
    return mark_has(m->marks, MARK_UNVERIFIED);
}

/* What somebody vouches for is told first: nothing that others send in its name keeps it back. */
static void verified_first(struct arena *a, struct batch *b)
{
    struct message_row *sorted = arena_alloc(a, (b->n + 1) * sizeof *sorted);
    size_t n = 0;

    for (int unverified = 0; unverified < 2; unverified++)
        for (size_t i = 0; i < b->n; i++)
            if (is_unverified(&b->messages[i]) == (unverified == 1))
                sorted[n++] = b->messages[i];
    b->messages = sorted;
}

static const struct day_limit *limit_of(const struct batch *b)
{
    if (!brings_news(b))
        return &of_nothing_new;
    return is_unverified(&b->messages[0]) ? &of_unverified : &of_verified;
}

/* Where all that came was known, the receipt names what had been received before. */
static bool collect_papers(struct daemon *d, struct arena *a, const struct seat_row *seat, struct batch *b,
                           struct err *e)
{
    struct paper_row *rows;
    size_t n;
    bool known = false;

    for (size_t i = 0; i < b->n; i++) {
        if (!store_papers_of_message(d->store, a, b->messages[i].id, &rows, &n, e))
            return false;
        add_papers(a, b, rows, n, false);
        add_troubles(a, b, &b->messages[i]);
        if (b->n_papers - b->n_troubles >= PAPERS_MAX) /* the rest is told by the next one */
            b->n = i + 1;
        known |= mark_has(b->messages[i].marks, MARK_KNOWN);
    }
    if (!nothing_taken(b) || !known)
        return true;
    if (!store_papers(d->store, a, seat->round, seat->party, &rows, &n, e))
        return false;
    add_papers(a, b, rows, n, true);
    return true;
}

static void add_to(struct batch *b, const struct contact *c)
{
    for (size_t i = 0; i < b->n_to; i++)
        if (address_same(b->to[i]->address, c->address))
            return;
    if (b->n_to < TO_MAX)
        b->to[b->n_to++] = c;
}

static void add_focal_points(struct batch *b, const struct round_view *v, const struct party *p)
{
    const struct contact *all[64];
    size_t n = round_contacts(v->spec, p, all, 64);
    bool has_focal_point = false;

    for (size_t i = 0; i < n; i++)
        if (all[i]->role == ROLE_FOCAL_POINT) {
            add_to(b, all[i]);
            has_focal_point = true;
        }
    for (size_t i = 0; i < n && !has_focal_point; i++)
        add_to(b, all[i]);
}

static void address_batch(struct batch *b, const struct round_view *v, const struct party *p)
{
    bool known = true;

    for (size_t i = 0; i < b->n; i++) {
        const struct contact *c = round_contact_at(v, p, b->messages[i].sender);

        if (c)
            add_to(b, c);
        known = known && c;
        if (is_unverified(&b->messages[i]))
            b->unverified = b->messages[i].sender;
        b->late |= mark_has(b->messages[i].marks, MARK_LATE);
    }
    if (!known || b->unverified || b->n_to == 0)
        add_focal_points(b, v, p);
}

static bool post_batch(struct daemon *d, struct arena *a, const struct round_view *v, const struct seat_row *seat,
                       const struct batch *b, int64_t *notice_out, struct err *e)
{
    const struct message_row *last = &b->messages[b->n - 1];
    struct standing standing = filing_standing(d, a, v, seat->party);
    struct post receipt = {
        .view = v,
        .cause = arena_printf(a, "%s%lld", limit_of(b)->cause, (long long)last->id),
        .letter = {.kind = nothing_taken(b) ? LETTER_PROBLEM : LETTER_RECEIPT,
                   .party = register_find(d->orders.parties, seat->party),
                   .deadline_at = seat_deadline(d, v, seat).at,
                   .now_at = clock_now(),
                   .papers = b->papers,
                   .n_papers = b->n_papers,
                   .missing = standing.missing,
                   .answered = standing.answered,
                   .complete = standing.complete && !b->asks,
                   .late = b->late,
                   .unverified = b->unverified != NULL,
                   .sender = b->unverified},
        .to = b->to,
        .n_to = b->n_to,
        .in_reply_to = *last->message_id ? last->message_id : NULL,
    };

    return post(d, a, &receipt, notice_out, e);
}

static bool mark_told(struct daemon *d, const struct batch *b, int64_t notice, struct err *e)
{
    for (size_t i = 0; i < b->n; i++) {
        b->messages[i].receipt = notice ? notice : -1;
        if (!store_update_message(d->store, &b->messages[i], e))
            return false;
    }
    return true;
}

/* A machine that answers our answers, or one that invents papers in a delegation's name, gets letters up to a number
 * a day. What comes above waits for the next one: nothing is left untold. *until_out: until when; 0: it may go now. */
static bool waits(struct daemon *d, struct arena *a, const struct seat_row *seat, const struct batch *b,
                  int64_t *until_out, struct err *e)
{
    const struct day_limit *limit = limit_of(b);
    int64_t since_at = clock_now() - DAY_S, first_at = 0;
    struct notice_row *rows;
    int told = 0;
    size_t n;

    if (!store_notices(d->store, a, seat->round, seat->party, &rows, &n, e))
        return false;
    for (size_t i = n; i > 0 && told < limit->most && rows[i - 1].created_at > since_at; i--) /* the latest first */
        if (strncmp(rows[i - 1].cause, limit->cause, strlen(limit->cause)) == 0) {
            told++;
            first_at = rows[i - 1].created_at;
        }
    *until_out = told < limit->most ? 0 : first_at + DAY_S;
    return true;
}

static bool tell(struct daemon *d, struct arena *a, const struct round_view *v, struct seat_row *seat, struct batch *b,
                 struct err *e)
{
    int64_t notice = 0;

    if (b->n_to > 0 && !post_batch(d, a, v, seat, b, &notice, e))
        return false;
    seat->receipt_at = clock_now();
    return mark_told(d, b, notice, e);
}

/* A letter goes, or waits for tomorrow, or there is none to write any more. */
static bool tell_in_time(struct daemon *d, struct arena *a, const struct round_view *v, struct seat_row *seat,
                         struct batch *b, struct err *e)
{
    bool silent = false;
    int64_t later;

    if (!brings_news(b) && !silence_due(d, a, seat, b->messages, b->n, &silent, e))
        return false;
    if (silent)
        return mark_told(d, b, 0, e);
    if (!waits(d, a, seat, b, &later, e))
        return false;
    if (later)
        seat->receipt_due_at = later;
    return later || tell(d, a, v, seat, b, e);
}

bool receipt_post(struct daemon *d, struct arena *a, const struct round_view *v, struct seat_row *seat, struct err *e)
{
    struct batch b = {0};
    const struct party *p = register_find(d->orders.parties, seat->party);
    size_t all;

    if (!store_messages_unreceipted(d->store, a, seat->round, seat->party, &b.messages, &b.n, e))
        return false;
    all = b.n;
    verified_first(a, &b);
    if (!collect_papers(d, a, seat, &b, e) || !mark_covers(d, a, v, seat, &b, e))
        return false;
    seat->receipt_due_at = b.n < all || all == UNRECEIPTED_MOST ? clock_now() + d->orders.config->receipt_every_s : 0;
    if (b.n > 0 && p) {
        address_batch(&b, v, p);
        if (!tell_in_time(d, a, v, seat, &b, e))
            return false;
    }
    return store_update_seat(d->store, seat, e);
}
