/* register.c - config/delegations.conf read and checked, and the questions asked of it.
 *
 * Refused: two parties of one code, an address that a party names twice (two parties may share one), a listed domain
 * where anybody can have a mailbox, a party to which nothing could be sent. Order is the file's: it is the protocol
 * order. */
#include <glib.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "app/register_private.h"
#include "mail/address.h"

#define ROWS(table) (table), sizeof(table) / sizeof *(table)

/* What the file says of a party before its contacts are known. */
struct entry {
    struct party party;
    int kind;
    unsigned weekend;
};
struct contact_entry {
    struct contact contact;
    int role;
};

static const struct setting_row top_rows[] = {{.name = "parties", .type = SET_GROUP, .required = true}};
static const struct setting_row party_rows[] = {
    {.name = "code", .type = SET_STRING, .offset = offsetof(struct entry, party.code), .required = true},
    {.name = "kind",
     .type = SET_ENUM,
     .offset = offsetof(struct entry, kind),
     .required = true,
     .names = party_kind_names,
     .n_names = PARTY_KIND_COUNT},
    {.name = "name", .type = SET_LANG_TEXT, .offset = offsetof(struct entry, party.name), .required = true},
    {.name = "full", .type = SET_LANG_TEXT, .offset = offsetof(struct entry, party.full)},
    {.name = "to", .type = SET_LANG_TEXT, .offset = offsetof(struct entry, party.to)},
    {.name = "of", .type = SET_LANG_TEXT, .offset = offsetof(struct entry, party.of)},
    {.name = "groups", .type = SET_STRINGS, .offset = offsetof(struct entry, party.groups)},
    {.name = "domains", .type = SET_STRINGS, .offset = offsetof(struct entry, party.domains)},
    {.name = "weekend", .type = SET_WEEKEND, .offset = offsetof(struct entry, weekend)},
    {.name = "contacts", .type = SET_GROUP, .required = true},
};
static const struct setting_row contact_rows[] = {
    {.name = "role",
     .type = SET_ENUM,
     .offset = offsetof(struct contact_entry, role),
     .required = true,
     .names = contact_role_names,
     .n_names = ROLE_COUNT},
    {.name = "address",
     .type = SET_ADDRESS,
     .offset = offsetof(struct contact_entry, contact.address),
     .required = true},
    {.name = "name", .type = SET_STRING, .offset = offsetof(struct contact_entry, contact.name)},
    {.name = "language", .type = SET_LANGS, .offset = offsetof(struct contact_entry, contact.langs)},
    {.name = "weekend", .type = SET_WEEKEND, .offset = offsetof(struct contact_entry, contact.weekend)},
};

/* ---- single values */

const char *code_fault(const char *code)
{
    size_t n = strlen(code);
    if (n < 2 || n > CODE_MAX || code[strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")] || code[0] == '-' ||
        code[n - 1] == '-')
        return "is no code; capital letters, digits and '-', from 2 to 20 of them, are";
    return NULL;
}

/* Where anybody can have a mailbox. The first list is of labels that stand before many endings: yahoo.fr,
 * hotmail.co.uk. */
static const char *const public_labels[] = {"yahoo", "ymail", "hotmail", "outlook", "live", "msn", "gmx", "yandex"};
static const char *const public_domains[] = {
    "gmail.com", "googlemail.com", "rocketmail.com", "windowslive.com", "icloud.com",   "me.com",       "mac.com",
    "aol.com",   "proton.me",      "protonmail.com", "pm.me",           "zoho.com",     "zohomail.com", "mail.com",
    "mail.ru",   "bk.ru",          "inbox.ru",       "list.ru",         "maktoob.com",  "orange.fr",    "wanadoo.fr",
    "free.fr",   "laposte.net",    "sfr.fr",         "web.de",          "t-online.de",  "libero.it",    "qq.com",
    "163.com",   "126.com",        "sina.com",       "naver.com",       "fastmail.com", "hushmail.com", "tutanota.com",
    "tuta.com",  "menara.ma",      "caramail.com",   "emirates.net.ae", "link.net",
};

static bool is_public(const char *domain)
{
    size_t first = strcspn(domain, ".");
    for (size_t i = 0; i < sizeof public_labels / sizeof *public_labels; i++)
        if (strlen(public_labels[i]) == first && strncasecmp(domain, public_labels[i], first) == 0)
            return true;
    for (size_t i = 0; i < sizeof public_domains / sizeof *public_domains; i++)
        if (strcasecmp(domain, public_domains[i]) == 0)
            return true;
    return false;
}

const char *domain_fault(const char *domain)
{
    ARENA_SCOPED a = arena_new();
    const char *wire = strchr(domain, '@') ? NULL : address_wire(a, arena_printf(a, "x@%s", domain), NULL);
    if (!wire)
        return "is no domain name";
    if (!strchr(wire + 2, '.'))
        return "is a whole top-level domain; a listed domain is one party's own";
    if (is_public(wire + 2))
        return "is a public mail provider; anybody can have an address there";
    return NULL;
}

const char *address_key(struct arena *a, const char *address)
{
    const char *wire = address_wire(a, address, NULL);
    if (!wire)
        return NULL;
    g_autofree char *composed = g_utf8_normalize(wire, -1, G_NORMALIZE_NFC);
    g_autofree char *folded = composed ? g_utf8_casefold(composed, -1) : NULL;
    return folded ? arena_strdup(a, folded) : wire;
}

void sort_contacts(struct contact *contacts, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct contact c = contacts[i];
        size_t k = i;
        for (; k > 0 && contacts[k - 1].role > c.role; k--)
            contacts[k] = contacts[k - 1];
        contacts[k] = c;
    }
}

