/* repeats.h - whether a mail has come before. */
#ifndef TAAMIM_APP_REPEATS_H
#define TAAMIM_APP_REPEATS_H
#include "app/effects.h"

#define TEXT_KEPT 2048 /* of the sender's own words, to be shown and compared; the message is archived whole */

/* The same bytes; or the same Message-ID from the same sender with the same words and no paper that is new: a copy that
 * came another way adds nothing. Some programs repeat a Message-ID for a new mail. A paper is not new that came with
 * the first, that lies with the party already, or that the secretariat sent out in this round. */
bool repeats(struct daemon *d, struct incoming *in);

#endif
