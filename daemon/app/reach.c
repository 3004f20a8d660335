/* Finds the next contact of a party for a mail that failed at one of its addresses. Refused are rounds that do not
 * ask for it or are over, answers to a person, and addresses that failed before. */
#include "app/reach.h"

#include <string.h>

#include "app/post.h"
#include "mail/address.h"

#define ALL_ROLES ((1u << ROLE_COUNT) - 1)

static bool is_answer(const char *kind)
{
    return strcmp(kind, letter_kind_names[LETTER_RECEIPT]) == 0 || strcmp(kind, letter_kind_names[LETTER_PROBLEM]) == 0;
}

static bool goes_on(const struct unreached *u)
{
    return u->view->spec->next_contact && !is_answer(u->kind) &&
           strcmp(u->view->row.state, round_state_names[ROUND_OPEN]) == 0;
}

static bool has_it(const struct delivery_row *rows, size_t n, const char *wire)
{
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(rows[i].address, wire) == 0)
            return true;
    return false;
}

static const char *next_address(struct daemon *d, struct arena *a, const struct unreached *u,
                                const struct delivery_row *rows, size_t n)
{
    struct round_spec everyone = *u->view->spec;
    const struct contact *contacts[CONTACTS_MAX];
    size_t many;

    everyone.roles = ALL_ROLES;
    many = round_contacts(&everyone, u->party, contacts, CONTACTS_MAX);
    for (size_t i = 0; i < many; i++) {
        const char *wire = address_wire(a, contacts[i]->address, NULL);

        if (wire && !has_it(rows, n, wire) && post_allowed(d, u->view->spec, wire))
            return wire;
    }
    return NULL;
}

bool reach_next(struct daemon *d, struct arena *a, const struct unreached *u, const char **next_out, struct err *e)
{
    struct story_line line = {
        .who = "daemon", .what = "next_contact", .round = u->view->row.ref, .party = u->party->code};
    struct delivery_row *rows, row = {.notice = u->notice, .priority = u->priority};
    size_t n;

    *next_out = NULL;
    if (!goes_on(u))
        return true;
    if (!store_deliveries_of(d->store, a, u->notice, &rows, &n, e))
        return false;
    row.address = next_address(d, a, u, rows, n);
    if (!row.address)
        return true;
    *next_out = row.address;
    return post_deliver(d, a, u->view->spec, &row, e) &&
           story(d, &line, e, "%s to %s, since %s failed", u->kind, row.address, u->address);
}

static bool is_left(const struct delivery_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].state, delivery_state_names[DELIVERY_FAILED]) != 0 &&
            strcmp(rows[i].state, delivery_state_names[DELIVERY_BOUNCED]) != 0)
            return true;
    return false;
}

bool reach_after_failure(struct daemon *d, struct arena *a, const struct notice_row *n,
                         const struct delivery_row *failed, struct reached *out, struct err *e)
{
    struct round_view v;
    struct unreached u = {.view = &v,
                          .party = register_find(d->orders.parties, n->party),
                          .notice = n->id,
                          .kind = n->kind,
                          .address = failed->address,
                          .priority = failed->priority};
    struct delivery_row *rows;
    const char *next;
    size_t many;

    *out = (struct reached){.line = ""};
    if (!u.party || is_answer(n->kind))
        return true;
    if (!round_view(d, a, n->round, &v, e) || !reach_next(d, a, &u, &next, e) ||
        !store_deliveries_of(d->store, a, n->id, &rows, &many, e))
        return false;
    out->next = next != NULL;
    if (next)
        out->line = arena_printf(a, "\n%s is written to instead, as the next contact", next);
    else if (!is_left(rows, many))
        out->line = "\nno address is left for this mail: the party has not been reached";
    return true;
}
