/* Where the parties of a round stand, as the store has it. */
#include "app/marks.h"
#include "portal_case.h"

#define CASE(f) cmocka_unit_test_setup_teardown(f, case_set_up, case_tear_down)

static void untouched_round(void **state)
{
    struct matrix m = case_matrix();

    (void)state;
    assert_int_equal(m.n, 4);
    assert_int_equal(m.silent, 4);
    assert_int_equal(m.complete + m.partial + m.papers + m.held + m.bounced, 0);
    assert_string_equal(m.rows[0].party, "JO");
    assert_string_equal(m.rows[3].party, "YE");
    assert_ptr_equal(m.rows[2].who, &parties[2]);
    assert_int_equal(m.rows[1].deadline_at, DEADLINE_AT);
    assert_int_equal(m.rows[1].missing, 3);
    assert_string_equal(m.spec->note_number, "412/5");
}

static void unknown_round(void **state)
{
    struct matrix m = {.n = 7};

    (void)state;
    assert_false(matrix_of(s, a, &config, &reg, "ARCP/1999/01", &m, &e));
    assert_int_equal(e.kind, ERR_PERM);
    assert_non_null(strstr(e.text, "ARCP/1999/01"));
    assert_int_equal(m.n, 7);
}

/* The row of one address is its latest delivery: what bounced and went through on a resend has gone through. */
static void an_address_counts_once(void **state)
{
    int64_t launch = case_notice("JO", "launch", "notice"), again = case_notice("JO", "officer:resend:1", "notice");
    int64_t receipt = case_notice("JO", "reply:1", "receipt"), other = case_notice("AE", "launch", "notice");
    struct matrix m;

    (void)state;
    case_delivery(launch, "mission@jo.example", "sent");
    case_delivery(launch, "Focal@jo.example", "bounced");
    case_delivery(again, "focal@jo.example", "sent");
    case_delivery(receipt, "third@jo.example", "failed");
    case_delivery(other, "a@ae.example", "bounced");
    case_delivery(other, "b@ae.example", "deferred");
    case_delivery(other, "c@ae.example", "failed");
    case_delivery(other, "d@ae.example", "cancelled");
    m = case_matrix();
    assert_int_equal(m.rows[0].addresses, 2);
    assert_int_equal(m.rows[0].sent, 2);
    assert_int_equal(m.rows[0].bounced + m.rows[0].failed + m.rows[0].waiting, 0);
    assert_int_equal(m.rows[1].addresses, 4);
    assert_int_equal(m.rows[1].bounced, 1);
    assert_int_equal(m.rows[1].waiting, 1);
    assert_int_equal(m.rows[1].failed, 1);
    assert_int_equal(m.bounced, 1);
}

static void reminders_are_counted(void **state)
{
    struct matrix m;

    (void)state;
    case_notice("SD", "step:-7d", "reminder");
    case_notice("SD", "step:-3d", "reminder");
    case_notice("SD", "officer:extend:1", "extension");
    m = case_matrix();
    assert_int_equal(m.rows[2].reminded, 2);
    assert_int_equal(m.rows[0].reminded, 0);
}

static void papers_tell_the_standing(void **state)
{
    int64_t jo = case_message("JO", "filed", "human", LAUNCHED_AT + DAY),
            ae = case_message("AE", "filed", "human", LAUNCHED_AT);
    int64_t sd = case_message("SD", "held", "human", LAUNCHED_AT);

    case_message("SD", "held", "human", LAUNCHED_AT); /* a second one: one party, two replies */
    struct matrix m;

    (void)state;
    case_seat_answered("JO", LAUNCHED_AT + 3 * DAY, 0);
    case_paper((struct paper_row){.message = jo, .party = "JO", .item = 0, .name = "a.pdf"});
    case_paper(
        (struct paper_row){.message = jo, .party = "JO", .item = 0, .name = "a.pdf", .version = 2, .current = true});
    case_paper((struct paper_row){.message = jo, .party = "JO", .item = 1, .name = "b.pdf", .current = true});
    case_paper((struct paper_row){.message = ae, .party = "AE", .item = 1, .name = "c.pdf", .current = true});
    case_paper((struct paper_row){.message = sd, .party = "SD", .item = 1, .name = "d.pdf", .held = true});
    m = case_matrix();
    assert_true(m.rows[0].answered && m.rows[0].complete && !m.rows[0].late);
    assert_int_equal(m.rows[0].papers, 2);
    assert_int_equal(m.rows[0].answered_at, LAUNCHED_AT + DAY); /* when it came, not when it was accepted */
    assert_true(m.rows[1].answered && !m.rows[1].complete);
    assert_int_equal(m.rows[1].missing, 1);
    assert_true(!m.rows[2].answered && m.rows[2].held == 2);
    assert_int_equal(m.papers, 3);
    assert_int_equal(m.complete, 1);
    assert_int_equal(m.partial, 1);
    assert_int_equal(m.silent, 2);
    assert_int_equal(m.held, 1);
    assert_int_equal(m.held_replies, 2);
}

