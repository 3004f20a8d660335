/* dialogue.h - where an SMTP dialogue stands: what was said last, what was answered, how long to wait for the next
 * word.
 *
 * libcurl speaks; it tells each command it writes and each line it reads, and this keeps count. No I/O, no clock: the
 * caller brings the time in seconds. A fresh dialogue belongs to a new connection; dialogue_mail() starts each mail on
 * it. */
#ifndef TAAMIM_SEND_DIALOGUE_H
#define TAAMIM_SEND_DIALOGUE_H
#include "base/buf.h"
#include "mail/delivery.h"

/* In the order of RFC 5321; a phase lasts from its command until the next one. */
enum phase {
    PHASE_CONNECT,  /* name, TCP, and the handshake where TLS is implicit */
    PHASE_GREETING, /* waiting for the 220 */
    PHASE_EHLO,
    PHASE_STARTTLS,
    PHASE_AUTH,
    PHASE_READY, /* an open connection, before MAIL */
    PHASE_MAIL,
    PHASE_RCPT,
    PHASE_DATA,
    PHASE_BODY, /* after the 354 */
    PHASE_DOT,  /* all bytes are handed over: from here on the mail may be delivered */
};
#define PHASE_COUNT 11
extern const char *const phase_names[PHASE_COUNT]; /* what the server did not answer: "RCPT" */

struct dialogue {
    enum phase phase;
    int connect_timeout_s, final_timeout_s;
    int64_t deadline_at; /* on the caller's clock: the other side has kept us waiting too long */
    bool quitting;       /* QUIT was said: all is decided, nothing is noted any more */
    bool reply_ended;    /* the next line begins a new reply */
    struct buf reply;    /* the words of the last reply, its lines joined */
    bool offers_auth, offers_utf8, logged_in;
    int64_t offers_size; /* SIZE of RFC 1870; 0 where not told or without limit */
};

void dialogue_open(struct dialogue *d, const struct mail_server *server, int64_t now_at); /* a new connection */
void dialogue_mail(struct dialogue *d, int64_t now_at);                                   /* a mail on an open one */
void dialogue_connected(struct dialogue *d, int64_t now_at);
void dialogue_said(struct dialogue *d, const char *bytes, size_t n, int64_t now_at); /* a command of ours */
void dialogue_heard(struct dialogue *d, const char *line, size_t n, int64_t now_at); /* one line of the server */
void dialogue_handed(struct dialogue *d, bool all, int64_t now_at);                  /* a block of the body went out */
void dialogue_free(struct dialogue *d);

/* The stage at which a refusal with this code (0: none) came. */
enum send_stage dialogue_stage(const struct dialogue *d, int code);

#endif
