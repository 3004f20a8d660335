/* smtp.h - one connection to the mail server, one delivery at a time.
 *
 * A session connects when the first mail comes, keeps the connection between mails, and makes a new one when the old
 * one has failed or been closed. The login's secret is read anew for each connection. */
#ifndef TAAMIM_SEND_SMTP_H
#define TAAMIM_SEND_SMTP_H
#include "mail/delivery.h"

#define SMTP_IDLE_S                                                                                                    \
    30 /* a connection unused for so long is given back; servers close theirs after 60 s at the earliest */

struct smtp;

/* `stopping` (may be NULL) is asked about once a second: from true on, a mail that is not past its last byte is given
 * up at once, one that is gets 60 s more. The server stays the caller's and outlives the session. */
struct smtp *smtp_new(const struct mail_server *server, bool (*stopping)(void *), void *arg);
struct send_outcome smtp_deliver(struct smtp *s, const struct send_job *job); /* text lives until the next call */
/* Connects and logs in as a delivery does, and says nothing of a mail: stage "accepted", code 250 where that went
 * well. */
struct send_outcome smtp_probe(struct smtp *s, int64_t id);
void smtp_close(struct smtp *s); /* says QUIT and does not wait for the answer; the next mail connects anew */
void smtp_free(struct smtp *s);

#endif
