/* marks.h - words in message_row.marks and paper_row.marks, with spaces between. A paper that is filed has those of its
 * message and, behind them, its own, which are true of the file whoever sent it and stay with it wherever it goes. */
#ifndef TAAMIM_APP_MARKS_H
#define TAAMIM_APP_MARKS_H
#include <stdbool.h>
#include "base/arena.h"
#include "mail/facts.h"

/* of a message */
#define MARK_UNVERIFIED  "unverified"  /* nobody vouches for the sender; an officer may (`reply accept`) */
#define MARK_NEW_ADDRESS "new_address" /* a colleague at a listed domain */
#define MARK_OLD_TOKEN   "old_token"   /* came to the token of another round of the party */
#define MARK_JUNK        "junk"        /* out of the junk folder */
#define MARK_LATE        "late"        /* after the party's own deadline */
#define MARK_KNOWN       "known"       /* some of it had been received before */
#define MARK_NOTE        "note"        /* words and no paper: not an answer, and not nothing */
#define MARK_AWAY        "away"        /* an automatic answer that says until when; the words are in why */
#define MARK_BY_HAND     "by_hand"
#define MARK_UNSCANNED   "unscanned" /* an officer may take such papers all the same, and everybody who looks sees it */

/* of a paper */
#define MARK_FORWARDED "forwarded" /* came inside a forwarded message */
#define MARK_LOCKED    "locked"    /* opens with a password only */
#define MARK_CLOSED    "closed"    /* packs files that were not looked into */
#define MARK_MACROS    "macros"    /* carries programs of its own */
#define MARK_ARCHIVE   "archive"   /* its files are papers of their own; they follow it in the message's list */
#define MARK_MEMBER    "member"    /* one of these */
#define MARK_ONE_PAGE  "one_page_scan"

/* The whole word: "late" is no part of "translated". */
bool mark_has(const char *marks, const char *mark);
/* These give the marks anew, in the arena. One that is there is not added again. */
const char *mark_add(struct arena *a, const char *marks, const char *mark);
const char *mark_drop(struct arena *a, const char *marks, const char *mark);
/* What the parser found of a file; what an archive is to its files is the caller's to add. */
const char *marks_of_part(struct arena *a, const struct fact_part *part);
/* The message's and the paper's own: for one that is filed. */
const char *marks_filed(struct arena *a, const char *of_message, const char *of_paper);

#endif
