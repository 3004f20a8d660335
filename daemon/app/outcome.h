/* outcome.h - what became of a delivery: the server's answer, or a report that came back later. Each call is within
 * the caller's transaction; where that is rolled back, the caller puts d->queue back too. */
#ifndef TAAMIM_APP_OUTCOME_H
#define TAAMIM_APP_OUTCOME_H
#include "app/daemon.h"

/* One answer of a sender. */
bool outcome_apply(struct daemon *d, struct arena *a, const struct send_outcome *o, struct err *e);
/* What of the queue a restart must not forget: which domains refused alike, and what the queue stopped for. Kept where
 * it is not as before; taken up again at the start. */
bool outcome_keep_refusals(struct daemon *d, const struct queue *before, struct err *e);
void outcome_recall_refusals(struct daemon *d);
/* The story's line about a delivery, and the log's. */
bool outcome_record(struct daemon *d, const struct notice_row *n, const struct delivery_row *row, struct err *e);

/* A report that a mail of ours did not arrive. */
struct returned {
    const struct notice_row *notice;
    int64_t delivery; /* in whose envelope token the report came; 0 = none */
    const char *address, *status, *words;
};
/* That delivery has bounced. A delivery that bore a token in its envelope believes only what came there: everybody who
 * was written to knows the notice's own token, and could cut off the others. Of one that bore none, anybody's report is
 * shown and told, but no address is given up for it, and no next contact is written to. *believed_out is false where the report
 * is of no delivery that can have left, or came another way: nothing is changed then. */
bool outcome_returned(struct daemon *d, const struct returned *r, bool *believed_out, struct err *e);

#endif
