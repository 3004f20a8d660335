/* header.h - values of header fields: encoded words, parameters, addresses (RFC 2047, 2231, 5322).
 *
 * Values are taken raw and decoded here, because mail in the wild splits a character across two encoded words, numbers
 * its parameter
 * sections out of order, and writes raw UTF-8 or windows-1256. All results are clean UTF-8 in the arena. */
#ifndef TAAMIM_PARSE_HEADER_H
#define TAAMIM_PARSE_HEADER_H
#include <gmime/gmime.h>
#include "mail/facts.h"

/* The raw value of the first field of that name, or NULL. Points into the object. */
const char *header_raw(GMimeObject *o, const char *name);
/* Content-Type: of several fields the last one counts, as for GMime. */
const char *header_type(GMimeObject *o);
/* Unfolded, decoded, trimmed; NULL gives "". At most max bytes, cut at a character. */
char *header_text(struct arena *a, const char *raw, size_t max);
/* A field whose structure counts: unfolded, trimmed, valid UTF-8, and not decoded. An encoded word may stand in none of
 * its tokens (RFC 2047 5), and decoded it would become structure. cut_out (may be NULL) tells where max was passed. */
char *header_structured(struct arena *a, const char *raw, size_t max, bool *cut_out);
/* The same text with each run of encoded words rewritten as one in UTF-8, for parsers that read the structure. */
char *header_joined(struct arena *a, const char *raw);

/* The part before the first ';', lower case: "text/plain", "attachment". */
char *header_word(struct arena *a, const char *raw);
/* One parameter, decoded; NULL where there is none. */
char *header_param(struct arena *a, const char *raw, const char *name);

/* Appends the addresses of one field to a list of at most FACTS_ADDRESSES_MAX. */
void header_addresses(struct arena *a, const char *raw, struct fact_address **list, size_t *n);
/* A From field in which every reader finds the same single mailbox: no second address, no second pair of brackets, and
 * the address stands there letter for letter, without a comment, a space or a quoted string in it or a dot behind it. */
bool header_one_mailbox(struct arena *a, const char *raw);
/* Appends the Message-IDs in one field, without brackets, to a list of at most FACTS_IDS_MAX. */
void header_ids(struct arena *a, const char *raw, const char ***list, size_t *n);
/* s cut to max bytes at a character. */
char *text_cut(struct arena *a, const char *s, size_t max);

#endif
