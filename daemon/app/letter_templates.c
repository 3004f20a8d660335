/* letter_templates.c - the templates of every message in every language: read, checked, kept.
 *
 * A .txt begins with its subject and an empty line. Every file is parsed and its names are checked against those of
 * its message; all problems are told at once, each with file and line. A round may have files of its own for single
 * ones; one under a name that no message has is a problem too, since it would silently do nothing. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/letter_parts.h"
#include "base/file.h"

#define SOURCE_MAX ((size_t)1 << 20)

const char *const letter_kind_names[LETTER_KIND_COUNT] = {"notice",      "reminder", "receipt", "problem", "extension",
                                                          "corrigendum", "closing",  "alert",   "digest",  "answer"};
static const char *const layout_names[] = {"lang", "dir", "subject", "blocks", "html", "has_rule", "signature", "ref"};

struct loader {
    struct arena *a;
    const char *dir;
    const struct round_template *own;
    size_t n_own;
    struct problems *p;
    bool failed;
};

static void tell(struct loader *l, const struct err *e)
{
    l->failed = true;
    problem_told(l->p, e->text);
}

static const char *path_of(const struct loader *l, const char *name)
{
    for (size_t i = 0; i < l->n_own; i++)
        if (strcmp(l->own[i].name, name) == 0)
            return l->own[i].path;
    return arena_printf(l->a, "%s/%s", l->dir, name);
}

static bool parse_checked(struct loader *l, const char *path, const char *source, enum template_kind kind,
                          const char *const *names, size_t n_names, struct template **out)
{
    struct err e = {0};
    struct template *t = template_parse(l->a, path, source, kind, &e);
    if (!t || !template_check(t, names, n_names, &e)) {
        tell(l, &e);
        return false;
    }
    *out = t;
    return true;
}

static bool read_source(struct loader *l, const char *name, const char **path_out, const char **source_out)
{
    struct err e = {0};
    size_t len;
    const char *path = path_of(l, name), *source = file_read(l->a, path, SOURCE_MAX, &len, &e);
    if (!source) {
        tell(l, &e);
        return false;
    }
    *path_out = path;
    *source_out = source;
    return true;
}

/* "Subject: ..." on the first line, and an empty second one. The body keeps two empty lines for them, so that an
 * error names the line of the file. */
static bool split_subject(struct loader *l, const char *path, const char *source, const char **subject,
                          const char **body)
{
    static const char label[] = "Subject:";
    const char *line_end = strchr(source, '\n');
    const char *second = line_end ? line_end + 1 + strspn(line_end + 1, " \t\r") : NULL;
    if (strncmp(source, label, strlen(label)) != 0 || !second || *second != '\n') {
        struct err e = {0};
        err_perm(&e, "%s:1: a text begins with the line \"Subject: ...\" and an empty line", path);
        tell(l, &e);
        return false;
    }
    const char *from = source + strlen(label), *to = line_end;
    from += strspn(from, " \t");
    while (to > from && strchr(" \t\r", to[-1]))
        to--;
    *subject = arena_strndup(l->a, from, to > from ? (size_t)(to - from) : 0);
    *body = arena_printf(l->a, "\n%s", second);
    return true;
}

static void load_text(struct loader *l, enum letter_kind kind, struct template_file *f)
{
    size_t n;
    const char *const *names = letter_names(l->a, kind, &n);
    const char *path, *subject, *body;
    if (!read_source(l, f->name, &path, &f->source) || !split_subject(l, path, f->source, &subject, &body))
        return;
    parse_checked(l, path, subject, TEMPLATE_TEXT, names, n, &f->subject);
    parse_checked(l, path, body, TEMPLATE_TEXT, names, n, &f->body);
}

static void load_html(struct loader *l, enum letter_kind kind, struct template_file *f)
{
    size_t n;
    const char *const *names = letter_names(l->a, kind, &n);
    const char *path;
    if (read_source(l, f->name, &path, &f->source))
        parse_checked(l, path, f->source, TEMPLATE_HTML, names, n, &f->body);
}

