/* File names out of strangers' names, widths of table cells, text out of bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "mail/names.h"

#define TEN     "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static char *exact(const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(malloc(n), s, n);
}

static const struct {
    const char *name, *clean;
} to_clean[] = {
    {"report.pdf", "report.pdf"},
    {"تقرير المملكة 2026.pdf", "تقرير المملكة 2026.pdf"},
    {"re\xcc\x81ponse.docx", "r\xc3\xa9ponse.docx"},
    {"../../etc/passwd", "etc-passwd"},
    {"..\\..\\boot.ini", "boot.ini"},
    {"C:\\papers\\a.pdf", "C_-papers-a.pdf"},
    {"/", "paper"},
    {"..", "paper"},
    {"", "paper"},
    {NULL, "paper"},
    {"   ", "paper"},
    {".hidden", "hidden"},
    {"-rf", "rf"},
    {"a\nb\tc.pdf", "a b c.pdf"},
    {"a\x1b[31m.pdf", "a[31m.pdf"},
    {"a\xc2\x9b.pdf", "a.pdf"},
    {"annex\xe2\x80\xae"
     "fdp.exe",
     "annexfdp.exe"},
    {"a\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9\xe2\x80\x8e"
     "\xe2\x80\x8f.pdf",
     "a.pdf"},
    {"a\xe2\x80\x8b\xef\xbb\xbf.pdf", "a.pdf"},
    {"\xe2\x80\x8f.bashrc", "bashrc"},
    {"می\xe2\x80\x8cخواهم.txt", "می\xe2\x80\x8cخواهم.txt"},
    {"what? \"now\" <1>|*.pdf", "what_ _now_ _1___.pdf"},
    {"CON", "CON_"},
    {"con.txt", "con_.txt"},
    {"Lpt1.tar.gz", "Lpt1_.tar.gz"},
    {"nul .txt", "nul_.txt"},
    {"CONTRACT.pdf", "CONTRACT.pdf"},
    {"COM.pdf", "COM.pdf"},
    {"name. . .", "name"},
    {"name .pdf", "name.pdf"},
    {"bad\xff"
     "byte.pdf",
     "bad\xef\xbf\xbd"
     "byte.pdf"},
    {"cut\xd8", "cut\xef\xbf\xbd"},
    {"surrogate\xed\xa0\x80.pdf", NULL},
    {"...", "paper"},
    {". . .", "paper"},
    {"report.pdf\u00a0\u3000. ", "report.pdf"},
    {"report\uff0eexe", "report.exe"},
    {"re\uff50ort.\uff50\uff44\uff46", "report.pdf"},
    {"a\uff0f\uff0e\uff0e\uff0fb", "a-.-b"},
    {"a\uff3cb\uff1ac", "a-b_c"},
    {"~$report.docx", "report.docx"},
    {".~lock.report.odt#", "lock.report.odt#"},
    {"a.txt:b.exe", "a.txt_b.exe"},
    {"a.exe::$DATA", "a.exe__$DATA"},
    {"COM\u00b9.txt", "COM\u00b9_.txt"},
    {"lpt\u00b3", "lpt\u00b3_"},
    {"CONIN$", "CONIN$_"},
    {"\uff23\uff2f\uff2e.pdf", "CON_.pdf"},
    {"com10.pdf", "com10.pdf"},
    {"a\u2062b\u2064\u206a\u180e.pdf", "ab.pdf"},
    {"a\U000e0065\U000e0078.pdf", "a.pdf"},
    {"سنة \u0601٢٠٢٦.pdf", "سنة \u0601٢٠٢٦.pdf"},
};

static void clean_names(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    for (size_t i = 0; i < sizeof to_clean / sizeof *to_clean; i++) {
        char *name = to_clean[i].name ? exact(to_clean[i].name) : NULL;
        const char *clean = name_clean(a, name);
        if (to_clean[i].clean && strcmp(clean, to_clean[i].clean) != 0)
            fail_msg("\"%s\" gives \"%s\", not \"%s\"", to_clean[i].name, clean, to_clean[i].clean);
        assert_string_equal(name_clean(a, clean), clean);
        free(name);
    }
}

/* What a reader takes for an end that is refused is refused. */
static void what_a_name_is_taken_for(void **state)
{
    static const struct {
        const char *name, *skeleton;
    } rows[] = {
        {"Report.PDF", "report.pdf"},
        {"a.\u0435\u0445\u0435", "a.exe"},             /* Cyrillic */
        {"a.\u0415\u0425\u0415", "a.exe"},             /* in capitals */
        {"a.\u03b5xe", "a.\u03b5xe"},                  /* a Greek epsilon is no e */
        {"a.\U0001d41e\U0001d431\U0001d41e", "a.exe"}, /* mathematical bold */
        {"a.e\u200dx\u200ce", "a.exe"},
        {"a\u2024exe", "a.exe"},
        {"a\u3002exe", "a.exe"},
        {"a.j\u0455", "a.js"},
        {"تقرير.pdf", "تقرير.pdf"},
    };
    ARENA_SCOPED a = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *name = exact(rows[i].name);

        assert_string_equal(name_skeleton(a, name), rows[i].skeleton);
        free(name);
    }
}

static bool ends_in(const char *s, const char *end)
{
    return strlen(s) >= strlen(end) && strcmp(s + strlen(s) - strlen(end), end) == 0;
}

