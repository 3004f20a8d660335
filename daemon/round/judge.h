/* judge.h - what a message is, and what is done with it: two tables of rules, first match wins, each rule with a name.
 *
 * judge_kind() looks at the message alone (RFC 3834, 3464, 6522, 8098, 5965, 5546); judge() adds what the daemon
 * knows: the round it belongs to, who sent it, what our own server said of the sender (RFC 8601). Pure; tested as
 * tables. */
#ifndef TAAMIM_ROUND_JUDGE_H
#define TAAMIM_ROUND_JUDGE_H
#include <stdbool.h>
#include <stddef.h>

enum mail_kind {
    MAIL_BOUNCE,    /* says that a delivery failed for good */
    MAIL_DELAYED,   /* still trying */
    MAIL_DELIVERED, /* success report */
    MAIL_AUTOREPLY,
    MAIL_FEEDBACK,  /* abuse report */
    MAIL_MDN,       /* read receipt */
    MAIL_CALENDAR,  /* answer to an invitation */
    MAIL_CHALLENGE, /* "prove that you are human" */
    MAIL_HUMAN,
    MAIL_SUSPECT, /* pretends to be a report */
    MAIL_ERROR,   /* could not be read */
};
#define MAIL_KIND_COUNT 11
extern const char *const mail_kind_names[MAIL_KIND_COUNT]; /* as score.py spells them: "bounce", ... */

enum report_action { REPORT_NONE, REPORT_FAILED, REPORT_DELAYED, REPORT_DELIVERED };
enum auto_submitted { AUTO_ABSENT, AUTO_NO, AUTO_GENERATED, AUTO_REPLIED };

/* What the parser saw that bears on the kind. */
struct mail_signs {
    bool unreadable; /* the parser died, hung or gave nothing */
    bool report_dsn; /* a report (RFC 6522) with message/delivery-status */
    bool report_mdn, report_feedback;
    bool mdn_in_words;         /* the receipt is one by its subject and words alone */
    enum report_action action; /* the worst per-recipient Action of a DSN, or of a bounce in prose */
    bool prose_bounce;         /* reads like a bounce, without the structure */
    bool null_return_path;     /* Return-Path: <> */
    bool from_daemon;          /* mailer-daemon, postmaster, and the like */
    enum auto_submitted auto_submitted;
    bool
        precedence_auto; /* Precedence: auto_reply; X-Autoreply, X-Autorespond and other vendor marks of an automatic answer */
    bool precedence_bulk; /* bulk, junk, list */
    bool list;            /* List-Id, List-Unsubscribe */
    bool subject_auto;    /* the subject belongs to a family of out-of-office subjects */
    bool challenge;
    bool calendar_reply; /* text/calendar with METHOD REPLY or COUNTER */
    bool loop;           /* carries the loop mark of a daemon like this one */
    bool has_papers;     /* a person attached something */
};
enum mail_kind judge_kind(const struct mail_signs *s, const char **rule_out);

enum sender_standing {
    SENDER_UNKNOWN,
    SENDER_CONTACT,       /* a contact of the matched party */
    SENDER_LISTED_DOMAIN, /* new address of one of the party's listed domains */
    SENDER_OTHER_PARTY,   /* a contact of another party than the token's */
    SENDER_OFFICER,
    SENDER_OURSELVES,
};
enum auth_result { AUTH_NONE, AUTH_PASS, AUTH_FAIL }; /* of our own server's header only; NONE: no usable statement */

enum match_strength {
    MATCH_NONE,      /* no round: a human's mail in a shared mailbox */
    MATCH_SURE,      /* signals agree on one round and party */
    MATCH_OLD_TOKEN, /* an old token of the same party; thread, subject or its only open round decided: filed and marked */
    MATCH_GUESS,     /* no token or thread; a contact with exactly one open round */
    MATCH_CONFLICT, /* signals disagree: held */
};

struct judge_input {
    enum mail_kind kind;
    bool list;
    bool loop; /* our own mail: the mark, and an address or a Message-ID of ours */
    enum match_strength match;
    enum sender_standing sender;
    enum auth_result auth;
    bool about_our_notice; /* a report whose envelope token, returned Message-ID or References is a notice of ours */
    bool junk;             /* found in the junk folder */
    bool brings_papers;    /* a person's or a machine's: files that are no part of a report */
    bool several_senders;  /* who wrote it, readers may differ on */
    bool unscanned;        /* the virus scanner has not seen all that it brings */
    bool too_many;         /* of that party so many papers were filed in that round today that a person looks first */
    bool known_message;    /* Message-ID or bytes already filed for this party */
    bool asks;             /* its first line is a verb of round/request.h, or it answers an answer of ours */
};

enum verdict {
    VERDICT_LEAVE,       /* not of a round: stays in the mailbox as it is */
    VERDICT_BOUNCE,      /* about our notice: applied to the delivery */
    VERDICT_DELAY,       /* about our notice: noted */
    VERDICT_NOTE,        /* automatic or a report, of this party: shown, answers nothing, stops nothing */
    VERDICT_BACKSCATTER, /* a report not about us: recorded, fails nobody */
    VERDICT_OFFICER,     /* an officer's mail in a thread: recorded, asks nothing */
    VERDICT_CALENDAR,
    VERDICT_FILE,            /* filed as the party's, receipt */
    VERDICT_FILE_UNVERIFIED, /* filed, marked: our server did not vouch for the sender; receipt to the focal point too */
    VERDICT_FILE_NEW_ADDRESS, /* filed, marked, officer told: new address of a listed domain */
    VERDICT_HOLD,             /* waits for an officer; nobody unknown is answered */
    VERDICT_DUPLICATE,        /* known: adds nothing */
    VERDICT_REQUEST,          /* an officer asks for something, or confirms it: app/requests.h */
};
#define VERDICT_COUNT 13
extern const char *const verdict_names[VERDICT_COUNT];

/* The rule by which papers wait for an officer because the virus scanner could not look at them. */
#define JUDGE_UNSCANNED "the papers could not be scanned for viruses"
/* The rule by which a program gone wild fills no folder: what comes above a number a day waits for an officer. */
#define JUDGE_TOO_MANY "too many papers of one delegation in a day"

/* One verdict and the name of the rule that gave it, which is what explain, the story and the alert print. */
enum verdict judge(const struct judge_input *in, const char **rule_out);

/* ---- the tables themselves, for who shows them (docs/who-may-answer.md) and who tests them */
enum judge_flag {
    JUDGE_LIST = 1 << 0,
    JUDGE_LOOP = 1 << 1,
    JUDGE_OURS = 1 << 2,
    JUDGE_JUNK = 1 << 3,
    JUDGE_KNOWN = 1 << 4,
    JUDGE_RELATED = 1 << 5, /* has to do with a round at all; what has not stays where it is */
    JUDGE_PAPERS = 1 << 6,
    JUDGE_SEVERAL = 1 << 7,
    JUDGE_UNSEEN = 1 << 8, /* by the virus scanner */
    JUDGE_MANY = 1 << 9,
    JUDGE_ASKS = 1 << 10,
};
#define JUDGE_FLAG_COUNT 11
#define JUDGE_ANY        (~0u)

struct judge_rule {
    const char *name;
    unsigned kinds, matches, senders, auths; /* sets: bit n is the n-th value of its enum */
    unsigned with, without;                  /* flags that must be there, and that must not */
    enum verdict verdict;
};
/* The n-th from the top, NULL behind the last. */
const struct judge_rule *judge_rule(size_t n);
/* The same of judge_kind()'s table: the name alone. */
const char *judge_kind_rule(size_t n);

#endif
