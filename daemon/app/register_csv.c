/* register_csv.c - rows of a table (RFC 4180) merged into the register: new parties, new contacts, changed roles,
 * languages and weekends.
 *
 * Excel's ways are understood: a byte order mark, ';' instead of ','. An empty cell changes nothing. Nothing is
 * ever taken away. Faulty rows are told with their line, all of them, and then nothing is imported. */
#include <glib.h>
#include <string.h>
#include <strings.h>

#include "app/register_private.h"
#include "base/file.h"
#include "mail/address.h"

#define CSV_BYTES ((size_t)8 << 20)
#define ROWS_MAX  20000

enum column {
    COL_CODE,
    COL_KIND,
    COL_NAME_AR,
    COL_NAME_EN,
    COL_NAME_FR,
    COL_GROUP,
    COL_DOMAIN,
    COL_ROLE,
    COL_ADDRESS,
    COL_CONTACT_NAME,
    COL_LANGUAGE,
    COL_WEEKEND
};
#define COLUMN_COUNT 12
static const char *const columns[COLUMN_COUNT] = {"code",   "kind", "name_ar", "name_en",      "name_fr",  "group",
                                                  "domain", "role", "address", "contact_name", "language", "weekend"};

struct table {
    struct arena *a;
    const char *path, *at;
    char separator;
    int line;
    int column_of[64]; /* of the n-th cell; -1: none */
    size_t n_cells;
    struct problems *p;
};
struct row {
    const char *cell[COLUMN_COUNT]; /* "" where empty */
    int line;
};

/* One cell; *end_of_row tells whether it was the row's last. */
static const char *next_cell(struct table *t, bool *end_of_row)
{
    BUF_SCOPED out = {0};
    bool quoted = *t->at == '"';
    t->at += quoted;
    while (*t->at) {
        if (quoted && t->at[0] == '"' && t->at[1] == '"')
            t->at++;
        else if (quoted && *t->at == '"') {
            quoted = false;
            t->at++;
            continue;
        } else if (!quoted && (*t->at == t->separator || *t->at == '\n' || strncmp(t->at, "\r\n", 2) == 0))
            break;
        t->line += *t->at == '\n';
        buf_addc(&out, *t->at++);
    }
    if (quoted)
        problem_in(t->p, t->path, t->line, "a quote is never closed");
    *end_of_row = *t->at != t->separator;
    t->at += *t->at == '\r';
    t->line += *t->at == '\n';
    t->at += *t->at != '\0';
    return arena_strdup(t->a, g_strstrip(out.data ? out.data : (char[]){0}));
}

static void read_head(struct table *t)
{
    bool end = false;
    bool seen[COLUMN_COUNT] = {false};
    while (!end && t->n_cells < 64) {
        const char *name = next_cell(t, &end);
        int column = -1;
        if (!enum_by_name(columns, COLUMN_COUNT, name, &column) && *name)
            problem_in(t->p, t->path, 1, "unknown column '%.40s'%s", name,
                       did_you_mean(t->a, name, columns, COLUMN_COUNT));
        else if (column >= 0 && seen[column])
            problem_in(t->p, t->path, 1, "the column %s is there twice", name);
        if (column >= 0)
            seen[column] = true;
        t->column_of[t->n_cells++] = column;
    }
    if (!seen[COL_CODE])
        problem_in(t->p, t->path, 1, "there is no column 'code'; the first line names the columns");
}

/* False at the end. An empty line is a row without cells, whose line is 0. */
static bool next_row(struct table *t, struct row *row)
{
    bool end = false, any = false;
    size_t n = 0;
    if (!*t->at)
        return false;
    *row = (struct row){.line = t->line};
    for (int i = 0; i < COLUMN_COUNT; i++)
        row->cell[i] = "";
    for (; !end; n++) {
        const char *cell = next_cell(t, &end);
        any = any || *cell;
        if (n < t->n_cells && t->column_of[n] >= 0)
            row->cell[t->column_of[n]] = cell;
        if (n >= t->n_cells && *cell)
            problem_in(t->p, t->path, row->line, "this row has more cells than the first line");
    }
    for (int i = 0; i < COLUMN_COUNT; i++)
        for (const char *c = row->cell[i]; *c; c = g_utf8_next_char(c))
            if (g_unichar_iscntrl(g_utf8_get_char(c))) {
                problem_in(t->p, t->path, row->line, "%s must be one line", columns[i]);
                break;
            }
    if (!any)
        row->line = 0;
    return true;
}

