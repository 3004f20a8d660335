/* Addresses: what may go into an envelope, and what is the same mailbox. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "mail/address.h"

#define TEN   "0123456789"
#define SIXTY TEN TEN TEN TEN TEN TEN

static char *exact(const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(malloc(n), s, n);
}

static void wire_forms(void **state)
{
    (void)state;
    static const struct {
        const char *address, *wire; /* NULL: refused */
    } rows[] = {
        {"focal.point@mfa.example", "focal.point@mfa.example"},
        {"Focal.Point@MFA.Example", "Focal.Point@mfa.example"},
        {"o'neil+x=y@a-b.example", "o'neil+x=y@a-b.example"},
        {"secretariat@localhost", "secretariat@localhost"},
        {"office@مثال.إختبار", "office@xn--mgbh0fb.xn--kgbechtv"},
        {"office@b\xc3\xbc"
         "cher.example",
         "office@xn--bcher-kva.example"},
        {"office@bu\xcc\x88"
         "cher.example",
         "office@xn--bcher-kva.example"},
        {"office@xn--bcher-kva.example", "office@xn--bcher-kva.example"},
        {"مكتب@mfa.example", "مكتب@mfa.example"},
        {NULL, NULL},
        {"", NULL},
        {"@", NULL},
        {"a", NULL},
        {"a@", NULL},
        {"@mfa.example", NULL},
        {"a b@mfa.example", NULL},
        {" a@mfa.example", NULL},
        {"a@mfa.example ", NULL},
        {"a@mfa.example\r\nRCPT TO:<b@x.example>", NULL},
        {"a\r\n@mfa.example", NULL},
        {"a\n@mfa.example", NULL},
        {"a@mfa.example\n", NULL},
        {"a\t@mfa.example", NULL},
        {"a\x01@mfa.example", NULL},
        {"a\x7f@mfa.example", NULL},
        {"<a@mfa.example>", NULL},
        {"a@mfa.example>", NULL},
        {"a@mfa.example> NOTIFY=FAILURE", NULL},
        {"\"a b\"@mfa.example", NULL},
        {"a@[192.0.2.1]", NULL},
        {"a,b@mfa.example", NULL},
        {"a@b@mfa.example", NULL},
        {"a(comment)@mfa.example", NULL},
        {".a@mfa.example", NULL},
        {"a.@mfa.example", NULL},
        {"a..b@mfa.example", NULL},
        {"a@.example", NULL},
        {"a@mfa..example", NULL},
        {"a@mfa.example.", NULL},
        {"a@mfa_x.example", NULL},
        {"a@-mfa.example", NULL},
        {"a@mfa/example", NULL},
        {"a@" SIXTY "01234.example", NULL},
        {SIXTY "01234@mfa.example", NULL},
        {"a@" SIXTY "." SIXTY "." SIXTY "." SIXTY "." TEN, NULL},
        {"a\xc2\xa0@mfa.example", NULL},     /* no-break space */
        {"a\xe2\x80\xae@mfa.example", NULL}, /* right-to-left override */
        {"a\xc2\x85@mfa.example", NULL},     /* NEL */
        {"a\xe2\x80\xa8@mfa.example", NULL}, /* line separator */
        {"\xff\xfe@mfa.example", NULL},
        {"a@mfa\xff.example", NULL},
        {"\xd8@mfa.example", NULL},
        {"a@mfa\xe3\x80\x82\xe3\x80\x82"
         "example",
         NULL},
        {"a@mfa\xe3\x80\x82"
         "example",
         NULL}, /* the full stop of Chinese keyboards */
        {"a@\xef\xbd\x8d"
         "fa.example",
         NULL},                                       /* fullwidth m */
        {"a@mfa\xe2\x84\xaa.example", NULL},          /* Kelvin sign */
        {"a@\xef\xba\x8d\xef\xba\xb3.example", NULL}, /* presentation forms of Arabic */
        {"a@mfa\xef\xbc\x8e"
         "example",
         NULL}, /* fullwidth full stop */
        {"office@B\xc3\x9c"
         "CHER.example",
         "office@xn--bcher-kva.example"},
        {"a@mfa\xc2\xa0.example", NULL},
        {"a@mfa\xe2\x80\xae.example", NULL},
    };
    ARENA_SCOPED a = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *address = rows[i].address ? exact(rows[i].address) : NULL;
        struct err e = {0};
        const char *wire = address_wire(a, address, &e);
        if (!wire != !rows[i].wire || (wire && strcmp(wire, rows[i].wire) != 0))
            fail_msg("%s gives %s (%s)", rows[i].address, wire, e.text);
        assert_int_equal(e.kind, wire ? ERR_NONE : ERR_PERM);
        for (const char *p = e.text; *p; p++)
            assert_true((unsigned char)*p >= 0x20);
        free(address);
    }
}

