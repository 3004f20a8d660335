/* paper_marks.h - words in paper_row.marks that are true of the file itself, whoever sent it. They stay with it wherever
 * it is filed, behind the marks of its message. */
#ifndef TAAMIM_APP_PAPER_MARKS_H
#define TAAMIM_APP_PAPER_MARKS_H
#include <stdbool.h>
#include "base/arena.h"
#include "io/store.h"
#include "mail/facts.h"

#define MARK_FORWARDED "forwarded" /* came inside a forwarded message */
#define MARK_LOCKED    "locked"    /* opens with a password only */
#define MARK_CLOSED    "closed"    /* packs files that were not looked into */
#define MARK_MACROS    "macros"    /* carries programs of its own */
#define MARK_ARCHIVE   "archive"   /* its files are papers of their own; they follow it in the message's list */
#define MARK_MEMBER    "member"    /* one of these */
#define MARK_ONE_PAGE  "one_page_scan"

/* What the parser found, in the arena; "" for nothing. What an archive is to its files is the caller's to add. */
const char *paper_marks_found(struct arena *a, const struct fact_part *part);
const char *paper_marks_join(struct arena *a, const char *marks, const char *mark);
/* The message's marks and the paper's own: for one that is filed. */
const char *paper_marks_filed(struct arena *a, const char *of_message, const char *of_paper);
bool paper_marked(const struct paper_row *p, const char *mark);

#endif
