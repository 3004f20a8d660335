/* The tables of round/judge: each kind by its signs, each verdict by its row, and what must hold for every input there
 * is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "round/judge.h"

static const struct {
    const char *about;
    struct mail_signs signs;
    enum mail_kind kind;
} kinds[] = {
    {"a plain mail", {.has_papers = false}, MAIL_HUMAN},
    {"a mail with papers", {.has_papers = true}, MAIL_HUMAN},
    {"the parser died", {.unreadable = true, .report_dsn = true}, MAIL_ERROR},
    {"DSN failed", {.report_dsn = true, .action = REPORT_FAILED, .null_return_path = true}, MAIL_BOUNCE},
    {"DSN failed that returns the papers",
     {.report_dsn = true, .action = REPORT_FAILED, .has_papers = true},
     MAIL_BOUNCE},
    {"DSN delayed", {.report_dsn = true, .action = REPORT_DELAYED}, MAIL_DELAYED},
    {"DSN delivered", {.report_dsn = true, .action = REPORT_DELIVERED}, MAIL_DELIVERED},
    {"DSN that reports nothing", {.report_dsn = true}, MAIL_SUSPECT},
    {"MDN", {.report_mdn = true, .auto_submitted = AUTO_REPLIED}, MAIL_MDN},
    {"abuse report", {.report_feedback = true}, MAIL_FEEDBACK},
    {"prose from the mail system", {.prose_bounce = true, .from_daemon = true}, MAIL_BOUNCE},
    {"prose with null path, delayed",
     {.prose_bounce = true, .null_return_path = true, .action = REPORT_DELAYED},
     MAIL_DELAYED},
    {"prose with null path, delivered",
     {.prose_bounce = true, .null_return_path = true, .action = REPORT_DELIVERED},
     MAIL_DELIVERED},
    {"prose by a person with papers", {.prose_bounce = true, .action = REPORT_FAILED, .has_papers = true}, MAIL_HUMAN},
    {"prose by a person", {.prose_bounce = true, .action = REPORT_FAILED}, MAIL_SUSPECT},
    {"words of a bounce, nobody failed", {.prose_bounce = true}, MAIL_HUMAN},
    {"auto-replied", {.auto_submitted = AUTO_REPLIED}, MAIL_AUTOREPLY},
    {"auto-generated", {.auto_submitted = AUTO_GENERATED}, MAIL_AUTOREPLY},
    {"Auto-Submitted: no", {.auto_submitted = AUTO_NO}, MAIL_HUMAN},
    {"vendor's mark", {.precedence_auto = true}, MAIL_AUTOREPLY},
    {"out-of-office subject", {.subject_auto = true}, MAIL_AUTOREPLY},
    {"out-of-office subject, papers", {.subject_auto = true, .has_papers = true}, MAIL_HUMAN},
    {"out-of-office subject, says no", {.subject_auto = true, .auto_submitted = AUTO_NO}, MAIL_HUMAN},
    {"out-of-office subject, logo, null path",
     {.subject_auto = true, .has_papers = true, .null_return_path = true},
     MAIL_AUTOREPLY},
    {"null path alone", {.null_return_path = true}, MAIL_AUTOREPLY},
    {"from the mail system alone", {.from_daemon = true}, MAIL_AUTOREPLY},
    {"a postmaster with papers", {.from_daemon = true, .has_papers = true}, MAIL_HUMAN},
    {"null path, papers", {.null_return_path = true, .has_papers = true}, MAIL_HUMAN},
    {"bulk alone", {.precedence_bulk = true}, MAIL_HUMAN},
    {"list mail with papers", {.list = true, .precedence_bulk = true, .has_papers = true}, MAIL_HUMAN},
    {"calendar answer", {.calendar_reply = true}, MAIL_CALENDAR},
    {"calendar answer with a paper", {.calendar_reply = true, .has_papers = true}, MAIL_HUMAN},
    {"challenge", {.challenge = true}, MAIL_CHALLENGE},
    {"our own mark", {.loop = true, .has_papers = true}, MAIL_AUTOREPLY},
};

static void each_kind_by_its_signs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const char *rule = NULL;
        enum mail_kind kind = judge_kind(&kinds[i].signs, &rule);
        if (kind != kinds[i].kind)
            fail_msg("%s: %s by '%s'", kinds[i].about, mail_kind_names[kind], rule);
        assert_non_null(rule);
    }
}

/* Whatever else is there: a person's attachment is set aside by a structured report or a mark of automatic mail, not by
 * looks. */
