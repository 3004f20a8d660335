/* receipt.h - the thanks a party gets for what it sent: one mail for all that came since the last one. */
#ifndef TAAMIM_APP_RECEIPT_H
#define TAAMIM_APP_RECEIPT_H
#include "app/daemon.h"

/* Composes the receipt that is due for this party, within the caller's transaction. Nothing to tell: does nothing. */
bool receipt_post(struct daemon *d, struct arena *a, const struct round_view *v, struct seat_row *seat, struct err *e);

#endif
