/* A small round in a store of its own, for the matrix, the page and the export: four parties, two items, one of
 * each standing. */
#ifndef TAAMIM_TESTS_PORTAL_CASE_H
#define TAAMIM_TESTS_PORTAL_CASE_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "app/daemon.h"
#include "app/marks.h"
#include "app/matrix.h"
#include "app/roundfile.h"
#include "base/clock.h"

#define REF         "ARCP/2026/04"
#define DAY         86400
#define LAUNCHED_AT 1795341600 /* 22 November 2026 10:00 UTC */
#define DEADLINE_AT 1797371999 /* 15 December 2026 23:59:59 in Cairo */

static struct arena *a;
static struct store *s;
static struct err e;
static struct config config;

static const struct party parties[] = {
    {.code = "JO", .name = {"الأردن", "Jordan", "Jordanie"}, .full = {"المملكة الأردنية الهاشمية", "", ""}},
    {.code = "AE", .name = {"الإمارات", "United Arab Emirates", "Émirats arabes unis"}},
    {.code = "SD", .name = {"السودان", "Sudan", "Soudan"}},
    {.code = "YE", .name = {"اليمن", "Yemen", "Yémen"}},
};
static const struct party_register reg = {.parties = parties, .n_parties = 4, .path = "delegations.conf"};
static const struct round_item items[] = {
    {.key = "pledges",
     .title = {"التعهدات المعلنة في المنتدى العالمي للاجئين", "Pledges", "Engagements"},
     .required = true},
    {.key = "measures", .title = {"الإجراءات المتخذة لتنفيذها", "Measures", "Mesures"}, .required = true},
};

static inline struct round_spec case_spec(void)
{
    return (struct round_spec){
        .path = "/rounds/a.conf",
        .ref = REF,
        .note_number = "412/5",
        .note_date = {.year = 2026, .month = 11, .day = 22},
        .title = {"أوراق الدول <الأعضاء> & جهودها", "Papers", "Documents"},
        .text = {"نص", "text", "texte"},
        .kinds = 1u << PARTY_STATE,
        .roles = 1u << ROLE_MISSION | 1u << ROLE_FOCAL_POINT,
        .items = items,
        .n_items = 2,
        .deadline_text = "2026-12-15",
        .deadline = {.at = DEADLINE_AT, .local = {2026, 12, 15, 23, 59, 59, 2}},
    };
}

#define GOOD(act)                                                                                                      \
    do {                                                                                                               \
        if (!(act))                                                                                                    \
            fail_msg("%s: %s", #act, e.text);                                                                          \
    } while (0)

static inline void case_round(void)
{
    struct round_spec spec = case_spec();
    JSON_SCOPED j = round_spec_to_json(&spec);
    char *text = json_dumps(j, 0);
    struct round_row r = {.ref = REF,
                          .state = "open",
                          .kind = "papers",
                          .spec = text,
                          .launched_at = LAUNCHED_AT,
                          .deadline_at = DEADLINE_AT,
                          .deadline_text = "2026-12-15"};

    GOOD(store_add_round(s, &r, &e));
    free(text);
    for (int i = 0; i < 4; i++) {
        struct seat_row seat = {.round = REF, .party = parties[i].code, .position = i};

        GOOD(store_add_seat(s, &seat, &e));
    }
}

static inline int64_t case_notice(const char *party, const char *cause, const char *kind)
{
    struct notice_row n = {
        .round = REF, .party = party, .cause = cause, .kind = kind, .segments = "[]", .created_at = LAUNCHED_AT};
    int64_t id = 0;

    GOOD(store_add_notice(s, &n, &id, &e));
    return id;
}

static inline void case_delivery(int64_t notice, const char *address, const char *state)
{
    struct delivery_row d = {.notice = notice, .address = address, .mail_from = "x@sec.example", .state = state};
    int64_t id;

    GOOD(store_add_delivery(s, &d, &id, &e));
}

/* A message of JO's: a filed one with words and no paper, or an automatic answer, noted, that tells of an absence. */
static inline void case_words(const char *sender, const char *marks, const char *words, const char *away)
{
    static int64_t last = 100000;
    int64_t uid = ++last;
    struct message_row m = {.mailbox = "INBOX",
                            .uidvalidity = 1,
                            .uid = uid,
                            .round = REF,
                            .party = "JO",
                            .state = away ? "noted" : "filed",
                            .kind = away ? "automatic" : "human",
                            .sender = sender,
                            .marks = marks,
                            .text = words,
                            .why = away,
                            .received_at = LAUNCHED_AT};
    int64_t id;
    bool known;

    GOOD(store_add_message(s, &m, &id, &known, &e));
}

/* An automatic answer, or a reply of the same sender; our server vouches for both. */
static inline void case_sent_by(const char *sender, const char *away)
{
    case_words(sender, away ? MARK_AWAY : "", "", away);
}

static inline int64_t case_message(const char *party, const char *state, const char *kind, int64_t received_at)
{
    static int64_t last;
    int64_t uid = ++last;
    struct message_row m = {.mailbox = "INBOX",
                            .uidvalidity = 1,
                            .uid = uid,
                            .round = REF,
                            .party = party,
                            .state = state,
                            .kind = kind,
                            .received_at = received_at};
    int64_t id = 0;
    bool known;

    GOOD(store_add_message(s, &m, &id, &known, &e));
    m.id = id;
    GOOD(store_update_message(s, &m, &e));
    return id;
}

static inline void case_paper(struct paper_row p)
{
    int64_t id;

    p.round = REF;
    if (!p.version)
        p.version = 1;
    GOOD(store_add_paper(s, &p, &id, &e));
}

static inline void case_seat_answered(const char *party, int64_t at, int64_t deadline_at)
{
    struct seat_row seat;

    GOOD(store_seat(s, a, REF, party, &seat, &e));
    seat.answered_at = at;
    seat.deadline_at = deadline_at;
    GOOD(store_update_seat(s, &seat, &e));
}

static inline struct matrix case_matrix(void)
{
    struct matrix m;

    GOOD(matrix_of(s, a, &config, &reg, REF, &m, &e));
    return m;
}

static inline int case_set_up(void **state)
{
    (void)state;
    clock_set(LAUNCHED_AT + 10 * DAY);
    a = arena_new();
    config = (struct config){.zone = zone_open("Africa/Cairo", &e),
                             .zone_name = "Africa/Cairo",
                             .short_name = {"الأمانة الفنية", "Technical Secretariat", "Secrétariat technique"}};
    s = store_open(":memory:", STORE_WRITE, &e);
    if (!s || !config.zone || !store_begin(s, &e))
        return -1;
    case_round();
    return 0;
}

static inline int case_tear_down(void **state)
{
    (void)state;
    store_close(s);
    zone_close(config.zone);
    arena_free(a);
    return 0;
}

#endif
