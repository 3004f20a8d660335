/* letter_templates.c - the templates of every message in every language: read, checked, kept.
 *
 * A .txt begins with its subject and an empty line. Every file is parsed and its names are checked against those of
 * its message; all problems are told at once, each with file and line. A folder of a round may override single files;
 * what lies there under a name that no message has is a problem too, since it would silently do nothing. */
#include <dirent.h>
#include <string.h>

#include "app/letter_parts.h"
#include "base/file.h"

#define SOURCE_MAX ((size_t)1 << 20)

const char *const letter_kind_names[LETTER_KIND_COUNT] = {"notice",      "reminder", "receipt", "problem", "extension",
                                                          "corrigendum", "closing",  "alert",   "digest"};
static const char *const layout_names[] = {"lang", "dir", "subject", "blocks", "html", "has_rule", "signature", "ref"};

struct loader {
    struct arena *a;
    const char *dir, *override_dir;
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
    if (l->override_dir) {
        const char *own = arena_printf(l->a, "%s/%s", l->override_dir, name);
        if (file_exists(own))
            return own;
    }
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

/* ---- an overriding folder */

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

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n > m && strcmp(name + n - m, end) == 0;
}

static void check_override(struct loader *l, const struct templates *t)
{
    DIR *d = opendir(l->override_dir);
    struct err e = {0};
    if (!d) {
        err_perm(&e, "%s: the round's folder of templates cannot be opened", l->override_dir);
        tell(l, &e);
        return;
    }
    for (struct dirent *entry; (entry = readdir(d));) {
        const char *name = entry->d_name;
        if ((!ends_with(name, ".txt") && !ends_with(name, ".html")) || file_of_templates(t, name))
            continue;
        err_perm(&e, "%s/%s: no message has a template of that name (<kind>.<ar|en|fr>.txt or .html)", l->override_dir,
                 name);
        tell(l, &e);
    }
    closedir(d);
}

struct templates *templates_load(struct arena *a, const char *dir, const char *override_dir, struct problems *p)
{
    struct loader l = {.a = a, .dir = dir, .override_dir = override_dir, .p = p};
    struct templates *t = arena_alloc(a, sizeof *t);
    load_all(&l, t);
    if (override_dir)
        check_override(&l, t);
    return l.failed ? NULL : t;
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
