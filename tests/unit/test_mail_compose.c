/* Composed mails, read back by GMime's parser: head, documents and tail are one valid message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <gmime/gmime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "mail/address.h"
#include "mail/compose.h"

#define BOUNDARY "=_round-2026-04"
#define ARABIC_SUBJECT                                                                                                                                                                                              \
    "دعوة إلى تقديم أوراق بشأن رعاية اللاجئين والمهاجرين في ظل الجائحة والتعهدات المعلنة في المنتدى العالمي للاجئين " \
    "[ARCP/2026/04 JO]"
#define ARABIC_NAME "المندوبية الدائمة للمملكة الأردنية الهاشمية لدى جامعة الدول العربية"

static const struct mail_address recipients[] = {
    {ARABIC_NAME, "mission@jo.example"},
    {"Focal \"Point\", Office", "focal@jo.example"},
    {NULL, "office@xn--mgbh0fb.xn--kgbechtv"},
};
static const struct mail_header extras[] = {{"Auto-Submitted", "auto-generated"}, {"X-Note", "مذكرة رقم 12"}};

static struct mail_draft draft(void)
{
    return (struct mail_draft){
        .from = {"الأمانة الفنية", "desk@las.example"},
        .reply_to = {"ARCP/2026/04 – JO", "desk+t-abcdefgh234567xy@las.example"},
        .to = recipients,
        .n_to = 3,
        .subject = ARABIC_SUBJECT,
        .message_id = "<t.abcdefgh234567xy.0@las.example>",
        .date_at = 1767225600, /* 2026-01-01 00:00 UTC */
        .utc_offset_s = 7200,
        .extra = extras,
        .n_extra = 2,
        .body = {"ar", "السلام عليكم\nورقة", "<p dir=\"rtl\">السلام عليكم</p>\n"},
        .boundary = BOUNDARY,
    };
}

/* What must hold of every byte that leaves. */
static void check_lines(const char *bytes, size_t n)
{
    size_t start = 0;
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] == '\n') {
            assert_true(i > 0 && bytes[i - 1] == '\r');
            assert_true(i - 1 - start <= 998);
            start = i + 1;
        } else if (bytes[i] == '\r')
            assert_true(i + 1 < n && bytes[i + 1] == '\n');
    }
    assert_int_equal(start, n);
}

static GMimeMessage *parsed(const char *bytes, size_t n)
{
    check_lines(bytes, n);
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, n);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *m = g_mime_parser_construct_message(parser, NULL);
    g_object_unref(parser);
    g_object_unref(stream);
    assert_non_null(m);
    return m;
}

/* Head, n_documents copies of a document segment, tail. */
static GMimeMessage *composed(const struct mail_draft *d, const char *document, int n_documents)
{
    ARENA_SCOPED a = arena_new();
    BUF_SCOPED mail = {0};
    struct err e = {0};
    if (!compose_head(d, &mail, &e))
        fail_msg("%s", e.text);
    for (int i = 0; i < n_documents; i++)
        buf_adds(&mail, document);
    buf_adds(&mail, compose_tail(a, d->boundary));
    return parsed(mail.data, mail.len);
}

/* Encoded words decoded one by one: GMime 3.2.13 reads a padded base64 word and drops those of its charset that
 * follow it. */
static char *decoded_words(const char *raw)
{
    GString *out = g_string_new(NULL);
    bool after_word = false;
    while (*raw) {
        size_t space = strspn(raw, " \t\r\n");
        const char *word = raw + space;
        size_t n = strcspn(word, " \t\r\n\"");
        n = n ? n : (*word == '"');
        bool encoded = g_str_has_prefix(word, "=?");
        if (space && *word && !(encoded && after_word) && out->len)
            g_string_append_c(out, ' ');
        g_autofree char *one = g_strndup(word, n);
        g_autofree char *decoded = g_mime_utils_header_decode_text(NULL, one);
        g_string_append(out, decoded);
        after_word = encoded;
        raw = word + n;
    }
    return g_string_free(out, FALSE);
}

