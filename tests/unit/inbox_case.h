/* A daemon with a state directory of its own and nobody behind its ports: what it hands to the parser and calls
 * kept is counted. */
#ifndef TAAMIM_TESTS_INBOX_CASE_H
#define TAAMIM_TESTS_INBOX_CASE_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/daemon.h"
#include "app/inbox.h"
#include "base/clock.h"

#define NOW_AT 1795341600 /* 22 November 2026 10:00 UTC */
#define GOOD(act)                                                                                                      \
    do {                                                                                                               \
        if (!(act))                                                                                                    \
            fail_msg("%s: %s", #act, e.text);                                                                          \
    } while (0)

#define UNREADABLE(id) ((struct parsed){.message = (id), .scratch_fd = -1, .trouble = "unreadable"})

static struct arena *a;
static struct err e;
static struct config config;
static struct party_register reg;
static struct daemon d;
static char dir[40];
static int n_parse, n_kept;
static int64_t last_parse;

static inline void note_parse(void *arg, int64_t message, const char *path)
{
    (void)arg, (void)path;
    n_parse++;
    last_parse = message;
}

static inline void note_kept(void *arg, const struct message_row *m)
{
    (void)arg, (void)m;
    n_kept++;
}

static inline int case_set_up(void **state)
{
    (void)state;
    clock_set(NOW_AT);
    a = arena_new();
    strcpy(dir, "/tmp/taamim-inbox-XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    config = (struct config){.zone = zone_open("Africa/Cairo", &e),
                             .zone_name = "Africa/Cairo",
                             .state_dir = dir,
                             .mailboxes = {{"INBOX", false}},
                             .n_mailboxes = 1,
                             .max_paper_bytes = 1000};
    d = (struct daemon){.store = store_open(":memory:", STORE_WRITE, &e), .spool = spool_open(dir, false, NULL, &e)};
    d.orders.config = &config;
    d.orders.parties = &reg;
    d.ports.parse = note_parse;
    d.ports.kept = note_kept;
    n_parse = n_kept = 0;
    return d.store && d.spool && config.zone ? 0 : -1;
}

static inline int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st, (void)flag, (void)ftw;
    return remove(path);
}

static inline int case_tear_down(void **state)
{
    (void)state;
    store_close(d.store);
    spool_close(d.spool);
    zone_close(config.zone);
    arena_free(a);
    return nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline const char *full(const char *path)
{
    return arena_printf(a, "%s/%s", dir, path);
}

static inline bool lies(const char *path)
{
    return access(full(path), F_OK) == 0;
}

static inline void lay(const char *path, const char *text)
{
    GOOD(file_write(full(path), text, strlen(text), 0600, &e));
}

/* Collected: its file in incoming/, its row in the ledger, nobody has read it. */
static inline int64_t case_collected(const char *mailbox, int64_t uid, const char *text)
{
    const char *file = arena_printf(a, "incoming/%s", collected_name(a, mailbox, 7, uid));
    char sha256[65];
    struct message_row m = {.mailbox = mailbox,
                            .uidvalidity = 7,
                            .uid = uid,
                            .sha256 = sha256,
                            .file = file,
                            .state = "collected",
                            .received_at = NOW_AT};
    int64_t id = 0;
    bool known;

    lay(file, text);
    hash_sha256(text, strlen(text), sha256);
    GOOD(store_begin(d.store, &e));
    GOOD(store_add_message(d.store, &m, &id, &known, &e));
    GOOD(store_commit(d.store, &e));
    return id;
}

static inline struct message_row row_of(int64_t id)
{
    struct message_row m;

    GOOD(store_message(d.store, a, id, &m, &e));
    return m;
}

#endif
