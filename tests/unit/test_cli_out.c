/* What is shown before a launch: the reminders as they will go out, for those who are invited. */
#include "unit/cli_case.h"

#include "cli/round.h"

#define NOW_AT 1796630400 /* 7 December 2026, 10:00 in Cairo, a Monday */

static struct contact contacts[] = {
    {.role = ROLE_MISSION, .address = "m@jo.example", .langs = LANG_BIT(LANG_AR)},
    {.role = ROLE_MISSION, .address = "m@tn.example", .langs = LANG_BIT(LANG_AR)},
    {.role = ROLE_MISSION, .address = "m@ae.example", .langs = LANG_BIT(LANG_AR)},
};
static const struct party invited[] = {
    {.code = "JO", .contacts = &contacts[0], .n_contacts = 1},
    {.code = "TN", .contacts = &contacts[1], .n_contacts = 1},
    {.code = "AE", .contacts = &contacts[2], .n_contacts = 1},
};
static const struct party_register invited_register = {.parties = invited, .n_parties = 3};

static const char *shown(const struct round_spec *spec)
{
    struct standing_orders o = {.config = &config, .parties = (struct party_register *)&invited_register};
    char path[] = "/tmp/taamim-out-XXXXXX";
    int file = mkstemp(path), out = dup(1);
    const char *text;

    fflush(stdout);
    dup2(file, 1);
    print_outgoing(a, &o, spec);
    fflush(stdout);
    dup2(out, 1);
    close(out);
    close(file);
    text = file_read(a, path, 1 << 20, NULL, &e);
    unlink(path);
    text = strstr(text, "Reminders");
    return arena_strndup(a, text, (size_t)(strstr(text, "\nPARTY") - text));
}

/* The deadline is Tuesday 15 December 2026; of working days the secretariat has Sunday to Thursday. */
static void reminders_are_foreseen(void **state)
{
    static const struct {
        unsigned weekends[3]; /* of JO, TN, AE */
        const char *steps[3], *shown;
    } rows[] = {
        {{WEEKEND_FRI_SAT, WEEKEND_FRI_SAT, WEEKEND_FRI_SAT},
         {"-2d"},
         "Reminders to who has not answered, or not wholly:\n"
         "  -2d   Sunday 2026-12-13 09:00 Africa/Cairo (UTC+2)\n"},
        {{WEEKEND_FRI_SAT, WEEKEND_SAT_SUN, 0},
         {"-2d"},
         "Reminders to who has not answered, or not wholly:\n"
         " where the weekend is none, fri-sat (2 parties):\n"
         "  -2d   Sunday 2026-12-13 09:00 Africa/Cairo (UTC+2)\n"
         " where the weekend is sat-sun (1 party):\n"
         "  -2d   Thursday 2026-12-10 09:00 Africa/Cairo (UTC+2)\n"},
        {{WEEKEND_SAT_SUN, WEEKEND_SAT_SUN, WEEKEND_SAT_SUN},
         {"-14d", "-3d", "-2d"},
         "Reminders to who has not answered, or not wholly:\n"
         "  -14d  not sent: its moment has passed\n"
         "  -3d   Thursday 2026-12-10 09:00 Africa/Cairo (UTC+2), in one mail with -2d\n"
         "  -2d   Thursday 2026-12-10 09:00 Africa/Cairo (UTC+2)\n"},
        {{0, 0, 0},
         {"-2h", "+3d"},
         "Reminders to who has not answered, or not wholly:\n"
         "  -2h   not sent: its working hour comes after the deadline\n"
         "  +3d   Sunday 2026-12-20 09:00 Africa/Cairo (UTC+2)\n"},
        {{0, 0, 0}, {NULL}, "Reminders to who has not answered, or not wholly: none\n"},
    };

    (void)state;
    clock_set(NOW_AT);
    config.working = (struct working_time){.weekend = WEEKEND_FRI_SAT, .from_minute = 9 * 60, .to_minute = 17 * 60};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct round_spec spec = case_spec();

        for (int k = 0; k < 3; k++)
            contacts[k].weekend = rows[i].weekends[k];
        for (int k = 0; k < 3 && rows[i].steps[k]; k++)
            GOOD(step_parse(rows[i].steps[k], &spec.steps[spec.n_steps++], &e));
        assert_string_equal(shown(&spec), rows[i].shown);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reminders_are_foreseen, case_set_up, case_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
