/* The state directory: files arrive whole and are never replaced, nothing leaves it, and one daemon works on it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "io/spool.h"

#define REF "ARCP/2026/04"

static char folder[64];
static struct spool *s;
static struct arena *a;
static struct err e;

static int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/taamim-spool-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    a = arena_new();
    e = (struct err){0};
    s = spool_open(folder, true, NULL, &e);
    return s ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st, (void)flag, (void)ftw;
    return remove(path);
}

static int tear_down(void **state)
{
    (void)state;
    spool_close(s);
    arena_free(a);
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- helpers */

static void make(const char *relative, const char *text)
{
    assert_true(file_write(spool_full(s, a, relative), text, strlen(text), 0600, &e));
}

static const char *content(const char *relative)
{
    return file_read(a, spool_full(s, a, relative), 1000, NULL, &e);
}

static bool is_there(const char *relative)
{
    return file_exists(spool_full(s, a, relative));
}

static mode_t mode_of(const char *relative)
{
    struct stat st;

    assert_int_equal(stat(spool_full(s, a, relative), &st), 0);
    return st.st_mode & 07777;
}

static const char *staged(const char *text)
{
    const char *path;
    char sha256[65];
    FD_SCOPED fd = spool_scratch(s, &e);

    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_true(spool_stage(s, a, fd, 0, (int64_t)strlen(text), &path, sha256, &e));
    return path;
}

static const char *filed(const char *text, const char *party, const char *name)
{
    const char *path;

    if (!spool_file_paper(s, a, staged(text), REF, party, name, &path, &e))
        fail_msg("%s", e.text);
    return path;
}

/* ---- tests */

