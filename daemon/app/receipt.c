/* Composes receipts. It goes to the contact who wrote; where nobody vouched for that sender, or a new address
 * wrote, to the party's own contacts, so that they see what was filed in their name. A sender who is no contact is
 * never written to. A reply without a paper gets the letter that says what to do. */
#include "app/receipt.h"

#include <string.h>

#include "app/filing.h"
#include "app/post.h"
#include "app/trouble.h"
#include "base/clock.h"
#include "mail/address.h"

#define TO_MAX         16
#define PAPERS_MAX     100
#define DAY_S          86400
#define RECEIPTS_A_DAY 20
#define NOTHING_NEW    "nothing_new:" /* cause of a letter about mail that brought nothing new */
#define NOTHING_A_DAY  3

struct batch {
    struct message_row *messages; /* not yet receipted, oldest first */
    size_t n;
    struct letter_paper *papers;
    size_t n_papers, n_troubles; /* n_papers: both */
    const struct contact *to[TO_MAX];
    size_t n_to;
    const char *unverified; /* the address that nobody vouched for; NULL: none */
    bool late;
};

static void add_papers(struct arena *a, struct batch *b, const struct paper_row *rows, size_t n, bool known)
{
    for (size_t i = 0; i < n; i++) {
        struct letter_paper paper = {.name = rows[i].name,
                                     .size = rows[i].size,
                                     .sha256 = rows[i].sha256,
                                     .item = rows[i].item,
                                     .version = rows[i].version,
                                     .known = known};

        if (!known || rows[i].current)
            ARENA_PUSH(a, b->papers, b->n_papers, paper);
    }
}

/* What could not be taken is told beside what was. */
static void add_troubles(struct arena *a, struct batch *b, const struct message_row *m)
{
    struct letter_paper *list;
    size_t n = trouble_list(a, m, &list);

    for (size_t i = 0; i < n; i++)
        ARENA_PUSH(a, b->papers, b->n_papers, list[i]);
    b->n_troubles += n;
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
        if (b->n_papers >= PAPERS_MAX) /* the rest is told by the next one */
            b->n = i + 1;
        known |= strstr(b->messages[i].marks, "known") != NULL;
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
        if (strstr(b->messages[i].marks, "unverified"))
            b->unverified = b->messages[i].sender;
        b->late |= strstr(b->messages[i].marks, "late") != NULL;
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
        .cause = arena_printf(a, "%s%lld", brings_news(b) ? "reply:" : NOTHING_NEW, (long long)last->id),
        .letter = {.kind = nothing_taken(b) ? LETTER_PROBLEM : LETTER_RECEIPT,
                   .party = register_find(d->orders.parties, seat->party),
                   .deadline_at = seat_deadline(d, v, seat).at,
                   .now_at = clock_now(),
                   .papers = b->papers,
                   .n_papers = b->n_papers,
                   .missing = standing.missing,
                   .answered = standing.answered,
                   .complete = standing.complete,
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
 * a day. What comes above waits for the next one: nothing is left untold. Returns until when; 0: it may go now. */
static int64_t waits_until(struct daemon *d, struct arena *a, const struct seat_row *seat, const struct batch *b)
{
    bool news = brings_news(b);
    int most = news ? RECEIPTS_A_DAY : NOTHING_A_DAY, told = 0;
    int64_t now = clock_now(), first_at = 0;
    struct notice_row *rows;
    size_t n;

    if (!store_notices(d->store, a, seat->round, seat->party, &rows, &n, NULL))
        return 0;
    for (size_t i = n; i > 0 && told < most; i--) { /* the latest first */
        bool is_such = strncmp(rows[i - 1].cause, NOTHING_NEW, strlen(NOTHING_NEW)) == 0 ||
                       (news && strncmp(rows[i - 1].cause, "reply:", 6) == 0);

        if (!is_such || rows[i - 1].created_at <= now - DAY_S)
            continue;
        told++;
        first_at = rows[i - 1].created_at;
    }
    return told < most ? 0 : first_at + DAY_S;
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

bool receipt_post(struct daemon *d, struct arena *a, const struct round_view *v, struct seat_row *seat, struct err *e)
{
    struct batch b = {0};
    const struct party *p = register_find(d->orders.parties, seat->party);
    size_t all;

    if (!store_messages_unreceipted(d->store, a, seat->round, seat->party, &b.messages, &b.n, e))
        return false;
    all = b.n;
    if (!collect_papers(d, a, seat, &b, e))
        return false;
    seat->receipt_due_at = b.n < all ? clock_now() + d->orders.config->receipt_every_s : 0;
    if (b.n > 0 && p) {
        int64_t later = waits_until(d, a, seat, &b);

        address_batch(&b, v, p);
        if (later)
            seat->receipt_due_at = later;
        else if (!tell(d, a, v, seat, &b, e))
            return false;
    }
    return store_update_seat(d->store, seat, e);
}
