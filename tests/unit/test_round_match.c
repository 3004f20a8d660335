/* Signals to round and party, as a table; then every set of three signals out of a small world. R1 and R2 are open, C1
 * is closed; A sits in all, B in R1 alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "round/match.h"

#define T(r, p, o)                                                                                                     \
    {                                                                                                                  \
        SIGNAL_TOKEN, r, p, o, true                                                                                    \
    }
#define H(r, p, o)                                                                                                     \
    {                                                                                                                  \
        SIGNAL_THREAD, r, p, o, true                                                                                   \
    }
#define S(r, p, o)                                                                                                     \
    {                                                                                                                  \
        SIGNAL_SUBJECT, r, p, o, true                                                                                  \
    }
#define F(r, p)                                                                                                        \
    {                                                                                                                  \
        SIGNAL_SENDER, r, p, true, true                                                                                \
    }

static const struct {
    const char *about;
    struct match_signal signals[4];
    size_t n;
    enum match_strength strength;
    const char *round, *party;
} rows[] = {
    {"nothing", {{0}}, 0, MATCH_NONE, NULL, NULL},
    {"token and its sender", {T("R1", "A", true), F("R1", "A")}, 2, MATCH_SURE, "R1", "A"},
    {"token, thread, subject, sender",
     {T("R1", "A", true), H("R1", "A", true), S("R1", NULL, true), F("R1", "A")},
     4,
     MATCH_SURE,
     "R1",
     "A"},
    {"token and a stranger", {T("R1", "A", true)}, 1, MATCH_SURE, "R1", "A"},
    {"token, sender of another party", {T("R1", "A", true), F("R1", "B")}, 2, MATCH_CONFLICT, "R1", "A"},
    {"token, thread of another party", {T("R1", "A", true), H("R1", "B", true)}, 2, MATCH_CONFLICT, "R1", "A"},
    {"tokens of two parties", {T("R1", "A", true), T("R1", "B", true)}, 2, MATCH_CONFLICT, "R1", "A"},
    {"tokens of two open rounds", {T("R1", "A", true), T("R2", "A", true)}, 2, MATCH_CONFLICT, "R1", "A"},
    {"token, beside an old one", {T("C1", "A", false), T("R1", "A", true)}, 2, MATCH_OLD_TOKEN, "R1", "A"},
    {"token of one round, subject of another",
     {T("R1", "A", true), S("R2", NULL, true), F("R1", "A"), F("R2", "A")},
     4,
     MATCH_CONFLICT,
     "R1",
     "A"},
    {"token of one open round, thread of another",
     {T("R1", "A", true), H("R2", "A", true)},
     2,
     MATCH_CONFLICT,
     "R1",
     "A"},
    {"old token, thread",
     {T("C1", "A", false), H("R1", "A", true), F("R1", "A"), F("R2", "A")},
     4,
     MATCH_OLD_TOKEN,
     "R1",
     "A"},
    {"old token, subject",
     {T("C1", "A", false), S("R1", NULL, true), F("R1", "A"), F("R2", "A")},
     4,
     MATCH_OLD_TOKEN,
     "R1",
     "A"},
    {"old token, the only open round", {T("C1", "A", false), F("R1", "A")}, 2, MATCH_OLD_TOKEN, "R1", "A"},
    {"old token, two open rounds", {T("C1", "A", false), F("R1", "A"), F("R2", "A")}, 3, MATCH_CONFLICT, "C1", "A"},
    {"old token, sender of another party", {T("C1", "A", false), F("R1", "B")}, 2, MATCH_CONFLICT, "C1", "A"},
    {"late reply in its thread", {T("C1", "A", false), H("C1", "A", false), F("R1", "A")}, 3, MATCH_SURE, "C1", "A"},
    {"late reply, nothing else open", {T("C1", "A", false)}, 1, MATCH_SURE, "C1", "A"},
    {"thread and its sender", {H("R1", "A", true), F("R1", "A"), F("R2", "A")}, 3, MATCH_SURE, "R1", "A"},
    {"thread, sender of another party", {H("R1", "A", true), F("R1", "B")}, 2, MATCH_CONFLICT, "R1", "A"},
    {"thread of one round, subject of another",
     {H("R1", "A", true), S("R2", NULL, true)},
     2,
     MATCH_CONFLICT,
     "R1",
     "A"},
    {"subject and sender", {S("R1", NULL, true), F("R1", "A"), F("R2", "A")}, 3, MATCH_SURE, "R1", "A"},
    {"subject of a closed round and sender", {S("C1", NULL, false), F("R1", "A")}, 2, MATCH_SURE, "C1", "A"},
    {"subject and a stranger", {S("R1", NULL, true)}, 1, MATCH_CONFLICT, "R1", NULL},
    {"subject names another party than the sender's", {S("R1", "B", true), F("R1", "A")}, 2, MATCH_CONFLICT, "R1", "B"},
    {"subject names two rounds",
     {S("R1", NULL, true), S("R2", NULL, true), F("R1", "A")},
     3,
     MATCH_CONFLICT,
     "R1",
     "A"},
    {"subject of a round the party is not in",
     {{SIGNAL_SUBJECT, "R2", NULL, true, false}, F("R1", "B")},
     2,
     MATCH_CONFLICT,
     "R2",
     "B"},
    {"sender alone", {F("R1", "A")}, 1, MATCH_GUESS, "R1", "A"},
    {"sender alone, two open rounds", {F("R1", "A"), F("R2", "A")}, 2, MATCH_CONFLICT, "R1", "A"},
    {"sender with nothing open", {{SIGNAL_SENDER, NULL, "A", false, false}}, 1, MATCH_NONE, NULL, NULL},
    {"sender of two parties", {F("R1", "A"), F("R1", "B")}, 2, MATCH_CONFLICT, "R1", "A"},
    {"a contact of two parties, token of one",
     {T("R1", "A", true), F("R1", "A"), F("R1", "B")},
     3,
     MATCH_SURE,
     "R1",
     "A"},
    {"a contact of two parties, thread of one",
     {H("R1", "B", true), F("R1", "A"), F("R1", "B")},
     3,
     MATCH_SURE,
     "R1",
     "B"},
    {"a contact of two parties, one of them in the round",
     {S("R2", NULL, true), F("R1", "B"), F("R2", "A")},
     3,
     MATCH_SURE,
     "R2",
     "A"},
    {"a contact of two parties, one of them with an open round",
     {F("R1", "A"), {SIGNAL_SENDER, NULL, "B", false, false}},
     2,
     MATCH_GUESS,
     "R1",
     "A"},
    {"a contact of two parties, both in the round",
     {S("R1", NULL, true), F("R1", "A"), F("R1", "B")},
     3,
     MATCH_CONFLICT,
     "R1",
     "A"},
    {"a contact of two parties, token of a third",
     {T("R1", "C", true), F("R1", "A"), F("R1", "B")},
     3,
     MATCH_CONFLICT,
     "R1",
     "C"},
    {"a contact of two parties, token of one, thread of the other",
     {T("R1", "A", true), H("R1", "B", true), F("R1", "A"), F("R1", "B")},
     4,
     MATCH_CONFLICT,
     "R1",
     "A"},
    {"an officer's token", {{SIGNAL_TOKEN, "", "", false, false}}, 1, MATCH_NONE, NULL, NULL},
};

static bool alike(const char *one, const char *other)
{
    return one == other || (one && other && !strcmp(one, other));
}

static void each_set_of_signals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct match m = match_signals(rows[i].signals, rows[i].n);
        if (m.strength != rows[i].strength || !alike(m.round, rows[i].round) || !alike(m.party, rows[i].party))
            fail_msg("%s: strength %d, %s %s, '%s'", rows[i].about, (int)m.strength, m.round ? m.round : "-",
                     m.party ? m.party : "-", m.why);
        assert_non_null(m.why);
    }
}

static const struct match_signal world[] = {
    T("R1", "A", true),
    T("R2", "A", true),
    T("C1", "A", false),
    T("R1", "B", true),
    H("R1", "A", true),
    H("R2", "A", true),
    H("C1", "A", false),
    H("R1", "B", true),
    S("R1", NULL, true),
    S("R2", NULL, true),
    S("C1", NULL, false),
    S("R1", "A", true),
    S("R1", "B", true),
    F("R1", "A"),
    F("R2", "A"),
    F("R1", "B"),
    {SIGNAL_SENDER, NULL, "B", false, false},
};
#define WORLD (sizeof world / sizeof *world)

/* No signal is overruled in silence: what is agreed on has every party told, and is a round that is told. A sender may
 * speak for others too, if for that party. */
