/* delivery.h - what the daemon and a taamim-send child say to each other, and to whom they connect.
 *
 * Over the child's channel (base/wire.h), one delivery at a time:
 *   child  {"hello":"send","version":1}
 *   daemon {"config": server_to_json()}
 *   daemon {"deliver":ID,"from":ADDR,"to":ADDR,"size":N,"segments":[PATH,...]}     "from" may be "" (null return path)
 *   child  {"delivered":ID,"code":250,"stage":"accepted","text":"2.0.0 Ok: queued as 4F..."}
 *   daemon {"probe":ID}     connect, log in, and no word of a mail; answered as a delivery, stage "accepted" and
 *   code 250
 *                           where all went well. For `taamim check`
 * An outcome whose stage is "unknown" has code 0: the last byte was given and no answer came (RFC 5321 6.1).
 *
 * How to read any other outcome than "accepted" and "unknown": the mail was definitely not taken. Code >= 500 is
 * permanent, 400-499 temporary; 0 is a connection that failed or was lost at that stage (try again), at stage "login"
 * a login that did not work without a refusal in numbers (no mechanism in common, secret unreadable), at stage "local"
 * a file that could not be read. At stage "local" a code is our own, in the server's place: 553 an address that cannot
 * be said to this server, 552 more bytes than it takes. A 552 to MAIL is about the mail's size, so it comes as stage
 * "data". */
#ifndef TAAMIM_MAIL_DELIVERY_H
#define TAAMIM_MAIL_DELIVERY_H
#include <jansson.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/secret.h"

enum tls_mode { TLS_NONE, TLS_STARTTLS, TLS_IMPLICIT };
extern const char *const tls_mode_names[3]; /* "none", "starttls", "tls" */
enum auth_mode { MAIL_AUTH_NONE, MAIL_AUTH_PLAIN, MAIL_AUTH_LOGIN, MAIL_AUTH_XOAUTH2 };
extern const char *const auth_mode_names[4]; /* "none", "plain", "login", "xoauth2" */

/* A mail server as configured: SMTP submission or IMAP. */
struct mail_server {
    const char *host;
    int port;
    enum tls_mode tls;
    bool verify;         /* certificate and host name; default true */
    const char *ca_file; /* NULL: the system's */
    enum auth_mode auth;
    const char *user;
    struct secret secret;  /* resolved by the child at each login */
    int connect_timeout_s; /* 30 */
    int final_timeout_s;   /* 600: after the dot, RFC 5321 4.5.3.2.6 */
};
json_t *server_to_json(const struct mail_server *s);
bool server_from_json(struct arena *a, const json_t *j, struct mail_server *out, struct err *e);

/* Where in the dialogue an outcome was decided. */
enum send_stage {
    SEND_CONNECT,  /* no connection, TLS refused, greeting 4xx/5xx */
    SEND_LOGIN,    /* our credentials */
    SEND_SENDER,   /* MAIL FROM refused */
    SEND_RCPT,     /* this recipient refused */
    SEND_DATA,     /* the message refused, at DATA or after the dot */
    SEND_ACCEPTED, /* 250 after the dot */
    SEND_UNKNOWN,  /* the last byte was given, no answer came */
    SEND_LOCAL,    /* decided here: a file of ours cannot be read, or the server cannot take such an address or size */
};
extern const char *const send_stage_names[8]; /* "connect" "login" "sender" "rcpt" "data" "accepted" "unknown" ... */

#define SEND_SEGMENTS_MAX 256
#define SEND_SIZE_MAX     ((int64_t)1 << 30)
#define SEND_TEXT_MAX     500

struct send_job {
    int64_t id;
    const char *from, *to; /* wire form */
    const char *const *segments;
    size_t n_segments;
    int64_t size; /* of all segments */
};
struct send_outcome {
    int64_t id;
    int code; /* the server's reply code; 0 where there was none; see above for SEND_LOCAL */
    enum send_stage stage;
    const char *text;    /* the server's words, its lines joined, else what curl said; one line, SEND_TEXT_MAX bytes */
    int64_t server_size; /* SIZE of EHLO, 0 where not told */
};
json_t *send_job_to_json(const struct send_job *job);
bool send_job_from_json(struct arena *a, const json_t *j, struct send_job *out, struct err *e);
json_t *send_outcome_to_json(const struct send_outcome *o);
bool send_outcome_from_json(struct arena *a, const json_t *j, struct send_outcome *out, struct err *e);

#endif
