/* Templates: what comes out, and what is refused with its line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "mail/template.h"

static const char values_json[] =
    "{\"name\":\"الأردن\",\"n\":3,\"zero\":0,\"half\":0.5,\"yes\":true,\"no\":false,\"nothing\":null,\"empty\":\"\","
    "\"none\":[],\"blank\":{},"
    "\"html\":\"<b>&\\\"'\",\"lines\":\"one\\ntwo\\r\\nthree\",\"control\":\"a\\u0001\\u0085\\u001bb\\tc\","
    "\"list\":[\"a\",\"b\"],\"papers\":[{\"file\":\"x.pdf\",\"notes\":[\"p\",\"q\"]},{\"file\":\"y.pdf\",\"name\":"
    "\"inner\",\"notes\":[]}],"
    "\"party\":{\"code\":\"JO\"}}";

static char *exact(const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(malloc(n), s, n);
}

static char *render(struct arena *a, const char *source, enum template_kind kind, struct err *e)
{
    JSON_SCOPED values = json_loads(values_json, 0, NULL);
    assert_non_null(values);
    char *copy = exact(source);
    struct template *t = template_parse(a, "ar/notice.txt", copy, kind, e);
    free(copy);
    return t ? template_render(a, t, values, e) : NULL;
}

struct row {
    const char *source, *out;
};

static void check_rows(const struct row *rows, size_t n, enum template_kind kind)
{
    ARENA_SCOPED a = arena_new();
    for (size_t i = 0; i < n; i++) {
        struct err e = {0};
        const char *out = render(a, rows[i].source, kind, &e);
        if (!out || strcmp(out, rows[i].out) != 0)
            fail_msg("\"%s\" gives \"%s\", not \"%s\" %s", rows[i].source, out, rows[i].out, e.text);
    }
}

static void text(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"", ""},
        {"plain } { text\n", "plain } { text\n"},
        {"{{name}}", "الأردن"},
        {"{{ name }}, {{{ name }}}", "الأردن, الأردن"},
        {"{{n}} {{half}} {{yes}} {{no}}", "3 0.5 true false"},
        {"{{html}}", "<b>&\"'"},
        {"[{{empty}}]", "[]"},
        {"{{#list}}{{.}};{{/list}}", "a;b;"},
        {"{{#list}}{{name}} {{/list}}", "الأردن الأردن "},
        {"{{#papers}}{{file}}={{name}} {{/papers}}", "x.pdf=الأردن y.pdf=inner "},
        {"{{#papers}}{{#notes}}{{file}}{{.}} {{/notes}}{{/papers}}", "x.pdfp x.pdfq "},
        {"{{#party}}{{code}}{{/party}}", "JO"},
        {"{{#name}}to {{.}}{{/name}}", "to الأردن"},
        {"{{#list}}{{#yes}}{{.}}{{/yes}}{{/list}}", "ab"},
        {"{{#yes}}1{{/yes}}{{#no}}2{{/no}}{{#zero}}3{{/zero}}{{#empty}}4{{/empty}}{{#none}}5{{/none}}{{#nothing}}6{{/"
         "nothing}}{{#blank}}7{{/blank}}{{#n}}8{{/n}}",
         "18"},
        {"{{^yes}}1{{/yes}}{{^no}}2{{/no}}{{^zero}}3{{/zero}}{{^empty}}4{{/empty}}{{^none}}5{{/none}}{{^nothing}}6{{/"
         "nothing}}{{^blank}}7{{/blank}}{{^n}}8{{/n}}",
         "234567"},
        {"a{{! nothing of {{ this }}b", "ab"},
    };
    check_rows(rows, sizeof rows / sizeof *rows, TEMPLATE_TEXT);
}

static void lines_of_their_own_vanish(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"a\n{{#yes}}\nb\n{{/yes}}\nc\n", "a\nb\nc\n"},
        {"a\n  {{#list}}  \n- {{.}}\n\t{{/list}}\t\nc", "a\n- a\n- b\nc"},
        {"a\r\n{{#yes}}\r\nb\r\n{{/yes}}\r\nc\r\n", "a\r\nb\r\nc\r\n"},
        {"{{! first }}\na\n{{! last }}", "a\n"},
        {"a\n{{! two\nlines }}\nb\n", "a\nb\n"},
        {"{{#yes}}\n{{#no}}\nx\n{{/no}}\n{{/yes}}\n", ""},
        {"a {{#yes}}\nb{{/yes}}\n", "a \nb\n"},
        {"{{#yes}}a{{/yes}}\n", "a\n"},
        {"{{#yes}} {{/yes}}\n", " \n"},
        {"{{empty}}\n", "\n"},
        {"  {{^no}}x\n  {{/no}}\n", "  x\n"},
    };
    check_rows(rows, sizeof rows / sizeof *rows, TEMPLATE_TEXT);
}

static void html(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"<p>{{html}}</p>", "<p>&lt;b&gt;&amp;&quot;&#39;</p>"},
        {"<p>{{{html}}}</p>", "<p><b>&\"'</p>"},
        {"{{lines}}", "one<br>two<br>three"},
        {"{{{lines}}}", "one\ntwo\nthree"},
        {"{{control}}", "ab c"},
        {"{{{control}}}", "ab c"},
        {"<i>\n{{name}}</i>", "<i>\nالأردن</i>"},
    };
    check_rows(rows, sizeof rows / sizeof *rows, TEMPLATE_HTML);
    ARENA_SCOPED a = arena_new();
    assert_string_equal(html_escape(a, "<a href='x'>&\n\x01\"\xd9"), "&lt;a href=&#39;x&#39;&gt;&amp;\n&quot;\xd9");
    assert_string_equal(html_escape(a, NULL), "");
}

static void faults(void **state)
{
    (void)state;
    static const struct {
        const char *source, *error; /* what the error begins with */
    } rows[] = {
        {"a\n{{#yes}}\nb", "ar/notice.txt:2: section {{#yes}} is not closed"},
        {"{{^yes}}", "ar/notice.txt:1: section {{^yes}} is not closed"},
        {"a\n\n{{/yes}}", "ar/notice.txt:3: {{/yes}} closes a section that was not opened"},
        {"{{#yes}}\n{{#n}}\n{{/yes}}{{/n}}", "ar/notice.txt:3: {{/yes}} stands where {{/n}} should close line 2"},
        {"{{#yes}}{{/ye}}", "ar/notice.txt:1: {{/ye}} stands where {{/yes}}"},
        {"{{#yes}}{{/yes2}}", "ar/notice.txt:1: {{/yes2}} stands where {{/yes}}"},
        {"a\nb {{name", "ar/notice.txt:2: \"{{name\" is not closed by }}"},
        {"{{{name}}", "ar/notice.txt:1: \"{{{name}}\" is not closed by }}}"},
        {"{{", "ar/notice.txt:1: \"{{\" is not closed"},
        {"{{#", "ar/notice.txt:1: \"{{#\" is not closed"},
        {"{{! open\nfor ever", "ar/notice.txt:1: \"{{! open\" is not closed"},
        {"\n{{}}", "ar/notice.txt:2: \"{{}}\" is no tag"},
        {"{{na me}}", "ar/notice.txt:1: \"{{na me}}\" is no tag"},
        {"{{>partial}}", "ar/notice.txt:1: \"{{>partial}}\" is no tag"},
        {"{{&name}}", "ar/notice.txt:1: \"{{&name}}\" is no tag"},
        {"{{=<% %>=}}", "ar/notice.txt:1: \"{{=<% %>=}}\" is no tag"},
        {"{{party.code}}", "ar/notice.txt:1: \"{{party.code}}\" is no tag"},
        {"{{\xd8\xa7}}", "ar/notice.txt:1: \"{{\xd8\xa7}}\" is no tag"},
        {"{{a0123456789012345678901234567890123456789012345678901234567890123456789}}", "ar/notice.txt:1: "},
        {"a\r\n{{#yes}}\r\n{{nmae}}{{/yes}}", "ar/notice.txt:3: {{nmae}} has no value"},
        {"\n{{! x\ny }}\n{{#nmae}}{{/nmae}}", "ar/notice.txt:4: {{nmae}} has no value"},
        {"{{code}}", "ar/notice.txt:1: {{code}} has no value"},
        {"{{nothing}}", "ar/notice.txt:1: {{nothing}} is null"},
        {"{{list}}", "ar/notice.txt:1: {{list}} is a list"},
        {"{{party}}", "ar/notice.txt:1: {{party}} is a list or an object"},
        {"{{.}}", "ar/notice.txt:1: {{.}} is a list or an object"},
    };
    ARENA_SCOPED a = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {0};
        const char *out = render(a, rows[i].source, TEMPLATE_TEXT, &e);
        if (out || e.kind != ERR_PERM || strncmp(e.text, rows[i].error, strlen(rows[i].error)) != 0)
            fail_msg("\"%s\" gives \"%s\", error \"%s\"", rows[i].source, out, e.text);
    }
}

