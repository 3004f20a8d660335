/* body.h - the segments of one mail as one stream of bytes.
 *
 * All files are open before anything is said to a server, and their sizes together are what the job promised. */
#ifndef TAAMIM_SEND_BODY_H
#define TAAMIM_SEND_BODY_H
#include "mail/delivery.h"

struct body {
    int fds[SEND_SEGMENTS_MAX];
    const char *const *paths;
    size_t n, at; /* segments, and the one being read */
    int64_t size, given;
    bool cr; /* the last byte given was CR */
};

bool body_open(struct body *b, const struct send_job *job, struct err *e); /* opens all or none */
/* Fills up to max bytes; 0 at the end. -1 (e says why) where a file ended early or could not be read, or a line does
 * not end in CRLF. */
ssize_t body_read(struct body *b, char *out, size_t max, struct err *e);
bool body_done(const struct body *b); /* every byte was given */
void body_close(struct body *b);

#endif
