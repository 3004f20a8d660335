/* The JSON between daemon and sender: what goes through comes out the same; what does not fit is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/wire.h"
#include "mail/delivery.h"

static json_t *parsed(const char *text)
{
    json_t *j = json_loads(text, 0, NULL);
    if (!j)
        fail_msg("the test's own JSON is wrong: %s", text);
    return j;
}

static void a_server_comes_out_as_it_went_in(void **state)
{
    ARENA_SCOPED a = arena_new();
    const struct mail_server in = {"mail.secretariat.example",
                                   587,
                                   TLS_STARTTLS,
                                   false,
                                   "/etc/ca.pem",
                                   MAIL_AUTH_XOAUTH2,
                                   "desk",
                                   {SECRET_COMMAND, "get-token --fresh"},
                                   30,
                                   600};
    struct mail_server out;
    JSON_SCOPED j = server_to_json(&in);
    (void)state;
    assert_true(server_from_json(a, j, &out, NULL));
    assert_string_equal(out.host, in.host);
    assert_int_equal(out.port, 587);
    assert_int_equal(out.tls, TLS_STARTTLS);
    assert_false(out.verify);
    assert_string_equal(out.ca_file, in.ca_file);
    assert_int_equal(out.auth, MAIL_AUTH_XOAUTH2);
    assert_string_equal(out.user, "desk");
    assert_int_equal(out.secret.kind, SECRET_COMMAND);
    assert_string_equal(out.secret.where, in.secret.where);
    assert_int_equal(out.connect_timeout_s, 30);
    assert_int_equal(out.final_timeout_s, 600);
}

#define SERVER_END "\"connect_timeout_s\":30,\"final_timeout_s\":600"
#define NO_LOGIN   "\"auth\":\"none\",\"secret\":{\"kind\":\"none\"},"

static void a_server_that_says_nothing_of_verifying_is_verified(void **state)
{
    ARENA_SCOPED a = arena_new();
    struct mail_server out;
    JSON_SCOPED j = parsed("{\"host\":\"h\",\"port\":25,\"tls\":\"tls\"," NO_LOGIN SERVER_END "}");
    (void)state;
    assert_true(server_from_json(a, j, &out, NULL));
    assert_true(out.verify);
    assert_null(out.ca_file);
}

static void wrong_servers_are_refused(void **state)
{
    static const struct {
        const char *json, *words;
    } rows[] = {
        {"[]", "no object"},
        {"{\"port\":25,\"tls\":\"none\"," NO_LOGIN SERVER_END "}", "host"},
        {"{\"host\":\"a/b\",\"port\":25,\"tls\":\"none\"," NO_LOGIN SERVER_END "}", "host"},
        {"{\"host\":\"a@b\",\"port\":25,\"tls\":\"none\"," NO_LOGIN SERVER_END "}", "host"},
        {"{\"host\":\"h\",\"port\":65536,\"tls\":\"none\"," NO_LOGIN SERVER_END "}", "port"},
        {"{\"host\":\"h\",\"port\":\"25\",\"tls\":\"none\"," NO_LOGIN SERVER_END "}", "port"},
        {"{\"host\":\"h\",\"port\":25,\"tls\":\"perhaps\"," NO_LOGIN SERVER_END "}", "tls"},
        {"{\"host\":\"h\",\"port\":25,\"tls\":\"none\",\"auth\":\"plain\",\"user\":\"u\\r\\nDATA\",\"secret\":{"
         "\"kind\":\"file\",\"where\":\"/x\"}," SERVER_END "}",
         "control character"},
        {"{\"host\":\"h\",\"port\":25,\"tls\":\"none\",\"auth\":\"plain\",\"user\":\"u\",\"secret\":{\"kind\":\"none\"}"
         "," SERVER_END "}",
         "needs a user and a secret"},
        {"{\"host\":\"h\",\"port\":25,\"tls\":\"none\",\"auth\":\"plain\",\"user\":\"u\",\"secret\":{\"kind\":\"file\"}"
         "," SERVER_END "}",
         "where it is"},
        {"{\"host\":\"h\",\"port\":25,\"tls\":\"none\"," NO_LOGIN "\"connect_timeout_s\":0,\"final_timeout_s\":600}",
         "connect_timeout_s"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        JSON_SCOPED j = parsed(rows[i].json);
        struct mail_server out = {.port = 4711};
        struct err e = {0};
        if (server_from_json(a, j, &out, &e) || !strstr(e.text, rows[i].words))
            fail_msg("row %zu: \"%s\" does not say \"%s\"", i, e.text, rows[i].words);
        assert_int_equal(out.port, 4711);
    }
}

static void a_job_comes_out_as_it_went_in(void **state)
{
    ARENA_SCOPED a = arena_new();
    static const char *const segments[] = {"/spool/head", "/spool/\xd9\x88\xd8\xab\xd9\x8a\xd9\x82\xd8\xa9"};
    const struct send_job in = {
        .id = 1LL << 40, .from = "", .to = "a@jo.example", .segments = segments, .n_segments = 2, .size = 5000000};
    struct send_job out;
    JSON_SCOPED j = send_job_to_json(&in);
    (void)state;
    assert_true(send_job_from_json(a, j, &out, NULL));
    assert_int_equal(out.id, 1LL << 40);
    assert_string_equal(out.from, "");
    assert_string_equal(out.to, "a@jo.example");
    assert_int_equal(out.n_segments, 2);
    assert_string_equal(out.segments[1], segments[1]);
    assert_int_equal(out.size, 5000000);
}

static void wrong_jobs_are_refused(void **state)
{
    static const struct {
        const char *json, *words;
    } rows[] = {
        {"{}", "deliver"},
        {"{\"deliver\":0,\"from\":\"\",\"to\":\"t\",\"size\":1,\"segments\":[\"/a\"]}", "deliver"},
        {"{\"deliver\":1,\"from\":\"\",\"to\":\"t\",\"size\":0,\"segments\":[\"/a\"]}", "size"},
        {"{\"deliver\":1,\"from\":\"\",\"to\":\"t\",\"size\":99999999999,\"segments\":[\"/a\"]}", "size"},
        {"{\"deliver\":1,\"from\":\"\",\"to\":\"t\",\"size\":1,\"segments\":[]}", "segments"},
        {"{\"deliver\":1,\"from\":\"\",\"to\":\"t\",\"size\":1,\"segments\":\"/a\"}", "segments"},
        {"{\"deliver\":1,\"from\":\"\",\"to\":\"t\",\"size\":1,\"segments\":[\"a\"]}", "segment 1"},
        {"{\"deliver\":1,\"from\":\"\",\"to\":\"t\",\"size\":1,\"segments\":[\"/a\",7]}", "segment 2"},
        {"{\"deliver\":1,\"to\":\"t\",\"size\":1,\"segments\":[\"/a\"]}", "address"},
        {"{\"deliver\":1,\"from\":\"\",\"size\":1,\"segments\":[\"/a\"]}", "address"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        JSON_SCOPED j = parsed(rows[i].json);
        struct send_job out = {.id = 4711};
        struct err e = {0};
        if (send_job_from_json(a, j, &out, &e) || !strstr(e.text, rows[i].words))
            fail_msg("row %zu: \"%s\" does not say \"%s\"", i, e.text, rows[i].words);
        assert_int_equal(out.id, 4711);
    }
}

static void the_servers_words_become_one_line_of_utf8(void **state)
{
    static char longest[SEND_TEXT_MAX + 100], arabic[2 * SEND_TEXT_MAX + 1];
    static const struct {
        const char *said, *told;
    } rows[] = {
        {"2.0.0 Ok: queued as 4F", "2.0.0 Ok: queued as 4F"},
        {"one\r\ntwo\tthree", "one  two three"},
        {"caf\xe9 \xff closed", "caf? ? closed"},
        {"\xd9\x85\xd8\xb1\xd9\x81\xd9\x88\xd8\xb6", "\xd9\x85\xd8\xb1\xd9\x81\xd9\x88\xd8\xb6"},
        {NULL, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        const struct send_outcome in = {
            .id = 3, .code = 550, .stage = SEND_RCPT, .text = rows[i].said, .server_size = 77};
        struct send_outcome out;
        JSON_SCOPED j = send_outcome_to_json(&in);
        assert_true(send_outcome_from_json(a, j, &out, NULL));
        assert_string_equal(out.text, rows[i].told);
        assert_int_equal(out.id, 3);
        assert_int_equal(out.code, 550);
        assert_int_equal(out.stage, SEND_RCPT);
        assert_int_equal(out.server_size, 77);
    }
    memset(longest, 'x', sizeof longest - 1);
    JSON_SCOPED j = send_outcome_to_json(&(struct send_outcome){.id = 1, .text = longest});
    assert_int_equal(strlen(wire_string(j, "text", "")), SEND_TEXT_MAX);
    arabic[0] = 'x';
    for (size_t i = 1; i < sizeof arabic - 1; i += 2)
        memcpy(arabic + i, "\xd9\x85", 2 - (i + 1 == sizeof arabic - 1));
    arabic[sizeof arabic - 2] = '\0';
    JSON_SCOPED k = send_outcome_to_json(&(struct send_outcome){.id = 1, .text = arabic});
    assert_int_equal(strlen(wire_string(k, "text", "")), SEND_TEXT_MAX - 1); /* no half of a letter */
}