static void check_raw(const char *raw, const char *expected)
{
    g_autofree char *decoded = decoded_words(raw);
    assert_string_equal(decoded, expected);
}

static void check_header(GMimeMessage *m, const char *name, const char *expected)
{
    GMimeHeaderList *headers = g_mime_object_get_header_list(GMIME_OBJECT(m));
    check_raw(g_mime_header_get_raw_value(g_mime_header_list_get_header(headers, name)), expected);
}

static GMimeObject *part_at(GMimeObject *multipart, int i)
{
    assert_true(GMIME_IS_MULTIPART(multipart));
    GMimeObject *part = g_mime_multipart_get_part(GMIME_MULTIPART(multipart), i);
    assert_non_null(part);
    return part;
}

static void check_text(GMimeObject *part, const char *type, const char *expected)
{
    assert_true(GMIME_IS_TEXT_PART(part));
    g_autofree char *mime = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(part));
    assert_string_equal(mime, type);
    g_autofree char *text = g_mime_text_part_get_text(GMIME_TEXT_PART(part));
    g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1); /* base64 keeps CRLF, quoted-printable is read with LF */
    g_autofree char *joined = g_strjoinv("\n", lines);
    assert_string_equal(joined, expected);
}

static void the_header_is_read_back(void **state)
{
    (void)state;
    struct mail_draft d = draft();
    d.in_reply_to = "<a@b.example>";
    d.references = "<t.abcdefgh234567xy.0@las.example> <a@b.example>";
    GMimeMessage *m = composed(&d, NULL, 0);
    check_header(m, "Subject", ARABIC_SUBJECT);
    check_header(
        m, "To",
        ARABIC_NAME
        " <mission@jo.example>, \"Focal \\\"Point\\\", Office\" <focal@jo.example>, office@xn--mgbh0fb.xn--kgbechtv");
    assert_string_equal(g_mime_message_get_message_id(m), "t.abcdefgh234567xy.0@las.example");
    InternetAddressList *to = g_mime_message_get_to(m);
    assert_int_equal(internet_address_list_length(to), 3);
    for (int i = 0; i < 3; i++) {
        InternetAddress *one = internet_address_list_get_address(to, i);
        assert_true(
            address_same(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(one)), recipients[i].address));
    }
    assert_int_equal(internet_address_list_length(g_mime_message_get_from(m)), 1);
    InternetAddress *reply_to = internet_address_list_get_address(g_mime_message_get_reply_to(m), 0);
    assert_string_equal(internet_address_get_name(reply_to), "ARCP/2026/04 – JO");
    GMimeObject *o = GMIME_OBJECT(m);
    assert_string_equal(g_mime_object_get_header(o, "In-Reply-To"), "<a@b.example>");
    assert_non_null(strstr(g_mime_object_get_header(o, "References"), "<a@b.example>"));
    assert_string_equal(g_mime_object_get_header(o, "Auto-Submitted"), "auto-generated");
    assert_string_equal(g_mime_object_get_header(o, "X-Note"), "مذكرة رقم 12");
    assert_string_equal(g_mime_object_get_header(o, "Date"), "Thu, 01 Jan 2026 02:00:00 +0200");
    assert_string_equal(g_mime_object_get_header(o, "MIME-Version"), "1.0");
    g_object_unref(m);
}

/* Header lines are ASCII and at most 78 long where they can be; every encoded word is whole UTF-8 and at most 75
 * (RFC 2047 2). */
