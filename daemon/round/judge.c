/* judge.c - what a message is and what is done with it: two tables, read from the top, first match wins.
 *
 * The order carries the sense: what is known adds nothing, junk is never trusted, a report counts only where it speaks
 * of a notice of ours, and nothing reaches the papers but by the rows at the end, each of which asks for the party's
 * own sender. A message that no row thought of is held. */
#include "round/judge.h"

const char *const mail_kind_names[MAIL_KIND_COUNT] = {"bounce",   "delayed", "delivered", "autoreply",
                                                      "feedback", "mdn",     "calendar",  "challenge",
                                                      "human",    "suspect", "error"};
const char *const verdict_names[VERDICT_COUNT] = {
    "leave",           "bounce",           "delay", "note",      "backscatter", "officer", "calendar", "file",
    "file_unverified", "file_new_address", "hold",  "duplicate", "request"};

/* ---- the kind */
enum sign {
    S_UNREADABLE = 1 << 0,
    S_DSN = 1 << 1,
    S_MDN = 1 << 2,
    S_FEEDBACK = 1 << 3,
    S_FAILED = 1 << 4,
    S_DELAYED = 1 << 5,
    S_DELIVERED = 1 << 6,
    S_PROSE = 1 << 7,
    S_NULL_PATH = 1 << 8,
    S_DAEMON = 1 << 9,
    S_REPLIED = 1 << 10,
    S_GENERATED = 1 << 11,
    S_SAYS_NO = 1 << 12,
    S_VENDOR = 1 << 13,
    S_BULK = 1 << 14,
    S_LIST = 1 << 15,
    S_SUBJECT = 1 << 16,
    S_CHALLENGE = 1 << 17,
    S_CALENDAR = 1 << 18,
    S_LOOP = 1 << 19,
    S_PAPERS = 1 << 20,
};

/* S_BULK and S_LIST are no reason alone: a list carries a person's words too. */
static unsigned signs_of(const struct mail_signs *s)
{
    static const unsigned actions[] = {0, S_FAILED, S_DELAYED, S_DELIVERED};
    static const unsigned autos[] = {0, S_SAYS_NO, S_GENERATED, S_REPLIED};
    return (s->unreadable ? S_UNREADABLE : 0) | (s->report_dsn ? S_DSN : 0) | (s->report_mdn ? S_MDN : 0) |
           (s->report_feedback ? S_FEEDBACK : 0) | actions[s->action] | (s->prose_bounce ? S_PROSE : 0) |
           (s->null_return_path ? S_NULL_PATH : 0) | (s->from_daemon ? S_DAEMON : 0) | autos[s->auto_submitted] |
           (s->precedence_auto ? S_VENDOR : 0) | (s->precedence_bulk ? S_BULK : 0) | (s->list ? S_LIST : 0) |
           (s->subject_auto ? S_SUBJECT : 0) | (s->challenge ? S_CHALLENGE : 0) | (s->calendar_reply ? S_CALENDAR : 0) |
           (s->loop ? S_LOOP : 0) | (s->has_papers ? S_PAPERS : 0);
}

/* The envelope or the sender says that no person wrote this. */
#define MACHINE (S_NULL_PATH | S_DAEMON | S_REPLIED | S_GENERATED)

