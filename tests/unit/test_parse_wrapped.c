/* What mail programs wrap papers in: encoded messages, broken multiparts, texts that hold files. */
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

/* ---- messages and multiparts */

static void test_message_as_a_file(void **state)
{
    (void)state;
    static const char inner[] =
        "From: minister@jo.example\nSubject: The answer\nContent-Type: multipart/mixed; "
        "boundary=C\n\n--C\n\nwords\n--C\nContent-Type: application/pdf; name=inner.pdf\n\n%PDF-"
        "1.4 inner\n--C--\n";
    static const char *const types[] = {"application/octet-stream", "text/plain", "application/x-unknown"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        char text[2000];
        snprintf(text, sizeof text,
                 MIXED WORDS "--B\nContent-Type: %s; name=answer.EML\nContent-Disposition: attachment\n\n%s\n--B--\n",
                 types[i], inner);
        struct parsed p = parse_text(text);
        assert_int_equal(p.facts.n_parts, 1);
        assert_part(&p, 0, "inner.pdf", "%PDF-1.4 inner");
        assert_true(p.facts.parts[0].forwarded);
        assert_string_equal(p.facts.reply_text, "Kindly find our paper.");
        parsed_free(&p);
    }
    struct parsed p =
        parse_text(MIXED WORDS "--B\nContent-Type: application/octet-stream; name=no.eml\n\nnot a mail\n--B--\n");
    assert_int_equal(p.facts.n_parts, 1); /* what only has the name stays a file */
    assert_string_equal(p.facts.parts[0].name, "no.eml");
    parsed_free(&p);
}

/* What only says that it is a message stays a file; where its bytes are not to be had, that is told. */
static void test_no_message(void **state)
{
    (void)state;
    struct parsed p =
        parse_text(MIXED WORDS "--B\nContent-Type: message/rfc822; name=a.pdf\nContent-Transfer-Encoding: base64\n\n"
                               "JVBERi0xLjQgb25l\n--B--\n");
    assert_int_equal(p.facts.n_parts, 1);
    assert_part(&p, 0, "a.pdf", "%PDF-1.4 one");
    assert_false(p.facts.parts[0].forwarded);
    parsed_free(&p);
    p = parse_text(MIXED WORDS "--B\nContent-Type: message/rfc822\nContent-Disposition: attachment; filename=a.eml\n\n"
                               "the answer is yes, and it was meant as a text\n--B--\n");
    assert_string_equal(p.facts.trouble, "the message \"a.eml\" stays closed: it has no header");
    parsed_free(&p);
    p = parse_text(MIXED WORDS "--B\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
                               "TWVzc2FnZS1JRDogPDE+Cgp3b3Jkcwo=\n--B--\n");
    assert_int_equal(p.facts.n_parts, 0);
    assert_string_equal(p.facts.trouble, "");
    parsed_free(&p);
}

/* The parts are found where the header names no boundary, another one, or contradicts itself. */
static void test_boundaries(void **state)
{
    (void)state;
    static const char *const heads[] = {
        "Content-Type: multipart/mixed",
        "Content-Type: multipart/mixed; boundary=other",
        "Content-Type: multipart/mixed; boundary=B\nContent-Type: text/plain",
        "Content-Type: multipart/mixed; boundary=\"B\"; charset=\"utf-8\"",
    };
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        char text[2000];
        snprintf(text, sizeof text,
                 "From: a@b.example\n%s\n\n" WORDS "--B\nContent-Type: application/pdf; "
                 "name=a.pdf\n\n%%PDF-1.4\n--B--\n",
                 heads[i]);
        struct parsed p = parse_text(text);
        assert_int_equal(p.facts.n_parts, 1);
        assert_part(&p, 0, "a.pdf", "%PDF-1.4");
        assert_string_equal(p.facts.reply_text, "Kindly find our paper.");
        parsed_free(&p);
    }
    struct parsed p = parse_text("From: a@b.example\nContent-Type: multipart/alternative; boundary=x\n\nWe object.\n");
    assert_string_equal(p.facts.reply_text, "We object."); /* a list server took the parts away, and left the header */
    parsed_free(&p);
    p = parse_text(MIXED "This is a multi-part message in MIME format.\n--B--\n");
    assert_string_equal(p.facts.reply_text, "");
    parsed_free(&p);
}

