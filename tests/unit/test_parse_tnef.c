/* TNEF, as Outlook writes it: its files, its words, and meetings. */
#include <glib.h>
#include "parse_case.h"

#define HEAD  "From: Office <office@jo.example>\nTo: s@league.example\nSubject: Re: call\nMIME-Version: 1.0\n"
#define MIXED HEAD "Content-Type: multipart/mixed; boundary=B\n\n"
#define WORDS "--B\nContent-Type: text/plain; charset=utf-8\n\nKindly find our paper.\n"

static void assert_part(struct parsed *p, size_t i, const char *name, const char *bytes)
{
    assert_true(i < p->facts.n_parts);
    assert_string_equal(p->facts.parts[i].name, name);
    assert_string_equal(part_bytes(p, i), bytes);
}

struct bytes {
    unsigned char data[20000];
    size_t n;
    size_t whole[50], n_whole; /* where attributes end */
};

static void put(struct bytes *b, const void *data, size_t n)
{
    assert_true(b->n + n <= sizeof b->data);
    memcpy(b->data + b->n, data, n);
    b->n += n;
}

static void put_number(struct bytes *b, size_t width, uint32_t value)
{
    for (size_t i = 0; i < width; i++)
        put(b, &(unsigned char){(unsigned char)(value >> 8 * i)}, 1);
}

static void begin_stream(struct bytes *b)
{
    put_number(b, 4, 0x223E9F78);
    put_number(b, 2, 1);
}

static void put_attribute(struct bytes *b, uint32_t id, const void *data, size_t n)
{
    put_number(b, 1, (id & 0xF000) == 0x9000 || (id & 0xFFFF) == 0x800F || (id & 0xFFFF) == 0x8010 ? 2 : 1);
    put_number(b, 4, id);
    put_number(b, 4, (uint32_t)n);
    put(b, data, n);
    uint32_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += ((const unsigned char *)data)[i];
    put_number(b, 2, sum);
    b->whole[b->n_whole++] = b->n;
}

static bool ends_here(const struct bytes *b, size_t n)
{
    bool found = n == 6; /* signature and key */
    for (size_t i = 0; i < b->n_whole; i++)
        found |= b->whole[i] == n;
    return found;
}

static void put_sized(struct bytes *b, uint32_t type, uint32_t id, const void *data, size_t n)
{
    put_number(b, 2, type);
    put_number(b, 2, id);
    put_number(b, 4, 1);
    put_number(b, 4, (uint32_t)n);
    put(b, data, n);
    put(b, "\0\0\0", (4 - n % 4) % 4);
}

#define BEGIN_FILE(b) put_attribute(b, 0x69002, "\x01\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0", 14)

/* A file with its name in UTF-16, as Outlook writes it. */
static void put_file(struct bytes *b, const char *utf16, size_t n, const char *data)
{
    struct bytes properties = {.n = 0};
    put_number(&properties, 4, 2);
    put_number(&properties, 4, 0x370B0003); /* type 3, PR_RENDERING_POSITION */
    put_number(&properties, 4, 0xFFFFFFFF);
    put_sized(&properties, 0x1F, 0x3707, utf16, n);
    BEGIN_FILE(b);
    put_attribute(b, 0x18010, "SHORT~1.PDF", 12);
    put_attribute(b, 0x6800F, data, strlen(data));
    put_attribute(b, 0x69005, properties.data, properties.n);
}

static struct parsed parse_tnef(const struct bytes *b, const char *type, const char *words)
{
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static char text[40000];
    int n = sprintf(text, MIXED "%s--B\nContent-Type: %s\nContent-Transfer-Encoding: base64\n\n", words, type);
    for (size_t i = 0; i < b->n; i += 3) {
        uint32_t three = (uint32_t)b->data[i] << 16;
        three |= i + 1 < b->n ? (uint32_t)b->data[i + 1] << 8 : 0;
        three |= i + 2 < b->n ? (uint32_t)b->data[i + 2] : 0;
        n += sprintf(text + n, "%c%c%c%c\n", base64[three >> 18], base64[three >> 12 & 63],
                     i + 1 < b->n ? base64[three >> 6 & 63] : '=', i + 2 < b->n ? base64[three & 63] : '=');
    }
    sprintf(text + n, "\n--B--\n");
    return parse_text(text);
}

static const char long_name[] = "\x48\x06\x31\x06\x42\x06\x29\x06 \0=\xd8\x46\xdc.\0p\0d\0f\0\0";

