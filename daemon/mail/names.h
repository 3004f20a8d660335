/* names.h - file and folder names that people read and no file system minds; text from outside made clean.
 *
 * The secretariat's words, Arabic kept: UTF-8 NFC; separators become '-' and the other characters that Windows
 * refuses (the files are opened over a share) '_'; full width forms become the ASCII they stand for and every space
 * a plain one; control characters, bidi marks, overrides and isolates, zero-width spaces, tags, leading dots, hyphens and
 * "~$", trailing dots and spaces are removed; device names of other systems ("CON", "LPT1") get an underscore; 200 bytes
 * at most, cut at a character, extension kept; never empty ("paper").
 * Cleaning a clean name changes nothing. */
#ifndef TAAMIM_MAIL_NAMES_H
#define TAAMIM_MAIL_NAMES_H
#include <stdbool.h>
#include <stddef.h>
#include "base/arena.h"

/* Around a text of either direction in a line of another (UAX 9): U+2068 and U+2069. They take no column. */
#define FSI "\u2068"
#define PDI "\u2069"

#define NAME_MAX_BYTES 200
char *name_clean(struct arena *a, const char *name);
/* What a reader takes the name for, to compare it with ASCII words in lower case: letter forms folded (NFKC), what
 * cannot be seen dropped, and Cyrillic, Greek and Armenian letters that look like Latin ones as those. */
char *name_skeleton(struct arena *a, const char *name);
/* "report.pdf" with n = 2 and prefix "v" -> "report v2.pdf"; prefix "" -> "report (2).pdf". Still 200 bytes at most. */
char *name_numbered(struct arena *a, const char *name, const char *prefix, int n);
/* Display columns of UTF-8 text in a terminal (libutf8proc): marks and bidi controls 0, wide 2. */
int text_width(const char *text);
/* Any bytes to valid UTF-8 NFC, invalid ones replaced by U+FFFD; control characters but \n and \t dropped, and so
 * is what goes beyond 30 marks on one letter. */
char *text_clean(struct arena *a, const char *bytes, size_t n);
/* The same of what a stranger wrote, before it stands among words of ours. Every line end is \n, U+2028 and U+2029 too,
 * and the marks that embed, override or isolate are dropped; U+200E, U+200F and U+061C may stay. */
char *text_lines(struct arena *a, const char *text, size_t n);
/* All of it in one line; with more than max bytes it is cut at a character, and ends in "…". */
char *text_line(struct arena *a, const char *text, size_t max);
/* The beginning of such a line, isolated: for an alert, which has room for what we say of it as well. */
#define FOREIGN_BYTES ((size_t)200)
char *text_foreign(struct arena *a, const char *text);
/* "hxxps://...": no mail program makes a link of it. */
char *text_unlinked(struct arena *a, const char *text);
/* The same as text_clean(), letter for letter: no normal form, no cap. For values whose structure counts (addresses, identifiers,
 * results), since NFC makes a ';' of U+037E and a K of the Kelvin sign. */
char *text_valid(struct arena *a, const char *bytes, size_t n);

#endif
