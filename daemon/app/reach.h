/* reach.h - whom else a mail goes to when one of its addresses failed for good.
 *
 * Only where the round file says next_contact, and only while the round is open: the party's next contact in rank
 * order who has not had this mail, whatever roles the round writes to. It is a further delivery of the same notice,
 * so nobody gets it twice. An answer to a person (receipt, problem) goes to nobody else. */
#ifndef TAAMIM_APP_REACH_H
#define TAAMIM_APP_REACH_H
#include "app/daemon.h"

struct unreached {
    const struct round_view *view;
    const struct party *party;
    int64_t notice;
    const char *kind;    /* of the notice */
    const char *address; /* that failed */
    int priority;
};
/* Within the caller's transaction. *next_out: who is written to instead, in wire form; NULL: nobody. */
bool reach_next(struct daemon *d, struct arena *a, const struct unreached *u, const char **next_out, struct err *e);
/* For the alert about a failed delivery of a party's mail: */
struct reached {
    const char
        *line; /* the next contact is written to, or nobody has got this mail; "" where there is nothing to say */
    bool next; /* an officer has nothing to do */
};
/* Reaches the next contact. */
bool reach_after_failure(struct daemon *d, struct arena *a, const struct notice_row *n,
                         const struct delivery_row *failed, struct reached *out, struct err *e);

#endif