/* What stands last in a long one is not cut off. */
static void test_boundaries_of_a_long_message(void **state)
{
    (void)state;
    static const char *const heads[] = {"Content-Type: multipart/mixed",
                                        "Content-Type: multipart/mixed; boundary=B\nContent-Type: text/plain"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        GString *text = g_string_new(NULL);
        g_string_printf(text, "From: a@b.example\n%s\n\n" WORDS "--B\nContent-Type: text/csv; name=a.csv\n\n",
                        heads[i]);
        while (text->len < (size_t)17 << 20)
            g_string_append(text, "one,two,three,four,five,six,seven,eight,nine,ten\n");
        g_string_append(text, "--B\nContent-Type: application/pdf; name=last.pdf\n\n%PDF-1.4\n--B--\n");
        struct parsed p = parse_text(text->str);
        assert_int_equal(p.facts.n_parts, 2);
        assert_part(&p, 1, "last.pdf", "%PDF-1.4");
        parsed_free(&p);
        g_string_free(text, TRUE);
    }
}

static void test_broken_base64(void **state)
{
    (void)state;
    static const struct {
        const char *encoded, *bytes;
    } rows[] = {
        {"JVBERi0xLjQKaGVsbG8K", "%PDF-1.4\nhello\n"},
        {"JVBERi0xLjQKaGVsbG8", "%PDF-1.4\nhello"}, /* padding left out */
        {"JVBERi0xLjQKaGVsbA", "%PDF-1.4\nhell"},
        {"JVBERi0xLjQKaGVsbA==", "%PDF-1.4\nhell"},
        {"JVBE!Ri0x\n\n LjQK\taGVs bG8=", "%PDF-1.4\nhello"}, /* what is no base64 is overlooked */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[1000];
        snprintf(text, sizeof text,
                 MIXED WORDS "--B\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: "
                             "base64\n\n%s\n--B--\n",
                 rows[i].encoded);
        struct parsed p = parse_text(text);
        assert_part(&p, 0, "a.pdf", rows[i].bytes);
        parsed_free(&p);
    }
}

/* Kinds of text that nobody knows are words too (RFC 2046 4.1.4), unless they have a name. */
/* Bytes as they are: what ends with its part is whole. */
static void test_binary(void **state)
{
    (void)state;
    struct parsed p = parse_text(MIXED WORDS "--B\nContent-Type: application/pdf; name=a.pdf\n"
                                             "Content-Transfer-Encoding: binary\n\n%PDF-1.4 \x80\n--B--\n");
    assert_part(&p, 0, "a.pdf", "%PDF-1.4 \x80");
    assert_false(p.facts.parts[0].cut);
    parsed_free(&p);
}

static void test_other_texts(void **state)
{
    (void)state;
    struct parsed p =
        parse_text(MIXED WORDS "--B\nContent-Type: text/richtext\n\nWith our regards.\n--B\nContent-Type: "
                               "text/x-notes; name=a.txt\n\nnotes\n--B--\n");
    assert_string_equal(p.facts.reply_text, "Kindly find our paper.\nWith our regards.");
    assert_int_equal(p.facts.n_parts, 1);
    assert_string_equal(p.facts.parts[0].name, "a.txt");
    parsed_free(&p);
}

/* ---- files written into a text */

static void test_uuencode(void **state)
{
    (void)state;
    static const char text[] =
        HEAD "Content-Type: text/plain; charset=windows-1256\n\nFirst words\n\nbegin 644 "
             "\xE6\xD1\xDE\xC9.txt\n#:&D*\n`\nend\n\nbegin the meeting\nbegin 100 papers\nMANY\n\n"
             "begin 0644 b.bin\n#  $\"X\nM\n\nend\nLast words \xCA\n";
    struct parsed p = parse_text(text);
    assert_int_equal(p.facts.n_parts, 2);
    assert_part(&p, 0, "ورقة.txt", "hi\n");
    assert_string_equal(p.facts.parts[1].name, "b.bin");
    assert_memory_equal(part_bytes(&p, 1), "\0\1\2\0\0\0", 6);
    assert_int_equal(p.facts.parts[1].size, 48); /* a sum behind; spaces taken away at the end */
    assert_string_equal(p.facts.reply_text,
                        "First words\n\n\nbegin the meeting\nbegin 100 papers\nMANY\n\nLast words ت");
    parsed_free(&p);
}

/* What breaks off gives what came so far; what follows is text. */
static void test_uuencode_breaks_off(void **state)
{
    (void)state;
    struct parsed p = parse_text(HEAD "\nbegin 644 a.txt\n#:&D*\n-- \nthe sender\n");
    assert_part(&p, 0, "a.txt", "hi\n");
    assert_string_equal(p.facts.text, "-- \nthe sender\n");
    parsed_free(&p);
}