static void papers_are_set_aside_by_strong_signs_alone(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 1u << 9; bits++) {
        struct mail_signs s = {.has_papers = true,
                               .list = bits & 1,
                               .precedence_bulk = bits & 2,
                               .challenge = bits & 4,
                               .calendar_reply = bits & 8,
                               .null_return_path = bits & 16,
                               .from_daemon = bits & 32};
        s.auto_submitted = bits & 64 ? AUTO_NO : AUTO_ABSENT;
        s.prose_bounce = bits & 128 && !s.null_return_path && !s.from_daemon;
        s.action = bits & 256 ? REPORT_FAILED : REPORT_NONE;
        assert_int_equal(judge_kind(&s, NULL), MAIL_HUMAN);
    }
}

#define REPLY .kind = MAIL_HUMAN
static const struct {
    const char *about;
    struct judge_input in;
    enum verdict verdict;
} verdicts[] = {
    {"a contact", {REPLY, .match = MATCH_SURE, .sender = SENDER_CONTACT, .auth = AUTH_PASS}, VERDICT_FILE},
    {"a contact, the scanner is away",
     {REPLY, .match = MATCH_SURE, .sender = SENDER_CONTACT, .auth = AUTH_PASS, .unscanned = true},
     VERDICT_HOLD},
    {"a contact that brings more papers after hundreds",
     {REPLY, .match = MATCH_SURE, .sender = SENDER_CONTACT, .auth = AUTH_PASS, .brings_papers = true, .too_many = true},
     VERDICT_HOLD},
    {"the same without a paper",
     {REPLY, .match = MATCH_SURE, .sender = SENDER_CONTACT, .auth = AUTH_PASS, .too_many = true},
     VERDICT_FILE},
    {"a stranger, the scanner is away",
     {REPLY, .match = MATCH_SURE, .sender = SENDER_UNKNOWN, .unscanned = true},
     VERDICT_HOLD},
    {"a person's mail of no round, the scanner is away",
     {REPLY, .match = MATCH_NONE, .sender = SENDER_UNKNOWN, .unscanned = true},
     VERDICT_LEAVE},
    {"a contact by guess", {REPLY, .match = MATCH_GUESS, .sender = SENDER_CONTACT, .auth = AUTH_PASS}, VERDICT_FILE},
    {"a contact by guess, and nobody vouches for it",
     {REPLY, .match = MATCH_GUESS, .sender = SENDER_CONTACT, .auth = AUTH_NONE},
     VERDICT_HOLD},
    {"a contact with an old token",
     {REPLY, .match = MATCH_OLD_TOKEN, .sender = SENDER_CONTACT, .auth = AUTH_PASS},
     VERDICT_FILE},
    {"a contact after the close",
     {.kind = MAIL_HUMAN, .match = MATCH_SURE, .sender = SENDER_CONTACT, .auth = AUTH_PASS},
     VERDICT_FILE},
    {"a contact, no DMARC", {REPLY, .match = MATCH_SURE, .sender = SENDER_CONTACT}, VERDICT_FILE_UNVERIFIED},
    {"a contact whose DMARC fails",
     {REPLY, .match = MATCH_SURE, .sender = SENDER_CONTACT, .auth = AUTH_FAIL},
     VERDICT_HOLD},
    {"a colleague",
     {REPLY, .match = MATCH_SURE, .sender = SENDER_LISTED_DOMAIN, .auth = AUTH_PASS},
     VERDICT_FILE_NEW_ADDRESS},
    {"a colleague, no statement", {REPLY, .match = MATCH_SURE, .sender = SENDER_LISTED_DOMAIN}, VERDICT_HOLD},
    {"a stranger with the token",
     {REPLY, .match = MATCH_SURE, .sender = SENDER_UNKNOWN, .auth = AUTH_PASS},
     VERDICT_HOLD},
    {"another party's contact",
     {REPLY, .match = MATCH_CONFLICT, .sender = SENDER_OTHER_PARTY, .auth = AUTH_PASS},
     VERDICT_HOLD},
    {"signals disagree", {REPLY, .match = MATCH_CONFLICT, .sender = SENDER_CONTACT, .auth = AUTH_PASS}, VERDICT_HOLD},
    {"a person's mail in the mailbox", {REPLY, .match = MATCH_NONE, .sender = SENDER_UNKNOWN}, VERDICT_LEAVE},
    {"a contact's mail of no round",
     {REPLY, .match = MATCH_NONE, .sender = SENDER_CONTACT, .auth = AUTH_PASS},
     VERDICT_LEAVE},
    {"a contact, from the junk",
     {REPLY, .match = MATCH_SURE, .sender = SENDER_CONTACT, .auth = AUTH_PASS, .junk = true},
     VERDICT_HOLD},
    {"junk of no round", {REPLY, .match = MATCH_NONE, .junk = true}, VERDICT_LEAVE},
    {"filed before",
     {REPLY, .match = MATCH_SURE, .sender = SENDER_CONTACT, .auth = AUTH_PASS, .known_message = true},
     VERDICT_DUPLICATE},
    {"a list, in the thread",
     {REPLY, .list = true, .match = MATCH_SURE, .sender = SENDER_CONTACT, .auth = AUTH_PASS},
     VERDICT_FILE},
    {"a list, by guess",
     {REPLY, .list = true, .match = MATCH_GUESS, .sender = SENDER_CONTACT, .auth = AUTH_PASS},
     VERDICT_HOLD},
    {"an officer in the thread",
     {REPLY, .match = MATCH_SURE, .sender = SENDER_OFFICER, .auth = AUTH_PASS},
     VERDICT_OFFICER},
    {"somebody as an officer", {REPLY, .match = MATCH_SURE, .sender = SENDER_OFFICER, .auth = AUTH_FAIL}, VERDICT_HOLD},
    {"our own mail",
     {REPLY, .loop = true, .match = MATCH_SURE, .sender = SENDER_CONTACT, .auth = AUTH_PASS},
     VERDICT_NOTE},
    {"our own mail with its documents",
     {.kind = MAIL_AUTOREPLY, .loop = true, .brings_papers = true, .match = MATCH_SURE, .sender = SENDER_OURSELVES},
     VERDICT_NOTE},
    {"a mail that repeats our Message-ID and mark, with papers",
     {.kind = MAIL_AUTOREPLY, .loop = true, .brings_papers = true, .match = MATCH_SURE, .sender = SENDER_CONTACT},
     VERDICT_HOLD},
    {"another installation's mail of no round", {.kind = MAIL_AUTOREPLY, .brings_papers = true}, VERDICT_LEAVE},
    {"from our own address", {REPLY, .match = MATCH_SURE, .sender = SENDER_OURSELVES, .auth = AUTH_PASS}, VERDICT_NOTE},
    {"more than one sender",
     {REPLY, .several_senders = true, .match = MATCH_SURE, .sender = SENDER_CONTACT, .auth = AUTH_PASS},
     VERDICT_HOLD},
    {"more than one sender, ourselves the first",
     {REPLY, .several_senders = true, .match = MATCH_SURE, .sender = SENDER_OURSELVES},
     VERDICT_HOLD},
    {"bounce of a notice", {.kind = MAIL_BOUNCE, .about_our_notice = true}, VERDICT_BOUNCE},
    {"bounce of a notice that brings papers",
     {.kind = MAIL_BOUNCE, .about_our_notice = true, .brings_papers = true},
     VERDICT_HOLD},
    {"bounce of something else that brings papers", {.kind = MAIL_BOUNCE, .brings_papers = true}, VERDICT_BACKSCATTER},
    {"a contact's bounce of something else that brings papers",
     {.kind = MAIL_BOUNCE, .sender = SENDER_OTHER_PARTY, .brings_papers = true},
     VERDICT_HOLD},
    {"abuse report with papers",
     {.kind = MAIL_FEEDBACK, .match = MATCH_SURE, .sender = SENDER_CONTACT, .brings_papers = true},
     VERDICT_HOLD},
    {"read receipt with papers by a stranger",
     {.kind = MAIL_MDN, .match = MATCH_SURE, .brings_papers = true},
     VERDICT_HOLD},
    {"an officer's machine with papers",
     {.kind = MAIL_AUTOREPLY, .match = MATCH_SURE, .sender = SENDER_OFFICER, .brings_papers = true},
     VERDICT_NOTE},
    {"bounce in the junk", {.kind = MAIL_BOUNCE, .about_our_notice = true, .junk = true}, VERDICT_HOLD},
    {"bounce of something else", {.kind = MAIL_BOUNCE}, VERDICT_BACKSCATTER},
    {"bounce of something else, token guessed", {.kind = MAIL_BOUNCE, .match = MATCH_SURE}, VERDICT_BACKSCATTER},
    {"delay", {.kind = MAIL_DELAYED, .about_our_notice = true}, VERDICT_DELAY},
    {"delay of something else", {.kind = MAIL_DELAYED}, VERDICT_BACKSCATTER},
    {"delivered", {.kind = MAIL_DELIVERED, .about_our_notice = true}, VERDICT_NOTE},
    {"abuse report of something else", {.kind = MAIL_FEEDBACK}, VERDICT_BACKSCATTER},
    {"out of office",
     {.kind = MAIL_AUTOREPLY, .match = MATCH_SURE, .sender = SENDER_CONTACT, .auth = AUTH_PASS},
     VERDICT_NOTE},
    {"out of office by a stranger", {.kind = MAIL_AUTOREPLY, .match = MATCH_SURE}, VERDICT_NOTE},
    {"out of office of no round", {.kind = MAIL_AUTOREPLY}, VERDICT_LEAVE},
    {"read receipt", {.kind = MAIL_MDN, .match = MATCH_SURE, .sender = SENDER_CONTACT}, VERDICT_NOTE},
    {"asked to prove that we are human",
     {.kind = MAIL_CHALLENGE, .match = MATCH_SURE, .sender = SENDER_CONTACT},
     VERDICT_NOTE},
    {"a contact of another party, in the thread",
     {REPLY, .match = MATCH_SURE, .sender = SENDER_OTHER_PARTY, .auth = AUTH_PASS},
     VERDICT_HOLD},
    {"accepted", {.kind = MAIL_CALENDAR, .match = MATCH_SURE, .sender = SENDER_CONTACT}, VERDICT_CALENDAR},
    {"accepted by a stranger", {.kind = MAIL_CALENDAR, .match = MATCH_SURE}, VERDICT_HOLD},
    {"false report", {.kind = MAIL_SUSPECT, .match = MATCH_SURE}, VERDICT_HOLD},
    {"false report of no round", {.kind = MAIL_SUSPECT}, VERDICT_BACKSCATTER},
    {"unreadable", {.kind = MAIL_ERROR}, VERDICT_HOLD},
    {"an officer asks", {REPLY, .sender = SENDER_OFFICER, .asks = true}, VERDICT_REQUEST},
    {"an officer asks, authenticated",
     {REPLY, .sender = SENDER_OFFICER, .auth = AUTH_PASS, .asks = true},
     VERDICT_REQUEST},
    {"an officer asks in a thread",
     {REPLY, .match = MATCH_SURE, .sender = SENDER_OFFICER, .asks = true},
     VERDICT_REQUEST},
    {"an officer asks, forged", {REPLY, .sender = SENDER_OFFICER, .auth = AUTH_FAIL, .asks = true}, VERDICT_HOLD},
    {"an officer asks a second time",
     {REPLY, .sender = SENDER_OFFICER, .asks = true, .known_message = true},
     VERDICT_DUPLICATE},
    {"an officer asks through a list", {REPLY, .sender = SENDER_OFFICER, .asks = true, .list = true}, VERDICT_LEAVE},
    {"an officer and somebody else ask",
     {REPLY, .sender = SENDER_OFFICER, .asks = true, .several_senders = true},
     VERDICT_LEAVE},
    {"an officer asks from the junk folder",
     {REPLY, .sender = SENDER_OFFICER, .asks = true, .junk = true},
     VERDICT_LEAVE},
    {"an officer's machine asks", {.kind = MAIL_AUTOREPLY, .sender = SENDER_OFFICER, .asks = true}, VERDICT_LEAVE},
    {"a stranger asks", {REPLY, .asks = true}, VERDICT_LEAVE},
    {"an officer's mail that asks for nothing", {REPLY, .sender = SENDER_OFFICER}, VERDICT_LEAVE},
};

