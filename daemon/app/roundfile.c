/* roundfile.c - one round file, read and checked against configuration and register.
 *
 * Refused is what would show only after the launch: a document that cannot be read, an item named twice, a deadline
 * that has passed; and what round_audience.c finds of the parties and their languages. */
#include <glib.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/letter.h"
#include "app/round_audience.h"
#include "app/roundfile_private.h"
#include "mail/names.h"

#define ROWS(table) (table), sizeof(table) / sizeof *(table)
#define FIELD(f)    offsetof(struct draft, f)

struct draft {
    struct round_spec s;
    const char *kind, *note_date, *templates;
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
    {.name = "templates", .type = SET_PATH, .offset = FIELD(templates)},
};
static const struct setting_row note_rows[] = {
    {.name = "number", .type = SET_STRING, .offset = FIELD(s.note_number), .required = true},
    {.name = "date", .type = SET_STRING, .offset = FIELD(note_date), .required = true},
};
static const struct setting_row to_rows[] = {
    {.name = "kinds",
     .type = SET_ENUMS,
     .offset = FIELD(s.kinds),
     .names = party_kind_names,
     .n_names = PARTY_KIND_COUNT},
    {.name = "groups", .type = SET_STRINGS, .offset = FIELD(s.groups)},
    {.name = "parties", .type = SET_STRINGS, .offset = FIELD(s.codes)},
    {.name = "except", .type = SET_STRINGS, .offset = FIELD(s.except)},
    {.name = "roles", .type = SET_ENUMS, .offset = FIELD(s.roles), .names = contact_role_names, .n_names = ROLE_COUNT},
    {.name = "next_contact", .type = SET_BOOL, .offset = FIELD(s.next_contact)},
};
static const struct setting_row contact_rows[] = {
    {.name = "party", .type = SET_STRING, .offset = offsetof(struct contact_entry, c.party), .required = true},
    {.name = "role",
     .type = SET_ENUM,
     .offset = offsetof(struct contact_entry, role),
     .names = contact_role_names,
     .n_names = ROLE_COUNT},
    {.name = "address",
     .type = SET_ADDRESS,
     .offset = offsetof(struct contact_entry, c.contact.address),
     .required = true},
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

const char *ref_fault(const char *ref)
{
    size_t first = strspn(ref, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), n = strlen(ref);
    const char *alnum = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/";
    if (first == 0 || ref[first] != '/' || n > REF_MAX || ref[n - 1] == '/' || strstr(ref, "//") ||
        ref[strspn(ref, alnum)])
        return "is no reference; write capital letters, then parts of letters and digits joined by '/', as in "
               "ARCP/2026/04";
    return NULL;
}

const char *key_fault(const char *key)
{
    size_t n = strlen(key);
    if (n == 0 || n > KEY_MAX || key[strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_-")] || key[0] < 'a' ||
        key[0] > 'z')
        return "is no key; small letters, digits, '_' and '-' are, beginning with a letter";
    return NULL;
}

/* ---- reference, kind, note, deadline */

static void read_kind(const struct round_reading *l)
{
    const char *names[ROUND_KIND_COUNT], *kind = l->d->kind;
    int value;
    if (!kind)
        return;
    for (int i = 0; i < ROUND_KIND_COUNT; i++)
        names[i] = round_kinds[i].name;
    if (enum_by_name(names, ROUND_KIND_COUNT, kind, &value))
        l->s->kind = (enum round_kind)value;
    else
        problem_at(l->p, setting_at(l->root, "kind"), "there is no kind of round '%.40s'%s", kind,
                   did_you_mean(l->a, kind, names, ROUND_KIND_COUNT));
}

static void read_note(const struct round_reading *l)
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
        problem_at(l->p, setting_at(note, "date"), "%s", e.text);
    else if (date.has_time)
        problem_at(l->p, setting_at(note, "date"), "the date of a note is a day without a time, as in 2026-11-22");
    else
        l->s->note_date = (struct civil){
            .year = date.local.year, .month = date.local.month, .day = date.local.day, .weekday = date.local.weekday};
}

static void read_deadline(const struct round_reading *l, int64_t now_at)
{
    struct round_spec *s = l->s;
    struct err e = {0};
    if (!s->deadline_text)
        return;
    if (!deadline_parse(s->deadline_text, l->c->zone, now_at, &s->deadline, &e))
        problem_at(l->p, setting_at(l->root, "deadline"), "%s", e.text);
    else if (s->deadline.at <= now_at)
        problem_at(l->p, setting_at(l->root, "deadline"), "the deadline %s has passed already", s->deadline_text);
}

static void add_step(const struct round_reading *l, config_setting_t *where, const char *text)
{
    struct round_spec *s = l->s;
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

static void read_steps(const struct round_reading *l)
{
    struct round_spec *s = l->s;
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

static void read_to(const struct round_reading *l)
{
    struct round_spec *s = l->s;
    config_setting_t *to = setting_group(l->root, "to", l->p);
    s->roles = 1u << ROLE_MISSION | 1u << ROLE_FOCAL_POINT;
    if (!to)
        return;
    setting_read(l->a, to, ROWS(to_rows), l->d, l->p);
    if (!s->roles) {
        problem_at(l->p, setting_at(to, "roles"), "roles names no role; leave it out for mission and focal_point");
        s->roles = 1u << ROLE_MISSION | 1u << ROLE_FOCAL_POINT;
    }
    audience_check_names(l, to);
}

static void read_contacts(const struct round_reading *l)
{
    struct round_spec *s = l->s;
    struct round_contact *contacts = NULL;
    config_setting_t *list = setting_groups(l->root, "contacts", l->p);
    for (int i = 0; list && i < config_setting_length(list); i++) {
        config_setting_t *group = config_setting_get_elem(list, (unsigned)i);
        struct contact_entry entry = {.role = __builtin_ctz(s->roles)}; /* the first that is written to */
        entry.c.contact = (struct contact){
            .langs = LANG_BIT(LANG_AR), .weekend = WEEKEND_FRI_SAT, .line = (int)config_setting_source_line(group)};
        setting_read(l->a, group, ROWS(contact_rows), &entry, l->p);
        entry.c.contact.role = (enum contact_role)entry.role;
        if (!(s->roles & 1u << entry.role))
            problem_at(l->p, setting_at(group, "role"),
                       "the role %s is not among those that this round writes to; add it to to.roles",
                       contact_role_names[entry.role]);
        if (entry.c.party)
            audience_check_invited(l, setting_at(group, "party"), entry.c.party);
        if (entry.c.contact.address)
            audience_check_contact(l, group, &entry.c, s->n_contacts);
        if (!entry.c.party || !entry.c.contact.address)
            continue;
        ARENA_PUSH(l->a, contacts, s->n_contacts, entry.c);
        s->contacts = contacts;
    }
}

/* ---- documents and items */

static void check_file(const struct round_reading *l, config_setting_t *where, const char *path)
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

static void check_document(const struct round_reading *l, config_setting_t *group, struct round_document *d,
                           size_t n_before)
{
    const struct round_document *before = l->s->documents;
    if (!d->path)
        return;
    check_file(l, setting_at(group, "file"), d->path);
    g_autofree char *base = g_path_get_basename(d->path);
    d->name = name_clean(l->a, d->name ? d->name : base);
    if (d->party)
        audience_check_invited(l, setting_at(group, "party"), d->party);
    for (size_t i = 0; i < n_before; i++)
        if (before[i].name && strcasecmp(before[i].name, d->name) == 0 && meet(&before[i], d))
            problem_at(l->p, setting_at(group, "name"), "two documents of one mail are called '%s'", d->name);
}

static void read_documents(const struct round_reading *l)
{
    struct round_spec *s = l->s;
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

static void check_item(const struct round_reading *l, config_setting_t *group, const struct round_item *item,
                       size_t n_before)
{
    const struct round_item *before = l->s->items;
    const char *fault = key_fault(item->key);
    if (fault)
        problem_at(l->p, setting_at(group, "key"), "'%.60s' %s", item->key, fault);
    for (size_t i = 0; i < n_before; i++)
        if (before[i].key && strcmp(before[i].key, item->key) == 0)
            problem_at(l->p, setting_at(group, "key"), "the item '%s' is named twice", item->key);
}

static void read_items(const struct round_reading *l)
{
    struct round_spec *s = l->s;
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

/* Each is parsed, as the daemon will. */
static void read_templates(const struct round_reading *l)
{
    struct round_spec *s = l->s;
    struct err e = {0};
    if (!l->d->templates)
        return;
    s->templates = templates_of_folder(l->a, l->d->templates, &s->n_templates, &e);
    if (!s->templates)
        problem_at(l->p, setting_at(l->root, "templates"), "%s", e.text);
    if (s->n_templates)
        templates_load(l->a, l->c->templates_dir, s->templates, s->n_templates, l->p);
}

static void read_all(const struct round_reading *l, int64_t now_at)
{
    struct round_spec *s = l->s;
    setting_read(l->a, l->root, ROWS(top_rows), l->d, l->p);
    const char *fault = s->ref ? ref_fault(s->ref) : NULL;
    if (fault)
        problem_at(l->p, setting_at(l->root, "ref"), "'%.60s' %s", s->ref, fault);
    read_kind(l);
    read_note(l);
    read_to(l);
    read_contacts(l);
    audience_check_partners(l);
    read_documents(l);
    read_items(l);
    read_deadline(l, now_at);
    read_steps(l);
    read_templates(l);
    audience_check(l);
}

struct round_spec *roundfile_load(struct arena *a, const char *path, const struct config *c,
                                  const struct party_register *r, int64_t now_at, struct problems *p)
{
    int before = p->n;
    config_t *file = setting_open_whole(path, p);
    if (!file)
        return NULL;
    struct draft *d = arena_alloc(a, sizeof *d);
    struct round_reading l = {.a = a, .root = config_root_setting(file), .d = d, .s = &d->s, .c = c, .r = r, .p = p};
    d->s.path = path_absolute(a, path);
    read_all(&l, now_at);
    setting_close(file);
    return p->n == before ? &d->s : NULL;
}