static void long_names(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    const char *clean = name_clean(a, HUNDRED HUNDRED HUNDRED ".docx");
    assert_int_equal(strlen(clean), NAME_MAX_BYTES);
    assert_true(ends_in(clean, "0123.docx") || ends_in(clean, "4.docx"));
    /* Two-byte letters: never half of one. */
    char arabic[700] = "a";
    for (int i = 0; i < 300; i++)
        strcat(arabic, "م");
    strcat(arabic, ".pdf");
    clean = name_clean(a, arabic);
    assert_int_equal(strlen(clean), 199);
    assert_true(ends_in(clean, "م.pdf"));
    /* A long end behind a dot is no extension. */
    clean = name_clean(a, "a." HUNDRED HUNDRED HUNDRED);
    assert_int_equal(strlen(clean), NAME_MAX_BYTES);
    assert_string_equal(name_clean(a, clean), clean);
}

static void numbered_names(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    assert_string_equal(name_numbered(a, "report.pdf", "v", 2), "report v2.pdf");
    assert_string_equal(name_numbered(a, "report.pdf", "", 2), "report (2).pdf");
    assert_string_equal(name_numbered(a, "ورقة", "", 3), "ورقة (3)");
    const char *longest = name_clean(a, HUNDRED HUNDRED HUNDRED ".docx");
    const char *second = name_numbered(a, longest, "", 2);
    assert_int_equal(strlen(second), NAME_MAX_BYTES);
    assert_true(ends_in(second, " (2).docx"));
}

static void widths(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int width;
    } rows[] = {
        {"", 0},
        {"Jordan", 6},
        {"الأردن", 6},
        {"مَدْرَسَة", 5},
        {"e\xcc\x81", 1},
        {"\xe2\x80\x8fعمان\xe2\x80\x8e", 4},
        {"\xe2\x81\xa7عمان\xe2\x81\xa9", 4},
        {"中国", 4},
        {"a\x1b", 1},
        {"\xff", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (text_width(rows[i].text) != rows[i].width)
            fail_msg("%s: %d", rows[i].text, text_width(rows[i].text));
}

static void clean_text(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        const char *clean;
    } rows[] = {
        {"", 0, ""},
        {"a\r\nb\tc", 6, "a\nb\tc"},
        {"a\0b", 3, "ab"},
        {"a\x1b[0m\x7f", 6, "a[0m"},
        {"e\xcc\x81", 3, "\xc3\xa9"},
        {"\xd9", 1, "\xef\xbf\xbd"},
        {"\xc0\xaf", 2, "\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xf4\x90\x80\x80", 4, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xc2\x85x", 3, "x"},
        {"السلام", 12, "السلام"},
    };
    ARENA_SCOPED a = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *bytes = memcpy(malloc(rows[i].n ? rows[i].n : 1), rows[i].bytes, rows[i].n);
        assert_string_equal(text_clean(a, bytes, rows[i].n), rows[i].clean);
        free(bytes);
    }
}

/* A stranger's words in a line of ours: none of them begins a line or turns what follows. */
static void foreign_text(void **state)
{
    (void)state;
    static const struct {
        const char *text, *line, *lines;
        size_t max;
    } rows[] = {
        {"a\u2028b\u2029c\xc2\x85"
         "d\ve\r\nf\tg",
         "a b c d e  f g", "a\nb\nc\nd\ne\n\nf\tg", 100},
        {"\u202a\u202b\u202c\u202d\u202ex\u2066\u2067\u2068\u2069y", "xy", "xy", 100},
        {"\u200eعمان\u200f\u061c\x1b[2J\a", "\u200eعمان\u200f\u061c[2J", "\u200eعمان\u200f\u061c[2J", 100},
        {"عمان", "عم…", "عمان", 5},
        {"abcde", "abcde", "abcde", 5},
        {"abcdef", "abcde…", "abcdef", 5},
        {"ab" HUNDRED HUNDRED, "ab", NULL, 2},
    };
    ARENA_SCOPED a = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *line = text_line(a, rows[i].text, rows[i].max);
        if (strncmp(line, rows[i].line, strlen(rows[i].line)) != 0 ||
            (rows[i].lines && strcmp(line, rows[i].line) != 0))
            fail_msg("%zu: %s", i, line);
        if (rows[i].lines)
            assert_string_equal(text_lines(a, rows[i].text, strlen(rows[i].text)), rows[i].lines);
    }
    assert_string_equal(text_foreign(a, "x\u2069y"), FSI "xy" PDI);
    assert_true(strlen(text_foreign(a, HUNDRED HUNDRED HUNDRED)) < 220);
    assert_string_equal(text_unlinked(a, "see HTTPS://a.example/x, http://b.example and httpd"),
                        "see HxxPS://a.example/x, hxxp://b.example and httpd");
}

/* Ordering marks costs the square of their run: without a cap this text of 200 KB takes minutes. */
static void a_tower_of_marks_is_capped(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    static const char marks[4] = {'\xcc', '\x81', '\xcc', '\xa3'};
    char *text = malloc(200001);
    text[0] = 'a';
    for (int i = 0; i < 50000; i++)
        memcpy(text + 1 + 4 * i, marks, sizeof marks);
    const char *clean = text_clean(a, text, 200001);
    assert_true(strlen(clean) < 100);
    assert_true(strlen(clean) > 20);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_names),  cmocka_unit_test(what_a_name_is_taken_for),
        cmocka_unit_test(long_names),   cmocka_unit_test(numbered_names),
        cmocka_unit_test(widths),       cmocka_unit_test(clean_text),
        cmocka_unit_test(foreign_text), cmocka_unit_test(a_tower_of_marks_is_capped),
    };
    return cmocka_run_group_tests_name("mail/names", tests, NULL, NULL);
}