/* ---- merging. The copies of parties are writable in here. */

struct merge {
    struct table *t;
    struct party *parties;
    size_t n;
};

static void trouble(const struct merge *m, const struct row *row, enum column column, const char *expected)
{
    problem_in(m->t->p, m->t->path, row->line, "%s cannot be '%.60s'; %s", columns[column], row->cell[column],
               expected);
}

static struct party *party_of_row(struct merge *m, const struct row *row)
{
    const char *code = row->cell[COL_CODE], *fault = code_fault(code);
    int kind = -1;
    if (*row->cell[COL_KIND] && !enum_by_name(party_kind_names, PARTY_KIND_COUNT, row->cell[COL_KIND], &kind))
        trouble(m, row, COL_KIND, "state, organisation, expert or stakeholder");
    for (size_t i = 0; i < m->n; i++)
        if (strcasecmp(m->parties[i].code, code) == 0) {
            if (kind >= 0)
                m->parties[i].kind = (enum party_kind)kind;
            return &m->parties[i];
        }
    if (fault)
        problem_in(m->t->p, m->t->path, row->line, "'%.40s' %s", code, fault);
    else if (!*row->cell[COL_KIND])
        problem_in(m->t->p, m->t->path, row->line, "%s is new; its kind is missing", code);
    if (fault || kind < 0)
        return NULL;
    ARENA_PUSH(m->t->a, m->parties, m->n,
               (struct party){.code = code, .kind = (enum party_kind)kind, .line = row->line});
    return &m->parties[m->n - 1];
}

static void add_string(struct arena *a, const char *text, const char *const **items, size_t *n)
{
    for (size_t i = 0; i < *n; i++)
        if (strcasecmp((*items)[i], text) == 0)
            return;
    const char **more = arena_alloc(a, (*n + 1) * sizeof *more);
    for (size_t i = 0; i < *n; i++)
        more[i] = (*items)[i];
    more[(*n)++] = text;
    *items = more;
}

static void merge_party(const struct merge *m, const struct row *row, struct party *p)
{
    for (int i = 0; i < LANG_COUNT; i++)
        if (*row->cell[COL_NAME_AR + i])
            p->name[i] = row->cell[COL_NAME_AR + i];
    if (*row->cell[COL_GROUP])
        add_string(m->t->a, row->cell[COL_GROUP], &p->groups, &p->n_groups);
    const char *domain = row->cell[COL_DOMAIN], *fault = *domain ? domain_fault(domain) : NULL;
    if (fault)
        problem_in(m->t->p, m->t->path, row->line, "'%.80s' %s", domain, fault);
    else if (*domain)
        add_string(m->t->a, domain, &p->domains, &p->n_domains);
}

static void fill_contact(const struct merge *m, const struct row *row, struct contact *c)
{
    int role;
    if (*row->cell[COL_ROLE] && !enum_by_name(contact_role_names, ROLE_COUNT, row->cell[COL_ROLE], &role))
        trouble(m, row, COL_ROLE, "mission, focal_point, alternate or other");
    else if (*row->cell[COL_ROLE])
        c->role = (enum contact_role)role;
    if (*row->cell[COL_CONTACT_NAME])
        c->name = row->cell[COL_CONTACT_NAME];
    if (*row->cell[COL_LANGUAGE] && !langs_parse(row->cell[COL_LANGUAGE], &c->langs))
        trouble(m, row, COL_LANGUAGE, "ar, en, fr or several as ar+fr");
    if (*row->cell[COL_WEEKEND] && !weekend_parse(row->cell[COL_WEEKEND], &c->weekend))
        trouble(m, row, COL_WEEKEND, "fri-sat, sat-sun or none");
}