static void each_verdict_by_its_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
        const char *rule = NULL;
        enum verdict v = judge(&verdicts[i].in, &rule);
        if (v != verdicts[i].verdict)
            fail_msg("%s: %s by '%s'", verdicts[i].about, verdict_names[v], rule);
        assert_non_null(rule);
    }
}

static struct judge_input nth_input(unsigned n)
{
    struct judge_input in = {0};
    in.kind = (enum mail_kind)(n % MAIL_KIND_COUNT), n /= MAIL_KIND_COUNT;
    in.match = (enum match_strength)(n % 5), n /= 5;
    in.sender = (enum sender_standing)(n % 6), n /= 6;
    in.auth = (enum auth_result)(n % 3), n /= 3;
    in.list = n & 1, in.loop = n & 2, in.about_our_notice = n & 4, in.junk = n & 8, in.known_message = n & 16,
    in.brings_papers = n & 32, in.several_senders = n & 64, in.unscanned = n & 128, in.too_many = n & 256,
    in.asks = n & 512;
    return in;
}
#define INPUTS (MAIL_KIND_COUNT * 5u * 6u * 3u * 1024u)

static bool files(enum verdict v)
{
    return v == VERDICT_FILE || v == VERDICT_FILE_UNVERIFIED || v == VERDICT_FILE_NEW_ADDRESS;
}

