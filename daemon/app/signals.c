/* Looks up what a message says of itself: whose token it was sent to, which of our mails it answers, which round
 * its subject names, who its sender is. The decision what that means together is round/match's. */
#include <string.h>

#include "app/effects.h"
#include "app/requests.h"
#include "mail/address.h"
#include "mail/msgid.h"

#define SIGNALS_MAX 64

struct signals {
    struct match_signal list[SIGNALS_MAX];
    size_t n;
};

static bool add(struct daemon *d, struct incoming *in, struct signals *s, struct match_signal signal, struct err *e)
{
    struct round_row round = {0};
    struct seat_row seat = {0};

    if (s->n == SIGNALS_MAX)
        return true;
    if (signal.round && !store_round(d->store, in->a, signal.round, &round, e))
        return false;
    signal.open = round.state && strcmp(round.state, round_state_names[ROUND_OPEN]) == 0;
    if (signal.round && signal.party && !store_seat(d->store, in->a, signal.round, signal.party, &seat, e))
        return false;
    signal.invited = seat.party != NULL;
    s->list[s->n++] = signal;
    return true;
}

static bool add_notice(struct daemon *d, struct incoming *in, struct signals *s, enum signal_kind kind,
                       const struct notice_row *n, struct err *e)
{
    if (!n->cause || !*n->round || !*n->party)
        return true;
    return add(d, in, s, (struct match_signal){.kind = kind, .round = n->round, .party = n->party}, e);
}

/* The token of a notice, or the one that a delivery of it bore in its envelope: what comes there was returned. */
static bool notice_by_token(struct daemon *d, struct incoming *in, const char *token, struct notice_row *out,
                            struct err *e)
{
    struct delivery_row delivery;

    if (!store_notice_by_token(d->store, in->a, token, out, e))
        return false;
    if (out->cause)
        return true;
    if (!store_delivery_by_token(d->store, in->a, token, &delivery, e))
        return false;
    if (!delivery.state)
        return true;
    in->returned_to = delivery.id;
    return store_notice(d->store, in->a, delivery.notice, out, e);
}

static bool add_tokens(struct daemon *d, struct incoming *in, struct signals *s, struct err *e)
{
    const struct config *c = d->orders.config;
    char token[TOKEN_LEN + 1];

    for (size_t i = 0; i < in->facts->n_recipients; i++) {
        const char *detail = address_detail(in->a, in->facts->recipients[i].address, c->address, c->token_delimiter);
        struct notice_row n;

        if (!detail || !detail_token(detail, token))
            continue;
        if (!notice_by_token(d, in, token, &n, e) || !add_notice(d, in, s, SIGNAL_TOKEN, &n, e))
            return false;
        if (n.cause && !in->about.cause)
            in->about = n;
        if (n.cause && !in->returned_to && !in->confirms)
            in->confirms = requests_answered(&n);
    }
    return true;
}

static bool notice_by_id(struct daemon *d, struct incoming *in, const char *id, struct notice_row *out, struct err *e)
{
    char token[TOKEN_LEN + 1];

    if (msgid_token(id, token))
        return store_notice_by_token(d->store, in->a, token, out, e);
    return store_notice_by_msgid(d->store, in->a, id, out, e);
}

static bool add_thread(struct daemon *d, struct incoming *in, struct signals *s, struct err *e)
{
    struct notice_row n;

    for (size_t i = 0; i <= in->facts->n_references; i++) {
        const char *id = i < in->facts->n_references ? in->facts->references[i] : in->facts->in_reply_to;

        if (!*id)
            continue;
        if (!notice_by_id(d, in, id, &n, e) || !add_notice(d, in, s, SIGNAL_THREAD, &n, e))
            return false;
        /* Where answers go to no address of their own, what they answer is all there is; a forwarded mail may name it
         * among its references, too. */
        if (n.cause && id == in->facts->in_reply_to && !d->orders.config->reply_token && !in->confirms)
            in->confirms = requests_answered(&n);
    }
    return true;
}

static bool add_both(struct daemon *d, struct incoming *in, struct signals *s, const char *const *refs, size_t n,
                     struct err *e)
{
    for (size_t i = 0; i < n; i++)
        if (reference_in(in->facts->subject, &refs[i], 1) == 0 &&
            !add(d, in, s, (struct match_signal){.kind = SIGNAL_SUBJECT, .round = refs[i]}, e))
            return false;
    return true;
}

/* Two references in one subject are two signals, and disagree. */
static bool add_subject(struct daemon *d, struct incoming *in, struct signals *s, struct err *e)
{
    struct round_row *rounds;
    const char **refs;
    size_t n;
    int named;

    if (!store_rounds(d->store, in->a, NULL, &rounds, &n, e))
        return false;
    refs = arena_alloc(in->a, (n + 1) * sizeof *refs);
    for (size_t i = 0; i < n; i++)
        refs[i] = rounds[i].ref;
    named = reference_in(in->facts->subject, refs, n);
    if (named == -2)
        return add_both(d, in, s, refs, n, e);
    return named < 0 || add(d, in, s, (struct match_signal){.kind = SIGNAL_SUBJECT, .round = refs[named]}, e);
}

/* The party for which this address is written to in this round alone, else NULL. */
static const struct party *party_in_round(struct daemon *d, const struct round_view *v, const char *address)
{
    for (size_t i = 0; i < v->spec->n_contacts; i++)
        if (address_same(v->spec->contacts[i].contact.address, address))
            return register_find(d->orders.parties, v->spec->contacts[i].party);
    return NULL;
}

