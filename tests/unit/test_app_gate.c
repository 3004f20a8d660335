/* Who is written to: whatever put a delivery into the store, it leaves for a contact, an officer or a partner, or not
 * at all. */
#include "inbox_case.h"

#include "app/outbox.h"
#include "app/post.h"

static const struct contact jordan[] = {{.role = ROLE_MISSION, .address = "mission.jo@missions.example"},
                                        {.role = ROLE_FOCAL_POINT, .address = "migration@خارجية.example"},
                                        {.role = ROLE_OTHER, .address = "dead@mofa.jo.example"}};
static struct party parties[] = {{.code = "JO", .contacts = jordan, .n_contacts = 3}};
static const struct officer officers[] = {{.address = "officer@arcp.example"}, {.address = "away@arcp.example"}};
static const char *const partners[] = {"escwa@partner.example"};
static const struct round_contact invited[] = {{"JO", {.role = ROLE_OTHER, .address = "envoy@special.example"}}};
static const struct round_spec spec = {.partners = partners, .n_partners = 1, .contacts = invited, .n_contacts = 1};

static int n_sent;
static char sent_to[300];

static int two_free(void *arg)
{
    (void)arg;
    return 2;
}

static void note_send(void *arg, const struct send_job *job)
{
    (void)arg;
    n_sent++;
    snprintf(sent_to, sizeof sent_to, "%s", job->to);
}

static int gate_set_up(void **state)
{
    if (case_set_up(state) != 0)
        return -1;
    config.address = "secretariat@arcp.example";
    config.officers = officers;
    config.n_officers = 2;
    config.address_rate_per_hour = 100;
    config.send_rate_per_minute = 1000;
    reg = (struct party_register){.parties = parties, .n_parties = 1};
    d.ports.senders_free = two_free;
    d.ports.send = note_send;
    n_sent = 0;
    GOOD(store_begin(d.store, &e));
    GOOD(store_suppress(d.store, "dead@mofa.jo.example", "5.1.1", NOW_AT, &e));
    GOOD(store_suppress(d.store, "away@arcp.example", "5.1.1", NOW_AT, &e));
    GOOD(store_commit(d.store, &e));
    return 0;
}

static const struct {
    const char *address;
    bool allowed, of_the_round; /* in any mail; in those of the round that names it */
} rows[] = {
    {"mission.jo@missions.example", true, true},
    {"Mission.JO@MISSIONS.example", true, true},
    {"migration@خارجية.example", true, true},
    {"officer@arcp.example", true, true},
    {"away@arcp.example", true, true}, /* an officer is never written off */
    {"escwa@partner.example", false, true},
    {"envoy@special.example", false, true},
    {"dead@mofa.jo.example", false, false}, /* failed for good */
    {"secretariat@arcp.example", false, false},
    {"stranger@elsewhere.example", false, false},
    {"colleague@mofa.jo.example", false, false},
    {"mission.jo@missions.example.evil.example", false, false},
    {"x-mission.jo@missions.example", false, false},
    {"mission.jo+x@missions.example", false, false},
    {"", false, false},
};

static void the_gate(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (post_allowed(&d, NULL, rows[i].address) != rows[i].allowed ||
            post_allowed(&d, &spec, rows[i].address) != rows[i].of_the_round)
            fail_msg("%s", rows[i].address);
}

/* A row as any act, a fault or an older version could have left it. */
static int64_t queue_for(const char *address, int n)
{
    struct notice_row notice = {.round = "",
                                .party = "",
                                .cause = arena_printf(a, "test:%d", n),
                                .kind = "alert",
                                .token = arena_printf(a, "token%d", n),
                                .message_id = arena_printf(a, "n%d@arcp.example", n),
                                .subject = "s",
                                .segments = "[\"outgoing/a.head\"]",
                                .size = 10,
                                .created_at = NOW_AT};
    struct delivery_row row = {.address = address,
                               .mail_from = "secretariat@arcp.example",
                               .token = "",
                               .state = "queued",
                               .next_at = NOW_AT,
                               .since_at = NOW_AT,
                               .reply = ""};
    int64_t id = 0;

    GOOD(store_begin(d.store, &e));
    GOOD(store_add_notice(d.store, &notice, &row.notice, &e));
    GOOD(store_add_delivery(d.store, &row, &id, &e));
    GOOD(store_commit(d.store, &e));
    return id;
}

static void nothing_leaves_but_by_the_gate(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct delivery_row row;
        int64_t id = queue_for(rows[i].address, (int)i);
        int before = n_sent;

        outbox_turn(&d);
        GOOD(store_delivery(d.store, a, id, &row, &e));
        if (n_sent - before != rows[i].allowed || (rows[i].allowed && strcmp(sent_to, rows[i].address) != 0))
            fail_msg("%s: %s", rows[i].address, row.state);
        assert_string_equal(row.state, rows[i].allowed ? "sending" : "failed");
        if (!rows[i].allowed)
            assert_non_null(strstr(row.reply, "not written to"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_gate, gate_set_up, case_tear_down),
        cmocka_unit_test_setup_teardown(nothing_leaves_but_by_the_gate, gate_set_up, case_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