static bool is_machine(enum mail_kind kind)
{
    return kind != MAIL_HUMAN && kind != MAIL_CALENDAR && kind != MAIL_ERROR;
}

static bool is_contact(enum sender_standing sender)
{
    return sender == SENDER_CONTACT || sender == SENDER_LISTED_DOMAIN || sender == SENDER_OTHER_PARTY;
}

static void every_input_keeps_the_promises(void **state)
{
    (void)state;
    for (unsigned n = 0; n < INPUTS; n++) {
        struct judge_input in = nth_input(n);
        const char *rule = NULL;
        enum verdict v = judge(&in, &rule);
        bool known_sender = in.sender == SENDER_CONTACT || in.sender == SENDER_LISTED_DOMAIN;
        bool related = in.match != MATCH_NONE || in.about_our_notice;
        assert_true(v < VERDICT_COUNT && rule);
        if (!strcmp(rule, "no rule fits"))
            fail_msg("input %u falls through the table", n);
        if (files(
                v)) /* no stranger, no failed authentication, nothing automatic, nothing from the junk is ever filed */
            assert_true(known_sender && in.auth != AUTH_FAIL && in.kind == MAIL_HUMAN && !in.junk && !in.loop &&
                        in.match != MATCH_CONFLICT && !in.several_senders && !in.unscanned &&
                        !(in.too_many && in.brings_papers));
        if (files(v) && in.sender == SENDER_LISTED_DOMAIN)
            assert_true(v == VERDICT_FILE_NEW_ADDRESS && in.auth == AUTH_PASS);
        if (v == VERDICT_FILE)
            assert_int_equal(in.auth, AUTH_PASS);
        if (v == VERDICT_BOUNCE || v == VERDICT_DELAY)
            assert_true(in.about_our_notice && !in.junk);
        if (in.junk && related)
            assert_true(v == VERDICT_HOLD || v == VERDICT_DUPLICATE);
        if (v == VERDICT_REQUEST) /* by an officer's own hand, in a mail that nothing speaks against */
            assert_true(in.asks && in.sender == SENDER_OFFICER && in.kind == MAIL_HUMAN && in.auth != AUTH_FAIL &&
                        !in.junk && !in.list && !in.several_senders && !in.loop && !in.known_message);
        if (in.kind == MAIL_HUMAN && in.match == MATCH_NONE && !in.about_our_notice && !in.loop &&
            !(in.asks && in.sender == SENDER_OFFICER))
            assert_int_equal(v, VERDICT_LEAVE);
        if (in.kind == MAIL_HUMAN && in.match != MATCH_NONE) /* no reply of a round is left lying */
            assert_int_not_equal(v, VERDICT_LEAVE);
        if (is_machine(in.kind) && in.brings_papers && (related || is_contact(in.sender)) &&
            in.sender != SENDER_OURSELVES && in.sender != SENDER_OFFICER && !(in.junk && !related))
            assert_true(v == VERDICT_HOLD || v == VERDICT_DUPLICATE); /* a paper is not lost for a header */
        if (in.known_message && related) /* what is known adds nothing, whoever sends it again */
            assert_int_equal(v, VERDICT_DUPLICATE);
        if (files(v)) /* a round that is known, by more than an address that anybody can write */
            assert_true(in.match != MATCH_NONE && !in.known_message &&
                        !(in.match == MATCH_GUESS && (in.auth == AUTH_NONE || in.list)));
        if (v == VERDICT_OFFICER || v == VERDICT_CALENDAR)
            assert_int_not_equal(in.auth, AUTH_FAIL);
        if (in.kind == MAIL_ERROR)
            assert_true(v == VERDICT_HOLD || v == VERDICT_DUPLICATE);
    }
}

