/* Deliveries to a scripted server on loopback: what is told of each refusal, loss and success. */
#include "unit/send_case.h"

static void each_refusal_names_its_stage(void **state)
{
    static const struct {
        struct fake_plan plan;
        enum send_stage stage;
        int code;
        const char *words;
    } rows[] = {
        {{.greeting = "554 5.3.2 not today\r\n"}, SEND_CONNECT, 554, "5.3.2 not today"},
        {{.greeting = "421 4.3.2 too busy\r\n"}, SEND_CONNECT, 421, "4.3.2 too busy"},
        {{.greeting = FAKE_CLOSE}, SEND_CONNECT, 0, ""},
        {{.ehlo = FAKE_CLOSE}, SEND_CONNECT, 0, ""},
        {{.ehlo = "421 4.3.2 closing\r\n"}, SEND_CONNECT, 421, "4.3.2 closing"},
        {{.mail = "451 4.3.0 later\r\n"}, SEND_SENDER, 451, "4.3.0 later"},
        {{.mail = "421 4.3.2 closing\r\n"}, SEND_SENDER, 421, "4.3.2 closing"},
        {{.mail = "553 5.7.1 not your address\r\n"}, SEND_SENDER, 553, "5.7.1 not your address"},
        {{.mail = "552 5.3.4 too big\r\n"}, SEND_DATA, 552, "5.3.4 too big"},
        {{.mail = FAKE_CLOSE}, SEND_SENDER, 0, ""},
        {{.rcpt = "550 5.1.1 no such office\r\n"}, SEND_RCPT, 550, "5.1.1 no such office"},
        {{.rcpt = "451 4.7.1 greylisted\r\n"}, SEND_RCPT, 451, "4.7.1 greylisted"},
        {{.rcpt = "421 4.3.2 closing\r\n"}, SEND_RCPT, 421, "4.3.2 closing"},
        {{.rcpt = FAKE_CLOSE}, SEND_RCPT, 0, ""},
        {{.data = "554 5.6.0 no data\r\n"}, SEND_DATA, 554, "5.6.0 no data"},
        {{.data = "451 4.3.0 later\r\n"}, SEND_DATA, 451, "4.3.0 later"},
        {{.data = "421 4.3.2 closing\r\n"}, SEND_DATA, 421, "4.3.2 closing"},
        {{.data = FAKE_CLOSE}, SEND_DATA, 0, ""},
        {{.dot = "554 5.7.1 looks like spam\r\n"}, SEND_DATA, 554, "5.7.1 looks like spam"},
        {{.dot = "452 4.3.1 disk full\r\n"}, SEND_DATA, 452, "4.3.1 disk full"},
        {{.dot = "421 4.3.2 closing\r\n"}, SEND_DATA, 421, "4.3.2 closing"},
        {{.dot = FAKE_CLOSE}, SEND_UNKNOWN, 0, ""},
        {{.rcpt = "550-5.7.26 this mail\r\n550-5.7.26 is not signed\r\n550 5.7.26 at all\r\n"},
         SEND_RCPT,
         550,
         "5.7.26 this mail is not signed at all"},
        {{.rcpt = "550 5.1.1 no\r\n", .quit = FAKE_CLOSE}, SEND_RCPT, 550, "5.1.1 no"},
        {{.rcpt = "550 5.1.1 no\r\n", .quit = FAKE_SILENT}, SEND_RCPT, 550, "5.1.1 no"},
        {{.dot = "250-2.0.0 taken\r\n250 2.0.0 as 77\r\n"}, SEND_ACCEPTED, 250, "2.0.0 taken as 77"},
        {{.quit = "421 4.3.2 closing\r\n"}, SEND_ACCEPTED, 250, "2.0.0 Ok: queued as 4F00"},
        {{.quit = FAKE_CLOSE}, SEND_ACCEPTED, 250, "2.0.0 Ok: queued as 4F00"},
        {{0}, SEND_ACCEPTED, 250, "2.0.0 Ok: queued as 4F00"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake_smtp f;
        struct send_job job = the_job();
        struct send_outcome o = deliver_once(&rows[i].plan, server_at(0), &job, &f);
        assert_outcome(&o, rows[i].stage, rows[i].code, rows[i].words);
        assert_int_equal(o.id, 7);
        fake_free(&f);
    }
}

static void silence_after_the_dot_is_unknown(void **state)
{
    static const struct fake_plan plan = {.dot = FAKE_SILENT};
    struct mail_server server = server_at(0);
    struct send_job job = the_job();
    struct fake_smtp f;
    (void)state;
    server.final_timeout_s = 1;
    struct send_outcome o = deliver_once(&plan, server, &job, &f);
    assert_outcome(&o, SEND_UNKNOWN, 0, "did not answer the end of the message");
    fake_free(&f);
}

static void the_mail_arrives_as_it_is(void **state)
{
    static const struct fake_plan plan = {0};
    struct send_job job = the_job();
    struct fake_smtp f;
    (void)state;
    job.from = "";
    struct send_outcome o = deliver_once(&plan, server_at(0), &job, &f);
    assert_outcome(&o, SEND_ACCEPTED, 250, "queued");
    assert_int_equal(o.server_size, 60000000);
    static const char wire[] = HEAD "..a dot first\r\nplain\r\n...two\r\nlast\r\n";
    assert_int_equal(f.body_len, sizeof wire - 1);
    assert_memory_equal(f.body, wire, f.body_len);
    assert_non_null(strstr(f.said, "MAIL FROM:<> "));
    assert_non_null(strstr(f.said, "RCPT TO:<mission@jo.example>\nDATA\n"));
    assert_null(strstr(f.said, "BDAT"));
    assert_null(strstr(f.said, "SMTPUTF8\n"));
    fake_free(&f);
}

static void a_dot_as_the_first_byte_is_stuffed(void **state)
{
    static const struct fake_plan plan = {0};
    struct send_job job = the_job();
    struct fake_smtp f;
    (void)state;
    job.segments++;
    job.n_segments = 1;
    job.size = strlen(TEXT);
    struct send_outcome o = deliver_once(&plan, server_at(0), &job, &f);
    assert_outcome(&o, SEND_ACCEPTED, 250, "queued");
    assert_memory_equal(f.body, "..a dot", 7);
    fake_free(&f);
}

static void what_cannot_be_said_is_refused_here(void **state)
{
    static const struct {
        const char *from, *to, *words;
    } rows[] = {
        {"desk@secretariat.example", "a@b.example>\r\nRCPT TO:<c@d.example", "recipient's address"},
        {"x@y.example\nDATA", "a@b.example", "sender's address"},
        {"desk@secretariat.example", "a b@c.example", "recipient's address"},
        {"desk@secretariat.example", "<a@c.example>", "recipient's address"},
        {"desk@secretariat.example", "", "address"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        static const struct fake_plan plan = {0};
        struct send_job job = the_job();
        struct fake_smtp f;
        job.from = rows[i].from;
        job.to = rows[i].to;
        struct send_outcome o = deliver_once(&plan, server_at(0), &job, &f);
        assert_outcome(&o, SEND_LOCAL, 553, rows[i].words);
        assert_int_equal(f.connections, 0);
        fake_free(&f);
    }
}

static void smtputf8_only_where_offered(void **state)
{
    static const struct fake_plan plain = {.ehlo = "250-fake.example\r\n250 SIZE 1000\r\n"}, utf8 = {0};
    struct send_job job = the_job();
    struct fake_smtp f;
    (void)state;
    job.to = "\xd8\xa8\xd8\xb9\xd8\xab\xd8\xa9@jo.example";
    struct send_outcome o = deliver_once(&plain, server_at(0), &job, &f);
    assert_outcome(&o, SEND_LOCAL, 553, "does not offer SMTPUTF8");
    assert_null(strstr(f.said, "MAIL"));
    fake_free(&f);
    o = deliver_once(&utf8, server_at(0), &job, &f);
    assert_outcome(&o, SEND_ACCEPTED, 250, "queued");
    assert_non_null(strstr(f.said, " SMTPUTF8"));
    fake_free(&f);
}

static void a_mail_beyond_the_servers_size_is_not_tried(void **state)
{
    static const struct fake_plan plan = {.ehlo = "250-fake.example\r\n250 SIZE 20\r\n"};
    struct send_job job = the_job();
    struct fake_smtp f;
    (void)state;
    struct send_outcome o = deliver_once(&plan, server_at(0), &job, &f);
    assert_outcome(&o, SEND_LOCAL, 552, "takes 20 at most");
    assert_int_equal(o.server_size, 20);
    assert_null(strstr(f.said, "MAIL"));
    fake_free(&f);
}

static void files_must_be_as_promised(void **state)
{
    static const struct fake_plan plan = {0};
    static const char *bare[] = {NULL};
    char path[64];
    struct send_job job = the_job(), wrong_size = job, missing = job, bare_lf = job;
    struct fake_smtp f;
    (void)state;
    wrong_size.size++;
    struct send_outcome o = deliver_once(&plan, server_at(0), &wrong_size, &f);
    assert_outcome(&o, SEND_LOCAL, 0, "bytes together and not");
    assert_int_equal(f.connections, 0);
    fake_free(&f);
    static const char *none[] = {"/nowhere/at/all"};
    missing.segments = none;
    missing.n_segments = 1;
    o = deliver_once(&plan, server_at(0), &missing, &f);
    assert_outcome(&o, SEND_LOCAL, 0, "cannot open /nowhere/at/all");
    fake_free(&f);
    bare[0] = write_file(path, "bare", "a\r\nb\nc\r\n", 0600);
    bare_lf.segments = bare;
    bare_lf.n_segments = 1;
    bare_lf.size = 8;
    o = deliver_once(&plan, server_at(0), &bare_lf, &f);
    unlink(path);
    assert_outcome(&o, SEND_LOCAL, 0, "does not end in CRLF");
    assert_int_equal(f.mails, 0);
    fake_free(&f);
}

/* So long as bytes are missing, the dot has not been said. */
static void a_connection_lost_amid_the_mail_is_no_riddle(void **state)
{
    static const struct fake_plan plan = {.data = "354 go on\r\n"};
    enum { SIZE = 20 << 20 };
    static const char *segments[1];
    struct send_job job = the_job();
    struct fake_smtp f;
    char path[64], *big = malloc(SIZE + 1);
    (void)state;
    for (size_t i = 0; i < SIZE; i++)
        big[i] = i % 64 == 62 ? '\r' : i % 64 == 63 ? '\n' : 'x';
    big[SIZE] = '\0';
    segments[0] = write_file(path, "big", big, 0600);
    free(big);
    job.segments = segments;
    job.n_segments = 1;
    job.size = SIZE;
    struct send_outcome o = deliver_once(&plan, server_at(0), &job, &f);
    unlink(path);
    assert_outcome(&o, SEND_DATA, 0, "");
    fake_free(&f);
}

static void two_mails_share_a_connection(void **state)
{
    static const struct fake_plan plan = {0};
    struct fake_smtp f;
    struct send_job job = the_job();
    (void)state;
    fake_start(&f, &plan, 1);
    struct mail_server server = server_at(f.port);
    struct smtp *s = smtp_new(&server, NULL, NULL);
    for (int i = 0; i < 2; i++) {
        struct send_outcome o = smtp_deliver(s, &job);
        assert_outcome(&o, SEND_ACCEPTED, 250, "queued");
    }
    smtp_free(s);
    fake_stop(&f);
    assert_int_equal(f.connections, 1);
    assert_int_equal(f.mails, 2);
    assert_non_null(strstr(f.said, "QUIT"));
    fake_free(&f);
}

static void an_idle_farewell_costs_a_new_connection_and_no_mail(void **state)
{
    static const struct fake_plan farewells[][2] = {
        {{.after_mail = "421 4.4.2 idle for too long\r\n"}, {0}},
        {{.after_mail = FAKE_CLOSE}, {0}},
    };
    struct fake_smtp f;
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct send_outcome o = deliver_twice(farewells[i], 2, server_at(0), &f);
        assert_outcome(&o, SEND_ACCEPTED, 250, "queued");
        assert_int_equal(f.connections, 2);
        assert_int_equal(f.mails, 2);
        fake_free(&f);
    }
}

static void a_new_connection_is_not_tried_twice(void **state)
{
    static const struct fake_plan plans[] = {{.after_mail = FAKE_CLOSE}, {.mail = FAKE_CLOSE}, {0}};
    struct fake_smtp f;
    (void)state;
    struct send_outcome o = deliver_twice(plans, 3, server_at(0), &f);
    assert_outcome(&o, SEND_SENDER, 0, "");
    assert_int_equal(f.connections, 2);
    fake_free(&f);
}

/* A connection on which something failed may still bring the answer to the mail before: the next mail has its own. */
static void whatever_failed_costs_the_connection(void **state)
{
    static const struct fake_plan rows[] = {
        {.mail = "553 5.7.1 not your address\r\n"}, {.rcpt = "550 5.1.1 no such office\r\n"},
        {.rcpt = "451 4.7.1 greylisted\r\n"},       {.data = "554 5.6.0 no data\r\n"},
        {.dot = "452 4.3.1 disk full\r\n"},         {.dot = FAKE_LATE},
    };
    struct send_job job = the_job();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake_plan plans[] = {rows[i], {.dot = "250 2.0.0 its own\r\n"}};
        struct fake_smtp f;
        fake_start(&f, plans, 2);
        struct mail_server server = server_at(f.port);
        server.final_timeout_s = 1;
        struct smtp *s = smtp_new(&server, NULL, NULL);
        struct send_outcome o = smtp_deliver(s, &job);
        assert_int_not_equal(o.stage, SEND_ACCEPTED);
        o = smtp_deliver(s, &job);
        assert_outcome(&o, SEND_ACCEPTED, 250, "its own");
        smtp_free(s);
        fake_stop(&f);
        assert_int_equal(f.connections, 2);
        fake_free(&f);
    }
}

