/* A state directory that is whole, and each way in which it can be not; a backup, and what it brings back. */
#include "inbox_case.h"

#include <stdio.h>

#include "app/audit.h"
#include "app/backup.h"

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

static char backup_dir[48];

static const char *hash_of(const char *text)
{
    char *hex = arena_alloc(a, 65);

    hash_sha256(text, strlen(text), hex);
    return hex;
}

static void put(const char *path, const char *text)
{
    const char *at = full(path);

    GOOD(file_mkdirs(arena_strndup(a, at, (size_t)(strrchr(at, '/') - at)), 0700, &e));
    GOOD(file_write(at, text, strlen(text), 0600, &e));
}

/* A round with a message that brought one paper, and a mail of two parts. */
static int set_up(void **state)
{
    struct message_row m = {
        .mailbox = "INBOX", .uidvalidity = 7, .uid = 1, .file = "archive/2026/m.eml", .state = "filed"};
    struct paper_row p = {
        .round = "R/1", .party = "JO", .name = "p.pdf", .version = 1, .path = "papers/R-1/JO/p.pdf", .current = true};
    struct notice_row n = {.round = "R/1",
                           .party = "JO",
                           .cause = "launch",
                           .segments = "[\"outgoing/R-1/a.head\",\"outgoing/R-1/b.tail\"]"};
    bool known;
    int64_t id;

    if (case_set_up(state) != 0)
        return -1;
    store_close(d.store); /* on disk, so that it can be copied */
    d.store = store_open(full("taamim.db"), STORE_WRITE, &e);
    snprintf(backup_dir, sizeof backup_dir, "%s-copy", dir);
    lay("taamim.conf", "conf");
    lay("delegations.conf", "register");
    config.path = full("taamim.conf");
    config.register_file = full("delegations.conf");
    put("archive/2026/m.eml", "the message");
    put("papers/R-1/JO/p.pdf", "the paper");
    put("outgoing/R-1/a.head", "head");
    put("outgoing/R-1/b.tail", "tail");
    put("outgoing/R-1/templates/notice.ar.txt", "template");
    m.sha256 = hash_of("the message");
    p.sha256 = hash_of("the paper");
    GOOD(store_begin(d.store, &e) && store_add_round(d.store, &(struct round_row){.ref = "R/1", .state = "open"}, &e) &&
         store_add_message(d.store, &m, &p.message, &known, &e) && store_add_paper(d.store, &p, &id, &e) &&
         store_add_notice(d.store, &n, &id, &e) &&
         store_add_event(d.store, &(struct event_row){.who = "daemon", .what = "filed", .text = "x"}, &e) &&
         store_commit(d.store, &e));
    return 0;
}

static int tear_down(void **state)
{
    nftw(backup_dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return case_tear_down(state);
}

static struct audit audit_now(void)
{
    struct audit audit;

    GOOD(audit_run(d.store, a, dir, &audit, &e));
    return audit;
}

static void assert_wrong(const char *says)
{
    struct audit audit = audit_now();

    assert_int_equal(audit.n_wrong, 1);
    if (!strstr(audit.wrong[0], says))
        fail_msg("it says: %s", audit.wrong[0]);
}

static void what_is_whole_is_said_to_be(void **state)
{
    struct audit audit = audit_now();

    (void)state;
    assert_int_equal(audit.n_wrong, 0);
    assert_int_equal(audit.n_unknown, 0);
    assert_int_equal(audit.n_files, 4);
}

static void what_is_missing_or_changed_is_named(void **state)
{
    (void)state;
    put("papers/R-1/JO/p.pdf", "another");
    assert_wrong("papers/R-1/JO/p.pdf: the paper is not as it came");
    put("papers/R-1/JO/p.pdf", "the paper");
    unlink(full("archive/2026/m.eml"));
    assert_wrong("archive/2026/m.eml: the message is missing");
    put("archive/2026/m.eml", "the message");
    unlink(full("outgoing/R-1/a.head"));
    assert_wrong("outgoing/R-1/a.head: the mail is missing");
}

static void what_nobody_filed_is_told_and_no_fault(void **state)
{
    (void)state;
    put("papers/R-1/JO/notes of the desk.txt", "mine");
    struct audit audit = audit_now();

    assert_int_equal(audit.n_wrong, 0);
    assert_int_equal(audit.n_unknown, 1);
    assert_string_equal(audit.unknown[0], "papers/R-1/JO/notes of the desk.txt");
}

static void a_backup_is_whole_and_is_brought_up_to_date(void **state)
{
    struct backup made;

    (void)state;
    GOOD(backup_run(d.store, a, &config, backup_dir, &made, &e));
    assert_int_equal(made.audit.n_wrong, 0);
    assert_int_equal(made.audit.n_files, 4);
    assert_int_equal(made.n_copied, 5); /* the frozen template, too */
    GOOD(backup_run(d.store, a, &config, backup_dir, &made, &e));
    assert_int_equal(made.n_copied, 0);
    /* one that was damaged there is copied anew */
    GOOD(file_write(arena_printf(a, "%s/papers/R-1/JO/p.pdf", backup_dir), "the paber", 9, 0600, &e));
    GOOD(backup_run(d.store, a, &config, backup_dir, &made, &e));
    assert_int_equal(made.n_copied, 1);
    assert_int_equal(made.audit.n_wrong, 0);
}

/* As where an officer has moved it since the store was copied. */
static void bytes_that_lie_elsewhere_by_now_are_brought_from_there(void **state)
{
    struct backup made;
    struct paper_row also = {.message = 1,
                             .round = "R/1",
                             .party = "MA",
                             .name = "p.pdf",
                             .version = 1,
                             .path = "papers/R-1/MA/p.pdf",
                             .sha256 = hash_of("the paper"),
                             .current = true};
    int64_t id;

    (void)state;
    GOOD(store_begin(d.store, &e) && store_add_paper(d.store, &also, &id, &e) && store_commit(d.store, &e));
    GOOD(file_mkdirs(full("papers/R-1/MA"), 0700, &e));
    assert_int_equal(rename(full("papers/R-1/JO/p.pdf"), full("papers/R-1/MA/p.pdf")), 0);
    GOOD(backup_run(d.store, a, &config, backup_dir, &made, &e));
    assert_int_equal(made.audit.n_wrong, 0);
}

static void a_backup_of_what_is_missing_says_so(void **state)
{
    struct backup made;

    (void)state;
    unlink(full("papers/R-1/JO/p.pdf"));
    GOOD(backup_run(d.store, a, &config, backup_dir, &made, &e));
    assert_int_equal(made.audit.n_wrong, 1);
}

static void a_backup_lies_apart(void **state)
{
    struct backup made;

    (void)state;
    assert_false(backup_run(d.store, a, &config, full("papers/backup"), &made, &e));
    assert_non_null(strstr(e.text, "state directory"));
    assert_false(backup_run(d.store, a, &config, "/tmp", &made, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_is_whole_is_said_to_be),
        CASE(what_is_missing_or_changed_is_named),
        CASE(what_nobody_filed_is_told_and_no_fault),
        CASE(a_backup_is_whole_and_is_brought_up_to_date),
        CASE(bytes_that_lie_elsewhere_by_now_are_brought_from_there),
        CASE(a_backup_of_what_is_missing_says_so),
        CASE(a_backup_lies_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