/* ---- the tables of this file reach every rule, and pass close by each */

#define N_KINDS    (sizeof kinds / sizeof *kinds)
#define N_VERDICTS (sizeof verdicts / sizeof *verdicts)

static bool is_kind_reached(const char *name)
{
    const char *rule = NULL;
    for (size_t i = 0; i < N_KINDS; i++)
        if (judge_kind(&kinds[i].signs, &rule) < MAIL_KIND_COUNT && !strcmp(rule, name))
            return true;
    return false;
}

static void every_rule_of_kinds_has_a_row(void **state)
{
    (void)state;
    for (size_t n = 0; judge_kind_rule(n); n++)
        if (!is_kind_reached(judge_kind_rule(n)))
            fail_msg("no row reaches '%s'", judge_kind_rule(n));
}

static int distance(const struct judge_input *x, const struct judge_input *y)
{
    return (x->kind != y->kind) + (x->match != y->match) + (x->sender != y->sender) + (x->auth != y->auth) +
           (x->list != y->list) + (x->loop != y->loop) + (x->about_our_notice != y->about_our_notice) +
           (x->junk != y->junk) + (x->brings_papers != y->brings_papers) + (x->several_senders != y->several_senders) +
           (x->asks != y->asks) + (x->unscanned != y->unscanned) + (x->too_many != y->too_many) +
           (x->known_message != y->known_message);
}

