/* inbox.h - what comes in: from a file in the spool to a filed paper, a held reply, or nothing of ours. */
#ifndef TAAMIM_APP_INBOX_H
#define TAAMIM_APP_INBOX_H
#include "app/daemon.h"

/* Complete files lie in incoming/: their ledger rows are written in one commit, then they are given to the parser. */
bool inbox_collected(struct daemon *d, const struct collected *c, size_t n, struct err *e);
/* The parser's answer, or facts NULL and `trouble` saying how it died: then the message is kept, held and told. */
struct parsed {
    int64_t message;
    const struct facts *facts;
    int scratch_fd; /* holds the decoded parts; -1 where none */
    const char *trouble;
    const struct scanned *scanned; /* what the virus scanner found; NULL: it has not looked, or there is none */
    bool done;                     /* out */
};
/* Judges them in one commit: all, or none. Whose papers must be scanned before is set aside (app/scanning.h) and counts
 * as done. True where all are done; else those that are not, and were not at fault,
 * succeed when they are given again singly. */
bool inbox_parsed(struct daemon *d, struct parsed *list, size_t n, struct err *e);
/* A message that waited for the parser, and whose file has gone from incoming/: where it was judged before, its
 * file is in its place. */
void inbox_file_gone(struct daemon *d, int64_t message);
/* The collector has put these where they belong; only mailbox, uidvalidity and uid count. */
bool inbox_moved(struct daemon *d, const struct collected *c, size_t n, struct err *e);
/* After a start: files that no ledger row knows, rows that no one judged. */
bool inbox_recover(struct daemon *d, struct err *e);

#endif
