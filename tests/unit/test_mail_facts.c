/* Facts over the pipe and back, records that lie, and what our own server said of a sender. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* cmocka needs the above first */
#include <cmocka.h>
#include "base/wire.h"
#include "mail/facts.h"

static void test_round_trip(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    struct fact_address to[] = {{"البعثة", "m@eg.example"}};
    struct fact_failure failures[] = {{REPORT_FAILED, "a@b.example", "5.1.1", "no such user", "alias@b.example"}};
    struct fact_part parts[] = {{.name = "ورقة.pdf",
                                 .claimed = "application/pdf",
                                 .type = "application/pdf",
                                 .offset = 10,
                                 .size = 90,
                                 .forwarded = true,
                                 .cut = true,
                                 .locked = true,
                                 .utf8_sha256 = ""},
                                {.name = "annex.docx",
                                 .offset = 0,
                                 .size = 10,
                                 .closed = true,
                                 .macros = true,
                                 .scan = true,
                                 .pages = 3,
                                 .member_of = 1}};
    const char *ids[] = {"x@y", "z@y"}, *links[] = {"https://files.example/\x01\x2E"};
    struct facts f = {.subject = "تعميم",
                      .from = {"Office", "o@jo.example"},
                      .message_id = "m@x",
                      .in_reply_to = "",
                      .references = ids,
                      .n_references = 2,
                      .recipients = to,
                      .n_recipients = 1,
                      .date_at = 1793520000,
                      .failures = failures,
                      .n_failures = 1,
                      .parts = parts,
                      .n_parts = 2,
                      .links = links,
                      .n_links = 1,
                      .away_until = "حتى 3 ديسمبر",
                      .text = "line\nline",
                      .reply_text = "line",
                      .calendar_method = "",
                      .calendar_uid = "",
                      .calendar_partstat = "",
                      .trouble = ""};
    struct fact_auth auth[] = {{"mx; spf=pass smtp.mailfrom=x\u037ey@e\xCC\x81.example", false}, {"mx; dm", true}};
    f.auth_results = auth;
    f.n_auth_results = 2;
    struct fact_auth seal[] = {{"i=1; d=lists.example", false}}, sealed[] = {{"i=1; lists.example; dmarc=pass", false}};
    f.arc_seals = seal;
    f.arc_results = sealed;
    f.n_arc_seals = f.n_arc_results = 1;
    f.auth_as = "Internal";
    f.several_senders = f.incomplete = true;
    f.signs.report_dsn = f.signs.has_papers = true;
    f.signs.action = REPORT_FAILED;
    f.signs.auto_submitted = AUTO_REPLIED;
    JSON_SCOPED j = facts_to_json(&f);
    struct facts g;
    struct err e = {0};
    assert_true(facts_from_json(a, j, 100, &g, &e));
    assert_memory_equal(&g.signs, &f.signs, sizeof g.signs);
    assert_string_equal(g.subject, f.subject);
    assert_string_equal(g.from.address, "o@jo.example");
    assert_true(g.several_senders && g.incomplete && g.parts[0].cut);
    assert_string_equal(g.in_reply_to, "");
    assert_string_equal(g.references[1], "z@y");
    assert_int_equal(g.n_arc_seals, 1);
    assert_string_equal(g.arc_seals[0].value, seal[0].value);
    assert_int_equal(g.n_arc_results, 1);
    assert_string_equal(g.arc_results[0].value, sealed[0].value);
    assert_string_equal(g.auth_as, "Internal");
    assert_int_equal(g.n_auth_results, 2);
    assert_string_equal(g.auth_results[0].value, auth[0].value);
    assert_false(g.auth_results[0].cut);
    assert_true(g.auth_results[1].cut);
    assert_string_equal(g.recipients[0].name, "البعثة");
    assert_string_equal(g.failures[0].status, "5.1.1");
    assert_string_equal(g.failures[0].original, "alias@b.example");
    assert_string_equal(g.parts[0].name, "ورقة.pdf");
    assert_int_equal(g.parts[0].offset + g.parts[0].size, 100);
    assert_true(g.parts[0].forwarded);
    assert_false(g.parts[0].no_paper);
    assert_true(g.parts[0].locked && !g.parts[0].closed && g.parts[1].closed && !g.parts[0].macros &&
                !g.parts[0].scan && g.parts[0].member_of == 0);
    assert_true(g.parts[1].macros && g.parts[1].scan && !g.parts[1].locked);
    assert_int_equal(g.parts[1].pages, 3);
    assert_int_equal(g.parts[1].member_of, 1);
    assert_int_equal(g.n_links, 1);
    assert_string_equal(g.links[0], "https://files.example/.");
    assert_string_equal(g.away_until, f.away_until);
    assert_string_equal(g.text, "line\nline");
    assert_int_equal(g.date_at, f.date_at);
}