static const char *rule_of(size_t row)
{
    const char *rule = NULL;
    judge(&verdicts[row].in, &rule);
    return rule;
}

/* A row that is the same but for one thing, and goes another way. */
static bool has_near_row(size_t row)
{
    for (size_t k = 0; k < N_VERDICTS; k++)
        if (distance(&verdicts[row].in, &verdicts[k].in) == 1 && strcmp(rule_of(row), rule_of(k)) != 0)
            return true;
    return false;
}

/* The last rule is for what no other fits; that there is no such thing is proved below. */
static void every_rule_has_a_row_and_a_near_row(void **state)
{
    (void)state;
    for (size_t n = 0; judge_rule(n + 1); n++) {
        bool reached = false, near = false;
        for (size_t i = 0; i < N_VERDICTS; i++) {
            bool here = !strcmp(rule_of(i), judge_rule(n)->name);
            reached |= here;
            near |= here && has_near_row(i);
        }
        if (!near)
            fail_msg("%s '%s'", reached ? "no near row misses" : "no row reaches", judge_rule(n)->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_of_kinds_has_a_row), cmocka_unit_test(every_rule_has_a_row_and_a_near_row),
        cmocka_unit_test(each_kind_by_its_signs),        cmocka_unit_test(papers_are_set_aside_by_strong_signs_alone),
        cmocka_unit_test(each_verdict_by_its_row),       cmocka_unit_test(every_input_keeps_the_promises),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
