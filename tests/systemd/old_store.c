/* old_store FILE: a store as the first version of the daemon left it, with one open round in it. tests/systemd/inside-package puts it under an
 * upgrade. The text of that version is never changed, so what is inserted here is right for it for ever. */
#include <sqlite3.h>
#include <stdio.h>

#include "io/store_private.h"

int main(int argc, char **argv)
{
    static const char round[] =
        "INSERT INTO rounds (ref, state, kind, spec, boundary, launched_at, deadline_at, closed_at, deadline_text) "
        "VALUES "
        "('OLD/2020/01', 'closed', 'papers', '{}', 'b', 1577872800, 1580551199, 1580551199, '2020-02-01');";
    static const char stamp[] =
        "PRAGMA journal_mode = WAL; PRAGMA application_id = 1415667053; PRAGMA user_version = 1;";
    sqlite3 *db = NULL;
    char *trouble = NULL;

    if (argc != 2 || sqlite3_open(argv[1], &db) != SQLITE_OK ||
        sqlite3_exec(db, store_migrations[0], NULL, NULL, &trouble) || sqlite3_exec(db, round, NULL, NULL, &trouble) ||
        sqlite3_exec(db, stamp, NULL, NULL, &trouble)) {
        fprintf(stderr, "old_store: %s\n", trouble ? trouble : "usage: old_store FILE");
        return 1;
    }
    return sqlite3_close(db) == SQLITE_OK ? 0 : 1;
}
