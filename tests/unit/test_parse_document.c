/* What is seen of a document: a password, programs, pictures of pages, how many. Each row's bytes lie in a block of
 * their own size, so that a memory checker sees who reads beyond. */
#include "archive_case.h"
#include <gsf/gsf.h>
#include <qpdf/qpdf-c.h>
#include "parse/document.h"

struct seen {
    bool locked, closed, macros, scan;
    int pages;
};

static void assert_seen(const char *what, const struct fact_part *p, struct seen want)
{
    if (p->locked != want.locked || p->closed != want.closed || p->macros != want.macros || p->scan != want.scan ||
        p->pages != want.pages)
        fail_msg("%s: locked %d, closed %d, macros %d, scan %d, pages %d", what, p->locked, p->closed, p->macros,
                 p->scan, p->pages);
}

/* Looks at the file and frees it. */
static void looks(const char *what, const char *type, struct made file, struct seen want)
{
    struct fact_part p = {.type = type};
    document_look((struct octets){(unsigned char *)file.bytes, file.n}, &p);
    free(file.bytes);
    assert_seen(what, &p, want);
}

static struct made copy_of(const void *bytes, size_t n)
{
    struct made made = {malloc(n), n};
    memcpy(made.bytes, bytes, n);
    return made;
}

static struct made text_of(const char *text)
{
    return copy_of(text, strlen(text));
}

/* A PDF of two pages without a table of objects, which every viewer builds anew. */
#define PDF(pages, page, more)                                                                                         \
    "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"                                                   \
    "2 0 obj\n<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 " pages " >>\nendobj\n"                                     \
    "3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>\nendobj\n"                                           \
    "4 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] " page " >>\nendobj\n" more                             \
    "trailer\n<< /Root 1 0 R >>\n"
#define IMAGE                                                                                                          \
    "5 0 obj\n<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray "       \
    "/Length 1 >>\nstream\nx\nendstream\nendobj\n"
#define FONT "/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
#define FORM                                                                                                           \
    "5 0 obj\n<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << " FONT " >> /Length 1 "                   \
    ">>\nstream\nx\nendstream\nendobj\n"
#define OF_ITSELF                                                                                                      \
    "5 0 obj\n<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >> /Length 1 "    \
    ">>\nstream\nx\nendstream\nendobj\n"
#define DRAWS "/Resources << /XObject << /X 5 0 R >> >>"

