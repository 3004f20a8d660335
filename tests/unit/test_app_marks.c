/* Marks are words: none is found in a part of another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "app/marks.h"

static void a_mark_is_a_whole_word(void **state)
{
    static const struct {
        const char *marks;
        bool late;
    } rows[] = {{"late", true},        {"unverified late", true}, {"late known", true}, {"translated late", true},
                {"translated", false}, {"late_by_far", false},    {"", false}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (mark_has(rows[i].marks, MARK_LATE) != rows[i].late)
            fail_msg("\"%s\"", rows[i].marks);
}

static void one_is_there_once_and_goes_wholly(void **state)
{
    ARENA_SCOPED a = arena_new();

    (void)state;
    assert_string_equal(mark_add(a, "", MARK_LATE), "late");
    assert_string_equal(mark_add(a, "junk", MARK_LATE), "junk late");
    assert_string_equal(mark_add(a, "late junk", MARK_LATE), "late junk");
    assert_string_equal(mark_drop(a, "late junk translated late", MARK_LATE), "junk translated");
    assert_string_equal(mark_drop(a, "late", MARK_LATE), "");
}

static void a_paper_filed_keeps_its_own(void **state)
{
    ARENA_SCOPED a = arena_new();

    (void)state;
    assert_string_equal(marks_filed(a, "unverified", "late locked member"), "unverified locked member");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mark_is_a_whole_word),
        cmocka_unit_test(one_is_there_once_and_goes_wholly),
        cmocka_unit_test(a_paper_filed_keeps_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
