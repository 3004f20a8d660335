/* A probe logs in as a delivery does, tells SIZE, and never begins a mail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <curl/curl.h>
#include <string.h>

#include "fake_smtp.h"
#include "send/smtp.h"

static struct send_outcome probe(const struct fake_plan *plan, struct fake_smtp *f)
{
    static char text[SEND_TEXT_MAX * 8];
    fake_start(f, plan, 1);
    struct mail_server server = {
        .host = "127.0.0.1", .port = f->port, .verify = true, .connect_timeout_s = 10, .final_timeout_s = 10};
    struct smtp *s = smtp_new(&server, NULL, NULL);
    struct send_outcome o = smtp_probe(s, 7);
    snprintf(text, sizeof text, "%s", o.text);
    o.text = text;
    smtp_free(s);
    fake_stop(f);
    return o;
}

static void well(void **state)
{
    (void)state;
    struct fake_smtp f;
    struct send_outcome o = probe(&(struct fake_plan){.ehlo = "250-fake\r\n250 SIZE 1234567\r\n"}, &f);
    assert_int_equal(o.stage, SEND_ACCEPTED);
    assert_int_equal(o.code, 250);
    assert_int_equal(o.id, 7);
    assert_int_equal(o.server_size, 1234567);
    assert_int_equal(f.mails, 0);
    assert_null(strstr(f.said, "MAIL"));
    fake_free(&f);
}

static void refused(void **state)
{
    (void)state;
    struct fake_smtp f;
    struct send_outcome o = probe(&(struct fake_plan){.greeting = "554 go away\r\n"}, &f);
    assert_int_equal(o.stage, SEND_CONNECT);
    assert_int_equal(o.code, 554);
    assert_non_null(strstr(o.text, "go away"));
    fake_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(well), cmocka_unit_test(refused)};
    curl_global_init(CURL_GLOBAL_ALL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
