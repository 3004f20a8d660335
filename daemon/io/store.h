/* store.h - the daemon's memory: what was decided, what was done, what came. SQLite inside; nothing outside this
 * file's .c knows SQL.
 *
 * The daemon alone opens it to write; the command line opens it to look. Every function that changes something is
 * called between store_begin() and store_commit(), so that a decision, its deeds and its event are one transaction.
 * Strings given out live in the arena given in. Lists come in a fixed order that is told per function. No row found
 * is not an error: the function returns true and the output says so (a NULL key). A change to a row that is not
 * there is PERM. A NULL string in a row given in is stored as ""; strings of a row given out are never NULL. A
 * change outside a transaction ends the process. A newer store than this program knows is refused; an older one is
 * migrated, in one transaction, when opened to write. */
#ifndef TAAMIM_IO_STORE_H
#define TAAMIM_IO_STORE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"

struct store;

enum store_mode { STORE_WRITE, STORE_READ };
/* ":memory:" for tests. STORE_READ works beside the daemon and with it stopped; it never makes a store. */
struct store *store_open(const char *path, enum store_mode mode, struct err *e);
void store_close(struct store *s);
bool store_begin(struct store *s, struct err *e);
bool store_commit(struct store *s, struct err *e); /* false: nothing of the transaction was kept, and it is over */
void store_rollback(struct store *s);              /* harmless where nothing is begun */

/* ---- small facts: one text value per key ("digest_day", "queue_stopped", ...) */
bool store_set(struct store *s, const char *key, const char *value, struct err *e); /* NULL value removes */
char *store_get(struct store *s, struct arena *a, const char *key);                 /* NULL where there is none */

/* ---- rounds. `spec` is the frozen round file as JSON (app/roundfile). */
struct round_row {
    const char *ref;
    const char *state;    /* round_state_names */
    const char *kind;     /* round_kinds[].name */
    const char *spec;     /* JSON */
    const char *boundary; /* MIME boundary shared by the round's mails */
    int64_t launched_at, deadline_at, closed_at;
    const char *deadline_text; /* local date and zone the instant came from */
};
bool store_add_round(struct store *s, const struct round_row *r, struct err *e); /* PERM if the reference exists */
bool store_round(struct store *s, struct arena *a, const char *ref, struct round_row *out,
                 struct err *e); /* out->ref NULL: unknown; case ignored */
bool store_rounds(struct store *s, struct arena *a, const char *state_or_null, struct round_row **out, size_t *n_out,
                  struct err *e); /* by launch, newest first */
/* closed_at becomes `at`, or 0 where the round is open again. */
bool store_set_round_state(struct store *s, const char *ref, const char *state, int64_t at, struct err *e);
bool store_set_round_deadline(struct store *s, const char *ref, int64_t deadline_at, const char *deadline_text,
                              struct err *e);

/* ---- a party in a round */

struct seat_row {
    const char *round, *party;
    int position;              /* order of the register at launch: tables keep it */
    int64_t deadline_at;       /* own extension; 0 = the round's */
    const char *deadline_text; /* of the extension */
    uint32_t steps_done;       /* bit per reminder step told */
    int64_t answered_at;       /* first paper filed; 0 = not yet */
    int64_t complete_at;       /* nothing required missing since; 0 = not */
    int64_t receipt_at;        /* the last receipt went out; 0 = none */
    int64_t receipt_due_at;    /* a receipt waits to be composed then; 0 = none */
};
bool store_add_seat(struct store *s, const struct seat_row *row, struct err *e);
bool store_seat(struct store *s, struct arena *a, const char *round, const char *party, struct seat_row *out,
                struct err *e); /* out->party NULL: not invited */
bool store_seats(struct store *s, struct arena *a, const char *round, struct seat_row **out, size_t *n_out,
                 struct err *e); /* by position */
bool store_update_seat(struct store *s, const struct seat_row *row,
                       struct err *e); /* everything but keys and position */
/* Seats whose receipt is due, earliest first; and when the next one is (0 = none). */
bool store_receipts_due(struct store *s, struct arena *a, int64_t now_at, struct seat_row **out, size_t *n_out,
                        struct err *e);
int64_t store_next_receipt_at(struct store *s);
/* Open rounds in which this party has a seat, newest first. */
bool store_open_rounds_of(struct store *s, struct arena *a, const char *party, const char ***refs_out, size_t *n_out,
                          struct err *e);