static void test_tnef_files(void **state)
{
    (void)state;
    static const char *const types[] = {"application/ms-tnef; name=winmail.dat", "application/vnd.ms-tnef",
                                        "application/octet-stream; name=win.dat"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct bytes b = {.n = 0};
        char subject[300];
        memset(subject, 's', sizeof subject); /* longer than some readers take */
        begin_stream(&b);
        put_attribute(&b, 0x18004, subject, sizeof subject);
        put_attribute(&b, 0x69007, "\xe8\x04\0\0\0\0\0\0", 8); /* code page 1256 */
        put_file(&b, long_name, sizeof long_name, "%PDF-1.4 one");
        BEGIN_FILE(&b);
        put_attribute(&b, 0x18010, "\xE6\xD1\xDE\xC9.doc", 9); /* in that code page, and no other name */
        put_attribute(&b, 0x6800F, "two", 3);
        struct parsed p = parse_tnef(&b, types[i], WORDS);
        assert_int_equal(p.facts.n_parts, 2);
        assert_part(&p, 0, "ورقة 👆.pdf", "%PDF-1.4 one");
        assert_part(&p, 1, "ورقة.doc", "two");
        assert_string_equal(p.facts.parts[0].type, "application/pdf");
        assert_true(p.facts.signs.has_papers);
        assert_string_equal(p.facts.reply_text, "Kindly find our paper.");
        parsed_free(&p);
    }
}

/* Words in TNEF are read where the message has no others. */
static void test_tnef_words(void **state)
{
    (void)state;
    struct bytes b = {.n = 0}, properties = {.n = 0};
    begin_stream(&b);
    put_number(&properties, 4, 3);
    put_number(&properties, 4, 0x80050003); /* a named property, then the text, then an empty list */
    put(&properties, "guid-guid-guid-g", 16);
    put_number(&properties, 4, 1);
    put_number(&properties, 4, 6);
    put(&properties, "n\0a\0\0\0\0\0", 8);
    put_number(&properties, 4, 7);
    put_sized(&properties, 0x1F, 0x1000, "W\0e\0 \0o\0b\0j\0e\0c\0t\0.\0\0\0", 22);
    put_number(&properties, 4, 0x30001003);
    put_number(&properties, 4, 0);
    put_attribute(&b, 0x69003, properties.data, properties.n);
    struct parsed p = parse_tnef(&b, "application/ms-tnef", "");
    assert_string_equal(p.facts.reply_text, "We object.");
    assert_int_equal(p.facts.n_parts, 0);
    parsed_free(&p);
    p = parse_tnef(&b, "application/ms-tnef", WORDS);
    assert_string_equal(p.facts.reply_text, "Kindly find our paper.");
    parsed_free(&p);
}

static void put_message(struct bytes *b, const struct bytes *inner)
{
    struct bytes object = {.n = 0}, properties = {.n = 0};
    put(&object, "\x07\x03\x02\0\0\0\0\0\xC0\0\0\0\0\0\0\x46", 16);
    put(&object, inner->data, inner->n);
    put_number(&properties, 4, 1);
    put_sized(&properties, 0xD, 0x3701, object.data, object.n);
    BEGIN_FILE(b);
    put_attribute(b, 0x18010, "The minister's answer", 22);
    put_attribute(b, 0x69005, properties.data, properties.n);
}

/* A message within a message: its papers are told as forwarded, it itself by its name alone. */
static void test_tnef_message(void **state)
{
    (void)state;
    struct bytes inner = {.n = 0}, middle = {.n = 0}, b = {.n = 0};
    begin_stream(&inner);
    put_file(&inner, long_name, sizeof long_name, "%PDF-1.4 inner");
    begin_stream(&middle);
    put_message(&middle, &inner);
    begin_stream(&b);
    put_message(&b, &middle);
    struct parsed p = parse_tnef(&b, "application/ms-tnef", WORDS);
    assert_int_equal(p.facts.n_parts, 3);
    assert_part(&p, 0, "ورقة 👆.pdf", "%PDF-1.4 inner");
    assert_true(p.facts.parts[0].forwarded);
    assert_false(p.facts.parts[0].no_paper);
    for (size_t i = 1; i < 3; i++) {
        assert_part(&p, i, "The minister's answer", "");
        assert_true(p.facts.parts[i].no_paper);
    }
    assert_string_equal(p.facts.trouble, "");
    parsed_free(&p);
}

/* The daemon refuses a record in which two parts share bytes. */
static void assert_apart(const struct facts *f)
{
    for (size_t i = 0; i < f->n_parts; i++)
        for (size_t k = 0; k < i; k++)
            assert_true(f->parts[i].offset >= f->parts[k].offset + f->parts[k].size ||
                        f->parts[k].offset >= f->parts[i].offset + f->parts[i].size);
}

