/* Waiting for mail: news that comes beside what was asked is heard at once, and IDLE is never left to grow old. Long
 * waits pass at once, on a clock of their own: this program has a poll of its own. */
#include <poll.h>

#include "base/clock.h"
#include "unit/collect_case.h"

#define NOW           1784256265
#define LONG_WAIT_MS  60000
#define OLDEST_IDLE_S (29 * 60) /* RFC 2177 */

int quick_poll(struct pollfd *fds, nfds_t n, int ms) __asm__("poll");

/* What has not come after a tenth of a second does not come: the rest of a long wait passes at once. */
int quick_poll(struct pollfd *fds, nfds_t n, int ms)
{
    bool quick = ms > LONG_WAIT_MS;
    int real_ms = quick ? 100 : ms;
    struct timespec wait = {real_ms / 1000, real_ms % 1000 * 1000000L};
    int got = ppoll(fds, n, ms < 0 ? NULL : &wait, NULL);
    if (quick && got == 0)
        clock_advance(ms / 1000);
    return got;
}

static void news_is_heard_at_once(void **state)
{
    static const struct fake_answer rows[] = {
        {.to = "IDLE", .reply = "+ idling\r\n* 1 EXISTS\r\n"}, /* in one piece: no poll wakes for the second line */
        {.to = "IDLE", .reply = "* 1 EXISTS\r\n+ idling\r\n"},
        {.to = "IDLE", .reply = "* 1 EXISTS\r\n* OK so far\r\n* 1 RECENT\r\n+ idling\r\n"},
        {.to = "IDLE", .reply = "+ idling\r\n* 4294967297 EXISTS\r\n"},
        {.to = "NOOP", .reply = "* 1 EXISTS\r\n$ OK done\r\n"}, /* came between the last look and now */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake_imap_plan plan = {.answers = {rows[i], {.to = "UID FETCH 2 ", .reply = FAKE_CLOSE}}};
        struct collecting k;
        plan.answers[0].uses = 2; /* two messages, one after the other */
        plan.answers[0].arrive = 1;
        clock_set(NOW);
        int64_t began = clock_boot();
        collecting_start(&k, &plan, 0);
        collecting_run(&k);
        if (fake_imap_count(&k.fake, "UID FETCH 2 ") != 1 || clock_boot() - began > 1)
            fail_msg("row %zu: after %d s: %s", i, (int)(clock_boot() - began), k.fake.said);
        collecting_end(&k);
    }
}

/* A server that always begins IDLE with its count is not looked at without end. */
static void a_habit_is_no_news(void **state)
{
    static const struct fake_imap_plan plan = {
        .answers = {{.to = "IDLE", .reply = "* 0 EXISTS\r\n+ idling\r\n", .uses = 6},
                    {.to = "IDLE", .reply = FAKE_CLOSE}}};
    struct collecting k;
    (void)state;
    clock_set(NOW);
    int64_t began = clock_boot();
    collecting_start(&k, &plan, 0);
    collecting_run(&k);
    assert_true(clock_boot() - began > 2 * 600);
    collecting_end(&k);
}

static void idle_is_renewed(void **state)
{
    static const struct fake_imap_plan plan = {
        .answers = {{.to = "IDLE", .uses = 3}, {.to = "IDLE", .reply = FAKE_CLOSE}}};
    struct collecting k;
    (void)state;
    clock_set(NOW);
    int64_t began = clock_boot();
    collecting_start(&k, &plan, 0);
    collecting_run(&k);
    int64_t took = clock_boot() - began;
    assert_int_equal(fake_imap_count(&k.fake, "DONE"), 3);
    assert_true(took <= 3 * OLDEST_IDLE_S && took >= 3 * 60);
    assert_int_equal(fake_imap_count(&k.fake, "NOOP"), 4); /* before each */
    collecting_end(&k);
}

/* Whatever goes wrong around IDLE ends the connection; a refusal is remembered. */
static void trouble_in_idle_costs_the_connection(void **state)
{
    static const struct {
        struct fake_answer answer;
        bool remembered;
        const char *words;
    } rows[] = {
        {{.to = "IDLE", .reply = "$ NO not here\r\n"}, true, "IDLE"},
        {{.to = "IDLE", .reply = "$ BAD what\r\n"}, true, "IDLE"},
        {{.to = "IDLE", .reply = FAKE_CLOSE}, false, "closed the connection"},
        {{.to = "IDLE", .reply = "+ idling\r\n" FAKE_THEN_CLOSE}, false, "closed the connection"},
        {{.to = "IDLE", .reply = "+ idling\r\nwell\r\n"}, false, "IDLE"},
        {{.to = "DONE", .reply = "$ NO\r\n", .uses = 1}, false, "IDLE"},
        {{.to = "NOOP", .reply = "$ NO not now\r\n"}, false, "not now"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct fake_imap_plan plan = {.answers = {rows[i].answer}};
        struct collecting k;
        clock_set(NOW);
        collecting_start(&k, &plan, 0);
        collecting_run(&k);
        if (!strstr(k.e.text, rows[i].words) || k.c.no_idle != rows[i].remembered)
            fail_msg("row %zu: %s", i, k.e.text);
        collecting_end(&k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(news_is_heard_at_once),
        cmocka_unit_test(a_habit_is_no_news),
        cmocka_unit_test(idle_is_renewed),
        cmocka_unit_test(trouble_in_idle_costs_the_connection),
    };
    return cmocka_run_group_tests_name("collect/session", tests, make_folder, remove_folder);
}
