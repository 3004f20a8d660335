/* ticker.h - what time makes due: reminders, receipts, alerts, the morning digest, servers away, a clock that jumps. */
#ifndef TAAMIM_APP_TICKER_H
#define TAAMIM_APP_TICKER_H
#include "app/daemon.h"

/* Does what is due now; returns the instant of the next (never 0), a minute from now at most. */
int64_t ticker_turn(struct daemon *d);

/* When the ticker, the outbox, the papers at the virus scanner and the officers' requests want to be turned next; 0: not
 * for an instant's sake. */
struct agenda {
    int64_t ticker_at, outbox_at, scan_at, requests_at;
};
/* Turns what is due, or what something made due; true where anything was. An instant further off than either ever
 * plans was planned by a clock that has been put back since: it is due now. */
bool agenda_turn(struct daemon *d, struct agenda *g);
/* A server's state as a child told it. */
void ticker_server(struct daemon *d, struct server_watch *w, bool up, const char *text);

#endif
