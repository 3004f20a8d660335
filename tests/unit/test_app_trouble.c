/* What is not taken, and how a message remembers it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <unistd.h>

#include "app/trouble.h"
#include "app_case.h"
#include "base/file.h"
#include "mail/lang.h"

/* What is not set is as it is when the secretariat says nothing of it. */
static void what_is_taken(void **state)
{
    static const struct {
        const char *name, *type;
        int64_t size;
        const char *trouble;
    } rows[] = {
        {"report.pdf", "application/pdf", 10, NULL},
        {"report.pdf", "application/pdf", 0, "empty"},
        {"report.pdf", "application/pdf", 100000000, NULL},
        {"report.pdf", "application/pdf", 100000001, "too_large"},
        {"report.pdf", "application/x-dosexec", 10, "refused_type"},
        {"report", "application/x-sharedlib", 10, "refused_type"},
        {"report.txt", "text/x-shellscript", 10, "refused_type"},
        {"عقد.exe", "application/pdf", 10, "refused_type"},
        {"report.pdf.ScR", "application/octet-stream", 10, "refused_type"},
        {"report.exe. ", "text/plain", 10, "refused_type"},
        {"exe", "text/plain", 10, NULL},
        {"report\uff0eexe", "application/octet-stream", 10, "refused_type"},
        {"report.\u0435\u0445\u0435", "application/octet-stream", 10, "refused_type"},
        {"report.pdf\u202efdp.exe", "application/octet-stream", 10, "refused_type"},
        {"report.e\u200dxe", "application/octet-stream", 10, "refused_type"},
        {"report.exe\u00a0", "application/octet-stream", 10, "refused_type"},
        {"report.txt:run.exe", "text/plain", 10, "refused_type"},
        {"отчёт.pdf", "application/pdf", 10, NULL},
        {"paper.scf", "text/plain", 10, "refused_type"},
        {"paper.Library-MS", "text/xml", 10, "refused_type"},
        {"paper.iso", "application/octet-stream", 10, "refused_type"},
        {"paper", "application/x-iso9660-image", 10, "refused_type"},
        {"paper.xll", "application/octet-stream", 10, "refused_type"},
        {"Desktop.INI", "text/plain", 10, "refused_type"},
        {"desktop\u200b.ini.", "text/plain", 10, "refused_type"},
        {"my desktop.ini", "text/plain", 10, NULL},
        {"page.html", "text/html", 10, "refused_type"},
        {"drawing.svg", "image/svg+xml", 10, "refused_type"},
        {"paper.doc", "text/html", 10, NULL},
        {"paper.docm", "application/octet-stream", 10, NULL},
        {"paper.xlsm", "application/octet-stream", 10, NULL},
        {"data.csv", "text/csv", 10, NULL},
        {"papers.zip", "application/zip", 10, NULL},
        {"report.exe.pdf", "application/pdf", 10, NULL},
        {"", "application/zip", 10, NULL},
    };
    ARENA_SCOPED a = arena_new();
    struct problems p = {0};
    struct config *c = config_load(a, source_file(a, "config/taamim.conf"), &p);

    (void)state;
    assert_non_null(c);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fact_part part = {
            .name = rows[i].name, .claimed = "", .type = rows[i].type, .size = rows[i].size, .utf8_sha256 = ""};
        const char *trouble = trouble_of_part(a, c, &part);

        if (rows[i].trouble ? !trouble || strcmp(trouble, rows[i].trouble) != 0 : trouble != NULL)
            fail_msg("row %zu: %s", i, trouble ? trouble : "taken");
        part.cut = true;
        assert_string_equal(trouble_of_part(a, c, &part), "cut");
    }
    config_close(c);
}

/* A list of what is allowed leaves the refusals as they are. */
static void what_is_allowed(void **state)
{
    static const char *const types[] = {"application/pdf", "image/*"};
    static const struct {
        const char *name, *type;
        bool macros;
        const char *trouble;
    } rows[] = {
        {"a.pdf", "application/pdf", false, NULL},
        {"a", "APPLICATION/PDF", false, NULL},
        {"a.pdf", "application/msword", false, "not_allowed"},
        {"a.pdf", "application/pdfx", false, "not_allowed"},
        {"a.png", "image/png", false, NULL},
        {"a.png", "imagery/png", false, "not_allowed"},
        {"a.exe", "application/pdf", false, "refused_type"},
        {"a.pdf", "application/pdf", true, "macros"},
    };
    ARENA_SCOPED a = arena_new();
    struct problems p = {0};
    struct config *c = config_load(a, source_file(a, "config/taamim.conf"), &p);

    (void)state;
    assert_non_null(c);
    c->allowed = (struct strings){types, 2};
    c->macros = MACROS_REFUSE;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fact_part part = {.name = rows[i].name, .type = rows[i].type, .size = 10, .macros = rows[i].macros};
        const char *trouble = trouble_of_part(a, c, &part);

        if (rows[i].trouble ? !trouble || strcmp(trouble, rows[i].trouble) != 0 : trouble != NULL)
            fail_msg("row %zu: %s", i, trouble ? trouble : "taken");
    }
    config_close(c);
}

