/* roundfile.c - one round file, read and checked against configuration and register.
 *
 * Refused is what would show only after the launch: a language that a mail of the round needs and the file lacks, a party without a
 * contact to write to, a document that cannot be read, a code that the register does not know, a deadline that has passed. */
#include <fcntl.h>
#include <glib.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/roundfile_private.h"
#include "mail/address.h"
#include "mail/names.h"

#define ROWS(table) (table), sizeof(table) / sizeof *(table)
#define FIELD(f) offsetof(struct draft, f)
#define TO_MAX 128

struct draft {
    struct round_spec s;
    const char *kind, *note_date;
    struct strings reminders;
};
struct document_entry {
    struct round_document d;
};
struct contact_entry {
    struct round_contact c;
    int role;
};

static const struct setting_row top_rows[] = {
    {.name = "ref", .type = SET_STRING, .offset = FIELD(s.ref), .required = true},
    {.name = "kind", .type = SET_STRING, .offset = FIELD(kind), .required = true},
    {.name = "note", .type = SET_GROUP},
    {.name = "title", .type = SET_LANG_TEXT, .offset = FIELD(s.title), .required = true},
    {.name = "text", .type = SET_LANG_PROSE, .offset = FIELD(s.text), .required = true},
    {.name = "to", .type = SET_GROUP, .required = true},
    {.name = "contacts", .type = SET_GROUP},
    {.name = "partners", .type = SET_STRINGS, .offset = FIELD(s.partners)},
    {.name = "documents", .type = SET_GROUP},
    {.name = "items", .type = SET_GROUP},
    {.name = "deadline", .type = SET_STRING, .offset = FIELD(s.deadline_text), .required = true},
    {.name = "reminders", .type = SET_STRINGS, .offset = FIELD(reminders)},
    {.name = "templates", .type = SET_PATH, .offset = FIELD(s.templates)},
};
static const struct setting_row note_rows[] = {
    {.name = "number", .type = SET_STRING, .offset = FIELD(s.note_number), .required = true},
    {.name = "date", .type = SET_STRING, .offset = FIELD(note_date), .required = true},
};
static const struct setting_row to_rows[] = {
    {.name = "kinds", .type = SET_ENUMS, .offset = FIELD(s.kinds), .names = party_kind_names, .n_names = PARTY_KIND_COUNT},
    {.name = "groups", .type = SET_STRINGS, .offset = FIELD(s.groups)},
    {.name = "parties", .type = SET_STRINGS, .offset = FIELD(s.codes)},
    {.name = "except", .type = SET_STRINGS, .offset = FIELD(s.except)},
    {.name = "roles", .type = SET_ENUMS, .offset = FIELD(s.roles), .names = contact_role_names, .n_names = ROLE_COUNT},
};
static const struct setting_row contact_rows[] = {
    {.name = "party", .type = SET_STRING, .offset = offsetof(struct contact_entry, c.party), .required = true},
    {.name = "role", .type = SET_ENUM, .offset = offsetof(struct contact_entry, role), .names = contact_role_names, .n_names = ROLE_COUNT},
    {.name = "address", .type = SET_ADDRESS, .offset = offsetof(struct contact_entry, c.contact.address), .required = true},
    {.name = "name", .type = SET_STRING, .offset = offsetof(struct contact_entry, c.contact.name)},
    {.name = "language", .type = SET_LANGS, .offset = offsetof(struct contact_entry, c.contact.langs)},
    {.name = "weekend", .type = SET_WEEKEND, .offset = offsetof(struct contact_entry, c.contact.weekend)},
};
static const struct setting_row document_rows[] = {
    {.name = "file", .type = SET_PATH, .offset = offsetof(struct document_entry, d.path), .required = true},
    {.name = "name", .type = SET_STRING, .offset = offsetof(struct document_entry, d.name)},
    {.name = "language", .type = SET_LANGS, .offset = offsetof(struct document_entry, d.langs)},
    {.name = "party", .type = SET_STRING, .offset = offsetof(struct document_entry, d.party)},
};
static const struct setting_row item_rows[] = {
    {.name = "key", .type = SET_STRING, .offset = offsetof(struct round_item, key), .required = true},
    {.name = "title", .type = SET_LANG_TEXT, .offset = offsetof(struct round_item, title), .required = true},
    {.name = "required", .type = SET_BOOL, .offset = offsetof(struct round_item, required)},
};

