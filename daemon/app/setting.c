/* setting.c - tables over libconfig: what a group may hold, of which type, within which bounds.
 *
 * Refused, with file and line: a name that the table does not know, a value of another type, an empty or many-lined
 * string where one line belongs, a number out of bounds, a missing required setting. A faulty value leaves the
 * target as it was, and reading goes on, so that all problems of a file are told at once. */
#include "app/setting.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "mail/address.h"

#define SHOWN     "%.60s"
#define TEXT_MAX  1000
#define PROSE_MAX 20000

/* ---- problems */

/* Counts one more; false where it is not told any more. */
static bool begin_problem(struct problems *p)
{
    if (p->n++ > PROBLEMS_MAX)
        return false;
    if (p->text.len > 0 && p->text.data[p->text.len - 1] != '\n')
        buf_addc(&p->text, '\n');
    if (p->n > PROBLEMS_MAX)
        buf_adds(&p->text, "there are more problems; mend these first");
    return p->n <= PROBLEMS_MAX;
}

static void add_problem(struct problems *p, const char *path, int line, const char *format, va_list args)
{
    if (!begin_problem(p))
        return;
    path = path ? path : "(in memory)";
    if (line > 0)
        buf_addf(&p->text, "%s:%d: ", path, line);
    else
        buf_addf(&p->text, "%s: ", path);
    buf_vaddf(&p->text, format, args);
}

/* libconfig gives a plain member of a list the line of what follows it, which may be the next one. */
static const config_setting_t *named(const config_setting_t *s)
{
    while (s->parent && !config_setting_is_aggregate(s) && !s->name)
        s = s->parent;
    return s;
}

/* libconfig looks for an included file in the folder of the first one, and keeps its name as it was written. */
static const char *path_of(struct arena *a, config_t *c, const char *file)
{
    const char *first = config_setting_source_file(config_root_setting(c));
    return !file || !first || strcmp(file, first) == 0 ? file : arena_printf(a, "%s/%s", c->include_dir, file);
}

static const char *source_path(struct arena *a, const config_setting_t *s)
{
    return path_of(a, s->config, config_setting_source_file(s));
}

void problem_at(struct problems *p, const config_setting_t *where, const char *format, ...)
{
    ARENA_SCOPED a = arena_new();
    const config_setting_t *s = named(where);
    va_list args;
    va_start(args, format);
    add_problem(p, source_path(a, s), (int)config_setting_source_line(s), format, args);
    va_end(args);
}

void problem_in(struct problems *p, const char *path, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_problem(p, path, line, format, args);
    va_end(args);
}

void problem_told(struct problems *p, const char *text)
{
    if (begin_problem(p))
        buf_adds(&p->text, text);
}

/* ---- files */

static bool scan_included(struct arena *a, config_t *c, bool includes, struct problems *p)
{
    for (unsigned i = 1; i < c->num_filenames; i++)
        if (!setting_scan(path_of(a, c, c->filenames[i]), includes, p))
            return false;
    return true;
}

static void tell_unread(struct arena *a, config_t *c, const char *path, struct problems *p)
{
    const char *file = path_of(a, c, config_error_file(c)), *text = config_error_text(c);
    bool syntax = text && strcmp(text, "syntax error") == 0;
    problem_in(p, file ? file : path, config_error_line(c), "%s%s", text ? text : "cannot be read",
               syntax ? ": a bracket, quote or ';' may be missing here or just before" : "");
}

static config_t *open_file(const char *path, bool includes, struct problems *p)
{
    if (!setting_scan(path, includes, p))
        return NULL;
    ARENA_SCOPED a = arena_new();
    config_t *c = g_new0(config_t, 1);
    g_autofree char *folder = g_path_get_dirname(path);
    config_init(c);
    config_set_include_dir(c, folder);
    bool read = config_read_file(c, path), sound = scan_included(a, c, includes, p);
    if (read && sound)
        return c;
    if (sound)
        tell_unread(a, c, path, p);
    setting_close(c);
    return NULL;
}

