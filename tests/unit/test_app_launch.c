/* A launch from the round to its mails: previewed into a folder, and what no mail can have refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "app/launch.h"
#include "app_case.h"
#include "letter_sample.h"

static char folder[] = "/tmp/taamim-launch-XXXXXX";

struct room {
    struct standing_orders o;
    struct party_register parties;
};

static void open_room(struct room *room, struct arena *a)
{
    struct problems p = {0};

    sample_letter(LETTER_NOTICE, LANG_BIT(LANG_AR)); /* opens the zone */
    room->parties = (struct party_register){.parties = &sample_jordan, .n_parties = 1};
    room->o = (struct standing_orders){.config = &sample_config,
                                       .parties = &room->parties,
                                       .templates = templates_load(a, sample_templates_dir(), NULL, 0, &p)};
    assert_non_null(room->o.templates);
}

/* The sample with n documents, each the same small file, and n_contacts of Jordan beside its own two. */
static struct round_spec crowded(struct arena *a, size_t n, size_t n_contacts)
{
    struct round_spec s = sample_round;
    struct round_document *documents = arena_alloc(a, (n + 1) * sizeof *documents);
    struct round_contact *contacts = arena_alloc(a, (n_contacts + 1) * sizeof *contacts);
    const char *path = arena_printf(a, "%s/d.pdf", folder);

    write_case(path, "%PDF", 4);
    for (size_t i = 0; i < n; i++)
        documents[i] = (struct round_document){.path = path, .name = arena_printf(a, "d%zu.pdf", i)};
    for (size_t i = 0; i < n_contacts; i++)
        contacts[i] = (struct round_contact){"JO",
                                             {.role = ROLE_MISSION,
                                              .address = arena_printf(a, "x%zu@jo.example", i),
                                              .langs = LANG_BIT(LANG_AR),
                                              .weekend = WEEKEND_FRI_SAT}};
    s.kinds = 1u << PARTY_STATE;
    s.documents = documents;
    s.n_documents = n;
    s.contacts = contacts;
    s.n_contacts = n_contacts;
    return s;
}

/* Nothing is left out of a mail: it has all of it, or the launch is refused. */
static void a_mail_is_whole_or_refused(void **state)
{
    static const struct {
        size_t n, n_contacts;
        const char *refused; /* NULL: it is made */
    } rows[] = {
        {64, 62, NULL},
        {65, 0, "more than 64 documents go with the mail of JO"},
        {1, 63, "JO has more than 64 contacts that this round writes to"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        struct room room;
        struct err e = {0};
        struct round_spec s = crowded(a, rows[i].n, rows[i].n_contacts);
        const char *mail = arena_printf(a, "%s/JO.eml", folder), *last, *text;
        int n;

        open_room(&room, a);
        n = launch_preview(&room.o, &s, NULL, folder, &e);
        if (rows[i].refused) {
            assert_int_equal(n, -1);
            assert_string_equal(e.text, rows[i].refused);
            continue;
        }
        assert_int_equal(n, 1);
        text = file_read(a, mail, 1 << 20, NULL, &e);
        last = arena_printf(a, "d%zu.pdf", rows[i].n - 1);
        assert_non_null(text);
        assert_non_null(strstr(text, last));
        assert_non_null(strstr(text, arena_printf(a, "x%zu@jo.example", rows[i].n_contacts - 1)));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(a_mail_is_whole_or_refused)};

    if (!mkdtemp(folder))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ARENA_SCOPED a = arena_new();
    return failed + system(arena_printf(a, "rm -r %s", folder));
}
