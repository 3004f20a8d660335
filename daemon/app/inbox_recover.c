/* At a start: what lies in incoming/ goes on where it was when the process ended. A file is told by its name, which the
 * collector gave it; what it cannot have named so is moved to corrupt/, and a person is told. */
#include <stdlib.h>
#include <string.h>

#include "app/effects.h"
#include "app/inbox.h"
#include "base/file.h"
#include "base/log.h"

/* HASH-UIDVALIDITY-UID.eml: whether the collector can have named it so. */
static bool numbers_of(const char *file, int64_t *uidvalidity_out, int64_t *uid_out)
{
    size_t hash = strspn(file, "0123456789abcdef");
    char *end = NULL;

    *uidvalidity_out = hash && file[hash] == '-' ? strtoll(file + hash + 1, &end, 10) : 0;
    *uid_out = end && *end == '-' ? strtoll(end + 1, &end, 10) : 0;
    return *uidvalidity_out > 0 && *uid_out > 0 && strcmp(end, ".eml") == 0;
}

/* The mailbox whose message this file is, told by its name: see collected_name(). */
static bool row_of_file(struct daemon *d, struct arena *a, const char *file, struct message_row *out,
                        struct collected *c)
{
    const struct config *cfg = d->orders.config;
    int64_t uidvalidity, uid;

    if (!numbers_of(file, &uidvalidity, &uid))
        return false;
    for (size_t i = 0; i < cfg->n_mailboxes; i++) {
        const char *name = cfg->mailboxes[i].name;

        if (strcmp(collected_name(a, name, uidvalidity, uid), file) != 0)
            continue;
        *c = (struct collected){.file = file, .mailbox = name, .uidvalidity = uidvalidity, .uid = uid};
        return store_message_by_uid(d->store, a, name, uidvalidity, uid, out, NULL);
    }
    return false;
}

/* Of a mailbox that an administrator has taken out, perhaps for a day. One that nobody judged yet is judged all the
 * same; any other stays until its mailbox is watched again. */
static bool recover_unwatched(struct daemon *d, struct arena *a, const char *file, struct err *e)
{
    const char *path = arena_printf(a, "incoming/%s", file);
    struct message_row m;

    if (!store_message_by_file(d->store, a, path, &m, e))
        return false;
    if (m.state)
        return inbox_seen_again(d, a, m.id, path, e);
    log_event(LOG_LEVEL_WARNING, "incoming", "path", path, "reason",
              "it is of no mailbox that is watched; it stays there", NULL);
    return true;
}

/* Nobody knows what it is: a person looks at it. */
static bool recover_unknown(struct daemon *d, struct arena *a, const char *file, struct err *e)
{
    struct alert_row about = {.kind = "trouble"};
    const char *path;

    if (!daemon_begin(d, e))
        return false;
    if (spool_move(d->spool, a, arena_printf(a, "incoming/%s", file), "corrupt", file, &path, e) &&
        alert(d, &about, e, "a file in incoming/ is no collected message; it lies in %s", path) &&
        daemon_commit(d, e)) {
        log_event(LOG_LEVEL_WARNING, "incoming", "path", path, "reason",
                  "a file that the collector did not make was moved there", NULL);
        return true;
    }
    daemon_rollback(d);
    return false;
}

static bool recover_file(struct daemon *d, struct arena *a, const char *file, struct err *e)
{
    struct message_row m = {0};
    struct collected c;
    char sha256[65];

    if (!row_of_file(d, a, file, &m, &c))
        return numbers_of(file, &c.uidvalidity, &c.uid) ? recover_unwatched(d, a, file, e)
                                                        : recover_unknown(d, a, file, e);
    if (m.state)
        return inbox_seen_again(d, a, m.id, arena_printf(a, "incoming/%s", file), e);
    if (!file_sha256(spool_full(d->spool, a, arena_printf(a, "incoming/%s", file)), sha256, &c.size, e))
        return false;
    c.sha256 = sha256;
    return inbox_collected(d, &c, 1, e);
}

bool inbox_recover(struct daemon *d, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    const char **names;
    size_t n;

    d->requests_due = true; /* what officers asked before the stop */
    if (!spool_incoming(d->spool, a, &names, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!recover_file(d, a, names[i], e))
            return false;
    return true;
}