config_t *setting_open(const char *path, struct problems *p)
{
    return open_file(path, true, p);
}
config_t *setting_open_whole(const char *path, struct problems *p)
{
    return open_file(path, false, p);
}

void setting_close(config_t *c)
{
    if (!c)
        return;
    config_destroy(c);
    g_free(c);
}

const char *path_absolute(struct arena *a, const char *path)
{
    g_autofree char *whole = g_canonicalize_filename(path, NULL);
    return arena_strdup(a, whole);
}

const char *path_beside(struct arena *a, const char *file, const char *path)
{
    g_autofree char *own = g_canonicalize_filename(file, NULL);
    g_autofree char *folder = g_path_get_dirname(own);
    g_autofree char *whole = g_canonicalize_filename(path, folder);
    return arena_strdup(a, whole);
}

/* ---- groups */

/* What a group is called in an error: its name, or that of the list it is a member of; NULL for the file itself. */
static const char *group_name(const config_setting_t *s)
{
    while (s && !s->name)
        s = s->parent;
    return s ? s->name : NULL;
}

static const char *in_group(struct arena *a, const config_setting_t *group)
{
    const char *name = group_name(group);
    return name ? arena_printf(a, " in %s", name) : "";
}

static config_setting_t *aggregate(config_setting_t *parent, const char *name, short type, struct problems *p)
{
    config_setting_t *s = config_setting_get_member(parent, name);
    if (!s || config_setting_type(s) == type)
        return s;
    problem_at(p, s, "%s must be %s", name, type == CONFIG_TYPE_GROUP ? "a group { ... }" : "a list ( { ... }, ... )");
    return NULL;
}

config_setting_t *setting_at(config_setting_t *group, const char *name)
{
    config_setting_t *s = config_setting_get_member(group, name);
    return s ? s : group;
}

config_setting_t *setting_group(config_setting_t *parent, const char *name, struct problems *p)
{
    return aggregate(parent, name, CONFIG_TYPE_GROUP, p);
}

config_setting_t *setting_groups(config_setting_t *parent, const char *name, struct problems *p)
{
    config_setting_t *list = aggregate(parent, name, CONFIG_TYPE_LIST, p);
    if (list && config_setting_length(list) > STRINGS_MAX) {
        problem_at(p, list, "%s has more than %d members", name, STRINGS_MAX);
        return NULL;
    }
    for (int i = 0; list && i < config_setting_length(list); i++)
        if (!config_setting_is_group(config_setting_get_elem(list, (unsigned)i))) {
            problem_at(p, config_setting_get_elem(list, (unsigned)i), "each member of %s must be a group { ... }",
                       name);
            return NULL;
        }
    return list;
}

/* ---- values */

struct reading {
    struct arena *a;
    const struct setting_row *row;
    struct problems *p;
};

static bool wrong(const struct reading *r, const config_setting_t *s, const char *expected)
{
    problem_at(r->p, s, "%s must be %s", r->row->name, expected);
    return false;
}

/* Escapes ("\x01") can bring in what the scan of the file could not see. */
static const char *text_fault(const char *text, bool lines)
{
    if (!g_utf8_validate(text, -1, NULL))
        return "is not UTF-8";
    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        if (strchr("\r\n\t", *at) ? lines : !g_unichar_iscntrl(g_utf8_get_char(at)))
            continue;
        return strchr("\r\n\t", *at) ? "must be one line" : "holds a control character";
    }
    return text[strspn(text, " \t\r\n")] ? NULL : "is empty; leave it out or give it a value";
}

static const char *read_text(const struct reading *r, const config_setting_t *s, size_t max, bool lines)
{
    const char *text = config_setting_get_string(s), *name = r->row->name;
    const char *what = s->name && strcmp(s->name, name) != 0 ? arena_printf(r->a, "%s.%s", name, s->name) : name;
    const char *fault = text ? text_fault(text, lines) : "must be a text in quotes";
    if (!fault && strlen(text) > max)
        fault = arena_printf(r->a, "has %zu bytes; %zu are the most", strlen(text), max);
    if (fault) {
        problem_at(r->p, s, "%s %s", what, fault);
        return NULL;
    }
    return arena_strdup(r->a, text);
}