static void the_folders_are_there_and_closed_to_others(void **state)
{
    static const char *const names[] = {"incoming", "papers",   "held",   "corrupt",
                                        "archive",  "outgoing", "portal", "staging"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(mode_of(names[i]), 0700);
    int64_t free_bytes = 0, all_bytes = 0;
    assert_true(spool_space(s, &free_bytes, &all_bytes));
    assert_true(free_bytes > 0 && all_bytes >= free_bytes);
}

/* What another process comes to hear that wants to work here, too. */
static bool another_is_refused(void)
{
    int status = 0;
    pid_t us = getpid(), pid = fork();

    if (pid == 0)
        _exit(spool_open(folder, true, NULL, &e) || e.kind != ERR_PERM ||
              !strstr(e.text, arena_printf(a, "process %d)", (int)us)));
    waitpid(pid, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void a_second_daemon_is_refused(void **state)
{
    (void)state;
    assert_true(another_is_refused());
    struct spool *looking = spool_open(folder, false, NULL, &e);
    assert_non_null(looking);
    spool_close(looking);
    assert_true(another_is_refused());
    spool_close(s);
    s = spool_open(folder, true, NULL, &e);
    assert_non_null(s);
}

/* Killed with a child of its own not yet become the program that it is to be: that child is not who works here. */
static void a_daemon_that_died_is_no_hindrance(void **state)
{
    int ends[2];

    (void)state;
    spool_close(s);
    s = NULL;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        spool_open(folder, true, NULL, NULL);
        if (fork() == 0) {
            close(ends[1]);
            char byte;
            _exit(read(ends[0], &byte, 1) != 0); /* as long as the test lasts */
        }
        kill(getpid(), SIGKILL);
    }
    close(ends[0]);
    waitpid(pid, NULL, 0);
    s = spool_open(folder, true, NULL, &e);
    close(ends[1]);
    assert_non_null(s);
}

static void an_unknown_group_is_told(void **state)
{
    (void)state;
    assert_null(spool_open(folder, false, "no-such-group", &e));
    assert_int_equal(e.kind, ERR_PERM);
    assert_non_null(strstr(e.text, "no-such-group"));
}

static void papers_belong_to_their_group(void **state)
{
    const struct group *own = getgrgid(getegid());
    mode_t before = umask(077);

    (void)state;
    spool_close(s);
    assert_non_null(own);
    s = spool_open(folder, true, own->gr_name, &e);
    assert_non_null(s);
    const char *path = filed("text", "02 JO", "a.pdf"), *held;
    make("staging/b", "text");
    assert_true(spool_move(s, a, "staging/b", "held/7", "b.pdf", &held, &e));
    umask(before);
    assert_int_equal(mode_of("held/7"), 02750);
    assert_int_equal(mode_of(held), 0640);
    assert_int_equal(mode_of("papers"), 02770);
    assert_int_equal(mode_of("papers/ARCP-2026-04"), 02770);
    assert_int_equal(mode_of("papers/ARCP-2026-04/02 JO"), 02770);
    assert_int_equal(mode_of(path), 0640);
    assert_int_equal(mode_of("held"), 02750);
    assert_int_equal(mode_of("archive"), 0700);
}

/* A start without a group, then one with it. */
static void what_was_there_before_the_group_is_given_to_it(void **state)
{
    const struct group *own = getgrgid(getegid());
    const char *path = filed("text", "02 JO", "a.pdf");

    (void)state;
    assert_non_null(own);
    assert_true(file_mkdirs(spool_full(s, a, "portal/ARCP-2026-04"), 0700, &e));
    make("portal/ARCP-2026-04/index.html", "page");
    make("taamim.db", "store");
    assert_int_equal(mode_of("."), 0700);
    spool_close(s);
    s = spool_open(folder, true, own->gr_name, &e);
    assert_non_null(s);
    assert_true(spool_share(s, "taamim.db", &e));
    assert_true(spool_share(s, "taamim.db-wal", &e)); /* there is none */
    assert_false(spool_share(s, "../taamim.db", &e));
    assert_int_equal(mode_of("."), 0711);
    assert_int_equal(mode_of("papers/ARCP-2026-04"), 02770);
    assert_int_equal(mode_of("papers/ARCP-2026-04/02 JO"), 02770);
    assert_int_equal(mode_of(path), 0640);
    assert_int_equal(mode_of("portal"), 02750);
    assert_int_equal(mode_of("portal/ARCP-2026-04"), 02750);
    assert_int_equal(mode_of("portal/ARCP-2026-04/index.html"), 0640);
    assert_int_equal(mode_of("taamim.db"), 0640);
    assert_int_equal(mode_of("held"), 02750);
    assert_int_equal(mode_of("archive"), 0700);
}

static void what_people_have_set_stays(void **state)
{
    const struct group *own = getgrgid(getegid());

    (void)state;
    spool_close(s);
    s = spool_open(folder, true, own->gr_name, &e);
    filed("text", "02 JO", "a.pdf");
    assert_int_equal(chmod(spool_full(s, a, "papers/ARCP-2026-04/02 JO"), 0700), 0);
    spool_close(s);
    s = spool_open(folder, true, own->gr_name, &e);
    assert_non_null(s);
    assert_int_equal(mode_of("papers/ARCP-2026-04/02 JO"), 0700);
}

static void a_slice_is_staged_whole(void **state)
{
    const char *path = NULL;
    char sha256[65], expected[65];

    (void)state;
    make("incoming/m.eml", "headPAPERtail");
    FD_SCOPED fd = open(spool_full(s, a, "incoming/m.eml"), O_RDONLY);
    assert_true(spool_stage(s, a, fd, 4, 5, &path, sha256, &e));
    hash_sha256("PAPER", 5, expected);
    assert_string_equal(sha256, expected);
    assert_string_equal(content(path), "PAPER");
    const char *before = path;
    assert_false(spool_stage(s, a, fd, 4, 5000, &path, sha256, &e));
    assert_ptr_equal(path, before);
}

static void papers_are_never_replaced(void **state)
{
    (void)state;
    assert_string_equal(filed("one", "02 الأردن", "تعهد.pdf"), "papers/ARCP-2026-04/02 الأردن/تعهد.pdf");
    assert_string_equal(filed("two", "02 الأردن", "تعهد.pdf"), "papers/ARCP-2026-04/02 الأردن/تعهد (2).pdf");
    assert_string_equal(filed("three", "02 الأردن", "تعهد.pdf"), "papers/ARCP-2026-04/02 الأردن/تعهد (3).pdf");
    assert_string_equal(content("papers/ARCP-2026-04/02 الأردن/تعهد.pdf"), "one");
    assert_string_equal(content("papers/ARCP-2026-04/02 الأردن/تعهد (2).pdf"), "two");
}

static void a_held_paper_is_filed_and_its_folder_goes(void **state)
{
    const char *first, *second, *path;

    (void)state;
    assert_true(spool_move(s, a, staged("one"), "held/17", "a.pdf", &first, &e));
    assert_true(spool_move(s, a, staged("two"), "held/17", "a.pdf", &second, &e));
    assert_string_equal(first, "held/17/a.pdf");
    assert_string_equal(second, "held/17/a (2).pdf");
    assert_true(spool_file_paper(s, a, first, REF, "JO", "a.pdf", &path, &e));
    assert_string_equal(content(path), "one");
    assert_true(is_there("held/17"));
    assert_true(spool_remove(s, second, &e));
    assert_false(is_there("held/17"));
    assert_true(is_there("held"));
}

static void a_message_is_archived(void **state)
{
    const char *path;

    (void)state;
    make("incoming/m.eml", "Subject: x\r\n");
    assert_true(spool_move(s, a, "incoming/m.eml", "archive/2026", "m.eml", &path, &e));
    assert_string_equal(path, "archive/2026/m.eml");
    assert_false(is_there("incoming/m.eml"));
    path = "untouched";
    assert_false(spool_move(s, a, "incoming/m.eml", "archive/2026", "m.eml", &path, &e));
    assert_string_equal(path, "untouched");
    assert_true(spool_remove(s, "archive/2026/m.eml", &e));
    assert_true(spool_remove(s, "archive/2026/m.eml", &e));
}

static void nothing_leaves_the_directory(void **state)
{
    static const struct {
        const char *from, *folder, *name;
    } table[] = {
        {"incoming/m.eml", "archive/2026", "../m.eml"},
        {"incoming/m.eml", "archive/2026", ".hidden"},
        {"incoming/m.eml", "archive/2026", ""},
        {"incoming/m.eml", "archive/2026", "a/b"},
        {"incoming/m.eml", "../elsewhere", "m.eml"},
        {"incoming/m.eml", "archive//x", "m.eml"},
        {"incoming/m.eml", "/tmp", "m.eml"},
        {"incoming/../incoming/m.eml", "archive/2026", "m.eml"},
        {"/etc/passwd", "archive/2026", "m.eml"},
        {"", "archive/2026", "m.eml"},
    };
    const char *path = NULL;

    (void)state;
    make("incoming/m.eml", "x");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        e = (struct err){0};
        assert_false(spool_move(s, a, table[i].from, table[i].folder, table[i].name, &path, &e));
        assert_int_equal(e.kind, ERR_PERM);
    }
    assert_false(spool_file_paper(s, a, "incoming/m.eml", REF, "../x", "m.eml", &path, &e));
    assert_false(spool_file_paper(s, a, "incoming/m.eml", "..", "JO", "m.eml", &path, &e));
    assert_false(spool_file_paper(s, a, "incoming/m.eml", REF, "JO", ".m.eml", &path, &e));
    assert_false(spool_remove(s, "../x", &e));
    assert_null(path);
    assert_true(is_there("incoming/m.eml"));
    assert_false(is_there("archive/2026"));
}

static void a_scratch_file_has_no_name(void **state)
{
    const char **names;
    char back[4] = "";
    size_t n;
    FD_SCOPED fd = spool_scratch(s, &e);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "abc", 3), 3);
    assert_int_equal(pread(fd, back, 3, 0), 3);
    assert_string_equal(back, "abc");
    assert_int_equal(rmdir(spool_full(s, a, "staging")), 0);
    assert_true(spool_incoming(s, a, &names, &n, &e));
    assert_int_equal(n, 0);
}

