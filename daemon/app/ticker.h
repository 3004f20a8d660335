/* ticker.h - what time makes due: reminders, receipts, alerts, the morning digest, servers away, a clock that jumps. */
#ifndef TAAMIM_APP_TICKER_H
#define TAAMIM_APP_TICKER_H
#include "app/daemon.h"

/* Does what is due now; returns the instant of the next (never 0). */
int64_t ticker_turn(struct daemon *d);
/* A server's state as a child told it. */
void ticker_server(struct daemon *d, struct server_watch *w, bool up, const char *text);

#endif
