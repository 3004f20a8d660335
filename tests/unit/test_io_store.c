/* The store: what was written is there after a restart, and beside the daemon; what must be unique is; what is damaged
 * or foreign is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "io/store.h"

#define REF "ARCP/2026/04"

static char folder[64], path[96];
static struct store *s;
static struct arena *a;
static struct err e;

static int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/taamim-store-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/taamim.db", folder);
    a = arena_new();
    e = (struct err){0};
    clock_set(1000);
    s = store_open(path, STORE_WRITE, &e);
    return s ? 0 : -1;
}

static void remove_beside(const char *suffix)
{
    char name[128];

    snprintf(name, sizeof name, "%s%s", path, suffix);
    unlink(name);
}

static int tear_down(void **state)
{
    (void)state;
    store_close(s);
    arena_free(a);
    remove_beside("");
    remove_beside("-wal");
    remove_beside("-shm");
    return rmdir(folder);
}

static void reopen(void)
{
    store_close(s);
    s = store_open(path, STORE_WRITE, &e);
    if (!s)
        fail_msg("%s", e.text);
}

/* Each change in a transaction of its own. */
#define DO(act)                                                                                                        \
    do {                                                                                                               \
        assert_true(store_begin(s, &e));                                                                               \
        if (!(act))                                                                                                    \
            fail_msg("%s", e.text);                                                                                    \
        assert_true(store_commit(s, &e));                                                                              \
    } while (0)
#define REFUSED(act)                                                                                                   \
    do {                                                                                                               \
        e = (struct err){0};                                                                                           \
        assert_true(store_begin(s, NULL));                                                                             \
        assert_false(act);                                                                                             \
        assert_int_equal(e.kind, ERR_PERM);                                                                            \
        store_rollback(s);                                                                                             \
    } while (0)

/* With another program's hands. */
static void tamper(const char *sql)
{
    sqlite3 *db;
    char *said = NULL;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &said) != SQLITE_OK)
        fail_msg("%s", said);
    sqlite3_close(db);
}

/* ---- samples */

static void add_round(const char *ref, int64_t launched_at)
{
    DO(store_add_round(s,
                       &(struct round_row){.ref = ref,
                                           .state = "open",
                                           .kind = "papers",
                                           .spec = "{}",
                                           .boundary = "=_b",
                                           .launched_at = launched_at,
                                           .deadline_at = 9000,
                                           .deadline_text = "2026-12-15"},
                       &e));
}

static void add_seat(const char *ref, const char *party, int position)
{
    DO(store_add_seat(s, &(struct seat_row){.round = ref, .party = party, .position = position}, &e));
}

static int64_t add_notice(const char *ref, const char *party, const char *cause, const char *token)
{
    int64_t id = -1;
    const char *message_id = token ? arena_printf(a, "%s@secretariat.example", token) : NULL;

    DO(store_add_notice(s,
                        &(struct notice_row){.round = ref,
                                             .party = party,
                                             .cause = cause,
                                             .kind = "notice",
                                             .token = token,
                                             .message_id = message_id,
                                             .subject = "تعميم",
                                             .segments = "[]",
                                             .size = 12},
                        &id, &e));
    return id;
}

static int64_t add_delivery(int64_t notice, const char *state, int64_t next_at, int priority)
{
    int64_t id = 0;

    DO(store_add_delivery(s,
                          &(struct delivery_row){.notice = notice,
                                                 .address = "mission@jo.example",
                                                 .mail_from = "x@secretariat.example",
                                                 .state = state,
                                                 .next_at = next_at,
                                                 .priority = priority},
                          &id, &e));
    return id;
}

static struct message_row sample_message(const char *mailbox, int64_t uid)
{
    return (struct message_row){.mailbox = mailbox,
                                .uidvalidity = 7,
                                .uid = uid,
                                .sha256 = "ab",
                                .message_id = "m1@jo.example",
                                .sender = "mission@jo.example",
                                .sender_name = "بعثة",
                                .subject = "Re: " REF,
                                .size = 10,
                                .received_at = 500,
                                .file = "incoming/a",
                                .state = "collected",
                                .move = true};
}

static int64_t add_message(const struct message_row *m)
{
    int64_t id = 0;
    bool known;

    DO(store_add_message(s, m, &id, &known, &e));
    return id;
}

static int64_t add_paper(int64_t message, const char *party, int item, const char *name, bool held)
{
    int64_t id = 0;

    DO(store_add_paper(s,
                       &(struct paper_row){.message = message,
                                           .round = REF,
                                           .party = party,
                                           .item = item,
                                           .name = name,
                                           .version = 1,
                                           .path = "papers/x",
                                           .sha256 = name,
                                           .type = "application/pdf",
                                           .size = 3,
                                           .current = true,
                                           .held = held},
                       &id, &e));
    return id;
}

static void add_event(const char *party, const char *text)
{
    DO(store_add_event(
        s, &(struct event_row){.at = 5, .who = "daemon", .what = "sent", .round = REF, .party = party, .text = text},
        &e));
}

/* ---- transactions and files */

