/* taamimd: reads what it is told, opens what it needs, then turns the loop until it is told to stop. It runs in the
 * foreground and as an ordinary user; everything that is wrong at the start is said at once, and nothing is begun.
 * man page: taamimd(8). */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#define SD_JOURNAL_SUPPRESS_LOCATION /* where in the source a line is made would always be log.c */
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "app/children.h"
#include "app/command.h"
#include "app/inbox.h"
#include "app/metrics.h"
#include "app/outbox.h"
#include "app/portal.h"
#include "app/scanning.h"
#include "app/ticker.h"
#include "base/clock.h"
#include "base/log.h"

#define STOP_SENDING_S 60 /* for a mail past its last byte */
#define CHILDREN_END_S 2  /* to take their leave of the servers; then whoever stopped us may kill them */

struct taamimd {
    struct daemon daemon;
    struct children children;
    struct loop *loop;
    struct command_server *commands;
    struct agenda agenda;
    int64_t stop_at;
    uint64_t watchdog_ms;
    bool stopping, reload, refused; /* refused: what the last SIGHUP brought */
    char status[120];               /* as it was told last */
};

static void usage(FILE *out)
{
    fputs("usage: taamimd [-c FILE]\n\n"
          "Circulates documents by e-mail; runs in the foreground.\n"
          "  -c, --config FILE   configuration (default /etc/taamim/taamim.conf)\n"
          "  -h, --help\n"
          "SIGHUP reads configuration, register and templates again; SIGTERM stops.\n",
          out);
}

static const char *mailbox_status(const struct server_watch *w)
{
    if (!w->known)
        return "mailbox not reached yet";
    return w->away ? "mailbox away" : "mailbox watched";
}

static void say_status(struct taamimd *t)
{
    const struct daemon *d = &t->daemon;
    char now[sizeof t->status];

    snprintf(now, sizeof now, "%s%s%s%s", t->refused ? "new settings refused, see the log; " : "",
             d->queue.stopped ? "sending is stopped; " : "", d->smtp_watch.away ? "mail server away; " : "",
             mailbox_status(&d->imap_watch));
    if (strcmp(now, t->status) == 0)
        return;
    strcpy(t->status, now);
    sd_notifyf(0, "STATUS=%s", now);
}

static void reload(struct taamimd *t)
{
    struct problems p = {0};

    t->reload = false;
    sd_notify(0, "RELOADING=1");
    t->refused = !daemon_reload(&t->daemon, &p);
    if (!t->refused) {
        log_event(LOG_LEVEL_NOTICE, "reloaded", "config", t->daemon.orders.config->path, NULL);
        children_reload(&t->children);
        outbox_reload(&t->daemon);
        t->agenda.ticker_at = 0;
    } else {
        log_event(LOG_LEVEL_ERROR, "reload", "status", "refused: the old settings stay in force", "reason",
                  buf_text(&p.text), NULL);
    }
    buf_free(&p.text);
    sd_notify(0, "READY=1");
}

static void on_signal(void *arg, int signal)
{
    struct taamimd *t = arg;

    switch (signal) {
    case SIGHUP: t->reload = true; break;
    case SIGCHLD: worker_reap(); break;
    default:
        if (!t->stopping) {
            sd_notify(0, "STOPPING=1");
            children_stop_sending(&t->children);
            t->stopping = true;
            t->stop_at = clock_boot() + STOP_SENDING_S;
        }
    }
}

static void wake_at(struct taamimd *t, int64_t at)
{
    if (at)
        loop_wake_at(t->loop, at * 1000);
}

/* A stop waits for deliveries in hand; a sender that is not past its dot answers at once. */
static void stop_turn(struct taamimd *t)
{
    if (t->daemon.n_outcomes)
        outbox_turn(&t->daemon);
    if (children_idle(&t->children) || clock_boot() >= t->stop_at)
        loop_stop(t->loop);
    else
        loop_wake_at(t->loop, clock_now_ms() + 200);
}

