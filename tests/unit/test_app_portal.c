/* The page, the table for spreadsheets, the portal that keeps both current, and the export. */
#include "portal_case.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "app/portal.h"

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
#define NASTY   "تقرير \"2\" <b>&'#100%.pdf"

static char dir[64], out[512];
static struct daemon d;

static int set_up(void **state)
{
    struct err why = {0};

    strcpy(dir, "/tmp/taamim-portal-XXXXXX");
    if (!mkdtemp(dir) || case_set_up(state) != 0)
        return -1;
    config.state_dir = dir;
    d = (struct daemon){.store = s, .spool = spool_open(dir, false, NULL, &why)};
    d.orders.config = &config;
    d.orders.parties = (struct party_register *)&reg;
    return d.spool ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st, (void)flag, (void)ftw;
    return remove(path);
}

static int tear_down(void **state)
{
    portal_close(&d);
    spool_close(d.spool);
    case_tear_down(state);
    return nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static char *below(const char *path)
{
    return arena_printf(a, "%s/%s", dir, path);
}

/* A paper that lies in the spool as it was filed. */
static void shelve(struct paper_row p, const char *bytes)
{
    char sha256[65];
    const char *full = below(p.path);

    GOOD(file_mkdirs(arena_strndup(a, full, (size_t)(strrchr(full, '/') - full)), 0700, &e));
    GOOD(file_write(full, bytes, strlen(bytes), 0600, &e));
    hash_sha256(bytes, strlen(bytes), sha256);
    p.sha256 = sha256;
    p.size = (int64_t)strlen(bytes);
    p.filed_at = LAUNCHED_AT + DAY;
    case_paper(p);
}

static void some_papers(void)
{
    int64_t jo = case_message("JO", "filed", "human", LAUNCHED_AT + DAY),
            ae = case_message("AE", "filed", "human", DEADLINE_AT + DAY);
    int64_t notice = case_notice("JO", "launch", "notice");

    case_delivery(notice, "m@jo.example", "sent");
    case_delivery(notice, "f@jo.example", "bounced");
    case_notice("SD", "step:-7d", "reminder");
    case_message("SD", "held", "human", LAUNCHED_AT);
    case_message("YE", "noted", "autoreply", LAUNCHED_AT);
    case_seat_answered("YE", 0, DEADLINE_AT + 7 * DAY);
    shelve(
        (struct paper_row){
            .message = jo, .party = "JO", .item = 0, .name = "a.pdf", .path = "papers/ARCP-2026-04/الأردن/a.pdf"},
        "first");
    shelve((struct paper_row){.message = jo,
                              .party = "JO",
                              .item = 0,
                              .name = "a.pdf",
                              .version = 2,
                              .current = true,
                              .path = "papers/ARCP-2026-04/الأردن/a v2.pdf"},
           "second");
    shelve((struct paper_row){.message = jo,
                              .party = "JO",
                              .item = 1,
                              .name = NASTY,
                              .current = true,
                              .path = "papers/ARCP-2026-04/الأردن/" NASTY},
           "third");
    shelve((struct paper_row){.message = ae,
                              .party = "AE",
                              .item = 1,
                              .name = "b.docx",
                              .marks = "unverified locked",
                              .current = true,
                              .path = "papers/ARCP-2026-04/الإمارات/b.docx"},
           "fourth");
}

static char *page(void)
{
    struct matrix m = case_matrix();
    struct paper_row *papers;
    size_t n;

    GOOD(store_papers(s, a, REF, NULL, &papers, &n, &e));
    return portal_page(a, &config, &m, papers, n, "../../");
}

#define HAS(text, part)                                                                                                \
    do {                                                                                                               \
        if (!strstr(text, part))                                                                                       \
            fail_msg("missing: %s\nin: %s", part, text);                                                               \
    } while (0)
#define HAS_NOT(text, part)                                                                                            \
    do {                                                                                                               \
        if (strstr(text, part))                                                                                        \
            fail_msg("should not be there: %s", part);                                                                 \
    } while (0)

static void page_says_all(void **state)
{
    const char *html;

    (void)state;
    some_papers();
    html = page();
    HAS(html, "<html lang=\"ar\" dir=\"rtl\">");
    HAS(html, "<bdi dir=\"ltr\">ARCP/2026/04</bdi>");
    HAS(html, "15 ديسمبر/كانون الأول 2026");
    HAS(html, "<li><b>4</b><span>الجهات المدعوّة</span>");
    HAS(html, "<li><b>1</b><span>ردّت ردّاً كاملاً</span>");
    HAS(html, "<li><b>3</b><span>الأوراق الواردة</span>");
    HAS(html, "أُرسل إلى 1 من 2");
    HAS(html, "رسائل مرتدّة: 1");
    HAS(html, "ورد بعد الموعد");
    HAS(html, "1. التعهدات المعلنة");
    HAS(html, "صيغة سابقة");
    HAS(html, "محمي بكلمة مرور");
    HAS(html, "قيد المراجعة: 1");
    HAS(html, "تمديد");
    assert_true(strstr(html, "الأردن") < strstr(html, "الإمارات") && strstr(html, "السودان") < strstr(html, "اليمن"));
}

static void file_words(const char *party, const char *text)
{
    struct message_row m;
    int64_t id = case_message(party, "filed", "human", LAUNCHED_AT + DAY);

    GOOD(store_message(s, a, id, &m, &e));
    m.text = text;
    GOOD(store_update_message(s, &m, &e));
}

/* Of an answer in words alone the beginning is read, the latest one's, as text and no link. */
static void page_shows_a_note(void **state)
{
    const char *html;

    (void)state;
    file_words("JO", "earlier words");
    file_words("JO", arena_printf(a, "لا نعترض <b>\nhttps://drive.google.com/x %0*d end", 600, 0));
    html = page();
    HAS(html, "<blockquote class=\"small\" dir=\"auto\">لا نعترض &lt;b&gt;\nhttps://drive.google.com/x 000");
    HAS(html, "000…</blockquote>");
    HAS(html, "<li><b>1</b><span>ردّت، ولم تصل أوراقها بعد</span>");
    HAS(html, "○</span> ردّت، ولم تصل ورقتها بعد");
    HAS_NOT(html, "<a href=\"https");
    HAS_NOT(html, "earlier words");
    HAS_NOT(html, " end");
}

static void page_marks_words_that_nobody_vouches_for(void **state)
{
    const char *html;

    (void)state;
    case_words("x@jo.example", MARK_UNVERIFIED " " MARK_NOTE, "We withdraw.", NULL);
    case_words("x@jo.example", MARK_UNVERIFIED " " MARK_AWAY, "", "until 2099");
    html = page();
    HAS(html, "<span class=\"mark\">غير موثّق</span></p><blockquote class=\"small\" dir=\"auto\">We withdraw.");
    HAS(html, "غائب (غير موثّق): «<bdi>until 2099");
    case_words("focal@jo.example", MARK_NOTE, "We agree.", NULL);
    case_sent_by("focal@jo.example", "until 3 May");
    html = page();
    HAS(html, ">We agree.");
    HAS_NOT(html, "غير موثّق");
}

static void page_tells_absences_and_covering_letters(void **state)
{
    int64_t jo = case_message("JO", "filed", "human", LAUNCHED_AT + DAY);
    const char *html;

    (void)state;
    case_sent_by("focal@jo.example", "حتى 3 مايو <b>");
    shelve((struct paper_row){.message = jo,
                              .party = "JO",
                              .item = ITEM_COVER,
                              .name = "NV.pdf",
                              .version = 1,
                              .current = true,
                              .path = "papers/ARCP-2026-04/الأردن/NV.pdf"},
           "letter");
    html = page();
    assert_non_null(strstr(html, "غائب: «<bdi>حتى 3 مايو &lt;b&gt;</bdi>»"));
    assert_non_null(strstr(html, " · كتاب تغطية"));
}

static void page_is_safe_and_alone(void **state)
{
    const char *html;

    (void)state;
    some_papers();
    html = page();
    HAS(html, "أوراق الدول &lt;الأعضاء&gt; &amp; جهودها");
    HAS_NOT(html, "<الأعضاء>");
    HAS_NOT(html, "<b>&");
    HAS(html, "href=\"../../papers/ARCP-2026-04/%D8%A7%D9%84%D8%A3%D8%B1%D8%AF%D9%86/a%20v2.pdf\"");
    HAS(html, "%222%22%20%3Cb%3E%26%27%23100%25.pdf\"");
    HAS_NOT(html, "<script");
    HAS_NOT(html, "http:");
    HAS_NOT(html, "https:");
    HAS_NOT(html, "<link");
    HAS_NOT(html, "url(");
}

static void csv_is_for_spreadsheets(void **state)
{
    static const struct party formula = {.code = "YE", .name = {"=HYPERLINK(\"x\")", "", ""}};
    static const struct party comma = {.code = "SD", .name = {"a, \"b\"\nc", "", ""}};
    struct matrix m;
    const char *csv;

    (void)state;
    some_papers();
    m = case_matrix();
    m.rows[3].who = &formula;
    m.rows[2].who = &comma;
    csv = portal_csv(a, &config, &m);
    assert_memory_equal(csv, "\xef\xbb\xbf", 3);
    HAS(csv, "\r\n1,JO,الأردن,2,1,0,0,1,كامل,2026-11-23 12:00,لا,2,,0,0,0,2026-12-15 23:59,لا\r\n");
    HAS(csv, "\r\n2,AE,الإمارات,0,0,0,0,0,جزئي,2026-12-16 23:59,نعم,1,1. التعهدات");
    HAS(csv, ",\"a, \"\"b\"\"\nc\",");
    HAS(csv, ",\"'=HYPERLINK(\"\"x\"\")\",");
}

static void happen(const char *what)
{
    struct event_row ev = {.at = clock_now(), .who = "daemon", .what = what, .round = REF, .text = what};

    GOOD(store_add_event(s, &ev, &e));
}

static char *portal_file(const char *name)
{
    size_t n;

    return file_read(a, below(arena_printf(a, "portal/ARCP-2026-04/%s", name)), 1 << 20, &n, NULL);
}

static void portal_follows_the_story(void **state)
{
    const char *index = below("portal/ARCP-2026-04/index.html");

    (void)state;
    happen("launched");
    assert_int_equal(portal_turn(&d), 0);
    HAS(portal_file("index.html"), "<li><b>0</b><span>الأوراق الواردة</span>");
    HAS(portal_file("matrix.csv"), "1,JO");
    unlink(index);
    clock_advance(100);
    portal_turn(&d); /* nothing happened */
    assert_false(file_exists(index));
    happen("queue_stopped");
    portal_turn(&d); /* nothing that the page shows */
    assert_false(file_exists(index));
    some_papers();
    happen("filed");
    assert_true(portal_turn(&d) > clock_now()); /* too soon: told when to come again */
    assert_false(file_exists(index));
    clock_advance(1);
    assert_int_equal(portal_turn(&d), 0);
    HAS(portal_file("index.html"), "<li><b>3</b><span>الأوراق الواردة</span>");
}

static void portal_shows_the_end(void **state)
{
    (void)state;
    happen("launched");
    portal_turn(&d);
    HAS(portal_file("index.html"), "الجولة مفتوحة");
    GOOD(store_set_round_state(s, REF, "closed", clock_now(), &e));
    happen("closed");
    clock_advance(5);
    portal_turn(&d);
    HAS(portal_file("index.html"), "أُغلقت الجولة");
}

/* The daemon stops between the close and the page. */
static void portal_shows_an_end_before_the_start(void **state)
{
    (void)state;
    happen("launched");
    portal_turn(&d);
    HAS(portal_file("index.html"), "الجولة مفتوحة");
    GOOD(store_set_round_state(s, REF, "closed", clock_now(), &e));
    happen("closed");
    portal_close(&d);
    portal_turn(&d);
    HAS(portal_file("index.html"), "أُغلقت الجولة");
}

static void portal_leaves_alone_what_was_put_away(void **state)
{
    (void)state;
    GOOD(store_set_round_state(s, REF, "closed", clock_now(), &e));
    happen("closed");
    portal_turn(&d);
    assert_false(file_exists(below("portal/ARCP-2026-04")));
}

static bool exported(struct err *why)
{
    return export_round(s, dir, &d.orders, REF, below("out"), out, sizeof out, why);
}

static const char *text_at(const char *path)
{
    size_t n;

    return file_read(a, arena_printf(a, "%s/%s", out, path), 1 << 20, &n, NULL);
}

static void export_has_all(void **state)
{
    static const char *const names[] = {
        "ARCP-2026-04/index.html", "ARCP-2026-04/matrix.csv", "ARCP-2026-04/papers/الأردن/a v2.pdf",
        "ARCP-2026-04/papers/الأردن/نسخ سابقة/a.pdf", "ARCP-2026-04/papers/الإمارات/b.docx"};
    int code;
    zip_t *z;

    (void)state;
    some_papers();
    GOOD(exported(&e));
    assert_string_equal(out, below("out/ARCP-2026-04"));
    assert_string_equal(text_at("papers/الأردن/a v2.pdf"), "second");
    assert_string_equal(text_at("papers/الأردن/نسخ سابقة/a.pdf"), "first");
    HAS(text_at("index.html"), "href=\"papers/%D8%A7%D9%84%D8%A3%D8%B1%D8%AF%D9%86/a%20v2.pdf\"");
    z = zip_open(below("out/ARCP-2026-04.zip"), ZIP_RDONLY | ZIP_CHECKCONS, &code);
    assert_non_null(z);
    assert_int_equal(zip_get_num_entries(z, 0), 6);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (zip_name_locate(z, names[i], ZIP_FL_ENC_UTF_8) < 0)
            fail_msg("not in the ZIP: %s", names[i]);
    zip_discard(z);
}

static void export_writes_over_nothing(void **state)
{
    (void)state;
    some_papers();
    GOOD(exported(&e));
    assert_false(exported(&e));
    assert_int_equal(e.kind, ERR_PERM);
    HAS(e.text, "not empty");
    assert_int_equal(nftw(below("out/ARCP-2026-04"), remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
    assert_false(exported(&e));
    HAS(e.text, ".zip is there already");
}

/* Somebody changed one paper on the share and put a link in the place of another: neither goes out under the
 * state's name. */
static void export_leaves_out_what_does_not_fit(void **state)
{
    (void)state;
    some_papers();
    GOOD(file_write(below("papers/ARCP-2026-04/الإمارات/b.docx"), "FOURTH", 6, 0600, &e));
    unlink(below("papers/ARCP-2026-04/الأردن/a.pdf"));
    assert_int_equal(symlink("/etc/hostname", below("papers/ARCP-2026-04/الأردن/a.pdf")), 0);
    *out = '\0';
    assert_false(exported(&e));
    assert_string_equal(out, "");
    assert_int_equal(e.kind, ERR_PERM);
    HAS(e.text, "2 of 4 papers");
    HAS(e.text, "الإمارات/b.docx");
    HAS(e.text, "الأردن/a.pdf");
    strcpy(out, below("out/ARCP-2026-04"));
    assert_null(text_at("papers/الإمارات/b.docx"));
    assert_string_equal(text_at("papers/الأردن/a v2.pdf"), "second");
    HAS(text_at("index.html"), "لا يطابق ما وردنا");
    assert_true(file_exists(below("out/ARCP-2026-04.zip")));
}

static void the_page_shows_some_and_says_how_many_more(void **state)
{
    struct matrix m;
    struct paper_row *papers;
    int64_t jo = case_message("JO", "filed", "human", LAUNCHED_AT);
    size_t n, before;
    const char *html;

    (void)state;
    GOOD(store_papers_shown(s, a, REF, 5, &papers, &before, &e));
    for (int i = 0; i < 20; i++)
        shelve((struct paper_row){.message = jo,
                                  .party = "JO",
                                  .item = 0,
                                  .name = arena_printf(a, "many-%02d.pdf", i),
                                  .current = i >= 10,
                                  .path = arena_printf(a, "papers/ARCP-2026-04/JO/many-%02d.pdf", i)},
               arena_printf(a, "%d", i));
    m = case_matrix();
    GOOD(store_papers_shown(s, a, REF, 5, &papers, &n, &e));
    html = portal_page(a, &config, &m, papers, n, "../../");
    assert_non_null(strstr(html, "many-19.pdf"));
    assert_null(strstr(html, "many-10.pdf"));
    assert_null(strstr(html, "many-09.pdf")); /* an older version only where there is room */
    assert_non_null(strstr(html, arena_printf(a, "وأوراق أخرى عددها %d", m.rows[0].papers - 5)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(page_says_all),
        CASE(page_shows_a_note),
        CASE(page_marks_words_that_nobody_vouches_for),
        CASE(the_page_shows_some_and_says_how_many_more),
        CASE(page_tells_absences_and_covering_letters),
        CASE(page_is_safe_and_alone),
        CASE(csv_is_for_spreadsheets),
        CASE(portal_follows_the_story),
        CASE(portal_shows_the_end),
        CASE(portal_shows_an_end_before_the_start),
        CASE(portal_leaves_alone_what_was_put_away),
        CASE(export_has_all),
        CASE(export_writes_over_nothing),
        CASE(export_leaves_out_what_does_not_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
