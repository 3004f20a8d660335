/* effects.h - a message on its way through the inbox: its signals (signals.c) and what its verdict does (effects.c). */
#ifndef TAAMIM_APP_EFFECTS_H
#define TAAMIM_APP_EFFECTS_H
#include "app/daemon.h"
#include "app/filing.h"
#include "round/match.h"

struct incoming {
    struct arena *a;
    const struct facts *facts; /* NULL: the parser died */
    int scratch_fd;
    const struct scanned *scanned; /* what the virus scanner said; NULL where none is configured, or nothing to scan */
    const char **troubles; /* per part of facts, by filing_settle(): why it is not taken; NULL: it is, or is no paper */
    bool junk;
    struct message_row m; /* as it will be stored */
    struct match match;
    struct notice_row about; /* the notice of ours that a report speaks of; cause NULL: none */
    int64_t returned_to;     /* the delivery in whose envelope token it came; 0: none */
    int64_t confirms;        /* the request to whose answer's own address it came; 0: none */
    const struct party *
        speaks_for; /* whose contact the sender is, in the register or in an open round (the last of them); NULL: nobody's */
    struct judge_input judged;
    const char *auth_why; /* why authentication counts as failed, where it is not DMARC itself; NULL */
    enum verdict verdict;
    const char *rule;
};

/* Finds what the message says of its round and party, and who sent it. Fills match, about, speaks_for and judged. */
bool signals_find(struct daemon *d, struct incoming *in, struct err *e);
/* Judges it by those signals and by what is known: verdict, rule, and what the row says of the message. Where m has no
 * id nothing is written, and a store open for reading is enough. */
bool inbox_judge(struct daemon *d, struct incoming *in, struct err *e);
/* Does what the verdict says, within the caller's transaction; sets state, file, move and marks of in->m. */
bool effects_of(struct daemon *d, struct incoming *in, struct err *e);
/* Brings the raw message from where it lies to where its row says; a message left to its humans is removed from the
 * spool. */
bool effects_settle_file(struct daemon *d, struct arena *a, const struct message_row *m, const char *lies_at,
                         struct err *e);
bool inbox_seen_again(struct daemon *d, struct arena *a, int64_t id, const char *file, struct err *e);

/* In all languages in lang_reasons.c. */
#define BY_HAND     "brought by hand"
#define NOT_SCANNED "its papers were not scanned for viruses"
#define NOT_VOUCHED "nobody vouches for its sender"

/* An officer's decision or the judge's: the message's papers become that party's, with story, alert and receipt. */
bool effects_file(struct daemon *d, struct arena *a, struct message_row *m, const char *who, struct filed *out,
                  struct err *e);

#endif
