/* compose.h - a mail out of its parts, by GMime (RFC 5322, 2045-2047, 2231, 2183).
 *
 * A mail is composed once and kept, so that a retry is the same mail. It is written as segments, CRLF throughout:
 *   head      header, the alternative texts, up to the first document
 *   documents each encoded once per round with the round's boundary, shared by all mails of the round
 *   tail      the closing boundary
 * so that memory and disk do not grow with recipients. A mail's size is the sum of its segments. */
#ifndef TAAMIM_MAIL_COMPOSE_H
#define TAAMIM_MAIL_COMPOSE_H
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct mail_address {
    const char *name;    /* NULL where none; encoded by RFC 2047 */
    const char *address; /* wire form */
};

struct mail_header {
    const char *name, *value; /* extra headers; value ASCII or UTF-8 text to be encoded; CR and LF are refused */
};

struct mail_body {
    const char *lang; /* "ar": goes into Content-Language */
    const char *text; /* plain, UTF-8, any line ends */
    const char *html; /* NULL: text alone */
};

struct mail_draft {
    struct mail_address from, reply_to;
    const struct mail_address *to;
    size_t n_to;
    const char *subject;
    const char *message_id;  /* with angle brackets */
    const char *in_reply_to; /* NULL or with brackets */
    const char *references;  /* NULL or a list with brackets */
    int64_t date_at;
    int utc_offset_s;
    const struct mail_header *extra; /* Auto-Submitted and the like */
    size_t n_extra;
    struct mail_body body;
    const char *boundary; /* of the multipart/mixed; [A-Za-z0-9=_-]; the round's, since the documents carry it */
};

/* The head segment. multipart/mixed { multipart/alternative { text, html } ... }. */
bool compose_head(const struct mail_draft *draft, struct buf *out, struct err *e);
/* One document as a part with its boundary line before it, base64, streamed from fd to path (durable, mode 0640);
 * type NULL: by its name, else application/octet-stream. The name goes out as RFC 2231 filename* and, for old
 * programs, RFC 2047 name=. */
bool compose_document(int fd, const char *name, const char *type, const char *boundary, const char *path,
                      int64_t *size_out, struct err *e);
/* "\r\n--boundary--\r\n" */
char *compose_tail(struct arena *a, const char *boundary);

#endif
