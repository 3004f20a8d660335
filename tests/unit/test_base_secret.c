/* Secrets: what is refused matters more than what is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/secret.h"

static char folder[64], path[80];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/taamim-test-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/pass", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void expect(enum secret_kind kind, const char *where, const char *value)
{
    struct err e = {0};
    struct secret s = {.kind = kind, .where = where};
    char *got = secret_read(&s, &e);
    if (!value) {
        assert_null(got);
        assert_int_not_equal(e.kind, ERR_NONE);
        assert_null(strstr(e.text, "hunter"));
        return;
    }
    assert_non_null(got);
    assert_string_equal(got, value);
    secret_free(got);
}

static void a_file_gives_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        const char *value;
    } rows[] = {
        {"hunter2\n", 8, "hunter2"},
        {"hunter2", 7, "hunter2"},
        {"hunter 2 \n", 10, "hunter 2 "},
        {"", 0, NULL},
        {"\n", 1, NULL},
        {"hunter\n2\n", 9, NULL},
        {"hunter2\r\n", 9, NULL},
        {"hunter2\n\n", 9, NULL},
        {"hunter\0002", 8, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(file_write(path, rows[i].bytes, rows[i].n, 0600, NULL));
        expect(SECRET_FILE, path, rows[i].value);
    }
}

static void a_file_that_others_can_read_is_refused(void **state)
{
    (void)state;
    assert_true(file_write(path, "hunter2\n", 8, 0604, NULL));
    expect(SECRET_FILE, path, NULL);
    assert_int_equal(chmod(path, 0602), 0);
    expect(SECRET_FILE, path, NULL);
    assert_int_equal(chmod(path, 0640), 0);
    expect(SECRET_FILE, path, "hunter2");
    expect(SECRET_FILE, folder, NULL);
    expect(SECRET_FILE, "/nowhere/pass", NULL);
}

static void a_changed_file_gives_the_new_value(void **state)
{
    (void)state;
    assert_true(file_write(path, "old\n", 4, 0600, NULL));
    expect(SECRET_FILE, path, "old");
    assert_true(file_write(path, "new\n", 4, 0600, NULL));
    expect(SECRET_FILE, path, "new");
}

static void a_command_gives_its_output(void **state)
{
    (void)state;
    expect(SECRET_COMMAND, "echo token", "token");
    expect(SECRET_COMMAND, "printf 'a\nb\n'", NULL);
    expect(SECRET_COMMAND, "echo token; exit 3", NULL);
    expect(SECRET_COMMAND, "true", NULL);
}

static void a_credential_is_a_plain_name(void **state)
{
    (void)state;
    unsetenv("CREDENTIALS_DIRECTORY");
    expect(SECRET_CREDENTIAL, "pass", NULL);
    setenv("CREDENTIALS_DIRECTORY", folder, 1);
    assert_true(file_write(path, "token", 5, 0400, NULL));
    expect(SECRET_CREDENTIAL, "pass", "token");
    expect(SECRET_CREDENTIAL, "./pass", NULL);
    expect(SECRET_CREDENTIAL, "..", NULL);
    expect(SECRET_CREDENTIAL, "", NULL);
    expect(SECRET_NONE, NULL, NULL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_gives_its_line),
        TEST(a_file_that_others_can_read_is_refused),
        TEST(a_changed_file_gives_the_new_value),
        TEST(a_command_gives_its_output),
        TEST(a_credential_is_a_plain_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
