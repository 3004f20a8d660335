/* scenario.h - one scenario: a secretariat in a temporary folder, the delegations it writes to, and a clock that jumps.
 *
 * The daemon's parts run in this process as they do in taamimd, but the children are fakes: a post office that
 * keeps every mail (post_office.c) and a mailbox that gives out what was put into it (mailbox.c). The parser is the
 * real one. A scenario is a text file of one sentence a line; story_teller.c knows the sentences, deeds_*.c do
 * them, expect_*.c look at what came of it. `scenario --crash FILE` kills the process at every kind of step that lasts
 * (crash.h). TEMPLATES=dir tries other templates; VERBOSE=1 shows the mails that an
 * expectation did not find enough or too many of. */
#ifndef TAAMIM_TESTS_SCENARIO_H
#define TAAMIM_TESTS_SCENARIO_H
#include <string.h>
#include "app/daemon.h"
#include "app/ticker.h"

/* ---- sentences */

#define LINE_WORDS_MAX 64
struct line {
    const char *words[LINE_WORDS_MAX]; /* what the pattern's names caught, then the rest of the sentence */
    bool quoted[LINE_WORDS_MAX];
    size_t n;
    const char *ref; /* the round spoken of: "in NAME", else the one launched last; NULL before the first */
};

struct world;
typedef bool deed_fn(struct world *w, const struct line *l, struct err *e);
/* A sentence: capital words of the pattern catch one word each, the others stand as they are, "..." takes the rest. */
struct sentence {
    const char *pattern;
    deed_fn *deed;
};
extern const struct sentence time_sentences[], mail_sentences[], officer_sentences[], server_sentences[],
    sent_folder_sentences[], scanner_sentences[], expect_mail_sentences[], expect_state_sentences[],
    expect_any_sentences[]; /* each ended by a NULL pattern */

/* ---- the post office: what the mail server does, and the mails that it took */

struct kept_mail {
    const char *to, *from; /* envelope */
    int64_t at;
    const char *kind;   /* X-Taamim-Loop */
    const char *marked; /* the text with its marks of direction, which `text` is without */
    const char *subject, *text, *message_id, *reply_to, *raw;
    const char **attachments;
    size_t n_attachments;
    bool known;      /* an officer's address, a contact's or a partner's when it left */
    bool unanswered; /* the daemon cannot know that it was taken */
};

enum conduct { TAKES, IS_DOWN, REFUSES_LOGIN, ANSWERS, TAKES_SILENTLY, LOSES, REFUSES_PAPERS, REFUSES_WORDS };
struct server_rule {
    const char *address; /* "" = every one; "@domain" = all of it */
    enum conduct conduct;
    int code; /* ANSWERS */
    const char *words;
};

#define IN_HAND_MAX 8
struct post_office {
    struct server_rule *rules; /* the last that fits holds */
    size_t n_rules;
    struct kept_mail *mails; /* as they were taken */
    size_t n_mails;
    struct send_job in_hand[IN_HAND_MAX];
    size_t n_in_hand;
    int crash_after;     /* answers still to give before the daemon ends; -1 never */
    const char *trouble; /* a mail that was not as it should be; NULL */
};
int post_office_free(void *world);
void post_office_send(void *world, const struct send_job *job);
bool post_office_answer(struct world *w); /* one answer; false when nothing is in hand */
void post_office_crash(struct world *w);  /* what is in hand: of the first the server had heard all */
void post_office_recall(struct world *w); /* after that, before the daemon takes its deliveries in hand again */
const char *mail_header(struct arena *a, const char *raw, const char *name); /* unfolded; "" where there is none */

/* ---- the mailbox */

