/* A round file: the shipped one loads, faults are told with their lines, and a round survives JSON whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/stat.h>

#include "app/roundfile.h"
#include "app_case.h"
#include "base/wire.h"

#define NOW_AT 1795305600 /* 22 November 2026, 12:00 in Cairo but for minutes */

static char folder[] = "/tmp/taamim-round-XXXXXX";

static const char good[] = "ref = \"ARCP/2026/04\"; kind = \"papers\";\n"                                /* 1 */
                           "note = { number = \"412/5\"; date = \"2026-11-22\"; };\n"                    /* 2 */
                           "title = { ar = \"a\"; en = \"b\"; fr = \"c\"; };\n"                          /* 3 */
                           "text = { ar = \"a\"; en = \"b\"; fr = \"c\"; };\n"                           /* 4 */
                           "to = { kinds = [ \"state\" ]; };\n"                                          /* 5 */
                           "documents = ( { file = \"d.pdf\"; } );\n"                                    /* 6 */
                           "items = (\n"                                                                 /* 7 */
                           "  { key = \"pledges\"; title = { ar = \"a\"; en = \"b\"; fr = \"c\"; }; }\n" /* 8 */
                           ");\n"                                                                        /* 9 */
                           "deadline = \"2026-12-15\";\n";                                               /* 10 */

struct room {
    struct arena *a;
    struct config c;
    struct party_register *r;
};

static struct room room_of(struct arena *a)
{
    struct problems p = {0};
    struct room room = {.a = a, .r = register_load(a, source_file(a, "config/delegations.conf"), &p)};
    room.c = (struct config){.address = "s@las.example",
                             .templates_dir = source_file(a, "templates"),
                             .zone = zone_open("Africa/Cairo", NULL),
                             .n_steps = 1,
                             .steps = {{-7, STEP_DAYS}}};
    assert_non_null(room.r);
    return room;
}

static void write_templates(struct arena *a)
{
    static const char *const files[][2] = {
        {"own/closing.en.txt", "Subject: Over\n\nThe round is over.\n"},
        {"own/notes", "{{what nobody reads}}\n"},
        {"wrong/notice.en.html", "{{nonsense}}\n"},
        {"wrong/notise.en.txt", "Subject: x\n\ny\n"},
    };
    mkdir(arena_printf(a, "%s/own", folder), 0700);
    mkdir(arena_printf(a, "%s/wrong", folder), 0700);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        write_case(arena_printf(a, "%s/%s", folder, files[i][0]), files[i][1], strlen(files[i][1]));
}

static struct round_spec *load(const struct room *room, const char *text, const char **problems_out)
{
    struct problems p = {0};
    const char *path = arena_printf(room->a, "%s/r.conf", folder);
    write_case(path, text, strlen(text));
    write_case(arena_printf(room->a, "%s/d.pdf", folder), "%PDF", 4);
    write_templates(room->a);
    struct round_spec *s = roundfile_load(room->a, path, &room->c, room->r, NOW_AT, &p);
    *problems_out = without(room->a, arena_strdup(room->a, buf_text(&p.text)), arena_printf(room->a, "%s/", folder));
    buf_free(&p.text);
    return s;
}

static void shipped_file(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    struct room room = room_of(a);
    struct problems p = {0};
    struct round_spec *s =
        roundfile_load(a, source_file(a, "config/rounds/call-for-papers.conf"), &room.c, room.r, NOW_AT, &p);
    assert_string_equal(buf_text(&p.text), "");
    assert_non_null(s);
    assert_int_equal(s->n_items, 3);
    assert_int_equal(s->n_documents, 2);
    assert_string_equal(s->documents[1].name, "نموذج الورقة.docx");
    assert_int_equal(s->documents[1].path[0], '/');
    assert_int_equal(s->n_steps, 5);
    assert_int_equal(s->note_date.day, 22);
    zone_close(room.c.zone);
}

