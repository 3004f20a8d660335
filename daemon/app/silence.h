/* silence.h - whether another letter about mails that bring nothing new would tell anybody anything.
 *
 * Machines that mark nothing answer each letter, today and next week. Words that had such a letter, from the same sender and
 * numbers aside, get no second one, and after SILENCE_AFTER of them different words get none either, until something
 * new comes of that party. Officers see each of those mails all the same. */
#ifndef TAAMIM_APP_SILENCE_H
#define TAAMIM_APP_SILENCE_H
#include "app/daemon.h"

#define SILENCE_AFTER 3 /* a person who has not been understood three times needs a person */

/* The causes of the letters begin with these words. */
#define CAUSE_REPLY       "reply:"
#define CAUSE_CLAIMED     "claimed:"
#define CAUSE_NOTHING_NEW "nothing_new:"

bool silence_due(struct daemon *d, struct arena *a, const struct seat_row *seat, const struct message_row *messages,
                 size_t n, bool *out, struct err *e);

#endif