/* ---- notices: every message that leaves, unique by (round, party, cause). round "" and party "" for mails to
 * officers. */
struct notice_row {
    int64_t id;
    const char *round, *party, *cause; /* "launch", "step:-7d@1766...", "reply:17", "officer:remind:...", "alert:..." */
    const char *kind;                  /* notice reminder receipt problem extension corrigendum closing alert digest */
    const char *token, *message_id, *subject;
    const char *segments; /* JSON array of paths below the state directory */
    int64_t size;
    int64_t created_at;
    int64_t copy_at; /* its copy for the sent folder is due then; 0 = none is wanted, -1 = kept, or given up */
};
/* Adds and gives the id; where (round, party, cause) exists already nothing changes and *id_out is 0. */
bool store_add_notice(struct store *s, const struct notice_row *n, int64_t *id_out, struct err *e);
bool store_notice(struct store *s, struct arena *a, int64_t id, struct notice_row *out,
                  struct err *e); /* out->cause NULL: unknown */
bool store_notices(struct store *s, struct arena *a, const char *round, const char *party_or_null,
                   struct notice_row **out, size_t *n_out, struct err *e); /* by id */
/* The notice a token or a Message-ID (without brackets) belongs to. out->cause NULL: none of ours. */
bool store_notice_by_token(struct store *s, struct arena *a, const char *token, struct notice_row *out,
                           struct err *e); /* the first with that token */
bool store_notice_by_msgid(struct store *s, struct arena *a, const char *message_id, struct notice_row *out,
                           struct err *e);

/* What of a mail leaves from now on. */
bool store_set_segments(struct store *s, int64_t notice, const char *segments, int64_t size, struct err *e);
bool store_set_copy(struct store *s, int64_t notice, int64_t copy_at, struct err *e);
/* The notice whose copy is due first, at or before now (out->cause NULL: none); and when the next one is (0 = none). */
bool store_copy_due(struct store *s, struct arena *a, int64_t now_at, struct notice_row *out, struct err *e);
int64_t store_next_copy_at(struct store *s);

/* ---- deliveries: one per address of a notice */
struct delivery_row {
    int64_t id, notice;
    const char *address;   /* wire form */
    const char *mail_from; /* envelope sender */
    const char *token;     /* in mail_from, of this delivery alone: a report that comes there is about it; "" = none */
    const char *state;     /* queued sending sent deferred failed uncertain cancelled bounced */
    int attempts;
    int64_t next_at;  /* when it may be tried */
    int64_t since_at; /* of the present state */
    int code;
    const char *reply; /* the server's words */
    int priority;      /* lower goes first: 0 receipts and alerts, 5 notices */
};
bool store_add_delivery(struct store *s, const struct delivery_row *d, int64_t *id_out, struct err *e);
bool store_delivery(struct store *s, struct arena *a, int64_t id, struct delivery_row *out,
                    struct err *e); /* out->state NULL: unknown */
bool store_delivery_by_token(struct store *s, struct arena *a, const char *token, struct delivery_row *out,
                             struct err *e); /* out->state NULL: unknown */
bool store_update_delivery(struct store *s, const struct delivery_row *d,
                           struct err *e); /* state attempts next_at since_at code reply */
/* Queued, deferred or uncertain ones with next_at <= now, by priority, next_at, id. */
bool store_deliveries_due(struct store *s, struct arena *a, int64_t now_at, size_t max, struct delivery_row **out,
                          size_t *n_out, struct err *e);
int64_t
store_next_delivery_at(struct store *s); /* earliest next_at of those; 0 = none, or the store cannot be read now */
bool store_deliveries_of(struct store *s, struct arena *a, int64_t notice, struct delivery_row **out, size_t *n_out,
                         struct err *e); /* by id */
/* How many mails this address was sent since then. */
int64_t store_sent_since(struct store *s, const char *address, int64_t since_at);
/* After a crash: what was at a sender. By id. */
bool store_deliveries_sending(struct store *s, struct arena *a, struct delivery_row **out, size_t *n_out,
                              struct err *e);
/* What of a round has not left yet, or perhaps not, does not leave: notices of this kind alone, or (NULL) of every
 * kind but one. */
