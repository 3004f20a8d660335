/* roundfile_json.c - a round as JSON: how the command line hands it to the daemon, and how it is frozen in the store.
 *
 * Reading refuses what a round file could not say either: a wrong type, a text with control characters, a document
 * without an absolute path, an address that is none, more of anything than there may be. Unknown members are passed
 * over, so that a later version's frozen rounds still load. */
#include <glib.h>
#include <jansson.h>
#include <string.h>

#include "app/roundfile_private.h"
#include "mail/address.h"

#define TEXT_MAX   1000
#define PROSE_MAX  20000
#define PATH_BYTES 4096
#define LIST_MAX   STRINGS_MAX

/* ---- writing */

static void put(json_t *o, const char *key, const char *text)
{
    if (text)
        json_object_set_new(o, key, json_string(text));
}

static json_t *texts_to_json(const char *const *texts)
{
    json_t *o = json_object();
    for (int i = 0; i < LANG_COUNT; i++)
        put(o, lang_names[i], texts[i]);
    return o;
}

static json_t *strings_to_json(const char *const *items, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_string(items[i]));
    return list;
}

static json_t *bits_to_json(unsigned bits, const char *const *names, int n)
{
    json_t *list = json_array();
    for (int i = 0; i < n; i++)
        if (bits & 1u << i)
            json_array_append_new(list, json_string(names[i]));
    return list;
}

