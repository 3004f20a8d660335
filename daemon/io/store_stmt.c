/* store_stmt.c - queries: prepared once, bound by type, rows mapped to structs by their shape.
 *
 * Refuses to write outside a transaction and to run a statement inside its own reading; both are mistakes in this
 * program and end it, as no memory does. SQLite undoes a transaction by itself after some failures (disk full,
 * I/O): what follows is then refused with an error, so that half a decision is never committed. A list that would
 * not fit its arena is an error, not a crash. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "io/store_private.h"

static void broken(const char *what, const char *detail)
{
    fprintf(stderr, "store: broken invariant: %s: %s\n", what, detail);
    abort();
}

static bool worth_trying_again(int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_INTERRUPT:
    case SQLITE_PROTOCOL: return true;
    default: return false;
    }
}

bool store_failed(struct store *s, const char *doing, struct err *e)
{
    int code = sqlite3_extended_errcode(s->db);

    if ((code & 0xff) == SQLITE_NOMEM)
        abort();
    if ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB)
        return err_perm(e, "store %s is damaged or no store of taamimd: %s: put a copy from the backup in its place",
                        s->path, sqlite3_errmsg(s->db));
    bool (*fail)(struct err *, const char *, ...) = worth_trying_again(code) ? err_temp : err_perm;
    return fail(e, "store %s: %.60s: %s (SQLite %d)", s->path, doing, sqlite3_errmsg(s->db), code);
}

bool store_run(struct store *s, const char *sql, struct err *e)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK || store_failed(s, sql, e);
}

/* ---- statements */

static struct statement *statement_slot(struct store *s, const char *sql)
{
    size_t start = (size_t)((uintptr_t)sql >> 3) * 2654435761u;

    for (size_t i = 0; i < STATEMENTS_MAX; i++) {
        struct statement *slot = &s->statements[(start + i) % STATEMENTS_MAX];
        if (!slot->sql || slot->sql == sql)
            return slot;
    }
    broken("more statements than STATEMENTS_MAX", sql);
    return NULL;
}

static sqlite3_stmt *statement_of(struct store *s, const char *sql, struct err *e)
{
    struct statement *slot = statement_slot(s, sql);

    if (!slot->sql) {
        if (sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &slot->handle, NULL) != SQLITE_OK) {
            store_failed(s, sql, e);
            return NULL;
        }
        slot->sql = sql;
    }
    if (sqlite3_stmt_busy(slot->handle))
        broken("statement run inside its own reading", sql);
    return slot->handle;
}

void statement_release(sqlite3_stmt **q)
{
    if (!*q)
        return;
    sqlite3_reset(*q);
    sqlite3_clear_bindings(*q);
}

/* ---- binding */

static void bind_value(sqlite3_stmt *q, int at, struct value v)
{
    int code = v.is_text ? sqlite3_bind_text(q, at, v.text, -1, SQLITE_STATIC) : sqlite3_bind_int64(q, at, v.number);

    if (code != SQLITE_OK)
        broken("value not bound", sqlite3_sql(q));
}

static struct value member_value(const struct member *m, const void *row)
{
    const char *at = (const char *)row + m->offset;

    switch (m->type) {
    case MEMBER_TEXT: {
        const char *text = *(const char *const *)(const void *)at;
        return value_text(text ? text : ""); /* an unknown word must still be equal to itself in a UNIQUE index */
    }
    case MEMBER_INT64: return value_number(*(const int64_t *)(const void *)at);
    case MEMBER_INT: return value_number(*(const int *)(const void *)at);
    case MEMBER_UINT32: return value_number(*(const uint32_t *)(const void *)at);
    case MEMBER_BOOL: return value_number(*(const bool *)at);
    }
    abort();
}

static const struct member *member_named(const struct shape *shape, const char *name)
{
    for (size_t i = 0; i < shape->n_members; i++)
        if (strcmp(shape->members[i].name, name) == 0)
            return &shape->members[i];
    return NULL;
}

static void bind_row(sqlite3_stmt *q, const struct shape *shape, const void *row)
{
    for (int i = 1; i <= sqlite3_bind_parameter_count(q); i++) {
        const char *name = sqlite3_bind_parameter_name(q, i);
        const struct member *m = name ? member_named(shape, name + 1) : NULL;
        if (!m)
            broken("no member for a parameter", sqlite3_sql(q));
        bind_value(q, i, member_value(m, row));
    }
}

sqlite3_stmt *query_open(struct store *s, const struct query *q, struct err *e)
{
    sqlite3_stmt *handle = statement_of(s, q->sql, e);

    if (!handle)
        return NULL;
    if (q->row)
        bind_row(handle, q->shape, q->row);
    else if ((size_t)sqlite3_bind_parameter_count(handle) != q->n_values)
        broken("values and parameters differ in number", q->sql);
    for (size_t i = 0; i < q->n_values; i++)
        bind_value(handle, (int)i + 1, q->values[i]);
    return handle;
}

