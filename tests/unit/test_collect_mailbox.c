/* A mailbox and its messages: what a server may say instead of what it was asked, and what is made of it. */
#include "unit/collect_case.h"

#define DONE "$ OK done\r\n"
/* The search that would find nothing more ends the connection. */
#define END(uid)                                                                                                       \
    {                                                                                                                  \
        .to = "UID SEARCH UID " uid ":", .reply = FAKE_CLOSE                                                           \
    }
#define UNTIL_ALL_IS_TAKEN END("2"), END("3"), END("4")

static void names_on_the_wire(void **state)
{
    static char long_name[300];
    static const struct {
        const char *name, *wire; /* NULL: refused */
    } rows[] = {
        {"INBOX", "INBOX"},
        {"Ministère/Reçus", "Minist&AOg-re/Re&AOc-us"},
        {"Taamim-معالج", "Taamim-&BkUGOQYnBkQGLA-"},
        {"R&D", "R&-D"},
        {"a~b", "a~b"},
        {"", NULL},
        {"a\r\nb", NULL},
        {"a\nb", NULL},
        {"a\rb", NULL},
        {"a\x7f", NULL},
        {"a\xff", NULL},
        {"\xd8", NULL},
        {long_name, NULL},
    };
    (void)state;
    memset(long_name, 'x', sizeof long_name - 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {0};
        char *name = strdup(rows[i].name), *wire = mailbox_wire_name(name, &e);
        if (!wire != !rows[i].wire || (wire && strcmp(wire, rows[i].wire) != 0))
            fail_msg("row %zu: %s %s", i, wire, e.text);
        assert_int_equal(e.kind, wire ? ERR_NONE : ERR_PERM);
        free(wire);
        free(name);
    }
}

/* INBOX ends the session, whose mail waits; without another mailbox the rest goes on. Neither is a reason to crash,
 * though libetpan then has nothing selected. */
static void a_refused_select_is_told(void **state)
{
    static const struct {
        const char *to, *answer;
        int collected;
        const char *words;
    } rows[] = {
        {"SELECT INBOX", "$ NO [NOPERM] not yours\r\n", 0, "not yours"},
        {"SELECT INBOX", "* 1 EXISTS\r\n* OK [UIDNEXT 2] n\r\n$ OK [READ-WRITE] done\r\n", 0, "no UIDVALIDITY"},
        {"SELECT Junk", "$ NO [NONEXISTENT] there is none\r\n", 1, "there is none"},
        {"SELECT Junk", "* 1 EXISTS\r\n$ OK [READ-WRITE] done\r\n", 1, "no UIDVALIDITY"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct fake_imap_plan plan = {
            .answers = {{.to = rows[i].to, .reply = rows[i].answer}, UNTIL_ALL_IS_TAKEN}};
        struct collecting k;
        const json_t *said = NULL;
        collecting_start(&k, &plan, 1);
        k.c.mailboxes[k.c.n_mailboxes++] =
            (struct watched){.name = arena_strdup(k.c.arena, "Junk"), .wire = strdup("Junk"), .look = true};
        collecting_run(&k);
        assert_int_equal(told(&k, "collected", NULL), rows[i].collected);
        const char *text = told(&k, "state", &said) > 0 ? wire_string(said, "text", "") : k.e.text;
        if (!strstr(text, rows[i].words))
            fail_msg("row %zu: %s", i, text);
        collecting_end(&k);
    }
}

/* Counts wrap in libetpan and servers miscount: what there is, SEARCH tells. */
static void exists_is_never_believed(void **state)
{
    static const char *const counts[] = {"0", "4294967295", "4294967297", "99999999999999999999"};
    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        char selected[200];
        snprintf(selected, sizeof selected,
                 "* %s EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 3] n\r\n$ OK [READ-WRITE] done\r\n",
                 counts[i]);
        const struct fake_imap_plan plan = {.answers = {{.to = "SELECT", .reply = selected}, UNTIL_ALL_IS_TAKEN}};
        struct collecting k;
        collecting_start(&k, &plan, 2);
        collecting_run(&k);
        if (told(&k, "collected", NULL) != 2)
            fail_msg("%s EXISTS: %s", counts[i], k.e.text);
        collecting_end(&k);
    }
}

