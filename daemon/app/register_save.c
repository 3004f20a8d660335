/* register_save.c - the register written anew, in the form in which the shipped file stands, so that a diff shows
 * only what changed.
 *
 * The comment at the top of the file is kept; comments further down are not, since nothing tells what they belong
 * to. What was written is read back before it replaces anything: a register that would not load is refused. */
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/register_private.h"
#include "base/file.h"

#define REGISTER_BYTES ((size_t)8 << 20)
#define WINDOW         200 /* lines looked ahead for where two versions agree again */
#define DIFF_BYTES     ((size_t)16 << 10)
#define HEAD           "# The parties and their contacts, in protocol order.\n\n"

void quote(struct buf *out, const char *text)
{
    buf_addc(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            buf_addc(out, '\\');
        if (*text == '\n')
            buf_adds(out, "\\n");
        else if ((unsigned char)*text < 0x20)
            buf_addf(out, "\\x%02x", (unsigned)*text);
        else
            buf_addc(out, *text);
    }
    buf_addc(out, '"');
}

static void add_names(struct buf *out, const char *name, const char *const *texts)
{
    if (!texts[LANG_AR] && !texts[LANG_EN] && !texts[LANG_FR])
        return;
    buf_addf(out, "      %s = {", name);
    for (int i = 0; i < LANG_COUNT; i++)
        if (texts[i]) {
            buf_addf(out, " %s = ", lang_names[i]);
            quote(out, texts[i]);
            buf_addc(out, ';');
        }
    buf_adds(out, " };\n");
}

static void add_strings(struct buf *out, const char *name, const char *const *items, size_t n)
{
    if (n == 0)
        return;
    buf_addf(out, "      %s = [", name);
    for (size_t i = 0; i < n; i++) {
        buf_adds(out, i ? ", " : " ");
        quote(out, items[i]);
    }
    buf_adds(out, " ];\n");
}

/* The weekend that all contacts share stands with the party. */
static unsigned common_weekend(const struct party *p)
{
    for (size_t i = 1; i < p->n_contacts; i++)
        if (p->contacts[i].weekend != p->contacts[0].weekend)
            return WEEKEND_FRI_SAT;
    return p->n_contacts ? p->contacts[0].weekend : WEEKEND_FRI_SAT;
}

static void add_contact(struct buf *out, struct arena *a, const struct contact *c, unsigned weekend)
{
    buf_addf(out, "        { role = \"%s\"; address = ", contact_role_names[c->role]);
    quote(out, c->address);
    if (c->name) {
        buf_adds(out, "; name = ");
        quote(out, c->name);
    }
    buf_addf(out, "; language = \"%s\"", langs_format(a, c->langs));
    if (c->weekend != weekend)
        buf_addf(out, "; weekend = \"%s\"", weekend_format(a, c->weekend));
    buf_adds(out, "; }");
}

static void add_party(struct buf *out, struct arena *a, const struct party *p)
{
    unsigned weekend = common_weekend(p);
    buf_addf(out, "    { code = \"%s\"; kind = \"%s\";\n", p->code, party_kind_names[p->kind]);
    add_names(out, "name", p->name);
    add_names(out, "full", p->full);
    add_names(out, "to", p->to);
    add_names(out, "of", p->of);
    add_strings(out, "groups", p->groups, p->n_groups);
    add_strings(out, "domains", p->domains, p->n_domains);
    if (weekend != WEEKEND_FRI_SAT)
        buf_addf(out, "      weekend = \"%s\";\n", weekend_format(a, weekend));
    buf_adds(out, "      contacts = (\n");
    for (size_t i = 0; i < p->n_contacts; i++) {
        add_contact(out, a, &p->contacts[i], weekend);
        buf_adds(out, i + 1 < p->n_contacts ? ",\n" : "\n");
    }
    buf_adds(out, "      ); }");
}

/* The comment and the empty lines before the first setting. */
static size_t head_length(const char *text)
{
    const char *at = text;
    while (*at == '#' || *at == '\n' || strncmp(at, "//", 2) == 0 || strncmp(at, "\r\n", 2) == 0)
        at = strchr(at, '\n') ? strchr(at, '\n') + 1 : strchr(at, '\0');
    return (size_t)(at - text);
}

