/* text.h - HTML to text, the sender's own new words, and the links in them.
 *
 * Input and output are UTF-8; quoted lines start with ">". html_to_text() leaves marks, each a byte that no text has:
 * on a line of its own where the markup of a known mail program says that the quoted rest begins, and around the
 * address of a link behind its words. reply_text() and links_of() understand them; text_without_marks() takes them
 * out. A mail's own bytes of these values are no marks: text_without_marks() before reply_text(). */
#ifndef TAAMIM_PARSE_TEXT_H
#define TAAMIM_PARSE_TEXT_H
#include <stdbool.h>
#include "base/arena.h"

#define TEXT_QUOTE_MARK  '\x01' /* from here on all is the original */
#define TEXT_QUOTED_MARK '\x02' /* an attribution follows, then quoted lines; without them all is the original */
#define TEXT_HEADER_MARK '\x03' /* a rule: where a mail's header follows, all below is the original */
#define TEXT_LINK_MARK   '\x04'
#define TEXT_LINK_END    '\x05'

char *html_to_text(struct arena *a, const char *html);
char *text_without_marks(struct arena *a, const char *text);
/* True where the plain part of a mail says only that it is to be read as HTML. */
bool text_is_stub(struct arena *a, const char *text);
/* Without quotation and signature, trimmed; "" where nothing is new. A person who passes a mail on (by its subject, or
 * where the text says so) and says nothing lets the other speak: that one's words. Marks of links stay in. */
char *reply_text(struct arena *a, const char *subject, const char *text);
/* Adds the links to files that lie with a file service, from words without quotation; each once. Their own redirects
 * are undone by reading them. The list ends at FACTS_LINKS_MAX. */
void links_of(struct arena *a, const char *own, const char ***links, size_t *n);
/* Adds one that is said to be a file, wherever it lies on the web; false where that is no address there. */
bool link_add(struct arena *a, const char *address, const char ***links, size_t *n);

#endif