static void faults(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *problems;
    } rows[] = {
        {"", "", ""},
        {"ARCP/2026/04", "arcp 4",
         "r.conf:1: 'arcp 4' is no reference; write capital letters, then parts of letters and digits joined by '/', "
         "as in ARCP/2026/04"},
        {"\"papers\"", "\"paper\"", "r.conf:1: there is no kind of round 'paper'; did you mean 'papers'?"},
        {"date = \"2026-11-22\"", "date = \"2026-13-22\"",
         "r.conf:2: '2026-13-22': there is no month 13; day, month and year are expected in this order, as in "
         "15/12/2026, or 2026-12-15"},
        {"title = { ar = \"a\"; en = \"b\"; fr = \"c\"; };\ntext", "title = { ar = \"a\"; en = \"b\"; };\ntext",
         "r.conf:3: title is missing in fr, in which TN (focal.point@social.tn.example) is written to"},
        {"[ \"state\" ]", "[ \"stat\" ]",
         "r.conf:5: kinds cannot be 'stat'; did you mean 'state'? (state, organisation, expert or "
         "stakeholder)\nr.conf:5: this round writes to no party of the register"},
        {"kinds = [ \"state\" ]", "groups = [ \"magreb\" ]",
         "r.conf:5: no party of the register is in a group 'magreb'; did you mean 'maghreb'?\nr.conf:5: this round "
         "writes to no party of the register"},
        {"kinds = [ \"state\" ]", "parties = [ \"JO\", \"XX\" ]", "r.conf:5: the register has no party 'XX'"},
        {"kinds = [ \"state\" ]", "kinds = [ \"organisation\" ]; roles = [ \"mission\" ]",
         "r.conf:5: IOM has no contact in the roles that this round writes to\nr.conf:5: ESCWA has no contact in the "
         "roles that this round writes to\n"
         "r.conf:5: UNHCR has no contact in the roles that this round writes to"},
        {"d.pdf", "e.pdf", "r.conf:6: there is no file e.pdf"},
        {"file = \"d.pdf\"", "file = \"d.pdf\"; party = \"IOM\"", "r.conf:6: this round does not write to IOM"},
        {"{ file = \"d.pdf\"; }", "{ file = \"d.pdf\"; }, { file = \"d.pdf\"; language = \"fr\"; }",
         "r.conf:6: two documents of one mail are called 'd.pdf'"},
        {"\"pledges\"", "\"Pledges\"",
         "r.conf:8: 'Pledges' is no key; small letters, digits, '_' and '-' are, beginning with a letter"},
        {"2026-12-15", "2026-11-15", "r.conf:10: the deadline 2026-11-15 has passed already"},
        {"2026-12-15", "soon",
         "r.conf:10: 'soon' is not understood; expected a date like 2026-12-15, 2026-12-15 14:00, 15 December 2026 or "
         "15/12/2026"},
        {"\ndeadline", "\nreminders = [ \"-1d\", \"-1d\" ];\ndeadline", "r.conf:10: the reminder -1d is named twice"},
        {"\ndeadline", "\npartners = [ \"S@las.example\" ];\ndeadline",
         "r.conf:10: S@las.example is the secretariat's own address"},
        {"\ndeadline",
         "\ncontacts = ( { party = \"JO\"; role = \"mission\"; address = \"mission.cairo@mfa.ae.example\"; } "
         ");\ndeadline",
         "r.conf:10: mission.cairo@mfa.ae.example is an address of AE in the register"},
        {"\ndeadline", "\ncontacts = ( { party = \"JO\"; role = \"other\"; address = \"x@jo.example\"; } );\ndeadline",
         "r.conf:10: the role other is not among those that this round writes to; add it to to.roles"},
        {"\ndeadline", "\ncontacts = ( { role = \"mission\"; address = \"x@jo.example\"; } );\ndeadline",
         "r.conf:10: the setting 'party' is missing in contacts"},
        {"\ndeadline", "\ncontacts = ( { role = \"mission\"; party = \"JO\"; } );\ndeadline",
         "r.conf:10: the setting 'address' is missing in contacts"},
        {"\ndeadline", "\n@include \"x\"\ndeadline", "r.conf:10: @include is not taken in this file"},
        {"\ndeadline", "\ntemplates = \"none\";\ndeadline",
         "r.conf:10: cannot read the folder none: No such file or directory"},
        {"\ndeadline", "\ntemplates = \"wrong\";\ndeadline",
         "wrong/notice.en.html:1: {{nonsense}} is no name of this message\nwrong/notise.en.txt: no message has a "
         "template of that name (<kind>.<ar|en|fr>.txt or .html)"},
        {"deadline = \"2026-12-15\";", "dedline = 1;",
         "r.conf:10: unknown setting 'dedline'; did you mean 'deadline'?\nr.conf: the setting 'deadline' is missing"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        struct room room = room_of(a);
        const char *problems;
        struct round_spec *s = load(&room, replaced(a, good, rows[i].from, rows[i].to), &problems);
        assert_string_equal(problems, rows[i].problems);
        assert_int_equal(s != NULL, *problems == '\0');
        zone_close(room.c.zone);
    }
}