static void the_header_is_folded(void **state)
{
    (void)state;
    struct mail_draft d = draft();
    BUF_SCOPED mail = {0};
    assert_true(compose_head(&d, &mail, NULL));
    size_t n = (size_t)(strstr(mail.data, "\r\n\r\n") - mail.data);
    mail.data[n] = '\0';
    g_auto(GStrv) lines = g_strsplit(mail.data, "\r\n", -1);
    for (char **line = lines; *line; line++) {
        assert_true(g_str_is_ascii(*line));
        assert_true(strlen(*line) <= 78);
    }
    int words = 0;
    for (char *p = mail.data; (p = strstr(p, "=?")); words++) {
        char *end = strstr(strchr(strchr(p + 2, '?') + 1, '?') + 1, "?=");
        assert_true(end + 2 - p <= 75);
        g_autofree char *word = g_strndup(p, (gsize)(end + 2 - p));
        g_autofree char *decoded = g_mime_utils_header_decode_text(NULL, word);
        assert_null(strchr(decoded, '?'));
        assert_true(g_utf8_validate(decoded, -1, NULL));
        p = end + 2;
    }
    assert_true(words >= 6);
}

static void texts_survive(void **state)
{
    (void)state;
    char *longest = malloc(30001);
    memset(longest, 'x', 30000);
    longest[30000] = '\0';
    const struct {
        const char *text, *read;
    } rows[] = {
        {"السلام عليكم\nورقة\n", "السلام عليكم\nورقة\n"},
        {"a\r\nb\rc\nd", "a\nb\nc\nd"},
        {"", ""},
        {"\n\n", "\n\n"},
        {".\n..\nFrom me\nend \n", ".\n..\nFrom me\nend \n"},
        {"--" BOUNDARY "--\nafter", "--" BOUNDARY "--\nafter"},
        {"--a_" BOUNDARY "\nafter", "--a_" BOUNDARY "\nafter"},
        {"x = 1; caf\xc3\xa9", "x = 1; caf\xc3\xa9"},
        {longest, longest},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mail_draft d = draft();
        d.body = (struct mail_body){"ar", rows[i].text, rows[i].text};
        GMimeMessage *m = composed(&d, NULL, 0);
        GMimeObject *mixed = g_mime_message_get_mime_part(m);
        GMimeObject *both = part_at(mixed, 0);
        assert_int_equal(g_mime_multipart_get_count(GMIME_MULTIPART(mixed)), 1);
        assert_int_equal(g_mime_multipart_get_count(GMIME_MULTIPART(both)), 2);
        check_text(part_at(both, 0), "text/plain", rows[i].read);
        check_text(part_at(both, 1), "text/html", rows[i].read);
        assert_string_equal(g_mime_object_get_header(part_at(both, 0), "Content-Language"), "ar");
        g_object_unref(m);
    }
    free(longest);
}

static void text_alone(void **state)
{
    (void)state;
    struct mail_draft d = draft();
    d.body.html = NULL;
    d.boundary = "b";
    GMimeMessage *m = composed(&d, NULL, 0);
    check_text(part_at(g_mime_message_get_mime_part(m), 0), "text/plain", "السلام عليكم\nورقة");
    g_object_unref(m);
}