/* A contact of open rounds alone is a sign for those rounds. What they ask is kept in memory (round_view). */
static bool add_round_contact(struct daemon *d, struct incoming *in, struct signals *s, const char *address,
                              struct err *e)
{
    struct round_row *rounds;
    size_t n;

    if (!store_rounds(d->store, in->a, round_state_names[ROUND_OPEN], &rounds, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct round_view v;
        const struct party *p;

        if (!round_view(d, in->a, rounds[i].ref, &v, e))
            return false;
        p = party_in_round(d, &v, address);
        if (!p)
            continue;
        in->speaks_for = p;
        if (!add(d, in, s, (struct match_signal){.kind = SIGNAL_SENDER, .round = v.row.ref, .party = p->code}, e))
            return false;
    }
    return true;
}

static bool add_party(struct daemon *d, struct incoming *in, struct signals *s, const struct party *p, struct err *e)
{
    const char **refs;
    size_t n;

    if (!store_open_rounds_of(d->store, in->a, p->code, &refs, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!add(d, in, s, (struct match_signal){.kind = SIGNAL_SENDER, .round = refs[i], .party = p->code}, e))
            return false;
    return n > 0 || add(d, in, s, (struct match_signal){.kind = SIGNAL_SENDER, .party = p->code}, e);
}

/* The party a sender speaks for: a contact of the register, of an open round alone, or a colleague at a listed
 * domain. */
static bool add_sender(struct daemon *d, struct incoming *in, struct signals *s, struct err *e)
{
    const char *address = in->facts->from.address;
    const struct party *p = NULL, *colleague;

    while ((p = register_next_by_address(d->orders.parties, address, p, NULL))) {
        in->speaks_for = p;
        if (!add_party(d, in, s, p, e))
            return false;
    }
    if (in->speaks_for)
        return true;
    if (!add_round_contact(d, in, s, address, e))
        return false;
    colleague = in->speaks_for ? NULL : register_by_domain(d->orders.parties, address);
    return !colleague || add_party(d, in, s, colleague, e);
}

/* Also of a round that has been closed since. */
static bool is_round_contact(struct daemon *d, struct incoming *in, const char *address)
{
    struct round_view v;
    const struct party *p;

    if (!in->match.round || !in->match.party || !round_view(d, in->a, in->match.round, &v, NULL))
        return false;
    p = party_in_round(d, &v, address);
    return p && strcasecmp(p->code, in->match.party) == 0;
}

static enum sender_standing sender_of(struct daemon *d, struct incoming *in)
{
    const struct config *c = d->orders.config;
    const char *from = in->facts->from.address;
    const struct party *colleague;

    if (address_same(from, c->address) || address_detail(in->a, from, c->address, c->token_delimiter))
        return SENDER_OURSELVES;
    if (config_officer(c, from))
        return SENDER_OFFICER;
    if (is_round_contact(d, in, from) ||
        (in->match.party && register_contact_of(d->orders.parties, in->match.party, from)))
        return SENDER_CONTACT;
    if (in->speaks_for && (!in->match.party || strcasecmp(in->speaks_for->code, in->match.party) != 0))
        return SENDER_OTHER_PARTY;
    if (in->speaks_for) /* who is written to in other rounds alone is a stranger in this one */
        return SENDER_UNKNOWN;
    colleague = register_by_domain(d->orders.parties, from);
    return colleague && in->match.party && strcasecmp(colleague->code, in->match.party) == 0 ? SENDER_LISTED_DOMAIN
                                                                                             : SENDER_UNKNOWN;
}

/* A report is about us when it came to an envelope token, or returns a Message-ID of ours. */
static bool find_about(struct daemon *d, struct incoming *in, struct err *e)
{
    struct notice_row n;

    for (size_t i = 0; i < in->facts->n_returned_ids && !in->about.cause; i++) {
        if (!notice_by_id(d, in, in->facts->returned_ids[i], &n, e))
            return false;
        if (n.cause)
            in->about = n;
    }
    return true;
}

/* The mark alone is every installation's: our own mail has our address, or a Message-ID that we gave. */
static bool find_loop(struct daemon *d, struct incoming *in, struct err *e)
{
    struct notice_row n = {0};

    if (!in->facts->signs.loop)
        return true;
    if (*in->facts->message_id && !notice_by_id(d, in, in->facts->message_id, &n, e))
        return false;
    in->judged.loop = n.cause || in->judged.sender == SENDER_OURSELVES;
    return true;
}

/* A subject names a round and no party: whether it can be meant depends on the party that all signals together tell. */
static bool settle_subject(struct daemon *d, struct incoming *in, struct signals *s, struct err *e)
{
    const char *party = match_signals(s->list, s->n).party;
    struct seat_row seat;

    for (size_t i = 0; i < s->n; i++) {
        if (s->list[i].party || !s->list[i].round)
            continue;
        seat.party = "";
        if (party && !store_seat(d->store, in->a, s->list[i].round, party, &seat, e))
            return false;
        s->list[i].invited = seat.party != NULL;
    }
    return true;
}

bool signals_find(struct daemon *d, struct incoming *in, struct err *e)
{
    struct signals *s = arena_alloc(in->a, sizeof *s);

    if (!add_tokens(d, in, s, e) || !add_thread(d, in, s, e) || !add_subject(d, in, s, e) || !add_sender(d, in, s, e) ||
        !settle_subject(d, in, s, e) || !find_about(d, in, e))
        return false;
    in->match = match_signals(s->list, s->n);
    in->judged.about_our_notice = in->about.cause != NULL;
    in->judged.sender = sender_of(d, in);
    in->judged.auth = auth_of(in->facts, &d->orders.config->trust, &in->auth_why);
    return find_loop(d, in, e);
}