static void what_is_rolled_back_is_gone(void **state)
{
    (void)state;
    assert_true(store_begin(s, &e));
    assert_true(store_set(s, "digest_at", "5", &e));
    store_rollback(s);
    store_rollback(s);
    assert_null(store_get(s, a, "digest_at"));
}

static void facts_are_replaced_kept_and_removed(void **state)
{
    (void)state;
    DO(store_set(s, "digest_at", "5", &e));
    DO(store_set(s, "digest_at", "٦", &e));
    reopen();
    assert_string_equal(store_get(s, a, "digest_at"), "٦");
    DO(store_set(s, "digest_at", NULL, &e));
    assert_null(store_get(s, a, "digest_at"));
}

static int ends_by(void (*act)(void))
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        fclose(stderr);
        act();
        _exit(0);
    }
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void set_at_once(void)
{
    store_set(s, "k", "v", NULL);
}

static void begin_twice(void)
{
    store_begin(s, NULL);
    store_begin(s, NULL);
}

static void mistakes_of_the_program_end_it(void **state)
{
    (void)state;
    assert_int_equal(ends_by(set_at_once), SIGABRT);
    assert_int_equal(ends_by(begin_twice), SIGABRT);
}

static void a_reader_sees_the_last_commit_while_the_daemon_writes(void **state)
{
    (void)state;
    DO(store_set(s, "k", "before", &e));
    struct store *reader = store_open(path, STORE_READ, &e);
    assert_non_null(reader);
    assert_true(store_begin(s, &e));
    assert_true(store_set(s, "k", "after", &e));
    assert_string_equal(store_get(reader, a, "k"), "before");
    assert_true(store_commit(s, &e));
    assert_string_equal(store_get(reader, a, "k"), "after");
    store_close(reader);
}

static void a_reader_cannot_write(void **state)
{
    (void)state;
    struct store *reader = store_open(path, STORE_READ, &e);
    assert_true(store_begin(reader, &e) == false || store_set(reader, "k", "v", &e) == false);
    store_close(reader);
    assert_null(store_get(s, a, "k"));
}

static int guest(const char *of)
{
    struct store *reader = store_open(of, STORE_READ, &e);

    a = arena_new();
    const char *said = reader ? store_get(reader, a, "k") : e.text;
    fputs(said ? said : "nothing", stdout);
    store_close(reader);
    arena_free(a);
    return 0;
}

/* What a user sees who may read the store but not write beside it: another program, and not root, who may write
 * anything. */
static char *read_as_guest(void)
{
    char answer[1024] = "";
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        int program = open("/proc/self/exe", O_RDONLY | O_CLOEXEC); /* afterwards it is no longer ours to look at */
        dup2(ends[1], STDOUT_FILENO);
        if (geteuid() != 0 || setuid(65534) == 0)
            fexecve(program, (char *const[]){"guest", path, NULL}, environ);
        _exit(1);
    }
    close(ends[1]);
    assert_true(read(ends[0], answer, sizeof answer - 1) >= 0);
    close(ends[0]);
    waitpid(pid, NULL, 0);
    return arena_strdup(a, answer);
}

static void set_modes(mode_t of_folder, mode_t of_file)
{
    static const char *const beside[] = {"", "-wal", "-shm"};
    char name[128];

    chmod(folder, of_folder);
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", path, beside[i]);
        chmod(name, of_file);
    }
}

static void a_guest_reads_beside_the_daemon_and_after_it(void **state)
{
    (void)state;
    DO(store_set(s, "k", "written", &e));
    set_modes(0555, 0444);
    assert_string_equal(read_as_guest(), "written");
    set_modes(0755, 0644);
    store_close(s);
    s = NULL;
    set_modes(0555, 0444);
    assert_string_equal(read_as_guest(), "written");
    set_modes(0755, 0644);
    s = store_open(path, STORE_WRITE, &e);
}

static void crash_after_last_words(void)
{
    DO(store_set(s, "k", "first words", &e));
    store_close(s);
    s = NULL;
    pid_t pid = fork();
    if (pid == 0) {
        struct store *other = store_open(path, STORE_WRITE, &e);
        bool ok = other && store_begin(other, &e) && store_set(other, "k", "last words", &e) && store_commit(other, &e);
        kill(getpid(), ok ? SIGKILL : SIGTERM);
    }
    waitpid(pid, NULL, 0);
}

static void a_guest_reads_after_a_crash(void **state)
{
    (void)state;
    crash_after_last_words();
    set_modes(0555, 0444);
    assert_string_equal(read_as_guest(), "last words");
    set_modes(0755, 0644);
    s = store_open(path, STORE_WRITE, &e);
    assert_string_equal(store_get(s, a, "k"), "last words");
}

static void a_guest_is_never_told_what_is_out_of_date(void **state)
{
    (void)state;
    crash_after_last_words();
    remove_beside("-shm");
    set_modes(0555, 0444);
    assert_non_null(strstr(read_as_guest(), "was not closed in order: start taamimd"));
    set_modes(0755, 0644);
    s = store_open(path, STORE_WRITE, &e);
    assert_string_equal(store_get(s, a, "k"), "last words");
}

