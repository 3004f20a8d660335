/* template.h - text with {{names}} and sections, after the Mustache manual (mustache(5)).
 *
 *   {{name}}            the value, escaped for HTML in an HTML template, as it is in text
 *   {{{name}}}          the value unescaped
 *   {{#list}}...{{/list}}  once per element, or once where `list` is a true value;  {{^list}}...{{/list}} where it
 *   is empty or false
 *   {{.}}               the element itself;  {{! comment }}
 * A line that holds only a section tag or comment leaves no line behind. Values come from a JSON object (strings,
 * numbers, booleans, arrays, objects); names are looked up in the innermost object first. A name that no object has
 * is an error with its line: silently empty mails are worse; so is a null, a list or an object where text should
 * stand. "", 0, [], {}, null and false are empty or false. In HTML, control characters but newline are dropped (a
 * tab becomes a space), and a newline inside {{name}} becomes <br>. Names are letters, digits, '_' and '-'. Other
 * tags of Mustache are errors. Limits: 1 MB of source and of output, 16 levels, a million steps. */
#ifndef TAAMIM_MAIL_TEMPLATE_H
#define TAAMIM_MAIL_TEMPLATE_H
#include <jansson.h>
#include "base/arena.h"
#include "base/err.h"

enum template_kind { TEMPLATE_TEXT, TEMPLATE_HTML };
struct template;

/* Parses; errors say "path:line: ...". The template lives in the arena and keeps no pointer to path or source. */
struct template *template_parse(struct arena *a, const char *path, const char *source, enum template_kind kind,
                                struct err *e);
char *template_render(struct arena *a, const struct template *t, const json_t *values, struct err *e);
/* Every name used anywhere in t is among `names` (of the message it is for); the first other one is an error with
 * line and the nearest right name. */
bool template_check(const struct template *t, const char *const *names, size_t n_names, struct err *e);

/* Escapes & < > " and '; newlines stay. */
char *html_escape(struct arena *a, const char *text);

#endif