static void load_layout(struct loader *l, struct template_file *f)
{
    const char *path;
    f->name = "layout.html";
    if (read_source(l, f->name, &path, &f->source))
        parse_checked(l, path, f->source, TEMPLATE_HTML, layout_names, sizeof layout_names / sizeof *layout_names,
                      &f->body);
}

static void load_all(struct loader *l, struct templates *t)
{
    load_layout(l, &t->layout);
    for (int kind = 0; kind < LETTER_KIND_COUNT; kind++)
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            struct template_file *text = &t->text[kind][lang], *html = &t->html[kind][lang];
            text->name = arena_printf(l->a, "%s.%s.txt", letter_kind_names[kind], lang_names[lang]);
            html->name = arena_printf(l->a, "%s.%s.html", letter_kind_names[kind], lang_names[lang]);
            load_text(l, (enum letter_kind)kind, text);
            load_html(l, (enum letter_kind)kind, html);
        }
}

/* ---- a round's own */

static bool file_of_templates(const struct templates *t, const char *name)
{
    if (strcmp(name, t->layout.name) == 0)
        return true;
    for (int kind = 0; kind < LETTER_KIND_COUNT; kind++)
        for (int lang = 0; lang < LANG_COUNT; lang++)
            if (strcmp(name, t->text[kind][lang].name) == 0 || strcmp(name, t->html[kind][lang].name) == 0)
                return true;
    return false;
}

static void check_own(struct loader *l, const struct templates *t)
{
    struct err e = {0};
    for (size_t i = 0; i < l->n_own; i++)
        if (!file_of_templates(t, l->own[i].name)) {
            err_perm(&e, "%s: no message has a template of that name (<kind>.<ar|en|fr>.txt or .html)", l->own[i].path);
            tell(l, &e);
        }
}

struct templates *templates_load(struct arena *a, const char *dir, const struct round_template *own, size_t n_own,
                                 struct problems *p)
{
    struct loader l = {.a = a, .dir = dir, .own = own, .n_own = n_own, .p = p};
    struct templates *t = arena_alloc(a, sizeof *t);
    load_all(&l, t);
    check_own(&l, t);
    return l.failed ? NULL : t;
}

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n > m && strcmp(name + n - m, end) == 0;
}

static int by_name(const void *one, const void *other)
{
    return strcmp(((const struct round_template *)one)->name, ((const struct round_template *)other)->name);
}

const struct round_template *templates_of_folder(struct arena *a, const char *folder, size_t *n_out, struct err *e)
{
    struct round_template *list = arena_alloc(a, sizeof *list);
    size_t n = 0;
    DIR *d = opendir(folder);
    if (!d)
        return err_perm(e, "cannot read the folder %s: %s", folder, strerror(errno)), NULL;
    for (const struct dirent *entry; (entry = readdir(d));)
        if (ends_with(entry->d_name, ".txt") || ends_with(entry->d_name, ".html"))
            ARENA_PUSH(a, list, n,
                       (struct round_template){arena_strdup(a, entry->d_name),
                                               arena_printf(a, "%s/%s", folder, entry->d_name)});
    closedir(d);
    qsort(list, n, sizeof *list, by_name);
    *n_out = n;
    return list;
}

/* ---- freezing */

static bool write_file(const struct template_file *f, const char *folder, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    return file_write(arena_printf(a, "%s/%s", folder, f->name), f->source, strlen(f->source), 0640, e);
}

bool templates_freeze(const struct templates *t, const char *folder, struct err *e)
{
    if (!file_mkdirs(folder, 0750, e) || !write_file(&t->layout, folder, e))
        return false;
    for (int kind = 0; kind < LETTER_KIND_COUNT; kind++)
        for (int lang = 0; lang < LANG_COUNT; lang++)
            if (!write_file(&t->text[kind][lang], folder, e) || !write_file(&t->html[kind][lang], folder, e))
                return false;
    return true;
}
