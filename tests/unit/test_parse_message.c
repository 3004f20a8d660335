/* Whole messages: text, parts, names, what is a paper and what is none, limits. */
#include <signal.h>
#include <sys/resource.h>
#include "parse_case.h"

#define HEAD  "From: Office <office@jo.example>\nTo: s@league.example\nSubject: Re: call\nMIME-Version: 1.0\n"
#define MIXED HEAD "Content-Type: multipart/mixed; boundary=B\n\n"
#define WORDS "--B\nContent-Type: text/plain; charset=utf-8\n\nKindly find our paper.\n"

static void test_header_fields(void **state)
{
    (void)state;
    struct parsed p = parse_text(
        HEAD "Message-ID: <m1@jo.example>\nIn-Reply-To: <n1@league.example>\n"
             "References: <n0@league.example> <n1@league.example>\nDate: Sun, 1 Nov 2026 10:00:00 +0200\n"
             "Delivered-To: s+t-abc@league.example\nAuthentication-Results: mx.league.example; dmarc=pass\n\nhello\n");
    const struct facts *f = &p.facts;
    assert_string_equal(f->from.name, "Office");
    assert_string_equal(f->from.address, "office@jo.example");
    assert_string_equal(f->subject, "Re: call");
    assert_string_equal(f->message_id, "m1@jo.example");
    assert_string_equal(f->in_reply_to, "n1@league.example");
    assert_int_equal(f->n_references, 2);
    assert_int_equal(f->date_at, 1793520000);
    assert_int_equal(f->n_recipients, 2);
    assert_string_equal(f->recipients[1].address, "s+t-abc@league.example");
    assert_int_equal(f->n_auth_results, 1);
    assert_string_equal(f->text, "hello\n");
    assert_string_equal(f->trouble, "");
    parsed_free(&p);
}

/* What our server says of the sender reaches the daemon as it stands, or as cut. */
static void test_where_the_header_begins(void **state)
{
    (void)state;
    static const char *const before[] = {
        "", "\n\r\n", "From a@b.example Mon Nov  2 10:00:00 2026\n", ">From a@b.example\n", " ", " \n\t"};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        char text[300];
        snprintf(text, sizeof text, "%sFrom: a@mfa.example\nSubject: x\n\nWe agree.\n", before[i]);
        struct parsed p = parse_text(text);
        assert_string_equal(p.facts.from.address, "a@mfa.example");
        assert_string_equal(p.facts.subject, "x");
        assert_string_equal(p.facts.reply_text, "We agree.");
        parsed_free(&p);
    }
}

