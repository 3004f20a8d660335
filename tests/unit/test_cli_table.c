/* Tables: columns align with Arabic among them, nothing from outside steers the terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "cli/table.h"
#include "mail/names.h"

static char *exact(const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(malloc(n), s, n);
}

/* What table_print() writes, as lines. */
struct printed {
    char *text;
    size_t size;
    const char *line[8];
    size_t n;
};

static struct printed print(const struct table *t, bool isolate)
{
    struct printed p = {0};
    FILE *out = open_memstream(&p.text, &p.size);
    table_print(t, out, isolate);
    fclose(out);
    for (char *line = strtok(p.text, "\n"); line && p.n < 8; line = strtok(NULL, "\n"))
        p.line[p.n++] = line;
    return p;
}

/* The display column at which `what` begins in line. */
static int column_of(const char *line, const char *what)
{
    const char *at = strstr(line, what);
    char before[512];
    assert_non_null(at);
    snprintf(before, sizeof before, "%.*s", (int)(at - line), line);
    return text_width(before);
}

static struct table *sample(struct arena *a)
{
    struct table *t = table_new(a, (const char *const[]){"CODE", "NAME", ">PAPERS", "REMARK", NULL});
    table_row(t, (const char *const[]){"JO", "الأردن", "3", "first"});
    table_row(t, (const char *const[]){"OM", "عُمان", "12", "second"}); /* a mark without a column of its own */
    table_row(t, (const char *const[]){"MR", "Mauritanie", "", "third"});
    return t;
}

static void columns_align(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    struct printed p = print(sample(a), false);
    assert_int_equal(p.n, 4);
    int remark = column_of(p.line[0], "REMARK");
    assert_int_equal(column_of(p.line[1], "first"), remark);
    assert_int_equal(column_of(p.line[2], "second"), remark);
    assert_int_equal(column_of(p.line[3], "third"), remark);
    assert_int_equal(column_of(p.line[1], "3"), column_of(p.line[2], "12") + 1); /* numbers end together */
    free(p.text);
}

static void a_terminal_gets_isolates_and_the_same_columns(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    struct printed p = print(sample(a), true), plain = print(sample(a), false);
    assert_non_null(strstr(p.line[1], FSI "الأردن" PDI));
    assert_null(strstr(p.line[3], FSI)); /* nothing to isolate in ASCII */
    assert_null(strstr(plain.line[1], FSI));
    for (size_t i = 0; i < p.n; i++)
        assert_int_equal(text_width(p.line[i]), text_width(plain.line[i]));
    free(p.text);
    free(plain.text);
}

static void no_spaces_at_the_end_of_a_line(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    struct table *t = table_new(a, (const char *const[]){"A", "B", NULL});
    table_row(t, (const char *const[]){"x", NULL});
    struct printed p = print(t, false);
    assert_string_equal(p.line[1], "x");
    free(p.text);
}

static void cells_are_harmless(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int columns;
        const char *cell;
    } rows[] = {
        {"plain", 0, "plain"},
        {"", 5, ""},
        {"two\nlines\tand a tab", 0, "two lines and a tab"},
        {"red\x1b[31mtext", 0, "red[31mtext"},
        {"c1\xc2\x9b"
         "31m",
         0, "c131m"},
        {"annex\xe2\x80\xae"
         "fdp.exe",
         0, "annexfdp.exe"},
        {FSI "open and never closed", 0, "open and never closed"},
        {"\xe2\x80\x8f"
         "mark",
         0,
         "\xe2\x80\x8f"
         "mark"}, /* a plain mark turns nothing around */
        {"0123456789", 10, "0123456789"},
        {"0123456789A", 10, "012345678\xe2\x80\xa6"},
        {"السعودية", 4, "الس\xe2\x80\xa6"},
        {"bad\xff"
         "byte",
         0,
         "bad\xef\xbf\xbd"
         "byte"},
        {"cut\xd8", 0, "cut\xef\xbf\xbd"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        char *text = exact(rows[i].text);
        assert_string_equal(table_cell(a, text, rows[i].columns), rows[i].cell);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_align),
        cmocka_unit_test(a_terminal_gets_isolates_and_the_same_columns),
        cmocka_unit_test(no_spaces_at_the_end_of_a_line),
        cmocka_unit_test(cells_are_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
