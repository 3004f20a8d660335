/* address.h - one address: local@domain (RFC 5321 4.1.2, RFC 6531, RFC 5890).
 *
 * What leaves for a mail server passes address_wire() first: no CR, LF, NUL, space, angle bracket or control byte
 * ever gets past it, and an internationalised domain becomes A-labels (libidn2). Beyond case and A-labels a domain is
 * compared as it was written: one in fullwidth letters is nobody's. A non-ASCII local part is kept and
 * needs SMTPUTF8. */
#ifndef TAAMIM_MAIL_ADDRESS_H
#define TAAMIM_MAIL_ADDRESS_H
#include <stdbool.h>
#include "base/arena.h"
#include "base/err.h"

#define ADDRESS_MAX 254 /* RFC 5321 4.5.3.1.3, without the angle brackets */

/* The address as it goes into an envelope, in the arena, or NULL with e saying what is wrong with it. */
char *address_wire(struct arena *a, const char *address, struct err *e);
/* A domain alone, or an internationalised host, as A-labels; NULL with e. libcurl could do it in a UTF-8 locale only. */
char *address_domain(struct arena *a, const char *domain, struct err *e);
/* The same mailbox: domains compared as A-labels without case, local parts without case (as every real server does). */
bool address_same(const char *one, const char *other);
/* The domain of an address equals `domain` or lies below it. */
bool address_in_domain(const char *address, const char *domain);
/* "local+detail@domain": our own address with a token put in. */
char *address_with_detail(struct arena *a, const char *address, const char *delimiter, const char *detail);
/* The detail of an address that is ours (base address equal, any case), or NULL. */
char *address_detail(struct arena *a, const char *address, const char *ours, const char *delimiter);

#endif