/* A "begin" that begins nothing, or a file that breaks off, hides none that begins in the next line. */
static void test_uuencode_begins_again(void **state)
{
    (void)state;
    static const char *const before[] = {"begin 644 a\n", "begin 644 a\nbegin 644 b\n", "begin 644 a\n#:&D*\n"};
    for (size_t i = 0; i < 3; i++) {
        char text[1000];
        snprintf(text, sizeof text, HEAD "\nhello\n%sbegin 644 real.txt\n#:&D*\n`\nend\n", before[i]);
        struct parsed p = parse_text(text);
        assert_int_equal(p.facts.n_parts, i == 2 ? 2 : 1);
        assert_part(&p, p.facts.n_parts - 1, "real.txt", "hi\n");
        assert_string_equal(p.facts.text, i == 0   ? "hello\nbegin 644 a\n"
                                          : i == 1 ? "hello\nbegin 644 a\nbegin 644 b\n"
                                                   : "hello\n");
        parsed_free(&p);
    }
}

/* As a part's encoding, where a server took the spaces at the line's end away: they are zeros. */
static void test_uuencode_of_a_part(void **state)
{
    (void)state;
    static const char *const encodings[] = {"x-uuencode", "uuencode", "X-UUE"};
    static const char *const files[] = {
        "begin 644 other.pdf\nM)5!$1BTQ+C0@86%A86%A86%A86%A86%A86%A86%A86%A86%A86%A86%A86%\n"
        "1<V5C;VYD(&QI;F4@;V8@:70\n\nend\n",
        "Of old programs:\n\nbegin 644 other.pdf\r\n"
        "M)5!$1BTQ+C0@86%A86%A86%A86%A86%A86%A86%A86%A86%A86%A86%A86%\r\n1<V5C;VYD(&QI;F4@;V8@:70\r\n",
    };
    for (size_t i = 0; i < 6; i++) {
        char text[2000];
        snprintf(text, sizeof text,
                 MIXED WORDS
                 "--B\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: %s\n\n%s--B--\n",
                 encodings[i / 2], files[i % 2]);
        struct parsed p = parse_text(text);
        assert_int_equal(p.facts.n_parts, 1);
        assert_part(&p, 0, "a.pdf", "%PDF-1.4 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@second line of it");
        assert_string_equal(p.facts.parts[0].claimed, "application/pdf");
        assert_string_equal(p.facts.reply_text, "Kindly find our paper.");
        parsed_free(&p);
    }
    struct parsed p = parse_text(MIXED WORDS "--B\nContent-Type: application/pdf\nContent-Transfer-Encoding: x-uuencode"
                                             "\n\nbegin 644 other.pdf\n#:&D*\n`\nend\n--B--\n");
    assert_part(&p, 0, "other.pdf", "hi\n");
    parsed_free(&p);
    p = parse_text(HEAD
                   "Content-Type: multipart/related; boundary=B\n\n--B\nContent-Type: text/html\n\n<p>Yes.</p>\n--B\n"
                   "Content-Type: image/gif; name=a.gif\nContent-Transfer-Encoding: x-uuencode\n\n"
                   "begin 644 a.gif\n*1TE&.#EA`0`!````\n`\nend\n--B--\n");
    assert_true(p.facts.parts[0].inline_shown);
    parsed_free(&p);
}

/* ---- what is signed or encrypted */

static const char signed_der[] =
    "MIIBWwYJKoZIhvcNAQcCoIIBTDCCAUgCAQExDTALBglghkgBZQMEAgEwgZYGCSqGSIb3DQEHAaCBiASBhUNvbnRlbn\n"
    "QtVHlwZTogbXVsdGlwYXJ0L21peGVkOyBib3VuZGFyeT1TDQoNCi0tUw0KDQpzaWduZWQgd29yZHMNCi0tUw0KQ29u\n"
    "dGVudC1UeXBlOiBhcHBsaWNhdGlvbi9wZGY7IG5hbWU9YS5wZGYNCg0KJVBERi0xLjQNCi0tUy0tDQoxgZowgZcCAQ\n"
    "EwMTAZMRcwFQYDVQQDDA5vZmZpY2UuZXhhbXBsZQIUZwr6zlS89w4p3LY7Qp0oNPfDLJcwCwYJYIZIAWUDBAIBMAoG\n"
    "CCqGSM49BAMCBEYwRAIgfsBIdog+Rk6Sn2V67g4hKEUMtrdLdlv6TZWsTCBqyvECIC8Jsn1lW8mMqeDlwFFCFpOwrv\n"
    "1/Hchl/GweqBFZXyCC\n";
