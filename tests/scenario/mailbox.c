/* The fake collector and the mailbox it watches. It is the worst a right collector may be: after each start it
 * tells everything anew that lies at or above the line, so that the ledger must know what was seen. What is below
 * the line of the first start it never tells. The parser is the real one, in this process. */
#include "scenario.h"

#include <fcntl.h>
#include <unistd.h>

#include "app/inbox.h"
#include "base/clock.h"
#include "crash.h"
#include "parse/message.h"

#define BEGINS_AGAIN_S 5

void mailbox_put(struct world *w, const char *mailbox, const char *bytes, size_t size)
{
    struct mailbox *m = &w->mailbox;
    struct letter_in letter = {.mailbox = mailbox, .uid = m->next_uid++, .bytes = bytes, .size = size};

    ARENA_PUSH(w->a, m->letters, m->n, letter);
}

static struct letter_in *letter_of(struct world *w, int64_t uidvalidity, int64_t uid)
{
    for (size_t i = 0; i < w->mailbox.n; i++)
        if (uidvalidity == w->mailbox.uidvalidity && w->mailbox.letters[i].uid == uid)
            return &w->mailbox.letters[i];
    return NULL;
}

/* ---- the collector begins */

static bool draw_line(struct world *w, const char *name, int64_t *line_out, struct err *e)
{
    struct mailbox_row row;

    if (!store_mailbox(w->daemon->store, w->a, name, &row, e))
        return false;
    if (!row.name || row.uidvalidity != w->mailbox.uidvalidity) {
        row = (struct mailbox_row){.name = name,
                                   .uidvalidity = w->mailbox.uidvalidity,
                                   .next_uid = row.name ? 1 : w->mailbox.next_uid,
                                   .since_at = row.name ? row.since_at : clock_now()};
        if (!store_begin(w->daemon->store, e) || !store_put_mailbox(w->daemon->store, &row, e) ||
            !store_commit(w->daemon->store, e))
            return false;
    }
    *line_out = row.next_uid;
    return true;
}

