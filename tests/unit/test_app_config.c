/* taamim.conf: the shipped file loads, and what is wrong is told with its line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <unistd.h>

#include "app/config.h"
#include "app/daemon.h"
#include "app_case.h"

static char folder[] = "/tmp/taamim-config-XXXXXX";

static const char good[] = "secretariat = {\n"                                                            /* 1 */
                           "  name = { ar = \"a\"; en = \"b\"; fr = \"c\"; };\n"                          /* 2 */
                           "  short_name = { ar = \"a\"; en = \"b\"; fr = \"c\"; };\n"                    /* 3 */
                           "  address = \"s@las.example\";\n"                                             /* 4 */
                           "  zone = \"Africa/Cairo\";\n"                                                 /* 5 */
                           "};\n"                                                                         /* 6 */
                           "paths = { state = \"state\"; register = \"r.conf\"; templates = \"t\"; };\n"  /* 7 */
                           "smtp = {\n"                                                                   /* 8 */
                           "  host = \"mail.example\"; user = \"u\";\n"                                   /* 9 */
                           "  password_file = \"pw\";\n"                                                  /* 10 */
                           "};\n"                                                                         /* 11 */
                           "imap = { host = \"mail.example\"; user = \"u\"; password_file = \"pw\"; };\n" /* 12 */
                           "officers = (\n"                                                               /* 13 */
                           "  { address = \"o@las.example\"; }\n"                                         /* 14 */
                           ");\n"                                                                         /* 15 */
                           "office = {\n"                                                                 /* 16 */
                           "  poll = 1;\n" /* 17: taken out below */
                           "};\n";

static struct config *load(struct arena *a, const char *text, const char **problems_out)
{
    struct problems p = {0};
    const char *path = arena_printf(a, "%s/t.conf", folder);
    write_case(path, text, strlen(text));
    struct config *c = config_load(a, path, &p);
    *problems_out = without(a, arena_strdup(a, buf_text(&p.text)), arena_printf(a, "%s/", folder));
    assert_int_equal(c == NULL, p.n > 0);
    buf_free(&p.text);
    return c;
}

static void shipped_file(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    struct problems p = {0};
    struct config *c = config_load(a, source_file(a, "config/taamim.conf"), &p);
    assert_string_equal(buf_text(&p.text), "");
    assert_non_null(c);
    assert_int_equal(c->smtp.port, 587);
    assert_int_equal(c->imap.port, 993);
    assert_int_equal(c->n_mailboxes, 2);
    assert_true(c->mailboxes[1].junk);
    assert_int_equal(c->n_officers, 2);
    assert_int_equal(c->n_steps, 5);
    assert_int_equal(c->digest_minute, 480);
    assert_true(c->max_collect_bytes >= 50 << 20); /* or every message would be left in the mailbox */
    assert_string_equal(c->state_dir, "/var/lib/taamim");
    assert_true(c->register_file[0] == '/');
    assert_non_null(strstr(c->register_file, "/config/delegations.conf"));
    config_close(c);
}

