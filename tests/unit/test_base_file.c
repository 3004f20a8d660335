/* Files that are whole or not there, in a folder of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define SHA_OF_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static char folder[64];
static char path[128], other[128];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/taamim-test-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/a", folder);
    snprintf(other, sizeof other, "%s/b", folder);
    return 0;
}

static int count_entries(void)
{
    int n = 0;
    DIR *d = opendir(folder);
    for (struct dirent *entry; (entry = readdir(d));)
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(d);
    return n;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    unlink(other);
    return rmdir(folder); /* fails where a temporary file stayed behind */
}

static void assert_holds(const char *p, const char *text)
{
    ARENA_SCOPED a = arena_new();
    size_t len = 0;
    char *bytes = file_read(a, p, 1000, &len, NULL);
    assert_non_null(bytes);
    assert_int_equal(len, strlen(text));
    assert_string_equal(bytes, text);
}

static void a_write_replaces_and_sets_the_mode(void **state)
{
    (void)state;
    struct stat st;
    assert_true(file_write(path, "old text", 8, 0600, NULL));
    assert_true(file_write(path, "new", 3, 0640, NULL));
    assert_holds(path, "new");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_int_equal(file_size(path), 3);
    assert_int_equal(count_entries(), 1);
}

static void a_write_to_nowhere_names_the_path(void **state)
{
    (void)state;
    struct err e = {0};
    assert_false(file_write("/nowhere/at/all", "x", 1, 0600, &e));
    assert_int_equal(e.kind, ERR_PERM);
    assert_non_null(strstr(e.text, "/nowhere/at/all"));
    assert_non_null(strstr(e.text, "No such file"));
}

static void a_file_longer_than_the_maximum_is_not_read(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    struct err e = {0};
    assert_true(file_write(path, "12345", 5, 0600, NULL));
    assert_non_null(file_read(a, path, 5, NULL, NULL));
    assert_null(file_read(a, path, 4, NULL, &e));
    assert_non_null(strstr(e.text, path));
    assert_null(file_read(a, other, 5, NULL, &e));
    assert_null(file_read(a, folder, 1 << 20, NULL, &e));
}

static void a_range_is_copied_with_its_hash_and_never_over_another(void **state)
{
    (void)state;
    char sha[65] = "untouched";
    assert_true(file_write(path, "..abc..", 7, 0600, NULL));
    FD_SCOPED fd = open(path, O_RDONLY | O_CLOEXEC);
    struct err e = {0};
    assert_false(file_copy_range(fd, 2, 6, other, sha, &e)); /* more than there is */
    assert_false(file_copy_range(fd, -1, 3, other, sha, &e));
    assert_false(file_exists(other));
    assert_string_equal(sha, "untouched");
    assert_true(file_copy_range(fd, 2, 3, other, sha, NULL));
    assert_string_equal(sha, SHA_OF_ABC);
    assert_holds(other, "abc");
    assert_false(file_copy_range(fd, 0, 2, other, sha, &e));
    assert_holds(other, "abc");
    assert_string_equal(sha, SHA_OF_ABC);
    assert_int_equal(count_entries(), 2);
}

static void a_hash_is_that_of_the_bytes(void **state)
{
    (void)state;
    char sha[65];
    int64_t size = 0;
    hash_sha256("abc", 3, sha);
    assert_string_equal(sha, SHA_OF_ABC);
    assert_true(file_write(path, "abc", 3, 0600, NULL));
    sha[0] = '\0';
    assert_true(file_sha256(path, sha, &size, NULL));
    assert_string_equal(sha, SHA_OF_ABC);
    assert_int_equal(size, 3);
    assert_false(file_sha256(other, sha, &size, NULL));
    hash_sha256(NULL, 0, sha);
    assert_string_equal(sha, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void a_move_never_replaces(void **state)
{
    (void)state;
    struct err e = {0};
    assert_true(file_write(path, "one", 3, 0600, NULL));
    assert_true(file_write(other, "two", 3, 0600, NULL));
    assert_false(file_move(path, other, &e));
    assert_non_null(strstr(e.text, other));
    assert_holds(path, "one");
    assert_holds(other, "two");
    assert_int_equal(unlink(other), 0);
    assert_true(file_move(path, other, NULL));
    assert_holds(other, "one");
    assert_false(file_exists(path));
    assert_int_equal(file_size(path), -1);
}

static void folders_are_made_with_their_parents(void **state)
{
    (void)state;
    char deep[160];
    snprintf(deep, sizeof deep, "%s/x/y", folder);
    assert_true(file_mkdirs(deep, 0700, NULL));
    assert_true(file_mkdirs(deep, 0700, NULL));
    assert_true(file_exists(deep));
    rmdir(deep);
    snprintf(deep, sizeof deep, "%s/x", folder);
    rmdir(deep);
    assert_true(file_write(path, "", 0, 0600, NULL));
    snprintf(deep, sizeof deep, "%s/y", path);
    assert_false(file_mkdirs(deep, 0700, NULL)); /* below a file */
}

static void tokens_are_sixteen_letters_and_differ(void **state)
{
    (void)state;
    char one[17], two[17];
    random_token(one);
    random_token(two);
    assert_int_equal(strspn(one, "abcdefghijklmnopqrstuvwxyz234567"), 16);
    assert_int_equal(strlen(one), 16);
    assert_string_not_equal(one, two);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_write_replaces_and_sets_the_mode),
        TEST(a_write_to_nowhere_names_the_path),
        TEST(a_file_longer_than_the_maximum_is_not_read),
        TEST(a_range_is_copied_with_its_hash_and_never_over_another),
        TEST(a_hash_is_that_of_the_bytes),
        TEST(a_move_never_replaces),
        TEST(folders_are_made_with_their_parents),
        TEST(tokens_are_sixteen_letters_and_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