static const char signed_ber[] = /* of unknown length, in pieces */
    "MIAGCSqGSIb3DQEHAqCAMIACAQExDTALBglghkgBZQMEAgEwgAYJKoZIhvcNAQcBoIAkgASBhUNvbnRlbnQtVHlwZT\n"
    "ogbXVsdGlwYXJ0L21peGVkOyBib3VuZGFyeT1TDQoNCi0tUw0KDQpzaWduZWQgd29yZHMNCi0tUw0KQ29udGVudC1U\n"
    "eXBlOiBhcHBsaWNhdGlvbi9wZGY7IG5hbWU9YS5wZGYNCg0KJVBERi0xLjQNCi0tUy0tDQoAAAAAAAAxgZswgZgCAQ\n"
    "EwMTAZMRcwFQYDVQQDDA5vZmZpY2UuZXhhbXBsZQIUZwr6zlS89w4p3LY7Qp0oNPfDLJcwCwYJYIZIAWUDBAIBMAoG\n"
    "CCqGSM49BAMCBEcwRQIhAKPUYeKUa+DQnKL0BFpjUBpk/yo8bPerdSy4D3Ocy22JAiBRWCguMXshcd2eMZ2k5GkD8d\n"
    "OviByp35U2cqi+Me6rKQAAAAAAAA==\n";
static const char signed_pdf[] =
    "MIHhBgkqhkiG9w0BBwKggdMwgdACAQExDTALBglghkgBZQMEAgEwHgYJKoZIhvcNAQcBoBEEDyVQREYtMS40IHNpZ2\n"
    "5lZDGBmzCBmAIBATAxMBkxFzAVBgNVBAMMDm9mZmljZS5leGFtcGxlAhRnCvrOVLz3DinctjtCnSg098MslzALBglg\n"
    "hkgBZQMEAgEwCgYIKoZIzj0EAwIERzBFAiBDnh6tQ1424ow9cUc8MI9ouQVpX2A+trQzkDPNhQ2iTQIhAMg1OW6ep1\n"
    "XHN/tJhdZtIuSqwNXczAjdCQVWH5ynDqVK\n";
static const char encrypted[] =
    "MIIBGwYJKoZIhvcNAQcDoIIBDDCCAQgCAQIxgcShgcECAQOgUaFPMAkGByqGSM49AgEDQgAEbQ4taBOC8BIHit+Qo/\n"
    "Js5F9rJHStIXIut7z3A1JK31NlJEpRJ++xIz57A0UpHSNv9akW31vkEPG2ef6nVNZLfDAYBgkrgQUQhkg/AAIwCwYJ\n"
    "YIZIAWUDBAEFME8wTTAxMBkxFzAVBgNVBAMMDm9mZmljZS5leGFtcGxlAhRnCvrOVLz3DinctjtCnSg098MslwQY+i\n"
    "6iVeH3g1aAaFgtfpSwbzvinG2oIwo3MDwGCSqGSIb3DQEHATAdBglghkgBZQMEAQIEEHdwvd2SelsR/m12JYfhRSSA\n"
    "ECipNz2bmErdKD2M4HCgWwo=\n";

static struct parsed parse_smime(const char *type, const char *base64)
{
    static char text[4000];
    snprintf(text, sizeof text, HEAD "Content-Type: %s\nContent-Transfer-Encoding: base64\n\n%s", type, base64);
    return parse_text(text);
}

static void test_signed(void **state)
{
    (void)state;
    static const char *const types[] = {"application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
                                        "application/x-pkcs7-mime", "application/octet-stream; name=smime.p7m"};
    for (size_t i = 0; i < 6; i++) {
        struct parsed p = parse_smime(types[i / 2], i % 2 ? signed_ber : signed_der);
        assert_int_equal(p.facts.n_parts, 1);
        assert_part(&p, 0, "a.pdf", "%PDF-1.4");
        assert_false(p.facts.parts[0].locked);
        assert_string_equal(p.facts.reply_text, "signed words");
        parsed_free(&p);
    }
    struct parsed p = parse_smime("application/pkcs7-mime; name=paper.pdf.p7m", signed_pdf);
    assert_part(&p, 0, "paper.pdf", "%PDF-1.4 signed");
    parsed_free(&p);
}

