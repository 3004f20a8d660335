/* A scan of one page, from what the parser says of it to the officer's word on it. */
#include "unit/inbox_case.h"

#include "app/acts.h"
#include "app/covers.h"
#include "app/effects.h"
#include "round/cover.h"

#define REF "ARCP/2026/04"

static const struct round_spec spec = {.ref = REF, .title = {"تقرير", "Report", "Rapport"}};
static const struct round_view view = {.row = {.ref = REF}, .spec = &spec};

static void write_round(void)
{
    const struct round_row round = {.ref = REF, .state = "open", .kind = "papers", .spec = "{}", .boundary = "b"};
    const struct seat_row seat = {.round = REF, .party = "JO"};

    GOOD(store_add_round(d.store, &round, &e));
    GOOD(store_add_seat(d.store, &seat, &e));
}

/* One paper of Jordan's, filed. */
static void file_paper(int64_t uid, const struct fact_part *part)
{
    struct facts facts = {.parts = (struct fact_part *)part, .n_parts = 1};
    struct incoming in = {.a = a, .facts = &facts};
    struct filed filed;
    char path[80];
    bool known;
    FILE *f;

    snprintf(path, sizeof path, "%s/scratch-%lld", dir, (long long)uid);
    f = fopen(path, "w+");
    assert_non_null(f);
    fprintf(f, "%lld%.*s", (long long)uid, (int)part->size, "0123456789");
    fflush(f);
    in.scratch_fd = fileno(f);
    in.m = (struct message_row){.mailbox = "INBOX",
                                .uidvalidity = 1,
                                .uid = uid,
                                .state = "filed",
                                .round = REF,
                                .party = "JO",
                                .subject = "",
                                .marks = "late"};
    GOOD(store_add_message(d.store, &in.m, &in.m.id, &known, &e));
    GOOD(filing_stage(&d, &in, false, &e));
    GOOD(filing_accept(&d, a, &in.m, &view, &filed, &e));
    assert_int_equal(filed.taken, 1);
    fclose(f);
}

static unsigned alone(void)
{
    unsigned bits = 0;

    GOOD(covers_of(&d, a, &view, "JO", &bits, &e));
    return bits;
}

static void a_scan_of_one_page_is_told_while_nothing_else_came(void **state)
{
    struct fact_part page = {.name = "scan.pdf", .claimed = "", .type = "application/pdf", .size = 5};
    struct fact_part paper = {.name = "report.pdf", .claimed = "", .type = "application/pdf", .size = 6};
    struct paper_row *rows;
    size_t n;

    (void)state;
    page.scan = true;
    page.pages = 1;
    GOOD(daemon_begin(&d, &e));
    write_round();
    file_paper(1, &page);
    assert_int_equal(alone(), 1);
    GOOD(store_papers(d.store, a, REF, "JO", &rows, &n, &e));
    assert_string_equal(rows[0].marks, "late one_page_scan");
    file_paper(2, &paper);
    assert_int_equal(alone(), 0);
    GOOD(daemon_commit(&d, &e));
}

static void two_pages_are_a_paper(void **state)
{
    struct fact_part pages = {.name = "scan.pdf", .claimed = "", .type = "application/pdf", .size = 5};

    (void)state;
    pages.scan = true;
    pages.pages = 2;
    GOOD(daemon_begin(&d, &e));
    write_round();
    file_paper(1, &pages);
    assert_int_equal(alone(), 0);
    GOOD(daemon_commit(&d, &e));
}

static void what_is_set_aside_answers_nothing(void **state)
{
    struct fact_part page = {.name = "scan.pdf", .claimed = "", .type = "application/pdf", .size = 5};
    struct seat_row seat;
    struct paper_row *rows;
    size_t n;

    (void)state;
    page.scan = true;
    page.pages = 1;
    GOOD(daemon_begin(&d, &e));
    write_round();
    file_paper(1, &page);
    GOOD(store_seat(d.store, a, REF, "JO", &seat, &e));
    assert_int_equal(seat.complete_at, NOW_AT);
    GOOD(store_papers(d.store, a, REF, "JO", &rows, &n, &e));
    GOOD(filing_set_aside(&d, a, &rows[0], &e));
    GOOD(filing_update_seat(&d, a, &view, "JO", &e));
    assert_int_equal(alone(), 0);
    GOOD(store_seat(d.store, a, REF, "JO", &seat, &e));
    assert_int_equal(seat.answered_at, 0);
    assert_int_equal(seat.complete_at, 0);
    GOOD(daemon_commit(&d, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_scan_of_one_page_is_told_while_nothing_else_came, case_set_up,
                                        case_tear_down),
        cmocka_unit_test_setup_teardown(two_pages_are_a_paper, case_set_up, case_tear_down),
        cmocka_unit_test_setup_teardown(what_is_set_aside_answers_nothing, case_set_up, case_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
