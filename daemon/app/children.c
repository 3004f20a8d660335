/* Opens and closes the children together; each kind's conversation is in its own file. */
#include "app/children.h"

#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"

bool children_open(struct children *c, struct daemon *d, struct loop *l, struct err *e)
{
    c->daemon = d;
    c->loop = l;
    d->ports = (struct ports){.arg = c,
                              .senders_free = senders_free,
                              .send = senders_send,
                              .parse = parsers_parse,
                              .kept = collector_kept,
                              .append = collector_append,
                              .scan = scans_scan};
    return senders_open(c, e) && parsers_open(c, e) && collector_open(c, e) && scans_open(c, e);
}

void children_close(struct children *c)
{
    for (int i = 0; i < c->n_senders; i++)
        worker_free(c->senders[i].worker);
    worker_free(c->collector);
    worker_free(c->parser);
    worker_free(c->scanner);
    for (size_t i = 0; i < c->n_waiting; i++)
        free(c->waiting[i].path);
    free(c->waiting);
}

static void tend(struct children *c, struct worker *w)
{
    int64_t at_ms = worker_tend(w);

    if (at_ms)
        loop_wake_at(c->loop, at_ms);
}

void children_tend(struct children *c)
{
    for (int i = 0; i < c->n_senders; i++)
        tend(c, c->senders[i].worker);
    tend(c, c->parser);
    tend(c, c->collector);
    collector_tend(c);
    parsers_tend(c);
    if (c->scanner)
        tend(c, c->scanner);
    scans_tend(c);
}

/* New settings of the servers. A sender takes them after what it has in hand; the collector starts anew, and tells
 * again what was not kept. */
void children_reload(struct children *c)
{
    senders_configure(c);
    scans_reload(c);
    c->renewing = true;
    worker_restart(c->collector, "restarted with new settings");
    c->renewing = false;
}

bool children_idle(const struct children *c)
{
    for (int i = 0; i < c->n_senders; i++)
        if (c->senders[i].n > 0)
            return false;
    return true;
}

void children_stop_sending(struct children *c)
{
    for (int i = 0; i < c->n_senders; i++)
        worker_signal(c->senders[i].worker, SIGTERM);
}
