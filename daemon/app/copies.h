/* copies.h - copies of what was sent, for the secretariat's sent folder (sending.sent_folder; off by default).
 *
 * A notice's copy becomes due in the transaction that records its first accepted delivery, and stays due until the
 * collector has said that it lies in the folder: a mailbox that is away, or a daemon that ends, loses none. One at
 * a time is given to the collector. After a start, and after any failure, the collector looks for its Message-ID
 * before it adds anything, so that none is there twice. A copy that the folder has not taken for five days, or whose
 * mail is not kept any more, is given up, and the story says so. A folder that takes none is told as a server away
 * is. */
#ifndef TAAMIM_APP_COPIES_H
#define TAAMIM_APP_COPIES_H
#include "app/daemon.h"

/* A delivery of this notice was accepted; within the caller's transaction. */
bool copies_want(struct daemon *d, const struct notice_row *n, struct err *e);
/* Gives the next one to the collector; returns when to turn again, 0 = when an answer or a copy comes. */
int64_t copies_turn(struct daemon *d);
/* The collector's answer. */
void copies_answered(struct daemon *d, int64_t notice, bool kept, const char *text);
/* A collector has started. What an earlier one had in hand may lie in the folder, or not. */
void copies_begin(struct daemon *d);

#endif