static void merge_contact(const struct merge *m, const struct row *row, struct party *p)
{
    struct err e = {0};
    const char *address = row->cell[COL_ADDRESS];
    size_t n = 0;
    if (!*address) {
        if (*row->cell[COL_ROLE] || *row->cell[COL_CONTACT_NAME] || *row->cell[COL_LANGUAGE])
            problem_in(m->t->p, m->t->path, row->line, "this row tells of a contact but has no address");
        return;
    }
    if (!address_wire(m->t->a, address, &e)) {
        problem_in(m->t->p, m->t->path, row->line, "%s", e.text);
        return;
    }
    struct contact *contacts = arena_alloc(m->t->a, (p->n_contacts + 1) * sizeof *contacts);
    for (size_t i = 0; i < p->n_contacts; i++)
        contacts[i] = p->contacts[i];
    while (n < p->n_contacts && !address_same(contacts[n].address, address))
        n++;
    if (n == p->n_contacts)
        contacts[p->n_contacts++] = (struct contact){.role = ROLE_FOCAL_POINT,
                                                     .address = address,
                                                     .langs = LANG_BIT(LANG_AR),
                                                     .weekend = WEEKEND_FRI_SAT,
                                                     .line = row->line};
    fill_contact(m, row, &contacts[n]);
    sort_contacts(contacts, p->n_contacts);
    p->contacts = contacts;
}

static void merge_row(struct merge *m, const struct row *row)
{
    struct party *party = party_of_row(m, row);
    if (!party)
        return;
    merge_party(m, row, party);
    merge_contact(m, row, party);
}

static void check_whole(const struct merge *m)
{
    for (size_t i = 0; i < m->n; i++) {
        const struct party *p = &m->parties[i];
        if (p->n_contacts == 0)
            problem_in(m->t->p, m->t->path, p->line, "%s has no contact", p->code);
        if (!p->name[LANG_AR] && !p->name[LANG_EN] && !p->name[LANG_FR])
            problem_in(m->t->p, m->t->path, p->line, "%s has no name", p->code);
    }
}

static struct party *copy_parties(struct arena *a, const struct party_register *r)
{
    struct party *parties = NULL;
    for (size_t i = 0, n = 0; i < r->n_parties; i++)
        ARENA_PUSH(a, parties, n, r->parties[i]);
    return parties;
}

struct party_register *register_import(struct arena *a, const struct party_register *r, const char *csv_path,
                                       struct problems *p)
{
    struct err e = {0};
    size_t size;
    int before = p->n, rows = 0;
    const char *bytes = file_read(a, csv_path, CSV_BYTES, &size, &e);
    if (!bytes || !g_utf8_validate(bytes, (gssize)size, NULL)) {
        problem_in(p, csv_path, 0, "%s", bytes ? "the file is not UTF-8; save it as \"CSV UTF-8\"" : e.text);
        return NULL;
    }
    struct table t = {
        .a = a, .path = csv_path, .at = bytes + (g_str_has_prefix(bytes, "\xef\xbb\xbf") ? 3 : 0), .line = 1, .p = p};
    size_t head = strcspn(t.at, "\r\n");
    t.separator = memchr(t.at, ';', head) ? ';' : ',';
    read_head(&t);
    struct merge m = {.t = &t, .parties = copy_parties(a, r), .n = r->n_parties};
    for (struct row row; rows <= ROWS_MAX && next_row(&t, &row);)
        if (row.line && rows++ < ROWS_MAX)
            merge_row(&m, &row);
        else if (row.line)
            problem_in(p, csv_path, row.line, "there are more than %d rows", ROWS_MAX);
    check_whole(&m);
    struct party_register *out = arena_alloc(a, sizeof *out);
    *out = (struct party_register){.parties = m.parties, .n_parties = m.n, .path = r->path};
    return p->n == before ? out : NULL;
}
