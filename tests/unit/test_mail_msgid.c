/* Tokens in Message-IDs and in address details. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "mail/msgid.h"

#define TOKEN "abcdefgh234567xy"

/* A copy of exactly the size of the text, so that a read beyond it is seen. */
static char *exact(const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(malloc(n), s, n);
}

static void what_is_made_is_found_again(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    char token[TOKEN_LEN + 1] = "";
    char *id = msgid_make(a, TOKEN, "0", "secretariat.example");
    assert_string_equal(id, "<t." TOKEN ".0@secretariat.example>");
    assert_true(msgid_token(id, token));
    assert_string_equal(token, TOKEN);
    memset(token, 0, sizeof token);
    assert_true(detail_token(detail_make(a, TOKEN), token));
    assert_string_equal(token, TOKEN);
}

static void message_ids(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        bool found;
    } rows[] = {
        {"t." TOKEN ".0@secretariat.example", true},
        {"<t." TOKEN ".reminder-3@other.example>", true},
        {"<T.ABCDEFGH234567XY.0@SECRETARIAT.EXAMPLE>", true},
        {" <t." TOKEN ".0@x>", true},
        {"", false},
        {"<", false},
        {"<t.", false},
        {"<t.abcdefgh", false},
        {"<t." TOKEN "@x>", false},
        {"<t." TOKEN ".@x>", false},
        {"<t." TOKEN "a.0@x>", false},
        {"<t.abcdefgh234567x1.0@x>", false},
        {"<t." TOKEN ".0>", false},
        {"<xt." TOKEN ".0@x>", false},
        {"<t." TOKEN ".0123456789012345678901234567890123@x>", false},
        {"<1234@t." TOKEN ".0@x>", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *id = exact(rows[i].id);
        char token[TOKEN_LEN + 1] = "unchanged";
        if (msgid_token(id, token) != rows[i].found)
            fail_msg("%s", rows[i].id);
        assert_string_equal(token, rows[i].found ? TOKEN : "unchanged");
        free(id);
    }
    char token[TOKEN_LEN + 1];
    assert_false(msgid_token(NULL, token));
}

static void details(void **state)
{
    (void)state;
    static const struct {
        const char *detail;
        bool found;
    } rows[] = {
        {"t-" TOKEN, true}, {"T-ABCDEFGH234567XY", true},  {"t-" TOKEN "x", false}, {"t-", false}, {"", false},
        {TOKEN, false},     {"t-abcdefgh234567x0", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *detail = exact(rows[i].detail);
        char token[TOKEN_LEN + 1] = "";
        if (detail_token(detail, token) != rows[i].found)
            fail_msg("%s", rows[i].detail);
        free(detail);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_made_is_found_again),
        cmocka_unit_test(message_ids),
        cmocka_unit_test(details),
    };
    return cmocka_run_group_tests_name("mail/msgid", tests, NULL, NULL);
}
