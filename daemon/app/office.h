/* office.h - mails to the officers: grouped alerts, and the morning digest. */
#ifndef TAAMIM_APP_OFFICE_H
#define TAAMIM_APP_OFFICE_H
#include "app/daemon.h"

/* Posts the waiting alerts in one mail per officer when the last one is long enough ago; returns when to ask again
 * (0 = when an alert comes). */
int64_t office_alerts_turn(struct daemon *d);
/* The digest, each working morning; returns when the next is due. */
int64_t office_digest_turn(struct daemon *d);

#endif