static bool read_number(const struct reading *r, const config_setting_t *s, int64_t *out)
{
    int type = config_setting_type(s);
    if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64)
        return wrong(r, s, "a whole number");
    int64_t value = type == CONFIG_TYPE_INT ? config_setting_get_int(s) : config_setting_get_int64(s);
    if (value < r->row->min || value > r->row->max) {
        problem_at(r->p, s, "%s is %lld; it must be from %lld to %lld", r->row->name, (long long)value,
                   (long long)r->row->min, (long long)r->row->max);
        return false;
    }
    *out = value;
    return true;
}

static void read_strings(const struct reading *r, const config_setting_t *s, struct strings *out)
{
    struct strings read = {0};
    const char **items = NULL;
    if (!config_setting_is_array(s) && !config_setting_is_list(s)) {
        wrong(r, s, "a list of texts [ \"...\", ... ]");
        return;
    }
    if (config_setting_length(s) > STRINGS_MAX) {
        problem_at(r->p, s, "%s has more than %d members", r->row->name, STRINGS_MAX);
        return;
    }
    for (int i = 0; i < config_setting_length(s); i++) {
        const char *text = read_text(r, config_setting_get_elem(s, (unsigned)i), TEXT_MAX, false);
        if (text)
            ARENA_PUSH(r->a, items, read.n, text);
    }
    read.items = items;
    *out = read;
}

static void read_langs_text(const struct reading *r, config_setting_t *s, const char **out)
{
    bool prose = r->row->type == SET_LANG_PROSE;
    if (!config_setting_is_group(s)) {
        wrong(r, s, "a group of languages { ar = \"...\"; en = \"...\"; fr = \"...\"; }");
        return;
    }
    for (int i = 0; i < config_setting_length(s); i++) {
        const config_setting_t *member = config_setting_get_elem(s, (unsigned)i);
        int lang;
        if (!enum_by_name(lang_names, LANG_COUNT, member->name, &lang)) {
            problem_at(r->p, member, "unknown language '" SHOWN "' in %s; the languages are ar, en and fr",
                       member->name, r->row->name);
            continue;
        }
        const char *text = read_text(r, member, prose ? PROSE_MAX : TEXT_MAX, prose);
        if (text)
            out[lang] = text;
    }
}

static const char *choices(struct arena *a, const char *const *names, int n)
{
    const char *text = names[0];
    for (int i = 1; i < n; i++)
        text = arena_printf(a, "%s%s%s", text, i == n - 1 ? " or " : ", ", names[i]);
    return text;
}

static bool read_name(const struct reading *r, const config_setting_t *s, int *out)
{
    const char *text = config_setting_get_string(s);
    const struct setting_row *row = r->row;
    const char *all = choices(r->a, row->names, row->n_names);
    if (!text)
        return wrong(r, s, arena_printf(r->a, "a text: %s", all));
    if (enum_by_name(row->names, row->n_names, text, out))
        return true;
    problem_at(r->p, s, "%s cannot be '" SHOWN "'%s (%s)", row->name, text,
               did_you_mean(r->a, text, row->names, (size_t)row->n_names), all);
    return false;
}

static void read_names(const struct reading *r, const config_setting_t *s, unsigned *out)
{
    unsigned bits = 0;
    if (!config_setting_is_array(s) && !config_setting_is_list(s)) {
        wrong(r, s, arena_printf(r->a, "a list [ ... ] of %s", choices(r->a, r->row->names, r->row->n_names)));
        return;
    }
    for (int i = 0, value; i < config_setting_length(s); i++)
        if (read_name(r, config_setting_get_elem(s, (unsigned)i), &value))
            bits |= 1u << value;
    *out = bits;
}

