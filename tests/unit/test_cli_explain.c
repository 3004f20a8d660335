/* `taamim explain`: what the daemon would do, by the installation's own store and register, or by the message alone. */
#include "unit/cli_case.h"

#define MAIL(from, subject)                                                                                            \
    "From: " from "\r\nTo: s@sec.example\r\nSubject: " subject                                                         \
    "\r\nMessage-ID: <m1@jo.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nOur answer.\r\n"

static const struct {
    const char *mail, *conf;
    const char *basis, *verdict, *rule, *round, *party;
} rows[] = {
    {MAIL("mission@jo.example", "Re: [ARCP/2026/04]"), "taamim.conf", "store and register", "file_unverified",
     "a contact, not authenticated", "ARCP/2026/04", "JO"},
    {MAIL("mission@jo.example", "hello"), "taamim.conf", "store and register", "hold",
     "nothing but the sender's address, not authenticated", "ARCP/2026/04", "JO"},
    {MAIL("stranger@elsewhere.example", "Re: [ARCP/2026/04]"), "taamim.conf", "store and register", "hold",
     "signals disagree on the round or the party", "ARCP/2026/04", ""},
    {MAIL("stranger@elsewhere.example", "hello"), "taamim.conf", "store and register", "leave", "a mail of no round",
     "", ""},
    {MAIL("o@sec.example", "Re: [ARCP/2026/04]"), "taamim.conf", "store and register", "officer",
     "an officer's mail in a round", "ARCP/2026/04", ""},
    {MAIL("mission@jo.example", "Re: [ARCP/2026/04]"), "absent.conf", "message alone", "leave", "a mail of no round",
     NULL, NULL},
};

static const char *text_of(const json_t *o, const char *key)
{
    return json_string_value(json_object_get(o, key));
}

static bool is_same(const char *one, const char *other)
{
    return one == other || (one && other && strcmp(one, other) == 0);
}

static void the_effect_is_the_inboxes(void **state)
{
    (void)state;
    desk_done();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        desk_write("m.eml", rows[i].mail);
        struct said said = desk_say(desk_path(rows[i].conf), "explain $/m.eml");
        const char *line = strchr(said.text, '{'); /* before it, the parser may say that it has no sandbox */
        JSON_SCOPED j = json_loads(line ? line : "", 0, NULL);
        const json_t *effect = json_object_get(j, "effect");

        if (said.status != 0 || !j)
            fail_msg("%zu: status %x\n%s", i, (unsigned)said.status, said.text);
        assert_string_equal(text_of(j, "kind"), "human"); /* what the message itself says */
        if (!is_same(text_of(j, "effect_basis"), rows[i].basis) ||
            !is_same(text_of(effect, "verdict"), rows[i].verdict) || !is_same(text_of(effect, "rule"), rows[i].rule) ||
            !is_same(text_of(effect, "round"), rows[i].round) || !is_same(text_of(effect, "party"), rows[i].party))
            fail_msg("%zu: %s", i, said.text);
    }
}

/* The children lie beside the tests' folder. */
static int libexec_set_up(void **state)
{
    char own[4096] = "";
    ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);

    for (int up = 0; n > 0 && up < 2; up++)
        *strrchr(own, '/') = '\0';
    setenv("TAAMIM_LIBEXEC", own, 1);
    return desk_set_up(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_effect_is_the_inboxes, libexec_set_up, desk_tear_down)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