static void steps_from_configuration(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    struct room room = room_of(a);
    const char *problems;
    assert_int_equal(load(&room, good, &problems)->steps[0].amount, -7);
    assert_int_equal(load(&room, replaced(a, good, "\ndeadline", "\nreminders = [ ];\ndeadline"), &problems)->n_steps,
                     0);
    zone_close(room.c.zone);
}

static void json_keeps_everything(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    struct room room = room_of(a);
    struct err e = {0};
    const char *problems,
        *text = replaced(a, good, "file = \"d.pdf\"", "file = \"d.pdf\"; party = \"JO\"; language = \"ar+fr\"");
    text = replaced(a, text, "\ndeadline",
                    "\npartners = [ \"p@iom.example\" ]; templates = \"own\"; reminders = [ \"-2h\", \"+1d\" ];\n"
                    "contacts = ( { party = \"JO\"; role = \"mission\"; address = \"x@jo.example\"; name = \"X\"; "
                    "weekend = \"sat-sun\"; language = \"en\"; } );\ndeadline");
    struct round_spec *s = load(&room, text, &problems);
    assert_string_equal(problems, "");
    struct round_document *d = (struct round_document *)s->documents;
    d->sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    d->part = "outgoing/x/document-1.part";
    d->part_size = 4711;
    JSON_SCOPED j = round_spec_to_json(s);
    struct round_spec *back = round_spec_from_json(a, j, &room.c, &e);
    assert_non_null(back);
    assert_string_equal(back->documents[0].sha256, d->sha256);
    assert_string_equal(back->documents[0].part, d->part);
    assert_int_equal(back->documents[0].part_size, 4711);
    assert_int_equal(back->documents[0].langs, LANG_BIT(LANG_AR) | LANG_BIT(LANG_FR));
    assert_int_equal(back->n_templates, 1);
    assert_string_equal(back->templates[0].name, "closing.en.txt");
    assert_string_equal(back->templates[0].path, s->templates[0].path);
    assert_int_equal(back->deadline.at, s->deadline.at);
    assert_int_equal(back->note_date.weekday, s->note_date.weekday);
    assert_int_equal(back->contacts[0].contact.weekend, WEEKEND_SAT_SUN);
    JSON_SCOPED again = round_spec_to_json(back);
    assert_true(json_equal(j, again));
    zone_close(room.c.zone);
}

/* `n` documents, and `contacts` of JO beside its own two. */
static const char *crowded(struct arena *a, int n, int contacts)
{
    const char *documents = "", *more = "";
    for (int i = 0; i < n; i++)
        documents = arena_printf(a, "%s%s{ file = \"d.pdf\"; name = \"d%d.pdf\"; }", documents, i ? ", " : "", i);
    for (int i = 0; i < contacts; i++)
        more = arena_printf(a, "%s%s{ party = \"JO\"; address = \"x%d@jo.example\"; }", more, i ? ", " : "", i);
    return replaced(a, replaced(a, good, "{ file = \"d.pdf\"; }", documents), "\ndeadline",
                    arena_printf(a, "\ncontacts = ( %s );\ndeadline", more));
}