/* Each row breaks one thing in an otherwise right draft. */
static void hostile_drafts_are_refused(void **state)
{
    (void)state;
    static const struct mail_address bad_name[] = {{"a\r\nBcc: x@evil.example", "a@jo.example"}};
    static const struct mail_address bad_address[] = {{"a", "a@jo.example>\r\nBcc: x"}};
    static const struct mail_address bad_utf8[] = {{"\xff", "a@jo.example"}};
    static const struct mail_header bad_value[] = {{"X-A", "a\nBcc: x@evil.example"}};
    static const struct mail_header bad_header[] = {{"X-A: b\r\nBcc", "a"}};
    static const struct mail_header no_header[] = {{"", "a"}};
    static const struct mail_header ours[] = {{"subject", "a"}};
    static const struct mail_header content[] = {{"Content-Type", "text/html"}};
    char endless[2000];
    memset(endless, 'x', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    struct mail_draft rows[22];
    size_t n = sizeof rows / sizeof *rows;
    for (size_t i = 0; i < n; i++)
        rows[i] = draft();
    rows[0].subject = "a\r\nBcc: x@evil.example";
    rows[1].subject = "a\nb";
    rows[2].subject = "a\x01";
    rows[3].subject = NULL;
    rows[4].subject = "\xd8";
    rows[5].to = bad_name, rows[5].n_to = 1;
    rows[6].to = bad_address, rows[6].n_to = 1;
    rows[7].to = bad_utf8, rows[7].n_to = 1;
    rows[8].n_to = 0;
    rows[9].from.address = "desk";
    rows[10].reply_to.name = "a\rb";
    rows[11].message_id = "no brackets";
    rows[12].message_id = "<a@b>\r\nBcc: x";
    rows[13].references = "<a@b> <c";
    rows[14].extra = bad_value, rows[14].n_extra = 1;
    rows[15].extra = bad_header, rows[15].n_extra = 1;
    rows[16].extra = no_header, rows[16].n_extra = 1;
    rows[17].extra = ours, rows[17].n_extra = 1;
    rows[18].extra = content, rows[18].n_extra = 1;
    rows[19].boundary = "a b";
    rows[20].body.lang = "ar\r\nBcc: x";
    rows[21].body.html = "\xff";
    for (size_t i = 0; i < n; i++) {
        BUF_SCOPED out = {0};
        struct err e = {0};
        if (compose_head(&rows[i], &out, &e) || e.kind != ERR_PERM || out.len)
            fail_msg("row %zu: \"%s\"", i, e.text);
        assert_null(strchr(e.text, '\n'));
    }
    struct mail_draft d = draft();
    d.boundary = endless;
    BUF_SCOPED out = {0};
    assert_false(compose_head(&d, &out, NULL));
}

/* ---- documents */

static char folder[] = "/tmp/test_mail_compose.XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    g_mime_init();
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    g_autofree char *command = g_strconcat("rm -r ", folder, NULL);
    return system(command);
}

static int file_with(const char *bytes, size_t n)
{
    g_autofree char *path = g_strconcat(folder, "/document", NULL);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, n), n);
    return fd;
}

static GByteArray *content_of(GMimeObject *part)
{
    GMimeStream *stream = g_mime_stream_mem_new();
    g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(GMIME_PART(part)), stream);
    GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE); /* the caller's now */
    g_object_unref(stream);
    return bytes;
}

static char *document_segment(struct arena *a, const char *bytes, size_t n, const char *name, const char *type)
{
    g_autofree char *path = g_strconcat(folder, "/part", NULL);
    FD_SCOPED fd = file_with(bytes, n);
    struct err e = {0};
    int64_t size = -1;
    if (!compose_document(fd, name, type, BOUNDARY, path, &size, &e))
        fail_msg("%s", e.text);
    size_t len;
    char *segment = file_read(a, path, 10 << 20, &len, &e);
    assert_non_null(segment);
    assert_int_equal(len, size);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    return segment;
}

static void documents_come_out_as_they_went_in(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 56, 57, 58, 114, 29183, 29184, 29185, 100000};
    char *bytes = malloc(100000);
    for (int i = 0; i < 100000; i++)
        bytes[i] = (char)(i * 7 + i / 251);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        ARENA_SCOPED a = arena_new();
        struct mail_draft d = draft();
        char *segment = document_segment(a, bytes, sizes[i], "report.pdf", NULL);
        GMimeMessage *m = composed(&d, segment, 2);
        GMimeObject *mixed = g_mime_message_get_mime_part(m);
        assert_int_equal(g_mime_multipart_get_count(GMIME_MULTIPART(mixed)), 3);
        for (int k = 1; k <= 2; k++) {
            GByteArray *got = content_of(part_at(mixed, k));
            assert_int_equal(got->len, sizes[i]);
            assert_memory_equal(got->data, bytes, sizes[i]);
            g_byte_array_unref(got);
        }
        g_object_unref(m);
    }
    free(bytes);
}