static void test_auth_results(void **state)
{
    (void)state;
    static const struct {
        const char *field, *value;
    } rows[] = {
        {"mx.x; spf=pass\n smtp.mailfrom=a@b.example", "mx.x; spf=pass smtp.mailfrom=a@b.example"},
        {"mx.x; spf=pass smtp.mailfrom==?u?Q?=3Bdmarc=3Dpass?=@e.example",
         "mx.x; spf=pass smtp.mailfrom==?u?Q?=3Bdmarc=3Dpass?=@e.example"},
        {"mx.x; spf=pass smtp.mailfrom=\u037e@e.example", "mx.x; spf=pass smtp.mailfrom=\u037e@e.example"},
        {"mx.x; spf=pass smtp.mailfrom=\xFF@e.example", "mx.x; spf=pass smtp.mailfrom=\xEF\xBF\xBD@e.example"},
        {"mx.x; dmarc=pass\x01\x1B", "mx.x; dmarc=pass"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[500];
        snprintf(text, sizeof text, "Authentication-Results: %s\n" HEAD "\nhello\n", rows[i].field);
        struct parsed p = parse_text(text);
        assert_int_equal(p.facts.n_auth_results, 1);
        assert_string_equal(p.facts.auth_results[0].value, rows[i].value);
        assert_false(p.facts.auth_results[0].cut);
        parsed_free(&p);
    }
    static char text[40000];
    for (int size = 15000; size <= 25000; size += 10000) {
        sprintf(text, "Authentication-Results: mx.x; dkim=pass header.d=%0*d; dmarc=fail\n" HEAD "\nhello\n", size, 0);
        struct parsed p = parse_text(text);
        assert_int_equal(p.facts.auth_results[0].cut, size == 25000);
        assert_int_equal(strstr(p.facts.auth_results[0].value, "dmarc=fail") != NULL, size == 15000);
        parsed_free(&p);
    }
}

/* The seals of a chain and Exchange's mark reach the daemon too; the mark told twice is none. */
static void test_what_else_vouches(void **state)
{
    (void)state;
    struct parsed p =
        parse_text("ARC-Seal: i=2; d=b.example; b=xx\n yy\nARC-Authentication-Results: i=2; mx.b; arc=pass\n"
                   "ARC-Seal: i=1; d=a.example\nARC-Authentication-Results: i=1; mx.a; dmarc=pass\n"
                   "X-MS-Exchange-Organization-AuthAs: Internal\n" HEAD "\nhello\n");
    assert_int_equal(p.facts.n_arc_seals, 2);
    assert_string_equal(p.facts.arc_seals[0].value, "i=2; d=b.example; b=xx yy");
    assert_int_equal(p.facts.n_arc_results, 2);
    assert_string_equal(p.facts.arc_results[1].value, "i=1; mx.a; dmarc=pass");
    assert_string_equal(p.facts.auth_as, "Internal");
    parsed_free(&p);
    p = parse_text("X-MS-Exchange-Organization-AuthAs: Internal\nX-MS-Exchange-Organization-AuthAs: Internal\n" HEAD
                   "\nhello\n");
    assert_string_equal(p.facts.auth_as, "several");
    parsed_free(&p);
}

/* An encoded word is no way to write an identifier or a mark. */
static void test_structure_is_not_decoded(void **state)
{
    (void)state;
    struct parsed p = parse_text("From: =?utf-8?Q?office=40jo.example?=\nMessage-ID: =?utf-8?Q?=3Ca=40b=3E?=\n"
                                 "References: <=?utf-8?Q?x?=@b> =?utf-8?Q?=3Cc=40d=3E?=\n"
                                 "Auto-Submitted: =?utf-8?Q?no?=\nPrecedence: =?utf-8?Q?bulk?=\n\nhello\n");
    assert_null(strchr(p.facts.from.address, '@'));
    assert_string_equal(p.facts.message_id, "=?utf-8?Q?=3Ca=40b=3E?=");
    assert_int_equal(p.facts.n_references, 1);
    assert_string_equal(p.facts.references[0], "=?utf-8?Q?x?=@b");
    assert_int_equal(p.facts.signs.auto_submitted, AUTO_GENERATED);
    assert_false(p.facts.signs.precedence_bulk);
    parsed_free(&p);
}

static void test_paper(void **state)
{
    (void)state;
    struct parsed p =
        parse_text(MIXED WORDS "--B\nContent-Type: application/octet-stream\n"
                               "Content-Disposition: attachment; filename*=utf-8''%D9%88%D8%B1%D9%82%D8%A9.pdf\n"
                               "Content-Transfer-Encoding: base64\n\nJVBERi0xLjQKaGVsbG8K\n--B--\n");
    assert_int_equal(p.facts.n_parts, 1);
    assert_string_equal(p.facts.parts[0].name, "ورقة.pdf");
    assert_string_equal(p.facts.parts[0].claimed, "application/octet-stream");
    assert_string_equal(p.facts.parts[0].type, "application/pdf");
    assert_string_equal(part_bytes(&p, 0), "%PDF-1.4\nhello\n");
    assert_true(p.facts.signs.has_papers);
    assert_string_equal(p.facts.reply_text, "Kindly find our paper.");
    parsed_free(&p);
}

/* One part after the words: what the daemon is to think of it. */
static void test_what_is_a_paper(void **state)
{
    (void)state;
    static const struct {
        const char *part;
        bool paper;
    } rows[] = {
        {"Content-Type: application/pdf; name=a.pdf\nContent-Disposition: inline\n\nx", true},
        {"Content-Type: application/pdf\n\nx", true},
        {"Content-Type: image/jpeg; name=scan.jpg\n\nx", true},
        {"Content-Type: image/png; name=logo.png\nContent-ID: <logo@x>\n\nx", false},
        {"Content-Type: image/png; name=scan.png\nContent-ID: <other@x>\n\nx", true},
        {"Content-Type: application/pdf; name=a.pdf\nContent-ID: <logo@x>\n\nx", true},
        {"Content-Type: text/x-vcard; name=me.vcf\n\nx", false},
        {"Content-Type: application/octet-stream; name=me.vcf\n\nx", false},
        {"Content-Type: text/calendar; name=invite.ics\n\nx", false},
        {"Content-Type: application/pkcs7-signature; name=smime.p7s\n\nx", false},
        {"Content-Type: text/plain; name=answer.txt\n\nx", true},
        {"Content-Type: text/html; name=ATT00001.htm\nContent-Disposition: attachment\n\nx", false},
        {"Content-Type: text/html; name=ATT00001x.htm\nContent-Disposition: attachment\n\nx", true},
        {"Content-Type: text/plain\nContent-Disposition: attachment\n\nx", true},
        {"Content-Type: text/rtf\n\n{\\rtf1 x}", true},
        {"Content-Type: text/plain; name=ATT00002.txt\nContent-Disposition: attachment\n\nx", false},
        {"Content-Type: text/plain; name=signature.asc\n\n-----BEGIN PGP SIGNATURE-----\n", false},
        {"Content-Type: text/plain; name=office.asc\n\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n", false},
        {"Content-Type: application/pkcs7-mime; smime-type=certs-only; name=smime.p7c\n\nx", false},
        {"Content-Type: message/partial; id=1; number=1; total=2\n\nx", true},
        /* what the bytes are goes before what the mail calls them */
        {"Content-Type: application/pdf; name=answer.ics\n\n%PDF-1.4", true},
        {"Content-Type: text/calendar; name=answer.pdf\nContent-Disposition: attachment\n\n%PDF-1.4", true},
        {"Content-Type: application/pkcs7-mime; smime-type=certs-only; name=answer.pdf\n\n%PDF-1.4", true},
        {"Content-Type: text/plain\n\n%PDF-1.4", true},
        {"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\niVBORw0KGgoAAAANSUhEUgAAAHgAAAA8CAIAAAA=",
         true},
        {"Content-Type: text/html\nContent-Transfer-Encoding: "
         "base64\n\nH4sIAAAAAAAAA6sAAIMW3IwBAAAA",
         true},
        {"Content-Type: text/plain; name=ATT00002.txt\n\n%PDF-1.4", true},
        {"Content-Type: text/plain; name=me.vcf\n\nI cannot open your %PDF-1.4", false},
        {"Content-Type: multipart/appledouble; boundary=A\n\n--A\nContent-Type: application/applefile; "
         "name=a.pdf\n\nx\n"
         "--A--",
         false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[2000];
        snprintf(text, sizeof text, MIXED "--B\nContent-Type: text/html\n\n<img src=\"cid:logo@x\">\n--B\n%s\n--B--\n",
                 rows[i].part);
        struct parsed p = parse_text(text);
        if (p.facts.n_parts != 1 || p.facts.signs.has_papers != rows[i].paper ||
            (p.facts.parts[0].locked && strstr(rows[i].part, "%PDF")))
            fail_msg("%s", rows[i].part);
        parsed_free(&p);
    }
}

/* Words behind an attachment, which Exchange makes a file of. */
static void test_words_go_on(void **state)
{
    (void)state;
    struct parsed p = parse_text(MIXED WORDS "--B\nContent-Type: application/pdf; name=a.pdf\n\nx\n--B\nContent-Type: "
                                             "text/html; name=\"ATT00001.htm\"\nContent-Disposition: attachment; "
                                             "filename=\"ATT00001.htm\"\n\n<p>We object to paragraph 4.</p>\n--B--\n");
    assert_non_null(strstr(p.facts.reply_text, "We object"));
    assert_int_equal(p.facts.n_parts, 2);
    parsed_free(&p);
}

static void test_nested_and_forwarded(void **state)
{
    (void)state;
    struct parsed p = parse_text(
        MIXED "--B\nContent-Type: multipart/alternative; boundary=C\n\n--C\nContent-Type: text/plain\n\nplain words\n"
              "--C\nContent-Type: text/html\n\n<p>html words</p>\n--C--\n"
              "--B\nContent-Type: message/rfc822\n\nFrom: x@y.example\nSubject: inner\nContent-Type: multipart/mixed; "
              "boundary=D\n\n"
              "--D\nContent-Type: text/plain\n\ninner words\n--D\nContent-Type: application/msword; "
              "name=inner.doc\n\nx\n--D--\n--B--\n");
    assert_int_equal(p.facts.n_parts, 1);
    assert_string_equal(p.facts.parts[0].name, "inner.doc");
    assert_true(p.facts.parts[0].forwarded);
    assert_string_equal(p.facts.reply_text, "plain words");
    parsed_free(&p);
}

/* Who passes a message on as a file, and says nothing, lets the other speak; a report's returned mail does not speak. */
static void test_words_of_a_forwarded_message(void **state)
{
    (void)state;
#define INNER                                                                                                          \
    "Content-Type: message/rfc822\n\nFrom: minister@jo.example\nSubject: Re: call\n\nWe agree.\n\n"                    \
    "On 2 Nov 2026, at 10:00, S <s@league.example> wrote:\n> the note\n--B--\n"
    static const struct {
        const char *mail, *own;
    } rows[] = {
        {MIXED "--B\n" INNER, "We agree."},
        {MIXED "--B\nContent-Type: text/plain\n\n \n--B\n" INNER, "We agree."},
        {MIXED WORDS "--B\n" INNER, "Kindly find our paper."},
        {MIXED "--B\nContent-Type: text/plain\n\n-- \nThe desk\n--B\n" INNER, "We agree."},
        {MIXED "--B\nContent-Type: message/rfc822\n\nFrom: S <s@league.example>\n\nour own note\n--B--\n", ""},
        {MIXED "--B\n" INNER "\n--B\nContent-Type: text/plain\n\nmore\n--B--\n", "We agree."},
        {HEAD "Content-Type: multipart/report; report-type=delivery-status; boundary=B\n\n--B\nContent-Type: "
              "message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b.example\nAction: "
              "failed\nStatus: 5.1.1\n\n--B\n" INNER,
         ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct parsed p = parse_text(rows[i].mail);
        if (strcmp(p.facts.reply_text, rows[i].own) != 0)
            fail_msg("row %zu: %s", i, p.facts.reply_text);
        parsed_free(&p);
    }
}

static void test_path_with_a_name(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"C:\\\\Users\\\\office\\\\answer.pdf", "answer.pdf"},
                                          {"note 5/2026.pdf", "note 5/2026.pdf"},
                                          {"a:b.pdf", "a:b.pdf"}};
    for (size_t i = 0; i < 3; i++) {
        char text[500];
        snprintf(text, sizeof text,
                 MIXED WORDS "--B\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=\"%s\"\n\n"
                             "%%PDF\n--B--\n",
                 rows[i][0]);
        struct parsed p = parse_text(text);
        assert_int_equal(p.facts.n_parts, 1);
        assert_string_equal(p.facts.parts[0].name, rows[i][1]);
        parsed_free(&p);
    }
}

/* A name whose letters became question marks is taken from the other field. */
static void test_name_lost_in_one_field(void **state)
{
    (void)state;
    struct parsed p = parse_text(MIXED WORDS "--B\nContent-Type: application/pdf; name=\"=?utf-8?B?2Ko=?=.pdf\"\n"
                                             "Content-Disposition: attachment; filename=\"???.pdf\"\n\n%PDF\n"
                                             "--B\nContent-Type: application/pdf; name=\"2026 note.pdf\"\n"
                                             "Content-Disposition: attachment; filename=\"2026 ???.pdf\"\n\n%PDF\n"
                                             "--B\nContent-Type: application/pdf\n"
                                             "Content-Disposition: attachment; filename=\"??.pdf\"\n\n%PDF\n--B--\n");
    assert_int_equal(p.facts.n_parts, 3);
    assert_string_equal(p.facts.parts[0].name, "ت.pdf");
    assert_string_equal(p.facts.parts[1].name, "2026 note.pdf");
    assert_string_equal(p.facts.parts[2].name, "??.pdf");
    parsed_free(&p);
}

/* Some gateways encode the forwarded message itself. */
static void test_encoded_message(void **state)
{
    (void)state;
    struct parsed p =
        parse_text(MIXED WORDS "--B\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
                               "RnJvbTogeEB5LmV4YW1wbGUKQ29udGVudC1UeXBlOiBhcHBsaWNhdGlvbi9wZGY7IG5hbWU9aW5u\n"
                               "ZXIucGRmCgolUERGLTEuNAo=\n--B--\n");
    assert_int_equal(p.facts.n_parts, 1);
    assert_string_equal(p.facts.parts[0].name, "inner.pdf");
    assert_true(p.facts.parts[0].forwarded);
    assert_string_equal(part_bytes(&p, 0), "%PDF-1.4\n");
    parsed_free(&p);
}

static void test_charsets(void **state)
{
    (void)state;
    static const struct {
        const char *charset, *bytes, *text;
    } rows[] = {
        {"utf-8", "تعميم", "تعميم\n"},
        {"windows-1256", "\xCA\xDA\xE3\xED\xE3", "تعميم\n"},
        {"iso-8859-6", "\xCA\xD9\xE5\xEA\xE5", "تعميم\n"},
        {"us-ascii", "تعميم", "تعميم\n"},             /* wrong label */
        {"utf-8", "\xCA\xDA\xE3\xED\xE3", "تعميم\n"}, /* wrong label */
        {"no-such-charset", "\xCA\xDA\xE3\xED\xE3", "تعميم\n"},
        {"iso-8859-1", "d\xE9j\xE0", "déjà\n"},
        {"utf-8", "\xE6\xE8\xC7\xE1\xE2 \xD9\xE4\xE9 \xC7\xE4\xE5\xD0\xE3\xD1\xC9",
         "نوافق على المذكرة\n"}, /* wrong label, and another charset */
        {"utf-8", "\xE4\xE6\xC7\xDD\xDE \xDA\xE1\xEC \xC7\xE1\xE3\xD0\xDF\xD1\xC9", "نوافق على المذكرة\n"},
        {"iso-8859-1", "\xE6\xE8\xC7\xE1\xE2 \xD9\xE4\xE9 \xC7\xE4\xE5\xD0\xE3\xD1\xC9", "نوافق على المذكرة\n"},
        {"utf-8",
         "Cr\xE9\xE9"
         "e \xE0 No\xEBl",
         "Créée à Noël\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[1000];
        snprintf(text, sizeof text, HEAD "Content-Type: text/plain; charset=%s\n\n%s\n", rows[i].charset,
                 rows[i].bytes);
        struct parsed p = parse_text(text);
        assert_string_equal(p.facts.text, rows[i].text);
        parsed_free(&p);
    }
}

/* The same message with LF, CRLF and bare CR gives the same answer. */
/* Every kind of content that lines matter to. */
static const char *const of_lines[] = {
    MIXED WORDS "--B\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\n"
                "JVBERi0xLjQKaGVsbG8K\n--B\nContent-Type: text/plain;\n name=notes.txt\n\none\ntwo\n--B--\n",
    HEAD
    "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\nWe agree with para=\ngraph 4.\n\nBest\n"
    "-- \nThe office\n",
    HEAD
    "\nbegin 644 a.txt\n#:&D*\n`\nend\nSee the file.\n\nOn 1 Nov 2026 s@league.example wrote:\n> words\n> of ours\n",
    MIXED WORDS
    "--B\nContent-Type: message/rfc822\n\nFrom: a@b.example\nSubject: inner\nContent-Type: multipart/mixed; "
    "boundary=C\n\n--C\n\nwords\n--C\nContent-Type: application/msword; name=b.doc\nContent-Transfer-Encoding: "
    "base64\n\neHg=\n--C--\n\n--B--\n",
    HEAD "Content-Type: multipart/mixed\n\n--X\nContent-Type: text/html\n\n<p>one<br>two\n--X\nContent-Type: "
         "text/calendar\n\n"
         "BEGIN:VCALENDAR\nMETHOD:REPLY\nUID:1\n 2\nEND:VCALENDAR\n--X--\n",
    "From: MAILER-DAEMON@mx.jo.example\nSubject: Returned mail\nContent-Type: multipart/report; "
    "report-type=delivery-status; "
    "boundary=B\n\n--B\n\nIt failed.\n--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
    "Final-Recipient: rfc822; a@jo.example\nAction: failed\nStatus: 5.1.1\n\n--B--\n",
};

/* Where the bytes lie and how many they are is no answer: a text that is not encoded has the line ends of its mail. */
static char *answer(const struct facts *f)
{
    json_t *o = facts_to_json(f), *part;
    size_t i;
    json_array_foreach(json_object_get(o, "parts"), i, part)
    {
        json_object_del(part, "offset");
        if (*f->parts[i].utf8_sha256)
            json_object_del(part, "size");
    }
    char *text = json_dumps(o, JSON_SORT_KEYS | JSON_INDENT(1));
    json_decref(o);
    return text;
}

/* What HTML says of its charset counts where the part does not. */
static void test_charset_in_html(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"", "<meta http-equiv=Content-Type content=\"text/html; charset=iso-8859-6\">", "تعميم"},
        {"", "<META CHARSET='ISO-8859-6'>", "تعميم"},
        {"", "<meta charset=utf-16>", "تعميم"}, /* it could not be read as such */
        {"; charset=iso-8859-6", "<meta charset=windows-1252>", "تعميم"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[1000];
        snprintf(text, sizeof text,
                 HEAD "Content-Type: text/html%s\n\n<html><head>%s</head><p>\xCA\xD9\xE5\xEA\xE5</p>", rows[i][0],
                 rows[i][1]);
        struct parsed p = parse_text(text);
        assert_string_equal(p.facts.reply_text, rows[i][2]);
        parsed_free(&p);
    }
}

static void test_line_ends(void **state)
{
    (void)state;
    static const char *const ends[][2] = {{"\n", "\n"}, {"\r\n", "\r\n"}, {"\r", "\r"}, {"\r\n", "\n"}};
    for (size_t m = 0; m < sizeof of_lines / sizeof *of_lines; m++) {
        char *first = NULL;
        for (size_t k = 0; k < sizeof ends / sizeof *ends; k++) {
            char changed[4000];
            size_t n = 0, lines = 0;
            for (const char *c = of_lines[m]; *c; c++)
                n += (size_t)sprintf(changed + n, *c == '\n' ? "%s" : "%.1s", *c == '\n' ? ends[k][lines++ % 2] : c);
            struct parsed p = parse_bytes(changed, n);
            char *text = answer(&p.facts);
            if (first)
                assert_string_equal(text, first);
            free(first);
            first = text;
            parsed_free(&p);
        }
        free(first);
    }
}

/* A text with an old Macintosh's line ends within a mail of our days, and one LF behind a mail of its days. */
static void test_mixed_line_ends(void **state)
{
    (void)state;
    struct parsed p = parse_text(HEAD "\nWe agree.\r\rOn 1 Nov 2026 s@league.example wrote:\r> words\r");
    assert_string_equal(p.facts.reply_text, "We agree.");
    parsed_free(&p);
    p = parse_text("From: a@b.example\rSubject: Re: call\r\rWe agree.\r\n");
    assert_string_equal(p.facts.subject, "Re: call");
    assert_string_equal(p.facts.text, "We agree.\n");
    parsed_free(&p);
}

static void test_too_many_and_too_deep(void **state)
{
    (void)state;
    static char text[400000];
    size_t n = (size_t)sprintf(text, MIXED);
    for (int i = 0; i < FACTS_PARTS_MAX + 50; i++)
        n += (size_t)sprintf(text + n, "--B\nContent-Type: application/pdf; name=%d.pdf\n\nx\n", i);
    struct parsed p = parse_text(text);
    assert_int_equal(p.facts.n_parts, FACTS_PARTS_MAX);
    assert_true(p.facts.incomplete);
    assert_non_null(strstr(p.facts.trouble, "more than 200 papers"));
    parsed_free(&p);
    n = (size_t)sprintf(text, HEAD);
    for (int i = 0; i < 1000; i++)
        n += (size_t)sprintf(text + n, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
    p = parse_text(text);
    assert_true(p.facts.incomplete);
    assert_non_null(strstr(p.facts.trouble, "nested deeper"));
    parsed_free(&p);
}

/* What the words show takes no paper's place. */
static void test_pictures_and_papers(void **state)
{
    (void)state;
    static char text[400000];
    size_t n = (size_t)sprintf(text, MIXED "--B\nContent-Type: text/html\n\n");
    for (int i = 0; i < FACTS_PARTS_MAX + 50; i++)
        n += (size_t)sprintf(text + n, "<img src=\"CID:i%d%%40x\">\n", i);
    for (int i = 0; i < FACTS_PARTS_MAX + 50; i++)
        n += (size_t)sprintf(text + n, "--B\nContent-Type: image/png\nContent-ID: <i%d@X>\n\nx\n", i);
    sprintf(text + n, "--B\nContent-Type: application/pdf; name=a.pdf\n\nx\n--B\nContent-Type: image/png; "
                      "name=b.png\nContent-ID: <i@X>\n\ny\n--B--\n");
    struct parsed p = parse_text(text);
    assert_int_equal(p.facts.n_parts, FACTS_PARTS_MAX);
    assert_string_equal(p.facts.parts[0].name, "a.pdf");
    assert_string_equal(p.facts.parts[1].name, "b.png");
    assert_false(p.facts.parts[1].inline_shown);
    assert_true(p.facts.parts[2].inline_shown);
    assert_false(p.facts.incomplete);
    parsed_free(&p);
}

/* No room for the second part, nor for what a message that was encoded holds: neither is taken for whole. */
static void test_cut_parts(void **state)
{
    (void)state;
    static char text[300000];
    struct rlimit before, small;
    struct err e = {0};
    struct parsed p = {.a = arena_new(), .scratch = tmpfile()};
    FILE *message = tmpfile();
    size_t n = (size_t)sprintf(text, MIXED WORDS "--B\nContent-Type: application/pdf; name=a.pdf\n\n%%PDF-1.4\n"
                                                 "--B\nContent-Type: application/pdf; name=b.pdf\n\n");
    for (int i = 0; i < 2000; i++)
        n += (size_t)sprintf(text + n, "%064d\n", i);
    n += (size_t)sprintf(text + n, "--B\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
                                   "Q29udGVudC1UeXBlOiBhcHBsaWNhdGlvbi9wZGY7IG5hbWU9Yy5wZGYKCiVQREYt");
    for (int i = 0; i < 2000; i++)
        n += (size_t)sprintf(text + n, "%064d\n", i);
    n += (size_t)sprintf(text + n, "--B--\n");
    assert_int_equal(fwrite(text, 1, n, message), n);
    assert_int_equal(fflush(message), 0);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){.rlim_cur = 60000, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool done = parse_message(p.a, fileno(message), fileno(p.scratch), &p.facts, &e);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    fclose(message);
    assert_true(done);
    assert_int_equal(p.facts.n_parts, 3);
    assert_string_equal(p.facts.parts[0].name, "a.pdf");
    assert_false(p.facts.parts[0].cut);
    assert_string_equal(p.facts.parts[1].name, "b.pdf");
    assert_true(p.facts.parts[1].cut);
    assert_string_equal(p.facts.parts[2].claimed, "message/rfc822");
    assert_true(p.facts.parts[2].cut);
    assert_true(p.facts.signs.has_papers);
    parsed_free(&p);
}

static void test_calendar(void **state)
{
    (void)state;
    struct parsed p = parse_text(
        HEAD "Content-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nUID:meeting\r\n -1\r\n"
             "ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.example\r\nEND:VCALENDAR\r\n");
    assert_true(p.facts.signs.calendar_reply);
    assert_false(p.facts.signs.has_papers);
    assert_string_equal(p.facts.calendar_method, "REPLY");
    assert_string_equal(p.facts.calendar_uid, "meeting-1");
    assert_string_equal(p.facts.calendar_partstat, "ACCEPTED");
    parsed_free(&p);
    p = parse_text(
        HEAD "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nMETHOD: REPLY \nUID;X-OF=\"a:b;c\":1\\,2\n"
             "ATTENDEE;CN=\"Office; PARTSTAT=DECLINED: no\";X-PARTSTAT=X;PARTSTAT=\"ACCEPTED\":mailto:a@b.example\n");
    assert_true(p.facts.signs.calendar_reply);
    assert_string_equal(p.facts.calendar_uid, "1,2"); /* what stands in quotes is no name of a parameter */
    assert_string_equal(p.facts.calendar_partstat, "ACCEPTED");
    parsed_free(&p);
    p = parse_text(HEAD "Content-Type: text/calendar; method=\"reply\"\n\nBEGIN:VCALENDAR\nUID:1\nEND:VCALENDAR\n");
    assert_true(p.facts.signs.calendar_reply); /* the same word in the part's header (RFC 6047 2.4) */
    assert_string_equal(p.facts.calendar_method, "reply");
    parsed_free(&p);
    static char text[20000];
    sprintf(text,
            HEAD "Content-Type: text/calendar\n\nMETHOD:REPLY\nATTENDEE;PARTSTAT=%010000d:mailto:a@b.example\n"
                 "ATTENDEE;PARTSTAT=DECLINED:mailto:a@b.example\n",
            0);
    p = parse_text(text);
    assert_int_equal(strlen(p.facts.calendar_partstat), 40 + strlen(",DECLINED"));
    parsed_free(&p);
}

static void test_signs(void **state)
{
    (void)state;
    static const struct {
        const char *fields;
        bool subject_auto, vendor;
        enum auto_submitted submitted;
    } rows[] = {
        {"Subject: Re: the paper\nX-Auto-Response-Suppress: All", false, false, AUTO_ABSENT},
        {"Subject: Automatic reply: Note 12", true, false, AUTO_ABSENT},
        {"Subject: Out of Office Re: Note", true, false, AUTO_ABSENT},
        {"Subject: =?utf-8?B?2LHYryDYqtmE2YLYp9im2Yo6INmF2LDZg9ix2Kk=?=", true, false, AUTO_ABSENT},
        {"Subject: =?utf-8?Q?R=C3=A9ponse_automatique_:_Note?=", true, false, AUTO_ABSENT},
        {"Subject: Re: Automatic reply: Note", true, false, AUTO_ABSENT},
        {"Subject: Our paper on absence of data", false, false, AUTO_ABSENT},
        {"Subject: absences des enfants migrants", false, false, AUTO_ABSENT},
        {"Subject: x\nAuto-Submitted: auto-replied (vacation)", false, false, AUTO_REPLIED},
        {"Subject: x\nAuto-Submitted: no", false, false, AUTO_NO},
        {"Subject: x\nAuto-Submitted: auto-generated; type=y", false, false, AUTO_GENERATED},
        {"Subject: x\nX-Autoreply: yes", false, true, AUTO_ABSENT},
        {"Subject: x\nPrecedence: auto_reply", false, true, AUTO_ABSENT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[1000];
        snprintf(text, sizeof text, "From: a@b.example\n%s\n\nhello\n", rows[i].fields);
        struct parsed p = parse_text(text);
        const struct mail_signs *s = &p.facts.signs;
        if (s->subject_auto != rows[i].subject_auto || s->precedence_auto != rows[i].vendor ||
            s->auto_submitted != rows[i].submitted)
            fail_msg("%s", rows[i].fields);
        parsed_free(&p);
    }
}

static void test_absence_in_the_subject(void **state)
{
    (void)state;
    static const struct {
        const char *subject;
        bool is_auto;
    } rows[] = {
        {"Absence", true},
        {"Re: Absence du bureau", true},
        {"Absence : Note 12", true},
        {"Absence\u00a0: Note 12", true},
        {"Absence du 3 au 7 mai", true},
        {"Absence jusqu'au 7 mai", true},
        {"Message d’absence : Note 12", true},
        {"Notification d'absence", true},
        {"Absent until Monday", true},
        {"Abwesenheit bis 3.5.", true},
        {"Ausente hasta el lunes", true},
        {"Отсутствие до 5 мая", true},
        {"في إجازة حتى الأحد", true},
        {"رد الي: مذكرة", false},
        {"Absence d'objection – ARCP/2026/04", false},
        {"Absence d’objection", false},
        {"Notification d'absence d'objection", false},
        {"Absence of objection to the draft", false},
        {"Absent any objection, adopted", false},
        {"Absences et retours", false},
        {"Abwesenheit von Einwänden", false},
        {"Ausencia de objeciones", false},
        {"Ausência de objeções", false},
        {"Отсутствие возражений", false},
        {"في إجازة الوثيقة الختامية", false},
        {"رد الي الأمانة الفنية", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[500];
        snprintf(text, sizeof text, "From: a@b.example\nSubject: %s\n\nhello\n", rows[i].subject);
        struct parsed p = parse_text(text);
        if (p.facts.signs.subject_auto != rows[i].is_auto)
            fail_msg("%s", rows[i].subject);
        parsed_free(&p);
    }
}

static void test_challenge(void **state)
{
    (void)state;
    static const struct {
        const char *subject, *text;
        bool challenge;
    } rows[] = {
        {"Challenge: your message", "To prove that you are human, click https://x.example/1", true},
        {"Please confirm your message", "It will not be delivered until you visit http://x.example", true},
        {"Sender verification", "Complete the verification to get your message delivered: http://x.example", true},
        {"Challenges facing migrants", "Delete paragraph 4.\n\n-- \nScanned for viruses and spam: http://x.example",
         false},
        {"Challenges facing migrants", "Our figures were verified; see https://x.example. Click here to report spam",
         false},
        {"Whom we authorize to speak", "Verified list: http://x.example", false},
        {"Our paper", "prove that you are human: http://x.example", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[500];
        snprintf(text, sizeof text, "From: a@b.example\nSubject: %s\n\n%s\n", rows[i].subject, rows[i].text);
        struct parsed p = parse_text(text);
        if (p.facts.signs.challenge != rows[i].challenge)
            fail_msg("%s", rows[i].subject);
        parsed_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header_fields),
        cmocka_unit_test(test_where_the_header_begins),
        cmocka_unit_test(test_auth_results),
        cmocka_unit_test(test_what_else_vouches),
        cmocka_unit_test(test_structure_is_not_decoded),
        cmocka_unit_test(test_paper),
        cmocka_unit_test(test_what_is_a_paper),
        cmocka_unit_test(test_words_go_on),
        cmocka_unit_test(test_nested_and_forwarded),
        cmocka_unit_test(test_words_of_a_forwarded_message),
        cmocka_unit_test(test_path_with_a_name),
        cmocka_unit_test(test_name_lost_in_one_field),
        cmocka_unit_test(test_encoded_message),
        cmocka_unit_test(test_charsets),
        cmocka_unit_test(test_charset_in_html),
        cmocka_unit_test(test_line_ends),
        cmocka_unit_test(test_mixed_line_ends),
        cmocka_unit_test(test_too_many_and_too_deep),
        cmocka_unit_test(test_pictures_and_papers),
        cmocka_unit_test(test_cut_parts),
        cmocka_unit_test(test_calendar),
        cmocka_unit_test(test_signs),
        cmocka_unit_test(test_absence_in_the_subject),
        cmocka_unit_test(test_challenge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
