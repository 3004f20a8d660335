/* prose.h - what the files of bounces in words share: the families of words, and the places where addresses stand. */
#ifndef TAAMIM_PARSE_PROSE_H
#define TAAMIM_PARSE_PROSE_H
#include "parse/tree.h"

/* All of these want folded text. */
bool bounce_subject(const char *subject);
bool failure_subject(const char *subject); /* of these, one that nobody writes over good news */
bool bounce_words(const char *text);
bool failure_words(const char *text);          /* of these, without what is said of a success as well */
bool denies_delivery(const char *text);        /* prose_denial.c: by the make of its sentences */
bool still_trying(const char *text);           /* the report says that delivery goes on */
bool arrived(const char *text);                /* it tells of success */
bool kept_aside(const char *text);             /* it lists what a filter keeps for its reader */
bool returned_begins(const char *line);        /* the line that announces the returned message */
bool recipients_begin(const char *line);       /* the line that announces those who did not get it */
const char *status_by_sense(const char *text); /* "5.1.1" for "user unknown"; "" */

#define PROSE_FOUND_MAX 100
#define PROSE_LINES_MAX 2000

/* From the surest to the last resort. */
enum place { PLACE_ALONE, PLACE_NAMED, PLACE_TO, PLACE_ANY, PLACE_ROLE, PLACE_BEHIND, PLACE_NONE };

struct found {
    const char *address;
    enum place place;
    size_t line;
};

struct prose {
    struct tree *t;
    char *lines[PROSE_LINES_MAX];
    size_t n_lines;
    size_t end;  /* where the returned message is announced */
    size_t hard; /* where its header is sure to have begun */
    struct found found[PROSE_FOUND_MAX];
    size_t n_found;
    struct fact_address *own; /* who the report was sent to: the sender of what failed */
    size_t n_own;
};

/* prose_places.c: the addresses in lines [from, to) that may be those of failed recipients. */
void find_addresses(struct prose *p, size_t from, size_t to);
bool is_own_address(const struct prose *p, const char *address);

#endif