static void names_and_types(void **state)
{
    (void)state;
    static const struct {
        const char *name, *type, *sent;
    } rows[] = {
        {"report.PDF", NULL, "application/pdf"},
        {"ورقة المملكة الأردنية الهاشمية حول رعاية اللاجئين والمهاجرين في ظل الجائحة.docx", NULL,
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {"a \"quoted\"; name\\.xlsx", NULL, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        {"réponse.odt", NULL, "application/vnd.oasis.opendocument.text"},
        {"scan.tif", NULL, "image/tiff"},
        {"a.txt", NULL, "text/plain"},
        {"noextension", NULL, "application/octet-stream"},
        {"a.xyz", NULL, "application/octet-stream"},
        {"a.xyz", "application/x-own", "application/x-own"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        struct mail_draft d = draft();
        char *segment = document_segment(a, "bytes", 5, rows[i].name, rows[i].type);
        GMimeMessage *m = composed(&d, segment, 1);
        GMimeObject *part = part_at(g_mime_message_get_mime_part(m), 1);
        g_autofree char *mime = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(part));
        assert_string_equal(mime, rows[i].sent);
        assert_string_equal(g_mime_object_get_disposition(part), "attachment");
        assert_string_equal(g_mime_object_get_content_disposition_parameter(part, "filename"), rows[i].name);
        if (g_str_is_ascii(rows[i].name)) {
            assert_string_equal(g_mime_object_get_content_type_parameter(part, "name"), rows[i].name);
        } else {
            assert_non_null(strstr(segment, "filename*"));
            char *name = strstr(segment, "name=\"") + strlen("name=\"");
            g_autofree char *raw = g_strndup(name, strcspn(name, "\""));
            check_raw(raw, rows[i].name);
        }
        assert_true(g_str_is_ascii(segment));
        g_object_unref(m);
    }
}

static void documents_that_cannot_be(void **state)
{
    (void)state;
    g_autofree char *path = g_strconcat(folder, "/refused", NULL);
    g_autofree char *nowhere = g_strconcat(folder, "/no/such/folder", NULL);
    FD_SCOPED fd = file_with("x", 1);
    FD_SCOPED directory = open(folder, O_RDONLY | O_CLOEXEC);
    const struct {
        int fd;
        const char *name, *type, *boundary, *path;
        enum err_kind kind;
    } rows[] = {
        {fd, "a\r\nBcc: x.pdf", NULL, BOUNDARY, path, ERR_PERM},
        {fd, "", NULL, BOUNDARY, path, ERR_PERM},
        {fd, NULL, NULL, BOUNDARY, path, ERR_PERM},
        {fd, "\xff.pdf", NULL, BOUNDARY, path, ERR_PERM},
        {fd, "a.pdf", "application/pdf\r\nBcc: x", BOUNDARY, path, ERR_PERM},
        {fd, "a.pdf", "application", BOUNDARY, path, ERR_PERM},
        {fd, "a.pdf", "multipart/mixed", BOUNDARY, path, ERR_PERM},
        {fd, "a.pdf", "message/rfc822", BOUNDARY, path, ERR_PERM},
        {fd, "a.pdf", NULL, "a\r\nb", path, ERR_PERM},
        {fd, "a.pdf", NULL, BOUNDARY, nowhere, ERR_TEMP},
        {directory, "a.pdf", NULL, BOUNDARY, path, ERR_PERM},
        {-1, "a.pdf", NULL, BOUNDARY, path, ERR_PERM},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {0};
        int64_t size = 77;
        if (compose_document(rows[i].fd, rows[i].name, rows[i].type, rows[i].boundary, rows[i].path, &size, &e) ||
            e.kind != rows[i].kind)
            fail_msg("row %zu: %s", i, e.text);
        assert_int_equal(size, 77);
        assert_false(file_exists(rows[i].path));
    }
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir));)
        assert_false(g_str_has_prefix(name, "refused"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_header_is_read_back),
        cmocka_unit_test(the_header_is_folded),
        cmocka_unit_test(texts_survive),
        cmocka_unit_test(text_alone),
        cmocka_unit_test(hostile_drafts_are_refused),
        cmocka_unit_test(documents_come_out_as_they_went_in),
        cmocka_unit_test(names_and_types),
        cmocka_unit_test(documents_that_cannot_be),
    };
    return cmocka_run_group_tests_name("mail/compose", tests, make_folder, remove_folder);
}
