/* template.c - text with names and sections, parsed into nodes; and its names checked.
 *
 *   template = *( text / tag )
 *   tag      = "{{" name "}}" / "{{{" name "}}}" / "{{!" comment "}}" / section
 *   section  = "{{" ( "#" / "^" ) name "}}" template "{{/" name "}}"
 *   name     = "." / 1*64( ALPHA / DIGIT / "_" / "-" )
 *
 * It refuses unclosed and crossed sections, other tags of Mustache, and more than 16 levels. Each error names the
 * template's line, since an officer wrote it. */
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "mail/template_node.h"

/* ---- parsing */

struct parser {
    struct arena *a;
    const char *path;
    const char *start, *at;
    int line;
    struct err *e;
    struct node *open[TEMPLATE_LEVELS_MAX]; /* the sections we are in */
    struct node **end[TEMPLATE_LEVELS_MAX + 1];
    int depth;
};

struct tag {
    char sigil; /* '#', '^', '/', '!', '{' or 0 */
    const char *from, *name, *after;
    size_t len;
    int line;
};

static struct node *add_node(struct parser *p, enum node_kind kind, const char *text, size_t len, int line)
{
    struct node *n = arena_alloc(p->a, sizeof *n);
    *n = (struct node){.kind = kind, .line = line, .text = text, .len = len};
    *p->end[p->depth] = n;
    p->end[p->depth] = &n->next;
    return n;
}

static void add_text(struct parser *p, const char *from, const char *to)
{
    if (to > from)
        add_node(p, NODE_TEXT, from, (size_t)(to - from), p->line);
}

static int lines_in(const char *from, const char *to)
{
    int n = 0;
    for (; from < to; from++)
        n += *from == '\n';
    return n;
}

static bool name_right(const char *s, size_t n)
{
    if (n == 1 && *s == '.')
        return true;
    return n > 0 && n <= TEMPLATE_NAME_MAX &&
           strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") >= n;
}

/* What of a wrong tag an error shows: the first line of it, 40 bytes at most. */
static const char *shown(struct parser *p, const char *s, size_t n)
{
    size_t line = strcspn(s, "\r\n");
    n = n < line ? n : line;
    if (n > 40)
        for (n = 40; n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80;)
            n--;
    return arena_strndup(p->a, s, n);
}

/* Reads the tag whose "{{" stands at `from`. */
static bool read_tag(struct parser *p, const char *from, struct tag *out)
{
    struct tag t = {.from = from, .name = "", .line = p->line};
    const char *s = from + 2;
    if (*s && strchr("#^/!{", *s))
        t.sigil = *s++;
    const char *closing = t.sigil == '{' ? "}}}" : "}}";
    const char *end = strstr(s, closing);
    if (!end)
        return err_perm(p->e, "%s:%d: \"%s\" is not closed by %s", p->path, t.line, shown(p, from, strlen(from)),
                        closing);
    t.after = end + strlen(closing);
    if (t.sigil != '!') {
        s += strspn(s, " \t");
        while (end > s && (end[-1] == ' ' || end[-1] == '\t'))
            end--;
        t.name = s;
        t.len = (size_t)(end - s);
        if (!name_right(t.name, t.len))
            return err_perm(p->e, "%s:%d: \"%s\" is no tag that is known here", p->path, t.line,
                            shown(p, from, (size_t)(t.after - from)));
    }
    *out = t;
    return true;
}

/* A section tag or comment alone on its line takes the line with it: *from and *after widen. */
static void widen_to_line(const struct parser *p, const struct tag *t, const char **from, const char **after)
{
    if (!t->sigil || t->sigil == '{')
        return;
    const char *left = t->from;
    while (left > p->start && (left[-1] == ' ' || left[-1] == '\t'))
        left--;
    if (left > p->start && left[-1] != '\n')
        return;
    const char *right = t->after + strspn(t->after, " \t");
    if (right[0] == '\r' && right[1] == '\n')
        right++;
    if (*right != '\n' && *right != '\0')
        return;
    *from = left;
    *after = *right ? right + 1 : right;
}

static bool open_section(struct parser *p, const struct tag *t)
{
    if (p->depth == TEMPLATE_LEVELS_MAX)
        return err_perm(p->e, "%s:%d: sections more than %d deep", p->path, t->line, TEMPLATE_LEVELS_MAX);
    enum node_kind kind = t->sigil == '#' ? NODE_SECTION : NODE_INVERTED;
    struct node *n = add_node(p, kind, t->name, t->len, t->line);
    p->open[p->depth++] = n;
    p->end[p->depth] = &n->children;
    return true;
}