#define NUMBERS "RFC822.SIZE 33 INTERNALDATE \"17-Jul-2026 02:44:25 +0000\""

/* Size and date of three messages, with news of flags among them that name no UID. */
static void flags_among_the_numbers_are_passed_over(void **state)
{
    static const struct fake_imap_plan plan = {
        .answers = {{.to = "UID FETCH 1,2,3",
                     .reply = "* 2 FETCH (FLAGS (\\Seen))\r\n* 1 FETCH (UID 1 " NUMBERS ")\r\n"
                              "* 1 FETCH (FLAGS (\\Answered))\r\n* 2 FETCH (UID 2 FLAGS (\\Seen))\r\n"
                              "* 2 FETCH (" NUMBERS " UID 2)\r\n* 3 FETCH (UID 3 FLAGS () " NUMBERS ")\r\n"
                              "* 3 FETCH (FLAGS (\\Deleted))\r\n" DONE},
                    UNTIL_ALL_IS_TAKEN}};
    struct collecting k;
    const json_t *last = NULL;
    (void)state;
    collecting_start(&k, &plan, 3);
    collecting_run(&k);
    assert_int_equal(told(&k, "collected", &last), 3);
    assert_int_equal(told(&k, "left", NULL), 0);
    assert_int_equal(wire_int(last, "internal_at", 0), 1784256265);
    collecting_end(&k);
}

/* No size or no date is no reason to take a message for gone. */
static void a_message_without_numbers_is_fetched_all_the_same(void **state)
{
    static const char *const rows[] = {
        "* 1 FETCH (UID 1 " NUMBERS ")\r\n* 3 FETCH (UID 3 " NUMBERS ")\r\n$ NO [SERVERBUG] not all of them\r\n",
        DONE,
        "* 1 FETCH (UID 1 RFC822.SIZE 33 INTERNALDATE \"01-Jan-1970 00:00:00 +0000\")\r\n" DONE,
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct fake_imap_plan plan = {
            .answers = {{.to = "UID FETCH 1,2,3", .reply = rows[i]}, UNTIL_ALL_IS_TAKEN}};
        struct collecting k;
        collecting_start(&k, &plan, 3);
        k.c.mailboxes[0].again = true; /* collecting again what came since then */
        k.c.mailboxes[0].since_at = 1784256265;
        collecting_run(&k);
        if (told(&k, "collected", NULL) != 3 || told(&k, "left", NULL) != 0)
            fail_msg("row %zu: %d collected, %s", i, told(&k, "collected", NULL), k.e.text);
        collecting_end(&k);
    }
}

/* The second of three messages, as the server gives it. What is no message by itself becomes none, and what belongs to
 * another is never taken for this one. */
