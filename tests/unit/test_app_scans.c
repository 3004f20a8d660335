/* Papers at a taamim-scan that dies, hangs or babbles: they wait, are parsed again, and are judged in the end. This
 * program is that child, too, under another name: what it does with a file is the file's first word. A mail of no
 * round is left to its humans once it is judged. */
#include "inbox_case.h"

#include <stdio.h>

#include "app/children.h"
#include "app/scanning.h"
#include "app/ticker.h"

#define CASE(f)   cmocka_unit_test_setup_teardown(f, set_up, tear_down)
#define TURNS_MAX 2000
#define BEFORE    "what lies before"

/* ---- the child */

static void answer(struct wire *w, int64_t id, const char *word)
{
    if (strcmp(word, "dies") == 0)
        _exit(1);
    while (strcmp(word, "hangs") == 0)
        pause();
    if (strcmp(word, "babbles") == 0)
        wire_send(w, json_pack("{s:s}", "news", "none"), -1, NULL);
    else if (strcmp(word, "other") == 0) /* the answer to a question that nobody asked; nothing else comes */
        wire_send(w, scan_answer_to_json(&(struct scan_answer){id + 1, SCAN_CLEAN, ""}), -1, NULL);
    else
        wire_send(w, scan_answer_to_json(&(struct scan_answer){id, SCAN_CLEAN, ""}), -1, NULL);
}

static int be_the_child(void)
{
    struct wire *w = wire_new(0, 4096);
    json_t *line;

    wire_send(w, json_pack("{s:s, s:i}", "hello", "scan", "version", WIRE_VERSION), -1, NULL);
    while (wire_recv(w, &line, NULL) == WIRE_MESSAGE) {
        char word[20] = "";
        int fd = wire_take_fd(w);

        if (json_object_get(line, "ping"))
            wire_send(w, scanner_state_to_json(&(struct scanner_state){.up = true, .text = "ClamAV"}), -1, NULL);
        if (fd >= 0 && pread(fd, word, sizeof word - 1, wire_int(line, "offset", 0)) > 0)
            answer(w, wire_int(line, "scan", 0), word);
        if (fd >= 0)
            close(fd);
        json_decref(line);
    }
    wire_free(w);
    return 0;
}

/* ---- the daemon's side */

static struct children c;
static struct agenda agenda;
static const char *words[10]; /* what the message of that number brings */

static void parsed(int64_t message)
{
    const char *word = words[message];
    struct fact_part part = {.name = "a.pdf",
                             .claimed = "",
                             .type = "application/pdf",
                             .offset = (int64_t)strlen(BEFORE),
                             .size = (int64_t)strlen(word),
                             .utf8_sha256 = ""};
    struct facts f = {.subject = "",
                      .from = {"", "somebody@elsewhere.example"},
                      .message_id = "",
                      .in_reply_to = "",
                      .text = "",
                      .reply_text = "",
                      .calendar_method = "",
                      .calendar_uid = "",
                      .calendar_partstat = "",
                      .trouble = "",
                      .parts = &part,
                      .n_parts = 1};
    FD_SCOPED scratch = spool_scratch(d.spool, &e);

    f.signs.has_papers = true;
    assert_true(dprintf(scratch, "%s%s", BEFORE, word) > 0);
    GOOD(inbox_parsed(&d, &(struct parsed){.message = message, .facts = &f, .scratch_fd = scratch}, 1, &e));
}

/* It is parsed in the turn after. */
static bool to_parse[10];

static void parse(void *arg, int64_t message, const char *path)
{
    (void)arg, (void)path;
    n_parse++;
    to_parse[message] = true;
}