/* ---- reading */

struct load {
    struct arena *a;
    struct problems *p;
    GHashTable *codes, *addresses; /* code -> party's setting; party code and address */
};

static void check_address(const struct load *l, config_setting_t *group, const char *code, const char *address)
{
    const char *key = address_key(l->a, address);
    if (key && !g_hash_table_add(l->addresses, arena_printf(l->a, "%s %s", code, key)))
        problem_at(l->p, setting_at(group, "address"), "%s is named twice for %s", address, code);
}

static void read_contacts(const struct load *l, config_setting_t *group, struct entry *entry)
{
    config_setting_t *list = setting_groups(group, "contacts", l->p);
    const char *code = entry->party.code ? entry->party.code : "?";
    struct contact *contacts = NULL;
    size_t n = 0;
    for (int i = 0; list && i < config_setting_length(list); i++) {
        config_setting_t *s = config_setting_get_elem(list, (unsigned)i);
        struct contact_entry c = {.contact = {.langs = LANG_BIT(LANG_AR),
                                              .weekend = entry->weekend,
                                              .line = (int)config_setting_source_line(s)}};
        setting_read(l->a, s, ROWS(contact_rows), &c, l->p);
        c.contact.role = (enum contact_role)c.role;
        if (c.contact.address)
            check_address(l, s, code, c.contact.address);
        ARENA_PUSH(l->a, contacts, n, c.contact);
    }
    if (list && n == 0)
        problem_at(l->p, list, "%s has no contact", code);
    if (n > CONTACTS_MAX)
        problem_at(l->p, list, "%s has %zu contacts; %d are the most", code, n, CONTACTS_MAX);
    sort_contacts(contacts, n);
    entry->party.contacts = contacts;
    entry->party.n_contacts = n;
}

static void check_domains(const struct load *l, config_setting_t *group, const struct party *party)
{
    for (size_t i = 0; i < party->n_domains; i++) {
        const char *fault = domain_fault(party->domains[i]);
        if (fault)
            problem_at(l->p, setting_at(group, "domains"), "'%.80s' %s", party->domains[i], fault);
        for (size_t k = 0; k < i; k++)
            if (strcasecmp(party->domains[i], party->domains[k]) == 0)
                problem_at(l->p, setting_at(group, "domains"), "the domain %s is named twice", party->domains[i]);
    }
}

/* No mail may have to name a party by its bare code. */
static void check_names(const struct load *l, config_setting_t *group, const struct party *party)
{
    unsigned langs = 0;
    for (size_t i = 0; i < party->n_contacts; i++)
        langs |= party->contacts[i].langs;
    for (int i = 0; i < LANG_COUNT && config_setting_get_member(group, "name"); i++)
        if ((langs & LANG_BIT(i)) && !party->name[i] && !party->name[LANG_EN])
            problem_at(l->p, setting_at(group, "name"),
                       "name is missing in %s, in which a contact is written to, and in en", lang_names[i]);
}

static void check_code(const struct load *l, config_setting_t *group, const char *code)
{
    config_setting_t *other = g_hash_table_lookup(l->codes, code);
    const char *fault = code_fault(code);
    if (fault)
        problem_at(l->p, setting_at(group, "code"), "'%.40s' %s", code, fault);
    else if (other)
        problem_at(l->p, setting_at(group, "code"), "the code %s is on line %u already", code,
                   config_setting_source_line(setting_at(other, "code")));
    else
        g_hash_table_insert(l->codes, (void *)code, group);
}

static struct party read_party(const struct load *l, config_setting_t *group)
{
    struct entry entry = {.weekend = WEEKEND_FRI_SAT, .party = {.line = (int)config_setting_source_line(group)}};
    setting_read(l->a, group, ROWS(party_rows), &entry, l->p);
    entry.party.kind = (enum party_kind)entry.kind;
    if (entry.party.code)
        check_code(l, group, entry.party.code);
    check_domains(l, group, &entry.party);
    read_contacts(l, group, &entry);
    check_names(l, group, &entry.party);
    return entry.party;
}

