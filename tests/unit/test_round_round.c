/* Audience, items, versions and standing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "round/round.h"

static const struct round_item items[3] = {
    {"pledges", {0}, true}, {"measures", {0}, true}, {"gcr-efforts", {0}, false}};

static const struct {
    const char *file, *subject;
    int item; /* from 1; 0 = none */
} answers[] = {
    {"report.pdf", "Re: ARCP/2026/04", 0},
    {"Jordan_Pledges_2026.pdf", "", 1},
    {"JORDAN-MEASURES.PDF", "", 2},
    {"gcr efforts of Jordan.docx", "", 3},
    {"pledgesandmore.pdf", "", 0},
    {"pledges and measures.pdf", "item 3", 0},
    {"item 2.pdf", "", 2},
    {"Item2_final.pdf", "", 2},
    {"Item no. 2.pdf", "", 2},
    {"البند ٢.pdf", "", 2},
    {"البند ۲.pdf", "", 2},
    {"البند رقم 2.pdf", "", 2},
    {"ورقة البند الثاني.pdf", "", 2},
    {"البنــد الأول.docx", "", 1},
    {"النقطة الثالثة.docx", "", 3},
    {"point 3.pdf", "", 3},
    {"Deuxième point.pdf", "", 2},
    {"second item.pdf", "", 2},
    {"item two.pdf", "", 2},
    {"2_report.pdf", "", 2},
    {"٢_تقرير.pdf", "", 2},
    {"(2) report.pdf", "", 2},
    {"2 - report.pdf", "", 2},
    {"2.pdf", "", 2},
    {"2 papers.pdf", "", 0},
    {"2-12-2026.pdf", "", 0},
    {"2_December.pdf", "", 0},
    {"2nd report.pdf", "", 0},
    {"report 2026.pdf", "", 0},
    {"report v2.pdf", "", 0},
    {"report (2).pdf", "", 0},
    {"focal point 2.pdf", "", 0},
    {"item 2026.pdf", "", 0},
    {"item 4.pdf", "", 0},
    {"item 0.pdf", "", 0},
    {"item 1 and 2.pdf", "item 3", 0},
    {"items 1-3.pdf", "item 3", 0},
    {"item 1 2026.pdf", "", 1},
    {"البند 1 و2.pdf", "", 0},
    {"talking points, pledges.pdf", "", 1},
    {"scan.pdf", "Re: ARCP/2026/04: item 2", 2},
    {"scan.pdf", "pledges", 1},
    {"scan.pdf", "pledges and measures", 0},
    {"scan.pdf", "2_report", 0},
    {"scan.pdf", "one item is missing", 0},
    {"item 1.pdf", "item 2", 1},
    {"", "", 0},
    {"\xd8", "\xff item 2", 2},
};

static void a_paper_answers_what_its_name_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        char *file = strdup(answers[i].file), *subject = strdup(answers[i].subject);
        int item = item_of(items, 3, file, subject);
        free(file);
        free(subject);
        if (item != answers[i].item - 1)
            fail_msg("'%s' in '%s': %d", answers[i].file, answers[i].subject, item + 1);
    }
    assert_int_equal(item_of(items, 1, "anything.pdf", NULL), 0);
    assert_int_equal(item_of(items, 0, "item 1.pdf", NULL), -1);
    assert_int_equal(item_of(items, 3, "item 2.pdf", NULL), 1);
}

static const struct {
    const char *old, *next;
    bool replaces;
} versions[] = {
    {"report.pdf", "report.pdf", true},
    {"report.pdf", "REPORT.PDF", true},
    {"report.pdf", "report (1).pdf", true},
    {"report.pdf", "report v2.pdf", true},
    {"report_v1.pdf", "report_v2.pdf", true},
    {"report.pdf", "report-rev.pdf", true},
    {"report.pdf", "report rev 2 (1).pdf", true},
    {"تقرير ٢٠٢٦.pdf", "تقرير 2026 معدل.pdf", true},
    {"report 1.pdf", "report 2.pdf", false},
    {"report 2025.pdf", "report 2026.pdf", false},
    {"report.pdf", "report.docx", false},
    {"report.pdf", "annex.pdf", false},
    {"v1.pdf", "rev.pdf", false},
    {".pdf", ".pdf", true},
    {"", "", false},
    {"---", "___", false},
};

static void a_paper_replaces_its_earlier_version_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        const struct paper_fact paper = {.item = -1, .name = versions[i].old, .current = true};
        if ((paper_replaces(&paper, 1, -1, versions[i].next) == 0) != versions[i].replaces)
            fail_msg("'%s' after '%s'", versions[i].next, versions[i].old);
    }
}

static void items_and_names_together(void **state)
{
    (void)state;
    const struct paper_fact papers[] = {{0, "pledges.pdf", false},
                                        {0, "pledges.pdf", true},
                                        {1, "a.pdf", true},
                                        {1, "b.pdf", true},
                                        {-1, "c.pdf", true}};
    assert_int_equal(paper_replaces(papers, 5, 0, "other.pdf"), 1);  /* the only one of its item */
    assert_int_equal(paper_replaces(papers, 5, 1, "other.pdf"), -1); /* two of them: replies add */
    assert_int_equal(paper_replaces(papers, 5, 1, "b v2.pdf"), 3);   /* the one of that name */
    assert_int_equal(paper_replaces(papers, 5, 2, "b.pdf"), -1);     /* the name, but for another item */
    assert_int_equal(paper_replaces(papers, 5, -1, "b.pdf"), 3);
    assert_int_equal(paper_replaces(papers, 5, -1, "other.pdf"), -1);
    assert_int_equal(paper_replaces(papers, 5, 0, "c.pdf"), 4); /* the name is the stronger sign */
    assert_int_equal(paper_replaces(NULL, 0, 0, "c.pdf"), -1);
}

