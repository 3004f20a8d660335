/* round.h - what a round is: the kind, what it asks for, from whom, until when; and where a party stands in it.
 *
 * `struct round_spec` is a round file as read by app/roundfile and frozen at launch. */
#ifndef TAAMIM_ROUND_ROUND_H
#define TAAMIM_ROUND_ROUND_H
#include "round/deadline.h"
#include "round/party.h"

enum round_kind { ROUND_PAPERS };
#define ROUND_KIND_COUNT 1
/* A kind is a row of this table, never an if. */
struct round_kind_row {
    const char *name;  /* as the round file says it */
    bool takes_papers; /* attachments of a reply are filed */
    bool owes_answer;  /* who has not answered is reminded */
};
extern const struct round_kind_row round_kinds[ROUND_KIND_COUNT];

enum round_state { ROUND_OPEN, ROUND_CLOSED, ROUND_CANCELLED };
#define ROUND_STATE_COUNT 3
extern const char *const round_state_names[ROUND_STATE_COUNT];

/* One part of what a round asks for, followed up on its own. */
struct round_item {
    const char *key; /* ASCII: "pledges" */
    const char *title[LANG_COUNT];
    bool required;
};
#define ITEMS_MAX 32

struct round_document {
    const char *path;  /* absolute */
    const char *name;  /* the name the recipient sees */
    unsigned langs;    /* LANG_BITs of the mails it goes with; 0 = all */
    const char *party; /* code of the one party it is for; NULL = all */
    /* Known from the launch on: */
    const char *sha256; /* of the document: it is no paper when a reply brings it back; NULL before */
    const char *part;   /* the encoded part, below the state directory; NULL before */
    int64_t part_size;
};

/* Somebody written to in this round alone, beside the register's contacts. */
struct round_contact {
    const char *party;
    struct contact contact;
};

/* A file that stands in for the common template of its name. */
struct round_template {
    const char *name, *path;
};

struct round_spec {
    const char *path; /* the round file */
    const char *ref;  /* "ARCP/2026/04": [A-Z]+ parts of letters and digits joined by '/' */
    enum round_kind kind;
    const char *note_number; /* NULL: a letter, not a note */
    struct civil note_date;  /* year 0 = none */
    const char *title[LANG_COUNT];
    const char *text[LANG_COUNT]; /* paragraphs, separated by an empty line */
    unsigned kinds;               /* bit per party_kind */
    const char *const *groups;
    size_t n_groups;
    const char *const *codes;
    size_t n_codes;
    const char *const *except;
    size_t n_except;
    unsigned roles;    /* bit per contact_role; default mission and focal point */
    bool next_contact; /* where an address fails for good, the party's next contact gets the mail */
    const struct round_contact *contacts;
    size_t n_contacts;
    const char *const *partners; /* addresses that get a copy of what is filed */
    size_t n_partners;
    const struct round_document *documents;
    size_t n_documents;
    const struct round_item *items;
    size_t n_items;
    const char *deadline_text;
    struct deadline deadline;
    struct step steps[STEPS_MAX];
    size_t n_steps;
    const struct round_template *templates;
    size_t n_templates;
};

/* In the audience: its kind, a group or its code is named, and it is not excepted. */
bool round_invites(const struct round_spec *s, const struct party *p);
/* The contacts of p that the round writes to, in rank order; at most max. */
size_t round_contacts(const struct round_spec *s, const struct party *p, const struct contact **out, size_t max);
/* A document goes with a mail if it is for this party or for all, and for one of the mail's languages or for any. */
bool round_encloses(const struct round_document *d, const struct party *p, unsigned langs);
unsigned contacts_langs(const struct contact *const *to, size_t n);
/* What one mail can have; a round that would need more is refused, never cut. */
#define CONTACTS_MAX 64
#define ENCLOSED_MAX 64

/* Of a paper, in place of its item: an officer has said that it is a covering letter alone, and answers nothing. */
#define ITEM_COVER (-2)
/* Answers nothing until an officer says so: it opens with a password only, was not looked into, or its files
 * are papers beside it. */
#define ITEM_NOTHING (-3)

/* A filed paper as the decisions see it. */
struct paper_fact {
    int item; /* index into items, 0 too where there are none; -1 = not yet assigned, ITEM_COVER or ITEM_NOTHING */
    const char *name; /* file name as filed */
    bool current;     /* not replaced by a later version */
};

/* Which item a paper answers: the key or the number ("item 2", "البند ٢", "2_", "point 2") in the file name, else
 * in the subject (only where that names exactly one). A round with one item takes every paper as that. -1 =
 * unknown. */
int item_of(const struct round_item *items, size_t n_items, const char *file_name, const char *subject);
/* The current paper that a new one replaces as its next version: of the same item (when assigned and that item has
 * one paper), or of the same name (case, digits and a trailing "(1)", "v2", "rev" folded), which is the stronger
 * sign. -1 = none: replies add, and no paper takes the place of a covering letter. The caller leaves papers of the same
 * mail out, and passes item -1 in a round with one item, where the item tells nothing about the paper. */
int paper_replaces(const struct paper_fact *papers, size_t n, int item, const char *file_name);

/* Where a party stands. */
struct standing {
    bool answered;    /* something was filed that may answer, and be it an old version */
    bool complete;    /* nothing required is missing: reminders stop */
    unsigned missing; /* bit per required item not answered; unassigned papers of a round with items answer none */
};
struct standing standing_of(const struct round_spec *s, const struct paper_fact *papers, size_t n);

#endif
