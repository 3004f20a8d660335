/* How long what is waited for, on clocks that this test moves: its own for ours, and a leap for libcurl's. */
#include <sys/syscall.h>
#include <time.h>

#include "base/clock.h"
#include "send/dialogue.h"
#include "unit/send_case.h"

static int leap_s;

int leaping_clock(clockid_t id, struct timespec *t) __asm__("clock_gettime");

int leaping_clock(clockid_t id, struct timespec *t)
{
    long r = syscall(SYS_clock_gettime, id, t);
    t->tv_sec += leap_s;
    return (int)r;
}

/* RFC 5321 4.5.3.2, and what the server's settings say of both ends. */
static void each_phase_has_its_time(void **state)
{
    static const struct {
        const char *said, *heard;
        enum phase phase;
        int wait_s;
    } steps[] = {
        {NULL, NULL, PHASE_CONNECT, 10},
        {NULL, "220 fake.example ESMTP\r\n", PHASE_GREETING, 300},
        {"EHLO us\r\n", NULL, PHASE_EHLO, 300},
        {"STARTTLS\r\n", NULL, PHASE_STARTTLS, 300},
        {"AUTH PLAIN\r\n", NULL, PHASE_AUTH, 300},
        {"MAIL FROM:<a@b.example>\r\n", NULL, PHASE_MAIL, 300},
        {"RCPT TO:<c@d.example>\r\n", NULL, PHASE_RCPT, 300},
        {"DATA\r\n", NULL, PHASE_DATA, 120},
        {NULL, "354 go on\r\n", PHASE_BODY, 180},
    };
    const struct mail_server server = server_at(0);
    struct dialogue d = {0};
    int64_t at = 1000;
    (void)state;
    dialogue_open(&d, &server, at);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (steps[i].said)
            dialogue_said(&d, steps[i].said, strlen(steps[i].said), at);
        if (steps[i].heard)
            dialogue_heard(&d, steps[i].heard, strlen(steps[i].heard), at);
        if (d.phase != steps[i].phase || d.deadline_at != at + steps[i].wait_s)
            fail_msg("step %zu: phase %d, %d s", i, (int)d.phase, (int)(d.deadline_at - at));
        at += 7;
    }
    dialogue_handed(&d, false, at);
    assert_int_equal(d.deadline_at, at + 180); /* each block anew */
    dialogue_handed(&d, true, at + 1);
    assert_int_equal(d.deadline_at, at + 1 + server.final_timeout_s);
    dialogue_free(&d);
}

struct flight {
    struct fake_smtp f;
    const char *from; /* the command whose answer will not come; ".": the mail's last byte */
    int step_s;
};

/* Asked about once a second, and at every byte: from then on time flies. */
static bool time_flies(void *arg)
{
    struct flight *flight = arg;
    pthread_mutex_lock(&flight->f.lock);
    bool there = *flight->from == '.' ? flight->f.body != NULL : strstr(flight->f.said, flight->from) != NULL;
    pthread_mutex_unlock(&flight->f.lock);
    if (there)
        clock_advance(flight->step_s);
    return false;
}

/* A byte now and then is no answer, and buys no time. */
static void a_server_that_falls_silent_or_drips_is_given_up(void **state)
{
    static const struct {
        struct fake_plan plan;
        const char *from;
        enum send_stage stage;
        int step_s; /* that of the dripping ones is no wait's end within a line */
    } rows[] = {
        {{.greeting = FAKE_SILENT}, "", SEND_CONNECT, 301},
        {{.greeting = FAKE_DRIPS "220-wait\r\n"}, "", SEND_CONNECT, 20},
        {{.ehlo = FAKE_DRIPS "250-wait\r\n"}, "EHLO", SEND_CONNECT, 20},
        {{.mail = FAKE_DRIPS "250-wait\r\n"}, "MAIL", SEND_SENDER, 20},
        {{.rcpt = FAKE_SILENT}, "RCPT", SEND_RCPT, 301},
        {{.rcpt = FAKE_DRIPS "250-wait\r\n"}, "RCPT", SEND_RCPT, 20},
        {{.data = FAKE_DRIPS "354-wait\r\n"}, "DATA", SEND_DATA, 20},
        {{.dot = FAKE_DRIPS "250-wait\r\n"}, ".", SEND_UNKNOWN, 20},
    };
    struct send_job job = the_job();
    (void)state;
    clock_set(1784256265);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct flight flight = {.from = rows[i].from, .step_s = rows[i].step_s};
        fake_start(&flight.f, &rows[i].plan, 1);
        struct mail_server server = server_at(flight.f.port);
        struct smtp *s = smtp_new(&server, time_flies, &flight);
        struct send_outcome o = smtp_deliver(s, &job);
        assert_outcome(&o, rows[i].stage, 0, "did not answer");
        smtp_free(s);
        fake_stop(&flight.f);
        fake_free(&flight.f);
    }
}

/* The server may have given it up: before that, we do. */
static void an_old_connection_is_not_used_again(void **state)
{
    static const struct {
        int idle_s, connections;
    } rows[] = {{SMTP_IDLE_S - 10, 1}, {SMTP_IDLE_S + 2, 2}};
    static const struct fake_plan plan = {0};
    struct send_job job = the_job();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake_smtp f;
        fake_start(&f, &plan, 1);
        struct mail_server server = server_at(f.port);
        struct smtp *s = smtp_new(&server, NULL, NULL);
        for (int k = 0; k < 2; k++) {
            struct send_outcome o = smtp_deliver(s, &job);
            assert_outcome(&o, SEND_ACCEPTED, 250, "queued");
            leap_s += rows[i].idle_s;
        }
        smtp_free(s);
        leap_s = 0;
        fake_stop(&f);
        assert_int_equal(f.connections, rows[i].connections);
        assert_int_equal(f.mails, 2);
        fake_free(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_phase_has_its_time),
        cmocka_unit_test(an_old_connection_is_not_used_again),
        cmocka_unit_test(a_server_that_falls_silent_or_drips_is_given_up),
    };
    return cmocka_run_group_tests_name("send/wait", tests, make_files, remove_files);
}
