/* post.h - the one gate for everything that leaves.
 *
 * post() composes a message, keeps its head, and adds its notice with one delivery per address, inside the caller's
 * transaction. It is unique by (round, party, cause): doing it again does nothing. An address that is neither a
 * contact's, an officer's nor a partner's of the round, or that failed for good before, gets a delivery that has
 * failed already; where that is all of them an officer hears it. A message above the size the server takes is
 * refused (PERM). */
#ifndef TAAMIM_APP_POST_H
#define TAAMIM_APP_POST_H
#include "app/daemon.h"

struct post_document {
    const char *path;
    int64_t size;
}; /* an encoded part below the state directory */

struct post {
    const struct round_view *view; /* NULL: a mail to an officer */
    const char *cause;
    struct letter letter;            /* kind and values; config, spec, langs and to are filled here */
    const struct contact *const *to; /* in rank order */
    size_t n_to;
    const struct post_document *documents;
    size_t n_documents;
    const char *in_reply_to; /* Message-ID without brackets, or NULL */
    const char *boundary;    /* NULL: the round's */
    int priority;            /* 0 receipts and alerts, 5 notices */
};
/* *notice_out is 0 where this cause had been posted before. */
bool post(struct daemon *d, struct arena *a, const struct post *p, int64_t *notice_out, struct err *e);
/* Queues one mail more of a notice: row's notice, address (wire form) and priority are given, the rest is set. */
bool post_deliver(struct daemon *d, struct arena *a, const struct round_spec *spec_or_null, struct delivery_row *row,
                  struct err *e);
/* The mail as it would leave, for preview: nothing is kept. */
bool post_preview(struct arena *a, const struct standing_orders *o, const struct post *p, struct buf *head_out,
                  struct letter_text *text_out, struct err *e);
/* May be written to: an officer; or a contact in the register or of the round, or a partner, that is not suppressed.
 * Officers never are: they are the ones who would be told. */
bool post_allowed(struct daemon *d, const struct round_spec *spec_or_null, const char *address);

#endif