static void nobody_reads_a_store_that_is_not_theirs(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    set_modes(0755, 0600);
    assert_non_null(strstr(read_as_guest(), "Permission denied"));
}

/* ---- refusals */

static void refused(enum store_mode mode, const char *because)
{
    e = (struct err){0};
    assert_null(store_open(path, mode, &e));
    assert_int_equal(e.kind, ERR_PERM);
    if (!strstr(e.text, because) || !strstr(e.text, path))
        fail_msg("%s", e.text);
}

static void a_newer_store_is_refused(void **state)
{
    (void)state;
    store_close(s);
    s = NULL;
    tamper("PRAGMA user_version = 99");
    refused(STORE_WRITE, "newer");
    refused(STORE_READ, "newer");
}

static void another_programs_database_is_refused(void **state)
{
    (void)state;
    store_close(s);
    s = NULL;
    unlink(path);
    tamper("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)");
    refused(STORE_WRITE, "another program");
    tamper("INSERT INTO theirs VALUES (2)");
}

static void an_empty_file_becomes_a_store_only_for_the_writer(void **state)
{
    (void)state;
    store_close(s);
    s = NULL;
    assert_true(file_write(path, "", 0, 0644, &e));
    refused(STORE_READ, "start taamimd");
    s = store_open(path, STORE_WRITE, &e);
    add_round(REF, 1);
}

static void a_damaged_store_is_told(void **state)
{
    char rubbish[8192];

    (void)state;
    store_close(s);
    s = NULL;
    memset(rubbish, 'x', sizeof rubbish);
    assert_true(file_write(path, rubbish, sizeof rubbish, 0644, &e));
    refused(STORE_WRITE, "damaged");
    refused(STORE_READ, "damaged");
    unlink(path);
    refused(STORE_READ, "No such file");
}

/* ---- rounds and seats */

static void a_round_is_kept_and_found_in_any_case(void **state)
{
    struct round_row r;

    (void)state;
    add_round(REF, 100);
    REFUSED(store_add_round(s, &(struct round_row){.ref = "arcp/2026/04", .state = "open"}, &e));
    assert_non_null(strstr(e.text, "arcp/2026/04"));
    REFUSED(store_add_round(s, &(struct round_row){.ref = "A/1", .state = "opne"}, &e));
    reopen();
    assert_true(store_round(s, a, "arcp/2026/04", &r, &e));
    assert_string_equal(r.ref, REF);
    assert_string_equal(r.deadline_text, "2026-12-15");
    assert_int_equal(r.launched_at, 100);
    assert_true(store_round(s, a, "ARCP/2026/05", &r, &e));
    assert_null(r.ref);
}

static void rounds_are_listed_newest_first(void **state)
{
    struct round_row *rows;
    size_t n;

    (void)state;
    add_round("A/1", 100);
    add_round("A/2", 300);
    add_round("A/3", 200);
    DO(store_set_round_state(s, "A/3", "closed", 400, &e));
    assert_true(store_rounds(s, a, NULL, &rows, &n, &e));
    assert_int_equal(n, 3);
    assert_string_equal(rows[0].ref, "A/2");
    assert_string_equal(rows[1].ref, "A/3");
    assert_int_equal(rows[1].closed_at, 400);
    assert_true(store_rounds(s, a, "open", &rows, &n, &e));
    assert_int_equal(n, 2);
    assert_string_equal(rows[1].ref, "A/1");
}

static void a_deadline_moves_and_a_round_opens_again(void **state)
{
    struct round_row r;

    (void)state;
    add_round(REF, 100);
    DO(store_set_round_deadline(s, REF, 9900, "2026-12-20", &e));
    DO(store_set_round_state(s, REF, "closed", 400, &e));
    DO(store_set_round_state(s, REF, "open", 500, &e));
    assert_true(store_round(s, a, REF, &r, &e));
    assert_int_equal(r.deadline_at, 9900);
    assert_string_equal(r.deadline_text, "2026-12-20");
    assert_int_equal(r.closed_at, 0);
    REFUSED(store_set_round_state(s, "B/1", "closed", 400, &e));
    assert_non_null(strstr(e.text, "no such round"));
}

static void seats_keep_the_order_of_the_register(void **state)
{
    struct seat_row *rows, one;
    size_t n;

    (void)state;
    add_round(REF, 100);
    add_seat(REF, "SA", 2);
    add_seat(REF, "JO", 1);
    REFUSED(store_add_seat(s, &(struct seat_row){.round = REF, .party = "JO"}, &e));
    REFUSED(store_add_seat(s, &(struct seat_row){.round = "none", .party = "JO"}, &e));
    DO(store_update_seat(s,
                         &(struct seat_row){.round = REF,
                                            .party = "SA",
                                            .position = 77,
                                            .deadline_at = 1,
                                            .deadline_text = "x",
                                            .steps_done = 0xffffffffu,
                                            .answered_at = 2,
                                            .complete_at = 3,
                                            .receipt_at = 4,
                                            .receipt_due_at = 5},
                         &e));
    assert_true(store_seats(s, a, REF, &rows, &n, &e));
    assert_int_equal(n, 2);
    assert_string_equal(rows[0].party, "JO");
    assert_int_equal(rows[1].position, 2);
    assert_true(rows[1].steps_done == 0xffffffffu);
    assert_int_equal(rows[1].deadline_at, 1);
    assert_int_equal(rows[1].answered_at, 2);
    assert_int_equal(rows[1].complete_at, 3);
    assert_int_equal(rows[1].receipt_at, 4);
    assert_int_equal(rows[1].receipt_due_at, 5);
    assert_true(store_seat(s, a, REF, "YE", &one, &e));
    assert_null(one.party);
    REFUSED(store_update_seat(s, &(struct seat_row){.round = REF, .party = "YE"}, &e));
}

