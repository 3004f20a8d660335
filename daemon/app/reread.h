/* reread.h - a message that was judged to bring nothing (noted, or known already) is an officer's to take in all the
 * same: its papers were never staged, so that the raw message is read once more. */
#ifndef TAAMIM_APP_REREAD_H
#define TAAMIM_APP_REREAD_H
#include "app/acts.h"

/* `reply accept`: act_accept() for what is held; for a noted message or a duplicate the same decision, which takes
 * effect when the parser has answered. */
act_fn act_take_in;
/* The row of a message that an officer has taken in, and whose papers are still to be read. */
bool reread_decided(const struct message_row *m);

#endif
