/* prose.h - the families of words in bounces, all on lower-case text. */
#ifndef TAAMIM_PARSE_PROSE_H
#define TAAMIM_PARSE_PROSE_H
#include "parse/tree.h"

bool holds_any(const char *text, const char *const *list, size_t n);
bool bounce_subject(const char *subject);
bool bounce_words(const char *text);
bool still_trying(const char *text);           /* the report says that delivery goes on */
bool returned_begins(const char *line);        /* the line that announces the returned message */
const char *status_by_sense(const char *text); /* "5.1.1" for "user unknown"; "" */

#endif
