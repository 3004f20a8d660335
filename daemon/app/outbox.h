/* outbox.h - the queue of deliveries: what may leave now, and what came of it. */
#ifndef TAAMIM_APP_OUTBOX_H
#define TAAMIM_APP_OUTBOX_H
#include "app/daemon.h"

/* Takes an outcome in; it is applied at the next turn, together with its neighbours, in one commit. */
void outbox_outcome(struct daemon *d, const struct send_outcome *o);
/* Applies outcomes, picks what may leave (rate, suppression, stopped queue), commits, and hands it to the senders.
 * Returns when to turn again: an instant, 0 = when something new is posted or an outcome comes. */
int64_t outbox_turn(struct daemon *d);
/* Settings changed: a stopped queue tries one mail now. */
void outbox_reload(struct daemon *d);
/* A child died with this delivery in hand: its outcome is unknown. */
void outbox_lost(struct daemon *d, int64_t delivery, const char *why);
/* After a start: what was being sent when the last process ended is uncertain. */
bool outbox_recover(struct daemon *d, struct err *e);
#endif
