/* metrics.c - what node_exporter reads of us: written whole or not at all, every metrics.every_s.
 *
 * Only numbers, and labels of our own words: nothing that came by mail stands in it. Where a figure cannot be known
 * (the disk, before a server was heard of) it is left out rather than guessed. A file that cannot be written is told
 * once; whoever watches sees it grow old. */
#include "app/metrics.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"

static const char *const delivery_states[] = {"queued", "sending",   "sent",      "deferred",
                                              "failed", "uncertain", "cancelled", "bounced"};

/* ---- lines */

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_addf(out, "# HELP taamim_%s %s\n# TYPE taamim_%s %s\n", name, help, name, type);
}

static void gauge(struct buf *out, const char *name, int64_t value, const char *help)
{
    head(out, name, "gauge", help);
    buf_addf(out, "taamim_%s %lld\n", name, (long long)value);
}

/* An instant that is not known has no line. */
static void instant(struct buf *out, const char *name, int64_t at, const char *help)
{
    if (at)
        gauge(out, name, at, help);
}

/* ---- figures */

static void add_deliveries(struct buf *out, const struct count_row *counts, size_t n)
{
    head(out, "deliveries", "gauge", "Mails by state, one for each address.");
    for (size_t i = 0; i < sizeof delivery_states / sizeof *delivery_states; i++) {
        int64_t found = 0;
        for (size_t k = 0; k < n; k++)
            if (strcmp(counts[k].name, delivery_states[i]) == 0)
                found = counts[k].n;
        buf_addf(out, "taamim_deliveries{state=\"%s\"} %lld\n", delivery_states[i], (long long)found);
    }
}

static void add_store(struct buf *out, const struct figures *f)
{
    int64_t waiting_s = f->oldest_waiting_at ? clock_now() - f->oldest_waiting_at : 0;
    gauge(out, "oldest_waiting_seconds", waiting_s > 0 ? waiting_s : 0,
          "Since when the oldest mail waits that has not left; 0 where none waits.");
    gauge(out, "rounds_open", f->rounds_open, "Rounds that are open.");
    gauge(out, "replies_held", f->replies_held, "Replies that wait for an officer.");
    gauge(out, "receipts_due", f->receipts_due, "Receipts that should have been written by now.");
    instant(out, "last_sent_timestamp_seconds", f->last_sent_at, "When a server took the latest mail.");
    instant(out, "last_collected_timestamp_seconds", f->last_collected_at,
            "When the message that was collected last had come in.");
}

static void add_servers(struct buf *out, const struct daemon *d)
{
    const struct {
        const char *name;
        const struct server_watch *watch;
        bool wanted;
    } servers[] = {
        {"smtp", &d->smtp_watch, true},
        {"imap", &d->imap_watch, true},
        {"scanner", &d->scan_watch, d->orders.config->scanner != NULL},
        {"sent_folder", &d->copies.watch, d->orders.config->sent_folder != NULL},
    };
    head(out, "server_away", "gauge", "1 where it does not answer, does not let us in, or takes nothing.");
    for (size_t i = 0; i < sizeof servers / sizeof *servers; i++)
        if (servers[i].wanted)
            buf_addf(out, "taamim_server_away{server=\"%s\"} %d\n", servers[i].name, servers[i].watch->away);
    gauge(out, "queue_stopped", d->queue.stopped, "1 where nothing is sent, since the mail server refuses us.");
}

static void add_machine(struct buf *out, const struct daemon *d, struct arena *a)
{
    int64_t free_bytes, all_bytes;
    if (spool_space(d->spool, &free_bytes, &all_bytes)) {
        gauge(out, "disk_free_bytes", free_bytes, "Room on the disk of the state directory.");
        gauge(out, "disk_size_bytes", all_bytes, "Size of that disk.");
    }
    gauge(out, "disk_low", store_get(d->store, a, "disk_low") != NULL, "1 where officers were told to make room.");
    gauge(out, "clock_paused", d->clock_paused_until_at > d->last_boot_at,
          "1 where the clock jumped and nothing is done that time decides.");
    head(out, "parser_deaths_total", "counter", "Times the parser, or a copy of it, ended without an answer.");
    buf_addf(out, "taamim_parser_deaths_total %lld\n", (long long)d->parser_deaths);
    gauge(out, "start_timestamp_seconds", d->metrics.started_at, "When the daemon started.");
    gauge(out, "written_timestamp_seconds", clock_now(), "When this was written.");
}

bool metrics_text(struct daemon *d, struct arena *a, struct buf *out, struct err *e)
{
    struct count_row *counts;
    struct figures figures;
    size_t n;
    if (!store_delivery_counts(d->store, a, NULL, &counts, &n, e) ||
        !store_figures(d->store, a, clock_now(), &figures, e))
        return false;
    add_deliveries(out, counts, n);
    add_store(out, &figures);
    add_servers(out, d);
    add_machine(out, d, a);
    return true;
}

/* ---- the file */

static bool write_it(struct daemon *d, const char *path, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    BUF_SCOPED text = {0};
    return metrics_text(d, a, &text, e) && file_put(path, text.data, text.len, 0644, e);
}

int64_t metrics_turn(struct daemon *d)
{
    const struct config *c = d->orders.config;
    struct err e = {0};
    int64_t now = clock_now();

    if (!d->metrics.started_at)
        d->metrics.started_at = now;
    if (!c->metrics_file)
        return 0;
    /* further off than ever planned: the clock was put back */
    if (now < d->metrics.next_at && d->metrics.next_at <= now + c->metrics_every_s)
        return d->metrics.next_at;
    d->metrics.next_at = now + c->metrics_every_s;
    bool written = write_it(d, c->metrics_file, &e);
    if (!written && !d->metrics.failing)
        log_event(LOG_LEVEL_WARNING, "metrics", "path", c->metrics_file, "status", "failed", "reason", e.text, NULL);
    d->metrics.failing = !written;
    return d->metrics.next_at;
}