static void faults(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *problems;
    } rows[] = {
        {"poll = 1;", "", ""},
        {"", "", "t.conf:17: unknown setting 'poll' in office"},
        {"  password_file", "  pasword_file",
         "t.conf:10: unknown setting 'pasword_file' in smtp; did you mean 'password_file'?\n"
         "t.conf:8: smtp logs in but has no secret; set password_file, password_command, token_command or credential\n"
         "t.conf:17: unknown setting 'poll' in office"},
        {"poll = 1;", "alert_every_s = 0;", "t.conf:17: alert_every_s is 0; it must be from 1 to 86400"},
        {"poll = 1;", "alert_every_s = 4294967297;",
         "t.conf:17: the number 4294967297 is too large to be written so; above 2147483647 a number ends with L"},
        {"poll = 1;", "alert_attach_bytes = 9000000000L;",
         "t.conf:17: alert_attach_bytes is 9000000000; it must be from 0 to 104857600"},
        {"poll = 1;", "alert_every_s = \"1\";", "t.conf:17: alert_every_s must be a whole number"},
        {"poll = 1;", "confirm_s = 59;", "t.conf:17: confirm_s is 59; it must be from 60 to 604800"},
        {"poll = 1;", "digest = \"8:00\";", "t.conf:17: digest cannot be '8:00'; write a time like \"08:00\""},
        {"poll = 1;", "reminders = [ \"-7x\" ];",
         "t.conf:17: '-7x' is no step; expected a sign, a number and d, h, m or s, at most 366 days, as in -7d or +1d"},
        {"poll = 1;", "digest = \"08:00\";\n digest = \"09:00\";", "t.conf:18: duplicate setting name"},
        {"poll = 1;\n};", "};\nmetrics = { file = \"figures\"; every_s = 1; };",
         "t.conf:18: every_s is 1; it must be from 5 to 3600\n"
         "t.conf:18: file cannot be 'figures'; its name ends in .prom"},
        {"poll = 1;\n};", "};\nmetrics = { every_s = 60; };", "t.conf:18: the setting 'file' is missing in metrics"},
        {"poll = 1;", "digest = ;",
         "t.conf:17: syntax error: a bracket, quote or ';' may be missing here or just before"},
        {"Africa/Cairo", "Africa/Kairo", NULL},
        {"zone = \"Africa/Cairo\"", "zone = \"Africa/Cairo\"; hours = \"9-17\"",
         "t.conf:5: hours cannot be '9-17'; write \"09:00-17:00\" or \"all\"\nt.conf:17: unknown setting 'poll' in "
         "office"},
        {"zone = \"Africa/Cairo\"", "zone = \"Africa/Cairo\"; weekend = [ \"friday\", \"caturday\" ]",
         "t.conf:5: weekend must be \"fri-sat\", \"sat-sun\", \"none\" or a list of days [ \"friday\", \"saturday\" "
         "]\nt.conf:17: unknown setting 'poll' in office"},
        {"s@las.example", "s las.example",
         "t.conf:4: \"s las.example\" is no e-mail address: it has no @\nt.conf:17: unknown setting 'poll' in office"},
        {"o@las.example", "S@LAS.example",
         "t.conf:14: an officer cannot have the secretariat's own address S@LAS.example\nt.conf:17: unknown setting "
         "'poll' in office"},
        {"host = \"mail.example\"; user", "tls = \"none\"; host = \"mail.example\"; user",
         "t.conf:9: smtp would send its password to mail.example in the clear; set tls to \"starttls\" or "
         "\"tls\"\nt.conf:17: unknown setting 'poll' in office"},
        {"host = \"mail.example\"; user", "tls = \"startls\"; host = \"mail.example\"; user",
         "t.conf:9: tls cannot be 'startls'; did you mean 'starttls'? (none, starttls or tls)\nt.conf:17: unknown "
         "setting 'poll' in office"},
        {"user = \"u\"; password_file = \"pw\"; };",
         "user = \"u\"; password_file = \"pw\"; arc_sealers = [ \"lists.example\" ]; };",
         "t.conf:12: arc_sealers needs authserv_id: our own server says whether their chain is whole\n"
         "t.conf:17: unknown setting 'poll' in office"},
        {"user = \"u\"; password_file = \"pw\"; };",
         "user = \"u\"; password_file = \"pw\"; authserv_id = \"mx\"; arc_sealers = [ \"a@lists.example\" ]; };",
         "t.conf:12: \"a@lists.example\" in arc_sealers is no domain\nt.conf:17: unknown setting 'poll' in office"},
        {"user = \"u\"; password_file = \"pw\"; };",
         "user = \"u\"; password_file = \"pw\"; authserv_id = \"mx\"; arc_sealers = [ \"Google.com\" ]; };",
         "t.conf:12: \"Google.com\" in arc_sealers seals the mail of all its customers; where it is our own provider, "
         "it is own_seal\n"
         "t.conf:17: unknown setting 'poll' in office"},
        {"user = \"u\"; password_file = \"pw\"; };",
         "user = \"u\"; password_file = \"pw\"; authserv_id = \"mx\"; arc_sealers = [ \"a.outlook.com\" ]; };",
         "t.conf:12: \"a.outlook.com\" in arc_sealers seals the mail of all its customers; where it is our own "
         "provider, it is own_seal\n"
         "t.conf:17: unknown setting 'poll' in office"},
        {"user = \"u\"; password_file = \"pw\"; };",
         "user = \"u\"; password_file = \"pw\"; authserv_id = \"mx\"; arc_sealers = [ \"lists.example\",\n "
         "\"yahoo.fr\" ]; };",
         "t.conf:12: \"yahoo.fr\" in arc_sealers is a public mail provider; anybody can have an address there\n"
         "t.conf:18: unknown setting 'poll' in office"},
        {"user = \"u\"; password_file = \"pw\"; };",
         "user = \"u\"; password_file = \"pw\"; authserv_id = \"mx\"; own_seal = \"mx.example\"; arc_sealers = [ "
         "\"MX.example\" ]; };",
         "t.conf:12: \"MX.example\" in arc_sealers is own_seal, whose word never counts\n"
         "t.conf:17: unknown setting 'poll' in office"},
        {"user = \"u\"; password_file = \"pw\"; };",
         "user = \"u\"; password_file = \"pw\"; authserv_id = \"mx\"; own_seal = \"google\"; arc_sealers = [ "
         "\"lists.example\" ]; };",
         "t.conf:12: \"google\" in own_seal is no domain\n"
         "t.conf:17: unknown setting 'poll' in office"},
        {"host = \"mail.example\"", "host = \"mail example\"",
         "t.conf:9: 'mail example' is no host name; the port has a setting of its own\n"
         "t.conf:17: unknown setting 'poll' in office"},
        {"host = \"mail.example\"", "host = \"بريد مثال\"",
         "t.conf:9: 'بريد مثال' is no host name; the port has a setting of its own\n"
         "t.conf:17: unknown setting 'poll' in office"},
        {"  password_file = \"pw\";", "  password_file = \"pw\"; credential = \"c\";",
         "t.conf:10: password_file and credential are both set in smtp; one is enough\nt.conf:17: unknown setting "
         "'poll' in office"},
        {"ar = \"a\"; en = \"b\"; fr = \"c\"; };", "ar = \"a\\x01\"; en = \"b\"; de = \"c\"; };",
         "t.conf:2: name.ar holds a control character\nt.conf:2: unknown language 'de' in name; the languages are ar, "
         "en and fr\n"
         "t.conf:2: name is missing in ar; mails are written in ar, en and fr\nt.conf:2: name is missing in fr; mails "
         "are written in ar, en and fr\n"
         "t.conf:17: unknown setting 'poll' in office"},
        {"secretariat", "\xef\xbb\xbfsecretariat",
         "t.conf:1: the file begins with a byte order mark (BOM); save it as UTF-8 without one"},
        {"  name = { ar = \"a\"", "  name = { ar = \"\xc7\xe1\"",
         "t.conf:2: this line is not UTF-8 (byte 0xc7); save the file as UTF-8"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        const char *problems;
        struct config *c = load(a, replaced(a, good, rows[i].from, rows[i].to), &problems);
        if (rows[i].problems)
            assert_string_equal(problems, rows[i].problems);
        else
            assert_int_equal(strncmp(problems, "t.conf:5: ", 10), 0);
        if (c)
            config_close(c);
    }
}

