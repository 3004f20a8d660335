/* silence.h - whether another letter about mails that bring nothing new would tell anybody anything.
 *
 * Machines that mark nothing answer each letter, in ever other words. So who has had such a letter gets no second one
 * until something else goes to the delegation, a receipt or a reminder; only what could not be taken for a reason
 * that was not told yet is told. A receipt says that a paper is there: for an hour the same paper gets no letter that
 * says it again. Officers see each of those mails all the same. */
#ifndef TAAMIM_APP_SILENCE_H
#define TAAMIM_APP_SILENCE_H
#include "app/daemon.h"

/* The causes of the letters begin with these words. */
#define CAUSE_REPLY       "reply:"
#define CAUSE_CLAIMED     "claimed:"
#define CAUSE_NOTHING_NEW "nothing_new:"

bool silence_due(struct daemon *d, struct arena *a, const struct seat_row *seat, const struct message_row *messages,
                 size_t n, bool *out, struct err *e);

#endif