static void check_promises(const struct match_signal *s, size_t n, struct match m)
{
    bool told = false, only_sender = true, speaks = false, speaks_for_it = false;
    if (m.strength == MATCH_NONE || m.strength == MATCH_CONFLICT)
        return;
    assert_non_null(m.round);
    assert_non_null(m.party);
    for (size_t i = 0; i < n; i++) {
        bool it = !s[i].party || !strcmp(s[i].party, m.party), sender = s[i].kind == SIGNAL_SENDER;
        assert_true(it || sender);
        speaks |= sender;
        speaks_for_it |= sender && it;
        told |= s[i].round && !strcmp(s[i].round, m.round);
        only_sender &= s[i].kind == SIGNAL_SENDER;
        if (s[i].kind != SIGNAL_SENDER && s[i].open && s[i].round)
            assert_string_equal(s[i].round,
                                m.round); /* an open round that is named is the one, or there is a conflict */
    }
    assert_true(told && speaks == speaks_for_it);
    assert_int_equal(only_sender, m.strength == MATCH_GUESS);
}

static void every_three_signals_in_any_order(void **state)
{
    (void)state;
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (size_t n = 0; n < WORLD * WORLD * WORLD; n++) {
        const struct match_signal set[3] = {world[n % WORLD], world[n / WORLD % WORLD], world[n / WORLD / WORLD]};
        struct match first = match_signals(set, 3);
        check_promises(set, 3, first);
        for (int o = 1; o < 6; o++) {
            const struct match_signal other[3] = {set[orders[o][0]], set[orders[o][1]], set[orders[o][2]]};
            struct match m = match_signals(other, 3);
            assert_int_equal(m.strength, first.strength);
            if (m.strength != MATCH_CONFLICT)
                assert_true(alike(m.round, first.round) && alike(m.party, first.party));
        }
    }
}

