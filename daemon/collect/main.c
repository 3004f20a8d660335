/* taamim-collect: brings the messages of watched mailboxes into the spool, and moves those that the daemon has kept.
 *
 * Started by taamimd with its channel as descriptor 0 (mail/collection.h says what is spoken there). It knows one
 * secret, the mailbox's, and writes into one folder. A lost connection, or an answer that is no IMAP, costs the
 * connection and nothing else: what was collected and what is to be moved is remembered, and a new connection is
 * made after 1 s, then 2, up to 5 minutes. It ends when the daemon does, or at SIGTERM within two seconds. */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "collect/collect.h"
#include "collect/stop.h"

#define BACKOFF_MAX_S 300

static bool over(const struct collect *c)
{
    return c->gone || stop_requested();
}

static void disconnect(struct collect *c, bool polite)
{
    connection_close(c->connection, polite);
    c->connection = NULL;
    c->selected = NULL;
    for (size_t i = 0; i < c->n_mailboxes; i++) {
        struct watched *w = &c->mailboxes[i];
        w->n_found = w->at_found = 0;
        w->look_at = 0;
        w->look = true;
        w->refusal.kind = ERR_NONE;
    }
}

static void went_down(struct collect *c, const struct err *e)
{
    for (size_t i = 0; i < c->n_mailboxes; i++)
        fetch_suspect(c, &c->mailboxes[i], e->text);
    disconnect(c, false);
    channel_state(c, false, e->text);
}

/* Waits, but listens to the daemon meanwhile. */
static bool pause_for(struct collect *c, int64_t seconds, struct err *e)
{
    int64_t until = clock_boot() + seconds;
    for (int64_t left; !over(c) && (left = until - clock_boot()) > 0;) {
        struct pollfd fds[2] = {{.fd = wire_fd(c->wire), .events = POLLIN}, {.fd = stop_fd(), .events = POLLIN}};
        poll(fds, 2, (int)left * 1000);
        if (!channel_read(c, e))
            return false;
    }
    return true;
}

/* Every session and the pauses between them; false when the daemon babbles. */
static bool collect(struct collect *c, struct err *e)
{
    int64_t backoff_s = 1;
    while (!over(c)) {
        struct err lost = {0};
        bool settled = false;
        c->connection = connection_open(&c->server, &lost);
        enum reply r = c->connection ? session_run(c, &settled, &lost) : REPLY_LOST;
        if (over(c))
            break;
        if (r == REPLY_LOST)
            went_down(c, &lost);
        if (settled)
            backoff_s = 1;
        if (!pause_for(c, backoff_s, e))
            return c->gone;
        backoff_s = 2 * backoff_s > BACKOFF_MAX_S ? BACKOFF_MAX_S : 2 * backoff_s;
    }
    disconnect(c, true);
    return true;
}

static bool wait_for_config(struct collect *c, struct err *e)
{
    while (!c->configured) {
        struct pollfd fds[2] = {{.fd = wire_fd(c->wire), .events = POLLIN}, {.fd = stop_fd(), .events = POLLIN}};
        poll(fds, 2, -1);
        if (stop_requested() && !(fds[0].revents & POLLIN))
            return true;
        if (!channel_read(c, e))
            return false;
    }
    return true;
}

static bool say_hello(struct collect *c, struct err *e)
{
    return wire_send(c->wire, json_pack("{s:s, s:i}", "hello", "collect", "version", WIRE_VERSION), -1, e);
}

static void release(struct collect *c)
{
    for (size_t i = 0; i < c->n_mailboxes; i++) {
        free(c->mailboxes[i].wire);
        free(c->mailboxes[i].kept);
    }
    for (size_t i = 0; i < c->n_appends; i++)
        json_decref(c->appends[i]);
    free(c->processed);
    wire_free(c->wire);
    arena_free(c->arena);
}

int main(void)
{
    static struct collect c;
    struct err e = {0};
    stop_open();
    log_open("taamim-collect", LOG_LEVEL_INFO);
    connection_global_init();
    fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
    c.arena = arena_new();
    c.wire = wire_new(0, WIRE_LINE_MAX);
    c.quota_used = c.quota_limit = c.told_used = c.told_limit = -1;
    bool ok = say_hello(&c, &e) && wait_for_config(&c, &e);
    if (ok && c.configured) {
        fetch_remove_remains(c.incoming);
        ok = collect(&c, &e);
    }
    if (!ok && !c.gone)
        log_event(LOG_LEVEL_ERROR, "collect_ended", "reason", e.text, NULL);
    release(&c);
    return ok || c.gone ? 0 : 1;
}
