/* Archives: which files are taken out, under which names, and which archives stay closed. */
#include "archive_case.h"
#include "parse/archive.h"

/* Asserts the names of the parts behind the archive, up to last.txt. */
static void assert_members(struct parsed *p, const char *const *names, size_t n)
{
    const struct facts *f = &p->facts;
    assert_int_equal(f->n_parts, n + 2);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(f->parts[i + 1].name, names[i]);
        assert_int_equal(f->parts[i + 1].member_of, 1);
    }
    assert_int_equal(f->parts[0].member_of, 0);
    assert_string_equal(f->parts[n + 1].name, "last.txt");
    assert_int_equal(f->parts[n + 1].member_of, 0);
}

/* Only the archive itself, and why. */
static void assert_closed(struct parsed *p, const char *why)
{
    assert_members(p, NULL, 0);
    assert_true(p->facts.parts[0].closed);
    if (!strstr(p->facts.trouble, why))
        fail_msg("\"%s\" is not told, but \"%s\"", why, p->facts.trouble);
    assert_string_equal(part_bytes(p, 1), "last");
    assert_false(p->facts.incomplete);
}

static void test_members_stand_behind_it(void **state)
{
    (void)state;
    static const struct member members[] = {
        {"البيان.pdf", "%PDF-1.4\nours\n"}, {"folder/", ""}, {"folder/b.txt", "bb"}};
    static const char *const names[] = {"البيان.pdf", "b.txt"};
    struct parsed p = parse_file(zip_of(members, 3), "papers.zip");
    assert_members(&p, names, 2);
    assert_string_equal(p.facts.parts[0].name, "papers.zip");
    assert_string_equal(p.facts.parts[1].type, "application/pdf");
    assert_string_equal(part_bytes(&p, 1), "%PDF-1.4\nours\n");
    assert_string_equal(part_bytes(&p, 2), "bb");
    assert_string_equal(part_bytes(&p, 3), "last");
    assert_string_equal(p.facts.trouble, "");
    parsed_free(&p);
}

static void test_what_is_passed_over(void **state)
{
    (void)state;
    static const struct member members[] = {{"__MACOSX/._a.pdf", "x"}, {"a/.DS_Store", "x"}, {"Thumbs.db", "x"},
                                            {"x\\desktop.ini", "x"},   {"a.txt", "a"},       {"link", "/etc/passwd"}};
    static const char *const names[] = {"a.txt"};
    zip_source_t *source;
    zip_t *z = zip_begin(&source);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        zip_put(z, members[i].name, members[i].text, strlen(members[i].text));
    zip_file_set_external_attributes(z, 5, 0, ZIP_OPSYS_UNIX, (zip_uint32_t)0120777 << 16);
    struct parsed p = parse_file(zip_end(z, source), "a.zip");
    assert_members(&p, names, 1);
    parsed_free(&p);
}

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *name;
    } rows[] = {
        {"plain.pdf", "plain.pdf"},
        {"رسالة.pdf", "رسالة.pdf"},
        {"\xA9\xAB\x9F\xE9\xA1.pdf", "رسالة.pdf"},                /* 720 */
        {"\xD1\xD3\xC7\xE1\xC9.pdf", "رسالة.pdf"},                /* 1256 */
        {"\x9F\xE9\xA0\xEF\x9F\xEB 2026.pdf", "البيان 2026.pdf"}, /* 720 */
        {"\xC7\xE1\xC8\xED\xC7\xE4 2026.pdf", "البيان 2026.pdf"}, /* 1256 */
        {"R\x82ponse d\x82taill\x82"
         "e.pdf",
         "Réponse détaillée.pdf"},                                  /* 850 */
        {"\x90tat des pr\x82sences.pdf", "État des présences.pdf"}, /* 850 */
        {"R\xE9ponse.pdf", "Réponse.pdf"},                          /* 1252 */
        {"\x90TAT.PDF", "ÉTAT.PDF"},                                /* 850 */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        assert_string_equal(archive_name(a, rows[i].raw), rows[i].name);
    }
}

static void test_paths(void **state)
{
    (void)state;
    static const struct member members[] = {{"../../etc/passwd", "x"},   {"C:\\Users\\x\\note.txt", "x"},
                                            {"/absolute.txt", "x"},      {"ar/letter.txt", "x"},
                                            {"./fr/../letter.txt", "x"}, {"en\\LETTER.txt", "x"}};
    static const char *const names[] = {"passwd",          "note.txt",        "absolute.txt",
                                        "ar - letter.txt", "fr - letter.txt", "en - LETTER.txt"};
    struct parsed p = parse_file(zip_of(members, 6), "a.zip");
    assert_members(&p, names, 6);
    parsed_free(&p);
}

