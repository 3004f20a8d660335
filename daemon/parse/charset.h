/* charset.h - bytes of any charset to clean UTF-8.
 *
 * A label is believed as far as the bytes bear it out: where they cannot be of that charset, UTF-8 is tried, then
 * windows-1256 or
 * windows-1252, whichever the pattern of the high bytes speaks for. The result is valid UTF-8 without control
 * characters (text_clean). */
#ifndef TAAMIM_PARSE_CHARSET_H
#define TAAMIM_PARSE_CHARSET_H
#include <stdbool.h>
#include <stddef.h>
#include "base/arena.h"

/* Opens every converter once and keeps it, so that glibc loads its modules before the sandbox closes. */
void charset_warm(void);
/* charset may be NULL: unlabelled. */
char *charset_to_utf8(struct arena *a, const char *charset, const char *bytes, size_t n);
bool utf8_valid(const char *bytes, size_t n);

#endif
