/* delegations.conf: the shipped register, faults with their lines, saving and loading again, tables imported. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "app/register.h"
#include "app_case.h"

static char folder[] = "/tmp/taamim-register-XXXXXX";

static const char good[] =
    "# head\n\nparties = (\n"
    "  { code = \"JO\"; kind = \"state\"; name = { ar = \"a\"; en = \"Jordan\"; };\n"
    "    domains = [ \"mfa.jo.example\" ];\n"
    "    contacts = (\n"
    "      { role = \"focal_point\"; address = \"f@jo.example\"; },\n"
    "      { role = \"mission\"; address = \"m@jo.example\"; language = \"ar+fr\"; weekend = \"sat-sun\"; }\n"
    "    ); },\n"
    "  { code = \"AE\"; kind = \"state\"; name = { en = \"UAE\"; };\n"
    "    contacts = ( { role = \"mission\"; address = \"m@ae.example\"; } ); }\n"
    ");\n";

static const char *path_of(struct arena *a, const char *name)
{
    return arena_printf(a, "%s/%s", folder, name);
}

static struct party_register *load(struct arena *a, const char *text, const char **problems_out)
{
    struct problems p = {0};
    const char *path = path_of(a, "r.conf");
    write_case(path, text, strlen(text));
    struct party_register *r = register_load(a, path, &p);
    *problems_out = without(a, arena_strdup(a, buf_text(&p.text)), arena_printf(a, "%s/", folder));
    buf_free(&p.text);
    return r;
}

static struct party_register *shipped(struct arena *a)
{
    struct problems p = {0};
    struct party_register *r = register_load(a, source_file(a, "config/delegations.conf"), &p);
    assert_string_equal(buf_text(&p.text), "");
    assert_non_null(r);
    return r;
}

static void shipped_file(void **state)
{
    (void)state;
    static const char order[] = "JO AE BH TN DZ DJ SA SD SY SO IQ OM PS QA KM KW LB LY EG MA MR YE IOM ESCWA UNHCR ";
    ARENA_SCOPED a = arena_new();
    struct party_register *r = shipped(a);
    const char *codes = "";
    for (size_t i = 0; i < r->n_parties; i++) {
        const struct party *p = &r->parties[i];
        codes = arena_printf(a, "%s%s ", codes, p->code);
        for (int lang = 0; lang < LANG_COUNT; lang++)
            assert_true(p->name[lang] && p->full[lang] && p->of[lang]);
        assert_true(p->kind == PARTY_STATE ? p->to[LANG_AR] != NULL : p->to[LANG_EN] && p->to[LANG_FR]);
        if (p->kind == PARTY_STATE) {
            assert_int_equal(p->n_contacts, 2);
            assert_int_equal(p->contacts[0].role, ROLE_MISSION);
            assert_int_equal(p->contacts[0].weekend, WEEKEND_FRI_SAT);
        }
    }
    assert_string_equal(codes, order);
    assert_string_equal(register_find(r, "JO")->to[LANG_AR], "للمملكة الأردنية الهاشمية");
    assert_string_equal(register_find(r, "MA")->of[LANG_FR], "du Royaume du Maroc");
    assert_int_equal(register_find(r, "AE")->contacts[1].weekend, WEEKEND_SAT_SUN);
    assert_int_equal(register_find(r, "TN")->contacts[1].langs, LANG_BIT(LANG_FR));
}

static void faults(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *problems;
    } rows[] = {
        {"", "", ""},
        {"\"AE\"", "\"JO\"", "r.conf:10: the code JO is on line 4 already"},
        {"m@ae.example", "F@jo.example", ""}, /* a contact of two parties */
        {"m@jo.example", "f@JO.example", "r.conf:8: f@JO.example is named twice for JO"},
        {"m@jo.example", "m jo", "r.conf:8: \"m jo\" is no e-mail address: it has no @"},
        {"mfa.jo.example", "gmail.com",
         "r.conf:5: 'gmail.com' is a public mail provider; anybody can have an address there"},
        {"mfa.jo.example", "yahoo.fr",
         "r.conf:5: 'yahoo.fr' is a public mail provider; anybody can have an address there"},
        {"mfa.jo.example", "x@mfa.jo", "r.conf:5: 'x@mfa.jo' is no domain name"},
        {"mfa.jo.example", "jo", "r.conf:5: 'jo' is a whole top-level domain; a listed domain is one party's own"},
        {"( { role = \"mission\"; address = \"m@ae.example\"; } )", "( )", "r.conf:11: AE has no contact"},
        {"\"focal_point\"", "\"focalpoint\"",
         "r.conf:7: role cannot be 'focalpoint'; did you mean 'focal_point'? (mission, focal_point, alternate or "
         "other)"},
        {"address = \"f", "adress = \"f",
         "r.conf:7: unknown setting 'adress' in contacts; did you mean 'address'?\nr.conf:7: the setting 'address' is "
         "missing in contacts"},
        {"\"ar+fr\"", "\"ar+de\"",
         "r.conf:8: language must be a language or several: \"ar\", \"en\", \"fr\", \"ar+fr\""},
        {"en = \"UAE\"", "fr = \"EAU\"",
         "r.conf:10: name is missing in ar, in which a contact is written to, and in en"},
        {"\"JO\"", "\"jo\"", "r.conf:4: 'jo' is no code; capital letters, digits and '-', from 2 to 20 of them, are"},
        {"# head", "@include \"x\"", "r.conf:1: @include is not taken in this file"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        const char *problems;
        struct party_register *r = load(a, replaced(a, good, rows[i].from, rows[i].to), &problems);
        assert_string_equal(problems, rows[i].problems);
        assert_int_equal(r != NULL, *problems == '\0');
    }
}