static void levels_have_an_end(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    for (int levels = 16; levels <= 17; levels++) {
        char source[1000] = "";
        for (int i = 0; i < levels; i++)
            strcat(source, "{{#party}}");
        strcat(source, "{{code}}");
        for (int i = 0; i < levels; i++)
            strcat(source, "{{/party}}");
        struct err e = {0};
        const char *out = render(a, source, TEMPLATE_TEXT, &e);
        if (levels == 16)
            assert_string_equal(out, "JO");
        else
            assert_string_equal(e.text, "ar/notice.txt:1: sections more than 16 deep");
    }
    /* A hundred thousand openings are refused, not recursed into. */
    char *deep = malloc(500001);
    for (int i = 0; i < 100000; i++)
        memcpy(deep + 5 * i, "{{#a}", 5);
    deep[500000] = '\0';
    struct err e = {0};
    assert_null(render(a, deep, TEMPLATE_TEXT, &e));
    free(deep);
}

static json_t *big_list(size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_string("0123456789"));
    return json_pack("{s:o}", "l", list);
}

static void work_and_output_have_an_end(void **state)
{
    (void)state;
    static const struct {
        const char *source;
        size_t n;
        const char *error;
    } rows[] = {
        {"{{#l}}{{#l}}{{.}}{{/l}}{{/l}}", 400, "t:1: the text would be more than 1 MB"},
        {"{{#l}}{{#l}}{{#l}}{{#l}}{{#l}}{{/l}}{{/l}}{{/l}}{{/l}}{{/l}}", 100, "t:1: more than a million steps"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        JSON_SCOPED values = big_list(rows[i].n);
        struct err e = {0};
        struct template *t = template_parse(a, "t", rows[i].source, TEMPLATE_TEXT, &e);
        assert_non_null(t);
        assert_null(template_render(a, t, values, &e));
        if (strncmp(e.text, rows[i].error, strlen(rows[i].error)) != 0)
            fail_msg("%s", e.text);
    }
    char *huge = malloc(((size_t)1 << 20) + 2);
    memset(huge, 'a', ((size_t)1 << 20) + 1);
    huge[((size_t)1 << 20) + 1] = '\0';
    ARENA_SCOPED a = arena_new();
    assert_null(template_parse(a, "t", huge, TEMPLATE_TEXT, NULL));
    free(huge);
}

static void names_are_checked(void **state)
{
    (void)state;
    static const char *const names[] = {"deadline", "party_full", "papers", "file", "title"};
    static const struct {
        const char *source, *error; /* NULL: right */
    } rows[] = {
        {"{{deadline}}\n{{#papers}}{{file}} {{.}}{{/papers}}{{^papers}}{{{title}}}{{/papers}}", NULL},
        {"plain", NULL},
        {"a\n{{dedline}}", "t:2: {{dedline}} is no name of this message; did you mean {{deadline}}?"},
        {"{{#papers}}\n{{#party}}{{/party}}\n{{/papers}}", "t:2: {{party}} is no name of this message"},
        {"{{#papers}}{{fiel}}{{/papers}}", "t:1: {{fiel}} is no name of this message; did you mean {{file}}?"},
        {"{{^titles}}{{/titles}}", "t:1: {{titles}} is no name of this message; did you mean {{title}}?"},
        {"{{file}}{{xyzzy_frobnicate}}", "t:1: {{xyzzy_frobnicate}} is no name of this message"},
    };
    ARENA_SCOPED a = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {0};
        struct template *t = template_parse(a, "t", rows[i].source, TEMPLATE_TEXT, &e);
        assert_non_null(t);
        bool right = template_check(t, names, sizeof names / sizeof *names, &e);
        assert_int_equal(right, !rows[i].error);
        if (rows[i].error)
            assert_string_equal(e.text, rows[i].error);
    }
    struct err e = {0};
    assert_false(template_check(template_parse(a, "t", "{{x}}", TEMPLATE_TEXT, NULL), NULL, 0, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text),
        cmocka_unit_test(lines_of_their_own_vanish),
        cmocka_unit_test(html),
        cmocka_unit_test(faults),
        cmocka_unit_test(levels_have_an_end),
        cmocka_unit_test(work_and_output_have_an_end),
        cmocka_unit_test(names_are_checked),
    };
    return cmocka_run_group_tests_name("mail/template", tests, NULL, NULL);
}