bool store_cancel_deliveries(struct store *s, const char *round, const char *kind_or_null, const char *but_kind,
                             struct err *e);
/* Per state how many deliveries of a round (or of all, NULL), by name; states with none are left out. */
struct count_row {
    const char *name;
    int64_t n;
};
bool store_delivery_counts(struct store *s, struct arena *a, const char *round_or_null, struct count_row **out,
                           size_t *n_out, struct err *e);

/* How the store stands. */
struct figures {
    int64_t rounds_open, replies_held;
    int64_t receipts_due;      /* should have been posted by now */
    int64_t oldest_waiting_at; /* the oldest notice that still waits for a delivery; 0: none waits */
    int64_t last_sent_at;      /* 0: none was yet */
    int64_t last_collected_at; /* when the message collected last had come in; 0: none was yet */
};
bool store_figures(struct store *s, struct arena *a, int64_t now_at, struct figures *out, struct err *e);

/* What waits for an instant more than `furthest_s` (a receipt: a day) after now waits no longer, and no
 * receipt went out later than now: a clock that was wrong had planned it. */
bool store_forget_future(struct store *s, int64_t now_at, int64_t furthest_s, struct err *e);

/* ---- suppressed addresses: nothing leaves for them until an officer says otherwise. Case is ignored. */
bool store_suppress(struct store *s, const char *address, const char *why, int64_t at, struct err *e);
bool store_unsuppress(struct store *s, const char *address, struct err *e);
bool store_suppressed(
    struct store *s,
    const char *address); /* also where the store cannot be read: a mail that waits is the smaller harm */
int store_add_failure(struct store *s, const char *address, int64_t at,
                      struct err *e); /* counts permanent failures; returns the new count, -1 on error */
bool store_clear_failures(struct store *s, const char *address, struct err *e);
struct suppressed_row {
    const char *address, *why;
    int64_t suppressed_at;
};
bool store_suppressed_list(struct store *s, struct arena *a, struct suppressed_row **out, size_t *n_out,
                           struct err *e); /* by address */

/* ---- mailboxes: the line below which everything was there before us */
struct mailbox_row {
    const char *name;
    int64_t uidvalidity, next_uid, since_at;
};
bool store_mailbox(struct store *s, struct arena *a, const char *name, struct mailbox_row *out,
                   struct err *e); /* out->name NULL: never watched */
bool store_put_mailbox(struct store *s, const struct mailbox_row *m, struct err *e);

/* ---- messages: the ledger of everything collected, and what became of it */
struct message_row {
    int64_t id;
    const char *mailbox;
    int64_t uidvalidity, uid; /* mailbox "" for papers added by hand */
    const char *sha256, *message_id, *sender, *sender_name, *subject;
    int64_t size, received_at;
    const char *file;           /* path below the state directory; where the raw message lies now */
    const char *state;          /* collected | left | noted | held | filed | rejected | duplicate */
    const char *kind;           /* mail_kind_names */
    const char *verdict, *rule; /* verdict_names; the rule's name */
    const char *round, *party;  /* "" where none */
    const char *marks;          /* words, space-separated: app/marks.h */
    const char *text;           /* the sender's own new text, 2 KB at most */
    const char *why; /* reason of a hold or rejection; of an absence (marked away), its own words for how long */
    const char *
        troubles; /* what it brought and could not be taken: lines of code, size and name with tabs between (app/trouble.h) */
    bool moved;      /* the collector has said "moved", or nothing was to be moved */
    bool move;       /* it is to be moved */
    int64_t receipt; /* the notice that was its receipt; 0 = none yet, -1 = there is none */
};
/* Adds a ledger row; where (mailbox, uidvalidity, uid) is known nothing changes and *id_out is the known one,
 * *known_out true. */
bool store_add_message(struct store *s, const struct message_row *m, int64_t *id_out, bool *known_out, struct err *e);
bool store_message(struct store *s, struct arena *a, int64_t id, struct message_row *out,
                   struct err *e); /* out->state NULL: unknown */
bool store_update_message(struct store *s, const struct message_row *m,
                          struct err *e); /* everything but id, mailbox, uids */
/* Strangers add rows as they like: no list of messages is without an end. By id, the first `most` of those after after_id;
 * text and troubles are left out, store_message() has them. */
