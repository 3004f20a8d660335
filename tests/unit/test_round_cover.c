/* What may be a covering letter alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "round/cover.h"

static const struct {
    const char *file;
    bool is;
} files[] = {
    {"مذكرة.pdf", true},
    {"المذكّرة الشفوية رقم 412.pdf", true},
    {"مذكرة شفوية.pdf", true},
    {"كتاب تغطية.docx", true},
    {"كتاب_إحالة.pdf", true},
    {"خطاب المندوبية.pdf", true},
    {"Note Verbale 12-2026.pdf", true},
    {"NV_412.pdf", true},
    {"nv412.pdf", true},
    {"Cover letter.pdf", true},
    {"covering-note.PDF", true},
    {"Lettre d'accompagnement.pdf", true},
    {"Lettre d’accompagnement.pdf", true},
    {"Bordereau d'envoi.pdf", true},
    {"transmittal.pdf", true},
    {"report.pdf", false},
    {"note.pdf", false},
    {"concept note.pdf", false},
    {"letter of pledges.pdf", false},
    {"canvas.pdf", false},
    {"environment nvx.pdf", false},
    {"مذكرة تفاهم.pdf", false},
    {"مذكرة مفاهيمية.pdf", false},
    {"مذكرات.pdf", false},
    {"كتاب الإحصاء.pdf", false},
    {"cover.pdf", false},
    {"", false},
};

static void a_note_is_known_by_whole_words_of_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (cover_name(files[i].file) != files[i].is)
            fail_msg("%s: %d", files[i].file, !files[i].is);
}

static const struct round_item items[2] = {{"pledges", {"التعهدات", "Pledges made", "Engagements"}, true},
                                           {"note", {"مذكرة الترشيح", "Nomination", "Candidature"}, true}};
#define ONE(name, item, scan) ((struct cover_paper){{item, name, true}, scan})

static const struct {
    const char *what;
    size_t n_items;
    struct cover_paper papers[3];
    size_t n;
    unsigned alone;
} rows[] = {
    {"nothing came", 2, {ONE("", 0, false)}, 0, 0},
    {"a note alone", 2, {ONE("NV.pdf", 0, false)}, 1, 1},
    {"a scan of one page alone", 2, {ONE("scan.pdf", 0, true)}, 1, 1},
    {"a paper", 2, {ONE("report.pdf", 0, false)}, 1, 0},
    {"a note and a paper", 2, {ONE("NV.pdf", 0, false), ONE("report.pdf", 0, false)}, 2, 0},
    {"a note and its scan", 2, {ONE("NV.pdf", 0, false), ONE("note verbale.pdf", 0, true)}, 2, 1},
    {"two scans of a page", 2, {ONE("a.pdf", 0, true), ONE("b.pdf", 0, true)}, 2, 0},
    {"a note where the item asks for one", 2, {ONE("مذكرة.pdf", 1, true)}, 1, 0},
    {"not assigned: answers nothing", 2, {ONE("NV.pdf", -1, false)}, 1, 0},
    {"the paper came beside, for another item", 2, {ONE("NV.pdf", 0, false), ONE("r.pdf", 1, false)}, 2, 1},
    {"said already", 2, {ONE("NV.pdf", ITEM_COVER, false)}, 1, 0},
    {"no items", 0, {ONE("NV.pdf", -1, false)}, 1, 1},
    {"no items, a paper beside", 0, {ONE("NV.pdf", -1, false), ONE("report.pdf", -1, false)}, 2, 0},
    {"an old version", 2, {{{0, "NV.pdf", false}, false}, ONE("report.pdf", 0, false)}, 2, 0},
};

static void an_item_answered_by_a_note_alone_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct round_spec s = {.title = {"جولة", "Round", "Tour"}, .items = items, .n_items = rows[i].n_items};
        unsigned alone = cover_alone(&s, rows[i].papers, rows[i].n);
        if (alone != rows[i].alone)
            fail_msg("%s: %x", rows[i].what, alone);
    }
}

static void a_round_for_a_note_suspects_none(void **state)
{
    (void)state;
    const struct round_spec s = {.title = {"طلب مذكرة", NULL, NULL}};
    assert_int_equal(cover_alone(&s, (struct cover_paper[]){ONE("مذكرة.pdf", -1, false)}, 1), 0);
}

static void the_papers_meant_are_those_of_the_item(void **state)
{
    (void)state;
    const struct round_spec two = {.items = items, .n_items = 2}, none = {.n_items = 0};
    assert_true(cover_meant(&two, 1, 0));
    assert_false(cover_meant(&two, 1, 1));
    assert_false(cover_meant(&two, 1, -1));
    assert_false(cover_meant(&two, 1, ITEM_COVER));
    assert_true(cover_meant(&none, 1, -1));
    assert_false(cover_meant(&none, 1, ITEM_COVER));
    assert_false(cover_meant(&none, 0, -1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_is_known_by_whole_words_of_its_name),
        cmocka_unit_test(an_item_answered_by_a_note_alone_is_told),
        cmocka_unit_test(a_round_for_a_note_suspects_none),
        cmocka_unit_test(the_papers_meant_are_those_of_the_item),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