static void the_row_remembers(void **state)
{
    ARENA_SCOPED a = arena_new();
    struct message_row m = {0};
    struct letter_paper *list;

    (void)state;
    assert_int_equal(trouble_list(a, &m, &list), 0);
    assert_string_equal(trouble_lines(a, &m), "");
    trouble_add(a, &m, "empty", 0, "ورقة.docx");
    trouble_add(a, &m, "too_large", 5000000000, "a b.pdf");
    assert_int_equal(trouble_list(a, &m, &list), 2);
    assert_string_equal(list[0].name, "ورقة.docx");
    assert_string_equal(list[0].trouble, "empty");
    assert_string_equal(list[1].name, "a b.pdf");
    assert_int_equal(list[1].size, 5000000000);
    assert_non_null(strstr(trouble_in_story(a, &m), "a b.pdf"));
    m.troubles = "";
    trouble_add(a, &m, "incomplete", 0, "two\nlines\tand a tab");
    assert_int_equal(trouble_list(a, &m, &list), 1);
    assert_string_equal(list[0].name, "two lines and a tab");
    m.troubles = "half a line\nempty\tno number\n\n";
    assert_int_equal(trouble_list(a, &m, &list), 0);
}

/* A sender who attaches what is refused, with names as long as can be, fills no store. */
static void the_row_remembers_no_more_than_its_share(void **state)
{
    ARENA_SCOPED a = arena_new();
    struct message_row m = {0};
    struct letter_paper *list;
    size_t n;

    (void)state;
    for (int i = 0; i < 500; i++)
        trouble_add(a, &m, "refused_type", i, arena_printf(a, "%d %0150d.exe", i, 0));
    trouble_add(a, &m, "empty", 0, "a");
    assert_true(strlen(m.troubles) < TROUBLES_BYTES + 40);
    n = trouble_list(a, &m, &list);
    assert_in_range(n, 20, 40);
    assert_string_equal(list[n - 2].trouble, "refused_type");
    assert_string_equal(list[n - 1].trouble, arena_printf(a, "more:%zu", 501 - (n - 1)));
    assert_non_null(strstr(trouble_lines(a, &m), arena_printf(a, "and %zu more", 501 - (n - 1))));
    assert_non_null(strstr(trouble_in_story(a, &m), "more:"));
}

/* An officer reads it in the language of the alert. */
static void reasons_have_all_languages(void **state)
{
    static const char *const codes[] = {
        "empty", "too_large",   "refused_type", "infected:Win.Test", "our_own", "cut", "incomplete", "holds_refused",
        "link",  "not_allowed", "macros",       "reply_too_large",   "more:12"};
    ARENA_SCOPED a = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        const char *reason = trouble_reason(a, codes[i]);

        assert_string_not_equal(reason, codes[i]);
        assert_string_not_equal(reason_in_words(a, LANG_AR, reason), reason);
        assert_string_not_equal(reason_in_words(a, LANG_FR, reason), reason);
        if (i < 5) /* the templates have their own words, or the delegation is not told */
            continue;
        assert_string_not_equal(trouble_advice(a, codes[i]), codes[i]);
        assert_string_not_equal(reason_in_words(a, LANG_AR, trouble_advice(a, codes[i])), trouble_advice(a, codes[i]));
        assert_string_not_equal(reason_in_words(a, LANG_FR, trouble_advice(a, codes[i])), trouble_advice(a, codes[i]));
    }
}

/* A word that could never fit is told with its line, not passed over. */
static void faulty_settings_are_told(void **state)
{
    static const struct {
        const char *filing, *told;
    } rows[] = {
        {"filing = { refused = [ ]; };", ""},
        {"filing = { max_paper_bytes = 5000; refused = [ \".exe\", \"text/x-shellscript\" ]; };", ""},
        {"filing = { refused = [ \"desktop.ini\" ]; };", ""},
        {"filing = { allowed = [ \"application/pdf\", \"image/*\" ]; macros = \"refuse\"; max_reply_bytes = 9000; };",
         ""},
        {"filing = { allowed = [ \".pdf\" ]; };", "allowed cannot be '.pdf'; write a media type"},
        {"filing = { allowed = [ \"image/\" ]; };", "allowed cannot be 'image/'"},
        {"filing = { allowed = [ \"*/*\" ]; };", "allowed cannot be '*/*'"},
        {"filing = { macros = \"ask\"; };", "macros"},
        {"filing = { max_reply_bytes = -1; };", "max_reply_bytes is -1"},
        {"filing = { refused = [ \"exe\" ]; };", "refused cannot be 'exe'"},
        {"filing = { max_paper_bytes = 200000000; };",
         "max_paper_bytes is 200000000; it must be from 1000 to 100000000"},
        {"filing = { scanner = \"/run/clamav/clamd.ctl\"; };", ""},
        {"filing = { scanner = \"/"
         "a-very-long-path/a-very-long-path/a-very-long-path/a-very-long-path/a-very-long-path/a-very-long-path/"
         "clamd.ctl\"; "
         "};",
         "is longer than 107 bytes"},
        {"filing = { refuse = [ ]; };", "did you mean 'refused'?"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        struct problems p = {0};
        char path[] = "/tmp/taamim-filing-XXXXXX";
        size_t n;
        const char *shipped = file_read(a, source_file(a, "config/taamim.conf"), 100000, &n, NULL);
        const char *text =
            arena_printf(a, "%s\n%s\n", replaced(a, shipped, "filing = {\n", "#filing\n#"), rows[i].filing);
        struct config *c;

        text = replaced(a, text, "ClamAV's clamd\n};", "ClamAV's clamd\n#};");
        close(mkstemp(path));
        write_case(path, text, strlen(text));
        c = config_load(a, path, &p);
        if (*rows[i].told ? !strstr(buf_text(&p.text), rows[i].told) : !c)
            fail_msg("row %zu: %s", i, buf_text(&p.text));
        if (c)
            config_close(c);
        buf_free(&p.text);
        unlink(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_taken),
        cmocka_unit_test(what_is_allowed),
        cmocka_unit_test(the_row_remembers),
        cmocka_unit_test(the_row_remembers_no_more_than_its_share),
        cmocka_unit_test(reasons_have_all_languages),
        cmocka_unit_test(faulty_settings_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
