/* lex.h - what all structured header fields share: comments and quoted strings (RFC 5322 3.2). */
#ifndef TAAMIM_MAIL_LEX_H
#define TAAMIM_MAIL_LEX_H
#include <stdbool.h>

/* Behind the comment or the quoted string that begins at p; comments nest, a backslash takes the next character with
 * it. Where it is left open, the end of the text, and *open (may be NULL) becomes true. p where neither begins. */
const char *lex_skip(const char *p, bool *open);

#endif