static void a_party_is_complete_when_nothing_required_is_missing(void **state)
{
    (void)state;
    const struct round_spec three = {.items = items, .n_items = 3}, free_form = {.n_items = 0};
    const struct paper_fact papers[] = {{0, "p", true}, {1, "m", true}, {-1, "x", true}, {1, "old", false}};
    assert_false(standing_of(&three, papers, 0).answered);
    assert_int_equal(standing_of(&three, papers, 0).missing, 3);
    assert_true(standing_of(&three, papers, 1).answered);
    assert_int_equal(standing_of(&three, papers, 1).missing, 2);
    assert_false(standing_of(&three, papers, 1).complete);
    assert_true(standing_of(&three, papers, 2).complete); /* the third is not required */
    assert_false(standing_of(&three, papers + 2, 2).complete);
    const struct paper_fact cover[] = {{ITEM_COVER, "note.pdf", true}, {0, "p", true}};
    assert_false(standing_of(&free_form, cover, 1).answered); /* a covering letter answers nothing */
    assert_int_equal(standing_of(&three, cover, 1).missing, 3);
    assert_true(standing_of(&three, cover, 2).answered);
    assert_int_equal(paper_replaces(cover, 1, 0, "note.pdf"), -1);
    assert_int_equal(standing_of(&three, papers + 2, 2).missing, 3); /* unassigned and replaced papers answer nothing */
    assert_true(standing_of(&free_form, papers + 2, 1).complete);
    assert_false(standing_of(&free_form, papers, 0).complete);

    /* A locked paper and an archive beside its files answer nothing, also where nothing is named. */
    const struct paper_fact locked[] = {{ITEM_NOTHING, "p", true}, {-1, "x", true}};
    assert_false(standing_of(&free_form, locked, 1).answered);
    assert_true(standing_of(&free_form, locked, 2).complete);
    assert_int_equal(standing_of(&three, locked, 2).missing, 3);
    assert_int_equal(paper_replaces(locked, 1, 0, "p"), 0); /* the same in the clear is its next version */
}

static const char *const groups[] = {"council"}, *const codes[] = {"iom"}, *const except[] = {"JO"};
static const struct contact contacts[] = {{.role = ROLE_MISSION, .address = "mission@jo.example"},
                                          {.role = ROLE_FOCAL_POINT, .address = "focal@jo.example"},
                                          {.role = ROLE_OTHER, .address = "other@jo.example"}};
static const struct party jordan = {.code = "JO", .kind = PARTY_STATE, .contacts = contacts, .n_contacts = 3};
static const struct party iom = {.code = "IOM", .kind = PARTY_ORGANISATION},
                          grouped = {.code = "X", .kind = PARTY_EXPERT, .groups = groups, .n_groups = 1};

static void the_audience_is_kind_group_or_code(void **state)
{
    (void)state;
    struct round_spec s = {.kinds = 1u << PARTY_STATE, .groups = groups, .n_groups = 1, .codes = codes, .n_codes = 1};
    assert_true(round_invites(&s, &jordan) && round_invites(&s, &iom) && round_invites(&s, &grouped));
    s.except = except, s.n_except = 1;
    assert_false(round_invites(&s, &jordan));
    const struct round_spec none = {0};
    assert_false(round_invites(&none, &jordan) || round_invites(&none, &iom));
}

static void contacts_stand_in_their_rank(void **state)
{
    (void)state;
    const struct round_contact extra[] = {{"jo", {.role = ROLE_MISSION, .address = "envoy@jo.example"}},
                                          {"JO", {.role = ROLE_OTHER, .address = "FOCAL@jo.example"}},
                                          {"SA", {.role = ROLE_MISSION, .address = "mission@sa.example"}}};
    struct round_spec s = {.contacts = extra, .n_contacts = 3};
    const struct contact *out[8];
    assert_int_equal(round_contacts(&s, &jordan, out, 8), 3);
    assert_string_equal(out[0]->address, "mission@jo.example");
    assert_string_equal(out[1]->address, "envoy@jo.example");
    assert_string_equal(out[2]->address, "focal@jo.example");
    assert_int_equal(round_contacts(&s, &jordan, out, 1), 1);
    s.roles = 1u << ROLE_FOCAL_POINT, s.n_contacts = 0;
    assert_int_equal(round_contacts(&s, &jordan, out, 8), 1);
    assert_string_equal(out[0]->address, "focal@jo.example");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_paper_answers_what_its_name_says),
        cmocka_unit_test(a_paper_replaces_its_earlier_version_alone),
        cmocka_unit_test(items_and_names_together),
        cmocka_unit_test(a_party_is_complete_when_nothing_required_is_missing),
        cmocka_unit_test(the_audience_is_kind_group_or_code),
        cmocka_unit_test(contacts_stand_in_their_rank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
