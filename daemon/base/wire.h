/* wire.h - how the programs talk: one JSON object a line over a Unix stream socket, descriptors beside it.
 *
 * Every channel is one of these: the daemon with its children, the command line with the daemon. A line has a
 * maximum; what is longer, is no JSON object, or nests too deep is an error of the peer, after which the channel is
 * closed. The reader does not believe what it reads: wire_string() and wire_int() give a default where a field is
 * missing or of another type. */
#ifndef TAAMIM_BASE_WIRE_H
#define TAAMIM_BASE_WIRE_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

#define WIRE_LINE_MAX    ((size_t)4 << 20)
#define WIRE_DEPTH_MAX   32                 /* objects and arrays within each other */
#define WIRE_FDS_MAX     16                 /* received descriptors waiting to be taken */
#define WIRE_WAITING_MAX ((size_t)16 << 20) /* bytes a peer may leave unread; then it counts as gone */
#define WIRE_VERSION     1 /* a child says {"hello":NAME,"version":1} first; another version is not spoken to */

struct wire;
enum wire_got { WIRE_NOTHING, WIRE_MESSAGE, WIRE_CLOSED, WIRE_BROKEN };

struct wire *wire_new(int fd, size_t line_max); /* owns fd; works with blocking and non-blocking descriptors */
void wire_free(struct wire *w);                 /* closes fd and descriptors not taken */
int wire_fd(const struct wire *w);
void wire_nonblocking(struct wire *w); /* from here on wire_send and wire_recv never wait: for a poll loop */

/* Queues message (the reference is stolen, in any case) with an optional descriptor (>= 0; duplicated) and writes what
 * can be written. False when the peer is gone, and, with nothing sent, for a message longer than WIRE_LINE_MAX. The
 * receiver has the descriptor by the time it has the message, or earlier: a message must say that it brings one. */
bool wire_send(struct wire *w, json_t *message, int fd, struct err *e);
bool wire_pending(const struct wire *w);        /* something still waits to be written: poll for POLLOUT */
bool wire_flush(struct wire *w, struct err *e); /* after POLLOUT */
/* The next whole message, if one has arrived; the caller decrefs it. On a blocking descriptor it waits. WIRE_BROKEN
 * fills e. */
enum wire_got wire_recv(struct wire *w, json_t **message_out, struct err *e);
int wire_take_fd(struct wire *w); /* the oldest received descriptor (the caller owns it), or -1 */

const char *wire_string(const json_t *o, const char *key, const char *otherwise);
int64_t wire_int(const json_t *o, const char *key, int64_t otherwise);
bool wire_bool(const json_t *o, const char *key);
void json_cleanup(json_t **j);
#define JSON_SCOPED __attribute__((cleanup(json_cleanup))) json_t *

#endif
