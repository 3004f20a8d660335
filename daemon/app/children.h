/* children.h - the real ports: the daemon's deeds done by its child processes (senders.c, collector.c, parsers.c,
 * scans.c). */
#ifndef TAAMIM_APP_CHILDREN_H
#define TAAMIM_APP_CHILDREN_H
#include "app/child_path.h"
#include "app/daemon.h"
#include "base/loop.h"
#include "io/worker.h"

#define SENDERS_MAX      16
#define SENDER_AHEAD     4 /* so that it need not wait for our commits */
#define PARSES_AT_ONCE   8
#define PARSE_AGAIN_S    10
#define PARSE_PAUSE_S    1
#define PARSE_DEADLINE_S 20 /* the parser's own alarm rings before */

struct children;

struct sender {
    struct children *of;
    struct worker *worker;
    int64_t deliveries[SENDER_AHEAD]; /* at the child, which does them in order: it has begun the first alone */
    int n;
};

/* One message at the parser: its descriptors, and what has come of the answer. */
struct parse {
    struct children *of;
    int64_t message; /* 0 = free */
    char *path;      /* of the raw message */
    int scratch_fd, answer_fd;
    struct buf answer;
    int64_t deadline_at;
    bool alone; /* its second and last try: nothing else is at the parser */
    bool ended; /* nothing more will be said: it is taken in this turn */
};

/* Messages that the collector told of in this turn of the loop. */
struct burst {
    struct arena *arena;
    struct collected *list;
    size_t n;
};

struct children {
    struct daemon *daemon;
    struct loop *loop;
    struct sender senders[SENDERS_MAX];
    int n_senders;
    struct worker *collector, *parser;
    struct worker *scanner;     /* NULL: none is configured */
    int64_t scan_asked;         /* the message of which it has a paper; 0: none */
    int64_t scan_deadline_boot; /* it has been asked something; 0: nothing */
    struct burst collected, moved;
    struct parse parses[PARSES_AT_ONCE];
    struct waiting_parse {
        int64_t message;
        char *path;
        bool alone;
    } * waiting; /* not yet at the parser, oldest first */
    size_t n_waiting, cap_waiting;
    bool renewing;          /* the collector is ended to start anew with new settings: nothing is wrong */
    int64_t parse_again_at; /* after a failure of ours (no descriptors, a full disk): nothing is parsed before */
};

/* Sets the daemon's ports, too. PERM where a child's program is missing. */
bool children_open(struct children *c, struct daemon *d, struct loop *l, struct err *e);
void children_close(struct children *c);
/* Starts and restarts what is due; deadlines of the parser. In the loop's tick. */
void children_tend(struct children *c);
void children_reload(struct children *c);
/* No delivery is in hand. */
bool children_idle(const struct children *c);
void children_stop_sending(struct children *c); /* SIGTERM to the senders: a mail past its dot may still end */

/* senders.c */
bool senders_open(struct children *c, struct err *e);
void senders_configure(struct children *c);
int senders_free(void *children);
void senders_send(void *children, const struct send_job *job);
/* collector.c */
bool collector_open(struct children *c, struct err *e);
void collector_tend(struct children *c); /* takes in what it told in this turn */
void collector_kept(void *children, const struct message_row *m);
bool collector_append(void *children, const struct sent_copy *copy);
/* parsers.c */
bool parsers_open(struct children *c, struct err *e);
void parsers_parse(void *children, int64_t message, const char *path);
void parsers_tend(struct children *c);
/* scans.c */
bool scans_open(struct children *c, struct err *e); /* nothing happens where no scanner is configured */
void scans_reload(struct children *c);
bool scans_scan(void *children, const struct scan_job *job_or_null);
void scans_tend(struct children *c);

#endif
