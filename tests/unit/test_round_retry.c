/* What an outcome means for a delivery: the table of design.md, "A notice" 4. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "round/retry.h"

#define DAY 86400

struct row {
    const char *what;
    struct attempt attempt;
    enum delivery_state state;
    int64_t wait_s;
    bool stop, lasting;
};

static const struct row rows[] = {
    {"taken", {END_ACCEPTED, 250, 1, 0, 100}, DELIVERY_SENT, 0, false, false},
    {"no such user", {END_RECIPIENT, 550, 1, 0, 100}, DELIVERY_FAILED, 0, false, true},
    {"greylisted", {END_RECIPIENT, 451, 1, 0, 100}, DELIVERY_DEFERRED, 30, false, false},
    {"greylisted again", {END_RECIPIENT, 451, 3, 0, 100}, DELIVERY_DEFERRED, 120, false, false},
    {"greylisted for long", {END_RECIPIENT, 451, 30, 0, 100}, DELIVERY_DEFERRED, 7200, false, false},
    {"greylisted for five days", {END_RECIPIENT, 451, 60, 0, 5 * DAY + 1}, DELIVERY_FAILED, 0, false, true},
    {"no server", {END_NO_CONNECTION, 0, 2, 0, 100}, DELIVERY_DEFERRED, 60, false, false},
    {"no server for five days", {END_NO_CONNECTION, 0, 60, 0, 5 * DAY + 1}, DELIVERY_FAILED, 0, false, true},
    {"wrong password", {END_ABOUT_US, 535, 1, 0, 100}, DELIVERY_QUEUED, 0, true, false},
    {"wrong password, even after five days", {END_ABOUT_US, 535, 60, 0, 6 * DAY}, DELIVERY_QUEUED, 0, true, false},
    {"password cannot be read", {END_ABOUT_US, 0, 1, 0, 100}, DELIVERY_QUEUED, 0, true, false},
    {"login server busy", {END_ABOUT_US, 454, 1, 0, 100}, DELIVERY_DEFERRED, 30, false, false},
    {"no answer after the dot", {END_UNKNOWN, 0, 1, 0, 100}, DELIVERY_UNCERTAIN, 30, false, false},
    {"our file is gone", {END_LOCAL, 0, 1, 0, 100}, DELIVERY_FAILED, 0, false, true},
};

static void every_outcome_has_its_consequence(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct retry r = retry_after(&rows[i].attempt);

        if (r.state != rows[i].state || r.stop_queue != rows[i].stop || r.lasting != rows[i].lasting)
            fail_msg("%s: %s%s%s", rows[i].what, delivery_state_names[r.state], r.stop_queue ? ", queue stopped" : "",
                     r.lasting ? ", lasting" : "");
        if (rows[i].wait_s && r.next_at != rows[i].attempt.now_at + rows[i].wait_s)
            fail_msg("%s: waits %lld s", rows[i].what, (long long)(r.next_at - rows[i].attempt.now_at));
    }
}

static void three_domains_with_the_same_refusal_are_about_us(void **state)
{
    struct refusals r = {0};

    (void)state;
    assert_false(refusals_note(&r, 554, "jo.example", 1));
    assert_false(refusals_note(&r, 554, "JO.example", 2));
    assert_false(refusals_note(&r, 554, "ae.example", 3));
    assert_true(refusals_note(&r, 554, "bh.example", 4));
    assert_int_equal(r.n_deliveries, 4);
    assert_int_equal(r.deliveries[0], 1);
}

static void an_acceptance_or_another_code_breaks_the_row(void **state)
{
    struct refusals r = {0};

    (void)state;
    refusals_note(&r, 554, "jo.example", 1);
    refusals_note(&r, 554, "ae.example", 2);
    assert_false(refusals_note(&r, 250, "", 0));
    assert_false(refusals_note(&r, 554, "bh.example", 3));
    assert_false(refusals_note(&r, 550, "tn.example", 4));
    assert_int_equal(r.n, 1);
    assert_int_equal(r.n_deliveries, 1);
}

/* RFC 3463: the second number says what a refusal speaks of. */
static void a_refusal_tells_what_it_speaks_of(void **state)
{
    static const struct {
        const char *words;
        enum refusal_subject subject;
    } said[] = {
        {"5.1.1 no such user", REFUSAL_OF_MAILBOX},
        {"550 5.1.1 no such user", REFUSAL_OF_MAILBOX},
        {"550-5.2.1 the account is disabled", REFUSAL_OF_MAILBOX},
        {"552 5.2.2 mailbox full", REFUSAL_OF_MAILBOX},
        {"554 5.7.1 blocked, see http://5.1.1.example", REFUSAL_OF_MAIL},
        {"5.3.4 message too big", REFUSAL_OF_MAIL},
        {"5.6.0 cannot be converted", REFUSAL_OF_MAIL},
        {"550 User unknown (5.1.1)", REFUSAL_OF_UNKNOWN},
        {"550", REFUSAL_OF_UNKNOWN},
        {"550 ", REFUSAL_OF_UNKNOWN},
        {"5.0.0", REFUSAL_OF_UNKNOWN},
        {"4.2.2 mailbox full", REFUSAL_OF_UNKNOWN},
        {"", REFUSAL_OF_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (refusal_subject(said[i].words) != said[i].subject)
            fail_msg("\"%s\" speaks of %d", said[i].words, refusal_subject(said[i].words));
}

static void what_was_in_hand_goes_at_once_and_then_ever_later(void **state)
{
    (void)state;
    assert_int_equal(retry_wait_s(0), 0);
    assert_int_equal(retry_wait_s(1), 30);
    assert_int_equal(retry_wait_s(3), 120);
    assert_int_equal(retry_wait_s(1000), RETRY_LONGEST_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_in_hand_goes_at_once_and_then_ever_later),
        cmocka_unit_test(every_outcome_has_its_consequence),
        cmocka_unit_test(three_domains_with_the_same_refusal_are_about_us),
        cmocka_unit_test(an_acceptance_or_another_code_breaks_the_row),
        cmocka_unit_test(a_refusal_tells_what_it_speaks_of),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
