/* tls.h - what a connection to a mail server must be before a password is said on it: the same for SMTP and IMAP.
 *
 * With `ca_file` its certificates alone are trusted, without it those of the system. TLS 1.2 is the least. */
#ifndef TAAMIM_MAIL_TLS_H
#define TAAMIM_MAIL_TLS_H
#include <curl/curl.h>
#include "mail/delivery.h"

void tls_require(CURL *curl, const struct mail_server *s);

#endif