static void all_hours_and_days(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    const char *problems, *text = replaced(a, good, "poll = 1;", "");
    struct config *c = load(a, replaced(a, text, "zone", "hours = \"all\"; working_days = \"all\"; zone"), &problems);
    assert_string_equal(problems, "");
    assert_int_equal(c->working.weekend, 0);
    assert_int_equal(c->working.from_minute, 0);
    assert_int_equal(c->working.to_minute, 1440);
    assert_string_equal(c->smtp.secret.where, arena_printf(a, "%s/pw", folder));
    assert_string_equal(c->socket, arena_printf(a, "%s/state/socket", folder));
    config_close(c);
}

/* A problem of one file hides none of another: a register is read wherever its path is known. */
static void the_problems_of_all_files_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *told[3];
    } rows[] = {
        {"poll = 1;", "poll = 1;", {"t.conf:17: unknown setting 'poll'", "r.conf:1: unknown", "t/layout.html"}},
        {"poll = 1;", "", {"r.conf:1: unknown setting 'partys'", "t/layout.html", "t/notice.ar.txt"}},
        {"register = \"r.conf\"; ", "", {"t.conf:7: the setting 'register' is missing", "t/layout.html", ""}},
        {"Africa/Cairo", "Africa/Kairo", {"t.conf:5: ", "r.conf:1: unknown", "t/layout.html"}},
        {"poll = 1;", "poll = ;", {"t.conf:17: syntax error", "", ""}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        struct problems p = {0};
        struct standing_orders o = {0};
        const char *text = replaced(a, good, rows[i].from, rows[i].to), *path = arena_printf(a, "%s/t.conf", folder),
                   *list = "partys = ( );\n";
        write_case(path, text, strlen(text));
        write_case(arena_printf(a, "%s/r.conf", folder), list, strlen(list));
        assert_false(orders_load(&o, path, &p));
        for (int k = 0; k < 3; k++)
            if (!strstr(buf_text(&p.text), rows[i].told[k]))
                fail_msg("row %zu: no \"%s\" in\n%s", i, rows[i].told[k], buf_text(&p.text));
        assert_null(o.config);
        buf_free(&p.text);
        remove(arena_printf(a, "%s/r.conf", folder));
    }
}

