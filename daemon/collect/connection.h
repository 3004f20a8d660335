/* connection.h - one connection to the IMAP server: libcurl makes it, verifies it and logs in; libetpan speaks over it.
 *
 * Every command is framed by connection_allow(): an absolute end in time and a cap on the bytes the server may send
 * in answer. Passing either, the end of the stream, and anything that is not IMAP end the connection: it is closed
 * and a new one made. */
#ifndef TAAMIM_COLLECT_CONNECTION_H
#define TAAMIM_COLLECT_CONNECTION_H
#include <libetpan/libetpan.h>
#include "mail/delivery.h"

struct connection;

/* What came of a command. */
enum reply {
    REPLY_OK,
    REPLY_NO,   /* the server refused; the connection is sound */
    REPLY_LOST, /* the connection is not to be used any more */
};

#define COMMAND_S     60                   /* an ordinary command */
#define LEAVE_S       1                    /* DONE and LOGOUT at the end */
#define COMMAND_BYTES ((int64_t)256 << 10) /* and its answer */

void connection_global_init(void);
struct connection *connection_open(const struct mail_server *s, struct err *e);
void connection_close(struct connection *c, bool polite); /* polite: LOGOUT, a second at most; NULL is fine */
mailimap *connection_imap(struct connection *c);
void connection_allow(struct connection *c, int seconds, int64_t bytes);
/* Translates libetpan's result of `what`; fills e unless all is well. */
enum reply connection_reply(struct connection *c, int result, const char *what, struct err *e);

bool connection_was_bad(const struct connection *c); /* lost by a BAD: the command is to blame, not the network */
void connection_leave(
    struct connection *c); /* from now on no stop cuts commands short: DONE and LOGOUT shall still be said */
int connection_fd(const struct connection *c);
/* Something has arrived that no one has read: in libetpan's buffer, in ours, or inside TLS. The end of the stream
 * counts. */
bool connection_pending(struct connection *c);

bool connection_can(const struct connection *c, const char *capability);
const char *connection_capabilities(const struct connection *c); /* joined by spaces */

#endif
