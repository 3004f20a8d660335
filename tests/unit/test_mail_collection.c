/* The record of a collected message: what goes out comes back, and what a broken child could say is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/wire.h"
#include "mail/collection.h"

#define HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static struct collected sample(void)
{
    return (struct collected){.file = "9f3a1c22-1712-42.eml",
                              .mailbox = "مشاركات",
                              .sha256 = HASH,
                              .uidvalidity = 1712,
                              .uid = 4294967295LL,
                              .size = 6000000000LL,
                              .internal_at = 1700000000};
}

static void goes_out_and_comes_back(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    struct collected in = sample(), out = {0};
    struct err e = {0};
    JSON_SCOPED j = collected_to_json(&in);
    assert_non_null(j);
    assert_true(collected_from_json(a, j, &out, &e));
    assert_string_equal(out.file, in.file);
    assert_string_equal(out.mailbox, in.mailbox);
    assert_string_equal(out.sha256, in.sha256);
    assert_true(out.uidvalidity == in.uidvalidity && out.uid == in.uid && out.size == in.size &&
                out.internal_at == in.internal_at);
}

/* Each row sets one field of a good record to something that must be refused, and the field's name must be told. */
static void refuses_what_makes_no_sense(void **state)
{
    (void)state;
    static const struct {
        const char *field, *text;
        int64_t number;
    } rows[] = {
        {"file", "", 0},
        {"file", "../taamim.db", 0},
        {"file", "a/b.eml", 0},
        {"file", "/etc/passwd", 0},
        {"file", ".hidden", 0},
        {"file", "..", 0},
        {"file", "a\nb", 0},
        {"file", NULL, 7},
        {"mailbox", "", 0},
        {"mailbox", "INBOX\r\nA1 LOGOUT", 0},
        {"mailbox", NULL, 7},
        {"sha256", "e3b0", 0},
        {"sha256", "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", 0},
        {"sha256", "zzb0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 0},
        {"uidvalidity", NULL, 0},
        {"uidvalidity", NULL, -1},
        {"uidvalidity", NULL, 4294967296LL},
        {"uidvalidity", "1712", 0},
        {"uid", NULL, 0},
        {"uid", NULL, 4294967296LL},
        {"size", NULL, -1},
        {"size", "large", 0},
        {"internal_at", NULL, -1},
        {"internal_at", NULL, INT64_MAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        struct collected in = sample(), out = {.uid = 99};
        struct err e = {0};
        JSON_SCOPED j = collected_to_json(&in);
        json_object_set_new(j, rows[i].field, rows[i].text ? json_string(rows[i].text) : json_integer(rows[i].number));
        if (collected_from_json(a, j, &out, &e))
            fail_msg("row %zu: %s was taken", i, rows[i].field);
        assert_non_null(strstr(e.text, rows[i].field));
        assert_int_equal(out.uid, 99);
        json_object_del(j, rows[i].field);
        assert_false(collected_from_json(a, j, &out, &e));
    }
}

static void names_are_plain_and_tell_messages_apart(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    const char *one = collected_name(a, "INBOX", 1712, 42);
    assert_string_equal(one, collected_name(a, "INBOX", 1712, 42));
    assert_string_not_equal(one, collected_name(a, "Junk", 1712, 42));
    assert_string_not_equal(one, collected_name(a, "INBOX", 1713, 42));
    assert_string_not_equal(one, collected_name(a, "INBOX", 1712, 43));
    assert_string_equal(one + 8, "-1712-42.eml");
    assert_null(strpbrk(collected_name(a, "../الوارد/..", 4294967295LL, 4294967295LL), "/"));
    assert_true(strlen(collected_name(a, "../الوارد/..", 4294967295LL, 4294967295LL)) < 64);
}

static void a_name_passes_its_own_check(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    struct collected in = sample(), out = {0};
    struct err e = {0};
    in.file = collected_name(a, in.mailbox, in.uidvalidity, in.uid);
    JSON_SCOPED j = collected_to_json(&in);
    assert_true(collected_from_json(a, j, &out, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_out_and_comes_back),
        cmocka_unit_test(refuses_what_makes_no_sense),
        cmocka_unit_test(names_are_plain_and_tell_messages_apart),
        cmocka_unit_test(a_name_passes_its_own_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
