/* scanning.h - between the parser and the judge, where a virus scanner is configured: papers wait until it has seen
 * them, and nothing is filed that it has not.
 *
 * A message that brings papers is taken out of the parser's answers by scanning_holds_back(); its papers go to the
 * scanner one at a time through the port `scan`, and it comes back to inbox_parsed() with what was found. While the
 * scanner is away the message waits, is parsed anew once the scanner is back, and after SCANNING_PATIENCE_S is judged
 * all the same, as one whose papers were not scanned: then it is held. */
#ifndef TAAMIM_APP_SCANNING_H
#define TAAMIM_APP_SCANNING_H
#include "app/inbox.h"
#include "mail/scan.h"

#define SCANNING_PATIENCE_S 600
#define SCANNING_TRIES      3 /* a file at which the scanner ends each time ends no fourth one */

/* What the scanner said of a message's papers. */
struct scanned {
    const char *infected[FACTS_PARTS_MAX]; /* by part: the signature's name; NULL: none */
    const char *why;                       /* NULL: it has seen every paper; else why not */
};

/* One file to look at, valid during the call. */
struct scan_job {
    int64_t id; /* the message */
    int fd;
    int64_t offset, size;
};

/* True: not to be judged now; it comes back by itself. Else p->scanned may have been set. */
bool scanning_holds_back(struct daemon *d, struct parsed *p);
/* It was judged: nothing of it waits any more. */
void scanning_forget(struct daemon *d, int64_t message);

/* The port's answers. Both only take note: scanning_turn() goes on. */
void scanning_answered(struct daemon *d, const struct scan_answer *answer);
void scanning_state(struct daemon *d, bool up, const char *text);

/* Does what can be done now; returns when to turn again, 0 = when something is answered. */
int64_t scanning_turn(struct daemon *d);
void scanning_close(struct daemon *d);

#endif