static const char *const known[] = {"ARCP/2026/04", "ARCP/2026/040", "ARCP/2026/04/A", "WP/1"};
static const struct {
    const char *subject;
    int found;
} subjects[] = {
    {"", -1},
    {"Call for papers", -1},
    {"Re: [ARCP/2026/04] Jordan", 0},
    {"re: arcp/2026/04", 0},
    {"رد: \u200fARCP/٢٠٢٦/٠٤\u200e — الأردن", 0},
    {"رقمARCP/2026/04", 0},
    {"ARCP / 2026 / 04.", 0},
    {"ARCP/۲۰۲۶/۰۴", 0},
    {"ARCP/2026/04 and again ARCP/2026/04", 0},
    {"ARCP/2026/040", 1},
    {"ARCP/2026/04/A", 2},
    {"ARCP/2026/05", -1},
    {"XARCP/2026/04", -1},
    {"ARCP/2026/04٢", -1},
    {"ARCP/2026/04 WP/1", -2},
    {"ARCP/2026/04 ", 0},
    {"/ ", -1},
    {"\xff\xfe ARCP/2026/04 \xd8", 0},
};

static void references_in_subjects(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        char *exact = strdup(subjects[i].subject);
        int found = reference_in(exact, known, 4);
        free(exact);
        if (found != subjects[i].found)
            fail_msg("'%s': %d", subjects[i].subject, found);
    }
}

static void folding_stays_within_its_bounds(void **state)
{
    (void)state;
    static const char text[] = "Aـبَ٣\u200f۴é";
    for (size_t size = 1; size <= sizeof text; size++) {
        char *out = malloc(size);
        size_t n = fold_text(text, out, size);
        assert_true(n < size && out[n] == '\0');
        free(out);
    }
    char whole[32];
    fold_text(text, whole, sizeof whole);
    assert_string_equal(whole, "aب34é");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_set_of_signals),
        cmocka_unit_test(every_three_signals_in_any_order),
        cmocka_unit_test(references_in_subjects),
        cmocka_unit_test(folding_stays_within_its_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