static void each_form_of_a_body(void **state)
{
#define WHOLE "Subject: q\r\n\r\nx\r\n"
    static const struct {
        const char *answer, *text; /* NULL: not collected */
        int collected, left;
        const char *words; /* of what is left, or of the end of the connection */
    } rows[] = {
        {"* 2 FETCH (UID 2 BODY[] {17}\r\n" WHOLE ")\r\n" DONE, WHOLE, 3, 0, ""},
        {"* 2 FETCH (BODY[] {17}\r\n" WHOLE " UID 2)\r\n" DONE, WHOLE, 3, 0, ""},
        {"* 2 FETCH (UID 2 BODY[] \"Subject: \\\"q\\\"\")\r\n" DONE, "Subject: \"q\"", 3, 0, ""},
        {"* 2 FETCH (UID 2 BODY[] NIL)\r\n" DONE, NULL, 2, 1, "gives no content"},
        {"* 2 FETCH (UID 2 BODY[] \"\")\r\n" DONE, NULL, 2, 1, "gives no content"},
        {"* 2 FETCH (UID 2 BODY[] {0}\r\n)\r\n" DONE, NULL, 2, 1, "gives no content"},
        {"$ NO [EXPUNGEISSUED] it is gone\r\n", NULL, 2, 1, "it is gone"},
        {DONE, NULL, 2, 1, "does not give it"},
        {"* 2 FETCH (FLAGS (\\Seen))\r\n$ NO [SERVERBUG] ask later\r\n", NULL, 2, 1, "does not give it"},
        {"* 1 FETCH (FLAGS (\\Seen))\r\n* 2 FETCH (FLAGS (\\Seen) UID 2 BODY[] {17}\r\n" WHOLE
         ")\r\n* 2 FETCH (FLAGS (\\Seen))\r\n* 3 FETCH (UID 3 FLAGS ())\r\n" DONE,
         WHOLE, 3, 0, ""},
        {"* 3 FETCH (UID 3 BODY[] {17}\r\n" WHOLE ")\r\n" DONE, NULL, 1, 0, "another message"},
        {"* 2 FETCH (BODY[] {17}\r\n" WHOLE ")\r\n" DONE, NULL, 1, 0, "another message"},
        {"* 2 FETCH (UID 2 BODY[] {17}\r\n" WHOLE ")\r\n* 3 FETCH (UID 3 BODY[] {17}\r\n" WHOLE ")\r\n" DONE, NULL, 1,
         0, "another message"},
        {"* 3 FETCH (UID 3 BODY[] {17}\r\n" WHOLE ")\r\n* 2 FETCH (UID 2 FLAGS ())\r\n" DONE, NULL, 1, 0,
         "another message"},
        {"* 2 FETCH (UID 2 BODY[] {500}\r\nSubject: " FAKE_THEN_CLOSE, NULL, 1, 0, "closed the connection"},
        {"* 2 FETCH (UID 2 BODY[] {17}\r\n" WHOLE ")\r\n" FAKE_THEN_CLOSE, NULL, 1, 0, "closed the connection"},
        {"* 2 FETCH (UID 2 BODY[] {17}\r\n" WHOLE ")\r\n$ NO and yet\r\n", WHOLE, 3, 0, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct fake_imap_plan plan = {
            .answers = {{.to = "UID FETCH 2 ", .reply = rows[i].answer}, UNTIL_ALL_IS_TAKEN}};
        struct collecting k;
        const json_t *left = NULL;
        collecting_start(&k, &plan, 3);
        collecting_run(&k);
        const char *text = collected_text(&k, 2);
        const char *words = told(&k, "left", &left) ? wire_string(left, "text", "") : k.e.text;
        if (!text != !rows[i].text || (text && strcmp(text, rows[i].text) != 0) || !strstr(words, rows[i].words) ||
            told(&k, "collected", NULL) != rows[i].collected || told(&k, "left", NULL) != rows[i].left)
            fail_msg("row %zu: %d collected, %d left, %s; %s", i, told(&k, "collected", NULL), told(&k, "left", NULL),
                     words, text);
        collecting_end(&k);
    }
}

/* Removed by somebody else between the search and the fetch: that needs no one's look. */
static void a_message_that_is_gone_is_passed_over(void **state)
{
    static const struct fake_imap_plan plan = {.answers = {{.to = "UID FETCH 2 ", .reply = DONE},
                                                           {.to = "UID SEARCH UID 2", .reply = "* SEARCH\r\n" DONE},
                                                           UNTIL_ALL_IS_TAKEN}};
    struct collecting k;
    (void)state;
    collecting_start(&k, &plan, 3);
    collecting_run(&k);
    assert_int_equal(told(&k, "collected", NULL), 2);
    assert_int_equal(told(&k, "left", NULL), 0);
    collecting_end(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_on_the_wire),
        cmocka_unit_test(a_refused_select_is_told),
        cmocka_unit_test(exists_is_never_believed),
        cmocka_unit_test(flags_among_the_numbers_are_passed_over),
        cmocka_unit_test(a_message_without_numbers_is_fetched_all_the_same),
        cmocka_unit_test(each_form_of_a_body),
        cmocka_unit_test(a_message_that_is_gone_is_passed_over),
    };
    return cmocka_run_group_tests_name("collect/mailbox", tests, make_folder, remove_folder);
}