static void the_open_rounds_of_a_party(void **state)
{
    const char **refs;
    size_t n;

    (void)state;
    add_round("A/1", 100);
    add_round("A/2", 200);
    add_round("A/3", 300);
    add_seat("A/1", "JO", 1);
    add_seat("A/2", "JO", 1);
    add_seat("A/3", "JO", 1);
    DO(store_set_round_state(s, "A/2", "cancelled", 1, &e));
    assert_true(store_open_rounds_of(s, a, "JO", &refs, &n, &e));
    assert_int_equal(n, 2);
    assert_string_equal(refs[0], "A/3");
    assert_string_equal(refs[1], "A/1");
    assert_true(store_open_rounds_of(s, a, "SA", &refs, &n, &e));
    assert_int_equal(n, 0);
}

/* ---- notices and deliveries */

static void a_cause_makes_one_notice(void **state)
{
    struct notice_row *rows, one;
    size_t n;

    (void)state;
    int64_t first = add_notice(REF, "JO", "launch", "t1");
    assert_true(first > 0);
    assert_int_equal(add_notice(REF, "JO", "launch", "t2"), 0);
    assert_true(add_notice(REF, "SA", "launch", "t3") > 0);
    assert_true(add_notice(REF, "JO", "step:-7d@9000", "t1") > 0);
    assert_true(add_notice(NULL, NULL, "alert:1", NULL) > 0);
    assert_int_equal(add_notice("", "", "alert:1", NULL), 0);
    assert_true(store_notices(s, a, REF, "JO", &rows, &n, &e));
    assert_int_equal(n, 2);
    assert_string_equal(rows[0].token, "t1");
    assert_true(store_notices(s, a, REF, NULL, &rows, &n, &e));
    assert_int_equal(n, 3);
    assert_true(store_notice(s, a, first, &one, &e));
    assert_string_equal(one.subject, "تعميم");
    assert_true(store_notice(s, a, 999, &one, &e));
    assert_null(one.cause);
}

static void what_a_wrong_clock_planned_is_due_now(void **state)
{
    struct delivery_row *due, soon;
    struct notice_row n;
    size_t n_due;

    (void)state;
    int64_t notice = add_notice(REF, "JO", "launch", "t1");
    int64_t far = add_delivery(notice, "queued", 90000, 5), near = add_delivery(notice, "deferred", 1050, 5);

    DO(store_set_copy(s, notice, 90000, &e));
    DO(store_forget_future(s, 1000, 100, &e));
    assert_true(store_deliveries_due(s, a, 1000, 9, &due, &n_due, &e));
    assert_int_equal(n_due, 1);
    assert_int_equal(due[0].id, far);
    assert_true(store_delivery(s, a, near, &soon, &e));
    assert_int_equal(soon.next_at, 1050);
    assert_true(store_copy_due(s, a, 1000, &n, &e));
    assert_int_equal(n.id, notice);
}

static void a_copy_is_due_until_it_is_settled(void **state)
{
    struct notice_row n;

    (void)state;
    int64_t first = add_notice(REF, "JO", "launch", "t1"), second = add_notice(REF, "SA", "launch", "t2");

    assert_true(store_copy_due(s, a, 1000, &n, &e));
    assert_null(n.cause);
    assert_int_equal(store_next_copy_at(s), 0);
    DO(store_set_copy(s, first, 50, &e));
    DO(store_set_copy(s, second, 40, &e));
    assert_int_equal(store_next_copy_at(s), 40);
    assert_true(store_copy_due(s, a, 39, &n, &e));
    assert_null(n.cause);
    assert_true(store_copy_due(s, a, 50, &n, &e));
    assert_int_equal(n.id, second);
    DO(store_set_copy(s, second, -1, &e));
    assert_true(store_copy_due(s, a, 50, &n, &e));
    assert_int_equal(n.id, first);
    assert_int_equal(n.copy_at, 50);
    DO(store_set_copy(s, first, -1, &e));
    assert_int_equal(store_next_copy_at(s), 0);
    REFUSED(store_set_copy(s, 999, 1, &e));
}