bool query_next(struct store *s, sqlite3_stmt *q, bool *row_out, struct err *e)
{
    int code = sqlite3_step(q);

    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return store_failed(s, sqlite3_sql(q), e);
    *row_out = code == SQLITE_ROW;
    return true;
}

/* ---- reading */

static size_t read_text(sqlite3_stmt *q, int column, struct arena *a, const char **text_out)
{
    const char *text = (const char *)sqlite3_column_text(q, column);

    if (!text)
        broken("a text is NULL", sqlite3_sql(q));
    *text_out = arena_strdup(a, text);
    return strlen(text) + 1;
}

static size_t read_member(sqlite3_stmt *q, int column, const struct member *m, struct arena *a, void *row)
{
    void *at = (char *)row + m->offset;

    switch (m->type) {
    case MEMBER_TEXT: return read_text(q, column, a, at);
    case MEMBER_INT64: *(int64_t *)at = sqlite3_column_int64(q, column); return 0;
    case MEMBER_INT: *(int *)at = sqlite3_column_int(q, column); return 0;
    case MEMBER_UINT32: *(uint32_t *)at = (uint32_t)sqlite3_column_int64(q, column); return 0;
    case MEMBER_BOOL: *(bool *)at = sqlite3_column_int(q, column) != 0; return 0;
    }
    abort();
}

size_t shape_read(const struct shape *shape, sqlite3_stmt *q, struct arena *a, void *row)
{
    size_t bytes = 0, members = 0;

    for (int i = 0; i < sqlite3_column_count(q); i++) {
        const struct member *m = member_named(shape, sqlite3_column_name(q, i));
        if (!m)
            continue;
        bytes += read_member(q, i, m, a, row);
        members++;
    }
    if (members != shape->n_members)
        broken("a member has no column", sqlite3_sql(q));
    return bytes;
}

bool query_one(struct store *s, struct arena *a, const struct query *q, void *row_out, struct err *e)
{
    STMT_SCOPED handle = query_open(s, q, e);
    bool row = false;

    if (!handle || !query_next(s, handle, &row, e))
        return false;
    memset(row_out, 0, q->shape->size);
    if (row)
        shape_read(q->shape, handle, a, row_out);
    return true;
}

bool query_all(struct store *s, struct arena *a, const struct query *q, void *rows_out, size_t *n_out, struct err *e)
{
    STMT_SCOPED handle = query_open(s, q, e);
    size_t n = 0, room = 0, bytes = 0, size = q->shape->size;
    char *rows = NULL;
    bool row = false;

    if (!handle)
        return false;
    for (;;) {
        if (!query_next(s, handle, &row, e))
            return false;
        if (!row)
            break;
        if (bytes > LIST_BYTES_MAX)
            return err_perm(e, "store %s: more than %zu rows of type %s are too many for one list: ask for fewer",
                            s->path, n, q->shape->what);
        if (n == room) {
            size_t more = room ? 2 * room : 8;
            rows = arena_grow(a, rows, room * size, more * size);
            room = more;
        }
        bytes += size + shape_read(q->shape, handle, a, rows + n * size);
        n++;
    }
    memcpy(rows_out, &rows, sizeof rows);
    *n_out = n;
    return true;
}

int64_t query_number(struct store *s, const struct query *q, int64_t otherwise)
{
    STMT_SCOPED handle = query_open(s, q, NULL);
    bool row = false;

    if (!handle || !query_next(s, handle, &row, NULL) || !row || sqlite3_column_type(handle, 0) == SQLITE_NULL)
        return otherwise;
    return sqlite3_column_int64(handle, 0);
}

/* ---- writing */

bool query_change(struct store *s, const struct query *q, struct err *e)
{
    bool row = false;

    if (!s->begun)
        broken("a change outside a transaction", q->sql);
    if (sqlite3_get_autocommit(s->db))
        return err_temp(e, "store %s: the transaction was undone after an earlier failure", s->path);
    STMT_SCOPED handle = query_open(s, q, e);
    return handle && query_next(s, handle, &row, e);
}

int query_changes(const struct store *s)
{
    return sqlite3_changes(s->db);
}

bool query_change_one(struct store *s, const struct query *q, struct err *e)
{
    if (!query_change(s, q, e))
        return false;
    return query_changes(s) > 0 || err_perm(e, "store %s: there is no such %s", s->path, q->shape->what);
}

bool query_insert(struct store *s, const struct query *q, int64_t *id_out, struct err *e)
{
    if (!query_change(s, q, e))
        return false;
    if (id_out)
        *id_out = query_changes(s) > 0 ? sqlite3_last_insert_rowid(s->db) : 0;
    return true;
}
