/* letter.h - what each message says: the values for its templates, and the templates themselves.
 *
 * Templates lie in config.templates_dir as <kind>.<lang>.txt and <kind>.<lang>.html; the first line of a .txt is
 * `Subject: ...`, then an empty line. A round may override single files with a folder of its own. A mail in several
 * languages is the texts one under the other, Arabic first, separated by a rule; its subject is the first
 * language's. The HTML page frame (fonts, width) is layout.html, where {{#blocks}} has each language's {{{html}}}
 * with its {{lang}} and {{dir}}. The names that a template may use are listed per kind in letter_values.c;
 * templates_load checks every file against them, and that every kind has every language.
 *
 * A note is what a state gets in a round with a note number; everyone else gets a letter ({{is_note}} is false). In
 * plain text, empty lines that sections leave are closed up, and lines of left-to-right languages are wrapped but
 * where they are set in by four spaces. {{fsi}} and {{pdi}} are U+2068 and U+2069, to set off a name of unknown
 * direction in plain text; in HTML it is <bdi>. */
#ifndef TAAMIM_APP_LETTER_H
#define TAAMIM_APP_LETTER_H
#include "app/config.h"
#include "app/matrix.h"
#include "round/round.h"

enum letter_kind {
    LETTER_NOTICE,      /* the round's notice itself */
    LETTER_REMINDER,    /* who has not, or not wholly, answered; days_left < 0 after the deadline */
    LETTER_RECEIPT,     /* thanks, names each paper, what is still missing, the deadline */
    LETTER_PROBLEM,     /* a reply came without a paper, or one could not be taken */
    LETTER_EXTENSION,   /* a new deadline, for all or for this party */
    LETTER_CORRIGENDUM, /* an officer's note to all */
    LETTER_CLOSING,     /* the round is closed, or cancelled */
    LETTER_ALERT,       /* to officers: what happened since the last one */
    LETTER_DIGEST,      /* to officers, each working morning */
    LETTER_ANSWER,      /* to the officer who asked for something by mail */
};
#define LETTER_KIND_COUNT 10
extern const char *const letter_kind_names[LETTER_KIND_COUNT];

struct letter_paper {
    const char *name;
    int64_t size;
    const char *sha256;  /* shown short */
    int item;            /* -1 unassigned */
    int version;         /* > 1: replaces an earlier one */
    bool known;          /* had been received before: nothing was added */
    bool maybe_cover;    /* may be a covering letter alone */
    const char *trouble; /* why it could not be taken, a code of app/trouble.h; NULL: it was taken */
    bool locked;         /* opens with a password only: the receipt asks for it without one */
    bool closed;         /* an archive that was not looked into: the receipt asks for its files one by one */
    bool macros;         /* carries programs of its own: officers hear of it */
};

struct letter_alert { /* one line of an alert mail */
    /* "filed" "held" "suspect" "no_paper" "not_taken" "look" "sealed" "cover" "new_address" "unverified" "bounced"
     * "failed" "refused" "next_contact" "queue_stopped" "queue_resumed" "server_away" "server_back" "scanner_away"
     * "scanner_back" "clock" "trouble" */
    const char *kind;
    const char *ref, *party_code;
    const struct party *party; /* NULL where none */
    int64_t message;           /* reply number for `taamim reply show N`; 0 none */
    int64_t at;
    const char *text; /* what happened: names, the server's words */
};

struct request;
struct letter_answer {
    enum { ANSWER_PROPOSAL, ANSWER_DONE, ANSWER_FAULT, ANSWER_HELP } kind;
    int verb;                      /* enum request_verb; -1: not known */
    const struct request *request; /* what was written; NULL: neither it nor its form is shown */
    const char *told;              /* in English: what will be done, was done, or is wrong */
    int64_t until_at;              /* proposal: when it can be confirmed no more */
};

struct letter {
    enum letter_kind kind;
    const struct config *config;
    const struct round_spec *spec;   /* NULL: alert, digest */
    const struct party *party;       /* NULL: alert, digest */
    unsigned langs;                  /* LANG_BITs, at least one */
    const struct contact *const *to; /* those written to (salutation of persons); may be NULL */
    size_t n_to;
    int64_t deadline_at; /* the party's own */
    int64_t now_at;
    /* reminder */
    int days_left;             /* civil days of the secretariat until the deadline's day; negative after it */
    bool last_before_deadline; /* says plainly what happens at the deadline */
    /* receipt, problem, reminder */
    const struct letter_paper *papers;
    size_t n_papers;
    unsigned missing; /* bits of items */
    bool answered, complete, late, unverified;
    /* closing: cancelled or not; receipt, problem: the round has ended since, and asks for nothing by its deadline */
    bool closed, cancelled;
    /* extension */
    int64_t old_deadline_at;
    bool for_all;
    /* corrigendum */
    const char *body[LANG_COUNT];
    /* alert, digest */
    const struct letter_alert *alerts;
    size_t n_alerts;
    const struct matrix *matrices;
    size_t n_matrices;
    const char *chain_head;
    const char *const *documents; /* names of the documents that go with a notice */
    size_t n_documents;
    /* alert, digest: goes to an officer who may decide by mail */
    bool by_mail;
    /* alert: goes to a partner of the round in spec, as copies of what was filed: no commands */
    bool partner;
    const struct letter_answer *answer;
    /* receipt: where an unverified reply came from; NULL: not told */
    const char *sender;
};

struct letter_text {
    const char *subject;
    const char *text;
    const char *html;
    const char *lang; /* of the first block */
};

struct templates;
/* All problems (missing files, wrong names) into p; NULL where there are any. Lives in the arena. `own` are a round's,
 * which stand in for those of the folder. */
struct templates *templates_load(struct arena *a, const char *dir, const struct round_template *own, size_t n_own,
                                 struct problems *p);
/* What of a round's folder may be templates, by its ending; in order of names. NULL with e where it cannot be read. */
const struct round_template *templates_of_folder(struct arena *a, const char *folder, size_t *n_out, struct err *e);
bool letter_render(struct arena *a, const struct templates *t, const struct letter *l, struct letter_text *out,
                   struct err *e);
/* Copies every template in force into folder (launch freezes them); templates_load(folder) reads them back. */
bool templates_freeze(const struct templates *t, const char *folder, struct err *e);

#endif
