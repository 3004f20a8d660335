/* Header values: encoded words, parameters, raw bytes, addresses. */
#include "parse_case.h"
#include "parse/header.h"

static char *sized(const char *s)
{
    char *copy = strdup(s); /* an exact-size block: a memory checker sees what is read beyond it */
    assert_non_null(copy);
    return copy;
}

static void test_text(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *text;
    } rows[] = {
        {"plain", "plain"},
        {" =?utf-8?B?2KrYudmF2YrZhQ==?=", "تعميم"},
        {"=?windows-1256?Q?=CA=DA=E3=ED=E3?=", "تعميم"},
        {"=?iso-8859-6?B?yuXq5Q==?=", "تميم"}, /* the same by another charset */
        {"=?utf-8?Q?a_b=3F?=", "a b?"},
        {"=?utf-8?B?2Krrg?= x", NULL},            /* broken: must only not crash */
        {"=?utf-8?Q?=D8?= =?utf-8?Q?=AA?=", "ت"}, /* a character split between two words */
        {"=?utf-8?Q?a?=\r\n =?utf-8?Q?b?=", "ab"},
        {"=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c"},
        {"\xCA\xDA\xE3\xED\xE3", "تعميم"}, /* raw windows-1256 */
        {"\xD8\xAA\xD8\xB9", "تع"},        /* raw UTF-8 */
        {"r\xE9ponse", "réponse"},         /* raw windows-1252 */
        {"=?", "=?"},
        {"=?utf-8?B?", "=?utf-8?B?"},
        {"=?utf-8?Q?a=0D=0Ab?=", "a b"}, /* no line break is smuggled in */
        {NULL, ""},
    };
    assert_true(parse_prepare(NULL));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        char *raw = rows[i].raw ? sized(rows[i].raw) : NULL;
        const char *text = header_text(a, raw, 1000);
        if (rows[i].text)
            assert_string_equal(text, rows[i].text);
        free(raw);
    }
}

static void test_cut_at_character(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    assert_string_equal(text_cut(a, "تتت", 5), "تت");
    assert_string_equal(text_cut(a, "abc", 3), "abc");
}

static void test_params(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *value;
    } rows[] = {
        {"attachment; filename=report.pdf", "report.pdf"},
        {"attachment; filename=\"a;b \\\"c\\\".pdf\"", "a;b \"c\".pdf"},
        {"attachment; filename=two words.pdf", "two words.pdf"},
        {"attachment; filename*=utf-8''%D8%AA.pdf", "ت.pdf"},
        {"attachment; filename*=windows-1256'ar'%CA.pdf", "ت.pdf"},
        {"attachment; filename*0*=utf-8''%D8; filename*1*=%AA.pdf", "ت.pdf"},
        {"attachment; filename*1*=%AA.pdf;\r\n filename*0*=utf-8''%D8", "ت.pdf"},
        {"attachment; filename*0=\"long\"; filename*1=\" name.pdf\"", "long name.pdf"},
        {"attachment; filename=\"plain.pdf\"; filename*=utf-8''%D8%AA.pdf", "ت.pdf"},
        {"attachment; filename=\"=?utf-8?B?2Ko=?=.pdf\"", "ت.pdf"},
        {"attachment; filename=\"\xCA\xDA\xE3\xED\xE3.pdf\"", "تعميم.pdf"},
        {"attachment; filename=\"\xD8\xAA.pdf\"", "ت.pdf"},
        {"attachment; filename*=iso-8859-6''%CA%D9%E5%EA%E5.pdf", "تعميم.pdf"},
        {"attachment; filename*=iso-8859-1''%CA%DA%E3%ED%E3.pdf", "تعميم.pdf"}, /* wrong label */
        {"attachment; filename=\"=?iso-8859-1?Q?d=E9j=E0_=E9t=E9?=.pdf\"", "déjà été.pdf"},
        {"attachment; filename=\"=?ISO-8859-6?Q?=CA=D9=E5=EA=E5?=.pdf\"", "تعميم.pdf"},
        {"attachment; filename=\"=?utf-16?B?BioGOQZFBkoGRQ==?=\"", "تعميم"}, /* no mark */
        {"attachment; filename=\"=?utf-16?B?KgY5BkUGSgZFBg==?=\"", "تعميم"},
        {"attachment; filename=\"=?utf-8?B?2KrYud?= =?utf-8?B?mF2YrZhQ==?=.pdf\"",
         "تعميم.pdf"},                                                               /* cut in a group of four */
        {"attachment; filename=\"=?utf-8?B?2Ko?= =?utf-8?B?2Ko=?=.pdf\"", "تت.pdf"}, /* padding left out */
        {"attachment; filename*0=\"=?utf-8?B?2K\"; filename*1=\"o=?=.pdf\"", "ت.pdf"},
        {"attachment; filename=\"%D8%AA%20a.pdf\"", "ت a.pdf"}, /* some webmail */
        {"attachment; filename=\"100%25%20done.pdf\"", "100%25%20done.pdf"},
        {"attachment; filename='a b.pdf'", "a b.pdf"},
        {"attachment", NULL},
        {"attachment; filename", NULL},
        {"attachment; =x; ;;", NULL},
        {"attachment; filename=\"open", "open"},
        {"attachment; filename*=utf-8''%D", "%D"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        char *raw = sized(rows[i].raw);
        const char *value = header_param(a, raw, "filename");
        if (rows[i].value) {
            assert_non_null(value);
            assert_string_equal(value, rows[i].value);
        } else {
            assert_null(value);
        }
        free(raw);
    }
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *name, *address;
        size_t n;
    } rows[] = {
        {"office@jo.example", "", "office@jo.example", 1},
        {"=?utf-8?B?2KrYudmF2YrZhQ==?= <office@jo.example>", "تعميم", "office@jo.example", 1},
        {"\"Mission, Cairo\" <m@eg.example>, b@eg.example", "Mission, Cairo", "m@eg.example", 2},
        {"\xD8\xAA <a@b.example>", "ت", "a@b.example", 1},
        {"group: a@b.example, c@d.example;", "", "a@b.example", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        struct fact_address *list = NULL;
        size_t n = 0;
        char *raw = sized(rows[i].raw);
        header_addresses(a, raw, &list, &n);
        free(raw);
        assert_int_equal(n, rows[i].n);
        assert_string_equal(list[0].name, rows[i].name);
        assert_string_equal(list[0].address, rows[i].address);
    }
}

