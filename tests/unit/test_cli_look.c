/* What `taamim status` and `taamim round show` say of a store, to people and to programs. */
#include "unit/cli_case.h"

#include "app/marks.h"
#include "round/round.h"

static void needs(const char *text, const char *what)
{
    if (!strstr(text, what))
        fail_msg("no \"%s\" in:\n%s", what, text);
}

static void a_round_in_trouble(void)
{
    int64_t launch = case_notice("JO", "launch", "notice");

    case_delivery(launch, "mission@jo.example", "bounced");
    case_delivery(launch, "focal@jo.example", "sent");
    case_message("AE", "held", "human", LAUNCHED_AT);
    case_message("AE", "held", "human", LAUNCHED_AT);
    case_message("", "held", "human", LAUNCHED_AT);
    case_paper((struct paper_row){
        .message = case_message("JO", "filed", "human", LAUNCHED_AT), .party = "JO", .name = "a.pdf", .current = true});
}

static void status_counts_replies_and_papers(void **state)
{
    const char *text;

    (void)state;
    a_round_in_trouble();
    desk_done();
    text = desk_prints("status");
    needs(text, "; 1 paper filed\n");
    needs(text, "1 party with a bounced address, 3 replies held\n");
    needs(text, "3 replies wait for an officer");
    JSON_SCOPED one = desk_json("status ARCP/2026/04 --json");
    assert_int_equal(wire_int(one, "held", 0), 3);
    assert_int_equal(wire_int(json_array_get(json_object_get(one, "rows"), 1), "held", 0), 2);
}

static void status_tells_who_is_away(void **state)
{
    (void)state;
    case_sent_by("focal@jo.example", "until 3 May");
    desk_done();
    needs(desk_prints("status ARCP/2026/04"), "away: \"until 3 May\"");
    JSON_SCOPED one = desk_json("status ARCP/2026/04 --json");
    const json_t *rows = json_object_get(one, "rows");
    assert_string_equal(wire_string(json_array_get(rows, 0), "away", ""), "until 3 May");
    assert_string_equal(wire_string(json_array_get(rows, 1), "away", "-"), "");
}

static void status_marks_words_that_nobody_vouches_for(void **state)
{
    (void)state;
    case_words("x@jo.example", MARK_UNVERIFIED " " MARK_NOTE, "We withdraw.", NULL);
    case_words("x@jo.example", MARK_UNVERIFIED " " MARK_AWAY, "", "until 2099");
    desk_done();
    needs(desk_prints("status ARCP/2026/04"), "note (unverified): \"We withdraw.\"; away (unverified): \"until 2099\"");
    JSON_SCOPED one = desk_json("status ARCP/2026/04 --json");
    const json_t *rows = json_object_get(one, "rows");
    assert_true(wire_bool(json_array_get(rows, 0), "note_unverified"));
    assert_true(wire_bool(json_array_get(rows, 0), "away_unverified"));
    assert_false(wire_bool(json_array_get(rows, 1), "note_unverified"));
}