static bool always(void *arg)
{
    (void)arg;
    return true;
}

static void stopping_gives_up_before_the_dot(void **state)
{
    static const struct fake_plan plan = {.rcpt = FAKE_SILENT};
    struct send_job job = the_job();
    struct fake_smtp f;
    (void)state;
    fake_start(&f, &plan, 1);
    struct mail_server server = server_at(f.port);
    struct smtp *s = smtp_new(&server, always, NULL);
    struct send_outcome o = smtp_deliver(s, &job);
    assert_int_not_equal(o.stage, SEND_UNKNOWN);
    assert_outcome(&o, o.stage, 0, "stopped before the mail was handed over");
    smtp_free(s);
    fake_stop(&f);
    assert_int_equal(f.mails, 0);
    fake_free(&f);
}

/* Stopping from the moment on that the server has the whole mail. */
static bool once_the_mail_is_there(void *arg)
{
    struct fake_smtp *f = arg;
    pthread_mutex_lock(&f->lock);
    bool there = f->body != NULL;
    pthread_mutex_unlock(&f->lock);
    return there;
}

static void stopping_waits_for_the_answer_after_the_dot(void **state)
{
    static const struct fake_plan plan = {.dot_pause_ms = 1500};
    struct send_job job = the_job();
    struct fake_smtp f;
    (void)state;
    fake_start(&f, &plan, 1);
    struct mail_server server = server_at(f.port);
    struct smtp *s = smtp_new(&server, once_the_mail_is_there, &f);
    struct send_outcome o = smtp_deliver(s, &job);
    assert_outcome(&o, SEND_ACCEPTED, 250, "queued");
    smtp_free(s);
    fake_stop(&f);
    fake_free(&f);
}