static void same_text(const char *x, const char *y)
{
    assert_int_equal(x == NULL, y == NULL);
    if (x)
        assert_string_equal(x, y);
}

static void same_party(const struct party *x, const struct party *y)
{
    assert_string_equal(x->code, y->code);
    assert_int_equal(x->kind, y->kind);
    for (int i = 0; i < LANG_COUNT; i++) {
        same_text(x->name[i], y->name[i]);
        same_text(x->full[i], y->full[i]);
        same_text(x->to[i], y->to[i]);
        same_text(x->of[i], y->of[i]);
    }
    assert_int_equal(x->n_groups, y->n_groups);
    assert_int_equal(x->n_domains, y->n_domains);
    for (size_t i = 0; i < x->n_domains; i++)
        assert_string_equal(x->domains[i], y->domains[i]);
    assert_int_equal(x->n_contacts, y->n_contacts);
    for (size_t i = 0; i < x->n_contacts; i++) {
        assert_int_equal(x->contacts[i].role, y->contacts[i].role);
        assert_string_equal(x->contacts[i].address, y->contacts[i].address);
        same_text(x->contacts[i].name, y->contacts[i].name);
        assert_int_equal(x->contacts[i].langs, y->contacts[i].langs);
        assert_int_equal(x->contacts[i].weekend, y->contacts[i].weekend);
    }
}

static void saved_and_loaded_again(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    struct problems p = {0};
    struct err e = {0};
    char *diff;
    struct party_register *r = shipped(a), *again;
    const char *path = path_of(a, "r.conf");
    remove(path);
    assert_true(register_save(a, r, path, &diff, &e));
    again = register_load(a, path, &p);
    assert_string_equal(buf_text(&p.text), "");
    assert_int_equal(again->n_parties, r->n_parties);
    for (size_t i = 0; i < r->n_parties; i++)
        same_party(&r->parties[i], &again->parties[i]);
    assert_true(register_save(a, again, path, &diff, &e));
    assert_string_equal(diff, "");
}

static void a_contact_more(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    struct err e = {0};
    char *diff;
    const char *problems, *path = path_of(a, "r.conf");
    struct party_register *r = load(a, good, &problems);
    struct contact c = {.role = ROLE_ALTERNATE,
                        .address = "n@jo.example",
                        .name = "A \"B\" \\ C",
                        .langs = LANG_BIT(LANG_EN),
                        .weekend = WEEKEND_FRI_SAT};
    assert_true(register_save(a, r, path, &diff, &e)); /* brings it into its form */
    assert_true(register_save(a, register_with_contact(a, r, "jo", &c), path, &diff, &e));
    assert_non_null(strstr(diff, "+        { role = \"alternate\"; address = \"n@jo.example\"; name = \"A \\\"B\\\" "
                                 "\\\\ C\"; language = \"en\"; }\n"));
    assert_null(strstr(diff, "m@ae.example"));
    struct problems p = {0};
    r = register_load(a, path, &p);
    const struct contact *found;
    assert_string_equal(register_by_address(r, "N@Jo.example", &found)->code, "JO");
    assert_string_equal(found->name, "A \"B\" \\ C");
    FILE *f = fopen(path, "r");
    char first[8] = "";
    assert_non_null(fgets(first, sizeof first, f));
    fclose(f);
    assert_string_equal(first, "# head\n");
    c.address = "m ae"; /* no address: refused, the file stays */
    assert_false(register_save(a, register_with_contact(a, r, "JO", &c), path, &diff, &e));
    assert_non_null(strstr(e.text, "is no e-mail address"));
    assert_non_null(register_load(a, path, &p));
    c.address = "M@ae.example"; /* another's too: both have it */
    assert_true(register_save(a, register_with_contact(a, r, "JO", &c), path, &diff, &e));
    r = register_load(a, path, &p);
    const struct party *one = register_by_address(r, "m@ae.example", NULL);
    const struct party *other = register_next_by_address(r, "m@ae.example", one, NULL);
    assert_string_equal(one->code, "JO");
    assert_string_equal(other->code, "AE");
    assert_null(register_next_by_address(r, "m@ae.example", other, NULL));
}