static json_t *civil_to_json(struct civil c)
{
    return json_pack("[iiiiii]", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

static json_t *contacts_to_json(const struct round_spec *s)
{
    ARENA_SCOPED a = arena_new();
    json_t *list = json_array();
    for (size_t i = 0; i < s->n_contacts; i++) {
        const struct contact *c = &s->contacts[i].contact;
        json_t *o = json_object();
        put(o, "party", s->contacts[i].party);
        put(o, "role", contact_role_names[c->role]);
        put(o, "address", c->address);
        put(o, "name", c->name);
        put(o, "language", langs_format(a, c->langs));
        put(o, "weekend", weekend_format(a, c->weekend));
        json_object_set_new(o, "line", json_integer(c->line));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *documents_to_json(const struct round_spec *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->n_documents; i++) {
        const struct round_document *d = &s->documents[i];
        json_t *o = json_object();
        put(o, "path", d->path);
        put(o, "name", d->name);
        json_object_set_new(o, "languages", bits_to_json(d->langs, lang_names, LANG_COUNT));
        put(o, "party", d->party);
        put(o, "sha256", d->sha256);
        put(o, "part", d->part);
        json_object_set_new(o, "part_size", json_integer(d->part_size));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *templates_to_json(const struct round_spec *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->n_templates; i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:s}", "name", s->templates[i].name, "path", s->templates[i].path));
    return list;
}

static json_t *items_to_json(const struct round_spec *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->n_items; i++) {
        json_t *o = json_object();
        put(o, "key", s->items[i].key);
        json_object_set_new(o, "title", texts_to_json(s->items[i].title));
        json_object_set_new(o, "required", json_boolean(s->items[i].required));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *steps_to_json(const struct round_spec *s)
{
    json_t *list = json_array();
    char text[16];
    for (size_t i = 0; i < s->n_steps; i++) {
        step_format(s->steps[i], text);
        json_array_append_new(list, json_string(text));
    }
    return list;
}

static json_t *deadline_to_json(const struct deadline *d)
{
    json_t *o = json_object();
    json_object_set_new(o, "at", json_integer(d->at));
    json_object_set_new(o, "local", civil_to_json(d->local));
    json_object_set_new(o, "has_time", json_boolean(d->has_time));
    return o;
}

static void put_audience(json_t *o, const struct round_spec *s)
{
    json_object_set_new(o, "kinds", bits_to_json(s->kinds, party_kind_names, PARTY_KIND_COUNT));
    json_object_set_new(o, "groups", strings_to_json(s->groups, s->n_groups));
    json_object_set_new(o, "parties", strings_to_json(s->codes, s->n_codes));
    json_object_set_new(o, "except", strings_to_json(s->except, s->n_except));
    json_object_set_new(o, "roles", bits_to_json(s->roles, contact_role_names, ROLE_COUNT));
    json_object_set_new(o, "next_contact", json_boolean(s->next_contact));
    json_object_set_new(o, "contacts", contacts_to_json(s));
    json_object_set_new(o, "partners", strings_to_json(s->partners, s->n_partners));
}

json_t *round_spec_to_json(const struct round_spec *s)
{
    json_t *o = json_object();
    put(o, "path", s->path);
    put(o, "ref", s->ref);
    put(o, "kind", round_kinds[s->kind].name);
    put(o, "note_number", s->note_number);
    if (s->note_date.year)
        json_object_set_new(o, "note_date", civil_to_json(s->note_date));
    json_object_set_new(o, "title", texts_to_json(s->title));
    json_object_set_new(o, "text", texts_to_json(s->text));
    put_audience(o, s);
    json_object_set_new(o, "documents", documents_to_json(s));
    json_object_set_new(o, "items", items_to_json(s));
    put(o, "deadline_text", s->deadline_text);
    json_object_set_new(o, "deadline", deadline_to_json(&s->deadline));
    json_object_set_new(o, "steps", steps_to_json(s));
    json_object_set_new(o, "templates", templates_to_json(s));
    return o;
}

/* ---- reading */

struct reading {
    struct arena *a;
    struct err *e;
};

static bool text_fits(const char *text, size_t max, bool lines)
{
    if (!*text || strlen(text) > max || !g_utf8_validate(text, -1, NULL))
        return false;
    for (; *text; text = g_utf8_next_char(text))
        if (g_unichar_iscntrl(g_utf8_get_char(text)) && !(lines && strchr("\r\n\t", *text)))
            return false;
    return true;
}

/* A member that may be missing; false where it is something else than a fit text. */
static bool get_text(const struct reading *r, const json_t *o, const char *key, size_t max, const char **out)
{
    const json_t *j = json_object_get(o, key);
    if (!j || json_is_null(j))
        return true;
    const char *text = json_string_value(j);
    if (!text || strlen(text) != json_string_length(j) || !text_fits(text, max, max == PROSE_MAX))
        return err_perm(r->e, "%s is no text of 1 to %zu bytes without control characters", key, max);
    *out = arena_strdup(r->a, text);
    return true;
}

static bool get_needed(const struct reading *r, const json_t *o, const char *key, size_t max, const char **out)
{
    if (!get_text(r, o, key, max, out))
        return false;
    if (!*out)
        err_perm(r->e, "%s is missing", key);
    return *out != NULL;
}

static bool get_texts(const struct reading *r, const json_t *o, const char *key, size_t max, const char **out)
{
    const json_t *texts = json_object_get(o, key);
    if (!json_is_object(texts))
        return err_perm(r->e, "%s is no object of languages", key);
    for (int i = 0; i < LANG_COUNT; i++)
        if (!get_text(r, texts, lang_names[i], max, &out[i]))
            return err_prefix(r->e, "%s", key);
    return true;
}

/* A list that may be missing, or NULL with e where there is something else. */
static bool get_list(const struct reading *r, const json_t *o, const char *key, size_t max, const json_t **out)
{
    *out = json_object_get(o, key);
    if (*out && (!json_is_array(*out) || json_array_size(*out) > max))
        return err_perm(r->e, "%s is no list of at most %zu members", key, max);
    return true;
}

static bool get_strings(const struct reading *r, const json_t *o, const char *key, const char *const **out,
                        size_t *n_out)
{
    const json_t *list;
    const char **items = NULL;
    size_t n = 0;
    if (!get_list(r, o, key, LIST_MAX, &list))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (!text || !text_fits(text, TEXT_MAX, false))
            return err_perm(r->e, "%s: member %zu is no text", key, i + 1);
        ARENA_PUSH(r->a, items, n, arena_strdup(r->a, text));
    }
    *out = items;
    *n_out = n;
    return true;
}

struct names {
    const char *const *names;
    int n;
};

static bool get_bits(const struct reading *r, const json_t *o, const char *key, struct names known, unsigned *out)
{
    const json_t *list;
    unsigned bits = 0;
    if (!get_list(r, o, key, (size_t)known.n, &list))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        int value;
        if (!enum_by_name(known.names, known.n, json_string_value(json_array_get(list, i)), &value))
            return err_perm(r->e, "%s: member %zu is unknown", key, i + 1);
        bits |= 1u << value;
    }
    *out = bits;
    return true;
}

static bool get_civil(const struct reading *r, const json_t *o, const char *key, struct civil *out)
{
    struct civil c = {0};
    int *fields[] = {&c.year, &c.month, &c.day, &c.hour, &c.minute, &c.second};
    const json_t *list = json_object_get(o, key);
    for (size_t i = 0; i < 6; i++) {
        json_int_t value = json_integer_value(json_array_get(list, i));
        *fields[i] = value >= 0 && value < 10000 ? (int)value : -1;
    }
    if (json_array_size(list) != 6 || !civil_valid(c))
        return err_perm(r->e, "%s is no date", key);
    c.weekday = civil_weekday(c);
    *out = c;
    return true;
}

static bool get_contact(const struct reading *r, const json_t *o, struct round_contact *out)
{
    const char *role = NULL, *langs = NULL, *weekend = NULL;
    struct contact *c = &out->contact;
    int value;
    if (!get_needed(r, o, "party", TEXT_MAX, &out->party) || !get_needed(r, o, "role", TEXT_MAX, &role) ||
        !get_needed(r, o, "address", TEXT_MAX, &c->address) || !get_text(r, o, "name", TEXT_MAX, &c->name) ||
        !get_needed(r, o, "language", TEXT_MAX, &langs) || !get_needed(r, o, "weekend", TEXT_MAX, &weekend))
        return false;
    if (!enum_by_name(contact_role_names, ROLE_COUNT, role, &value))
        return err_perm(r->e, "role is unknown");
    if (!langs_parse(langs, &c->langs) || !weekend_parse(weekend, &c->weekend))
        return err_perm(r->e, "language or weekend is unknown");
    c->role = (enum contact_role)value;
    c->line = (int)json_integer_value(json_object_get(o, "line"));
    return address_wire(r->a, c->address, r->e) != NULL;
}

static bool get_contacts(const struct reading *r, const json_t *o, struct round_spec *s)
{
    const json_t *list;
    struct round_contact *contacts = NULL;
    if (!get_list(r, o, "contacts", LIST_MAX, &list))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct round_contact contact = {0};
        if (!get_contact(r, json_array_get(list, i), &contact))
            return err_prefix(r->e, "contact %zu", i + 1);
        ARENA_PUSH(r->a, contacts, s->n_contacts, contact);
    }
    s->contacts = contacts;
    return true;
}

static bool get_partners(const struct reading *r, const json_t *o, struct round_spec *s)
{
    if (!get_strings(r, o, "partners", &s->partners, &s->n_partners))
        return false;
    for (size_t i = 0; i < s->n_partners; i++)
        if (!address_wire(r->a, s->partners[i], r->e))
            return err_prefix(r->e, "partner %zu", i + 1);
    return true;
}

static bool is_sha256(const char *hex)
{
    return strlen(hex) == 64 && hex[strspn(hex, "0123456789abcdef")] == '\0';
}

static bool climbs(const char *path)
{
    return strcmp(path, "..") == 0 || strncmp(path, "../", 3) == 0 || strstr(path, "/../") ||
           g_str_has_suffix(path, "/..");
}

static bool path_and_name_right(const struct reading *r, const char *path, const char *name)
{
    if (path[0] != '/')
        return err_perm(r->e, "the path %s is not absolute", path);
    return !strchr(name, '/') || err_perm(r->e, "the name %s holds a '/'", name);
}

static bool get_document(const struct reading *r, const json_t *o, struct round_document *d)
{
    if (!get_needed(r, o, "path", PATH_BYTES, &d->path) || !get_needed(r, o, "name", TEXT_MAX, &d->name) ||
        !get_bits(r, o, "languages", (struct names){lang_names, LANG_COUNT}, &d->langs) ||
        !get_text(r, o, "party", TEXT_MAX, &d->party) || !get_text(r, o, "sha256", TEXT_MAX, &d->sha256) ||
        !get_text(r, o, "part", PATH_BYTES, &d->part))
        return false;
    d->part_size = json_integer_value(json_object_get(o, "part_size"));
    if (!path_and_name_right(r, d->path, d->name))
        return false;
    if (d->sha256 && !is_sha256(d->sha256))
        return err_perm(r->e, "sha256 is none");
    if (d->part && (d->part[0] == '/' || climbs(d->part)))
        return err_perm(r->e, "the part %s does not lie below the state directory", d->part);
    return d->part_size >= 0 || err_perm(r->e, "part_size is negative");
}

static bool get_documents(const struct reading *r, const json_t *o, struct round_spec *s)
{
    const json_t *list;
    struct round_document *documents = NULL;
    if (!get_list(r, o, "documents", DOCUMENTS_MAX, &list))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct round_document document = {0};
        if (!get_document(r, json_array_get(list, i), &document))
            return err_prefix(r->e, "document %zu", i + 1);
        ARENA_PUSH(r->a, documents, s->n_documents, document);
    }
    s->documents = documents;
    return true;
}

static bool get_templates(const struct reading *r, const json_t *o, struct round_spec *s)
{
    const json_t *list;
    struct round_template *templates = NULL;
    if (!get_list(r, o, "templates", TEMPLATES_MAX, &list))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct round_template t = {0};
        if (!get_needed(r, json_array_get(list, i), "name", TEXT_MAX, &t.name) ||
            !get_needed(r, json_array_get(list, i), "path", PATH_BYTES, &t.path) ||
            !path_and_name_right(r, t.path, t.name))
            return err_prefix(r->e, "template %zu", i + 1);
        ARENA_PUSH(r->a, templates, s->n_templates, t);
    }
    s->templates = templates;
    return true;
}

