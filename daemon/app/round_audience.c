/* round_audience.c - whom a round file writes to, checked against the register and the configuration.
 *
 * Refused is a name that the register does not know, a party without a contact in the roles that are written to, an
 * address that is another party's or the secretariat's own, more contacts or documents than one mail can have, and a
 * language that some contact needs and the round's texts lack: the first who needs it is named. */
#include "app/round_audience.h"

#include <string.h>
#include <strings.h>

#include "mail/address.h"

/* ---- names of parties and groups */

static const struct party *known_party(const struct round_reading *l, config_setting_t *where, const char *code)
{
    const struct party *party = register_find(l->r, code);
    const char **codes = arena_alloc(l->a, (l->r->n_parties + 1) * sizeof *codes);
    for (size_t i = 0; i < l->r->n_parties; i++)
        codes[i] = l->r->parties[i].code;
    if (!party)
        problem_at(l->p, where, "the register has no party '%.40s'%s", code,
                   strlen(code) > 2 ? did_you_mean(l->a, code, codes, l->r->n_parties) : "");
    return party;
}

static const char *const *groups_of(const struct round_reading *l, size_t *n_out)
{
    const char **groups = NULL;
    size_t n = 0;
    for (size_t i = 0; i < l->r->n_parties; i++)
        for (size_t k = 0; k < l->r->parties[i].n_groups; k++)
            ARENA_PUSH(l->a, groups, n, l->r->parties[i].groups[k]);
    *n_out = n;
    return groups;
}

static bool is_group(const char *name, const char *const *groups, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(groups[i], name) == 0)
            return true;
    return false;
}

void audience_check_names(const struct round_reading *l, config_setting_t *to)
{
    const struct round_spec *s = l->s;
    size_t n;
    const char *const *groups = groups_of(l, &n);
    for (size_t i = 0; i < s->n_groups; i++)
        if (!is_group(s->groups[i], groups, n))
            problem_at(l->p, setting_at(to, "groups"), "no party of the register is in a group '%.40s'%s", s->groups[i],
                       did_you_mean(l->a, s->groups[i], groups, n));
    for (size_t i = 0; i < s->n_codes; i++)
        known_party(l, setting_at(to, "parties"), s->codes[i]);
    for (size_t i = 0; i < s->n_except; i++)
        if (!is_group(s->except[i], groups, n))
            known_party(l, setting_at(to, "except"), s->except[i]);
}

void audience_check_invited(const struct round_reading *l, config_setting_t *where, const char *code)
{
    const struct party *party = known_party(l, where, code);
    if (party && !round_invites(l->s, party))
        problem_at(l->p, where, "this round does not write to %s", party->code);
}

void audience_check_contact(const struct round_reading *l, config_setting_t *group, const struct round_contact *contact,
                            size_t n_before)
{
    const struct round_contact *before = l->s->contacts;
    const char *address = contact->contact.address;
    const struct contact *known = NULL;
    const struct party *owner = register_by_address(l->r, address, &known);
    if (owner && contact->party && strcasecmp(owner->code, contact->party) != 0)
        problem_at(l->p, setting_at(group, "address"), "%s is an address of %s in the register", address, owner->code);
    if (address_same(address, l->c->address))
        problem_at(l->p, setting_at(group, "address"), "%s is the secretariat's own address", address);
    for (size_t i = 0; i < n_before; i++)
        if (before[i].contact.address && address_same(address, before[i].contact.address))
            problem_at(l->p, setting_at(group, "address"), "%s is named twice", address);
}

void audience_check_partners(const struct round_reading *l)
{
    const struct round_spec *s = l->s;
    config_setting_t *where = setting_at(l->root, "partners");
    struct err e = {0};
    for (size_t i = 0; i < s->n_partners; i++) {
        if (!address_wire(l->a, s->partners[i], &e))
            problem_at(l->p, where, "%s", e.text);
        if (address_same(s->partners[i], l->c->address))
            problem_at(l->p, where, "%s is the secretariat's own address", s->partners[i]);
        for (size_t k = 0; k < i; k++)
            if (address_same(s->partners[i], s->partners[k]))
                problem_at(l->p, where, "%s is named twice", s->partners[i]);
    }
}

/* ---- what the audience needs */

/* Who made a language necessary. */
struct reader {
    const struct party *party;
    const struct contact *contact;
};

static void check_language(const struct round_reading *l, int lang, const struct reader *reader)
{
    const struct round_spec *s = l->s;
    const char *who =
        arena_printf(l->a, "in which %s (%s) is written to", reader->party->code, reader->contact->address);
    config_setting_t *items = config_setting_get_member(l->root, "items"),
                     *title = config_setting_get_member(l->root, "title"),
                     *text = config_setting_get_member(l->root, "text");
    if (title && !s->title[lang])
        problem_at(l->p, title, "title is missing in %s, %s", lang_names[lang], who);
    if (text && !s->text[lang])
        problem_at(l->p, text, "text is missing in %s, %s", lang_names[lang], who);
    for (size_t i = 0; items && i < s->n_items; i++)
        if (!s->items[i].title[lang])
            problem_at(l->p, setting_at(config_setting_get_elem(items, (unsigned)i), "title"),
                       "title of item %zu is missing in %s, %s", i + 1, lang_names[lang], who);
}

static void check_reach(const struct round_reading *l, config_setting_t *to, const struct party *party, size_t n)
{
    if (n == 0)
        problem_at(l->p, setting_at(to, "roles"), "%s has no contact in the roles that this round writes to",
                   party->code);
    if (n > CONTACTS_MAX)
        problem_at(l->p, setting_at(l->root, "contacts"),
                   "%s has more than %d contacts that this round writes to, those of the register among them",
                   party->code, CONTACTS_MAX);
}

static bool too_much_enclosed(const struct round_reading *l, const struct party *party, unsigned langs)
{
    const struct round_spec *s = l->s;
    size_t n = 0;
    for (size_t i = 0; i < s->n_documents; i++)
        n += round_encloses(&s->documents[i], party, langs);
    if (n > ENCLOSED_MAX)
        problem_at(l->p, setting_at(l->root, "documents"), "%zu documents go with the mail of %s; %d are the most", n,
                   party->code, ENCLOSED_MAX);
    return n > ENCLOSED_MAX;
}

void audience_check(const struct round_reading *l)
{
    const struct round_spec *s = l->s;
    const struct contact *to[CONTACTS_MAX + 1];
    struct reader readers[LANG_COUNT] = {{0}};
    config_setting_t *where = setting_group(l->root, "to", l->p);
    bool too_much = false;
    int invited = 0;
    for (size_t i = 0; where && i < l->r->n_parties; i++) {
        const struct party *party = &l->r->parties[i];
        if (!round_invites(s, party))
            continue;
        size_t n = round_contacts(s, party, to, CONTACTS_MAX + 1);
        invited++;
        check_reach(l, where, party, n);
        too_much = too_much || too_much_enclosed(l, party, contacts_langs(to, n)); /* one party's is told */
        for (size_t k = 0; k < n; k++)
            for (int lang = 0; lang < LANG_COUNT; lang++)
                if (!readers[lang].party && (to[k]->langs & LANG_BIT(lang)))
                    readers[lang] = (struct reader){party, to[k]};
    }
    if (where && invited == 0)
        problem_at(l->p, where, "this round writes to no party of the register");
    for (int lang = 0; lang < LANG_COUNT; lang++)
        if (readers[lang].party)
            check_language(l, lang, &readers[lang]);
}
