/* Time, restarts, the computer's clock, and the register. */
#include "scenario.h"

#include <stdlib.h>

#include "base/clock.h"
#include "crash.h"

/* The first moment of a scenario begins the daemon; before that no configuration tells the zone. */
static bool begin_at(struct world *w, const struct line *l, struct err *e)
{
    struct zone *zone = zone_open("Africa/Cairo", e);
    int64_t when;
    bool good = zone && instant_in(zone, l->words[0], l->words[1], &when, e);

    zone_close(zone);
    if (!good)
        return false;
    clock_set(when);
    crash_aside(true); /* until there is something to lose */
    good = world_open(w, e) && world_settle(w, e);
    crash_aside(false);
    return good;
}

static bool at(struct world *w, const struct line *l, struct err *e)
{
    int64_t when;

    if (!w->daemon)
        return begin_at(w, l, e);
    return instant_of(w, l->words[0], l->words[1], &when, e) && world_run_until(w, when, e);
}

static bool pass(struct world *w, const struct line *l, int unit_s, struct err *e)
{
    return world_run_until(w, clock_now() + (int64_t)strtol(l->words[0], NULL, 10) * unit_s, e);
}

static bool wait_days(struct world *w, const struct line *l, struct err *e)
{
    return pass(w, l, 86400, e);
}
static bool wait_hours(struct world *w, const struct line *l, struct err *e)
{
    return pass(w, l, 3600, e);
}
static bool wait_minutes(struct world *w, const struct line *l, struct err *e)
{
    return pass(w, l, 60, e);
}
static bool wait_seconds(struct world *w, const struct line *l, struct err *e)
{
    return pass(w, l, 1, e);
}

static bool restart(struct world *w, const struct line *l, struct err *e)
{
    (void)l;
    return world_restart(w, e) && world_settle(w, e);
}

/* Takes effect in what follows: the daemon ends when so many more mails were accepted and others are in hand. */
static bool crash_soon(struct world *w, const struct line *l, struct err *e)
{
    (void)e;
    w->office.crash_after = (int)strtol(l->words[0], NULL, 10);
    return true;
}

static bool clock_jumps(struct world *w, const struct line *l, struct err *e)
{
    clock_set(clock_now() + (int64_t)strtol(l->words[0], NULL, 10) * 3600);
    return world_settle(w, e);
}

static bool clock_put_back(struct world *w, const struct line *l, struct err *e)
{
    clock_set(clock_now() - (int64_t)strtol(l->words[0], NULL, 10) * 3600);
    return world_settle(w, e);
}

/* The secretariat edits its register by hand and has it read again. */
static bool register_changes(struct world *w, const struct line *l, struct err *e)
{
    const char *path = world_path(w, "delegations.conf");
    struct problems p = {0};
    size_t n;
    char *text = file_read(w->a, path, BUF_MAX, &n, e), *at_old = text ? strstr(text, l->words[0]) : NULL;
    const char *changed;

    if (!at_old)
        return err_perm(e, "the register has no %s", l->words[0]);
    changed = arena_printf(w->a, "%.*s%s%s", (int)(at_old - text), text, l->words[1], at_old + strlen(l->words[0]));
    if (!file_write(path, changed, strlen(changed), 0600, e))
        return false;
    if (!daemon_reload(w->daemon, &p))
        err_perm(e, "%s", buf_text(&p.text));
    buf_free(&p.text);
    return e->kind == ERR_NONE && world_settle(w, e);
}

/* A line of the configuration, which the daemon reads as it starts anew; it takes the place of one that sets the same. */
static bool configuration_says(struct world *w, const struct line *l, struct err *e)
{
    const char *path = world_path(w, "taamim.conf");
    size_t n;
    char *text = file_read(w->a, path, BUF_MAX, &n, e);

    if (!text)
        return false;
    const char *name = arena_printf(w->a, "\n%.*s= ", (int)strcspn(l->words[0], "="), l->words[0]);
    char *same = strstr(text, name);

    if (same) /* a comment now */
        text = arena_printf(w->a, "%.*s\n#%s", (int)(same - text), text, same + 1);
    n = strlen(text);
    text = arena_printf(w->a, "%s\n%s\n", text, l->words[0]);
    for (char *c = text + n; *c; c++) /* a sentence has no other quotes inside of its own */
        *c = *c == '\'' ? '"' : *c;
    return file_write(path, text, strlen(text), 0600, e) && restart(w, l, e);
}

const struct sentence time_sentences[] = {
    {"at DATE TIME", at},
    {"wait N days", wait_days},
    {"wait N hours", wait_hours},
    {"wait N minutes", wait_minutes},
    {"wait N seconds", wait_seconds},
    {"restart", restart},
    {"the configuration says TEXT", configuration_says},
    {"restart after N mails", crash_soon},
    {"clock jumps N hours ahead", clock_jumps},
    {"clock jumps N hours back", clock_put_back},
    {"register replaces OLD by NEW", register_changes},
    {NULL, NULL},
};