static bool get_items(const struct reading *r, const json_t *o, struct round_spec *s)
{
    const json_t *list;
    struct round_item *items = NULL;
    if (!get_list(r, o, "items", ITEMS_MAX, &list))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct round_item item = {.required = json_is_true(json_object_get(json_array_get(list, i), "required"))};
        if (!get_needed(r, json_array_get(list, i), "key", KEY_MAX, &item.key) ||
            !get_texts(r, json_array_get(list, i), "title", TEXT_MAX, item.title))
            return err_prefix(r->e, "item %zu", i + 1);
        if (key_fault(item.key))
            return err_perm(r->e, "item %zu: '%s' %s", i + 1, item.key, key_fault(item.key));
        ARENA_PUSH(r->a, items, s->n_items, item);
    }
    s->items = items;
    return true;
}

static bool get_steps(const struct reading *r, const json_t *o, const struct config *c, struct round_spec *s)
{
    const json_t *list;
    if (!get_list(r, o, "steps", STEPS_MAX, &list))
        return false;
    if (!list && c) {
        memcpy(s->steps, c->steps, sizeof s->steps);
        s->n_steps = c->n_steps;
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (!text || !step_parse(text, &s->steps[s->n_steps++], r->e))
            return err_perm(r->e, "steps: member %zu is no step", i + 1);
    }
    return true;
}