static void on_tick(void *arg)
{
    struct taamimd *t = arg;
    struct daemon *d = &t->daemon;

    sd_notify(0, "WATCHDOG=1");
    daemon_tidy(d);
    if (t->stopping) {
        stop_turn(t);
        return;
    }
    if (t->reload)
        reload(t);
    children_tend(&t->children);
    agenda_turn(d, &t->agenda);
    say_status(t);
    wake_at(t, portal_turn(d));
    wake_at(t, metrics_turn(d));
    wake_at(t, t->agenda.ticker_at);
    wake_at(t, t->agenda.outbox_at);
    wake_at(t, t->agenda.scan_at);
    wake_at(t, t->agenda.requests_at);
    if (d->outbox_due || d->ticker_due || d->scan_due || d->requests_due)
        loop_wake_at(t->loop, clock_now_ms());
    if (t->watchdog_ms)
        loop_wake_at(t->loop, clock_now_ms() + (int64_t)t->watchdog_ms / 2);
}

/* While the daemon has it open these files stay, so that officers find them shared; with the daemon stopped the
 * first is alone. */
static bool open_store(struct daemon *d, struct err *e)
{
    ARENA_SCOPED a = arena_new();

    d->store = store_open(spool_full(d->spool, a, "taamim.db"), STORE_WRITE, e);
    return d->store && spool_share(d->spool, "taamim.db", e) && spool_share(d->spool, "taamim.db-wal", e) &&
           spool_share(d->spool, "taamim.db-shm", e);
}

static bool open_state(struct taamimd *t, struct err *e)
{
    struct daemon *d = &t->daemon;
    const struct config *c = d->orders.config;

    d->spool = spool_open(c->state_dir, true, c->papers_group, e);
    if (!d->spool)
        return false;
    if (!spool_sweep(d->spool, "staging", 0, e) || !open_store(d, e))
        return false;
    t->commands = command_open(d, t->loop, c->socket, e);
    return t->commands != NULL;
}

static bool open_all(struct taamimd *t, const char *config, struct err *e)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
    struct problems p = {0};

    if (!orders_load(&t->daemon.orders, config, &p)) {
        fprintf(stderr, "%s\n", buf_text(&p.text));
        buf_free(&p.text);
        return err_perm(e, "%d %s above; nothing was started", p.n, p.n == 1 ? "problem" : "problems");
    }
    t->loop = loop_new();
    if (!loop_signals(t->loop, signals, sizeof signals / sizeof *signals, on_signal, t, e) || !open_state(t, e))
        return false;
    return children_open(&t->children, &t->daemon, t->loop, e) && outbox_recover(&t->daemon, e) &&
           inbox_recover(&t->daemon, e);
}

static void close_all(struct taamimd *t)
{
    children_close(&t->children);
    command_close(t->commands);
    portal_close(&t->daemon);
    scanning_close(&t->daemon);
    store_close(t->daemon.store);
    spool_close(t->daemon.spool);
    loop_free(t->loop);
    daemon_forget(&t->daemon);
    orders_free(&t->daemon.orders);
    worker_await(CHILDREN_END_S);
}

static int run(const char *config)
{
    struct taamimd *t = calloc(1, sizeof *t);
    struct err e = {0};
    uint64_t watchdog_us = 0;
    int status = EXIT_SUCCESS;

    if (!t)
        abort();
    if (!open_all(t, config, &e)) {
        log_event(LOG_LEVEL_ERROR, "start", "status", "failed", "reason", e.text, NULL);
        return EXIT_FAILURE;
    }
    if (sd_watchdog_enabled(0, &watchdog_us) > 0)
        t->watchdog_ms = watchdog_us / 1000;
    loop_tick(t->loop, on_tick, t);
    sd_notify(0, "READY=1");
    log_event(LOG_LEVEL_NOTICE, "ready", "config", config, "state", t->daemon.orders.config->state_dir, NULL);
    if (!loop_run(t->loop, &e)) {
        log_event(LOG_LEVEL_ERROR, "loop", "reason", e.text, NULL);
        status = EXIT_FAILURE;
    }
    log_event(LOG_LEVEL_NOTICE, "stopped", NULL);
    close_all(t);
    free(t);
    return status;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {"help", no_argument, NULL, 'h'}, {0}};
    const char *config = "/etc/taamim/taamim.conf";
    int option;

    while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1)
        switch (option) {
        case 'c': config = optarg; break;
        case 'h': usage(stdout); return EXIT_SUCCESS;
        default: usage(stderr); return 2;
        }
    if (optind < argc) {
        usage(stderr);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    log_open("taamimd", LOG_LEVEL_INFO);
    log_to_journal(sd_journal_sendv);
    return run(config);
}