static void test_an_archive_in_an_archive_is_a_file(void **state)
{
    (void)state;
    static const struct member inner[] = {{"deep.txt", "deep"}};
    static const char *const names[] = {"inner.zip", "beside.txt"};
    struct made in = zip_of(inner, 1);
    zip_source_t *source;
    zip_t *z = zip_begin(&source);
    zip_put(z, "inner.zip", in.bytes, in.n);
    zip_put(z, "beside.txt", "x", 1);
    struct parsed p = parse_file(zip_end(z, source), "outer.zip");
    assert_members(&p, names, 2);
    assert_string_equal(p.facts.parts[1].type, "application/zip");
    assert_true(p.facts.parts[1].closed && !p.facts.parts[0].closed);
    free(in.bytes);
    parsed_free(&p);
}

static void test_a_locked_archive_stays_closed(void **state)
{
    (void)state;
    for (int method = 0; method < 2; method++) {
        zip_source_t *source;
        zip_t *z = zip_begin(&source);
        zip_put(z, "clear.txt", "x", 1);
        zip_int64_t i = zip_put(z, "secret.txt", "x", 1);
        zip_file_set_encryption(z, (zip_uint64_t)i, method ? ZIP_EM_AES_256 : ZIP_EM_TRAD_PKWARE, "word");
        struct parsed p = parse_file(zip_end(z, source), "a.zip");
        assert_members(&p, NULL, 0);
        assert_true(p.facts.parts[0].locked && !p.facts.parts[0].closed);
        parsed_free(&p);
    }
}

static void test_an_archive_of_nothing_stays_closed(void **state)
{
    (void)state;
    static const struct member members[] = {{"folder/", ""}, {"Thumbs.db", "x"}};
    struct parsed p = parse_file(zip_of(members, 2), "a.zip");
    assert_closed(&p, "there is no file in it");
    parsed_free(&p);
}

static struct made many(size_t n)
{
    zip_source_t *source;
    zip_t *z = zip_begin(&source);
    for (size_t i = 0; i < n; i++) {
        char name[30];
        snprintf(name, sizeof name, "%zu.txt", i);
        zip_put(z, name, "x", 1);
    }
    return zip_end(z, source);
}

static void test_how_many(void **state)
{
    (void)state;
    struct parsed p = parse_file(many(ARCHIVE_MEMBERS_MAX), "a.zip");
    assert_int_equal(p.facts.n_parts, ARCHIVE_MEMBERS_MAX + 2);
    parsed_free(&p);
    p = parse_file(many(ARCHIVE_MEMBERS_MAX + 1), "a.zip");
    assert_closed(&p, "the archive \"a.zip\" stays closed: it holds more than 100 files");
    parsed_free(&p);
    p = parse_file(many(ARCHIVE_ENTRIES_MAX + 1), "a.zip");
    assert_closed(&p, "its directory is too long");
    parsed_free(&p);
    p = parse_file(many(ARCHIVE_DIRECTORY_MAX + 1), "a.zip");
    assert_closed(&p, "its directory cannot be read");
    parsed_free(&p);
}

/* Zeros: so many pack a thousand to one. */
static struct made zeros(size_t n, int copies)
{
    static char *bytes;
    if (!bytes)
        bytes = calloc(1, (size_t)120 << 20);
    zip_source_t *source;
    zip_t *z = zip_begin(&source);
    for (int i = 0; i < copies; i++) {
        char name[30];
        snprintf(name, sizeof name, "%d.txt", i);
        zip_put(z, name, bytes, n);
    }
    return zip_end(z, source);
}

static void test_bombs(void **state)
{
    (void)state;
    struct parsed p = parse_file(zeros((size_t)9 << 20, 1), "a.zip"); /* small enough for any ratio */
    assert_int_equal(p.facts.n_parts, 3);
    parsed_free(&p);
    p = parse_file(zeros((size_t)11 << 20, 1), "a.zip");
    assert_closed(&p, "more than 200 times its size");
    parsed_free(&p);
    p = parse_file(zeros((size_t)101 << 20, 1), "a.zip");
    assert_closed(&p, "its files are too large");
    parsed_free(&p);
    p = parse_file(zeros((size_t)60 << 20, 2), "a.zip");
    assert_closed(&p, "its files are too large");
    parsed_free(&p);
}

static void put(struct made *z, size_t at, unsigned long value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        z->bytes[at + i] = (char)(value >> 8 * i);
}

/* Where the directory begins, or the n-th entry of it. */
static size_t entry(const struct made *z, int n)
{
    const char *at = memmem(z->bytes, z->n, "PK\1\2", 4);
    for (; at && n > 0; n--)
        at = memmem(at + 1, z->n - (size_t)(at + 1 - z->bytes), "PK\1\2", 4);
    assert_non_null(at);
    return (size_t)(at - z->bytes);
}