/* One load. */
struct load {
    struct arena *a;
    config_setting_t *root;
    struct draft *d;
    const struct config *c;
    const struct party_register *r;
    struct problems *p;
};

static config_setting_t *at(config_setting_t *group, const char *name)
{
    config_setting_t *s = config_setting_get_member(group, name);
    return s ? s : group;
}

const char *ref_fault(const char *ref)
{
    size_t first = strspn(ref, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), n = strlen(ref);
    const char *alnum = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/";
    if (first == 0 || ref[first] != '/' || n > REF_MAX || ref[n - 1] == '/' || strstr(ref, "//") || ref[strspn(ref, alnum)])
        return "is no reference; write capital letters, then parts of letters and digits joined by '/', as in ARCP/2026/04";
    return NULL;
}

const char *key_fault(const char *key)
{
    size_t n = strlen(key);
    if (n == 0 || n > KEY_MAX || key[strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_-")] || key[0] < 'a' || key[0] > 'z')
        return "is no key; small letters, digits, '_' and '-' are, beginning with a letter";
    return NULL;
}

/* ---- reference, kind, note, deadline */

static void read_kind(const struct load *l)
{
    const char *names[ROUND_KIND_COUNT], *kind = l->d->kind;
    int value;
    if (!kind)
        return;
    for (int i = 0; i < ROUND_KIND_COUNT; i++)
        names[i] = round_kinds[i].name;
    if (enum_by_name(names, ROUND_KIND_COUNT, kind, &value))
        l->d->s.kind = (enum round_kind)value;
    else
        problem_at(l->p, at(l->root, "kind"), "there is no kind of round '%.40s'%s", kind, did_you_mean(l->a, kind, names, ROUND_KIND_COUNT));
}

static void read_note(const struct load *l)
{
    struct deadline date;
    struct err e = {0};
    config_setting_t *note = setting_group(l->root, "note", l->p);
    if (!note)
        return;
    setting_read(l->a, note, ROWS(note_rows), l->d, l->p);
    const char *text = l->d->note_date;
    if (!text)
        return;
    if (!deadline_parse(text, l->c->zone, 0, &date, &e))
        problem_at(l->p, at(note, "date"), "%s", e.text);
    else if (date.has_time)
        problem_at(l->p, at(note, "date"), "the date of a note is a day without a time, as in 2026-11-22");
    else
        l->d->s.note_date = (struct civil){
            .year = date.local.year, .month = date.local.month, .day = date.local.day, .weekday = date.local.weekday};
}

static void read_deadline(const struct load *l, int64_t now_at)
{
    struct round_spec *s = &l->d->s;
    struct err e = {0};
    if (!s->deadline_text)
        return;
    if (!deadline_parse(s->deadline_text, l->c->zone, now_at, &s->deadline, &e))
        problem_at(l->p, at(l->root, "deadline"), "%s", e.text);
    else if (s->deadline.at <= now_at)
        problem_at(l->p, at(l->root, "deadline"), "the deadline %s has passed already", s->deadline_text);
}

static void add_step(const struct load *l, config_setting_t *where, const char *text)
{
    struct round_spec *s = &l->d->s;
    struct step step;
    struct err e = {0};
    if (!step_parse(text, &step, &e)) {
        problem_at(l->p, where, "%s", e.text);
        return;
    }
    for (size_t i = 0; i < s->n_steps; i++)
        if (s->steps[i].amount == step.amount && s->steps[i].unit == step.unit) {
            problem_at(l->p, where, "the reminder %s is named twice", text);
            return;
        }
    s->steps[s->n_steps++] = step;
}

static void read_steps(const struct load *l)
{
    struct round_spec *s = &l->d->s;
    config_setting_t *where = config_setting_get_member(l->root, "reminders");
    if (!where) {
        memcpy(s->steps, l->c->steps, sizeof s->steps);
        s->n_steps = l->c->n_steps;
        return;
    }
    if (l->d->reminders.n > STEPS_MAX)
        problem_at(l->p, where, "there are %zu reminders; %d are the most", l->d->reminders.n, STEPS_MAX);
    for (size_t i = 0; i < l->d->reminders.n && i < STEPS_MAX; i++)
        add_step(l, where, l->d->reminders.items[i]);
}

/* ---- audience */

static const struct party *known_party(const struct load *l, config_setting_t *where, const char *code)
{
    const struct party *party = register_find(l->r, code);
    const char **codes = arena_alloc(l->a, (l->r->n_parties + 1) * sizeof *codes);
    for (size_t i = 0; i < l->r->n_parties; i++)
        codes[i] = l->r->parties[i].code;
    if (!party)
        problem_at(l->p, where, "the register has no party '%.40s'%s", code, strlen(code) > 2 ? did_you_mean(l->a, code, codes, l->r->n_parties) : "");
    return party;
}

static const char *const *groups_of(const struct load *l, size_t *n_out)
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

static void check_audience_names(const struct load *l, config_setting_t *to)
{
    const struct round_spec *s = &l->d->s;
    size_t n;
    const char *const *groups = groups_of(l, &n);
    for (size_t i = 0; i < s->n_groups; i++)
        if (!is_group(s->groups[i], groups, n))
            problem_at(l->p, at(to, "groups"), "no party of the register is in a group '%.40s'%s", s->groups[i],
                       did_you_mean(l->a, s->groups[i], groups, n));
    for (size_t i = 0; i < s->n_codes; i++)
        known_party(l, at(to, "parties"), s->codes[i]);
    for (size_t i = 0; i < s->n_except; i++)
        if (!is_group(s->except[i], groups, n))
            known_party(l, at(to, "except"), s->except[i]);
}

static void read_to(const struct load *l)
{
    struct round_spec *s = &l->d->s;
    config_setting_t *to = setting_group(l->root, "to", l->p);
    s->roles = 1u << ROLE_MISSION | 1u << ROLE_FOCAL_POINT;
    if (!to)
        return;
    setting_read(l->a, to, ROWS(to_rows), l->d, l->p);
    if (!s->roles) {
        problem_at(l->p, at(to, "roles"), "roles names no role; leave it out for mission and focal_point");
        s->roles = 1u << ROLE_MISSION | 1u << ROLE_FOCAL_POINT;
    }
    check_audience_names(l, to);
}

static void check_invited(const struct load *l, config_setting_t *where, const char *code)
{
    const struct party *party = known_party(l, where, code);
    if (party && !round_invites(&l->d->s, party))
        problem_at(l->p, where, "this round does not write to %s", party->code);
}

static void check_new_contact(const struct load *l, config_setting_t *group, const struct round_contact *contact, size_t n_before)
{
    const struct round_contact *before = l->d->s.contacts;
    const char *address = contact->contact.address;
    const struct contact *known = NULL;
    const struct party *owner = register_by_address(l->r, address, &known);
    if (owner && contact->party && strcasecmp(owner->code, contact->party) != 0)
        problem_at(l->p, at(group, "address"), "%s is an address of %s in the register", address, owner->code);
    if (address_same(address, l->c->address))
        problem_at(l->p, at(group, "address"), "%s is the secretariat's own address", address);
    for (size_t i = 0; i < n_before; i++)
        if (before[i].contact.address && address_same(address, before[i].contact.address))
            problem_at(l->p, at(group, "address"), "%s is named twice", address);
}

static void read_contacts(const struct load *l)
{
    struct round_spec *s = &l->d->s;
    struct round_contact *contacts = NULL;
    config_setting_t *list = setting_groups(l->root, "contacts", l->p);
    for (int i = 0; list && i < config_setting_length(list); i++) {
        config_setting_t *group = config_setting_get_elem(list, (unsigned)i);
        struct contact_entry entry = {.role = ROLE_OTHER};
        entry.c.contact = (struct contact){
            .langs = LANG_BIT(LANG_AR), .weekend = WEEKEND_FRI_SAT, .line = (int)config_setting_source_line(group)};
        setting_read(l->a, group, ROWS(contact_rows), &entry, l->p);
        entry.c.contact.role = (enum contact_role)entry.role;
        if (!(s->roles & 1u << entry.role))
            problem_at(l->p, at(group, "role"), "the role %s is not among those that this round writes to; add it to to.roles",
                       contact_role_names[entry.role]);
        if (entry.c.party)
            check_invited(l, at(group, "party"), entry.c.party);
        if (entry.c.contact.address)
            check_new_contact(l, group, &entry.c, s->n_contacts);
        ARENA_PUSH(l->a, contacts, s->n_contacts, entry.c);
        s->contacts = contacts;
    }
}

static void check_partners(const struct load *l)
{
    const struct round_spec *s = &l->d->s;
    config_setting_t *where = at(l->root, "partners");
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

/* ---- documents and items */

static void check_file(const struct load *l, config_setting_t *where, const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        problem_at(l->p, where, "there is no file %s", path);
    else if (!S_ISREG(st.st_mode))
        problem_at(l->p, where, "%s is no file", path);
    else if (st.st_size == 0)
        problem_at(l->p, where, "%s is empty", path);
    else if (st.st_size > DOCUMENT_BYTES)
        problem_at(l->p, where, "%s has more than %lld MB", path, (long long)(DOCUMENT_BYTES >> 20));
    else if (access(path, R_OK) != 0)
        problem_at(l->p, where, "%s cannot be read by this user", path);
}

/* Whether one mail could carry both. */
static bool meet(const struct round_document *x, const struct round_document *y)
{
    if (x->party && y->party && strcasecmp(x->party, y->party) != 0)
        return false;
    return !x->langs || !y->langs || (x->langs & y->langs);
}

static void check_document(const struct load *l, config_setting_t *group, struct round_document *d, size_t n_before)
{
    const struct round_document *before = l->d->s.documents;
    if (!d->path)
        return;
    check_file(l, at(group, "file"), d->path);
    g_autofree char *base = g_path_get_basename(d->path);
    d->name = name_clean(l->a, d->name ? d->name : base);
    if (d->party)
        check_invited(l, at(group, "party"), d->party);
    for (size_t i = 0; i < n_before; i++)
        if (before[i].name && strcasecmp(before[i].name, d->name) == 0 && meet(&before[i], d))
            problem_at(l->p, at(group, "name"), "two documents of one mail are called '%s'", d->name);
}

static void read_documents(const struct load *l)
{
    struct round_spec *s = &l->d->s;
    struct round_document *documents = NULL;
    config_setting_t *list = setting_groups(l->root, "documents", l->p);
    if (list && config_setting_length(list) > DOCUMENTS_MAX) {
        problem_at(l->p, list, "there are more than %d documents", DOCUMENTS_MAX);
        return;
    }
    for (int i = 0; list && i < config_setting_length(list); i++) {
        config_setting_t *group = config_setting_get_elem(list, (unsigned)i);
        struct document_entry entry = {0};
        setting_read(l->a, group, ROWS(document_rows), &entry, l->p);
        check_document(l, group, &entry.d, s->n_documents);
        ARENA_PUSH(l->a, documents, s->n_documents, entry.d);
        s->documents = documents;
    }
}

static void check_item(const struct load *l, config_setting_t *group, const struct round_item *item, size_t n_before)
{
    const struct round_item *before = l->d->s.items;
    const char *fault = key_fault(item->key);
    if (fault)
        problem_at(l->p, at(group, "key"), "'%.60s' %s", item->key, fault);
    for (size_t i = 0; i < n_before; i++)
        if (before[i].key && strcmp(before[i].key, item->key) == 0)
            problem_at(l->p, at(group, "key"), "the item '%s' is named twice", item->key);
}

static void read_items(const struct load *l)
{
    struct round_spec *s = &l->d->s;
    struct round_item *items = NULL;
    config_setting_t *list = setting_groups(l->root, "items", l->p);
    if (list && config_setting_length(list) > ITEMS_MAX) {
        problem_at(l->p, list, "there are %d items; %d are the most", config_setting_length(list), ITEMS_MAX);
        return;
    }
    for (int i = 0; list && i < config_setting_length(list); i++) {
        config_setting_t *group = config_setting_get_elem(list, (unsigned)i);
        struct round_item item = {.required = true};
        setting_read(l->a, group, ROWS(item_rows), &item, l->p);
        if (item.key)
            check_item(l, group, &item, s->n_items);
        ARENA_PUSH(l->a, items, s->n_items, item);
        s->items = items;
    }
}

/* ---- what the audience needs */

/* Who made a language necessary. */
struct reader {
    const struct party *party;
    const struct contact *contact;
};

static void check_language(const struct load *l, int lang, const struct reader *reader)
{
    const struct round_spec *s = &l->d->s;
    const char *who = arena_printf(l->a, "in which %s (%s) is written to", reader->party->code, reader->contact->address);
    config_setting_t *items = config_setting_get_member(l->root, "items"), *title = config_setting_get_member(l->root, "title"),
                     *text = config_setting_get_member(l->root, "text");
    if (title && !s->title[lang])
        problem_at(l->p, title, "title is missing in %s, %s", lang_names[lang], who);
    if (text && !s->text[lang])
        problem_at(l->p, text, "text is missing in %s, %s", lang_names[lang], who);
    for (size_t i = 0; items && i < s->n_items; i++)
        if (!s->items[i].title[lang])
            problem_at(l->p, at(config_setting_get_elem(items, (unsigned)i), "title"), "title of item %zu is missing in %s, %s", i + 1,
                       lang_names[lang], who);
}

static void check_audience(const struct load *l)
{
    const struct round_spec *s = &l->d->s;
    const struct contact *to[TO_MAX];
    struct reader readers[LANG_COUNT] = {{0}};
    config_setting_t *where = setting_group(l->root, "to", l->p);
    int invited = 0;
    for (size_t i = 0; where && i < l->r->n_parties; i++) {
        const struct party *party = &l->r->parties[i];
        if (!round_invites(s, party))
            continue;
        size_t n = round_contacts(s, party, to, TO_MAX);
        invited++;
        if (n == 0)
            problem_at(l->p, at(where, "roles"), "%s has no contact in the roles that this round writes to", party->code);
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

static void read_all(const struct load *l, int64_t now_at)
{
    struct round_spec *s = &l->d->s;
    setting_read(l->a, l->root, ROWS(top_rows), l->d, l->p);
    const char *fault = s->ref ? ref_fault(s->ref) : NULL;
    if (fault)
        problem_at(l->p, at(l->root, "ref"), "'%.60s' %s", s->ref, fault);
    read_kind(l);
    read_note(l);
    read_to(l);
    read_contacts(l);
    check_partners(l);
    read_documents(l);
    read_items(l);
    read_deadline(l, now_at);
    read_steps(l);
    if (s->templates && !g_file_test(s->templates, G_FILE_TEST_IS_DIR))
        problem_at(l->p, at(l->root, "templates"), "there is no folder %s", s->templates);
    check_audience(l);
}

struct round_spec *roundfile_load(struct arena *a, const char *path, const struct config *c, const struct party_register *r, int64_t now_at,
                                  struct problems *p)
{
    int before = p->n;
    config_t *file = setting_open_whole(path, p);
    if (!file)
        return NULL;
    struct draft *d = arena_alloc(a, sizeof *d);
    struct load l = {.a = a, .root = config_root_setting(file), .d = d, .c = c, .r = r, .p = p};
    d->s.path = path_absolute(a, path);
    read_all(&l, now_at);
    setting_close(file);
    return p->n == before ? &d->s : NULL;
}
