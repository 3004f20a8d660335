/* store_open.c - opening, migrating and closing the store, and its transactions.
 *
 * Refuses a newer store than this program knows, a database of another program, and a damaged file; brings an
 * older store up to date, in one transaction, when opened to write. A reader opens the same file while the daemon
 * writes (WAL) and also when it is stopped: then the last writer has taken the -wal and -shm files away, and a
 * reader that may not make them anew reads the file as one that nobody changes. It never does so while a -wal file
 * lies there, since that may hold what was committed last. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/file.h"
#include "io/store_private.h"

#define BUSY_WAIT_MS   5000       /* only other readers and a backup can be in the way, and never for long */
#define APPLICATION_ID 1415667053 /* "Taam", in the file's header */

static void broken(const char *what)
{
    fprintf(stderr, "store: broken invariant: %s\n", what);
    abort();
}

/* ---- connecting */

static bool connect_to(struct store *s, const char *name, int flags, struct err *e)
{
    if (sqlite3_open_v2(name, &s->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL) != SQLITE_OK) {
        store_failed(s, "opening", e);
        sqlite3_close(s->db);
        s->db = NULL;
        return false;
    }
    sqlite3_busy_timeout(s->db, BUSY_WAIT_MS);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    return store_run(s, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY", e);
}

/* The first column of the first row, outside the statements kept: these run once. */
static bool look_up(struct store *s, const char *sql, char *out, size_t size, struct err *e)
{
    sqlite3_stmt *q = NULL;
    bool ok = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW;

    if (ok)
        snprintf(out, size, "%s", (const char *)sqlite3_column_text(q, 0));
    else
        store_failed(s, sql, e);
    sqlite3_finalize(q);
    return ok;
}

static bool look_up_int(struct store *s, const char *sql, int *out, struct err *e)
{
    char text[32];

    if (!look_up(s, sql, text, sizeof text, e))
        return false;
    *out = (int)strtol(text, NULL, 10);
    return true;
}

/* The version of a store of ours, which this program can read. */
static bool version_of(struct store *s, int *version_out, struct err *e)
{
    int version = 0, application = 0, tables = 0;

    if (!look_up_int(s, "PRAGMA user_version", &version, e) ||
        !look_up_int(s, "PRAGMA application_id", &application, e) ||
        !look_up_int(s, "SELECT count(*) FROM sqlite_schema", &tables, e))
        return false;
    if (tables > 0 && application != APPLICATION_ID)
        return err_perm(e, "%s is a database of another program, not a store of taamimd", s->path);
    if (version > store_version)
        return err_perm(
            e,
            "store %s is of version %d, made by a newer taamimd; this program knows versions up to %d: use the newer "
            "one",
            s->path, version, store_version);
    *version_out = version;
    return true;
}

/* ---- to write */

static bool migrate_from(struct store *s, int version, struct err *e)
{
    char stamp[96];

    for (int v = version; v < store_version; v++)
        if (!store_run(s, store_migrations[v], e))
            return false;
    snprintf(stamp, sizeof stamp, "PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION_ID,
             store_version);
    return store_run(s, stamp, e);
}

static bool migrate(struct store *s, struct err *e)
{
    int version = 0;

    /* Asked again inside: another program may have been faster. */
    if (!store_begin(s, e))
        return false;
    if (version_of(s, &version, e) && migrate_from(s, version, e))
        return store_commit(s, e);
    store_rollback(s);
    return err_prefix(e, "bringing the store to version %d", store_version);
}

static bool use_wal(struct store *s, struct err *e)
{
    char mode[16];

    if (!look_up(s, "PRAGMA journal_mode = WAL", mode, sizeof mode, e))
        return false;
    if (strcmp(mode, "wal") != 0 && strcmp(mode, "memory") != 0)
        return err_perm(e,
                        "store %s: the file system does not allow a write-ahead log (it is \"%s\"): use a local disk",
                        s->path, mode);
    return store_run(s, "PRAGMA synchronous = FULL", e);
}

/* SQLite would leave it to the umask, and gives -wal and -shm the same mode: readable for a group, which the opener
 * may change, and for nobody else. Who may only read all three needs no more: the readers' marks in -shm are the
 * writer's. */
static void make_file(const char *path)
{
    if (strcmp(path, ":memory:") == 0)
        return;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (fd >= 0)
        close(fd);
}

static bool open_to_write(struct store *s, struct err *e)
{
    int version = 0;

    make_file(s->path);
    if (!connect_to(s, s->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, e) || !version_of(s, &version, e) ||
        !use_wal(s, e))
        return false;
    if (version < store_version && !migrate(s, e))
        return false;
    return store_run(s, "PRAGMA foreign_keys = ON", e); /* last: a migration may have to rebuild a table */
}

/* ---- to read */

static bool readable(struct store *s, const char *name, int flags, struct err *e)
{
    int version = 0;

    if (!connect_to(s, name, flags, e) || !store_run(s, "PRAGMA query_only = ON", e) || !version_of(s, &version, e))
        return false;
    if (version < store_version)
        return err_perm(
            e,
            "store %s is of version %d and this program reads version %d: start taamimd once, it brings the store up "
            "to date",
            s->path, version, store_version);
    return true;
}

static bool has_log(const char *path)
{
    BUF_SCOPED wal = {0};

    buf_addf(&wal, "%s-wal", path);
    return access(buf_text(&wal), F_OK) == 0;
}

static bool readable_at_rest(struct store *s, struct err *e)
{
    BUF_SCOPED uri = {0};

    buf_adds(&uri, "file:");
    for (const char *c = s->path; *c; c++) {
        if (strchr("%?#", *c))
            buf_addf(&uri, "%%%02x", (unsigned)(unsigned char)*c);
        else
            buf_addc(&uri, *c);
    }
    buf_adds(&uri, "?immutable=1");
    sqlite3_close(s->db);
    s->db = NULL;
    return readable(s, buf_text(&uri), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, e);
}

static bool open_to_read(struct store *s, struct err *e)
{
    if (access(s->path, F_OK) != 0)
        return err_perm(e, "store %s: %s: taamimd makes it when it first starts", s->path, strerror(errno));
    if (access(s->path, R_OK) != 0)
        return err_perm(e, "store %s: %s: ask as the user of taamimd, or as a member of its papers_group", s->path,
                        strerror(errno));
    /* SQLite falls back to reading where the file may not be written. */
    if (readable(s, s->path, SQLITE_OPEN_READWRITE, e))
        return true;
    int code = s->db ? sqlite3_errcode(s->db) & 0xff : SQLITE_OK;
    if (code != SQLITE_CANTOPEN && code != SQLITE_READONLY)
        return false;
    if (has_log(s->path))
        return err_perm(e, "store %s was not closed in order: start taamimd, or ask as its user", s->path);
    return readable_at_rest(s, e);
}

/* ---- life */

struct store *store_open(const char *path, enum store_mode mode, struct err *e)
{
    struct store *s = calloc(1, sizeof *s);

    if (!s || !(s->path = strdup(path)))
        abort();
    if (mode == STORE_WRITE ? open_to_write(s, e) : open_to_read(s, e))
        return s;
    store_close(s);
    return NULL;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    store_rollback(s);
    for (size_t i = 0; i < STATEMENTS_MAX; i++)
        sqlite3_finalize(s->statements[i].handle);
    if (sqlite3_close(s->db) != SQLITE_OK)
        broken("a statement was left open");
    free(s->path);
    free(s);
}

/* ---- transactions */

bool store_begin(struct store *s, struct err *e)
{
    if (s->begun)
        broken("a transaction inside a transaction");
    /* Takes the write lock now: a transaction that has read cannot be refused later. */
    s->begun = store_run(s, "BEGIN IMMEDIATE", e);
    return s->begun;
}

bool store_commit(struct store *s, struct err *e)
{
    if (!s->begun)
        broken("a commit outside a transaction");
    if (sqlite3_get_autocommit(s->db)) {
        s->begun = false;
        return err_temp(e, "store %s: the transaction was undone after an earlier failure", s->path);
    }
    bool ok = store_run(s, "COMMIT", e);
    if (!ok)
        store_rollback(s);
    s->begun = false;
    return ok;
}

void store_rollback(struct store *s)
{
    if (s->begun && !sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    s->begun = false;
}

/* ---- backup */

static void backup_cleanup(sqlite3 **db)
{
    sqlite3_close(*db);
}

/* All pages in one step, so that it is the store of one instant; a writer waits no longer than that takes. */
static bool copy_pages(struct store *s, sqlite3 *to, const char *path, struct err *e)
{
    sqlite3_backup *copy = sqlite3_backup_init(to, "main", s->db, "main");
    int code = copy ? sqlite3_backup_step(copy, -1) : sqlite3_errcode(to);

    if (copy)
        sqlite3_backup_finish(copy);
    if (code == SQLITE_DONE)
        return true;
    return err_temp(e, "copying the store %s to %s: %s", s->path, path, sqlite3_errstr(code));
}

static bool copy_to(struct store *s, const char *path, struct err *e)
{
    __attribute__((cleanup(backup_cleanup))) sqlite3 *to = NULL;

    if (sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return err_temp(e, "making %s: %s", path, sqlite3_errmsg(to));
    sqlite3_busy_timeout(s->db, BUSY_WAIT_MS);
    return copy_pages(s, to, path, e);
}

bool store_backup(struct store *s, const char *path, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    const char *draft = arena_printf(a, "%s.new", path);
    const char *folder = arena_strndup(a, path, (size_t)(strrchr(path, '/') - path));

    unlink(draft); /* of a backup that was cut short */
    if (copy_to(s, draft, e) && file_sync(draft, e) &&
        (rename(draft, path) == 0 || err_temp(e, "naming %s: %s", path, strerror(errno))))
        return file_sync(folder, e);
    unlink(draft);
    return false;
}
