/* What is left in incoming/: settled although the first try failed, recovered although its mailbox is watched no
 * more, told where nobody knows it. */
#include "inbox_case.h"

#include "app/office.h"

#include "app/disk.h"

#define CASE(f) cmocka_unit_test_setup_teardown(f, case_set_up, case_tear_down)

static void a_judged_message_is_settled_at_the_next_try(void **state)
{
    int64_t id = case_collected("INBOX", 1, "Subject: a\r\n\r\nb\r\n");
    const char *incoming = row_of(id).file;

    (void)state;
    lay("archive/2026", "in the way");
    assert_false(inbox_parsed(&d, &UNREADABLE(id), 1, &e));
    assert_string_equal(row_of(id).state, "held");
    assert_int_equal(n_kept, 0);
    assert_true(lies(incoming));
    assert_int_equal(unlink(full("archive/2026")), 0);
    GOOD(inbox_parsed(&d, &UNREADABLE(id), 1, &e));
    assert_int_equal(n_kept, 1);
    assert_false(lies(incoming));
    assert_true(lies(row_of(id).file));
}

/* Both are held in one commit; the one whose file cannot be brought to its place is given again, alone. */
static void what_came_together_is_settled_one_by_one(void **state)
{
    int64_t first = case_collected("INBOX", 1, "x"), second = case_collected("INBOX", 2, "y");
    struct parsed list[] = {UNREADABLE(first), UNREADABLE(999), UNREADABLE(second)};
    const char *name = strchr(row_of(second).file, '/') + 1;

    (void)state;
    GOOD(file_mkdirs(full("archive/2026"), 0700, &e));
    lay(arena_printf(a, "archive/2026/%s", name), "another's");
    assert_false(inbox_parsed(&d, list, 3, &e));
    assert_true(list[0].done && list[1].done && !list[2].done);
    assert_string_equal(row_of(second).state, "held");
    assert_int_equal(n_kept, 1);
    assert_int_equal(unlink(full(row_of(second).file)), 0);
    GOOD(inbox_parsed(&d, &list[2], 1, &e));
    assert_true(list[2].done);
    assert_int_equal(n_kept, 2);
}

/* What one transaction put into the state directory is made to last before its commit; a disk that fails then leaves
 * the message undecided. */
static void nothing_is_committed_that_may_not_last(void **state)
{
    int64_t id = case_collected("INBOX", 1, "x");
    struct parsed one = UNREADABLE(id);
    const char *folder = full("outgoing/R");

    (void)state;
    GOOD(spool_write(d.spool, "outgoing/R/a.head", "head", 4, &e));
    assert_int_equal(rename(folder, full("outgoing/S")), 0);
    assert_int_equal(symlink("R", folder), 0); /* what is to be synced leads nowhere any more: to itself */
    assert_false(inbox_parsed(&d, &one, 1, &e));
    assert_string_equal(row_of(id).state, "collected");
    assert_int_equal(n_kept, 0);
    GOOD(inbox_parsed(&d, &one, 1, &e));
    assert_string_equal(row_of(id).state, "held");
}

static void a_judged_message_whose_file_has_gone_is_kept(void **state)
{
    int64_t id = case_collected("INBOX", 1, "x"), other = case_collected("INBOX", 2, "y");

    (void)state;
    GOOD(inbox_parsed(&d, &UNREADABLE(id), 1, &e));
    n_kept = 0;
    inbox_file_gone(&d, id);
    assert_int_equal(n_kept, 1);
    inbox_file_gone(&d, other); /* nobody has judged it: it is collected anew */
    assert_int_equal(n_kept, 1);
}

static size_t alerts(struct alert_row **rows)
{
    size_t n;

    GOOD(store_alerts(d.store, a, rows, &n, &e));
    return n;
}

static void a_mailbox_taken_out_is_not_corrupt(void **state)
{
    int64_t id = case_collected("Old", 5, "x");
    const char *unknown = arena_printf(a, "incoming/%s", collected_name(a, "Old", 7, 6));
    struct alert_row *rows;

    (void)state;
    lay(unknown, "y");
    GOOD(inbox_recover(&d, &e));
    assert_int_equal(n_parse, 1); /* it has a row, and is judged */
    assert_int_equal(last_parse, id);
    assert_true(lies(unknown));
    assert_int_equal(alerts(&rows), 0);
}

static void what_nobody_knows_is_told(void **state)
{
    struct alert_row *rows;

    (void)state;
    lay("incoming/notes.txt", "x");
    GOOD(inbox_recover(&d, &e));
    assert_false(lies("incoming/notes.txt"));
    assert_true(lies("corrupt/notes.txt"));
    assert_int_equal(alerts(&rows), 1);
    assert_string_equal(rows[0].kind, "trouble");
    assert_non_null(strstr(rows[0].text, "corrupt/notes.txt"));
}

static void a_disk_is_low_before_it_is_full(void **state)
{
    static const struct {
        int64_t free_gb, all_gb;
        bool was_low, low;
    } rows[] = {
        {50, 100, false, false}, {5, 100, false, false}, {4, 100, false, true}, {5, 100, true, true},
        {6, 100, true, false},   {0, 10, false, true},   {1, 10, false, false}, {0, 0, false, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (disk_is_low(rows[i].free_gb * 1000000000, rows[i].all_gb * 1000000000, rows[i].was_low) != rows[i].low)
            fail_msg("row %zu", i);
}

static void room_that_came_back_is_seen(void **state)
{
    int64_t free_bytes, all_bytes;

    (void)state;
    assert_true(spool_space(d.spool, &free_bytes, &all_bytes));
    GOOD(store_begin(d.store, &e));
    GOOD(store_set(d.store, "disk_low", disk_is_low(free_bytes, all_bytes, true) ? NULL : "low", &e));
    GOOD(store_commit(d.store, &e));
    disk_turn(&d);
    assert_true((store_get(d.store, a, "disk_low") != NULL) == disk_is_low(free_bytes, all_bytes, true));
}

/* The alerts are the other way to officers; one a day says it. */
static void a_digest_that_fails_is_told_once(void **state)
{
    struct round_row broken = {
        .ref = "ARCP/2026/04", .state = "open", .kind = "papers", .spec = "no JSON", .launched_at = NOW_AT};
    static const struct officer officer = {.address = "officer@sec.example"};
    struct alert_row *rows;

    (void)state;
    config.officers = &officer;
    config.n_officers = 1;
    GOOD(store_begin(d.store, &e));
    GOOD(store_add_round(d.store, &broken, &e));
    GOOD(store_commit(d.store, &e));
    assert_true(office_digest_turn(&d) > clock_now());
    assert_true(office_digest_turn(&d) > clock_now());
    assert_int_equal(alerts(&rows), 1);
    assert_non_null(strstr(rows[0].text, "the digest of this morning cannot be made"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_digest_that_fails_is_told_once),
        CASE(a_judged_message_is_settled_at_the_next_try),
        CASE(a_judged_message_whose_file_has_gone_is_kept),
        CASE(what_came_together_is_settled_one_by_one),
        CASE(nothing_is_committed_that_may_not_last),
        CASE(a_mailbox_taken_out_is_not_corrupt),
        CASE(what_nobody_knows_is_told),
        CASE(a_disk_is_low_before_it_is_full),
        CASE(room_that_came_back_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
