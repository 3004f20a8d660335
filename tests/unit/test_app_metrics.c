/* The file of figures: every line of it in the form that node_exporter reads, and each figure what happened. */
#include "portal_case.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/metrics.h"

static char dir[64];
static struct daemon d;

static int set_up(void **state)
{
    struct err why = {0};

    strcpy(dir, "/tmp/taamim-metrics-XXXXXX");
    if (!mkdtemp(dir) || case_set_up(state) != 0)
        return -1;
    d = (struct daemon){.store = s, .spool = spool_open(dir, false, NULL, &why)};
    d.orders.config = &config;
    config.metrics_every_s = 60;
    return d.spool ? 0 : -1;
}

static int tear_down(void **state)
{
    spool_close(d.spool);
    const char *command = arena_printf(a, "rm -r %s", dir);
    int status = system(command);
    case_tear_down(state);
    return status;
}

static const char *text(void)
{
    BUF_SCOPED out = {0};
    GOOD(metrics_text(&d, a, &out, &e));
    return arena_strdup(a, buf_text(&out));
}

static void shows(const char *line)
{
    const char *all = text();
    if (!strstr(all, arena_printf(a, "\n%s\n", line)))
        fail_msg("no \"%s\" in\n%s", line, all);
}

static void shows_not(const char *name)
{
    const char *all = text();
    if (strstr(all, name))
        fail_msg("\"%s\" in\n%s", name, all);
}

static void every_line_has_its_form(void **state)
{
    (void)state;
    config.scanner = "/run/clamd";
    GRegex *form = g_regex_new("^(# HELP taamim_[a-z_]+ [A-Z0-9][^\\n\\\\]*|# TYPE taamim_[a-z_]+ (gauge|counter)|"
                               "taamim_[a-z_]+(\\{[a-z]+=\"[a-z_]+\"\\})? -?[0-9]+)$",
                               0, 0, NULL);
    char *rest = arena_strdup(a, text());
    const char *name = "";
    size_t len = strlen(rest);

    assert_int_equal(rest[len - 1], '\n');
    for (char *line = strtok_r(rest, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (!g_regex_match(form, line, 0, NULL))
            fail_msg("\"%s\"", line);
        const char *own = *line == '#' ? strchr(line + 2, ' ') + 1 : line;
        if (strncmp(line, "# HELP", 6) == 0)
            name = arena_strndup(a, own, strcspn(own, " "));
        else if (strncmp(own, name, strlen(name)) != 0 || !strchr(" {", own[strlen(name)]))
            fail_msg("%s stands under %s", line, name);
        assert_int_equal(g_str_has_suffix(name, "_total"),
                         strstr(text(), arena_printf(a, "# TYPE %s counter", name)) != NULL);
    }
    g_regex_unref(form);
}

static void figures_are_what_happened(void **state)
{
    (void)state;
    shows("taamim_oldest_waiting_seconds 0");
    shows("taamim_deliveries{state=\"deferred\"} 0");
    shows_not("taamim_last_sent");
    shows_not("taamim_last_collected");
    int64_t notice = case_notice("JO", "launch", "notice");
    case_delivery(notice, "a@jo.example", "deferred");
    case_delivery(notice, "b@jo.example", "deferred");
    struct delivery_row sent = {
        .notice = notice, .address = "c@jo.example", .mail_from = "", .state = "sent", .since_at = LAUNCHED_AT + 5};
    int64_t id;
    GOOD(store_add_delivery(s, &sent, &id, &e));
    case_message("JO", "held", "human", LAUNCHED_AT + 7);
    struct seat_row seat;
    GOOD(store_seat(s, a, REF, "JO", &seat, &e));
    seat.receipt_due_at = clock_now() - 1;
    GOOD(store_update_seat(s, &seat, &e));
    shows("taamim_deliveries{state=\"deferred\"} 2");
    shows("taamim_deliveries{state=\"sent\"} 1");
    shows(arena_printf(a, "taamim_oldest_waiting_seconds %d", 10 * DAY));
    shows(arena_printf(a, "taamim_last_sent_timestamp_seconds %d", LAUNCHED_AT + 5));
    shows(arena_printf(a, "taamim_last_collected_timestamp_seconds %d", LAUNCHED_AT + 7));
    shows("taamim_rounds_open 1");
    shows("taamim_replies_held 1");
    shows("taamim_receipts_due 1");
}

static void a_receipt_that_waits_for_its_time_is_not_due(void **state)
{
    (void)state;
    struct seat_row seat;
    GOOD(store_seat(s, a, REF, "JO", &seat, &e));
    seat.receipt_due_at = clock_now() + 1;
    GOOD(store_update_seat(s, &seat, &e));
    shows("taamim_receipts_due 0");
}

static void troubles_are_one_and_end(void **state)
{
    (void)state;
    shows("taamim_server_away{server=\"imap\"} 0");
    shows_not("scanner\"");
    shows_not("sent_folder\"");
    config.scanner = "/run/clamd";
    config.sent_folder = "Sent";
    d.imap_watch.away = d.queue.stopped = d.scan_watch.away = true;
    d.parser_deaths = 3;
    d.last_boot_at = 100;
    d.clock_paused_until_at = 101;
    GOOD(store_set(s, "disk_low", "nearly full", &e));
    shows("taamim_server_away{server=\"imap\"} 1");
    shows("taamim_server_away{server=\"smtp\"} 0");
    shows("taamim_server_away{server=\"scanner\"} 1");
    shows("taamim_server_away{server=\"sent_folder\"} 0");
    shows("taamim_queue_stopped 1");
    shows("taamim_parser_deaths_total 3");
    shows("taamim_clock_paused 1");
    shows("taamim_disk_low 1");
    d.last_boot_at = 101;
    shows("taamim_clock_paused 0");
}

static const char *in_file(void)
{
    return file_read(a, config.metrics_file, 1 << 20, NULL, NULL);
}

static void the_file_is_written_when_it_is_time(void **state)
{
    (void)state;
    struct stat st;
    assert_int_equal(metrics_turn(&d), 0);
    config.metrics_file = arena_printf(a, "%s/taamim.prom", dir);
    umask(0077);
    int64_t next = metrics_turn(&d);
    assert_int_equal(next, clock_now() + 60);
    assert_non_null(in_file());
    assert_int_equal(stat(config.metrics_file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0644); /* another user reads it */
    unlink(config.metrics_file);
    clock_advance(59);
    assert_int_equal(metrics_turn(&d), next);
    assert_null(in_file());
    clock_advance(1);
    metrics_turn(&d);
    assert_non_null(in_file());
    unlink(config.metrics_file);
    clock_set(clock_now() - DAY); /* put back: not silent for a day */
    metrics_turn(&d);
    assert_non_null(in_file());
}

static void what_cannot_be_written_stops_nothing(void **state)
{
    (void)state;
    config.metrics_file = arena_printf(a, "%s/none/taamim.prom", dir);
    assert_true(metrics_turn(&d) > clock_now());
    assert_true(d.metrics.failing);
    GOOD(file_mkdirs(arena_printf(a, "%s/none", dir), 0700, &e));
    clock_advance(60);
    metrics_turn(&d);
    assert_false(d.metrics.failing);
    assert_non_null(in_file());
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_line_has_its_form),
        CASE(figures_are_what_happened),
        CASE(a_receipt_that_waits_for_its_time_is_not_due),
        CASE(troubles_are_one_and_end),
        CASE(the_file_is_written_when_it_is_time),
        CASE(what_cannot_be_written_stops_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