static void by_domain(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    const char *problems;
    struct party_register *r = load(a, good, &problems);
    assert_string_equal(register_by_domain(r, "x@dept.MFA.jo.example")->code, "JO");
    assert_null(register_by_domain(r, "x@notmfa.jo.example"));
    assert_null(register_by_domain(r, "x@jo.example"));
    r = load(a,
             replaced(a, good, "name = { en = \"UAE\"; };",
                      "name = { en = \"UAE\"; }; domains = [ \"dept.mfa.jo.example\" ];"),
             &problems);
    assert_null(register_by_domain(r, "x@dept.mfa.jo.example"));
}

static void imported(void **state)
{
    (void)state;
    static const struct {
        const char *csv, *problems;
    } rows[] = {
        {"\xef\xbb\xbf"
         "code;kind;name_en;role;address;contact_name;language\r\nIOM;organisation;IOM;focal_point;i@iom.example;"
         "\"Office; \"\"Cairo\"\"\";en\r\nIOM;;;alternate;k@iom.example;;ar+en\r\n",
         ""},
        {"code,address\nAE,x@ae.example\n", ""},
        {"code,adress\nAE,x@ae.example\n", "t.csv:1: unknown column 'adress'; did you mean 'address'?"},
        {"code,address\nAE,x ae\nXX,x@xx.example\n",
         "t.csv:2: \"x ae\" is no e-mail address: it has no @\nt.csv:3: XX is new; its kind is missing"},
        {"code,address,domain\n\nAE,f@jo.example,hotmail.com\n",
         "t.csv:3: 'hotmail.com' is a public mail provider; anybody can have an address there"},
        {"code,role\nAE,boss\n", "t.csv:2: this row tells of a contact but has no address"},
        {"code,address\nAE,\"x@ae.example\n", NULL},
        {"code\nAE\n\xff\n", "t.csv: the file is not UTF-8; save it as \"CSV UTF-8\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        struct problems p = {0};
        const char *problems, *path = path_of(a, "t.csv");
        write_case(path, rows[i].csv, strlen(rows[i].csv));
        struct party_register *r = register_import(a, load(a, good, &problems), path, &p);
        problems = without(a, arena_strdup(a, buf_text(&p.text)), arena_printf(a, "%s/", folder));
        buf_free(&p.text);
        if (rows[i].problems)
            assert_string_equal(problems, rows[i].problems);
        assert_int_equal(r != NULL, *problems == '\0');
        if (i == 0) {
            assert_int_equal(r->n_parties, 3);
            assert_string_equal(r->parties[2].contacts[0].name, "Office; \"Cairo\"");
            assert_int_equal(r->parties[2].n_contacts, 2);
        }
    }
}

/* Empty lines are no rows; the first row too many is told also where it is the last. */
static void a_list_has_so_many_rows(void **state)
{
    (void)state;
    static const struct {
        int rows;
        const char *after, *problems;
    } cases[] = {
        {20000, "", ""},
        {20000, "\n\n", ""},
        {20000, "AE,y@ae.example\n", "t.csv:20002: there are more than 20000 rows"},
        {20000, "AE,y@ae.example", "t.csv:20002: there are more than 20000 rows"},
        {20000, "AE,y@ae.example\nAE,z@ae.example\n", "t.csv:20002: there are more than 20000 rows"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ARENA_SCOPED a = arena_new();
        BUF_SCOPED csv = {0};
        struct problems p = {0};
        const char *problems, *path = path_of(a, "t.csv");
        buf_adds(&csv, "code,address\n");
        for (int k = 0; k < cases[i].rows; k++)
            buf_adds(&csv, "AE,x@ae.example\n");
        buf_adds(&csv, cases[i].after);
        write_case(path, csv.data, csv.len);
        struct party_register *r = register_import(a, load(a, good, &problems), path, &p);
        assert_string_equal(without(a, buf_text(&p.text), arena_printf(a, "%s/", folder)), cases[i].problems);
        assert_int_equal(r != NULL, p.n == 0);
        buf_free(&p.text);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_file),           cmocka_unit_test(faults),    cmocka_unit_test(saved_and_loaded_again),
        cmocka_unit_test(a_contact_more),         cmocka_unit_test(by_domain), cmocka_unit_test(imported),
        cmocka_unit_test(a_list_has_so_many_rows)};
    if (!mkdtemp(folder))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ARENA_SCOPED a = arena_new();
    remove(path_of(a, "r.conf"));
    remove(path_of(a, "t.csv"));
    remove(folder);
    return failed;
}