static void outcomes_that_contradict_themselves_are_refused(void **state)
{
    static const char *const rows[] = {
        "{\"delivered\":1,\"code\":550,\"stage\":\"accepted\",\"text\":\"\"}",
        "{\"delivered\":1,\"code\":250,\"stage\":\"rcpt\",\"text\":\"\"}",
        "{\"delivered\":1,\"code\":0,\"stage\":\"accepted\",\"text\":\"\"}",
        "{\"delivered\":1,\"code\":450,\"stage\":\"unknown\",\"text\":\"\"}",
        "{\"delivered\":1,\"code\":600,\"stage\":\"rcpt\",\"text\":\"\"}",
        "{\"delivered\":1,\"code\":550,\"stage\":\"moon\",\"text\":\"\"}",
        "{\"delivered\":0,\"code\":550,\"stage\":\"rcpt\",\"text\":\"\"}",
        "{\"code\":550,\"stage\":\"rcpt\",\"text\":\"\"}",
        "{\"delivered\":1,\"code\":550,\"stage\":\"rcpt\",\"text\":\"two\\nlines\"}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        JSON_SCOPED j = parsed(rows[i]);
        struct send_outcome out = {.id = 4711};
        if (send_outcome_from_json(a, j, &out, NULL))
            fail_msg("taken: %s", rows[i]);
        assert_int_equal(out.id, 4711);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_comes_out_as_it_went_in),
        cmocka_unit_test(a_server_that_says_nothing_of_verifying_is_verified),
        cmocka_unit_test(wrong_servers_are_refused),
        cmocka_unit_test(a_job_comes_out_as_it_went_in),
        cmocka_unit_test(wrong_jobs_are_refused),
        cmocka_unit_test(the_servers_words_become_one_line_of_utf8),
        cmocka_unit_test(outcomes_that_contradict_themselves_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
