/* matrix.h - where every party of a round stands, as one row each: what status, the digest, the page and the export
 * show. */
#ifndef TAAMIM_APP_MATRIX_H
#define TAAMIM_APP_MATRIX_H
#include "app/config.h"
#include "io/store.h"
#include "round/round.h"

struct matrix_row {
    const char *party;       /* code */
    const struct party *who; /* NULL where the register no longer has it */
    int addresses, sent, waiting, failed,
        bounced;      /* of its notices of launch, resend and note: each address once, as its latest delivery went */
    int reminded;     /* reminders that were made */
    int papers;       /* current papers filed; an archive is none beside its files */
    int locked;       /* of these: open with a password only */
    int closed;       /* of these: archives that were not looked into */
    int covers;       /* of these: covering letters alone, by an officer's word */
    int held;         /* replies that wait for an officer */
    int notes;        /* automatic answers and replies without a paper */
    const char *note; /* the words of the latest such reply, whose sender is vouched for if any is; NULL: none */
    unsigned missing; /* required items */
    bool answered, complete, late; /* late: first answer after its deadline */
    bool wrote;                    /* not answered, though a reply is filed: words alone, or what answers nothing */
    int64_t answered_at;           /* when the first paper came; 0 = not yet */
    int64_t deadline_at;           /* its own where extended */
    bool extended;
    bool note_unverified, away_unverified; /* nobody vouches for who wrote these words */
    const char *away; /* the latest automatic answer's own words for when its sender is back, until that sender
                         replies; NULL: none */
};

struct matrix {
    struct round_row round;
    const struct round_spec *spec;
    struct matrix_row *rows; /* in the register's order at launch */
    size_t n;
    int complete, partial, wrote, silent, bounced, held; /* parties; the first four make up all of them */
    int papers;                                          /* current papers filed */
    int held_replies; /* that wait for an officer, those of no party yet among them */
};

/* Out of the store alone, also with STORE_READ. PERM where the round is unknown. */
bool matrix_of(struct store *s, struct arena *a, const struct config *c, const struct party_register *r,
               const char *ref, struct matrix *out, struct err *e);

#endif
