/* msgid.h - the token of a notice and the places it travels in (design.md, "A notice" 4).
 *
 * A token is 16 characters of lower-case base32. It stands in Message-ID <t.TOKEN.KIND@domain>, in References, in
 * Reply-To and in the envelope sender as detail ("secretariat+t-TOKEN@..."). A token proves the round, never the
 * person. */
#ifndef TAAMIM_MAIL_MSGID_H
#define TAAMIM_MAIL_MSGID_H
#include <stdbool.h>
#include "base/arena.h"

#define TOKEN_LEN 16
/* Somebody's Message-ID, without brackets, that may stand in a header of ours: printable ASCII, no blanks or
 * brackets, an '@', 250 bytes at most. */
bool msgid_usable(const char *msgid);
/* "<t.TOKEN.n@domain>": n tells the mails of one token apart (0 the notice). */
char *msgid_make(struct arena *a, const char *token, const char *tag, const char *domain);
/* The token inside a Message-ID made by msgid_make, whatever its domain; false if it has none. */
bool msgid_token(const char *msgid, char token_out[TOKEN_LEN + 1]);
/* The detail part for an address, "t-TOKEN", and back (any case). */
char *detail_make(struct arena *a, const char *token);
bool detail_token(const char *detail, char token_out[TOKEN_LEN + 1]);

#endif