/* The directory's entry holds: method at 10, checksum at 16, packed and unpacked size at 20 and 24, offset at 42. */
static void test_lies(void **state)
{
    (void)state;
    static const struct member members[] = {{"sound.txt", "x"}, {"a.txt", "eleven byte"}};
    static const struct {
        size_t at, n;
        unsigned long value;
        const char *why;
    } rows[] = {
        {24, 4, 5, "damaged"},                         /* it is longer than it says */
        {24, 4, 4000, "damaged"},                      /* it is shorter */
        {24, 4, 0xFFFFFFF0, "too large"},              /* 4 GB */
        {16, 4, 1, "damaged"},                         /* another checksum */
        {10, 2, 12, "a method that is not read here"}, /* bzip2 */
        {42, 4, 0x00FFFFFF, "damaged"},                /* lies elsewhere */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct made z = zip_of(members, 2);
        put(&z, entry(&z, 1) + rows[i].at, rows[i].value, rows[i].n);
        struct parsed p = parse_file(z, "a.zip");
        assert_closed(&p, "stays closed");
        if (!strstr(p.facts.trouble, rows[i].why) && !strstr(p.facts.trouble, "cannot be read"))
            fail_msg("row %zu: %s", i, p.facts.trouble);
        parsed_free(&p);
    }
}

/* Many entries that all point at one packed file (Fifield's bomb, without its quoting). */
static void test_overlapping(void **state)
{
    (void)state;
    struct made z = zeros((size_t)9 << 20, 20);
    for (int i = 0; i < 20; i++)
        put(&z, entry(&z, i) + 42, 0, 4);
    struct parsed p = parse_file(z, "a.zip");
    assert_closed(&p, "its files are too large");
    parsed_free(&p);
}

/* Archives whose last checksum is wrong cost what they unpack once, however many they are. */
static void test_broken_bombs(void **state)
{
    (void)state;
    struct made z = zeros((size_t)9 << 20, 1);
    put(&z, entry(&z, 0) + 16, 1, 4);
    GString *text =
        g_string_new("From: o@jo.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n");
    g_autofree char *coded = g_base64_encode((guchar *)z.bytes, z.n);
    for (int i = 0; i < 25; i++)
        g_string_append_printf(
            text, "--B\nContent-Type: application/zip; name=%d.zip\nContent-Transfer-Encoding: base64\n\n%s\n", i,
            coded);
    g_string_append(text, "--B--\n");
    struct parsed p = parse_text(text->str);
    assert_int_equal(p.facts.n_parts, 25);
    assert_non_null(strstr(p.facts.trouble, "\"1.zip\" stays closed: a file in it is damaged"));
    assert_non_null(strstr(p.facts.trouble, "\"24.zip\" stays closed: its files are too large"));
    parsed_free(&p);
    free(z.bytes);
    g_string_free(text, TRUE);
}

static void test_broken_off(void **state)
{
    (void)state;
    static const struct member members[] = {{"a.txt", "some words in a file"}};
    struct made z = zip_of(members, 1);
    z.n -= 30;
    struct parsed p = parse_file(z, "a.zip");
    assert_closed(&p, "its directory cannot be read");
    parsed_free(&p);
}

/* What comes behind an archive keeps its place, whatever the archive holds. */
static void test_room_for_the_papers(void **state)
{
    (void)state;
    GString *text =
        g_string_new("From: o@jo.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n");
    struct made z = many(ARCHIVE_MEMBERS_MAX);
    g_autofree char *coded = g_base64_encode((guchar *)z.bytes, z.n);
    g_string_append_printf(
        text, "--B\nContent-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: base64\n\n%s\n", coded);
    for (int i = 0; i < FACTS_PARTS_MAX - 50; i++)
        g_string_append_printf(text, "--B\nContent-Type: text/plain; name=%d.txt\n\nx\n", i);
    g_string_append(text, "--B--\n");
    struct parsed p = parse_text(text->str);
    assert_int_equal(p.facts.n_parts, FACTS_PARTS_MAX - 49);
    assert_false(p.facts.incomplete);
    assert_non_null(strstr(p.facts.trouble, "the message holds too many files"));
    parsed_free(&p);
    free(z.bytes);
    g_string_free(text, TRUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_stand_behind_it),
        cmocka_unit_test(test_what_is_passed_over),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_an_archive_in_an_archive_is_a_file),
        cmocka_unit_test(test_a_locked_archive_stays_closed),
        cmocka_unit_test(test_an_archive_of_nothing_stays_closed),
        cmocka_unit_test(test_how_many),
        cmocka_unit_test(test_bombs),
        cmocka_unit_test(test_lies),
        cmocka_unit_test(test_overlapping),
        cmocka_unit_test(test_broken_bombs),
        cmocka_unit_test(test_broken_off),
        cmocka_unit_test(test_room_for_the_papers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
