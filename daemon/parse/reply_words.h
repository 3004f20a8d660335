/* reply_words.h - the words by which mail programs set a quotation or a signature off, in the languages they speak.
 *
 * Everything is asked of, and written as, a folded line: lower case, one space between words and none before a colon,
 * no direction marks, vowel signs or asterisks, hamza off its alef, western digits, straight apostrophes. */
#ifndef TAAMIM_PARSE_REPLY_WORDS_H
#define TAAMIM_PARSE_REPLY_WORDS_H
#include <stdbool.h>
#include <stddef.h>
#include "base/arena.h"

enum label { /* of the header that stands above an original; bits */
             LABEL_NONE = 0,
             LABEL_FROM = 1,
             LABEL_DATE = 2,
             LABEL_SENT = 4, /* a date by a name that no letter's own head has */
             LABEL_TO = 8,
             LABEL_SUBJECT = 16,
             LABEL_OTHER = 32,
};

char *fold(struct arena *a, const char *line);
/* The label before a folded line's colon, or the whole of a line without one. */
enum label label_of(const char *folded, bool *alone_out);
bool holds_time(const char *folded);
/* A year in four digits, or three numbers with the same mark between them. */
bool holds_date(const char *folded);
/* "On", "Le", "في": what an attribution starts with. */
bool starts_attribution(const char *folded);
/* "wrote", "a écrit", "كتب": what stands behind it; NULL where it is nowhere. */
const char *behind_wrote(const char *folded);
/* A person tells to whom somebody wrote, a program does not. */
bool says_to_whom(const char *behind_verb);
/* "original message"; forwarded_out: or one that is passed on. */
bool names_original(const char *folded, bool *forwarded_out);
bool device_line(const char *folded);
/* The first line of a paragraph that a mail system puts on, not a person. */
bool starts_disclaimer(const char *folded);
bool secrecy_words(const char *folded);
/* "from outside of the organization". */
bool stranger_words(const char *folded);
/* The subject of a mail that passes another one on. */
bool forwarding_subject(struct arena *a, const char *subject);

#endif
