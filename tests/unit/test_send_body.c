/* The bytes of a mail: line ends are looked at wherever a block or a segment ends, and a file that changes is told. */
#include "send/body.h"
#include "unit/send_case.h"

static struct send_job job_of(const char *first, const char *second)
{
    struct send_job job = the_job();
    write_file(head_path, "head", first, 0600);
    write_file(text_path, "text", second, 0600);
    job.size = (int64_t)(strlen(first) + strlen(second));
    return job;
}

/* Reads all in blocks of so many bytes; false where that fails. */
static bool read_all(const struct send_job *job, size_t block, char *out, struct err *e)
{
    struct body b;
    ssize_t n;
    if (!body_open(&b, job, e))
        fail_msg("%s", e->text);
    while ((n = body_read(&b, out, block, e)) > 0)
        out += n;
    *out = '\0';
    bool done = n == 0 && body_done(&b);
    body_close(&b);
    return done;
}

static void only_whole_line_ends_leave(void **state)
{
    static const struct {
        const char *first, *second;
        bool right;
    } rows[] = {
        {"a\r\n", "b\r\n", true},
        {"a\r", "\nb\r\n", true},
        {"a", "b\r\n", true},
        {"\r\n", "\r\n", true},
        {"a", "b", true}, /* the dot brings a line end of its own */
        {"a\n", "b\r\n", false},
        {"a\r\n", "\nb\r\n", false},
        {"a\rb\r\n", "c", false},
        {"a\r", "b\r\n", false},
        {"a\r\r\n", "b\r\n", false},
        {"a\r\n", "b\r", false},
        {"\n", "a\r\n", false},
        {"a\r\n\n", "b", false},
        {"a\r\nb\n.\nc\r\n", "", false},
    };
    static const size_t blocks[] = {1, 2, 3, 7, 100};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++) {
            struct send_job job = job_of(rows[i].first, rows[i].second);
            struct err e = {0};
            char got[100], whole[100];
            if (read_all(&job, blocks[k], got, &e) != rows[i].right)
                fail_msg("row %zu in blocks of %zu: %s", i, blocks[k], e.text);
            snprintf(whole, sizeof whole, "%s%s", rows[i].first, rows[i].second);
            if (rows[i].right)
                assert_string_equal(got, whole);
            else
                assert_non_null(strstr(e.text, "does not end in CRLF"));
        }
}

/* libcurl was told the size and would wait for the rest; what is added is not sent. */
static void a_file_that_changes_under_the_reading(void **state)
{
    struct send_job job = job_of("a\r\n", "bcd\r\n");
    struct err e = {0};
    struct body b;
    char got[100];
    (void)state;
    assert_true(body_open(&b, &job, &e));
    assert_int_equal(body_read(&b, got, 3, &e), 3);
    assert_int_equal(truncate(text_path, 2), 0);
    assert_int_equal(body_read(&b, got, sizeof got, &e), -1);
    assert_non_null(strstr(e.text, "became shorter"));
    body_close(&b);
    job = job_of("a\r\n", "bcd\r\n");
    assert_true(body_open(&b, &job, &e));
    FILE *grows = fopen(text_path, "a");
    fputs("\r\n.\r\nQUIT\r\n", grows);
    fclose(grows);
    assert_int_equal(body_read(&b, got, sizeof got, &e), 8);
    assert_true(body_done(&b));
    assert_int_equal(body_read(&b, got, sizeof got, &e), 0);
    body_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_whole_line_ends_leave),
        cmocka_unit_test(a_file_that_changes_under_the_reading),
    };
    return cmocka_run_group_tests_name("send/body", tests, make_files, remove_files);
}