/* Cut within an attribute: what was whole before is found, the stream itself stays a paper, and no two share bytes. */
static void test_tnef_cut(void **state)
{
    (void)state;
    struct bytes b = {.n = 0};
    begin_stream(&b);
    put_file(&b, long_name, sizeof long_name, "%PDF-1.4 one");
    size_t first = b.n;
    put_file(&b, "b\0\0\0", 4, "two");
    for (size_t whole = b.n, n = 0; n < whole; n++) {
        b.n = n;
        struct parsed p = parse_tnef(&b, "application/ms-tnef; name=winmail.dat", WORDS);
        const struct facts *f = &p.facts;
        if (!ends_here(&b, n) && (f->n_parts == 0 || strcmp(f->parts[f->n_parts - 1].name, "winmail.dat") != 0))
            fail_msg("cut at %zu", n);
        if (n >= first)
            assert_part(&p, 0, "ورقة 👆.pdf", "%PDF-1.4 one");
        assert_apart(f);
        parsed_free(&p);
    }
}

#define MEETINGS "\x90\xDA\xD8\x6E\x0B\x45\x1B\x10\x98\xDA\x00\xAA\x00\x3F\x13\x05" /* PSETID_Meeting */

static void put_meeting(struct bytes *b, const char *class, const char *id, size_t n)
{
    struct bytes properties = {.n = 0};
    begin_stream(b);
    put_attribute(b, 0x78008, class, strlen(class) + 1);
    put_number(&properties, 4, 1);
    put_number(&properties, 4, 0x80050102); /* binary, by a name: a number in that set */
    put(&properties, MEETINGS, 16);
    put_number(&properties, 4, 0);
    put_number(&properties, 4, 3);
    put_number(&properties, 4, 1);
    put_number(&properties, 4, (uint32_t)n);
    put(&properties, id, n);
    put(&properties, "\0\0\0", (4 - n % 4) % 4);
    put_attribute(b, 0x69003, properties.data, properties.n);
}

/* Its answer is read as iCalendar is; the identifier is as iCalendar has it. */
static void test_tnef_meeting(void **state)
{
    (void)state;
#define GLOBAL_ID "\4\0\0\0\x82\0\xE0\0\x74\xC5\xB7\x10\x1A\x82\xE0\x08"
#define ONE_DAY   "\x07\xEA\x0B\x02" /* of a series: not in the identifier */
    static const char outlooks[] = GLOBAL_ID ONE_DAY "\1\2\3\4\5\6\7\x08\0\0\0\0\0\0\0\0\2\0\0\0\xAB\xCD";
    static const char others[] =
        GLOBAL_ID "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x14\0\0\0vCal-Uid\1\0\0\0meet@league\0";
    static const struct {
        const char *class, *id;
        size_t n;
        const char *method, *uid, *answer;
        bool reply;
    } rows[] = {
        {"IPM.Microsoft Schedule.MtgRespP", outlooks, sizeof outlooks - 1, "REPLY",
         "040000008200E00074C5B7101A82E00800000000010203040506070800000000000000000200"
         "0000ABCD",
         "ACCEPTED", true},
        {"IPM.Microsoft Schedule.MtgRespN", others, sizeof others - 1, "REPLY", "meet@league", "DECLINED", true},
        {"IPM.Schedule.Meeting.Resp.Tent", others, sizeof others - 1, "REPLY", "meet@league", "TENTATIVE", true},
        {"IPM.Microsoft Schedule.MtgReq", others, sizeof others - 1, "REQUEST", "meet@league", "", false},
        {"IPM.Microsoft Schedule.MtgRespP", "", 0, "REPLY", "", "ACCEPTED", true},
        {"IPM.Note", others, sizeof others - 1, "", "", "", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bytes b = {.n = 0};
        put_meeting(&b, rows[i].class, rows[i].id, rows[i].n);
        struct parsed p = parse_tnef(&b, "application/ms-tnef; name=winmail.dat", "");
        assert_string_equal(p.facts.calendar_method, rows[i].method);
        assert_string_equal(p.facts.calendar_uid, rows[i].uid);
        assert_string_equal(p.facts.calendar_partstat, rows[i].answer);
        assert_int_equal(p.facts.signs.calendar_reply, rows[i].reply);
        assert_false(p.facts.signs.has_papers);
        parsed_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tnef_files), cmocka_unit_test(test_tnef_words),   cmocka_unit_test(test_tnef_message),
        cmocka_unit_test(test_tnef_cut),   cmocka_unit_test(test_tnef_meeting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
