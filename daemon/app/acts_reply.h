/* acts_reply.h - between the files of an officer's acts on a reply: acts_reply.c and acts_item.c. Nobody else includes
 * it. */
#ifndef TAAMIM_APP_ACTS_REPLY_H
#define TAAMIM_APP_ACTS_REPLY_H
#include "app/acts.h"

/* Reads the reply and begins; PERM where there is none of that number. */
bool reply_begin(struct daemon *d, struct arena *a, int64_t message, struct message_row *m, struct err *e);
/* Ends it: all or, where not `good`, nothing; then brings the raw mail from where it lay to where its row says. */
bool reply_done(struct daemon *d, struct arena *a, const struct message_row *m, const char *lay_at, bool good,
                struct err *e);

/* One thing that a letter to a reply's sender is about. */
struct reply_word {
    const struct message_row *m;
    const char *cause;          /* unique: said again, nothing leaves */
    struct letter_paper *about; /* with its trouble */
};
/* Only a party's own contacts are ever told; PERM for everybody else. */
bool reply_tell(struct daemon *d, struct arena *a, const struct reply_word *w, struct err *e);

#endif