/* A record of a child that was taken over; the scratch file has 100 bytes. */
static void test_lies(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "{\"parts\":[{\"offset\":0,\"size\":101}]}",
        "{\"parts\":[{\"offset\":101,\"size\":0}]}",
        "{\"parts\":[{\"offset\":50,\"size\":51}]}",
        "{\"parts\":[{\"offset\":-1,\"size\":1}]}",
        "{\"parts\":[{\"offset\":9223372036854775807,\"size\":9223372036854775807}]}",
        "{\"parts\":[{\"offset\":0,\"size\":-5}]}",
        "{\"parts\":[{\"offset\":0,\"size\":50},{\"offset\":49,\"size\":1}]}",
        "{\"parts\":[{\"offset\":50,\"size\":10},{\"offset\":0,\"size\":100}]}",
        "{\"parts\":[{\"offset\":0,\"size\":60},{\"offset\":0,\"size\":60}]}",
        "{\"parts\":[{\"member_of\":1}]}",
        "{\"parts\":[{\"member_of\":-1}]}",
        "{\"parts\":[{\"pages\":1000000}]}",
        "{\"links\":[7]}",
        "{\"parts\":{}}",
        "{\"subject\":7}",
        "{\"signs\":{\"action\":77}}",
        "{\"signs\":{\"action\":-1}}",
        "{\"signs\":{\"auto_submitted\":\"x\"}}",
        "{\"failures\":[{\"action\":9}]}",
        "{\"failures\":[{\"action\":1,\"status\":\"5.1.1.1.1.1.1.1.1.1.1\"}]}",
        "{\"references\":[1]}",
        "{\"date_at\":9223372036854775807}",
        "[]",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        JSON_SCOPED j = json_loads(rows[i], 0, NULL);
        assert_non_null(j);
        struct err e = {0};
        struct facts f = {.date_at = 42};
        if (facts_from_json(a, j, 100, &f, &e))
            fail_msg("believed: %s", rows[i]);
        assert_int_equal(f.date_at, 42);
        assert_int_equal(e.kind, ERR_PERM);
        assert_true(strlen(e.text) > 0);
    }
}

/* What the parser's pipe held when it closed, and what a person reads of it. */
static void test_answers(void **state)
{
    (void)state;
    static const struct {
        const char *answer, *why; /* NULL: taken */
    } rows[] = {
        {"{\"subject\":\"x\"}\n", NULL},
        {"", "ended without an answer"},
        {"{\"subject\":\"x\"}", "ended without an answer"},
        {"{\"subject\":\n", "cannot be read"},
        {"{\"subject\":\"x\"}{\"died\":\"it crashed\"}\n", "cannot be read"},
        {"{\"died\":\"it crashed\"}\n", "too much for the parser: it crashed"},
        {"{\"subject\":7}\n", "\"subject\""},
        {"{\"signs\":{\"unreadable\":true},\"trouble\":\"no message\"}\n", "no message"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        BUF_SCOPED answer = {.max = 1000};
        struct facts f = {.date_at = 42};
        struct err e = {0};
        buf_adds(&answer, rows[i].answer);
        assert_int_equal(facts_from_answer(a, &answer, 100, &f, &e), rows[i].why == NULL);
        if (rows[i].why && (!strstr(e.text, rows[i].why) || f.date_at != 42))
            fail_msg("row %zu: %s", i, e.text);
    }
}

/* Parts in any order, and empty ones between. */
static void test_places(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    struct facts f;
    struct err e = {0};
    JSON_SCOPED j = json_loads("{\"parts\":[{\"offset\":60,\"size\":40},{\"offset\":0,\"size\":60},"
                               "{\"offset\":100,\"size\":0},{\"offset\":60,\"size\":0}]}",
                               0, NULL);
    assert_true(facts_from_json(a, j, 100, &f, &e));
    assert_int_equal(f.n_parts, 4);
}

/* Whatever the parser put together, its record is one that the daemon takes. */
static void test_long_texts(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    char *text = arena_alloc(a, 100001);
    for (int i = 0; i < 100000; i += 2)
        memcpy(text + i, "\xD8\xAA", 2);
    struct fact_failure failure = {REPORT_FAILED, text, text, text, text};
    struct facts f = {.subject = text, .from = {text, text}, .calendar_partstat = text, .text = text, .trouble = text},
                 g;
    struct err e = {0};
    f.failures = &failure;
    f.n_failures = 1;
    JSON_SCOPED j = facts_to_json(&f);
    if (!facts_from_json(a, j, 100, &g, &e))
        fail_msg("%s", e.text);
    assert_int_equal(strlen(g.calendar_partstat), 4096);
    assert_int_equal(strlen(g.text), 64 << 10);
}

static void test_too_many(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    JSON_SCOPED j = json_object();
    json_t *parts = json_array();
    for (int i = 0; i < FACTS_PARTS_MAX + 1; i++)
        json_array_append_new(parts, json_object());
    json_object_set_new(j, "parts", parts);
    struct facts f;
    assert_false(facts_from_json(a, j, 100, &f, NULL));
    json_array_remove(parts, 0);
    assert_true(facts_from_json(a, j, 100, &f, NULL));
    assert_int_equal(f.n_parts, FACTS_PARTS_MAX);
}

static void test_empty_record(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    JSON_SCOPED j = json_object();
    struct facts f;
    assert_true(facts_from_json(a, j, 0, &f, NULL));
    assert_string_equal(f.subject, "");
    assert_string_equal(f.trouble, "");
    assert_int_equal(f.n_parts, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),   cmocka_unit_test(test_lies),       cmocka_unit_test(test_places),
        cmocka_unit_test(test_answers),      cmocka_unit_test(test_long_texts), cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_empty_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