static void a_notice_is_known_by_token_and_message_id(void **state)
{
    struct notice_row n;

    (void)state;
    add_notice(REF, "JO", "launch", "t1");
    add_notice(REF, "JO", "step", "t1");
    add_notice("", "", "digest", NULL);
    assert_true(store_notice_by_token(s, a, "t1", &n, &e));
    assert_string_equal(n.cause, "launch");
    assert_true(store_notice_by_msgid(s, a, "t1@secretariat.example", &n, &e));
    assert_string_equal(n.party, "JO");
    assert_true(store_notice_by_token(s, a, "", &n, &e));
    assert_null(n.cause);
    assert_true(store_notice_by_msgid(s, a, "", &n, &e));
    assert_null(n.cause);
}

static void deliveries_come_when_due_and_by_priority(void **state)
{
    struct delivery_row *rows;
    size_t n;

    (void)state;
    assert_int_equal(store_next_delivery_at(s), 0);
    int64_t notice = add_notice(REF, "JO", "launch", "t1");
    int64_t later = add_delivery(notice, "queued", 50, 5);
    int64_t early = add_delivery(notice, "deferred", 40, 5);
    int64_t receipt = add_delivery(notice, "uncertain", 60, 0);
    add_delivery(notice, "queued", 900, 0);
    add_delivery(notice, "sent", 10, 0);
    add_delivery(notice, "sending", 10, 0);
    assert_true(store_deliveries_due(s, a, 60, 10, &rows, &n, &e));
    assert_int_equal(n, 3);
    assert_int_equal(rows[0].id, receipt);
    assert_int_equal(rows[1].id, early);
    assert_int_equal(rows[2].id, later);
    assert_true(store_deliveries_due(s, a, 60, 1, &rows, &n, &e));
    assert_int_equal(n, 1);
    assert_int_equal(store_next_delivery_at(s), 40);
    REFUSED(store_add_delivery(s, &(struct delivery_row){.notice = 999, .state = "queued"}, NULL, &e));
}

static void a_delivery_keeps_how_it_went(void **state)
{
    struct delivery_row d;

    (void)state;
    int64_t id = add_delivery(add_notice(REF, "JO", "launch", "t1"), "queued", 50, 5);
    DO(store_update_delivery(s,
                             &(struct delivery_row){.id = id,
                                                    .address = "other@x.example",
                                                    .state = "failed",
                                                    .attempts = 3,
                                                    .next_at = 7,
                                                    .since_at = 8,
                                                    .code = 550,
                                                    .reply = "550 no such user"},
                             &e));
    assert_true(store_delivery(s, a, id, &d, &e));
    assert_string_equal(d.state, "failed");
    assert_string_equal(d.address, "mission@jo.example");
    assert_string_equal(d.reply, "550 no such user");
    assert_int_equal(d.attempts, 3);
    assert_int_equal(d.code, 550);
    assert_int_equal(d.since_at, 8);
    assert_true(store_delivery(s, a, 999, &d, &e));
    assert_null(d.state);
    REFUSED(store_update_delivery(s, &(struct delivery_row){.id = 999, .state = "sent"}, &e));
}

static void what_was_being_sent_is_found_after_a_crash(void **state)
{
    struct delivery_row *rows;
    size_t n;

    (void)state;
    int64_t notice = add_notice(REF, "JO", "launch", "t1");
    add_delivery(notice, "sending", 1, 5);
    add_delivery(notice, "sent", 1, 5);
    reopen();
    assert_true(store_deliveries_sending(s, a, &rows, &n, &e));
    assert_int_equal(n, 1);
    assert_string_equal(rows[0].state, "sending");
    assert_int_equal(rows[0].notice, notice);
}

static void a_cancelled_round_sends_no_more(void **state)
{
    struct count_row *counts;
    size_t n;

    (void)state;
    int64_t notice = add_notice(REF, "JO", "launch", "t1"), other = add_notice("A/1", "JO", "launch", "t2");
    add_delivery(notice, "queued", 1, 5);
    add_delivery(notice, "deferred", 1, 5);
    add_delivery(notice, "uncertain", 1, 5);
    add_delivery(notice, "sent", 1, 5);
    add_delivery(other, "queued", 1, 5);
    DO(store_cancel_deliveries(s, REF, NULL, "closing", &e));
    assert_true(store_delivery_counts(s, a, REF, &counts, &n, &e));
    assert_int_equal(n, 2);
    assert_string_equal(counts[0].name, "cancelled");
    assert_int_equal(counts[0].n, 3);
    assert_string_equal(counts[1].name, "sent");
    assert_true(store_delivery_counts(s, a, NULL, &counts, &n, &e));
    assert_int_equal(n, 3);
}

static void addresses_are_suppressed_until_an_officer_says(void **state)
{
    (void)state;
    assert_false(store_suppressed(s, "a@jo.example"));
    assert_true(store_begin(s, &e));
    assert_int_equal(store_add_failure(s, "a@jo.example", 5, &e), 1);
    assert_int_equal(store_add_failure(s, "A@JO.example", 6, &e), 2);
    assert_true(store_commit(s, &e));
    assert_false(store_suppressed(s, "a@jo.example"));
    DO(store_suppress(s, "a@jo.example", "550 no such user", 6, &e));
    DO(store_clear_failures(s, "a@jo.example", &e));
    reopen();
    assert_true(store_suppressed(s, "a@JO.example"));
    DO(store_unsuppress(s, "a@jo.example", &e));
    assert_false(store_suppressed(s, "a@jo.example"));
    assert_true(store_begin(s, &e));
    assert_int_equal(store_add_failure(s, "a@jo.example", 7, &e), 1);
    assert_true(store_commit(s, &e));
}