static int set_up(void **state)
{
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

    if (case_set_up(state) != 0 || n < 0)
        return -1;
    self[n] = '\0';
    if (symlink(self, full("taamim-scan")) != 0 || setenv("TAAMIM_LIBEXEC", dir, 1) != 0)
        return -1;
    config.scanner = "/run/clamav/clamd.ctl";
    config.unreachable_after_s = 900;
    c = (struct children){.daemon = &d, .loop = loop_new()};
    agenda = (struct agenda){0};
    d.ports.parse = parse;
    d.ports.scan = scans_scan;
    d.ports.arg = &c;
    memset(to_parse, 0, sizeof to_parse);
    return scans_open(&c, &e) ? 0 : -1;
}

static int tear_down(void **state)
{
    worker_free(c.scanner);
    scanning_close(&d);
    loop_free(c.loop);
    worker_reap();
    return case_tear_down(state);
}

static bool is_waiting(int64_t id)
{
    return strcmp(row_of(id).state, "collected") == 0;
}

/* Until all is judged; where nothing has happened for a while, time passes. */
static void run(const int64_t *ids, size_t n)
{
    bool waits = true;

    for (int i = 0; waits && i < TURNS_MAX; i++) {
        for (int64_t id = 1; id < 10; id++)
            if (to_parse[id]) {
                to_parse[id] = false;
                parsed(id);
            }
        if (c.scanner)
            worker_tend(c.scanner);
        scans_tend(&c);
        if (d.scan_due || i % 10 == 0) {
            d.scan_due = false;
            scanning_turn(&d);
        }
        GOOD(loop_turn(c.loop, 5, &e));
        if (i % 20 == 19)
            clock_advance(c.scan_deadline_boot ? 100 : 5);
        waits = false;
        for (size_t k = 0; k < n; k++)
            waits |= is_waiting(ids[k]);
    }
    assert_false(waits);
}

static int64_t bring(const char *word)
{
    static int64_t uid;
    int64_t id = case_collected("INBOX", ++uid, word);

    words[id] = word;
    parsed(id);
    assert_true(is_waiting(id));
    return id;
}

static void papers_are_scanned_before_they_are_judged(void **state)
{
    int64_t ids[2] = {bring("fine"), bring("good")};

    (void)state;
    run(ids, 2);
    assert_string_equal(row_of(ids[0]).state, "left");
    assert_string_equal(row_of(ids[1]).state, "left");
    assert_true(d.scan_watch.known && !d.scan_watch.away);
}

/* At each the child ends, or is ended: three times, and nobody else waits for ever. */
static void a_file_that_ends_the_child_is_tried_three_times(void **state)
{
    static const char *const rows[] = {"dies", "babbles", "hangs", "other"};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t ids[2] = {bring(rows[i]), bring("fine")};

        run(ids, 2);
        assert_string_equal(row_of(ids[0]).state, "left");
        assert_true(n_parse >= SCANNING_TRIES);
        n_parse = 0;
    }
}

static void a_scanner_taken_out_keeps_nothing_back(void **state)
{
    int64_t id;

    (void)state;
    d.ports.scan = NULL;
    id = bring("fine");
    config.scanner = NULL;
    scans_reload(&c);
    assert_null(c.scanner);
    run(&id, 1);
    assert_string_equal(row_of(id).state, "left");
}

static void a_missing_program_is_told(void **state)
{
    (void)state;
    config.scanner = NULL;
    scans_reload(&c);
    assert_int_equal(unlink(full("taamim-scan")), 0);
    GOOD(setenv("TAAMIM_LIBEXEC", "/nonexistent", 1) == 0);
    config.libexec_dir = dir;
    config.scanner = "/run/clamav/clamd.ctl";
    if (scans_open(&c, &e))
        skip(); /* the one that was built lies beside this program */
    assert_non_null(strstr(e.text, "taamim-scan"));
    scans_reload(&c);
    assert_true(d.scan_watch.away);
    assert_false(scans_scan(&c, NULL));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(papers_are_scanned_before_they_are_judged),
        CASE(a_file_that_ends_the_child_is_tried_three_times),
        CASE(a_scanner_taken_out_keeps_nothing_back),
        CASE(a_missing_program_is_told),
    };

    if (argc > 0 && strstr(argv[0], "taamim-scan"))
        return be_the_child();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