struct letter_in { /* a message that lies in the mailbox */
    const char *mailbox;
    int64_t uid;
    const char *bytes;
    size_t size;
    bool moved, told; /* into the processed folder; to the daemon since its start */
    bool old;         /* lay there before the secretariat first watched this mailbox */
    bool kept;        /* the daemon has said so since */
};
struct mailbox {
    struct letter_in *letters;
    size_t n;
    int64_t uidvalidity, next_uid;
    int64_t begins_at; /* the collector, again; 0: it works */
    bool keeps;        /* a server that cannot move: messages stay, with a keyword */
    struct to_parse {
        int64_t message;
        const char *path;
    } * to_parse;
    size_t n_to_parse;
    bool parser_dies, parser_waits; /* of each message; until the next start */
};
void mailbox_put(struct world *w, const char *mailbox, const char *bytes, size_t size);
bool mailbox_start(struct world *w,
                   struct err *e); /* the collector begins: the line, what is pending, what it has not told */
bool mailbox_turn(struct world *w, bool *busy, struct err *e);
bool mailbox_message(struct world *w, struct message_row *out,
                     struct err *e); /* the ledger's row of the letter put in last */
void mailbox_parse(void *world, int64_t message, const char *path);
void mailbox_kept(void *world, const struct message_row *m);

/* ---- what people pack before they send it */

struct packed_file {
    const char *name, *bytes;
    size_t size;
};
/* A ZIP; with a password each file of it is encrypted. */
const char *pack(struct arena *a, const struct packed_file *files, size_t n, const char *password, size_t *size_out);

/* ---- the folder for copies of what was sent */

enum sent_conduct { TAKES_COPIES, REFUSES_COPIES, COLLECTOR_AWAY, ENDS_AFTER_ONE };
struct sent_folder {
    enum sent_conduct conduct;
    const char **ids; /* Message-IDs, as they were added */
    size_t n;
    int64_t in_hand; /* a notice; 0 = none */
    bool look;
    const char *message_id;
};
bool sent_folder_append(void *world, const struct sent_copy *copy);
bool sent_folder_turn(struct world *w); /* one answer; false when nothing is in hand */
long sent_folder_count(const struct world *w, const char *message_id);

/* ---- the virus scanner */

enum scanner_conduct { SCANS, IS_AWAY, DOES_NOT_RUN, ENDS_EACH_TIME };
struct scanner {
    bool configured;
    enum scanner_conduct conduct;
    bool asked;
    int64_t id; /* of what is asked; 0: whether it is there */
    const char *bytes;
    long n_files;
};
bool scanner_scan(void *world, const struct scan_job *job_or_null);
bool scanner_turn(struct world *w); /* one answer; false when nothing is asked */
void scanner_configure(struct world *w);

/* ---- the world */

#define ROUNDS_MAX 8
struct world {
    struct arena *a;
    const char *fixtures, *templates, *folder;
    struct daemon *daemon; /* NULL while it is not running */
    struct agenda agenda;
    struct post_office office;
    struct mailbox mailbox;
    struct sent_folder sent;
    struct scanner scanner;
    struct named_round {
        const char *name, *ref;
    } rounds[ROUNDS_MAX];
    size_t n_rounds;
    const char *answer; /* what the officer was told last */
    int64_t meant;      /* the held reply of which an officer speaks; 0 outside of the sentence */
    enum lang *reads;   /* what the officer reads since "officer reads LANGUAGE"; NULL: as configured */
};
struct world *world_new(const char *scenario_path, struct err *e);
void world_free(struct world *w); /* removes the folder */
bool world_open(struct world *w, struct err *e);
void world_close(struct world *w);
void world_reads(struct world *w); /* the officer reads what was said last */
bool world_restart(struct world *w, struct err *e);
bool world_recover(struct world *w, struct err *e);               /* after a kill: on a copy of the disk as it lies */
bool world_settle(struct world *w, struct err *e);                /* everything that is due at this second */
bool world_run_until(struct world *w, int64_t at, struct err *e); /* from due instant to due instant */
bool world_sound(struct world *w, struct err *e);                 /* what holds at the end of every scenario */
const char *world_path(struct world *w, const char *name);        /* below the folder */
const char *round_ref(const struct world *w, const char *name);   /* NULL: no such round */
bool instant_in(const struct zone *zone, const char *day, const char *hour, int64_t *out, struct err *e);
bool instant_of(struct world *w, const char *day, const char *hour, int64_t *out, struct err *e); /* hour NULL: 00:00 */

#endif