/* ---- mailboxes, messages, papers */

static void a_mailbox_keeps_its_line(void **state)
{
    struct mailbox_row m;

    (void)state;
    assert_true(store_mailbox(s, a, "INBOX", &m, &e));
    assert_null(m.name);
    DO(store_put_mailbox(s, &(struct mailbox_row){"INBOX", 7, 42, 100}, &e));
    DO(store_put_mailbox(s, &(struct mailbox_row){"INBOX", 4294967295, 43, 100}, &e));
    assert_true(store_mailbox(s, a, "INBOX", &m, &e));
    assert_true(m.uidvalidity == 4294967295);
    assert_int_equal(m.next_uid, 43);
    assert_int_equal(m.since_at, 100);
}

static void a_message_seen_again_is_known(void **state)
{
    struct message_row m = sample_message("INBOX", 5), got;
    int64_t again = 0, by_hand = 0;
    bool known = false;

    (void)state;
    int64_t id = add_message(&m);
    DO(store_add_message(s, &m, &again, &known, &e));
    assert_true(known);
    assert_int_equal(again, id);
    m.mailbox = "";
    by_hand = add_message(&m);
    assert_true(by_hand > id);
    assert_true(add_message(&m) > by_hand);
    assert_true(store_message_by_uid(s, a, "INBOX", 7, 5, &got, &e));
    assert_int_equal(got.id, id);
    assert_string_equal(got.sender_name, "بعثة");
    assert_string_equal(got.verdict, "");
    assert_true(store_message_by_uid(s, a, "INBOX", 8, 5, &got, &e));
    assert_null(got.state);
    assert_true(store_message(s, a, 999, &got, &e));
    assert_null(got.state);
}

static void what_becomes_of_a_message_is_kept(void **state)
{
    struct message_row m = sample_message("INBOX", 5), *rows;
    size_t n;

    (void)state;
    m.id = add_message(&m);
    m.state = "held";
    m.round = REF;
    m.party = "JO";
    m.rule = "stranger";
    m.text = "السلام عليكم\n";
    m.why = "unknown sender";
    DO(store_update_message(s, &m, &e));
    struct message_row other = sample_message("INBOX", 6);
    add_message(&other);
    assert_true(store_messages(s, a, &(struct wanted){.round = REF, .state = NULL, .most = 10}, &rows, &n, &e));
    assert_int_equal(n, 1);
    assert_string_equal(rows[0].text, ""); /* a list is short */
    assert_string_equal(rows[0].why, m.why);
    assert_string_equal(rows[0].rule, "stranger");
    assert_true(store_messages(s, a, &(struct wanted){.round = NULL, .state = "collected", .most = 10}, &rows, &n, &e));
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].uid, 6);
    assert_true(store_messages(s, a, &(struct wanted){.round = REF, .state = "collected", .most = 10}, &rows, &n, &e));
    assert_int_equal(n, 0);
    assert_true(store_messages(s, a, &(struct wanted){.round = NULL, .state = NULL, .most = 10}, &rows, &n, &e));
    assert_int_equal(n, 2);
    assert_int_equal(store_count_messages(s, &(struct wanted){.most = 1}), 2);
    assert_int_equal(store_count_messages(s, &(struct wanted){.round = REF, .after_id = m.id}), 0);
    assert_true(store_messages(s, a, &(struct wanted){.most = 1}, &rows, &n, &e));
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].id, m.id);
    assert_true(store_messages(s, a, &(struct wanted){.after_id = m.id, .most = 1}, &rows, &n, &e));
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].uid, 6);
    m.id = 999;
    REFUSED(store_update_message(s, &m, &e));
}

static void what_is_to_be_moved_waits_for_it(void **state)
{
    struct message_row m = sample_message("INBOX", 5), left = sample_message("INBOX", 6), *rows;
    size_t n;

    (void)state;
    m.id = add_message(&m);
    left.move = false;
    add_message(&left);
    assert_true(store_messages_to_move(s, a, "INBOX", 7, &rows, &n, &e));
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].id, m.id);
    m.moved = true;
    DO(store_update_message(s, &m, &e));
    assert_true(store_messages_to_move(s, a, "INBOX", 7, &rows, &n, &e));
    assert_int_equal(n, 0);
}

