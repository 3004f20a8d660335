/* The world of a scenario: a temporary folder with the fixtures in it, the daemon opened on it as taamimd opens it,
 * and the clock.
 *
 * Time jumps from due instant to due instant. Where the ticker names none it only looks again in a minute, as the
 * real one does; while nothing is under way such minutes are passed over up to the next full hour, since working
 * hours begin on the hour here. */
#include "scenario.h"

#include <errno.h>
#include <ftw.h>
#include <glib.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/inbox.h"
#include "app/outbox.h"
#include "app/scanning.h"
#include "app/ticker.h"
#include "base/clock.h"
#include "crash.h"
#include "parse/message.h"

#define LOOKS_AGAIN_S  60
#define STARTS_AGAIN_S 10
#define DEEDS_MAX      20000 /* at one second: above it something turns in circles */

const char *world_path(struct world *w, const char *name)
{
    return arena_printf(w->a, "%s/%s", w->folder, name);
}

static bool copy_file(struct world *w, const char *name, struct err *e)
{
    size_t n;
    char *bytes = file_read(w->a, arena_printf(w->a, "%s/%s", w->fixtures, name), BUF_MAX, &n, e);

    return bytes && file_write(world_path(w, name), bytes, n, 0600, e);
}

static bool furnish(struct world *w, struct err *e)
{
    static const char *const files[] = {"taamim.conf", "delegations.conf", "rounds/concept-note.pdf",
                                        "rounds/letter-jo.pdf"};

    if (!file_mkdirs(world_path(w, "rounds"), 0700, e))
        return false;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (!copy_file(w, files[i], e))
            return false;
    if (symlink(w->templates, world_path(w, "templates")) != 0)
        return err_perm(e, "cannot link to the templates %s: %s", w->templates, strerror(errno));
    return file_write(world_path(w, "password"), "secret\n", 7, 0600, e);
}

struct world *world_new(const char *scenario_path, struct err *e)
{
    struct arena *a = arena_new();
    struct world *w = arena_alloc(a, sizeof *w);
    char *path = realpath(scenario_path, NULL);
    const char *shared = getenv("TMPDIR"), *own = getenv("TEMPLATES"); /* other templates may be tried */
    char *folder = arena_printf(a, "%s/taamim-scenario-XXXXXX", shared ? shared : "/tmp");

    *w = (struct world){.a = a, .office.crash_after = -1, .mailbox = {.uidvalidity = 1712, .next_uid = 1}};
    if (!path || !mkdtemp(folder)) {
        err_perm(e, "%s: %s", path ? folder : scenario_path, strerror(errno));
        free(path);
        arena_free(a);
        return NULL;
    }
    w->folder = folder;
    w->fixtures = arena_printf(a, "%s/fixtures", dirname(path));
    w->templates = realpath(own ? own : arena_printf(a, "%s/../../../templates", w->fixtures), NULL);
    free(path);
    if (!w->templates)
        err_perm(e, "there are no templates: %s", strerror(errno));
    else if (parse_prepare(e) && furnish(w, e))
        return w;
    world_free(w);
    return NULL;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st, (void)flag, (void)ftw;
    return remove(path);
}

void world_free(struct world *w)
{
    world_close(w);
    nftw(w->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free((char *)w->templates);
    arena_free(w->a);
}

/* ---- the daemon begins and ends */

static bool open_state(struct world *w, struct err *e)
{
    struct daemon *d = w->daemon;
    const struct config *c = d->orders.config;

    d->spool = spool_open(c->state_dir, true, c->papers_group, e);
    if (!d->spool)
        return false;
    if (!spool_sweep(d->spool, "staging", 0, e))
        return false;
    d->store = store_open(spool_full(d->spool, w->a, "taamim.db"), STORE_WRITE, e);
    return d->store != NULL;
}

static bool open_once(struct world *w, struct err *e)
{
    struct problems p = {0};
    struct daemon *d = w->daemon = calloc(1, sizeof *d);

    if (!d)
        abort();
    if (!orders_load(&d->orders, world_path(w, "taamim.conf"), &p)) {
        err_perm(e, "%s", buf_text(&p.text));
        buf_free(&p.text);
        free(d);
        w->daemon = NULL;
        return false;
    }
    d->ports = (struct ports){.arg = w,
                              .senders_free = post_office_free,
                              .send = post_office_send,
                              .parse = mailbox_parse,
                              .kept = mailbox_kept,
                              .append = sent_folder_append,
                              .scan = scanner_scan};
    scanner_configure(w);
    w->agenda = (struct agenda){0};
    if (!open_state(w, e))
        return false;
    post_office_recall(w);
    return outbox_recover(d, e) && inbox_recover(d, e) && mailbox_start(w, e);
}

/* Whoever started it tries again. */
bool world_open(struct world *w, struct err *e)
{
    while (!open_once(w, e)) {
        if (!crash_in_trouble())
            return false;
        world_close(w);
        *e = (struct err){0};
        clock_advance(STARTS_AGAIN_S);
    }
    return true;
}

void world_close(struct world *w)
{
    struct daemon *d = w->daemon;

    if (!d)
        return;
    arena_free(d->outcomes_arena);
    scanning_close(d);
    daemon_forget(d);
    store_close(d->store);
    spool_close(d->spool);
    orders_free(&d->orders);
    free(d);
    w->daemon = NULL;
}

/* What children had in hand is gone with the process. */
static void lose_children(struct world *w)
{
    post_office_crash(w);
    w->mailbox.n_to_parse = 0;
    w->sent.in_hand = 0;
}

void world_reads(struct world *w)
{
    struct officer *o = (struct officer *)w->daemon->orders.config->officers;

    if (w->reads)
        o->lang = *w->reads;
}

bool world_restart(struct world *w, struct err *e)
{
    w->reads = NULL;
    w->mailbox.parser_waits = false;
    lose_children(w);
    world_close(w);
    return world_open(w, e);
}

/* The daemon that was is left as it lies in memory, its handle on the store too: closing that would tidy up what a kill
 * leaves. New files have no locks, as those of a dead process. */
bool world_recover(struct world *w, struct err *e)
{
    char *copy = arena_printf(w->a, "%s-XXXXXX", w->folder);
    char *argv[] = {"cp", "-a", arena_printf(w->a, "%s/.", w->folder), NULL, NULL};
    int status;

    if (w->daemon)
        lose_children(w);
    if (!mkdtemp(copy))
        return err_perm(e, "%s: %s", copy, strerror(errno));
    argv[3] = copy;
    if (!g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, NULL) || status != 0)
        return err_perm(e, "%s cannot be copied", w->folder);
    w->folder = copy;
    w->daemon = NULL;
    if (!world_open(w, e))
        return false;
    world_reads(w);
    return true;
}

