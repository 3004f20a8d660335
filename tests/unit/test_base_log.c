/* Log lines: what comes from outside cannot forge one. stderr is a pipe meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/log.h"

static char line[8192];

static const char *logged(const char *value)
{
    int ends[2], old = dup(2);
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], 2);
    log_event(LOG_LEVEL_NOTICE, "sent", "none", NULL, "v", value, "end", "1", NULL);
    log_event(LOG_LEVEL_INFO, "quiet", NULL);
    dup2(old, 2);
    close(old);
    close(ends[1]);
    ssize_t n = read(ends[0], line, sizeof line - 1);
    close(ends[0]);
    line[n > 0 ? n : 0] = '\0';
    return line;
}

static void values_are_quoted_and_escaped(void **state)
{
    (void)state;
    static const struct {
        const char *value, *line;
    } rows[] = {
        {"plain", "sent v=plain end=1\n"},
        {"250 ok", "sent v=\"250 ok\" end=1\n"},
        {"", "sent v=\"\" end=1\n"},
        {"a\nsent v=forged", "sent v=\"a\\x0asent v=forged\" end=1\n"},
        {"a\" end=2", "sent v=\"a\\\" end=2\" end=1\n"},
        {"\\x0a", "sent v=\"\\\\x0a\" end=1\n"},
        {"\u0627\u0644", "sent v=\u0627\u0644 end=1\n"},
        {"a\u202eb", "sent v=a\\xe2\\x80\\xaeb end=1\n"},
        {"a\xc2\x85", "sent v=a\\xc2\\x85 end=1\n"},
        {"a\xff", "sent v=a\\xff end=1\n"},
        {"a\xd8", "sent v=a\\xd8 end=1\n"},
    };
    unsetenv("JOURNAL_STREAM");
    log_open("", LOG_LEVEL_NOTICE);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(logged(rows[i].value), rows[i].line);
}

/* stderr is a pipe meanwhile, which JOURNAL_STREAM names or does not. */
static const char *logged_under(bool named, const char *value)
{
    int ends[2], old = dup(2);
    char stream[64];
    struct stat st;
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], 2);
    assert_int_equal(fstat(2, &st), 0);
    snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino + !named);
    setenv("JOURNAL_STREAM", stream, 1);
    log_open("taamimd", LOG_LEVEL_NOTICE);
    log_event(LOG_LEVEL_NOTICE, "sent", "none", NULL, "round", value, "message", "17", NULL);
    log_event(LOG_LEVEL_INFO, "quiet", NULL);
    dup2(old, 2);
    close(old);
    close(ends[1]);
    ssize_t n = read(ends[0], line, sizeof line - 1);
    close(ends[0]);
    line[n > 0 ? n : 0] = '\0';
    unsetenv("JOURNAL_STREAM");
    log_open("taamimd", LOG_LEVEL_NOTICE);
    return line;
}

static void the_journal_gets_the_priority(void **state)
{
    (void)state;
    assert_string_equal(logged_under(true, "x"), "<5>sent round=x message=17\n");
    assert_string_equal(logged_under(false, "x"), "taamimd: sent round=x message=17\n");
    assert_string_equal(logged("x"), "taamimd: sent v=x end=1\n");
}

static char taken[4096];
static int journal_says;

static int journal(const struct iovec *fields, int n)
{
    taken[0] = '\0';
    for (int i = 0; i < n; i++)
        snprintf(taken + strlen(taken), sizeof taken - strlen(taken), "%.*s|", (int)fields[i].iov_len,
                 (const char *)fields[i].iov_base);
    return journal_says;
}

static void the_journal_gets_fields(void **state)
{
    (void)state;
    log_to_journal(journal);
    journal_says = 0;
    assert_string_equal(logged_under(true, "ARCP/2026/04"), "");
    assert_string_equal(taken, "PRIORITY=5|SYSLOG_IDENTIFIER=taamimd|EVENT=sent|ROUND=ARCP/2026/04|REPLY=17|"
                               "MESSAGE=sent round=ARCP/2026/04 message=17|");
    assert_string_equal(logged_under(true, "a b\nPRIORITY=0"), "");
    assert_string_equal(taken, "PRIORITY=5|SYSLOG_IDENTIFIER=taamimd|EVENT=sent|ROUND=a b\\x0aPRIORITY=0|REPLY=17|"
                               "MESSAGE=sent round=\"a b\\x0aPRIORITY=0\" message=17|");
    log_to_journal(NULL);
}

static void what_the_journal_does_not_take_is_a_line(void **state)
{
    (void)state;
    log_to_journal(journal);
    journal_says = -2;
    assert_string_equal(logged_under(true, "x"), "<5>sent round=x message=17\n");
    taken[0] = '\0';
    assert_string_equal(logged_under(false, "x"), "taamimd: sent round=x message=17\n");
    assert_string_equal(taken, "");
    log_to_journal(NULL);
}

static void a_long_value_is_cut(void **state)
{
    (void)state;
    char value[4000];
    memset(value, 'a', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    const char *got = logged(value);
    assert_true(strlen(got) < 1600);
    assert_non_null(strstr(got, "... end=1\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_quoted_and_escaped), cmocka_unit_test(the_journal_gets_the_priority),
        cmocka_unit_test(the_journal_gets_fields),       cmocka_unit_test(what_the_journal_does_not_take_is_a_line),
        cmocka_unit_test(a_long_value_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