static void the_same_bytes_and_the_same_message_id_are_known(void **state)
{
    struct message_row m = sample_message("INBOX", 5), again = sample_message("INBOX", 6);

    (void)state;
    m.id = add_message(&m);
    again.id = add_message(&again);
    assert_int_equal(store_known_bytes(s, "ab", again.id), 0);
    m.state = "filed";
    m.round = REF;
    m.party = "JO";
    DO(store_update_message(s, &m, &e));
    assert_int_equal(store_known_bytes(s, "ab", again.id), m.id);
    assert_int_equal(store_known_bytes(s, "ab", m.id), 0);
    assert_int_equal(store_known_msgid(s, "m1@jo.example", again.id), m.id);
    assert_int_equal(store_known_msgid(s, "", again.id), 0);
    again.round = REF;
    again.party = "SA";
    DO(store_update_message(s, &again, &e));
    assert_int_equal(store_known_msgid(s, "m1@jo.example", again.id), 0);
    again.party = "JO";
    DO(store_update_message(s, &again, &e));
    assert_int_equal(store_known_msgid(s, "m1@jo.example", again.id), m.id);
}

static void papers_are_listed_as_the_tables_show_them(void **state)
{
    struct message_row m = sample_message("INBOX", 5);
    struct paper_row *rows;
    size_t n;

    (void)state;
    add_round(REF, 100);
    add_seat(REF, "SA", 2);
    add_seat(REF, "JO", 9);
    m.id = add_message(&m);
    add_paper(m.id, "JO", 0, "a.pdf", false);
    int64_t second = add_paper(m.id, "SA", 1, "b.pdf", false);
    int64_t first = add_paper(m.id, "SA", 0, "c.pdf", false);
    int64_t held = add_paper(m.id, "SA", 0, "held.pdf", true);
    assert_true(store_papers(s, a, REF, NULL, &rows, &n, &e));
    assert_int_equal(n, 3);
    assert_int_equal(rows[0].id, first);
    assert_int_equal(rows[1].id, second);
    assert_string_equal(rows[2].party, "JO");
    assert_true(store_papers(s, a, REF, "JO", &rows, &n, &e));
    assert_int_equal(n, 1);
    assert_true(store_papers_of_message(s, a, m.id, &rows, &n, &e));
    assert_int_equal(n, 4);
    assert_true(rows[3].held);
    assert_int_equal(store_known_paper(s, REF, "SA", "held.pdf"), 0);
    assert_int_equal(store_known_paper(s, REF, "SA", "b.pdf"), second);
    assert_int_equal(store_known_paper(s, REF, "JO", "b.pdf"), 0);
    DO(store_remove_paper(s, held, &e));
    REFUSED(store_remove_paper(s, held, &e));
    REFUSED(store_add_paper(s, &(struct paper_row){.message = 999}, NULL, &e));
}

static void a_paper_gets_its_next_version(void **state)
{
    struct message_row m = sample_message("INBOX", 5);
    struct paper_row *rows;
    size_t n;

    (void)state;
    m.id = add_message(&m);
    add_paper(m.id, "JO", -1, "a.pdf", false);
    assert_true(store_papers(s, a, REF, NULL, &rows, &n, &e));
    assert_int_equal(rows[0].item, -1);
    rows[0].current = false;
    rows[0].item = 3;
    rows[0].version = 2;
    rows[0].replaces = 17;
    rows[0].marks = "late";
    DO(store_update_paper(s, &rows[0], &e));
    assert_true(store_papers(s, a, REF, NULL, &rows, &n, &e));
    assert_false(rows[0].current);
    assert_int_equal(rows[0].item, 3);
    assert_int_equal(rows[0].version, 2);
    assert_int_equal(rows[0].replaces, 17);
    assert_string_equal(rows[0].marks, "late");
}

/* ---- alerts and the story */

static void alerts_wait_until_told(void **state)
{
    struct alert_row *rows;
    size_t n;

    (void)state;
    DO(store_add_alert(
        s, &(struct alert_row){.round = REF, .party = "JO", .kind = "held", .message = 3, .text = "one", .at = 5}, &e));
    DO(store_add_alert(s, &(struct alert_row){.kind = "queue", .text = "two"}, &e));
    assert_true(store_alerts(s, a, &rows, &n, &e));
    assert_int_equal(n, 2);
    assert_string_equal(rows[0].text, "one");
    assert_int_equal(rows[0].message, 3);
    DO(store_alerts_told(s, rows[0].id, &e));
    assert_true(store_alerts(s, a, &rows, &n, &e));
    assert_int_equal(n, 1);
    assert_string_equal(rows[0].text, "two");
}

static void the_story_is_told_in_order(void **state)
{
    struct event_row *rows;
    size_t n;

    (void)state;
    add_event("JO", "one");
    add_event("SA", "two");
    DO(store_add_event(s, &(struct event_row){.who = "daemon", .what = "started", .text = "three"}, &e));
    assert_true(store_events(s, a, REF, NULL, &rows, &n, &e));
    assert_int_equal(n, 2);
    assert_string_equal(rows[1].text, "two");
    assert_true(store_events(s, a, REF, "JO", &rows, &n, &e));
    assert_int_equal(n, 1);
    assert_true(store_events(s, a, NULL, NULL, &rows, &n, &e));
    assert_int_equal(n, 3);
    assert_true(store_events(s, a, NULL, "SA", &rows, &n, &e));
    assert_int_equal(n, 1);
}