struct wanted {
    const char *round, *state; /* NULL: any */
    int64_t after_id;
    int most;
};
bool store_messages(struct store *s, struct arena *a, const struct wanted *w, struct message_row **out, size_t *n_out,
                    struct err *e);
int64_t store_count_messages(struct store *s, const struct wanted *w); /* all after after_id, whatever `most` */
/* The collected one whose file this is. out->state NULL: none. */
bool store_message_by_file(struct store *s, struct arena *a, const char *file, struct message_row *out, struct err *e);

/* What the matrix asks of a round's messages and papers, one at a time; a row is gone when the call returns. */
struct reply_seen {
    int64_t id;
    const char *state, *kind, *party, *sender, *marks;
    bool has_text, brought; /* a filed paper */
};
struct paper_seen {
    const char *party, *marks;
    int item;
    bool current;
    int64_t received_at; /* of its message */
};
struct seen_calls {
    void (*reply)(void *arg, const struct reply_seen *r); /* by id */
    void (*paper)(void *arg, const struct paper_seen *p); /* filed ones */
    void *arg;
};
bool store_look_through(struct store *s, const char *round, const struct seen_calls *calls, struct err *e);

/* Filed ones of a party whose receipt has not been made: at most so many, what somebody vouches for first. */
#define UNRECEIPTED_MOST 200
bool store_messages_unreceipted(struct store *s, struct arena *a, const char *round, const char *party,
                                struct message_row **out, size_t *n_out, struct err *e);
/* Whose receipt that notice was; the first 50. */
bool store_messages_told(struct store *s, struct arena *a, const struct notice_row *by, struct message_row **out,
                         size_t *n_out, struct err *e);
/* As store_messages(); the first MOVES_MOST, the rest when these are moved. */
#define MOVES_MOST 1000
bool store_messages_to_move(struct store *s, struct arena *a, const char *mailbox, int64_t uidvalidity,
                            struct message_row **out, size_t *n_out, struct err *e);
bool store_message_by_uid(struct store *s, struct arena *a, const char *mailbox, int64_t uidvalidity, int64_t uid,
                          struct message_row *out, struct err *e);
/* Another message with these bytes, or with this Message-ID, in a state that counts (filed, held, noted): the first
 * one's id, else 0. Once the row of not_id bears its round and party, a Message-ID counts only for the same ones:
 * strangers choose theirs. */
int64_t store_known_bytes(struct store *s, const char *sha256, int64_t not_id);
int64_t store_known_msgid(struct store *s, const char *message_id, int64_t not_id);

/* ---- papers */
struct paper_row {
    int64_t id, message;
    const char *round, *party;
    int item;         /* index into the round's items, -1 = not assigned, else as round.h says */
    const char *name; /* as filed, without its version */
    int version;      /* 1.. */
    int64_t replaces; /* the paper that this one took the place of; 0 = none */
    const char *path; /* below the state directory */
    const char *sha256, *type;
    int64_t size, filed_at;
    bool current;      /* no later version */
    bool held;         /* staged with a held reply: not filed yet */
    const char *marks; /* as the message's, and its own: app/marks.h */
};
bool store_add_paper(struct store *s, const struct paper_row *p, int64_t *id_out, struct err *e);
bool store_update_paper(struct store *s, const struct paper_row *p, struct err *e); /* everything but id and message */
bool store_remove_paper(struct store *s, int64_t id, struct err *e);
/* Filed papers of a round (and party), by party position, item, name, version; held ones left out. */
bool store_papers(struct store *s, struct arena *a, const char *round, const char *party_or_null,
                  struct paper_row **out, size_t *n_out, struct err *e);
/* The same for a page: of each party no more than so many, those in force and the latest first. */
bool store_papers_shown(struct store *s, struct arena *a, const char *round, int most_of_party, struct paper_row **out,
                        size_t *n_out, struct err *e);
bool store_papers_of_message(struct store *s, struct arena *a, int64_t message, struct paper_row **out, size_t *n_out,
                             struct err *e); /* by id, held too */
/* A current paper of this party in this round with these bytes; its id, else 0. An older version does not count: who
 * sends it again wants it in force. */