static void a_slow_answer_of_many_lines_is_one_answer(void **state)
{
    static const struct fake_plan plan = {.dot = "250-2.0.0 one\r\n250-2.0.0 two\r\n250 2.0.0 three\r\n",
                                          .dot_pause_ms = 100};
    struct send_job job = the_job();
    struct fake_smtp f;
    (void)state;
    struct send_outcome o = deliver_once(&plan, server_at(0), &job, &f);
    assert_outcome(&o, SEND_ACCEPTED, 250, "2.0.0 one two three");
    fake_free(&f);
}

static void nobody_there_is_a_failed_connection(void **state)
{
    static const struct fake_plan plan = {0};
    struct fake_smtp f;
    struct send_job job = the_job();
    (void)state;
    fake_start(&f, &plan, 1);
    fake_stop(&f);
    fake_free(&f);
    struct mail_server server = server_at(f.port);
    struct smtp *s = smtp_new(&server, NULL, NULL);
    struct send_outcome o = smtp_deliver(s, &job);
    assert_outcome(&o, SEND_CONNECT, 0, "onnect");
    smtp_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_refusal_names_its_stage),
        cmocka_unit_test(silence_after_the_dot_is_unknown),
        cmocka_unit_test(the_mail_arrives_as_it_is),
        cmocka_unit_test(a_dot_as_the_first_byte_is_stuffed),
        cmocka_unit_test(what_cannot_be_said_is_refused_here),
        cmocka_unit_test(smtputf8_only_where_offered),
        cmocka_unit_test(a_mail_beyond_the_servers_size_is_not_tried),
        cmocka_unit_test(files_must_be_as_promised),
        cmocka_unit_test(a_connection_lost_amid_the_mail_is_no_riddle),
        cmocka_unit_test(two_mails_share_a_connection),
        cmocka_unit_test(an_idle_farewell_costs_a_new_connection_and_no_mail),
        cmocka_unit_test(a_new_connection_is_not_tried_twice),
        cmocka_unit_test(whatever_failed_costs_the_connection),
        cmocka_unit_test(stopping_gives_up_before_the_dot),
        cmocka_unit_test(stopping_waits_for_the_answer_after_the_dot),
        cmocka_unit_test(a_slow_answer_of_many_lines_is_one_answer),
        cmocka_unit_test(nobody_there_is_a_failed_connection),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
