/* `taamim reply show`: the program itself on a store that was written for it. Skipped where it has not been built. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/trouble.h"
#include "base/file.h"
#include "io/store.h"

static struct arena *a;
static struct err e;
static char dir[40];
#define GOOD(act)                                                                                                      \
    do {                                                                                                               \
        if (!(act))                                                                                                    \
            fail_msg("%s: %s", #act, e.text);                                                                          \
    } while (0)

static const char conf[] = "secretariat = { name = { ar = \"a\"; en = \"b\"; fr = \"c\"; }; short_name = { ar = \"a\"; "
                           "en = \"b\"; fr = \"c\"; };\n"
                           "  address = \"s@sec.example\"; zone = \"Africa/Cairo\"; };\n"
                           "paths = { state = \".\"; register = \"r.conf\"; templates = \"t\"; };\n"
                           "smtp = { host = \"mail.example\"; user = \"u\"; password_file = \"pw\"; };\n"
                           "imap = { host = \"mail.example\"; user = \"u\"; password_file = \"pw\"; };\n"
                           "officers = ( { address = \"o@sec.example\"; } );\n";

static void write_reply(void)
{
    struct message_row m = {.mailbox = "INBOX",
                            .uidvalidity = 1,
                            .uid = 1,
                            .state = "filed",
                            .round = "ARCP/2026/04",
                            .party = "JO",
                            .received_at = 1795341600};
    struct store *s = store_open(arena_printf(a, "%s/taamim.db", dir), STORE_WRITE, &e);
    bool known;

    trouble_add(a, &m, "refused_type", 2048, "setup.exe");
    trouble_add(a, &m, "empty", 0, "report.docx");
    GOOD(s && store_begin(s, &e));
    GOOD(store_add_message(s, &m, &m.id, &known, &e));
    GOOD(store_commit(s, &e));
    store_close(s);
}

static const char *said(const char *program, const char *options)
{
    char *text = arena_alloc(a, 20000);
    FILE *out = popen(arena_printf(a, "%s -c %s/taamim.conf reply show 1 %s 2>&1", program, dir, options), "r");
    size_t n = fread(text, 1, 19999, out);

    text[n] = '\0';
    pclose(out);
    return text;
}

static void what_was_not_taken_is_shown(void **state)
{
    const char *program, *text;

    (void)state;
    a = arena_new();
    program = arena_printf(a, "%s/taamim", getenv("BUILD") ? getenv("BUILD") : "build");
    if (access(program, X_OK) != 0)
        skip();
    strcpy(dir, "/tmp/taamim-reply-XXXXXX");
    assert_non_null(mkdtemp(dir));
    GOOD(file_write(arena_printf(a, "%s/taamim.conf", dir), conf, strlen(conf), 0600, &e));
    GOOD(file_write(arena_printf(a, "%s/r.conf", dir), "", 0, 0600, &e));
    write_reply();
    text = said(program, "");
    if (!strstr(text, "setup.exe") || !strstr(text, "a file of a type that is refused") || !strstr(text, "report.docx"))
        fail_msg("%s", text);
    text = said(program, "--json");
    if (!strstr(text, "not_taken") || !strstr(text, "setup.exe") || !strstr(text, "refused_type"))
        fail_msg("%s", text);
    assert_int_equal(system(arena_printf(a, "rm -r %s", dir)), 0);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_not_taken_is_shown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