int64_t store_known_paper(struct store *s, const char *round, const char *party, const char *sha256);
/* Whether a filed paper of this party in this round lies there. */
bool store_has_path(struct store *s, const char *round, const char *party, const char *path);
/* How many were filed for a party in a round since then; of those with that word in their marks, where one is given. */
int64_t store_filed_since(struct store *s, const char *round, const char *party, const char *mark_or_null,
                          int64_t since_at);

/* ---- files: what rows name below the state directory, for audit and backup */
struct file_row {
    const char *path;
    const char *sha256; /* "" where the row does not know it */
    const char *kind;   /* "paper", "message" or "mail" */
    bool swept;         /* may have been removed after a while: a mail to officers */
};
bool store_files(struct store *s, struct arena *a, struct file_row **out, size_t *n_out, struct err *e); /* by path */
/* A copy of the whole store as it is at one instant, while the daemon goes on writing; durable, replacing what is
 * there. */
bool store_backup(struct store *s, const char *path, struct err *e);

/* ---- officers' alerts, waiting to be grouped into one mail */
struct alert_row {
    int64_t id;
    const char *round, *party, *kind;
    int64_t message;
    const char *text;
    int64_t at;
};
bool store_add_alert(struct store *s, const struct alert_row *al, struct err *e);
/* Waiting ones, by id; the first ALERTS_MOST, the rest when these are told. */
#define ALERTS_MOST 200
bool store_alerts(struct store *s, struct arena *a, struct alert_row **out, size_t *n_out, struct err *e);
bool store_alerts_told(struct store *s, int64_t up_to_id, struct err *e);
/* Told to officers, and not yet looked at for partners, by id, the first ALERTS_MOST; and that they were. */
bool store_alerts_to_copy(struct store *s, struct arena *a, struct alert_row **out, size_t *n_out, struct err *e);
bool store_alerts_copied(struct store *s, int64_t up_to_id, struct err *e);

/* ---- what officers ask for by mail */
struct request_row {
    int64_t id;
    int64_t message, confirmed_by; /* the mails that asked and confirmed; 0 = none */
    const char *officer;           /* the registered address */
    const char *text;              /* the officer's own words */
    const char *act;               /* JSON, once understood: app/verbs.h; "" before */
    const char *state;             /* asked | proposed | confirmed | done | withdrawn | refused */
    int64_t at, until_at;          /* when it came; until when it may be confirmed */
};
bool store_add_request(struct store *s, const struct request_row *r, int64_t *id_out, struct err *e);
bool store_update_request(struct store *s, const struct request_row *r,
                          struct err *e); /* confirmed_by, act, state and until_at */
bool store_request(struct store *s, struct arena *a, int64_t id, struct request_row *out,
                   struct err *e); /* out->state NULL: unknown */
/* Those that wait for the daemon, asked or confirmed, by id; the first REQUESTS_MOST. */
#define REQUESTS_MOST 50
bool store_requests_due(struct store *s, struct arena *a, struct request_row **out, size_t *n_out, struct err *e);
bool store_last_request(struct store *s, struct arena *a, const char *officer, struct request_row *out,
                        struct err *e);                                               /* out->state NULL: none */
int64_t store_requests_since(struct store *s, const char *officer, int64_t since_at); /* how many, of any state */

/* ---- the story: every act, chained by SHA-256 */
struct event_row {
    int64_t id, at;
    const char *who;           /* "daemon", "uid:1000 (name)", "party:JO" */
    const char *what;          /* short verb: "launched", "sent", "filed", ... */
    const char *round, *party; /* "" where none */
    int64_t message;           /* 0 where none */
    const char *text;          /* one line for a person */
    const char *hash;          /* set by the store, as id is: SHA-256 over the previous hash and this row */
};
bool store_add_event(struct store *s, const struct event_row *ev, struct err *e);
bool store_events(struct store *s, struct arena *a, const char *round_or_null, const char *party_or_null,
                  struct event_row **out, size_t *n_out, struct err *e); /* by id */
/* The first event of somebody's; out->who NULL: none. */
bool store_event_by(struct store *s, struct arena *a, const char *who, struct event_row *out, struct err *e);
bool store_chain_head(struct store *s, char hash_out[65], struct err *e); /* 64 zeroes before the first event */
bool store_chain_verify(struct store *s, int64_t *broken_id_out,
                        struct err *e); /* true and 0: whole; true and an id: the first row that does not fit */

#endif