/* `all` must be there, one of `any` (where set) too, none of `none`. */
struct kind_rule {
    const char *name;
    unsigned all, any, none;
    enum mail_kind kind;
};
static const struct kind_rule kind_rules[] = {
    {"cannot be read", S_UNREADABLE, 0, 0, MAIL_ERROR},
    {"abuse report (RFC 5965)", S_FEEDBACK, 0, 0, MAIL_FEEDBACK},
    {"read receipt (RFC 8098)", S_MDN, 0, 0, MAIL_MDN},
    {"delivery report: failed (RFC 3464)", S_DSN | S_FAILED, 0, 0, MAIL_BOUNCE},
    {"delivery report: delayed (RFC 3464)", S_DSN | S_DELAYED, 0, 0, MAIL_DELAYED},
    {"delivery report: delivered (RFC 3464)", S_DSN | S_DELIVERED, 0, 0, MAIL_DELIVERED},
    {"delivery report without an outcome", S_DSN, 0, 0, MAIL_SUSPECT},
    {"carries the mark of a daemon like this one", S_LOOP, 0, 0, MAIL_AUTOREPLY},
    {"answer to an invitation (RFC 5546)", S_CALENDAR, 0, S_PAPERS, MAIL_CALENDAR},
    {"asks for a proof of being human", S_CHALLENGE, 0, S_PAPERS, MAIL_CHALLENGE},
    {"delivery report in prose: delayed", S_PROSE | S_DELAYED, MACHINE, 0, MAIL_DELAYED},
    {"delivery report in prose: delivered", S_PROSE | S_DELIVERED, MACHINE, 0, MAIL_DELIVERED},
    {"delivery report in prose: failed", S_PROSE, MACHINE, 0, MAIL_BOUNCE},
    {"reads like a delivery report, but a person's address sent it", S_PROSE, S_FAILED | S_DELAYED | S_DELIVERED,
     S_PAPERS, MAIL_SUSPECT},
    {"Auto-Submitted: auto-replied (RFC 3834)", S_REPLIED, 0, 0, MAIL_AUTOREPLY},
    {"Auto-Submitted: auto-generated (RFC 3834)", S_GENERATED, 0, 0, MAIL_AUTOREPLY},
    {"marked as an automatic answer by its program", S_VENDOR, 0, 0, MAIL_AUTOREPLY},
    {"subject of an automatic answer, sent by a machine or in bulk", S_SUBJECT, S_NULL_PATH | S_DAEMON | S_BULK, 0,
     MAIL_AUTOREPLY},
    {"subject of an automatic answer, no papers", S_SUBJECT, 0, S_PAPERS | S_SAYS_NO, MAIL_AUTOREPLY},
    {"null return path", S_NULL_PATH, 0, S_PAPERS | S_SAYS_NO, MAIL_AUTOREPLY},
    {"sent by a mail system", S_DAEMON, 0, S_PAPERS | S_SAYS_NO, MAIL_AUTOREPLY},
    {"no sign of a machine", 0, 0, 0, MAIL_HUMAN},
};

enum mail_kind judge_kind(const struct mail_signs *s, const char **rule_out)
{
    unsigned signs = signs_of(s);
    const struct kind_rule *r = kind_rules;
    while ((signs & r->all) != r->all || (r->any && !(signs & r->any)) || (signs & r->none))
        r++;
    if (rule_out)
        *rule_out = r->name;
    return r->kind;
}

/* ---- the verdict */
#define K(x)      (1u << MAIL_##x)
#define M(x)      (1u << MATCH_##x)
#define F(x)      (1u << SENDER_##x)
#define A(x)      (1u << AUTH_##x)
#define ANY       JUDGE_ANY
#define MATCHED   (ANY & ~M(NONE))
#define AGREED    (M(SURE) | M(OLD_TOKEN) | M(GUESS))
#define REPORT    (K(BOUNCE) | K(DELAYED) | K(DELIVERED) | K(FEEDBACK))
#define AUTOMATIC (K(AUTOREPLY) | K(MDN) | K(CHALLENGE))
#define MACHINES  (REPORT | AUTOMATIC | K(SUSPECT))
#define PEOPLE    (K(HUMAN) | K(CALENDAR))

#define LIST      JUDGE_LIST
#define LOOP      JUDGE_LOOP
#define OURS      JUDGE_OURS
#define JUNK      JUDGE_JUNK
#define KNOWN     JUDGE_KNOWN
#define RELATED   JUDGE_RELATED
#define PAPERS    JUDGE_PAPERS
#define SEVERAL   JUDGE_SEVERAL
#define UNSCANNED JUDGE_UNSEEN
#define MANY      JUDGE_MANY
#define ASKS      JUDGE_ASKS

