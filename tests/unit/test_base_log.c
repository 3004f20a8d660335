/* Log lines: what comes from outside cannot forge one. stderr is a pipe meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
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

static void the_journal_gets_the_priority(void **state)
{
    (void)state;
    setenv("JOURNAL_STREAM", "8:1", 1);
    log_open("taamimd", LOG_LEVEL_NOTICE);
    assert_string_equal(logged("x"), "<5>sent v=x end=1\n");
    unsetenv("JOURNAL_STREAM");
    log_open("taamimd", LOG_LEVEL_NOTICE);
    assert_string_equal(logged("x"), "taamimd: sent v=x end=1\n");
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
        cmocka_unit_test(values_are_quoted_and_escaped),
        cmocka_unit_test(the_journal_gets_the_priority),
        cmocka_unit_test(a_long_value_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
