/* `taamim explain`: how a message's files are shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "app/explain.h"

static void test_members_stand_under_their_archive(void **state)
{
    (void)state;
    struct fact_part parts[] = {
        {.name = "a.zip", .type = "application/zip", .size = 3},
        {.name = "1.pdf", .type = "application/pdf", .size = 3, .member_of = 1, .scan = true, .pages = 2},
        {.name = "2.doc", .type = "application/msword", .size = 3, .member_of = 1, .locked = true, .macros = true},
        {.name = "b.txt", .type = "text/plain", .size = 3},
    };
    struct facts f = {.from = {"", ""}, .subject = "", .reply_text = "", .calendar_method = "", .trouble = ""};
    for (size_t i = 0; i < 4; i++) {
        parts[i].utf8_sha256 = "";
        parts[i].offset = (int64_t)(3 * i);
    }
    f.parts = parts;
    f.n_parts = 4;
    f.calendar_uid = f.calendar_partstat = "";
    FILE *scratch = tmpfile();
    assert_int_equal(fputs("zippdfdoctxt", scratch) >= 0 && fflush(scratch) == 0, true);
    json_t *o = explain_json("x.eml", &f, fileno(scratch));
    json_t *list = json_object_get(o, "attachments"), *members = json_object_get(json_array_get(list, 0), "members");
    assert_int_equal(json_array_size(list), 2);
    assert_int_equal(json_array_size(members), 2);
    json_t *pdf = json_array_get(members, 0), *doc = json_array_get(members, 1);
    assert_string_equal(json_string_value(json_object_get(pdf, "name")), "1.pdf");
    assert_string_equal(json_string_value(json_object_get(pdf, "sha256")),
                        "c35b21d6ca39aa7cc3b79a705d989f1a6e88b99ab43988d74048799e3db926a3");
    assert_true(json_is_true(json_object_get(pdf, "scan")));
    assert_int_equal(json_integer_value(json_object_get(pdf, "pages")), 2);
    assert_null(json_object_get(pdf, "locked"));
    assert_true(json_is_true(json_object_get(doc, "locked")));
    assert_true(json_is_true(json_object_get(doc, "macros")));
    assert_null(json_object_get(doc, "pages"));
    assert_null(json_object_get(json_array_get(list, 1), "members"));
    json_decref(o);
    fclose(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_members_stand_under_their_archive)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