static void read_weekend(const struct reading *r, const config_setting_t *s, unsigned *out)
{
    unsigned weekend = 0, day;
    const char *text = config_setting_get_string(s);
    bool list = config_setting_is_array(s) || config_setting_is_list(s),
         good = list || (text && weekend_parse(text, &weekend));
    for (int i = 0; list && i < config_setting_length(s); i++) {
        text = config_setting_get_string_elem(s, i);
        good = good && text && !strchr(text, '-') && weekend_parse(text, &day) && day != 0;
        if (good)
            weekend |= day;
    }
    if (!good)
        wrong(r, s, "\"fri-sat\", \"sat-sun\", \"none\" or a list of days [ \"friday\", \"saturday\" ]");
    else if (weekend == 127)
        problem_at(r->p, s, "%s leaves no working day", r->row->name);
    else
        *out = weekend;
}

static void read_address(const struct reading *r, const config_setting_t *s, const char **out)
{
    struct err e = {0};
    const char *text = read_text(r, s, TEXT_MAX, false);
    if (text && !address_wire(r->a, text, &e))
        problem_at(r->p, s, "%s", e.text);
    else if (text)
        *out = text;
}

static void read_langs(const struct reading *r, const config_setting_t *s, unsigned *out)
{
    const char *text = config_setting_get_string(s);
    if (!text || !langs_parse(text, out))
        wrong(r, s, "a language or several: \"ar\", \"en\", \"fr\", \"ar+fr\"");
}

static void read_string(const struct reading *r, const config_setting_t *s, const char **out)
{
    const char *text = read_text(r, s, TEXT_MAX, false);
    if (text)
        *out = r->row->type == SET_PATH ? path_beside(r->a, source_path(r->a, s) ? source_path(r->a, s) : "x", text)
                                        : text;
}

static void read_value(const struct reading *r, config_setting_t *s, void *at)
{
    int64_t number;
    switch (r->row->type) {
    case SET_STRING:
    case SET_PATH: read_string(r, s, at); break;
    case SET_ADDRESS: read_address(r, s, at); break;
    case SET_INT:
        if (read_number(r, s, &number))
            *(int *)at = (int)number;
        break;
    case SET_INT64:
        if (read_number(r, s, &number))
            *(int64_t *)at = number;
        break;
    case SET_BOOL:
        if (config_setting_type(s) == CONFIG_TYPE_BOOL)
            *(bool *)at = config_setting_get_bool(s) != 0;
        else
            wrong(r, s, "true or false");
        break;
    case SET_STRINGS: read_strings(r, s, at); break;
    case SET_LANG_TEXT:
    case SET_LANG_PROSE: read_langs_text(r, s, at); break;
    case SET_ENUM: read_name(r, s, at); break;
    case SET_ENUMS: read_names(r, s, at); break;
    case SET_LANGS: read_langs(r, s, at); break;
    case SET_WEEKEND: read_weekend(r, s, at); break;
    case SET_GROUP: break;
    }
}

static const struct setting_row *row_of(const struct setting_row *rows, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

static void tell_unknown(struct arena *a, config_setting_t *group, const config_setting_t *s,
                         const struct setting_row *rows, size_t n, struct problems *p)
{
    const char **names = arena_alloc(a, (n + 1) * sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = rows[i].name;
    problem_at(p, s, "unknown setting '" SHOWN "'%s%s", s->name, in_group(a, group),
               did_you_mean(a, s->name, names, n));
}

void setting_read(struct arena *a, config_setting_t *group, const struct setting_row *rows, size_t n_rows, void *target,
                  struct problems *p)
{
    if (!config_setting_is_group(group)) {
        problem_at(p, group, "%s must be a group { ... }", group_name(group));
        return;
    }
    for (int i = 0; i < config_setting_length(group); i++) {
        config_setting_t *s = config_setting_get_elem(group, (unsigned)i);
        struct reading r = {.a = a, .row = row_of(rows, n_rows, s->name), .p = p};
        if (r.row)
            read_value(&r, s, (char *)target + r.row->offset);
        else
            tell_unknown(a, group, s, rows, n_rows, p);
    }
    for (size_t i = 0; i < n_rows; i++)
        if (rows[i].required && !config_setting_get_member(group, rows[i].name))
            problem_at(p, group, "the setting '%s' is missing%s", rows[i].name, in_group(a, group));
}