static void longest_address(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    assert_non_null(address_wire(a, "a@" SIXTY "." SIXTY "." SIXTY "." SIXTY ".example", NULL)); /* 253 */
    /* Short as typed, too long with its labels encoded. */
    char address[ADDRESS_MAX + 1] = "a@";
    while (strlen(address) + 21 < 254)
        strcat(address, "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc.");
    strcat(address, "example");
    struct err e = {0};
    assert_null(address_wire(a, address, &e));
}

static void same_mailbox(void **state)
{
    (void)state;
    static const struct {
        const char *one, *other;
        bool same;
    } rows[] = {
        {"a@mfa.example", "A@MFA.EXAMPLE", true},
        {"a@bücher.example", "A@xn--bcher-kva.EXAMPLE", true},
        {"a@BÜCHER.example", "a@bücher.example", true},
        {"Élise@mfa.example", "e\xcc\x81lise@mfa.example", true},
        {"a@mfa.example", "b@mfa.example", false},
        {"a@mfa.example", "a@mfa.example.org", false},
        {"a+x@mfa.example", "a@mfa.example", false},
        {"", "", false},
        {"a", "a", false},
        {"a@mfa.example", NULL, false},
        {"a@mfa.example\r\n", "a@mfa.example\r\n", false},
        {"\xd0\xb0@mfa.example", "a@mfa.example", false}, /* Cyrillic a */
        {"a@\xef\xbd\x8d"
         "fa.example",
         "a@mfa.example", false}, /* fullwidth m */
        {"a@mof\xe2\x84\xaa.example", "a@mofk.example", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (address_same(rows[i].one, rows[i].other) != rows[i].same)
            fail_msg("%s and %s", rows[i].one, rows[i].other);
}

static void domains(void **state)
{
    (void)state;
    static const struct {
        const char *address, *domain;
        bool in;
    } rows[] = {
        {"a@mfa.example", "mfa.example", true},
        {"a@MFA.example", "mfa.EXAMPLE", true},
        {"a@cairo.mfa.example", "mfa.example", true},
        {"a@bücher.example", "xn--bcher-kva.example", true},
        {"a@evilmfa.example", "mfa.example", false},
        {"a@mfa.example.evil.example", "mfa.example", false},
        {"a@evil.example@mfa.example", "mfa.example", false},
        {"\"a@evil.example\"@mfa.example", "mfa.example", false},
        {"a@example", "mfa.example", false},
        {"a@mfa.example", "", false},
        {"a@mfa.example", ".example", false},
        {"mfa.example", "mfa.example", false},
        {NULL, "mfa.example", false},
        {"a@mfa.example", NULL, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (address_in_domain(rows[i].address, rows[i].domain) != rows[i].in)
            fail_msg("%s in %s", rows[i].address, rows[i].domain);
}

static void detail(void **state)
{
    (void)state;
    static const struct {
        const char *address, *ours, *delimiter, *detail; /* NULL: none of ours */
    } rows[] = {
        {"desk+t-x@las.example", "desk@las.example", "+", "t-x"},
        {"DESK+T-X@LAS.EXAMPLE", "desk@las.example", "+", "T-X"},
        {"desk--t-x@las.example", "desk@las.example", "--", "t-x"},
        {"desk@las.example", "desk@las.example", "+", NULL},
        {"desk+@las.example", "desk@las.example", "+", NULL},
        {"desk+t-x@other.example", "desk@las.example", "+", NULL},
        {"desks+t-x@las.example", "desk@las.example", "+", NULL},
        {"des+t-x@las.example", "desk@las.example", "+", NULL},
        {"desk-t-x@las.example", "desk@las.example", "+", NULL},
        {"desk+t-x@las.example", "desk@las.example", "", NULL},
        {"", "desk@las.example", "+", NULL},
    };
    ARENA_SCOPED a = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *address = exact(rows[i].address);
        const char *got = address_detail(a, address, rows[i].ours, rows[i].delimiter);
        if (!got != !rows[i].detail || (got && strcmp(got, rows[i].detail) != 0))
            fail_msg("%s gives %s", rows[i].address, got);
        free(address);
    }
    assert_string_equal(address_with_detail(a, "desk@las.example", "+", "t-x"), "desk+t-x@las.example");
    assert_null(address_with_detail(a, "desk", "+", "t-x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wire_forms), cmocka_unit_test(longest_address), cmocka_unit_test(same_mailbox),
        cmocka_unit_test(domains),    cmocka_unit_test(detail),
    };
    return cmocka_run_group_tests_name("mail/address", tests, NULL, NULL);
}