struct party_register *register_read(struct arena *a, config_t *file, const char *path, struct problems *p)
{
    int before = p->n;
    config_setting_t *root = config_root_setting(file);
    struct load l = {a, p, g_hash_table_new(g_str_hash, g_str_equal), g_hash_table_new(g_str_hash, g_str_equal)};
    struct party_register *r = arena_alloc(a, sizeof *r);
    struct party *parties = NULL;
    setting_read(a, root, ROWS(top_rows), r, p);
    config_setting_t *list = setting_groups(root, "parties", p);
    for (int i = 0; list && i < config_setting_length(list); i++)
        ARENA_PUSH(a, parties, r->n_parties, read_party(&l, config_setting_get_elem(list, (unsigned)i)));
    if (list && r->n_parties == 0)
        problem_at(p, list, "the register names no party");
    g_hash_table_destroy(l.codes);
    g_hash_table_destroy(l.addresses);
    r->parties = parties;
    r->path = arena_strdup(a, path);
    return p->n == before ? r : NULL;
}

struct party_register *register_load(struct arena *a, const char *path, struct problems *p)
{
    int before = p->n;
    config_t *file = setting_open_whole(path, p);
    struct party_register *r = file ? register_read(a, file, path, p) : NULL;
    setting_close(file);
    return p->n == before ? r : NULL;
}

/* ---- questions */

static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

/* Between ASCII addresses case is all that can differ; only others need the long way. */
static bool is_address_of(const struct contact *c, const char *address, bool ascii)
{
    if (ascii && is_ascii(c->address))
        return strcasecmp(c->address, address) == 0;
    return address_same(c->address, address);
}

const struct party *register_by_address(const struct party_register *r, const char *address,
                                        const struct contact **contact_out)
{
    return register_next_by_address(r, address, NULL, contact_out);
}

const struct party *register_next_by_address(const struct party_register *r, const char *address,
                                             const struct party *after, const struct contact **contact_out)
{
    bool ascii = address && is_ascii(address);
    for (size_t i = after ? (size_t)(after - r->parties) + 1 : 0; address && i < r->n_parties; i++)
        for (size_t k = 0; k < r->parties[i].n_contacts; k++)
            if (is_address_of(&r->parties[i].contacts[k], address, ascii)) {
                if (contact_out)
                    *contact_out = &r->parties[i].contacts[k];
                return &r->parties[i];
            }
    return NULL;
}

const struct contact *register_contact_of(const struct party_register *r, const char *code, const char *address)
{
    const struct contact *contact = NULL;
    const struct party *p = NULL;
    while ((p = register_next_by_address(r, address, p, &contact)))
        if (strcasecmp(p->code, code) == 0)
            return contact;
    return NULL;
}

static bool is_below(const char *own, const char *domain)
{
    size_t n = strlen(own), n_domain = strlen(domain);
    return n >= n_domain && strcasecmp(own + n - n_domain, domain) == 0 &&
           (n == n_domain || own[n - n_domain - 1] == '.');
}

const struct party *register_by_domain(const struct party_register *r, const char *address)
{
    ARENA_SCOPED a = arena_new();
    const char *wire = address_wire(a, address, NULL);
    const struct party *found = NULL;
    for (size_t i = 0; wire && i < r->n_parties; i++)
        for (size_t k = 0; k < r->parties[i].n_domains; k++) {
            const char *domain = r->parties[i].domains[k];
            if (!(is_ascii(domain) ? is_below(strrchr(wire, '@') + 1, domain) : address_in_domain(wire, domain)))
                continue;
            if (found && found != &r->parties[i])
                return NULL;
            found = &r->parties[i];
        }
    return found;
}

struct party_register *register_with_contact(struct arena *a, const struct party_register *r, const char *code,
                                             const struct contact *c)
{
    struct party_register *out = arena_alloc(a, sizeof *out);
    struct party *parties = arena_alloc(a, (r->n_parties + 1) * sizeof *parties);
    *out = *r;
    out->parties = parties;
    for (size_t i = 0; i < r->n_parties; i++) {
        parties[i] = r->parties[i];
        if (strcasecmp(parties[i].code, code) != 0)
            continue;
        struct contact *contacts = arena_alloc(a, (parties[i].n_contacts + 1) * sizeof *contacts);
        size_t n = 0;
        while (n < parties[i].n_contacts && !address_same(parties[i].contacts[n].address, c->address)) {
            contacts[n] = parties[i].contacts[n];
            n++;
        }
        bool known = n < parties[i].n_contacts;
        for (size_t k = n; k < parties[i].n_contacts; k++)
            contacts[k] = parties[i].contacts[k];
        if (known)
            contacts[n].role = c->role;
        else
            contacts[parties[i].n_contacts++] = *c;
        sort_contacts(contacts, parties[i].n_contacts);
        parties[i].contacts = contacts;
    }
    return out;
}
