/* text.h - HTML to text, and the sender's own new words.
 *
 * html_to_text() leaves TEXT_QUOTE_MARK on a line of its own where the markup of a known mail program says that the
 * quoted rest begins;
 * text_without_marks() takes them out again. Input and output are UTF-8; quoted lines start with ">". */
#ifndef TAAMIM_PARSE_TEXT_H
#define TAAMIM_PARSE_TEXT_H
#include "base/arena.h"

#define TEXT_QUOTE_MARK '\x01'

char *html_to_text(struct arena *a, const char *html);
char *text_without_marks(struct arena *a, const char *text);
/* Without quotation and signature, trimmed; "" where nothing is new. */
char *reply_text(struct arena *a, const char *text);

#endif