/* ---- time */

static bool turn(struct world *w, bool *busy, struct err *e)
{
    struct daemon *d = w->daemon;

    *busy = false;
    if (!mailbox_turn(w, busy, e))
        return false;
    *busy |= agenda_turn(d, &w->agenda);
    if (w->office.crash_after == 0 && w->office.n_in_hand > 0) {
        w->office.crash_after = -1;
        *busy = true;
        return world_restart(w, e);
    }
    *busy |= post_office_answer(w);
    *busy |= sent_folder_turn(w);
    *busy |= scanner_turn(w);
    return !w->office.trouble || err_perm(e, "%s", w->office.trouble);
}

struct turning {
    struct world *w;
    bool *busy;
    struct err *e;
};

static bool turn_it(void *arg)
{
    const struct turning *t = arg;

    return turn(t->w, t->busy, t->e);
}

/* Where it was killed the next turn is a new daemon's. */
static bool turn_or_recover(struct world *w, bool *busy, struct err *e)
{
    struct turning t = {w, busy, e};
    bool good;

    if (crash_guard(turn_it, &t, &good))
        return good;
    *busy = true;
    return world_recover(w, e);
}

bool world_settle(struct world *w, struct err *e)
{
    bool busy = true;

    for (int deeds = 0; busy; deeds++)
        if (deeds == DEEDS_MAX)
            return err_perm(e, "the daemon does not come to rest at this second");
        else if (!turn_or_recover(w, &busy, e))
            return false;
    return true;
}

static bool all_calm(struct world *w)
{
    ARENA_SCOPED a = arena_new();
    struct daemon *d = w->daemon;
    struct alert_row *alerts;
    size_t n;

    return w->agenda.ticker_at == clock_now() + LOOKS_AGAIN_S && !d->smtp_watch.away && !d->imap_watch.away &&
           !d->scan_watch.away && d->clock_paused_until_at <= clock_boot() &&
           store_alerts(d->store, a, &alerts, &n, NULL) && n == 0;
}

static void sooner(int64_t *next, int64_t at)
{
    if (at && at < *next)
        *next = at;
}

static int64_t next_due(struct world *w)
{
    int64_t next = w->agenda.ticker_at;

    if (all_calm(w)) {
        next = (clock_now() / 3600 + 1) * 3600;
        sooner(&next, store_next_receipt_at(w->daemon->store));
    }
    sooner(&next, w->agenda.outbox_at);
    sooner(&next, w->agenda.scan_at);
    sooner(&next, w->agenda.requests_at);
    sooner(&next, w->mailbox.begins_at);
    return next > clock_now() ? next : clock_now() + 1;
}

/* An hour passed over is looked at even where the ticker named a later one. */
bool world_run_until(struct world *w, int64_t at, struct err *e)
{
    int64_t next;

    if (at < clock_now())
        return err_perm(e, "that moment is past already");
    if (!world_settle(w, e))
        return false;
    while ((next = next_due(w)) < at) {
        clock_advance(next - clock_now());
        if (!world_settle(w, e))
            return false;
    }
    clock_advance(at - clock_now());
    return world_settle(w, e);
}

/* "2026-04-20" or "10:00": up to three numbers with that mark between them; how many there are, 0 where it is
 * something else. */
static int read_numbers(const char *text, char mark, int *const out[3])
{
    for (int n = 0; n < 3; n++) {
        char *end;

        *out[n] = (int)strtol(text, &end, 10);
        if (end == text)
            return 0;
        if (!*end)
            return n + 1;
        if (*end != mark)
            return 0;
        text = end + 1;
    }
    return 0;
}

bool instant_in(const struct zone *zone, const char *day, const char *hour, int64_t *out, struct err *e)
{
    struct civil c = {0};

    if (read_numbers(day, '-', (int *const[]){&c.year, &c.month, &c.day}) != 3 ||
        (hour && read_numbers(hour, ':', (int *const[]){&c.hour, &c.minute, &c.second}) < 2) || !civil_valid(c))
        return err_perm(e, "'%s %s' is no moment; write 2026-04-20 10:00", day, hour ? hour : "");
    *out = zone_instant(zone, c, false);
    return true;
}

bool instant_of(struct world *w, const char *day, const char *hour, int64_t *out, struct err *e)
{
    return instant_in(w->daemon->orders.config->zone, day, hour, out, e);
}

const char *round_ref(const struct world *w, const char *name)
{
    for (size_t i = 0; i < w->n_rounds; i++)
        if (strcmp(w->rounds[i].name, name) == 0)
            return w->rounds[i].ref;
    return NULL;
}
