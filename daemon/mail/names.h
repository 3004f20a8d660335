/* names.h - file and folder names that people read and no file system minds.
 *
 * The secretariat's words, Arabic kept: UTF-8 NFC; separators, control and bidi-override characters, leading dots and
 * trailing dots and spaces removed; device names of other systems ("CON", "LPT1") get an underscore; 200 bytes at most, cut at a character, extension kept; never
 * empty ("paper"). */
#ifndef TAAMIM_MAIL_NAMES_H
#define TAAMIM_MAIL_NAMES_H
#include <stdbool.h>
#include <stddef.h>
#include "base/arena.h"

#define NAME_MAX_BYTES 200
char *name_clean(struct arena *a, const char *name);
/* "report.pdf" with n = 2 and prefix "v" -> "report v2.pdf"; prefix "" -> "report (2).pdf". */
char *name_numbered(struct arena *a, const char *name, const char *prefix, int n);
/* Display columns of UTF-8 text in a terminal (libutf8proc): marks and bidi controls 0, wide 2. */
int text_width(const char *text);
/* Any bytes to valid UTF-8 NFC, invalid ones replaced by U+FFFD; control characters but \n and \t dropped. */
char *text_clean(struct arena *a, const char *bytes, size_t n);

#endif