static void test_pdf(void **state)
{
    (void)state;
    static const struct {
        const char *what, *bytes;
        struct seen want;
    } rows[] = {
        {"words", PDF("", "/Resources << " FONT " >>", ""), {.pages = 2}},
        {"words by the parent's fonts", PDF("/Resources << " FONT " >>", "", ""), {.pages = 2}},
        {"words in what the page draws", PDF("", DRAWS, FORM), {.pages = 2}},
        {"pictures", PDF("", DRAWS, IMAGE), {.pages = 2, .scan = true}},
        {"pictures, and a list of no fonts",
         PDF("/Resources << /Font << >> >>", DRAWS, IMAGE),
         {.pages = 2, .scan = true}},
        {"a drawing of itself", PDF("", DRAWS, OF_ITSELF), {.pages = 2, .scan = true}},
        {"its own parent", PDF("/Parent 2 0 R", "", ""), {.pages = 2, .scan = true}},
        {"nothing", "%PDF-1.4\nno objects\n", {.pages = 0}},
        {"no PDF", "plain words", {.pages = 0}},
        {"something before it", "\n\n\xEF\xBB\xBF" PDF("", DRAWS, IMAGE), {.pages = 2, .scan = true}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        looks(rows[i].what, "application/pdf", text_of(rows[i].bytes), rows[i].want);
}

static struct made encrypted_pdf(const char *user, const char *owner, bool old)
{
    static const char plain[] = PDF("", DRAWS, IMAGE);
    qpdf_data q = qpdf_init();
    qpdf_silence_errors(q);
    qpdf_set_suppress_warnings(q, QPDF_TRUE);
    assert_int_equal(qpdf_read_memory(q, "", plain, sizeof plain - 1, NULL) & QPDF_ERRORS, 0);
    assert_int_equal(qpdf_init_write_memory(q) & QPDF_ERRORS, 0);
    if (old)
        qpdf_set_r3_encryption_parameters_insecure(q, user, owner, 1, 1, 1, 1, 1, 1, qpdf_r3p_full);
    else
        qpdf_set_r6_encryption_parameters2(q, user, owner, 1, 1, 1, 1, 1, 1, qpdf_r3p_full, 1);
    assert_int_equal(qpdf_write(q) & QPDF_ERRORS, 0);
    struct made made = copy_of(qpdf_get_buffer(q), qpdf_get_buffer_length(q));
    qpdf_cleanup(&q);
    return made;
}

static void test_pdf_with_a_password(void **state)
{
    (void)state;
    for (int old = 0; old < 2; old++) {
        looks("to open", "application/pdf", encrypted_pdf("word", "other", old), (struct seen){.locked = true});
        looks("to print", "application/pdf", encrypted_pdf("", "other", old), (struct seen){.pages = 2, .scan = true});
    }
}

static void put_stream(GsfOutfile *in, const char *name, const void *bytes, size_t n)
{
    GsfOutput *stream = gsf_outfile_new_child(in, name, FALSE);
    assert_true(gsf_output_write(stream, n, bytes));
    gsf_output_close(stream);
    g_object_unref(stream);
}

/* A compound file with this stream, in a storage where one is named. */
static struct made compound_of(const char *storage, const char *name, const void *bytes, size_t n)
{
    gsf_init();
    GsfOutput *memory = gsf_output_memory_new(), *inner = NULL;
    GsfOutfile *root = gsf_outfile_msole_new(memory);
    if (storage)
        inner = gsf_outfile_new_child(root, storage, TRUE);
    put_stream(inner ? GSF_OUTFILE(inner) : root, name, bytes, n);
    if (inner) {
        gsf_output_close(inner);
        g_object_unref(inner);
    }
    gsf_output_close(GSF_OUTPUT(root));
    g_object_unref(root);
    struct made made = copy_of(gsf_output_memory_get_bytes(GSF_OUTPUT_MEMORY(memory)), (size_t)gsf_output_size(memory));
    g_object_unref(memory);
    return made;
}

#define BYTES(text) text, sizeof text - 1

static void test_compound_files(void **state)
{
    (void)state;
    static const struct {
        const char *what, *storage, *stream, *bytes;
        size_t n;
        struct seen want;
    } rows[] = {
        {"Word", NULL, "WordDocument", BYTES("\xEC\xA5\xC1\0\0\0\0\0\0\0\0\x02more"), {.pages = 0}},
        {"Word with a password", NULL, "WordDocument", BYTES("\xEC\xA5\xC1\0\0\0\0\0\0\0\0\x03more"), {.locked = true}},
        {"no Word", NULL, "WordDocument", BYTES("\0\0\xC1\0\0\0\0\0\0\0\0\x03more"), {.pages = 0}},
        {"Excel", NULL, "Workbook", BYTES("\x09\x08\2\0ab\x42\0\2\0cd\x0A\0\0\0\x2F\0\0\0"), {.pages = 0}},
        {"Excel with a password", NULL, "Workbook", BYTES("\x09\x08\2\0ab\x42\0\2\0cd\x2F\0\0\0"), {.locked = true}},
        {"Excel 95 with one", NULL, "Book", BYTES("\x09\x08\2\0ab\x2F\0\0\0"), {.locked = true}},
        {"Excel broken off", NULL, "Workbook", BYTES("\x09\x08\xFF\xFF"), {.pages = 0}},
        {"PowerPoint", NULL, "Current User", BYTES("12345678\x14\0\0\0\x5F\xC0\x91\xE3more"), {.pages = 0}},
        {"PowerPoint with one",
         NULL,
         "Current User",
         BYTES("12345678\x14\0\0\0\xDF\xC4\xD1\xF3more"),
         {.locked = true}},
        {"what Office encrypts now", NULL, "EncryptedPackage", BYTES("octets"), {.locked = true}},
        {"macros", "VBA", "_VBA_PROJECT", BYTES("octets"), {.macros = true}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        looks(rows[i].what, "application/CDFV2", compound_of(rows[i].storage, rows[i].stream, rows[i].bytes, rows[i].n),
              rows[i].want);
    struct made cut = compound_of(NULL, "EncryptedPackage", BYTES("octets"));
    cut.n = 600;
    looks("broken off", "application/CDFV2", cut, (struct seen){.pages = 0});
}

#define TYPES "[Content_Types].xml"

static void test_documents_that_are_zips(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct member members[4];
        struct seen want;
    } rows[] = {
        {"DOCX", {{"word/document.xml", "x"}, {TYPES, "x"}}, {.pages = 0}},
        {"its pages", {{TYPES, "x"}, {"docProps/app.xml", "<a><Pages>12</Pages></a>"}}, {.pages = 12}},
        {"its lies", {{TYPES, "x"}, {"docProps/app.xml", "<a><Pages>99999999999</Pages></a>"}}, {.pages = 0}},
        {"DOCM", {{TYPES, "x"}, {"word/vbaProject.bin", "x"}}, {.macros = true}},
        {"ODT", {{"META-INF/manifest.xml", "<m/>"}, {"content.xml", "x"}}, {.pages = 0}},
        {"ODT with a list of no macros",
         {{"META-INF/manifest.xml", "<m/>"}, {"Basic/script-lc.xml", "x"}, {"Basic/Standard/script-lb.xml", "x"}},
         {.pages = 0}},
        {"ODT with macros", {{"META-INF/manifest.xml", "<m/>"}, {"Basic/Standard/One.xml", "x"}}, {.macros = true}},
        {"ODT with scripts", {{"META-INF/manifest.xml", "<m/>"}, {"Scripts/python/a.py", "x"}}, {.macros = true}},
        {"ODT with a password",
         {{"META-INF/manifest.xml", "<manifest:encryption-data manifest:checksum=''/>"}},
         {.locked = true}},
        {"EPUB", {{"META-INF/container.xml", "x"}, {"a.html", "x"}}, {.pages = 0}},
        {"JAR", {{"META-INF/MANIFEST.MF", "x"}, {"a.class", "x"}}, {.pages = 0}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t n = 0;
        while (n < 4 && rows[i].members[n].name)
            n++;
        struct parsed p = parse_file(zip_of(rows[i].members, n), "paper");
        assert_int_equal(p.facts.n_parts, 2); /* none of its members stands beside it */
        assert_seen(rows[i].what, &p.facts.parts[0], rows[i].want);
        parsed_free(&p);
    }
}

/* libmagic knows Office's documents by the order in which Office writes their members. */
static void test_types_of_documents(void **state)
{
    (void)state;
    static const struct member members[] = {{"zzz/first.xml", "x"}, {"xl/workbook.xml", "x"}, {TYPES, "x"}};
    struct parsed p = parse_file(zip_of(members, 3), "a.xlsx");
    assert_string_equal(p.facts.parts[0].type, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    parsed_free(&p);
}

#define TIFF_PAGE(next)                                                                                                \
    "\1\0"                                                                                                             \
    "\0\1\3\0\1\0\0\0\1\0\0\0" next "\0\0\0"

static void test_pictures(void **state)
{
    (void)state;
    static const struct {
        const char *what, *type, *bytes;
        size_t n;
        struct seen want;
    } rows[] = {
        {"JPEG", "image/jpeg", BYTES("x"), {.scan = true, .pages = 1}},
        {"HEIC", "image/heic", BYTES("x"), {.scan = true, .pages = 1}},
        {"a drawing", "image/svg+xml", BYTES("x"), {.pages = 0}},
        {"TIFF", "image/tiff", BYTES("II*\0\x08\0\0\0" TIFF_PAGE("\0")), {.scan = true, .pages = 1}},
        {"TIFF of two",
         "image/tiff",
         BYTES("II*\0\x08\0\0\0" TIFF_PAGE("\x1A") TIFF_PAGE("\0")),
         {.scan = true, .pages = 2}},
        {"TIFF the other way round",
         "image/tiff",
         BYTES("MM\0*\0\0\0\x08"
               "\0\1"
               "\1\0\0\3\0\0\0\1\0\0\0\1"
               "\0\0\0\0"),
         {.scan = true, .pages = 1}},
        {"TIFF without end", "image/tiff", BYTES("II*\0\x08\0\0\0" TIFF_PAGE("\x08")), {.scan = true}},
        {"TIFF broken off", "image/tiff", BYTES("II*\0\x08\0\0\0\1"), {.scan = true}},
        {"TIFF from nowhere", "image/tiff", BYTES("II*\0\xFF\xFF\xFF\xFF\1\0"), {.scan = true}},
        {"TIFF of half a page", "image/tiff", BYTES("II*\0\x08\0\0\0\5\0"), {.scan = true}},
        {"TIFF of seven bytes", "image/tiff", BYTES("II*\0\x08\0\0"), {.scan = true}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        looks(rows[i].what, rows[i].type, copy_of(rows[i].bytes, rows[i].n), rows[i].want);
}

static unsigned long crc32_of(const char *bytes, size_t n)
{
    unsigned long crc = 0xFFFFFFFF;
    for (size_t i = 0; i < n; i++) {
        crc ^= (unsigned char)bytes[i];
        for (int k = 0; k < 8; k++)
            crc = crc & 1 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
    }
    return crc ^ 0xFFFFFFFF;
}

static void append(struct made *m, const void *bytes, size_t n)
{
    m->bytes = realloc(m->bytes, m->n + n);
    memcpy(m->bytes + m->n, bytes, n);
    m->n += n;
}

static void append_number(struct made *m, unsigned long value, size_t n)
{
    for (size_t i = 0; i < n; i++, value >>= 8)
        append(m, &(char){(char)value}, 1);
}

/* RAR's blocks: 4 has a checksum of 16 bits before them, 5 one of 32. */
static void append_block(struct made *m, const void *block, size_t n, size_t checksum)
{
    append_number(m, crc32_of(block, n), checksum);
    append(m, block, n);
}

#define RAR4_FILE(flags)                                                                                               \
    "\x74" flags "\x80\x25\0\1\0\0\0\1\0\0\0\2\xF9\xEF\xBE\x99\0\0\x21\x5A\x1D\x30\5\0\x20\0\0\0a.txt"

static struct made rar4(bool password)
{
    struct made m = {0};
    append(&m, BYTES("Rar!\x1A\7\0"));
    append_block(&m, BYTES("\x73\0\0\x0D\0\0\0\0\0\0\0"), 2);
    if (password)
        append_block(&m, BYTES(RAR4_FILE("\4")), 2);
    else
        append_block(&m, BYTES(RAR4_FILE("\0")), 2);
    append(&m, BYTES("xmore bytes behind"));
    return m;
}

/* A file's block: flags say that an extra area and data follow; the area holds a record of this type. */
#define RAR5_FILE(record)                                                                                              \
    "\x10\2\3\4\1\0\1\0\1\0\1\1"                                                                                       \
    "a"                                                                                                                \
    "\3" record "xx"

static struct made rar5(const char *block, size_t n)
{
    struct made m = {0};
    append(&m, BYTES("Rar!\x1A\7\1\0"));
    append_block(&m, BYTES("\3\1\0\0"), 4);
    append_block(&m, block, n, 4);
    append(&m, BYTES("xmore bytes behind"));
    return m;
}

/* 7z whose directory is packed, by AES. */
static struct made seven_zip(void)
{
    static const char directory[] = "\x17\6\0\1\x09\x10\0\7\x0B\1\0\1\x24\6\xF1\7\1\1\0\x0C\x10\0\0";
    struct made m = {0}, start = {0};
    append_number(&start, 16, 8);
    append_number(&start, sizeof directory - 1, 8);
    append_number(&start, crc32_of(directory, sizeof directory - 1), 4);
    append(&m, BYTES("7z\xBC\xAF\x27\x1C\0\4"));
    append_block(&m, start.bytes, start.n, 4);
    append(&m, BYTES("0123456789abcdef"));
    append(&m, directory, sizeof directory - 1);
    free(start.bytes);
    return m;
}

static void test_other_archives(void **state)
{
    (void)state;
    looks("RAR 4", "application/x-rar", rar4(false), (struct seen){.closed = true});
    looks("RAR 4 with a password", "application/x-rar", rar4(true), (struct seen){.locked = true});
    looks("RAR 5", "application/x-rar", rar5(BYTES(RAR5_FILE("\2"))), (struct seen){.closed = true});
    looks("RAR 5 with a password", "application/x-rar", rar5(BYTES(RAR5_FILE("\1"))), (struct seen){.locked = true});
    looks("RAR 5, encrypted wholly", "application/x-rar",
          rar5(BYTES("\x15\4\0\0\0\x0F"
                     "0123456789abcdef")),
          (struct seen){.locked = true});
    looks("RAR 5 of no sense", "application/x-rar", rar5(BYTES("\xFF\xFF\xFF\xFF\xFF\xFF\xFF")),
          (struct seen){.closed = true});
    looks("7z with a password", "application/x-7z-compressed", seven_zip(), (struct seen){.locked = true});
    looks("RAR broken off", "application/x-rar", text_of("Rar!\x1A\7"), (struct seen){.closed = true});
    looks("gzip", "application/gzip", text_of("\x1F\x8B"), (struct seen){.closed = true});
}

static void test_encrypted_mail(void **state)
{
    (void)state;
    looks("armour", "text/plain", text_of("-----BEGIN PGP MESSAGE-----\n\nhQEM\n"), (struct seen){.locked = true});
    looks("a key", "text/plain", text_of("-----BEGIN PGP PUBLIC KEY BLOCK-----\n"), (struct seen){.pages = 0});
}

int main(void)
{
    document_prepare();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pdf),
        cmocka_unit_test(test_pdf_with_a_password),
        cmocka_unit_test(test_compound_files),
        cmocka_unit_test(test_documents_that_are_zips),
        cmocka_unit_test(test_types_of_documents),
        cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_other_archives),
        cmocka_unit_test(test_encrypted_mail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
