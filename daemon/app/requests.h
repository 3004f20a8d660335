/* requests.h - what officers ask for by mail (round/request.h), from the mail that asks to the act that is done.
 *
 * asked -> proposed -> confirmed -> done, or withdrawn; or refused. A mail that asks is understood when the daemon next turns: an
 * error, help and status are answered at once; an act is tried out, which tells what it would do and whether it can,
 * and answered with that. The answer's own address is the proof that it was read: it goes to the officer's registered
 * address alone, and a reply to it, with a yes, confirms that one act, once, for config.confirm_s.
 * Each mail gets one answer, up to REQUESTS_A_DAY; an act is one event of the story, which names the request. */
#ifndef TAAMIM_APP_REQUESTS_H
#define TAAMIM_APP_REQUESTS_H
#include "app/effects.h"

#define REQUESTS_A_DAY 60 /* of one officer: who forges his address fills no mailbox */

/* Its sender has a right to ask by mail, and it is a request by its words, or comes to the address of an answer. */
bool requests_is_one(const struct daemon *d, const struct incoming *in);
/* The request that this notice of ours proposed to do; 0: another notice. */
int64_t requests_answered(const struct notice_row *n);
/* Remembers what an officer's mail asks or confirms, within the caller's transaction. */
bool requests_take(struct daemon *d, struct incoming *in, struct err *e);
/* Understands and does what waits. Returns when to ask again; 0: when something comes. */
int64_t requests_turn(struct daemon *d);

#endif