static void what_arrived_is_listed_by_name(void **state)
{
    const char **names;
    size_t n;

    (void)state;
    make("incoming/b.eml", "x");
    make("incoming/a.eml", "x");
    make("incoming/.tmp-unfinished", "x");
    make("incoming/c.eml", "x");
    assert_true(spool_incoming(s, a, &names, &n, &e));
    assert_int_equal(n, 3);
    assert_string_equal(names[0], "a.eml");
    assert_string_equal(names[2], "c.eml");
}

/* A daemon that was killed while it wrote leaves a file without a name behind; nobody else will ever remove it. */
static void what_was_cut_short_is_swept_at_the_start(void **state)
{
    static const char *const remains[] = {"incoming/.tmp-0011223344556677", "outgoing/.tmp-0011223344556677",
                                          "outgoing/ARCP-2026-04/.tmp-0011223344556677", "portal/a/.tmp-00"};

    (void)state;
    assert_int_equal(mkdir(spool_full(s, a, "outgoing/ARCP-2026-04"), 0700), 0);
    assert_int_equal(mkdir(spool_full(s, a, "portal/a"), 0700), 0);
    make("outgoing/ARCP-2026-04/a.head", "a head");
    for (size_t i = 0; i < sizeof remains / sizeof *remains; i++)
        make(remains[i], "half");
    struct spool *looks = spool_open(folder, false, NULL, &e);
    assert_non_null(looks);
    spool_close(looks);
    assert_true(is_there(remains[0])); /* another's, at work */
    spool_close(s);
    s = spool_open(folder, true, NULL, &e);
    assert_non_null(s);
    for (size_t i = 0; i < sizeof remains / sizeof *remains; i++)
        assert_false(is_there(remains[i]));
    assert_true(is_there("outgoing/ARCP-2026-04/a.head"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_folders_are_there_and_closed_to_others),
        TEST(a_second_daemon_is_refused),
        TEST(a_daemon_that_died_is_no_hindrance),
        TEST(an_unknown_group_is_told),
        TEST(papers_belong_to_their_group),
        TEST(what_was_there_before_the_group_is_given_to_it),
        TEST(what_people_have_set_stays),
        TEST(what_was_cut_short_is_swept_at_the_start),
        TEST(a_slice_is_staged_whole),
        TEST(papers_are_never_replaced),
        TEST(a_held_paper_is_filed_and_its_folder_goes),
        TEST(a_message_is_archived),
        TEST(nothing_leaves_the_directory),
        TEST(a_scratch_file_has_no_name),
        TEST(what_arrived_is_listed_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
