/* What officers write, as a table: which mails are requests, what they say, and what is told where they are wrong. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "round/request.h"

/* In a block of its very size, so that the memory checker sees a byte read behind it. */
static char *exact(const char *text)
{
    size_t n = strlen(text) + 1;
    char *copy = malloc(n);

    memcpy(copy, text, n);
    return copy;
}

static void only_a_verb_in_the_first_line_is_a_request(void **state)
{
    static const struct {
        const char *text;
        bool request;
    } rows[] = {
        {"help", true},
        {"Help\n", true},
        {"\n\n  STATUS \n", true},
        {"مساعدة", true},
        {"المساعدة", true},
        {"تَمديد: ARCP/2026/04", true},
        {"إلغاء: ARCP/2026/04", true},
        {"الإلغاء ARCP/2026/04", true},
        {"إعادة الإرسال: ARCP/2026/04", true},
        {"Prolonger : ARCP/2026/04", true},
        {"Clôture\u00a0: ARCP/2026/04", true},
        {"accept 17", true},
        {"قبول ١٧", true},
        {"\u200fقبول \u200e17", true},
        {"extend: what", true}, /* with a colon it is meant, and answered */
        {"Note: I am away until 3 December", false},
        {"remind me tomorrow", false},
        {"Remind me of ARCP/2026/04", false},
        {"note that the meeting is moved", false},
        {"تمديد الموعد مطلوب من الأردن", false},
        {"Dear colleagues,\nhelp", false},
        {"", false},
        {"\n\n", false},
        {": help", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *text = exact(rows[i].text);

        if (request_is(text) != rows[i].request)
            fail_msg("%s: %s", rows[i].text, rows[i].request ? "is a request" : "is none");
        free(text);
    }
}

struct said {
    enum request_key key;
    const char *value;
};

static void lines_of_three_languages_say_the_same(void **state)
{
    static const struct {
        const char *text;
        enum request_verb verb;
        struct said said[5];
    } rows[] = {
        {"extend: ARCP/2026/04\ndeadline: 15 December 2026\nparty: Jordan\n",
         REQUEST_EXTEND,
         {{KEY_ROUND, "ARCP/2026/04"}, {KEY_DEADLINE, "15 December 2026"}, {KEY_PARTY, "Jordan"}}},
        {"تمديد: ARCP/2026/04\r\nالموعد: ١٥ ديسمبر ٢٠٢٦\r\nالجهة : الأردن\r\n",
         REQUEST_EXTEND,
         {{KEY_ROUND, "ARCP/2026/04"}, {KEY_DEADLINE, "١٥ ديسمبر ٢٠٢٦"}, {KEY_PARTY, "الأردن"}}},
        {"prolonger : ARCP/2026/04\nÉchéance : 15 décembre 2026\ndélégation : Jordanie",
         REQUEST_EXTEND,
         {{KEY_ROUND, "ARCP/2026/04"}, {KEY_DEADLINE, "15 décembre 2026"}, {KEY_PARTY, "Jordanie"}}},
        {"extend\n\nround: ARCP/2026/04\n\ndeadline 2026-12-15\n\nAmal\nTel: 100",
         REQUEST_EXTEND,
         {{KEY_ROUND, "ARCP/2026/04"}, {KEY_DEADLINE, "2026-12-15"}}},
        {"extend ARCP/2026/04\ndeadline: 2026-12-15\n-- \nparty: Jordan",
         REQUEST_EXTEND,
         {{KEY_ROUND, "ARCP/2026/04"}, {KEY_DEADLINE, "2026-12-15"}}},
        {"reject 17\nreason: of another round: ARCP/2026/05\ntell: yes",
         REQUEST_REJECT,
         {{KEY_REPLY, "17"}, {KEY_REASON, "of another round: ARCP/2026/05"}, {KEY_TELL, "yes"}}},
        {"item: 17\npaper: 1\nitem number: 2", REQUEST_ITEM, {{KEY_REPLY, "17"}, {KEY_PAPER, "1"}, {KEY_ITEM, "2"}}},
        {"بند: ١٧\nالورقة: ١\nرقم البند: ٢", REQUEST_ITEM, {{KEY_REPLY, "١٧"}, {KEY_PAPER, "١"}, {KEY_ITEM, "٢"}}},
        {"note: ARCP/2026/04\narabic:\n\nالسطر الأول\n\nالموعد: غداً\nenglish: one line\n",
         REQUEST_NOTE,
         {{KEY_ROUND, "ARCP/2026/04"}, {KEY_TEXT_AR, "السطر الأول\n\nالموعد: غداً"}, {KEY_TEXT_EN, "one line"}}},
        {"استدراك: ARCP/2026/04\nالنص:\nسطر", REQUEST_NOTE, {{KEY_ROUND, "ARCP/2026/04"}, {KEY_TEXT, "سطر"}}},
        {"status", REQUEST_STATUS, {{0}}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *a = arena_new();
        char *text = exact(rows[i].text);
        struct request r;
        struct err e = {0};
        int n = 0, said = 0;

        if (!request_parse(a, text, &r, &e))
            fail_msg("%s: %s", rows[i].text, e.text);
        free(text);
        assert_int_equal(r.verb, rows[i].verb);
        for (const struct said *s = rows[i].said; s->value; s++, n++) {
            if (!r.said[s->key])
                fail_msg("%s: does not say %s", rows[i].text, s->value);
            assert_string_equal(r.said[s->key], s->value);
        }
        for (int key = 0; key < REQUEST_KEY_COUNT; key++)
            said += r.said[key] != NULL;
        assert_int_equal(said, n);
        arena_free(a);
    }
}

static void what_is_wrong_is_told_with_its_line(void **state)
{
    static const struct {
        const char *text, *told;
    } rows[] = {
        {"extend: ARCP/2026/04\ndedline: 15 December", "line 2: \u201cdedline: 15 December\u201d is not understood"},
        {"extend: ARCP/2026/04\n\ndeadline:\n", "line 3: deadline has no value"},
        {"extend: ARCP/2026/04\ndeadline: a\ndeadline: b", "line 3: deadline is said twice"},
        {"extend: ARCP/2026/04\nround: ARCP/2026/05\ndeadline: a", "line 2: round is said twice"},
        {"close: ARCP/2026/04\nparty: Jordan", "line 2: party has no meaning here"},
        {"extend: ARCP/2026/04", "the line deadline is missing"},
        {"accept", "the line reply is missing"},
        {"extend: ARCP/2026/04\nparty Jordan", "the line deadline is missing"},
        {"", "line 1: \u201c\u201d is not understood"},
        {"help me: now", "line 1: \u201chelp me: now\u201d is not understood"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *a = arena_new();
        struct request r;
        struct err e = {0};

        if (request_parse(a, rows[i].text, &r, &e))
            fail_msg("%s: was understood", rows[i].text);
        assert_string_equal(e.text, rows[i].told);
        arena_free(a);
    }
}

/* What is shown as the right form is one, in each language. */
static void every_form_is_understood(void **state)
{
    (void)state;
    for (int verb = 0; verb < REQUEST_VERB_COUNT; verb++)
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            struct arena *a = arena_new();
            const char *form = request_form((enum request_verb)verb, (enum lang)lang);
            struct request r;
            struct err e = {0};

            if (!request_is(form) || !request_parse(a, form, &r, &e))
                fail_msg("%s: %s", form, e.text);
            assert_int_equal(r.verb, verb);
            arena_free(a);
        }
}

static void one_word_confirms_or_withdraws(void **state)
{
    static const struct {
        const char *text;
        enum request_word word;
    } rows[] = {
        {"", WORD_NONE},
        {"\n \n", WORD_NONE},
        {"Yes.", WORD_YES},
        {"نعم", WORD_YES},
        {"  موافق\n", WORD_YES},
        {"Oui", WORD_YES},
        {"-- \nAmal", WORD_NONE},
        {"ok\n\nAmal\nSecretariat", WORD_YES},
        {"no", WORD_NO},
        {"لا", WORD_NO},
        {"Non !", WORD_NO},
        {"إلغاء", WORD_NO},
        {"yes, but later", WORD_OTHER},
        {"Yes?", WORD_OTHER},
        {"نعم؟", WORD_OTHER},
        {"لا أدري", WORD_OTHER},
        {"Thank you", WORD_OTHER},
        {"نعم ولكن غداً", WORD_OTHER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (request_word(rows[i].text) != rows[i].word)
            fail_msg("%s", rows[i].text);
}

static void names_are_compared_as_they_are_read(void **state)
{
    (void)state;
    assert_true(request_same("الأردن", "الاردن"));
    assert_true(request_same("Égypte", "EGYPTE"));
    assert_false(request_same("Niger", "Nigeria"));
    assert_false(request_same("", ""));
    assert_false(request_same(NULL, "Jordan"));
}

static void numbers_are_whole_and_positive(void **state)
{
    (void)state;
    assert_int_equal(request_number("17"), 17);
    assert_int_equal(request_number("١٧"), 17);
    assert_int_equal(request_number("no 17"), 0);
    assert_int_equal(request_number("0"), 0);
    assert_int_equal(request_number("99999999999999999999"), 0);
    assert_int_equal(request_number(""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_verb_in_the_first_line_is_a_request),
        cmocka_unit_test(lines_of_three_languages_say_the_same),
        cmocka_unit_test(what_is_wrong_is_told_with_its_line),
        cmocka_unit_test(every_form_is_understood),
        cmocka_unit_test(one_word_confirms_or_withdraws),
        cmocka_unit_test(names_are_compared_as_they_are_read),
        cmocka_unit_test(numbers_are_whole_and_positive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