static void the_chain_goes_on_after_a_restart(void **state)
{
    char none[65], first[65], second[65];
    int64_t broken = -1;

    (void)state;
    assert_true(store_chain_head(s, none, &e));
    add_event("JO", "one");
    assert_true(store_chain_head(s, first, &e));
    reopen();
    add_event("JO", "one");
    assert_true(store_chain_head(s, second, &e));
    assert_int_equal(strlen(second), 64);
    assert_string_not_equal(none, first);
    assert_string_not_equal(first, second);
    assert_true(store_chain_verify(s, &broken, &e));
    assert_int_equal(broken, 0);
}

static void the_story_defends_itself(void **state)
{
    sqlite3 *db;

    (void)state;
    add_event("JO", "one");
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "UPDATE events SET text = 'x'", NULL, NULL, NULL), SQLITE_CONSTRAINT);
    assert_int_equal(sqlite3_exec(db, "DELETE FROM events", NULL, NULL, NULL), SQLITE_CONSTRAINT);
    sqlite3_close(db);
}

#define OPENED "DROP TRIGGER events_stay; DROP TRIGGER events_last; "

static void a_changed_story_shows_where(void **state)
{
    static const struct {
        const char *change;
        int64_t broken;
    } table[] = {
        {"UPDATE events SET text = 'never sent' WHERE id = 2", 2},
        {"UPDATE events SET at = 6 WHERE id = 3", 3},
        {"UPDATE events SET party = 'J', text = 'Oone' WHERE id = 1", 1},
        {"UPDATE events SET who = 'daemons', what = 'ent' WHERE id = 2", 2},
        {"UPDATE events SET message = 1 WHERE id = 2", 2},
        {"DELETE FROM events WHERE id = 2", 3},
        {"DELETE FROM events WHERE id = 1", 2},
        {"UPDATE events SET id = 9 WHERE id = 3", 9},
        {"UPDATE events SET hash = 'x' WHERE id = 3", 3},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int64_t broken = -1;
        add_event("JO", "one");
        add_event("JO", "two");
        add_event("JO", "three");
        tamper(arena_printf(a, OPENED "%s", table[i].change));
        assert_true(store_chain_verify(s, &broken, &e));
        if (broken != table[i].broken)
            fail_msg("%s: told %lld", table[i].change, (long long)broken);
        tear_down(state);
        assert_int_equal(set_up(state), 0);
    }
}

static void a_list_beyond_all_measure_is_an_error(void **state)
{
    struct event_row *rows;
    size_t n = 77;

    (void)state;
    tamper("WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 40)"
           " INSERT INTO events SELECT i, 0, '', '', '', '', 0, printf('%.*c', 1000000, 'x'), '' FROM c");
    assert_false(store_events(s, a, NULL, NULL, &rows, &n, &e));
    assert_int_equal(e.kind, ERR_PERM);
    assert_int_equal(n, 77);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(int argc, char **argv)
{
    if (argc == 2)
        return guest(argv[1]);
    const struct CMUnitTest tests[] = {
        TEST(what_is_rolled_back_is_gone),
        TEST(facts_are_replaced_kept_and_removed),
        TEST(mistakes_of_the_program_end_it),
        TEST(a_reader_sees_the_last_commit_while_the_daemon_writes),
        TEST(a_reader_cannot_write),
        TEST(a_guest_reads_beside_the_daemon_and_after_it),
        TEST(a_guest_reads_after_a_crash),
        TEST(a_guest_is_never_told_what_is_out_of_date),
        TEST(nobody_reads_a_store_that_is_not_theirs),
        TEST(a_newer_store_is_refused),
        TEST(another_programs_database_is_refused),
        TEST(an_empty_file_becomes_a_store_only_for_the_writer),
        TEST(a_damaged_store_is_told),
        TEST(a_round_is_kept_and_found_in_any_case),
        TEST(rounds_are_listed_newest_first),
        TEST(a_deadline_moves_and_a_round_opens_again),
        TEST(seats_keep_the_order_of_the_register),
        TEST(the_open_rounds_of_a_party),
        TEST(a_cause_makes_one_notice),
        TEST(a_copy_is_due_until_it_is_settled),
        TEST(what_a_wrong_clock_planned_is_due_now),
        TEST(a_notice_is_known_by_token_and_message_id),
        TEST(deliveries_come_when_due_and_by_priority),
        TEST(a_delivery_keeps_how_it_went),
        TEST(what_was_being_sent_is_found_after_a_crash),
        TEST(a_cancelled_round_sends_no_more),
        TEST(addresses_are_suppressed_until_an_officer_says),
        TEST(a_mailbox_keeps_its_line),
        TEST(a_message_seen_again_is_known),
        TEST(what_becomes_of_a_message_is_kept),
        TEST(what_is_to_be_moved_waits_for_it),
        TEST(the_same_bytes_and_the_same_message_id_are_known),
        TEST(papers_are_listed_as_the_tables_show_them),
        TEST(a_paper_gets_its_next_version),
        TEST(alerts_wait_until_told),
        TEST(the_story_is_told_in_order),
        TEST(the_chain_goes_on_after_a_restart),
        TEST(the_story_defends_itself),
        TEST(a_changed_story_shows_where),
        TEST(a_list_beyond_all_measure_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
