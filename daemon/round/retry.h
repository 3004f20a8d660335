/* retry.h - what an outcome of sending means for one delivery. Pure.
 *
 * design.md, "A notice" 4: 4xx and lost connections back off (30 s doubling to 2 h, for 5 days); a 5xx to RCPT or
 * DATA fails that address; a refusal before RCPT is about us and stops the queue; so does one and the same 5xx from
 * three domains running. "Uncertain": the last byte was given and no answer came; sent again later with the same
 * Message-ID (RFC 5321 6.1). */
#ifndef TAAMIM_ROUND_RETRY_H
#define TAAMIM_ROUND_RETRY_H
#include <stdbool.h>
#include <stdint.h>

enum delivery_state {
    DELIVERY_QUEUED,
    DELIVERY_SENDING,
    DELIVERY_SENT,
    DELIVERY_DEFERRED,
    DELIVERY_FAILED,
    DELIVERY_UNCERTAIN,
    DELIVERY_CANCELLED,
    DELIVERY_BOUNCED,
};
#define DELIVERY_STATE_COUNT 8
extern const char *const delivery_state_names[DELIVERY_STATE_COUNT];

/* Where the answer came, as far as it matters here. */
enum attempt_end {
    END_ABOUT_US, /* login or MAIL FROM refused, or the greeting with a 5xx; a login that could not be tried has code 0 */
    END_NO_CONNECTION, /* nothing was said about this mail */
    END_RECIPIENT,     /* an answer to RCPT, DATA or the final dot */
    END_ACCEPTED,
    END_UNKNOWN, /* after the last byte no answer came */
    END_LOCAL,   /* our own file could not be read */
};

struct attempt {
    enum attempt_end end;
    int code;           /* SMTP reply code; 0 where there was none */
    int attempts;       /* how many were made, this one included */
    int64_t created_at; /* when the mail was first queued */
    int64_t now_at;
};

struct retry {
    enum delivery_state state;
    int64_t next_at; /* for DEFERRED, UNCERTAIN and QUEUED */
    bool stop_queue; /* it is about us: nothing fails, everything waits, an officer hears it */
    bool lasting;    /* failed for good: an officer hears it */
};

#define RETRY_FIRST_S   30
#define RETRY_LONGEST_S (2 * 3600)
#define RETRY_GIVE_UP_S (5 * 86400)
#define RETRY_STOPPED_S 300 /* a stopped queue tries itself again with one mail this often */

/* How long a delivery waits that was tried so often: not at all, then 30 s and twice as long each time. */
int64_t retry_wait_s(int attempts);
struct retry retry_after(const struct attempt *a);

/* What a lasting refusal speaks of, by its enhanced code (RFC 3463), which stands first in `words`, after the reply
 * code where there is one. */
enum refusal_subject {
    REFUSAL_OF_UNKNOWN, /* there is no enhanced code, or it says nothing (x.0.0) */
    REFUSAL_OF_MAILBOX, /* x.1 addressing, x.2 mailbox: this address alone */
    REFUSAL_OF_MAIL,    /* its size, content, route, or a policy: nothing about the address */
};
enum refusal_subject refusal_subject(const char *words);

/* Three domains in a row that give one and the same 5xx: the fault is ours, and what failed in that row did not
 * fail. */
#define REFUSALS_MAX 64
struct refusals {
    int code;
    int n;
    char domains[3][256];
    int64_t deliveries[REFUSALS_MAX]; /* refused in this row */
    int n_deliveries;
};
/* Notes an answer of a domain to a delivery (code 250 clears); true when the third different domain has said the
 * same 5xx. */
bool refusals_note(struct refusals *r, int code, const char *domain, int64_t delivery);

#endif