/* What was kept before a crash and not yet moved: it does not come again, it is moved. */
static bool take_pending(struct world *w, const char *name, struct err *e)
{
    struct message_row *rows;
    size_t n;

    if (!store_messages_to_move(w->daemon->store, w->a, name, w->mailbox.uidvalidity, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        mailbox_kept(w, &rows[i]);
    return true;
}

bool mailbox_start(struct world *w, struct err *e)
{
    const struct config *c = w->daemon->orders.config;

    for (size_t i = 0; i < w->mailbox.n; i++) {
        w->mailbox.letters[i].told = w->mailbox.letters[i].moved && !w->mailbox.keeps;
        w->mailbox.letters[i].kept = false;
    }
    for (size_t i = 0; i < c->n_mailboxes; i++) {
        int64_t line;

        if (!draw_line(w, c->mailboxes[i].name, &line, e) || !take_pending(w, c->mailboxes[i].name, e))
            return false;
        for (size_t k = 0; k < w->mailbox.n; k++)
            if (strcmp(w->mailbox.letters[k].mailbox, c->mailboxes[i].name) == 0 && w->mailbox.letters[k].uid < line)
                w->mailbox.letters[k].old = true;
    }
    return true;
}

/* ---- a turn */

static bool collect(struct world *w, struct letter_in *l, struct err *e)
{
    struct collected c = {.mailbox = l->mailbox,
                          .uidvalidity = w->mailbox.uidvalidity,
                          .uid = l->uid,
                          .size = (int64_t)l->size,
                          .internal_at = clock_now()};
    char sha256[65];
    bool good;

    c.file = collected_name(w->a, l->mailbox, c.uidvalidity, l->uid);
    hash_sha256(l->bytes, l->size, sha256);
    c.sha256 = sha256;
    l->told = true;
    if (!file_write(spool_full(w->daemon->spool, w->a, arena_printf(w->a, "incoming/%s", c.file)), l->bytes, l->size,
                    0600, e))
        return false;
    crash_point(CRASH_COLLECTED, CRASH_BEFORE);
    good = inbox_collected(w->daemon, &c, 1, e);
    crash_point(CRASH_COLLECTED, CRASH_AFTER);
    return good;
}

/* Given to the parser twice, at the start and by the collector, and decided on since: its file lies in the archive
 * by now. */
static bool decided_since(struct world *w, int64_t message)
{
    struct message_row m;

    return store_message(w->daemon->store, w->a, message, &m, NULL) && m.state && strcmp(m.state, "collected") != 0;
}

static bool parse(struct world *w, const struct to_parse *p, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    struct facts f, told;
    JSON_SCOPED record = NULL;
    bool good;
    FD_SCOPED message = open(p->path, O_RDONLY | O_CLOEXEC);
    FD_SCOPED scratch = spool_scratch(w->daemon->spool, e);

    if (message < 0 && decided_since(w, p->message))
        return true;
    if (w->mailbox.parser_dies)
        return inbox_parsed(
            w->daemon,
            &(struct parsed){.message = p->message,
                             .scratch_fd = scratch,
                             .trouble = "the parser ended without an answer (the message was too much for it)"},
            1, e);
    if (message < 0 || scratch < 0 || !parse_message(a, message, scratch, &f, e))
        return err_perm(e, "the message %s could not be given to the parser", p->path);
    record = facts_to_json(&f); /* the way they come from the child */
    if (!facts_from_json(a, record, lseek(scratch, 0, SEEK_END), &told, e))
        return false;
    crash_point(CRASH_PARSED, CRASH_BEFORE);
    good =
        inbox_parsed(w->daemon, &(struct parsed){.message = p->message, .facts = &told, .scratch_fd = scratch}, 1, e);
    crash_point(CRASH_PARSED, CRASH_AFTER);
    return good;
}

/* The collector says "moved" once it has done what it was told; what it is told again, since nobody heard that, it
 * does again, and no server minds. */
static bool move(struct world *w, struct letter_in *l, bool *busy, struct err *e)
{
    struct message_row m;
    bool good;

    if (!l->kept)
        return true;
    if (!store_message_by_uid(w->daemon->store, w->a, l->mailbox, w->mailbox.uidvalidity, l->uid, &m, e))
        return false;
    if (!m.state || !m.move || m.moved)
        return true;
    *busy = l->moved = true;
    struct collected c = {.mailbox = l->mailbox, .uidvalidity = w->mailbox.uidvalidity, .uid = l->uid};

    crash_point(CRASH_MOVED, CRASH_BEFORE);
    good = inbox_moved(w->daemon, &c, 1, e);
    crash_point(CRASH_MOVED, CRASH_AFTER);
    return good;
}

static bool tell_all(struct world *w, bool *busy, struct err *e)
{
    struct mailbox *m = &w->mailbox;

    for (size_t i = 0; i < m->n; i++) {
        if (!m->letters[i].told && !m->letters[i].old) {
            *busy = true;
            if (!collect(w, &m->letters[i], e))
                return false;
        }
        if (!move(w, &m->letters[i], busy, e))
            return false;
    }
    while (m->n_to_parse > 0 && !m->parser_waits) {
        struct to_parse first = m->to_parse[0];

        *busy = true;
        memmove(m->to_parse, m->to_parse + 1, --m->n_to_parse * sizeof first);
        if (!parse(w, &first, e)) {
            mailbox_parse(w, first.message, first.path); /* as parsers.c does */
            return false;
        }
    }
    return true;
}

static bool begin_again(struct world *w, struct err *e)
{
    w->mailbox.begins_at = 0;
    return mailbox_start(w, e);
}

/* Where the daemon cannot keep what it is told, its collector is ended and begins anew after a while. */
bool mailbox_turn(struct world *w, bool *busy, struct err *e)
{
    struct mailbox *m = &w->mailbox;

    if (m->begins_at > clock_now())
        return true;
    if ((!m->begins_at || begin_again(w, e)) && tell_all(w, busy, e))
        return true;
    if (!crash_in_trouble())
        return false;
    *e = (struct err){0};
    m->begins_at = clock_now() + BEGINS_AGAIN_S;
    return true;
}

/* ---- the ports */

void mailbox_parse(void *world, int64_t message, const char *path)
{
    struct world *w = world;
    struct to_parse *grown = arena_alloc(w->a, (w->mailbox.n_to_parse + 1) * sizeof *grown);

    if (w->mailbox.n_to_parse)
        memcpy(grown, w->mailbox.to_parse, w->mailbox.n_to_parse * sizeof *grown);
    grown[w->mailbox.n_to_parse++] = (struct to_parse){message, arena_strdup(w->a, path)};
    w->mailbox.to_parse = grown;
}

void mailbox_kept(void *world, const struct message_row *m)
{
    struct letter_in *l = letter_of(world, m->uidvalidity, m->uid);

    crash_point(CRASH_KEPT, CRASH_BEFORE);
    if (l)
        l->kept = true;
    crash_point(CRASH_KEPT, CRASH_AFTER);
}

bool mailbox_message(struct world *w, struct message_row *out, struct err *e)
{
    const struct mailbox *m = &w->mailbox;

    if (m->n == 0)
        return err_perm(e, "no letter has come yet");
    if (!store_message_by_uid(w->daemon->store, w->a, m->letters[m->n - 1].mailbox, m->uidvalidity,
                              m->letters[m->n - 1].uid, out, e))
        return false;
    return true;
}