static unsigned flags_of(const struct judge_input *in)
{
    bool related = in->match != MATCH_NONE || in->about_our_notice;
    return (in->list ? LIST : 0) | (in->loop ? LOOP : 0) | (in->about_our_notice ? OURS : 0) | (in->junk ? JUNK : 0) |
           (in->known_message ? KNOWN : 0) | (related ? RELATED : 0) | (in->brings_papers ? PAPERS : 0) |
           (in->several_senders ? SEVERAL : 0) | (in->unscanned ? UNSCANNED : 0) | (in->too_many ? MANY : 0) |
           (in->asks ? ASKS : 0);
}

static const struct judge_rule rules[] = {
    /* what holds for every kind */
    {"already taken in", ANY, ANY, ANY, ANY, KNOWN | RELATED, 0, VERDICT_DUPLICATE},
    {"cannot be read", K(ERROR), ANY, ANY, ANY, 0, 0, VERDICT_HOLD},
    {"in the junk folder, of no round", ANY, ANY, ANY, ANY, JUNK, RELATED, VERDICT_LEAVE},
    {"came from the junk folder", ANY, ANY, ANY, ANY, JUNK, 0, VERDICT_HOLD},
    /* What a server makes of a person's mail may look like a machine's: a paper is never set aside unseen. Officers'
     * and our own machines are none of a delegation's. */
    {"sent by a machine, but it brings papers", MACHINES, ANY, ~(F(OURSELVES) | F(OFFICER)), ANY, RELATED | PAPERS, 0,
     VERDICT_HOLD},
    {"a contact's automatic mail of no round, but it brings papers", MACHINES, ANY,
     F(CONTACT) | F(LISTED_DOMAIN) | F(OTHER_PARTY), ANY, PAPERS, 0, VERDICT_HOLD},
    /* reports: only what is about a notice of ours counts */
    {"bounce of our notice", K(BOUNCE), ANY, ANY, ANY, OURS, 0, VERDICT_BOUNCE},
    {"our notice is delayed", K(DELAYED), ANY, ANY, ANY, OURS, 0, VERDICT_DELAY},
    {"report on our notice", K(DELIVERED) | K(FEEDBACK), ANY, ANY, ANY, OURS, 0, VERDICT_NOTE},
    {"report on a mail that is not ours", REPORT, ANY, ANY, ANY, 0, OURS, VERDICT_BACKSCATTER},
    {"pretends to be a report, of no round", K(SUSPECT), ANY, ANY, ANY, 0, RELATED, VERDICT_BACKSCATTER},
    {"pretends to be a report", K(SUSPECT), ANY, ANY, ANY, 0, 0, VERDICT_HOLD},
    /* ourselves */
    {"our own mail come back", ANY, ANY, ANY, ANY, LOOP, 0, VERDICT_NOTE},
    /* An officer's desk: a mail that names one sender, that was written by hand, and whose first line is a verb. */
    {"asked already", K(HUMAN), ANY, F(OFFICER), ANY, ASKS | KNOWN, 0, VERDICT_DUPLICATE},
    {"an officer's address asks, but authentication failed", K(HUMAN), ANY, F(OFFICER), A(FAIL), ASKS, LIST | SEVERAL,
     VERDICT_HOLD},
    {"an officer's request", K(HUMAN), ANY, F(OFFICER), ANY, ASKS, LIST | SEVERAL, VERDICT_REQUEST},
    {"a mail of no round", PEOPLE, M(NONE), ANY, ANY, 0, 0, VERDICT_LEAVE},
    {"an automatic mail of no round", AUTOMATIC, M(NONE), ANY, ANY, 0, OURS, VERDICT_LEAVE},
    {"names more than one sender", PEOPLE, MATCHED, ANY, ANY, SEVERAL, 0, VERDICT_HOLD},
    {"sent from our own address", ANY, ANY, F(OURSELVES), ANY, 0, 0, VERDICT_NOTE},
    /* automatic answers: shown, they answer and stop nothing */
    {"read receipt", K(MDN), ANY, ANY, ANY, 0, 0, VERDICT_NOTE},
    {"a mail system asks for a proof of being human", K(CHALLENGE), ANY, ANY, ANY, 0, 0, VERDICT_NOTE},
    {"automatic answer", K(AUTOREPLY), ANY, ANY, ANY, 0, 0, VERDICT_NOTE},
    /* an officer's words to a delegation; whoever borrows that address is seen */
    {"an officer's address, but authentication failed", PEOPLE, MATCHED, F(OFFICER), A(FAIL), 0, 0, VERDICT_HOLD},
    {"an officer's mail in a round", PEOPLE, MATCHED, F(OFFICER), ANY, 0, 0, VERDICT_OFFICER},
    /* people */
    {"signals disagree on the round or the party", PEOPLE, M(CONFLICT), ANY, ANY, 0, 0, VERDICT_HOLD},
    {"sender belongs to another party", PEOPLE, MATCHED, F(OTHER_PARTY), ANY, 0, 0, VERDICT_HOLD},
    {"unknown sender", PEOPLE, MATCHED, F(UNKNOWN), ANY, 0, 0, VERDICT_HOLD},
    {"mail of a list that names no round", PEOPLE, M(GUESS), ANY, ANY, LIST, 0, VERDICT_HOLD},
    {"a contact's address, but authentication failed", PEOPLE, MATCHED, F(CONTACT), A(FAIL), 0, 0, VERDICT_HOLD},
    {"new address of a listed domain, not authenticated", PEOPLE, MATCHED, F(LISTED_DOMAIN), A(NONE) | A(FAIL), 0, 0,
     VERDICT_HOLD},
    {"answer to an invitation", K(CALENDAR), AGREED, F(CONTACT) | F(LISTED_DOMAIN), A(PASS) | A(NONE), 0, 0,
     VERDICT_CALENDAR},
    {JUDGE_UNSCANNED, K(HUMAN), AGREED, F(CONTACT) | F(LISTED_DOMAIN), ANY, UNSCANNED, 0, VERDICT_HOLD},
    {JUDGE_TOO_MANY, K(HUMAN), AGREED, F(CONTACT) | F(LISTED_DOMAIN), ANY, PAPERS | MANY, 0, VERDICT_HOLD},
    {"a contact, authenticated", K(HUMAN), AGREED, F(CONTACT), A(PASS), 0, 0, VERDICT_FILE},
    /* Anybody can write that address, and nothing else ties the mail to the round: one such mail would end a state's
     * reminders. */
    {"nothing but the sender's address, not authenticated", K(HUMAN), M(GUESS), F(CONTACT), A(NONE), 0, 0,
     VERDICT_HOLD},
    {"a contact, not authenticated", K(HUMAN), AGREED, F(CONTACT), A(NONE), 0, 0, VERDICT_FILE_UNVERIFIED},
    {"new address of a listed domain, authenticated", K(HUMAN), AGREED, F(LISTED_DOMAIN), A(PASS), 0, 0,
     VERDICT_FILE_NEW_ADDRESS},
    {"no rule fits", ANY, ANY, ANY, ANY, 0, 0, VERDICT_HOLD},
};

static bool fits(const struct judge_rule *r, const struct judge_input *in, unsigned flags)
{
    return (r->kinds & 1u << in->kind) && (r->matches & 1u << in->match) && (r->senders & 1u << in->sender) &&
           (r->auths & 1u << in->auth) && (flags & r->with) == r->with && !(flags & r->without);
}

enum verdict judge(const struct judge_input *in, const char **rule_out)
{
    unsigned flags = flags_of(in);
    size_t i = 0;
    while (i + 1 < sizeof rules / sizeof *rules && !fits(&rules[i], in, flags))
        i++;
    if (rule_out)
        *rule_out = rules[i].name;
    return rules[i].verdict;
}

const struct judge_rule *judge_rule(size_t n)
{
    return n < sizeof rules / sizeof *rules ? &rules[n] : NULL;
}

const char *judge_kind_rule(size_t n)
{
    return n < sizeof kind_rules / sizeof *kind_rules ? kind_rules[n].name : NULL;
}
