/* Wrong words at every verb: an exit status and a sentence, with a sound desk and without any. */
#include "unit/cli_case.h"

static const struct {
    const char *line;
    enum exit_code code; /* on a sound desk */
} wrong_words[] = {
    {"check MORE", CLI_USAGE},
    {"check --json", CLI_USAGE},
    {"status ARCP/1999/01", CLI_FAILED},
    {"status ARCP/2026/04 JO", CLI_USAGE},
    {"party list MORE", CLI_USAGE},
    {"party show XX", CLI_FAILED},
    {"party show", CLI_USAGE},
    {"party import $/absent.csv", CLI_FAILED},
    {"round check $/absent.conf", CLI_FAILED},
    {"round preview $/absent.conf --out $/out", CLI_FAILED},
    {"round preview $/absent.conf", CLI_USAGE},
    {"round launch $/absent.conf --yes", CLI_FAILED},
    {"round list MORE", CLI_USAGE},
    {"round show ARCP/1999/01", CLI_FAILED},
    {"round extend ARCP/1999/01 2027-01-01", CLI_USAGE},
    {"round extend ARCP/1999/01 2027-01-01 --yes", CLI_FAILED},
    {"round extend ARCP/2026/04 2027-01-01 --party XX", CLI_FAILED},
    {"round remind ARCP/2026/04 --party XX", CLI_FAILED},
    {"round note ARCP/2026/04 $/absent.txt --yes", CLI_FAILED},
    {"round note ARCP/2026/04 $/taamim.conf --party XX --yes", CLI_FAILED},
    {"round resend ARCP/2026/04", CLI_USAGE},
    {"round resend ARCP/2026/04 --party XX", CLI_FAILED},
    {"round close ARCP/2026/04", CLI_USAGE},
    {"round close ARCP/1999/01 --yes", CLI_FAILED},
    {"round cancel ARCP/1999/01 --yes", CLI_FAILED},
    {"round export ARCP/1999/01 $/out", CLI_FAILED},
    {"reply list --round ARCP/1999/01", CLI_FAILED},
    {"reply show 0", CLI_USAGE},
    {"reply show -1", CLI_USAGE},
    {"reply show abc", CLI_USAGE},
    {"reply show 99999999999999999999", CLI_USAGE},
    {"reply show 7", CLI_FAILED},
    {"reply accept abc", CLI_USAGE},
    {"reply accept 1 --party XX", CLI_FAILED},
    {"reply accept 1 --add-contact king", CLI_USAGE},
    {"reply reject 1", CLI_USAGE},
    {"reply reject abc --why so", CLI_USAGE},
    {"reply move 1", CLI_USAGE},
    {"reply move abc --party JO", CLI_USAGE},
    {"reply move 1 --party XX", CLI_FAILED},
    {"reply item abc 1 1", CLI_USAGE},
    {"reply item 1 abc 1", CLI_USAGE},
    {"reply item 1 1 0", CLI_USAGE},
    {"reply add $/absent.pdf --round ARCP/2026/04 --party XX --received 2026-12-01", CLI_FAILED},
    {"reply add $/absent.pdf --round ARCP/2026/04 --party JO --received never", CLI_FAILED},
    {"story ARCP/1999/01", CLI_FAILED},
    {"story ARCP/2026/04 XX", CLI_FAILED},
    {"explain $/absent.eml", CLI_FAILED},
    {"explain", CLI_USAGE},
};

static void wrong_words_get_a_status(void **state)
{
    (void)state;
    desk_done();
    for (size_t i = 0; i < sizeof wrong_words / sizeof *wrong_words; i++) {
        struct said on = desk_say(desk_path("taamim.conf"), wrong_words[i].line),
                    off = desk_say(desk_path("absent.conf"), wrong_words[i].line);

        if (!WIFEXITED(on.status) || WEXITSTATUS(on.status) != (int)wrong_words[i].code || !*on.text)
            fail_msg("%s: status %x\n%s", wrong_words[i].line, (unsigned)on.status, on.text);
        if (!WIFEXITED(off.status) || WEXITSTATUS(off.status) == CLI_OK || WEXITSTATUS(off.status) > CLI_USAGE ||
            !*off.text)
            fail_msg("%s, without a desk: status %x\n%s", wrong_words[i].line, (unsigned)off.status, off.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(wrong_words_get_a_status, desk_set_up, desk_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