/* This program never sets a locale, as the daemon does not: libcurl could not encode the name. */
static void arabic_names_of_machines(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    const char *problems, *text = replaced(a, replaced(a, good, "poll = 1;", ""), "las.example", "مثال.إختبار");
    struct config *c = load(a, replaced(a, text, "\"mail.example\"", "\"بريد.إختبار\""), &problems);
    assert_string_equal(problems, "");
    assert_string_equal(c->smtp.host, "xn--ngbof4h.xn--kgbechtv");
    assert_string_equal(c->imap.host, "mail.example");
    assert_string_equal(c->address, "s@xn--mgbh0fb.xn--kgbechtv");
    assert_string_equal(c->trust.own_address, c->address);
    config_close(c);
}

/* The good file up to there, and an included one beside it; wherever this program was started. */
static struct config *load_with(struct arena *a, const char *until, const char *more, const char **problems_out)
{
    const char *path = arena_printf(a, "%s/more.conf", folder);
    int n = (int)(strstr(good, until) - good);
    write_case(path, more, strlen(more));
    struct config *c = load(a, arena_printf(a, "%.*s@include \"more.conf\"\n", n, good), problems_out);
    unlink(path);
    return c;
}

static void an_included_file(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    const char *problems;
    const char *rest = replaced(a, strstr(good, "imap = "), "poll = 1;", "alert_every_s = 7;");
    struct config *c = load_with(a, "imap = ", rest, &problems);
    assert_string_equal(problems, "");
    assert_int_equal(c->alert_every_s, 7);
    assert_string_equal(c->imap.secret.where, arena_printf(a, "%s/pw", folder));
    config_close(c);
}

/* What is wrong there is told with its own name and line, and looked for there, too. */
static void faults_of_an_included_file(void **state)
{
    (void)state;
    static const struct {
        const char *more, *problems;
    } rows[] = {
        {"office = {\n  poll = 1;\n};\n", "more.conf:2: unknown setting 'poll' in office"},
        {"office = {\n\n  alert_every_s = ;\n};\n",
         "more.conf:3: syntax error: a bracket, quote or ';' may be missing here or just before"},
        {"office = {\n  alert_every_s = 4294967303;\n};\n",
         "more.conf:2: the number 4294967303 is too large to be written so; above 2147483647 a number ends with "
         "L"},
        {"# \xff\n", "more.conf:1: this line is not UTF-8 (byte 0xff); save the file as UTF-8"},
        {"\xef\xbb\xbf\n", "more.conf:1: the file begins with a byte order mark (BOM); save it as UTF-8 without one"},
        {"@include \"none.conf\"\n", "more.conf:1: cannot open include file"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        const char *problems;
        assert_null(load_with(a, "office = ", rows[i].more, &problems));
        assert_string_equal(problems, rows[i].problems);
    }
}

static void missing_file(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    struct problems p = {0};
    assert_null(config_load(a, "/nowhere/taamim.conf", &p));
    assert_string_equal(buf_text(&p.text),
                        "/nowhere/taamim.conf: cannot open /nowhere/taamim.conf: No such file or directory");
    buf_free(&p.text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(shipped_file),
                                              cmocka_unit_test(faults),
                                              cmocka_unit_test(all_hours_and_days),
                                              cmocka_unit_test(the_problems_of_all_files_are_told),
                                              cmocka_unit_test(arabic_names_of_machines),
                                              cmocka_unit_test(an_included_file),
                                              cmocka_unit_test(faults_of_an_included_file),
                                              cmocka_unit_test(missing_file)};
    if (!mkdtemp(folder))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    remove(strcat(strcpy((char[64]){0}, folder), "/t.conf"));
    remove(folder);
    return failed;
}
