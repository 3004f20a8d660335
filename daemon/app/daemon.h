/* daemon.h - the daemon's state between events, and the ports through which its deeds leave.
 *
 * Every event (a message collected, an answer of a child, a timer, a command) is handled by one function that takes
 * the daemon and an arena for this event. It writes what it decided in one transaction and only then lets deeds out
 * through the ports. Scenario tests put fakes behind the ports and turn the same functions by hand. */
#ifndef TAAMIM_APP_DAEMON_H
#define TAAMIM_APP_DAEMON_H
#include "app/config.h"
#include "app/letter.h"
#include "app/register.h"
#include "base/file.h"
#include "base/wire.h"
#include "io/spool.h"
#include "io/store.h"
#include "mail/collection.h"
#include "mail/delivery.h"
#include "mail/facts.h"
#include "round/retry.h"

struct scan_job;
struct ports {
    void *arg;
    int (*senders_free)(void *arg); /* how many deliveries could start now */
    void (*send)(void *arg, const struct send_job *job);
    void (*parse)(void *arg, int64_t message, const char *path); /* full path; answered by inbox_parsed() */
    void (*kept)(void *arg, const struct message_row *m);        /* m->move says where to */
    bool (*append)(void *arg, const struct sent_copy *copy);     /* false: not now; answered by copies_answered() */
    /* One paper to the virus scanner, answered by scanning_answered(); NULL asks whether it is there, answered by
     * scanning_state(). False: not now. Never called where none is configured. */
    bool (*scan)(void *arg, const struct scan_job *job_or_null);
};

/* What configuration, register and templates say now; swapped whole on reload. */
struct standing_orders {
    struct arena *arena, *register_arena;
    struct config *config;
    const struct party_register *parties;
    struct templates *templates;
};

/* Facts with this before an officer's address: the last mail to it was refused for good. */
#define OFFICER_UNREACHABLE "officer_unreachable "

struct daemon {
    struct standing_orders orders;
    struct store *store;
    struct spool *spool;
    struct ports ports;

    /* outbox */
    struct queue {
        struct refusals refusals;
        bool stopped;
        int stopped_code; /* the refusal that three domains gave; 0: it was our login, our sender or the server itself */
        int64_t probe_at; /* a stopped queue tries one mail then */
    } queue;
    int64_t rate_window_ms[2];     /* token bucket: last refill, thousandths of a mail in hand */
    struct send_outcome *outcomes; /* not applied yet, in their arena */
    struct arena *outcomes_arena;
    size_t n_outcomes;
    bool outbox_due;   /* something may be ready to leave */
    bool ticker_due;   /* something that time decides has changed */
    int64_t remind_at; /* when reminders are looked at again; 0 = now, since a round or the register changed */

    /* servers */
    struct server_watch {
        bool known, away, told; /* known: heard of since the start */
        int64_t since_boot;     /* clock_boot(): nobody sets it */
        char text[300];
    } smtp_watch, imap_watch, scan_watch;
    bool imap_seen; /* the collector has told its state once */

    struct {
        int64_t in_hand;           /* the notice whose copy the collector has; 0 = none */
        bool sure;                 /* whatever is due was never given to the collector before */
        int64_t again_at;          /* the folder took none: the next is tried then */
        struct server_watch watch; /* whether the folder takes copies */
    } copies;

    struct scanning *scanning; /* papers at the virus scanner; NULL before the first */
    bool scan_due;             /* something has come of one */

    int64_t server_size; /* SIZE of the submission server's EHLO; 0 unknown */

    struct frozen_round *frozen; /* what launches froze, read once; newest first */
    int n_frozen;

    struct portal *portal; /* what its pages show; NULL before the first */

    bool requests_due; /* an officer has asked for something by mail, or confirmed it */
    enum { REHEARSAL_OFF, REHEARSAL, REHEARSED } rehearsal; /* REHEARSAL: the next commit keeps nothing */

    int64_t parser_deaths; /* since the start: the parser, or one of its copies, ended without an answer */
    struct {
        int64_t started_at, next_at;
        bool failing; /* the last one could not be written, which was said */
    } metrics;

    /* clock */
    int64_t last_now_at, last_boot_at;
    int64_t clock_paused_until_at;
};

/* Loads what the files say now; on any problem nothing changes, and p says all that is wrong with all of them: a file
 * is read wherever another one, right or not, says where it lies. */
bool orders_load(struct standing_orders *out, const char *config_path, struct problems *p);
void orders_free(struct standing_orders *o);
bool daemon_reload(struct daemon *d, struct problems *p);
/* The register was rewritten by a command: takes the new one in, and looks at no other file. What points into the
 * old one is void. */
bool daemon_reload_register(struct daemon *d, struct problems *p);

/* A round was launched, extended or ended: what time decides is looked at anew. */
void daemon_round_changed(struct daemon *d);

/* A transaction, of the store and of the files of the state directory alike. */
bool daemon_begin(struct daemon *d, struct err *e);
/* Ends it: first what it has put into the state directory is made to last, then what it wrote to the
 * store, then files that are of no use any more go. False: nothing of it holds; roll back. */
bool daemon_commit(struct daemon *d, struct err *e);
/* Files go back to where they lay. Harmless where nothing is begun. */
void daemon_rollback(struct daemon *d);
/* From here on everything is done but the commit, which says that it was reached (rehearsal is REHEARSED) and is
 * false: what an act would do is known, and none of it holds. */
void daemon_rehearse(struct daemon *d);
bool daemon_rehearsed(struct daemon *d); /* ends that; whether a commit was reached */

/* One event of the story. */
struct story_line {
    const char *who, *what, *round, *party;
    int64_t message;
};
bool story(struct daemon *d, const struct story_line *line, struct err *e, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* One line for the officers' next alert mail. */
bool alert(struct daemon *d, const struct alert_row *row, struct err *e, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A round as it is: its row in the arena, what its launch froze kept by the daemon, at least until this event is
 * over. */
struct round_view {
    struct round_row row;
    const struct round_spec *spec;
    const struct templates *templates; /* NULL: those frozen at launch, round_templates() */
};
bool round_view(struct daemon *d, struct arena *a, const char *ref, struct round_view *out,
                struct err *e); /* PERM where unknown */
/* The contact of that party with this address, in the register or of this round alone; NULL where none. */
const struct contact *round_contact_at(const struct round_view *v, const struct party *p, const char *address);
const struct templates *round_templates(struct daemon *d, const char *ref);
/* Between events: gives back what the rounds of long ago keep in memory. */
void daemon_tidy(struct daemon *d);
void daemon_forget(struct daemon *d); /* all of it: at the end */
struct deadline seat_deadline(const struct daemon *d, const struct round_view *v, const struct seat_row *seat);

#endif
