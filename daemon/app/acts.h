/* acts.h - what an officer does to a round or a reply. Each is one transaction, one event with the officer's name,
 * and where it concerns delegations, notices to them. All are safe to say twice: what was told is not told again, a
 * reminder or a notice asked for again within a minute does not leave twice, and the answer, `text_out` (in the
 * arena), says how many were told. */
#ifndef TAAMIM_APP_ACTS_H
#define TAAMIM_APP_ACTS_H
#include "app/daemon.h"

struct act {
    const char *who;               /* "uid:1000 (name)" */
    const char *ref, *party;       /* party NULL: all */
    const char *text;              /* date, reason, or the text of a note */
    const char *texts[LANG_COUNT]; /* a note by language; none given: `text` serves all */
    const char *address;           /* resend --to */
    int64_t message;               /* a reply's number */
    int64_t paper;                 /* the n-th paper of that reply, from 1; cover: 0: the one that looks so */
    int item;                      /* 1.. */
    const char *add_contact;       /* role, NULL */
    bool tell;                     /* reject, cover: say so to the sender, if a contact */
    enum lang lang;                /* of dates in what is told to the officer */
};
typedef bool act_fn(struct daemon *d, struct arena *a, const struct act *act, const char **text_out, struct err *e);

act_fn act_extend, act_remind, act_note, act_resend, act_close, act_cancel;
act_fn act_accept, act_reject, act_move, act_item, act_cover;

/* A paper that came another way: files staged already (paths below the state directory, names as the sender's). */
struct brought {
    const char *const *staged;
    const char *const *names;
    size_t n;
    int64_t received_at;
};
bool act_add(struct daemon *d, struct arena *a, const struct act *act, const struct brought *b, const char **text_out,
             struct err *e);

#endif