/* Nobody here can read it: it is kept, and asked for in the clear. */
static void test_encrypted(void **state)
{
    (void)state;
    static const char *const rows[] = {
        HEAD "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n"
             "Content-Transfer-Encoding: base64\n\n%s",
        HEAD
        "Content-Type: multipart/encrypted; boundary=B\n\n--B\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n"
        "--B\nContent-Type: application/octet-stream; name=encrypted.asc\n\n%s\n--B--\n",
        HEAD "\nSee below.\n\n-----BEGIN PGP MESSAGE-----\n\n%s-----END PGP MESSAGE-----\n",
        MIXED WORDS "--B\nContent-Type: application/pgp-encrypted; name=a.pdf.pgp\n\n%s\n--B--\n",
        MIXED WORDS
        "--B\nContent-Type: application/octet-stream; name=a.asc\n\n-----BEGIN PGP MESSAGE-----\n%s\n--B--\n",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[4000];
        snprintf(text, sizeof text, rows[i], encrypted);
        struct parsed p = parse_text(text);
        if (p.facts.n_parts == 0 || !p.facts.parts[0].locked || p.facts.parts[0].no_paper || !p.facts.signs.has_papers)
            fail_msg("row %zu", i);
        for (size_t k = 1; k < p.facts.n_parts; k++)
            assert_true(p.facts.parts[k].no_paper);
        parsed_free(&p);
    }
    struct parsed p = parse_text(MIXED WORDS "--B\nContent-Type: application/pdf; name=a.pdf\n\n%PDF\n--B--\n");
    assert_false(p.facts.parts[0].locked);
    parsed_free(&p);
}

/* Signed, and not to be opened here: nobody is asked for it in the clear. */
static void test_signed_stays_closed(void **state)
{
    (void)state;
    static const char head[] = HEAD "Content-Type: application/pkcs7-mime; name=smime.p7m\nContent-Transfer-Encoding: "
                                    "binary\n\n\x30\x84\x01\x80\x00\x00\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02";
    const size_t n = sizeof head + ((size_t)23 << 20);
    char *text = calloc(1, n);
    assert_non_null(text);
    memcpy(text, head, sizeof head);
    char damaged[100];
    snprintf(damaged, sizeof damaged, "%.80s\n", signed_der);
    struct parsed both[] = {parse_bytes(text, n), parse_smime("application/pkcs7-mime; name=smime.p7m", damaged)};
    for (size_t i = 0; i < 2; i++) {
        struct parsed *p = &both[i];
        assert_int_equal(p->facts.n_parts, 1);
        assert_false(p->facts.parts[0].locked);
        assert_false(p->facts.parts[0].no_paper);
        assert_false(p->facts.parts[0].cut);
        assert_string_equal(p->facts.trouble,
                            "the signed file \"smime.p7m\" stays closed: it is too large, or damaged");
        parsed_free(p);
    }
    free(text);
    struct parsed certificates = parse_smime("application/pkcs7-mime; smime-type=certs-only; name=smime.p7c", damaged);
    assert_string_equal(certificates.facts.trouble, "");
    parsed_free(&certificates);
}

/* A piece of a message is no whole paper, and is told as that. */
static void test_partial(void **state)
{
    (void)state;
    struct parsed p = parse_text(HEAD "Content-Type: message/partial; id=\"1@jo.example\"; number=1; total=2\n\n"
                                      "Subject: call\nContent-Type: application/pdf; name=a.pdf\n\n%PDF-1.4");
    assert_int_equal(p.facts.n_parts, 1);
    assert_true(p.facts.parts[0].cut);
    assert_string_equal(p.facts.trouble, "the part \"\" stays closed: it is a piece of a message only");
    parsed_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_message_as_a_file),
        cmocka_unit_test(test_no_message),
        cmocka_unit_test(test_boundaries),
        cmocka_unit_test(test_boundaries_of_a_long_message),
        cmocka_unit_test(test_broken_base64),
        cmocka_unit_test(test_binary),
        cmocka_unit_test(test_other_texts),
        cmocka_unit_test(test_uuencode),
        cmocka_unit_test(test_uuencode_breaks_off),
        cmocka_unit_test(test_uuencode_begins_again),
        cmocka_unit_test(test_uuencode_of_a_part),
        cmocka_unit_test(test_signed),
        cmocka_unit_test(test_encrypted),
        cmocka_unit_test(test_signed_stays_closed),
        cmocka_unit_test(test_partial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