static bool get_deadline(const struct reading *r, const json_t *o, struct round_spec *s)
{
    const json_t *d = json_object_get(o, "deadline");
    if (!get_needed(r, o, "deadline_text", TEXT_MAX, &s->deadline_text) ||
        !get_civil(r, d, "local", &s->deadline.local))
        return false;
    s->deadline.at = json_integer_value(json_object_get(d, "at"));
    s->deadline.has_time = json_is_true(json_object_get(d, "has_time"));
    return s->deadline.at > 0 || err_perm(r->e, "the deadline is no instant");
}

static bool get_kind(const struct reading *r, const json_t *o, struct round_spec *s)
{
    const char *kind = NULL;
    if (!get_needed(r, o, "kind", TEXT_MAX, &kind))
        return false;
    for (int i = 0; i < ROUND_KIND_COUNT; i++)
        if (strcmp(round_kinds[i].name, kind) == 0) {
            s->kind = (enum round_kind)i;
            return true;
        }
    return err_perm(r->e, "there is no kind of round '%s'", kind);
}

static bool get_head(const struct reading *r, const json_t *o, struct round_spec *s)
{
    if (!get_text(r, o, "path", PATH_BYTES, &s->path) || !get_needed(r, o, "ref", REF_MAX, &s->ref) ||
        !get_kind(r, o, s) || !get_text(r, o, "note_number", TEXT_MAX, &s->note_number) ||
        !get_texts(r, o, "title", TEXT_MAX, s->title) || !get_texts(r, o, "text", PROSE_MAX, s->text))
        return false;
    if (ref_fault(s->ref))
        return err_perm(r->e, "'%s' %s", s->ref, ref_fault(s->ref));
    return !json_object_get(o, "note_date") || get_civil(r, o, "note_date", &s->note_date);
}

static bool get_audience(const struct reading *r, const json_t *o, struct round_spec *s)
{
    s->next_contact = json_is_true(json_object_get(o, "next_contact")); /* rounds of before do not have it */
    return get_bits(r, o, "kinds", (struct names){party_kind_names, PARTY_KIND_COUNT}, &s->kinds) &&
           get_strings(r, o, "groups", &s->groups, &s->n_groups) &&
           get_strings(r, o, "parties", &s->codes, &s->n_codes) &&
           get_strings(r, o, "except", &s->except, &s->n_except) &&
           get_bits(r, o, "roles", (struct names){contact_role_names, ROLE_COUNT}, &s->roles) &&
           get_contacts(r, o, s) && get_partners(r, o, s);
}

struct round_spec *round_spec_from_json(struct arena *a, const json_t *j, const struct config *c, struct err *e)
{
    struct round_spec *s = arena_alloc(a, sizeof *s);
    struct reading r = {a, e};
    bool good = json_is_object(j) || err_perm(e, "it is no object");
    if (good && get_head(&r, j, s) && get_audience(&r, j, s) && get_documents(&r, j, s) && get_templates(&r, j, s) &&
        get_items(&r, j, s) && get_steps(&r, j, c, s) && get_deadline(&r, j, s))
        return s;
    err_prefix(e, "the round cannot be read");
    return NULL;
}
