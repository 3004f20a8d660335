/* The child that asks the virus scanner, where one is configured: one paper at a time, and whether the scanner is
 * there. A child that ends, or says nothing for longer than the scanner may take, is a scanner that is away; what
 * waits for it is app/scanning's. */
#include "app/children.h"

#include <string.h>

#include "app/scanning.h"
#include "base/clock.h"
#include "base/log.h"

#define ANSWER_S 300 /* above all that taamim-scan itself waits for */

static void end(struct children *c)
{
    worker_free(c->scanner);
    c->scanner = NULL;
    c->scan_asked = c->scan_deadline_boot = 0;
}

static bool ask(struct children *c, json_t *message, int fd)
{
    if (!worker_send(c->scanner, message, fd))
        return false;
    c->scan_deadline_boot = clock_boot() + ANSWER_S;
    return true;
}

static void configure(struct children *c)
{
    worker_send(c->scanner, json_pack("{s:{s:s}}", "config", "socket", c->daemon->orders.config->scanner), -1);
    ask(c, json_pack("{s:i}", "ping", 1), -1);
}

static void ready(void *arg, struct worker *w)
{
    (void)w;
    configure(arg);
}

static void message(void *arg, struct worker *w, const json_t *m)
{
    ARENA_SCOPED a = arena_new();
    struct children *c = arg;
    struct scan_answer answer;
    struct scanner_state state;
    struct err e = {0};

    if (json_object_get(m, "scanner") && scanner_state_from_json(a, m, &state, &e)) {
        if (!c->scan_asked)
            c->scan_deadline_boot = 0;
        scanning_state(c->daemon, state.up, state.text);
    } else if (e.kind == ERR_NONE && scan_answer_from_json(a, m, &answer, &e) && answer.id == c->scan_asked) {
        c->scan_asked = c->scan_deadline_boot = 0;
        scanning_answered(c->daemon, &answer);
    } else {
        worker_end(w, e.kind != ERR_NONE ? e.text : "it answered about another message");
    }
}

static void gone(void *arg, struct worker *w, const char *why)
{
    ARENA_SCOPED a = arena_new();
    struct children *c = arg;

    (void)w;
    c->scan_asked = c->scan_deadline_boot = 0;
    log_event(LOG_LEVEL_WARNING, "scan_ended", "reason", why, NULL);
    scanning_state(c->daemon, false, arena_printf(a, "taamim-scan: %s", why));
}

bool scans_open(struct children *c, struct err *e)
{
    static const struct worker_calls calls = {ready, message, gone};
    ARENA_SCOPED a = arena_new();
    const struct config *cfg = c->daemon->orders.config;
    const char *argv[] = {cfg->scanner ? child_path(a, cfg, "scan", e) : NULL, NULL};

    if (!cfg->scanner)
        return true;
    if (!argv[0])
        return false;
    c->scanner = worker_new(c->loop, argv, "scan", &calls, c);
    return true;
}

/* A scanner that came into the configuration, went out of it, or has another socket. Where its program is missing
 * nothing is filed unscanned for it: papers wait, and the officers hear why. */
void scans_reload(struct children *c)
{
    struct err e = {0};

    if (!c->daemon->orders.config->scanner)
        end(c);
    else if (c->scanner && worker_up(c->scanner))
        configure(c);
    else if (!c->scanner && !scans_open(c, &e))
        scanning_state(c->daemon, false, e.text);
}

bool scans_scan(void *arg, const struct scan_job *job)
{
    struct children *c = arg;

    if (!c->scanner)
        return false;
    if (!job)
        return c->scan_deadline_boot || ask(c, json_pack("{s:i}", "ping", 1), -1);
    if (!ask(c,
             json_pack("{s:I, s:I, s:I}", "scan", (json_int_t)job->id, "offset", (json_int_t)job->offset, "size",
                       (json_int_t)job->size),
             job->fd))
        return false;
    c->scan_asked = job->id;
    return true;
}

void scans_tend(struct children *c)
{
    int64_t left = c->scan_deadline_boot - clock_boot();

    if (!c->scanner || !c->scan_deadline_boot)
        return;
    if (left <= 0)
        worker_restart(c->scanner, "it gave no answer in time");
    else
        loop_wake_at(c->loop, clock_now_ms() + left * 1000);
}