static void add_register(struct buf *out, struct arena *a, const struct party_register *r, const char *old)
{
    size_t head = head_length(old);
    buf_add(out, head ? old : HEAD, head ? head : strlen(HEAD));
    buf_adds(out, "parties = (\n");
    for (size_t i = 0; i < r->n_parties; i++) {
        add_party(out, a, &r->parties[i]);
        buf_adds(out, i + 1 < r->n_parties ? ",\n" : "\n");
    }
    buf_adds(out, ");\n");
}

static bool loads_again(struct arena *a, const char *text, const char *path, struct err *e)
{
    struct problems p = {0};
    config_t file;
    config_init(&file);
    if (!config_read_string(&file, text))
        problem_in(&p, path, config_error_line(&file), "%s", config_error_text(&file));
    else
        register_read(a, &file, path, &p);
    config_destroy(&file);
    if (p.n)
        err_perm(e, "the register was not changed, since it would not load again: %s", buf_text(&p.text));
    buf_free(&p.text);
    return p.n == 0;
}

/* ---- what changed */

struct lines {
    char **line;
    size_t n;
};

static bool same_line(const struct lines *x, size_t i, const struct lines *y, size_t k)
{
    return i < x->n && k < y->n && strcmp(x->line[i], y->line[k]) == 0;
}

static void add_changed(struct buf *out, char sign, const struct lines *l, size_t from, size_t to)
{
    for (size_t i = from; i < to && i < l->n; i++)
        if (i + 1 < l->n || l->line[i][0])
            buf_addf(out, "%c%s\n", sign, l->line[i]);
}

/* The nearest place where both agree again. */
static void agree_again(const struct lines *old, const struct lines *new, size_t *i, size_t *k)
{
    for (size_t ahead = 1; ahead <= WINDOW; ahead++)
        for (size_t skip = 0; skip <= ahead; skip++)
            if (same_line(old, *i + ahead - skip, new, *k + skip)) {
                *i += ahead - skip;
                *k += skip;
                return;
            }
    *i = old->n;
    *k = new->n;
}

static char *diff(struct arena *a, const char *old_text, const char *new_text)
{
    BUF_SCOPED out = {.max = DIFF_BYTES};
    struct lines old = {g_strsplit(old_text, "\n", -1), 0}, new = {g_strsplit(new_text, "\n", -1), 0};
    old.n = g_strv_length(old.line);
    new.n = g_strv_length(new.line);
    for (size_t i = 0, k = 0; i < old.n || k < new.n;) {
        if (same_line(&old, i, &new, k)) {
            i++;
            k++;
            continue;
        }
        size_t i_from = i, k_from = k;
        agree_again(&old, &new, &i, &k);
        buf_addf(&out, "@@ line %zu @@\n", k_from + 1);
        add_changed(&out, '-', &old, i_from, i);
        add_changed(&out, '+', &new, k_from, k);
    }
    g_strfreev(old.line);
    g_strfreev(new.line);
    return out.overflow ? arena_printf(a, "%s...\n", buf_text(&out)) : arena_strdup(a, buf_text(&out));
}

bool register_save(struct arena *a, const struct party_register *r, const char *path, char **diff_out, struct err *e)
{
    BUF_SCOPED text = {.max = REGISTER_BYTES};
    struct stat st;
    const char *old = "";
    mode_t mode = stat(path, &st) == 0 ? st.st_mode & 0777 : 0640;
    size_t n;
    if (file_exists(path) && !(old = file_read(a, path, REGISTER_BYTES, &n, e)))
        return false;
    add_register(&text, a, r, old);
    if (text.overflow)
        return err_perm(e, "the register %s would be larger than %zu MB", path, REGISTER_BYTES >> 20);
    if (!loads_again(a, buf_text(&text), path, e))
        return false;
    char *changed = diff(a, old, buf_text(&text));
    if (*changed && !file_write(path, text.data, text.len, mode, e))
        return false;
    *diff_out = changed;
    return true;
}
