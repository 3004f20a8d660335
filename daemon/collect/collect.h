/* collect.h - what the collector knows: its configuration, the mailboxes it watches, what the daemon has asked for.
 *
 * All of it outlives connections: a new one goes on where the last one broke. Mailbox names are UTF-8 in `name` and
 * modified UTF-7 (RFC 3501 5.1.3) in `wire`. */
#ifndef TAAMIM_COLLECT_COLLECT_H
#define TAAMIM_COLLECT_COLLECT_H
#include "base/wire.h"
#include "collect/connection.h"
#include "mail/collection.h"

#define EXISTS_UNTOLD UINT32_MAX /* no EXISTS since the last look began */
#define FOUND_MAX     64         /* messages looked at in one go */
#define ASIDE_MAX     16         /* messages set aside in one mailbox */
#define KEPT_MAX      100000     /* messages waiting to be moved, in one mailbox */
#define MOVE_BATCH    64         /* moved by one command */
#define APPENDS_MAX   64         /* waiting for a connection */

struct kept {
    uint32_t uid;
    bool move;
};

/* A message seen in a mailbox and not yet collected. */
struct found {
    uint32_t uid, size; /* size as the server says; 0 where it does not */
    int64_t internal_at;
};

struct watched {
    char *name, *wire;
    uint32_t uidvalidity; /* what the numbers below count in; 0: never selected */
    int64_t next_uid;     /* the first one not yet looked at; 0: first start */
    int64_t since_at;
    bool again;      /* collecting again after a changed UIDVALIDITY: the line is withheld */
    bool look;       /* something may be new */
    int64_t look_at; /* look then in any case, by clock_boot() */
    struct found found[FOUND_MAX];
    size_t n_found, at_found;
    uint32_t ahead[COLLECT_AHEAD]; /* collected, not yet kept */
    size_t n_ahead;
    uint32_t aside[ASIDE_MAX]; /* broke the connection; tried again at the next start */
    size_t n_aside;
    struct kept *kept; /* to be moved or let be */
    size_t n_kept;
    uint32_t trying; /* being fetched; when the connection breaks, it is suspected */
    uint32_t suspect;
    int suspected;
    int64_t told_uidvalidity, told_next_uid;
    struct err refusal; /* SELECT or SEARCH refused; kind ERR_NONE when not */
};

struct collect {
    struct wire *wire;
    struct arena *arena; /* of the configuration */
    struct mail_server server;
    const char *incoming;
    char *processed; /* modified UTF-7; NULL: messages are not moved */
    int poll_s;
    int64_t max_bytes;
    struct watched mailboxes[MAILBOXES_MAX];
    size_t n_mailboxes;
    json_t *appends[APPENDS_MAX];
    size_t n_appends;
    bool configured, gone; /* gone: the daemon is */

    struct connection *connection; /* NULL while there is none */
    struct watched *selected;
    bool no_move, no_copy, no_keyword, no_idle; /* what this server turned out not to have, whatever it says */
    bool idle_noise;                            /* IDLE began with news, and there were none */
    bool state_told, up;
    char state_text[1024];
    int64_t quota_used, quota_limit, told_used, told_limit;
};

/* ---- channel.c: what comes from the daemon and goes to it */
bool channel_read(struct collect *c,
                  struct err *e); /* takes in all that has arrived; false when the daemon is gone or babbles */
void channel_send(struct collect *c, const char *kind, json_t *inner);
void channel_state(struct collect *c, bool up, const char *text); /* only where it is a change */
size_t collect_ahead(const struct collect *c);                    /* over all mailboxes */

/* ---- mailbox.c: one mailbox */
/* NULL where the name is empty, too long, not UTF-8, or has control characters. malloc'd. */
char *mailbox_wire_name(const char *utf8, struct err *e);
enum reply mailbox_select(struct collect *c, struct watched *w, struct err *e);
/* Looks for messages not yet collected and fills w->found; none: n_found 0. */
enum reply mailbox_look(struct collect *c, struct watched *w, struct err *e);
/* The highest UID in the selected mailbox of those that the search finds; 0: none. The key is freed. */
enum reply mailbox_highest(struct collect *c, struct mailimap_search_key *key, uint32_t *uid_out, struct err *e);
enum reply mailbox_make(struct collect *c, const char *wire_name, struct err *e); /* creates and subscribes */
void mailbox_tell_line(struct collect *c, struct watched *w);
void mailbox_quota(struct collect *c, const struct watched *w);

/* ---- fetch.c: one message */
/* Takes the next of w->found: fetches it into `incoming` and tells the daemon, or says why it is left. */
enum reply fetch_next(struct collect *c, struct watched *w, struct err *e);
/* The connection broke while a message was being fetched: after a few times it is set aside, so that it cannot keep
 * the others from coming. */
void fetch_suspect(struct collect *c, struct watched *w, const char *why);
void fetch_remove_remains(const char *incoming); /* half-written files of an earlier process */

/* ---- keep.c: what becomes of a kept message */
enum reply keep_some(struct collect *c, struct watched *w, struct err *e); /* a batch */

/* ---- append.c: copies for a folder */
enum reply append_next(struct collect *c, struct err *e); /* the oldest */

/* ---- session.c: one connection, as long as it lasts */
/* Works until the connection is lost (REPLY_LOST), or the program is to stop. `settled_out` is set once all work
 * was done and it began to wait. */
enum reply session_run(struct collect *c, bool *settled_out, struct err *e);

#endif
