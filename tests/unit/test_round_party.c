/* Finding and naming parties. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "round/party.h"

static const char *const groups[] = {"council"};
static const struct party parties[] = {
    {.code = "JO",
     .name = {"الأردن", "Jordan", NULL},
     .full = {"المملكة الأردنية الهاشمية", "the Hashemite Kingdom of Jordan", NULL},
     .to = {"للمملكة الأردنية الهاشمية", NULL, NULL},
     .groups = groups,
     .n_groups = 1},
    {.code = "X1", .name = {"", NULL, "Experte"}},
};
static const struct party_register all = {.parties = parties, .n_parties = 2};

static void a_party_is_found_by_its_code(void **state)
{
    (void)state;
    assert_ptr_equal(register_find(&all, "jo"), &parties[0]);
    assert_null(register_find(&all, "J"));
    assert_null(register_find(&all, ""));
    assert_true(party_in_group(&parties[0], "council"));
    assert_false(party_in_group(&parties[1], "council"));
}

static void a_missing_form_falls_back(void **state)
{
    (void)state;
    assert_string_equal(party_name(&parties[0], LANG_AR), "الأردن");
    assert_string_equal(party_name(&parties[0], LANG_FR), "Jordan");
    assert_string_equal(party_name(&parties[1], LANG_AR), "X1");
    assert_string_equal(party_full(&parties[0], LANG_FR), "the Hashemite Kingdom of Jordan");
    assert_string_equal(party_full(&parties[1], LANG_FR), "Experte");
    assert_string_equal(party_of(&parties[0], LANG_AR), "المملكة الأردنية الهاشمية");
}

static void names_of_roles_are_read_back(void **state)
{
    (void)state;
    int role = -1;
    assert_true(enum_by_name(contact_role_names, ROLE_COUNT, "focal_point", &role));
    assert_int_equal(role, ROLE_FOCAL_POINT);
    assert_false(enum_by_name(contact_role_names, ROLE_COUNT, "Focal", &role) ||
                 enum_by_name(contact_role_names, ROLE_COUNT, NULL, &role));
    assert_int_equal(role, ROLE_FOCAL_POINT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_party_is_found_by_its_code),
        cmocka_unit_test(a_missing_form_falls_back),
        cmocka_unit_test(names_of_roles_are_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