static bool close_section(struct parser *p, const struct tag *t)
{
    int n = (int)t->len;
    if (p->depth == 0)
        return err_perm(p->e, "%s:%d: {{/%.*s}} closes a section that was not opened", p->path, t->line, n, t->name);
    const struct node *open = p->open[p->depth - 1];
    if (open->len != t->len || memcmp(open->text, t->name, t->len) != 0)
        return err_perm(p->e, "%s:%d: {{/%.*s}} stands where {{/%.*s}} should close line %d", p->path, t->line, n,
                        t->name, (int)open->len, open->text, open->line);
    p->depth--;
    return true;
}

static bool take_tag(struct parser *p, const struct tag *t)
{
    switch (t->sigil) {
    case '!': return true;
    case '#':
    case '^': return open_section(p, t);
    case '/': return close_section(p, t);
    default: add_node(p, t->sigil ? NODE_RAW : NODE_VALUE, t->name, t->len, t->line); return true;
    }
}

static bool parse_nodes(struct parser *p)
{
    const char *open;
    while ((open = strstr(p->at, "{{"))) {
        int line = p->line + lines_in(p->at, open);
        struct tag t = {.name = "", .after = open};
        struct parser there = *p;
        there.line = line;
        if (!read_tag(&there, open, &t))
            return false;
        const char *from = open, *after = t.after;
        widen_to_line(p, &t, &from, &after);
        add_text(p, p->at, from);
        if (!take_tag(p, &t))
            return false;
        p->line = line + lines_in(open, after);
        p->at = after;
    }
    add_text(p, p->at, p->at + strlen(p->at));
    return true;
}

struct template *template_parse(struct arena *a, const char *path, const char *source, enum template_kind kind,
                                struct err *e)
{
    if (strnlen(source, TEMPLATE_SIZE_MAX + 1) > TEMPLATE_SIZE_MAX) {
        err_perm(e, "%s:1: a template of more than 1 MB", path);
        return NULL;
    }
    struct template *t = arena_alloc(a, sizeof *t);
    *t = (struct template){.kind = kind, .path = arena_strdup(a, path)};
    const char *text = arena_strdup(a, source);
    struct parser p = {.a = a, .path = t->path, .start = text, .at = text, .line = 1, .e = e, .end = {&t->nodes}};
    if (!parse_nodes(&p))
        return NULL;
    if (p.depth > 0) {
        const struct node *open = p.open[p.depth - 1];
        err_perm(e, "%s:%d: section {{%c%.*s}} is not closed", path, open->line, open->kind == NODE_SECTION ? '#' : '^',
                 (int)open->len, open->text);
        return NULL;
    }
    return t;
}

/* ---- checking names */

static bool unknown_name(const struct template *t, const struct node *n, const char *const *names, size_t n_names,
                         struct err *e)
{
    char name[TEMPLATE_NAME_MAX + 1];
    snprintf(name, sizeof name, "%.*s", (int)n->len, n->text);
    const char *nearest = nearest_name(name, names, n_names);
    return err_perm(e, "%s:%d: {{%s}} is no name of this message%s%s%s", t->path, n->line, name,
                    nearest ? "; did you mean {{" : "", nearest ? nearest : "", nearest ? "}}?" : "");
}

static bool name_known(const struct node *n, const char *const *names, size_t n_names)
{
    if (n->kind == NODE_TEXT || (n->len == 1 && *n->text == '.'))
        return true;
    for (size_t i = 0; i < n_names; i++)
        if (strlen(names[i]) == n->len && memcmp(names[i], n->text, n->len) == 0)
            return true;
    return false;
}

static bool check_nodes(const struct template *t, const struct node *n, const char *const *names, size_t n_names,
                        struct err *e)
{
    for (; n; n = n->next) {
        if (!name_known(n, names, n_names))
            return unknown_name(t, n, names, n_names, e);
        if (!check_nodes(t, n->children, names, n_names, e))
            return false;
    }
    return true;
}

bool template_check(const struct template *t, const char *const *names, size_t n_names, struct err *e)
{
    return check_nodes(t, t->nodes, names, n_names, e);
}