/* What one mail cannot have is told, and never left out of it. */
static void a_crowded_mail_is_refused(void **state)
{
    (void)state;
    static const struct {
        int documents, contacts;
        const char *problems;
    } rows[] = {
        {64, 62, ""},
        {65, 0, "r.conf:6: 65 documents go with the mail of JO; 64 are the most"},
        {1, 63, "r.conf:10: JO has more than 64 contacts that this round writes to, those of the register among them"},
        {1, 200, "r.conf:10: JO has more than 64 contacts that this round writes to, those of the register among them"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        struct room room = room_of(a);
        const char *problems;
        load(&room, crowded(a, rows[i].documents, rows[i].contacts), &problems);
        assert_string_equal(problems, rows[i].problems);
        zone_close(room.c.zone);
    }
}

/* Whoever is named without a role is written to: as the first of those that the round writes to. */
static void a_contact_without_a_role_is_written_to(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    struct room room = room_of(a);
    const char *problems;
    struct round_spec *s = load(
        &room,
        replaced(a, good, "\ndeadline", "\ncontacts = ( { party = \"JO\"; address = \"x@jo.example\"; } );\ndeadline"),
        &problems);
    assert_string_equal(problems, "");
    assert_non_null(s);
    assert_int_equal(s->n_contacts, 1);
    assert_true(s->roles & 1u << s->contacts[0].contact.role);
    zone_close(room.c.zone);
}

static void json_is_not_believed(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *error;
    } rows[] = {
        {"ARCP/2026/04", "../../x",
         "the round cannot be read: '../../x' is no reference; write capital letters, then parts of letters and digits "
         "joined by '/', as in ARCP/2026/04"},
        {"\"papers\"", "\"x\"", "the round cannot be read: there is no kind of round 'x'"},
        {"\"path\": \"/tmp", "\"path\": \"tmp", "the round cannot be read: document 1: the path tmp"},
        {"\"name\": \"d.pdf\"", "\"name\": \"../d.pdf\"",
         "the round cannot be read: document 1: the name ../d.pdf holds a '/'"},
        {"\"part_size\": 0", "\"part\": \"../x\", \"part_size\": 0",
         "the round cannot be read: document 1: the part ../x does not lie below the state directory"},
        {"\"templates\": []", "\"templates\": [{\"name\": \"../x\", \"path\": \"/x\"}]",
         "the round cannot be read: template 1: the name ../x holds a '/'"},
        {"\"templates\": []", "\"templates\": [{\"name\": \"x\", \"path\": \"x\"}]",
         "the round cannot be read: template 1: the path x is not absolute"},
        {"\"-7d\"", "\"x\"", "the round cannot be read: steps: member 1 is no step"},
        {"\"412/5\"", "\"a\\nb\"",
         "the round cannot be read: note_number is no text of 1 to 1000 bytes without control characters"},
        {"\"partners\": []", "\"partners\": [\"x\"]",
         "the round cannot be read: partner 1: \"x\" is no e-mail address: it has no @"},
    };
    ARENA_SCOPED a = arena_new();
    struct room room = room_of(a);
    const char *problems;
    JSON_SCOPED j = round_spec_to_json(load(&room, good, &problems));
    json_object_del(j, "path");
    char *text = json_dumps(j, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {0};
        JSON_SCOPED bad = json_loads(replaced(a, text, rows[i].from, rows[i].to), 0, NULL);
        assert_null(round_spec_from_json(a, bad, &room.c, &e));
        e.text[strlen(e.text) < strlen(rows[i].error) ? strlen(e.text) : strlen(rows[i].error)] = '\0';
        assert_string_equal(e.text, rows[i].error);
    }
    free(text);
    zone_close(room.c.zone);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(shipped_file),
                                              cmocka_unit_test(faults),
                                              cmocka_unit_test(steps_from_configuration),
                                              cmocka_unit_test(json_keeps_everything),
                                              cmocka_unit_test(json_is_not_believed),
                                              cmocka_unit_test(a_crowded_mail_is_refused),
                                              cmocka_unit_test(a_contact_without_a_role_is_written_to)};
    if (!mkdtemp(folder))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ARENA_SCOPED a = arena_new();
    return failed + system(arena_printf(a, "rm -r %s", folder));
}