static void late_by_its_own_deadline(void **state)
{
    int64_t at = DEADLINE_AT + DAY;
    int64_t jo = case_message("JO", "filed", "human", at), ae = case_message("AE", "filed", "human", at);
    struct matrix m;

    (void)state;
    case_seat_answered("AE", at, DEADLINE_AT + 7 * DAY);
    case_paper((struct paper_row){.message = jo, .party = "JO", .item = 0, .name = "a.pdf", .current = true});
    case_paper((struct paper_row){.message = ae, .party = "AE", .item = 0, .name = "a.pdf", .current = true});
    m = case_matrix();
    assert_true(m.rows[0].late && !m.rows[0].extended);
    assert_true(!m.rows[1].late && m.rows[1].extended);
    assert_int_equal(m.rows[1].deadline_at, DEADLINE_AT + 7 * DAY);
}

static void what_answers_nothing_is_a_note(void **state)
{
    struct matrix m;

    (void)state;
    case_message("YE", "noted", "autoreply", LAUNCHED_AT);
    case_message("YE", "noted", "bounce", LAUNCHED_AT);
    case_message("YE", "filed", "human", LAUNCHED_AT); /* without a paper */
    case_message("ye", "duplicate", "human", LAUNCHED_AT);
    case_message("", "held", "human", LAUNCHED_AT); /* nobody's yet */
    m = case_matrix();
    assert_int_equal(m.rows[3].notes, 2);
    assert_int_equal(m.held, 0);
    assert_int_equal(m.held_replies, 1);
    assert_false(m.rows[3].answered);
}

/* Who sent but what answers nothing has not been silent; an archive is no paper beside its files. */
static void who_wrote_without_an_answer_is_not_silent(void **state)
{
    int64_t jo = case_message("JO", "filed", "human", LAUNCHED_AT),
            sd = case_message("SD", "filed", "human", LAUNCHED_AT);
    struct matrix m;

    (void)state;
    case_message("AE", "filed", "human", LAUNCHED_AT); /* words alone */
    case_message("YE", "noted", "autoreply", LAUNCHED_AT);
    case_paper((struct paper_row){
        .message = jo, .party = "JO", .item = ITEM_NOTHING, .name = "a.pdf", .marks = MARK_LOCKED, .current = true});
    case_paper((struct paper_row){
        .message = sd, .party = "SD", .item = ITEM_NOTHING, .name = "b.zip", .marks = MARK_ARCHIVE, .current = true});
    case_paper((struct paper_row){
        .message = sd, .party = "SD", .item = 0, .name = "b.pdf", .marks = MARK_MEMBER, .current = true});
    m = case_matrix();
    assert_true(m.rows[0].wrote && m.rows[1].wrote && !m.rows[2].wrote && !m.rows[3].wrote);
    assert_true(!m.rows[0].answered && m.rows[2].answered);
    assert_int_equal(m.wrote, 2);
    assert_int_equal(m.silent, 1);
    assert_int_equal(m.rows[0].papers, 1);
    assert_int_equal(m.rows[2].papers, 1);
    assert_int_equal(m.papers, 2);
}

