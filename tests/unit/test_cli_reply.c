/* `taamim reply show`: what a reply brought and could not be taken, and what it says. */
#include "app/marks.h"
#include "unit/cli_case.h"

#include "app/effects.h"
#include "app/trouble.h"

static void write_paper(int64_t message, const char *name, int item, const char *marks)
{
    struct paper_row p = {.message = message,
                          .round = REF,
                          .party = "JO",
                          .item = item,
                          .name = name,
                          .version = 1,
                          .path = name,
                          .sha256 = "",
                          .type = "",
                          .marks = marks};

    GOOD(store_add_paper(s, &p, &p.id, &e));
}

static int64_t write_words(void)
{
    struct message_row m = {.mailbox = "INBOX",
                            .uidvalidity = 1,
                            .uid = 2,
                            .state = "filed",
                            .round = REF,
                            .party = "JO",
                            .marks = MARK_NOTE,
                            .text = "Our paper: https://drive.example/x",
                            .received_at = LAUNCHED_AT};
    bool known;

    trouble_add(a, &m, "link", 0, "https://drive.example/x");
    GOOD(store_add_message(s, &m, &m.id, &known, &e));
    desk_done();
    return m.id;
}

static void write_reply(void)
{
    struct message_row m = {.mailbox = "INBOX",
                            .uidvalidity = 1,
                            .uid = 1,
                            .state = "filed",
                            .round = REF,
                            .party = "JO",
                            .marks = MARK_NOTE,
                            .text = "We agree.\n\033[31mred",
                            .received_at = LAUNCHED_AT};
    bool known;

    trouble_add(a, &m, "refused_type", 2048, "setup.exe");
    trouble_add(a, &m, "empty", 0, "report.docx");
    GOOD(store_add_message(s, &m, &m.id, &known, &e));
    write_paper(m.id, "one.pdf", ITEM_NOTHING, "unverified locked");
    write_paper(m.id, "two.zip", ITEM_NOTHING, "archive");
    write_paper(m.id, "NV.pdf", ITEM_COVER, "");
    desk_done();
}

/* Why a paper answers no item stands where the item would. */
static void papers_that_answer_nothing_say_why(void **state)
{
    const char *text;
    JSON_SCOPED j = NULL;

    (void)state;
    write_reply();
    text = desk_prints("reply show 1");
    if (!strstr(text, "one.pdf   locked") || !strstr(text, "two.zip  archive"))
        fail_msg("%s", text);
    j = desk_json("reply show 1 --json");
    assert_int_equal(wire_int(json_array_get(json_object_get(j, "papers"), 0), "item", -1), 0);
    assert_string_equal(wire_string(json_array_get(json_object_get(j, "papers"), 1), "marks", ""), "archive");
}

static void what_was_not_taken_is_shown(void **state)
{
    const char *text;
    const json_t *list;
    JSON_SCOPED j = NULL;

    (void)state;
    write_reply();
    text = desk_prints("reply show 1");
    if (!strstr(text, "setup.exe") || !strstr(text, "a file of a type that is refused") || !strstr(text, "report.docx"))
        fail_msg("%s", text);
    j = desk_json("reply show 1 --json");
    list = json_object_get(j, "not_taken");
    assert_int_equal(json_array_size(list), 2);
    assert_string_equal(wire_string(json_array_get(list, 0), "name", ""), "setup.exe");
    assert_string_equal(wire_string(json_array_get(list, 0), "why", ""), "refused_type");
}

static void words_alone_are_a_note(void **state)
{
    const char *text;

    (void)state;
    write_reply();
    text = desk_prints("reply show 1");
    if (!strstr(text, "filed, note") || !strstr(text, "A note, which says:\n  We agree.\n") || strchr(text, '\033'))
        fail_msg("%s", text);
    text = desk_prints("reply list");
    if (!strstr(text, "note") || !strstr(text, "locked cover"))
        fail_msg("%s", text);
}

static void a_covering_letter_is_shown_as_one(void **state)
{
    const char *text;
    JSON_SCOPED j = NULL;
    const json_t *first;

    (void)state;
    write_reply();
    text = desk_prints("reply show 1");
    if (!strstr(text, "cover") || !strstr(text, "taamim reply cover 1"))
        fail_msg("%s", text);
    j = desk_json("reply show 1 --json");
    first = json_array_get(json_object_get(j, "papers"), 2);
    assert_true(wire_bool(first, "cover"));
    assert_int_equal(wire_int(first, "item", -1), 0);
}

/* A link has no size, and where there is no paper nothing is offered that can be done with one. */
static void only_what_can_be_done_is_offered(void **state)
{
    const char *text;

    (void)state;
    text = desk_prints(arena_printf(a, "reply show %lld", (long long)write_words()));
    if (!strstr(text, "https://drive.example/x: not taken") || !strstr(text, "reply move") ||
        strstr(text, "reply item") || strstr(text, "reply cover"))
        fail_msg("%s", text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(papers_that_answer_nothing_say_why, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(what_was_not_taken_is_shown, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(words_alone_are_a_note, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(only_what_can_be_done_is_offered, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(a_covering_letter_is_shown_as_one, desk_set_up, desk_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
