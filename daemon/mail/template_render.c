/* template_render.c - a parsed template and JSON values into text or HTML.
 *
 * It refuses to guess: a name nobody gave, and a null, list or object where text should stand, are errors with the
 * template's line. Values come in part from strangers' mail, so in HTML they are escaped and their control
 * characters go. Output and steps are bounded whatever the template says. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "mail/template_node.h"

#define STEPS_MAX 1000000

struct renderer {
    const struct template *t;
    struct buf *out;
    struct err *e;
    const json_t *context[TEMPLATE_LEVELS_MAX + 1];
    int depth; /* context[depth - 1] is the innermost */
    int steps;
};

static const char *html_entity(char c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    case '\t': return " ";
    default: return NULL;
    }
}

/* C0 (newline excepted), DEL, and the C1 controls, which are two bytes in UTF-8. Returns how many bytes to leave
 * out. */
static size_t control_at(const char *s)
{
    unsigned char c = (unsigned char)s[0], next = c ? (unsigned char)s[1] : 0;
    if (c == 0xc2 && next >= 0x80 && next < 0xa0)
        return 2;
    return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f ? 1 : 0;
}

/* Adds text as HTML; `newline` stands for each newline; markup stays what it is where `raw`. */
static void add_html(struct buf *out, const char *s, const char *newline, bool raw)
{
    while (*s) {
        size_t skip = control_at(s);
        const char *entity = raw && *s != '\t' ? NULL : html_entity(*s);
        if (!skip && *s == '\n')
            buf_adds(out, newline);
        else if (!skip && entity)
            buf_adds(out, entity);
        else if (!skip)
            buf_addc(out, *s);
        s += skip ? skip : 1;
    }
}

char *html_escape(struct arena *a, const char *text)
{
    BUF_SCOPED out = {0};
    add_html(&out, text ? text : "", "\n", false);
    return arena_strndup(a, buf_text(&out), out.len);
}

static const json_t *look_up(const struct renderer *r, const struct node *n)
{
    if (n->len == 1 && *n->text == '.')
        return r->context[r->depth - 1];
    char name[TEMPLATE_NAME_MAX + 1] = {0};
    memcpy(name, n->text, n->len);
    for (int i = r->depth; i-- > 0;) {
        const json_t *value = json_object_get(r->context[i], name);
        if (value)
            return value;
    }
    return NULL;
}

static bool is_true(const json_t *v)
{
    switch (json_typeof(v)) {
    case JSON_OBJECT: return json_object_size(v) > 0;
    case JSON_ARRAY: return json_array_size(v) > 0;
    case JSON_STRING: return json_string_length(v) > 0;
    case JSON_INTEGER: return json_integer_value(v) != 0;
    case JSON_REAL: return json_real_value(v) < 0 || json_real_value(v) > 0;
    case JSON_TRUE: return true;
    case JSON_FALSE:
    case JSON_NULL: break;
    }
    return false;
}

static bool fault(const struct renderer *r, const struct node *n, const char *what)
{
    return err_perm(r->e, "%s:%d: {{%.*s}} %s", r->t->path, n->line, (int)n->len, n->text, what);
}

static bool render_value(struct renderer *r, const struct node *n, const json_t *v)
{
    char number[64];
    const char *text = number;
    if (json_is_string(v))
        text = json_string_value(v);
    else if (json_is_integer(v))
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(v));
    else if (json_is_real(v))
        snprintf(number, sizeof number, "%.15g", json_real_value(v));
    else if (json_is_boolean(v))
        text = json_is_true(v) ? "true" : "false";
    else
        return fault(r, n, json_is_null(v) ? "is null" : "is a list or an object, not a text");
    if (r->t->kind == TEMPLATE_TEXT)
        buf_adds(r->out, text);
    else
        add_html(r->out, text, n->kind == NODE_RAW ? "\n" : "<br>", n->kind == NODE_RAW);
    return true;
}

static bool render_nodes(struct renderer *r, const struct node *n);

static bool render_within(struct renderer *r, const struct node *n, const json_t *context)
{
    /* A boolean opens no context of its own: {{.}} inside stays what it was. */
    if (json_is_boolean(context))
        return render_nodes(r, n->children);
    r->context[r->depth++] = context;
    bool ok = render_nodes(r, n->children);
    r->depth--;
    return ok;
}

static bool render_section(struct renderer *r, const struct node *n, const json_t *v)
{
    if (n->kind == NODE_INVERTED)
        return is_true(v) || render_nodes(r, n->children);
    if (!is_true(v))
        return true;
    if (!json_is_array(v))
        return render_within(r, n, v);
    for (size_t i = 0; i < json_array_size(v); i++)
        if (!render_within(r, n, json_array_get(v, i)))
            return false;
    return true;
}

static bool render_node(struct renderer *r, const struct node *n)
{
    if (n->kind == NODE_TEXT) {
        buf_add(r->out, n->text, n->len);
        return true;
    }
    const json_t *v = look_up(r, n);
    if (!v)
        return fault(r, n, "has no value in this message");
    return n->kind == NODE_VALUE || n->kind == NODE_RAW ? render_value(r, n, v) : render_section(r, n, v);
}

static bool render_nodes(struct renderer *r, const struct node *n)
{
    for (; n; n = n->next) {
        if (++r->steps > STEPS_MAX)
            return err_perm(r->e, "%s:%d: more than a million steps: a list within a list within a list?", r->t->path,
                            n->line);
        if (!render_node(r, n))
            return false;
        if (r->out->overflow)
            return err_perm(r->e, "%s:%d: the text would be more than 1 MB", r->t->path, n->line);
    }
    return true;
}

char *template_render(struct arena *a, const struct template *t, const json_t *values, struct err *e)
{
    BUF_SCOPED out = {.max = TEMPLATE_SIZE_MAX};
    struct renderer r = {.t = t, .out = &out, .e = e, .context = {values}, .depth = 1};
    if (!render_nodes(&r, t->nodes))
        return NULL;
    return arena_strndup(a, buf_text(&out), out.len);
}
