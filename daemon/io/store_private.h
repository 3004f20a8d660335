/* store_private.h - how the store's own files talk to SQLite; nobody else includes it.
 *
 * A query is a static SQL text with its values. Values stand in their order for `?1`, `?2`, ..., or, where a row
 * is given, each `:name` takes the member of that name. A shape tells which members a row type has: columns and
 * members bear the same names, so that one table of members serves for reading and for writing. A column that the
 * shape does not name is left unread; a member without a column is a broken invariant. Statements are prepared once
 * per store and given back by STMT_SCOPED. */
#ifndef TAAMIM_IO_STORE_PRIVATE_H
#define TAAMIM_IO_STORE_PRIVATE_H
#include <sqlite3.h>
#include "io/store.h"

#define STATEMENTS_MAX 128                /* a power of two, above twice the number of SQL texts */
#define LIST_BYTES_MAX ((size_t)24 << 20) /* one list: well below ARENA_MAX, since lists double as they grow */

struct statement {
    const char *sql; /* static text: its address is the key */
    sqlite3_stmt *handle;
};

struct store {
    sqlite3 *db;
    char *path;
    bool begun; /* between store_begin() and its end */
    struct statement statements[STATEMENTS_MAX];
};

/* ---- shapes */
enum member_type { MEMBER_TEXT, MEMBER_INT64, MEMBER_INT, MEMBER_UINT32, MEMBER_BOOL };
struct member {
    const char *name;
    size_t offset;
    enum member_type type;
};
struct shape {
    const char *what; /* "seat": for messages */
    size_t size;
    const struct member *members;
    size_t n_members;
};
#define MEMBER(row, member)                                                                                            \
    {                                                                                                                  \
#member, offsetof(struct row, member), MEMBER_TYPE(((struct row *)0)->member)                                  \
    }
#define MEMBER_TYPE(x)                                                                                                 \
    _Generic((x), const char *: MEMBER_TEXT, int64_t: MEMBER_INT64, int: MEMBER_INT, uint32_t: MEMBER_UINT32,         \
        bool: MEMBER_BOOL)
#define SHAPE(what, row, members)                                                                                      \
    {                                                                                                                  \
        what, sizeof(struct row), members, sizeof(members) / sizeof *(members)                                         \
    }

/* ---- values and queries */
struct value {
    bool is_text;
    const char *text; /* NULL is SQL's NULL */
    int64_t number;
};
static inline struct value value_text(const char *text)
{
    return (struct value){.is_text = true, .text = text};
}
static inline struct value value_number(int64_t number)
{
    return (struct value){.number = number};
}
#define V(x) _Generic((x), char * : value_text, const char * : value_text, default : value_number)(x)

struct query {
    const char *sql;
    const struct shape *shape; /* of the row given, or of the rows wanted; NULL where there is none */
    const void *row;
    const struct value *values;
    size_t n_values;
};
#define VALUES(...)                                                                                                    \
    (const struct value[])                                                                                             \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }
#define N_VALUES(...)              (sizeof(VALUES(__VA_ARGS__)) / sizeof(struct value))
#define QUERY(shape, sql, ...)     (&(const struct query){sql, shape, NULL, VALUES(__VA_ARGS__), N_VALUES(__VA_ARGS__)})
#define ROW_QUERY(shape, sql, row) (&(const struct query){sql, shape, row, NULL, 0})

/* Writing: only between store_begin() and its end; anything else ends the process. */
bool query_change(struct store *s, const struct query *q, struct err *e);
int query_changes(const struct store *s); /* rows the last change touched */
/* PERM where no row was there to change; the shape names what is missing. */
bool query_change_one(struct store *s, const struct query *q, struct err *e);
/* The new row's id, or 0 where ON CONFLICT left things as they were; id_out may be NULL. */
bool query_insert(struct store *s, const struct query *q, int64_t *id_out, struct err *e);

/* Reading. No row: *row_out is all zeroes. */
bool query_one(struct store *s, struct arena *a, const struct query *q, void *row_out, struct err *e);
bool query_all(struct store *s, struct arena *a, const struct query *q, void *rows_out, size_t *n_out, struct err *e);
/* The first column of the first row; `otherwise` where there is no row, a NULL or a failure. */
int64_t query_number(struct store *s, const struct query *q, int64_t otherwise);

/* Reading row by row, for what is too long for a list. */
void statement_release(sqlite3_stmt **q);
#define STMT_SCOPED __attribute__((cleanup(statement_release))) sqlite3_stmt *
sqlite3_stmt *query_open(struct store *s, const struct query *q, struct err *e);
bool query_next(struct store *s, sqlite3_stmt *q, bool *row_out, struct err *e);
size_t shape_read(const struct shape *shape, sqlite3_stmt *q, struct arena *a, void *row); /* bytes taken */

/* What SQLite said, as TEMP (busy, full, I/O) or PERM; returns false. `doing`: "opening", or the SQL. */
bool store_failed(struct store *s, const char *doing, struct err *e);
/* Several statements without values: pragmas and migrations. */
bool store_run(struct store *s, const char *sql, struct err *e);

/* The schema: text number n brings a store from version n to n + 1. */
extern const char *const store_migrations[];
extern const int store_version;

#endif
