/* fold.h - words in the one form that tables of words are written in. */
#ifndef TAAMIM_PARSE_FOLD_H
#define TAAMIM_PARSE_FOLD_H
#include <stdbool.h>
#include "base/arena.h"

/* Small letters, one blank for any white space and none at the start, no vowel signs and direction marks, one form of
 * apostrophe, yeh, and alef but for that with madda: "آلي" is automatic, "إلى" is to. text is valid UTF-8. */
char *fold_words(struct arena *a, const char *text);
bool holds_any(const char *text, const char *const *list, size_t n);

#endif
