/* table.c - a table is kept whole until it is printed, since the widest cell of a column decides.
 *
 * What comes from a mail may hold escape sequences for terminals or marks that turn the direction of what follows:
 * they are dropped here, at the last moment, whatever was done before. */
#include "cli/table.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "mail/names.h"

#define GAP      2
#define ELLIPSIS "\u2026"

struct table {
    struct arena *a;
    size_t n_columns, n_rows;
    const char **heads;
    bool right[TABLE_COLUMNS_MAX];
    int width[TABLE_COLUMNS_MAX];
    const char *const **rows;
};

static size_t char_bytes(const char *s)
{
    size_t n = 1;
    while (((unsigned char)s[n] & 0xc0) == 0x80)
        n++;
    return n;
}

/* Valid UTF-8 without control characters comes in; at most `columns` wide it goes out. */
static char *fit(struct arena *a, char *text, int columns)
{
    char *end = text;
    if (columns <= 0 || text_width(text) <= columns)
        return text;
    for (char *s = text; *s; s += char_bytes(s)) {
        char kept = *s;
        *s = '\0';
        bool fits = text_width(text) < columns;
        *s = kept;
        if (!fits)
            break;
        end = s;
    }
    return arena_printf(a, "%.*s" ELLIPSIS, (int)(end - text), text);
}

char *table_cell(struct arena *a, const char *text, int columns)
{
    return fit(a, text_line(a, text ? text : "", SIZE_MAX), columns);
}

void table_text(struct arena *a, const char *text, const char *indent)
{
    bool terminal = isatty(STDOUT_FILENO);
    for (const char *line = text; *line;) {
        size_t n = strcspn(line, "\n");
        const char *shown = table_cell(a, arena_strndup(a, line, n), 0);
        printf("%s%s%s%s\n", indent, terminal ? FSI : "", shown, terminal ? PDI : "");
        line += n + (line[n] == '\n');
    }
}

static void widen(struct table *t, size_t column, const char *cell)
{
    int width = text_width(cell);
    if (width > t->width[column])
        t->width[column] = width;
}

struct table *table_new(struct arena *a, const char *const *heads)
{
    struct table *t = arena_alloc(a, sizeof *t);
    t->a = a;
    t->heads = arena_alloc(a, TABLE_COLUMNS_MAX * sizeof *t->heads);
    for (; heads[t->n_columns] && t->n_columns < TABLE_COLUMNS_MAX; t->n_columns++) {
        const char *head = heads[t->n_columns];
        t->right[t->n_columns] = *head == '>';
        t->heads[t->n_columns] = *head == '>' ? head + 1 : head;
        widen(t, t->n_columns, t->heads[t->n_columns]);
    }
    return t;
}

void table_row(struct table *t, const char *const *cells)
{
    const char **row = arena_alloc(t->a, TABLE_COLUMNS_MAX * sizeof *row);
    for (size_t i = 0; i < t->n_columns; i++) {
        row[i] = table_cell(t->a, cells[i], 0);
        widen(t, i, row[i]);
    }
    ARENA_PUSH(t->a, t->rows, t->n_rows, row);
}

static bool plain(const char *cell)
{
    while (*cell && (unsigned char)*cell < 0x80)
        cell++;
    return !*cell;
}

static void print_row(const struct table *t, FILE *out, const char *const *cells, bool isolate)
{
    BUF_SCOPED line = {0};
    for (size_t i = 0; i < t->n_columns; i++) {
        int pad = t->width[i] - text_width(cells[i]);
        bool inside = isolate && !plain(cells[i]);
        if (t->right[i])
            buf_addf(&line, "%*s", pad, "");
        buf_addf(&line, "%s%s%s", inside ? FSI : "", cells[i], inside ? PDI : "");
        if (i + 1 < t->n_columns)
            buf_addf(&line, "%*s", (t->right[i] ? 0 : pad) + GAP, "");
    }
    while (line.len && line.data[line.len - 1] == ' ')
        line.data[--line.len] = '\0';
    fprintf(out, "%s\n", buf_text(&line));
}

void table_print(const struct table *t, FILE *out, bool isolate)
{
    print_row(t, out, t->heads, isolate);
    for (size_t i = 0; i < t->n_rows; i++)
        print_row(t, out, t->rows[i], isolate);
}

void table_show(const struct table *t)
{
    table_print(t, stdout, isatty(STDOUT_FILENO));
}
