/* office.h - mails to the officers: grouped alerts, and the morning digest. */
#ifndef TAAMIM_APP_OFFICE_H
#define TAAMIM_APP_OFFICE_H
#include "app/daemon.h"

/* Posts the waiting alerts in one mail per officer when the last one is long enough ago; returns when to ask again
 * (0 = when an alert comes). */
int64_t office_alerts_turn(struct daemon *d);
/* An alert or a digest was refused for good when the server had read it: filters judge what strangers wrote, which it
 * quotes. Once, a mail goes in its place that has no word of others, only what waits. *posted_out: it was queued. */
bool office_refused(struct daemon *d, struct arena *a, const struct notice_row *n, const struct delivery_row *row,
                    int code, bool *posted_out, struct err *e);
/* What a digest shows, for one round (NULL: all that are open): into letter, which becomes one. */
bool office_status(struct daemon *d, struct arena *a, const char *ref_or_null, struct letter *letter, struct err *e);
/* The digest, each working morning; returns when the next is due. */
int64_t office_digest_turn(struct daemon *d);

#endif