static void status_tells_what_answers_nothing_and_the_words(void **state)
{
    int64_t jo = case_message("JO", "filed", "human", LAUNCHED_AT);
    int64_t words = case_message("JO", "filed", "human", LAUNCHED_AT);
    struct message_row m;

    (void)state;
    case_paper((struct paper_row){
        .message = jo, .party = "JO", .item = ITEM_NOTHING, .name = "a.zip", .marks = MARK_LOCKED, .current = true});
    case_paper((struct paper_row){
        .message = jo, .party = "JO", .item = ITEM_NOTHING, .name = "c.rar", .marks = MARK_CLOSED, .current = true});
    case_paper((struct paper_row){.message = jo, .party = "JO", .item = ITEM_COVER, .name = "b.pdf", .current = true});
    case_paper(
        (struct paper_row){.message = jo, .party = "JO", .item = ITEM_COVER, .name = "b.pdf"}); /* an older one */
    GOOD(store_message(s, a, words, &m, &e));
    m.text = "We do\nnot object.";
    GOOD(store_update_message(s, &m, &e));
    desk_done();
    needs(desk_prints("status ARCP/2026/04"), "0 in part, 1 with no paper yet, 3 silent; 3 papers filed");
    needs(desk_prints("status ARCP/2026/04"), "no paper yet");
    needs(desk_prints("status ARCP/2026/04"),
          "1 locked paper; 1 archive not looked into; 1 covering letter; note: \"We do not object.\"");
    JSON_SCOPED one = desk_json("status ARCP/2026/04 --json");
    const json_t *row = json_array_get(json_object_get(one, "rows"), 0);
    assert_string_equal(wire_string(row, "standing", ""), "no_paper");
    assert_int_equal(wire_int(row, "locked", 0), 1);
    assert_int_equal(wire_int(row, "closed", 0), 1);
    assert_int_equal(wire_int(row, "covers", 0), 1);
    assert_string_equal(wire_string(row, "note", ""), "We do\nnot object.");
}

static void status_tells_the_quota(void **state)
{
    const json_t *quota;

    (void)state;
    GOOD(store_set(s, "quota_used", "95000000", &e) && store_set(s, "quota_limit", "100000000", &e));
    desk_done();
    needs(desk_prints("status"), "NEARLY FULL");
    JSON_SCOPED all = desk_json("status --json");
    quota = json_object_get(all, "quota");
    assert_int_equal(wire_int(quota, "used", 0), 95000000);
    assert_int_equal(wire_int(quota, "limit", 0), 100000000);
}

static void an_unknown_quota_is_null(void **state)
{
    (void)state;
    desk_done();
    JSON_SCOPED all = desk_json("status --json");
    assert_true(json_is_null(json_object_get(all, "quota")));
}

static void a_notice_has_its_deliveries(void **state)
{
    const json_t *list;

    (void)state;
    a_round_in_trouble();
    desk_done();
    needs(desk_prints("round show ARCP/2026/04"), "1 of 2 sent; mission@jo.example bounced");
    JSON_SCOPED round = desk_json("round show ARCP/2026/04 --json");
    list = json_object_get(json_array_get(json_object_get(round, "notices"), 0), "deliveries");
    assert_int_equal(json_array_size(list), 2);
    assert_string_equal(wire_string(json_array_get(list, 0), "address", ""), "mission@jo.example");
    assert_string_equal(wire_string(json_array_get(list, 0), "state", ""), "bounced");
    assert_string_equal(wire_string(json_array_get(list, 1), "state", ""), "sent");
}

/* More than a list holds: the command line does not end for it, and says how many it leaves out. */
static void a_flood_of_held_mail_is_shown_in_part(void **state)
{
    struct message_row m = {.mailbox = "Flood",
                            .uidvalidity = 1,
                            .round = REF,
                            .state = "held",
                            .kind = "human",
                            .sender = "stranger@mail.example",
                            .troubles = arena_printf(a, "%012000d", 0),
                            .received_at = LAUNCHED_AT};
    int64_t id;
    bool known;

    (void)state;
    for (m.uid = 1; m.uid <= 2100; m.uid++)
        GOOD(store_add_message(s, &m, &id, &known, &e));
    desk_done();
    needs(desk_prints("status"), "... and 2000 more: `taamim reply list --held`");
    needs(desk_prints("reply list --held"), "... and 100 more");
    JSON_SCOPED all = desk_json("reply list --held --json");
    assert_int_equal(json_array_size(all), 2100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(status_counts_replies_and_papers, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(status_tells_who_is_away, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(status_marks_words_that_nobody_vouches_for, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(status_tells_what_answers_nothing_and_the_words, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(status_tells_the_quota, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(a_flood_of_held_mail_is_shown_in_part, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(an_unknown_quota_is_null, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(a_notice_has_its_deliveries, desk_set_up, desk_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
