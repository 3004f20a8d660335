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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_outcome_has_its_consequence),
        cmocka_unit_test(three_domains_with_the_same_refusal_are_about_us),
        cmocka_unit_test(an_acceptance_or_another_code_breaks_the_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