static void a_party_gone_from_the_register_keeps_its_row(void **state)
{
    struct seat_row seat = {.round = REF, .party = "XX", .position = 9};
    struct matrix m;

    (void)state;
    GOOD(store_add_seat(s, &seat, &e));
    m = case_matrix();
    assert_int_equal(m.n, 5);
    assert_string_equal(m.rows[4].party, "XX");
    assert_null(m.rows[4].who);
}

static void who_is_away_is_shown_until_that_sender_answers(void **state)
{
    struct matrix m = case_matrix();

    (void)state;
    assert_null(m.rows[0].away);
    case_sent_by("focal@jo.example", "until 3 May");
    case_sent_by("mission@jo.example", NULL);
    m = case_matrix();
    assert_string_equal(m.rows[0].away, "until 3 May");
    assert_null(m.rows[1].away);
    case_sent_by("focal@jo.example", "until 7 May");
    m = case_matrix();
    assert_string_equal(m.rows[0].away, "until 7 May");
    case_sent_by("Focal@jo.example", NULL);
    m = case_matrix();
    assert_null(m.rows[0].away);
}

/* A stranger's words stand as such, and put none away that our server vouches for. */
static void words_that_nobody_vouches_for(void **state)
{
    struct matrix m;

    (void)state;
    case_words("x@jo.example", MARK_UNVERIFIED " " MARK_NOTE, "We withdraw.", NULL);
    case_words("x@jo.example", MARK_UNVERIFIED " " MARK_AWAY, "", "until 2099");
    m = case_matrix();
    assert_string_equal(m.rows[0].note, "We withdraw.");
    assert_string_equal(m.rows[0].away, "until 2099");
    assert_true(m.rows[0].note_unverified && m.rows[0].away_unverified);
    case_words("focal@jo.example", MARK_NOTE, "We agree.", NULL);
    case_sent_by("focal@jo.example", "until 3 May");
    case_words("focal@jo.example", MARK_UNVERIFIED " " MARK_NOTE, "We withdraw.", NULL);
    case_words("focal@jo.example", MARK_UNVERIFIED " " MARK_AWAY, "", "until 2099");
    m = case_matrix();
    assert_string_equal(m.rows[0].note, "We agree.");
    assert_string_equal(m.rows[0].away, "until 3 May");
    assert_false(m.rows[0].note_unverified || m.rows[0].away_unverified);
}

/* A stranger's mails are counted, whatever they bring; what a list of all of them would take is not there. */
static void a_flood_of_held_mail_is_counted(void **state)
{
    struct message_row m = {.mailbox = "Flood",
                            .uidvalidity = 1,
                            .round = REF,
                            .state = "held",
                            .kind = "human",
                            .subject = arena_printf(a, "%02000d", 0),
                            .text = arena_printf(a, "%02000d", 0),
                            .troubles = arena_printf(a, "%040000d", 0),
                            .received_at = LAUNCHED_AT};
    struct message_row *rows;
    struct matrix before = case_matrix(), after;
    int64_t id;
    bool known;
    size_t n;

    (void)state;
    for (m.uid = 1; m.uid <= 1500; m.uid++)
        GOOD(store_add_message(s, &m, &id, &known, &e));
    after = case_matrix();
    assert_int_equal(after.held_replies, before.held_replies + 1500);
    GOOD(store_messages(s, a, &(struct wanted){.state = "held", .most = 100}, &rows, &n, &e));
    assert_int_equal(n, 100);
    assert_true(store_count_messages(s, &(struct wanted){.state = "held"}) >= 1500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(untouched_round),
        CASE(a_flood_of_held_mail_is_counted),
        CASE(unknown_round),
        CASE(an_address_counts_once),
        CASE(reminders_are_counted),
        CASE(papers_tell_the_standing),
        CASE(late_by_its_own_deadline),
        CASE(what_answers_nothing_is_a_note),
        CASE(who_wrote_without_an_answer_is_not_silent),
        CASE(who_is_away_is_shown_until_that_sender_answers),
        CASE(words_that_nobody_vouches_for),
        CASE(a_party_gone_from_the_register_keeps_its_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