static void test_one_mailbox(void **state)
{
    (void)state;
    static const struct {
        const char *raw;
        bool one;
    } rows[] = {
        {"office@jo.example", true},
        {"Office <office@jo.example>", true},
        {"<office@jo.example>", true},
        {"office@jo.example (Office, \"Amman\")", true},
        {"\"Office <x@y.example>\" <office@jo.example>", true},
        {"office@jo.example <office@jo.example>", true},
        {"Ministry of Foreign Affairs, Jordan <office@jo.example>", true},
        {"=?utf-8?B?INmI2LLYp9ix2KkgLCDYp9mE?= <office@jo.example>", true},
        {"Office\r\n <office@jo.example>", true},
        {"\r\n office@jo.example", true},
        {"Office <office@jo.example> (Amman)", true},
        {"Office <office@\u0645\u062b\u0627\u0644.example>", true},
        /* spelt so that readers and our server may take another address from it */
        {"office@jo.example.", false},
        {"<office@jo.example.>", false},
        {"office @ jo.example", false},
        {"office@jo (x). example", false},
        {"office@jo.(x)example", false},
        {"office(x)@jo.example", false},
        {"Office <office@jo .example>", false},
        {"Office <office@ jo.example> (office@jo.example)", false},
        {"\"office\"@jo.example", false},
        {"\"office@jo.example\" office @jo.example", false},
        {"x@evil.example, office@jo.example", false},
        {"Office <office@jo.example>, X <x@evil.example>", false},
        {"<office@jo.example> <x@evil.example>", false},
        {"office@jo.example x@evil.example", false},
        {"x@evil.example; office@jo.example", false},
        {"Office <office@jo.example> x@evil.example", false},
        {"<@evil.example:office@jo.example>", false},
        {"x: x@evil.example, office@jo.example;", false},
        {"nobody", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        char *raw = sized(rows[i].raw);
        if (header_one_mailbox(a, raw) != rows[i].one)
            fail_msg("%s", raw);
        free(raw);
    }
}

static void test_ids(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    const char **ids = NULL;
    size_t n = 0;
    header_ids(a, "<a@x>\r\n\t<b@y> junk <broken <c@z>", &ids, &n);
    assert_int_equal(n, 3);
    assert_string_equal(ids[0], "a@x");
    assert_string_equal(ids[1], "b@y");
    assert_string_equal(ids[2], "c@z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),      cmocka_unit_test(test_cut_at_character), cmocka_unit_test(test_params),
        cmocka_unit_test(test_addresses), cmocka_unit_test(test_one_mailbox),      cmocka_unit_test(test_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
