/* Messages made to be too much for a reader, one after the other to one parsing server. Each is answered, or the server
 * says what became of the copy that read it: `held` in the daemon, with that reason. None may take more than the sandbox
 * allows (sandbox.h: 9 s, 256 MB), and after each an ordinary message is read as ever. What each took is printed. Skipped
 * where the program has not been built, and under memory checkers, which cannot run in the sandbox. */
#include "hostile_case.h"
#include <time.h>

static void times(FILE *f, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++)
        fputs(text, f);
}

static void head(FILE *f, const char *more)
{
    fprintf(f, "From: a@jo.example\nSubject: x\nMIME-Version: 1.0\n%s", more);
}

static void nested_multiparts(FILE *f)
{
    head(f, "");
    for (int i = 0; i < 10000; i++)
        fprintf(f, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
    fputs("\nhi\n", f);
}

static void nested_messages(FILE *f)
{
    head(f, "");
    times(f, 10000, "Content-Type: message/rfc822\n\nFrom: a@jo.example\n");
    fputs("\nhi\n", f);
}

static void same_boundary(FILE *f)
{
    head(f, "");
    times(f, 10000, "Content-Type: multipart/mixed; boundary=b\n\n--b\n");
}

static void many_headers(FILE *f)
{
    head(f, "");
    for (int i = 0; i < 100000; i++)
        fprintf(f, "X-Header-%d: value\n", i);
    fputs("\nhi\n", f);
}

static void one_long_header(FILE *f)
{
    head(f, "X-Long: ");
    times(f, 100 << 10,
          "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg"
          "hhhhhhhhhhiiiiiiiiiijjjjjjjjjjkkkkkkkkkkllllllllllmmmmmmmmmmnnnn"
          "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg"
          "hhhhhhhhhhiiiiiiiiiijjjjjjjjjjkkkkkkkkkkllllllllllmmmmmmmmmmnnnn"
          "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg"
          "hhhhhhhhhhiiiiiiiiiijjjjjjjjjjkkkkkkkkkkllllllllllmmmmmmmmmmnnnn"
          "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg"
          "hhhhhhhhhhiiiiiiiiiijjjjjjjjjjkkkkkkkkkkllllllllllmmmmmmmmmmnnnn"
          "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg"
          "hhhhhhhhhhiiiiiiiiiijjjjjjjjjjkkkkkkkkkkllllllllllmmmmmmmmmmnnnn"
          "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg"
          "hhhhhhhhhhiiiiiiiiiijjjjjjjjjjkkkkkkkkkkllllllllllmmmmmmmmmmnnnn"
          "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg"
          "hhhhhhhhhhiiiiiiiiiijjjjjjjjjjkkkkkkkkkkllllllllllmmmmmmmmmmnnnn"
          "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg"
          "hhhhhhhhhhiiiiiiiiiijjjjjjjjjjkkkkkkkkkkllllllllllmmmmmmmmmmnnnn");
    fputs("\n\nhi\n", f);
}

static void claims(FILE *f)
{
    head(f,
         "Content-Length: 1073741824\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
         "Content-Type: application/pdf; name=a.pdf; size=1073741824\n"
         "Content-Disposition: attachment; filename=a.pdf; size=1073741824\nContent-Length: "
         "1073741824\n\n%PDF-1.4\n--b\n"
         "Content-Type: message/external-body; access-type=x; size=1073741824\n\nContent-Type: text/plain\n\n--b--\n");
}

static void huge_attachment(FILE *f)
{
    head(f, "Content-Type: application/octet-stream; name=a.bin\nContent-Transfer-Encoding: base64\n\n");
    times(f, 2000000, "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVpBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWkFCQ0RF\n");
}

static void deep_comments(FILE *f)
{
    fputs("From: ", f);
    times(f, 1000000, "(");
    head(f, "\n");
    fputs("\nhi\n", f);
}

static void long_boundary(FILE *f)
{
    head(f, "Content-Type: multipart/mixed; boundary=\"");
    times(f, 1 << 20, "b");
    fputs("\"\n\n--", f);
    times(f, 1 << 20, "b");
    fputs("\n\nhi\n", f);
}

static void a_million_parts(FILE *f)
{
    head(f, "Content-Type: multipart/mixed; boundary=b\n\n");
    times(f, 1000000, "--b\nContent-Type: application/pdf; name=a.pdf\n\nx\n");
}

static void encoded_words(FILE *f)
{
    fputs("Subject:", f);
    times(f, 100000, " =?utf-8?Q?=D8=AA?=\n");
    head(f, "\nhi\n");
}

static void soft_breaks(FILE *f)
{
    head(f, "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n");
    times(f, 10000000, "=\n");
}

static void shifted_charsets(FILE *f)
{
    head(f, "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-7\n\n");
    times(f, 500000, "+AAA-+2AAA");
    fputs("\n--b\nContent-Type: text/plain; charset=iso-2022-jp-2\n\n", f);
    times(f, 500000, "\x1b$B\x1b(B\x1b.A");
    fputs("\n--b--\n", f);
}

static void nested_tags(FILE *f)
{
    head(f, "Content-Type: text/html\n\n");
    times(f, 1000000, "<div><table><tr><td><b>");
}

static void unclosed_tags(FILE *f)
{
    head(f, "Content-Type: text/html\n\n");
    times(f, 1000000, "<a href=\"&#");
}

static void results(FILE *f)
{
    times(f, 100000, "Authentication-Results: mx.example; dmarc=pass header.from=jo.example\n");
    head(f, "\nhi\n");
}

static void references(FILE *f)
{
    fputs("References:", f);
    times(f, 1000000, " <aaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b.example>\n");
    head(f, "\nhi\n");
}

static void recipients(FILE *f)
{
    fputs("To: ", f);
    times(f, 500000, "\"x\\\"y\" <a@b.example>,\n ");
    head(f, "\nhi\n");
}

static void parameters(FILE *f)
{
    head(f, "Content-Type: application/pdf");
    for (int i = 0; i < 100000; i++)
        fprintf(f, ";\n name*%d*=%%D8%%AA", i);
    fputs("\n\nhi\n", f);
}

static void reported_recipients(FILE *f)
{
    head(f, "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nx\n--b\n"
            "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n");
    for (int i = 0; i < 200000; i++)
        fprintf(f, "Final-Recipient: rfc822; a%d@b.example\nAction: failed\nStatus: 5.1.1\n\n", i);
    fputs("--b--\n", f);
}

static void prose(FILE *f)
{
    fputs("Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail Returned to Sender\n\n", f);
    for (int i = 0; i < 200000; i++)
        fprintf(f, "<a%d@b.example>: host mx.b.example said: 550 5.1.1 user unknown\n", i);
}

static void almost_words(FILE *f)
{
    fputs("Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nSubject: failure notice\n\n", f);
    times(f, 200000, "could not be deliver could not be reache The following addres ");
}

static void quotes(FILE *f)
{
    head(f, "\n");
    for (int i = 0; i < 200000; i++)
        fprintf(f, "On 1 May 2026, a@b.example\n>> > %d wrote\n", i);
}

static void calendar(FILE *f)
{
    head(f, "Content-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\n");
    times(f, 1000000, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.example\n X\n");
}

static void uuencoded(FILE *f)
{
    head(f, "\n");
    times(f, 500000, "begin 644 a.pdf\n#0V%T\n`\nend\n");
}

static void one_line(FILE *f)
{
    head(f, "\n");
    for (int i = 0; i < 100; i++)
        times(f, 1 << 14, "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg");
}

static void bare_returns(FILE *f)
{
    fputs("From: a@jo.example\rSubject: x\r\r", f);
    times(f, 5000000, "line\r");
}

/* ---- what the first look at a header costs */

static void unclosed_words(FILE *f)
{
    fputs("Subject: ", f);
    times(f, 20000, "=?utf-8?Q?abc");
    head(f, "\n\nhi\n");
}

static void unclosed_words_in_a_part(FILE *f)
{
    head(f, "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Description: ");
    times(f, 20000, "=?utf-8?Q?abc");
    fputs("\nContent-Type: application/pdf; name=\"", f);
    times(f, 20000, "=?utf-8?Q?abc");
    fputs("\"\n\nx\n--b--\n", f);
}

static void unclosed_words_of_a_sender(FILE *f)
{
    fputs("From: ", f);
    times(f, 20000, "=?utf-8?B?2KrYqg\n ");
    fputs(" <a@jo.example>\nSubject: x\n\nhi\n", f);
}

/* ---- texts */

static void wide_characters(FILE *f)
{
    head(f, "Content-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: quoted-printable\n\n");
    times(f, 1000000, "=FE=FF=D8=00=DC=00=\n");
}

static void pictures_named_by_cid(FILE *f)
{
    head(f, "Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n");
    times(f, 128 << 10, "cid:");
    for (int i = 0; i < 200; i++)
        fprintf(f, "\n--b\nContent-Type: image/png; name=a%d.png\nContent-ID: <c%d>\n\nx", i, i);
    fputs("\n--b--\n", f);
}

static void blank_lines(FILE *f)
{
    head(f, "\n");
    times(f, 10000000, " \t\n");
}

static void entities(FILE *f)
{
    head(f, "Content-Type: text/html\n\n<p>");
    times(f, 1000000, "&amp;&#x202e;&#1114112;&nosuch;&lt");
}

static void quoted_headers(FILE *f)
{
    head(f, "\n");
    times(f, 200000, "From: a@b.example\nSent: 1 May 2026\nTo: c@d.example\n");
}

static void quoted_headers_of_outlook(FILE *f)
{
    head(f, "Content-Type: text/plain; charset=utf-8\n\n");
    times(f, 200000, "-----Original Message-----\n________________________________\nDe : a\nمن: ب\n");
}

/* ---- files */

/* A ZIP whose directory names more files than it holds, as 60,000 names of the same bytes. */
static void zip_directory(FILE *f)
{
    unsigned char local[31] = "PK\3\4\12", central[47] = "PK\1\2\12\0\12", end[22] = "PK\5\6";
    uint32_t at = 31, size = 60000 * 47;

    head(f, "Content-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: binary\n\n");
    local[26] = central[28] = 1;
    local[30] = central[46] = 'a';
    fwrite(local, 1, sizeof local, f);
    for (int i = 0; i < 60000; i++)
        fwrite(central, 1, sizeof central, f);
    end[8] = end[10] = (unsigned char)(60000 & 255);
    end[9] = end[11] = (unsigned char)(60000 >> 8);
    for (int i = 0; i < 4; i++) {
        end[12 + i] = (unsigned char)(size >> 8 * i);
        end[16 + i] = (unsigned char)(at >> 8 * i);
    }
    fwrite(end, 1, sizeof end, f);
}

/* Each object stands in the stream of the one before it. */
static void pdf_objects(FILE *f)
{
    head(f, "Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: binary\n\n%PDF-1.5\n");
    for (int i = 1; i < 200000; i++)
        fprintf(f, "%d 0 obj\n<< /Type /Pages /Kids [%d 0 R %d 0 R] /Count 99999999 /Length %d 0 R >>\nendobj\n", i,
                i + 1, i, i + 1);
    fputs("trailer << /Root 1 0 R /Size 200000 >>\n%%EOF\n", f);
}

static void pdf_brackets(FILE *f)
{
    head(f, "Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: binary\n\n%PDF-1.5\n1 0 obj\n");
    times(f, 2000000, "[<<");
    fputs("\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n", f);
}

/* A winmail.dat of as many attributes as go in, each of which says that it is longer than the file. */
static void tnef_attributes(FILE *f)
{
    static const unsigned char start[] = {0x78, 0x9f, 0x3e, 0x22, 0, 0},
                               rendering[] = {2, 2, 0x90, 6, 0, 0, 0, 0, 0, 0, 0},
                               endless[] = {2, 5, 0x90, 6, 0, 0xff, 0xff, 0xff, 0x7f, 0, 0};

    head(f, "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: binary\n\n");
    fwrite(start, 1, sizeof start, f);
    for (int i = 0; i < 1000000; i++)
        fwrite(rendering, 1, sizeof rendering, f);
    fwrite(endless, 1, sizeof endless, f);
}

static const struct hostile {
    const char *name;
    void (*write)(FILE *f);
} hostiles[] = {
    {"10,000 multiparts in each other", nested_multiparts},
    {"10,000 messages in each other", nested_messages},
    {"10,000 multiparts with one boundary", same_boundary},
    {"100,000 header fields", many_headers},
    {"a header field of 100 MB", one_long_header},
    {"parts that claim 1 GB", claims},
    {"an attachment of 120 MB", huge_attachment},
    {"a million comments in a From field", deep_comments},
    {"a boundary of 1 MB", long_boundary},
    {"a million parts", a_million_parts},
    {"a subject of 100,000 encoded words", encoded_words},
    {"ten million soft line breaks", soft_breaks},
    {"a million shifts of charset", shifted_charsets},
    {"five million nested tags", nested_tags},
    {"a million tags that never close", unclosed_tags},
    {"100,000 Authentication-Results", results},
    {"a million references", references},
    {"500,000 recipients", recipients},
    {"100,000 parameter sections", parameters},
    {"a report on 200,000 recipients", reported_recipients},
    {"a bounce in prose about 200,000 recipients", prose},
    {"words that almost are those of a bounce", almost_words},
    {"200,000 beginnings of a quotation", quotes},
    {"a calendar of a million attendees", calendar},
    {"500,000 uuencoded files", uuencoded},
    {"a line of 100 MB", one_line},
    {"five million lines that end in CR", bare_returns},
    {"a subject of 20,000 unclosed encoded words", unclosed_words},
    {"a part's name of 20,000 unclosed encoded words", unclosed_words_in_a_part},
    {"a sender of 20,000 unclosed encoded words", unclosed_words_of_a_sender},
    {"a million characters of UTF-16, quoted", wide_characters},
    {"512 KB of cid: and 200 pictures", pictures_named_by_cid},
    {"ten million blank lines", blank_lines},
    {"five million entities", entities},
    {"200,000 headers of quoted mails", quoted_headers},
    {"200,000 headers of quoted mails, with rules", quoted_headers_of_outlook},
    {"a ZIP of 60,000 files", zip_directory},
    {"a PDF of pages in each other", pdf_objects},
    {"a PDF of two million brackets", pdf_brackets},
    {"a winmail.dat of a million attachments", tnef_attributes},
};

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool parsed(struct arena *a, struct server *s, void (*write)(FILE *f), struct facts *f, struct err *e)
{
    FILE *message = tmpfile(), *scratch = tmpfile();
    BUF_SCOPED answer = {.max = FACTS_JSON_MAX + 1};
    assert_true(message && scratch);
    write(message);
    double began = now_s();
    server_ask(s, message, scratch, &answer);
    print_message("# %5.1f s ", now_s() - began);
    fseek(scratch, 0, SEEK_END);
    bool good = facts_from_answer(a, &answer, ftell(scratch), f, e);
    fclose(message);
    fclose(scratch);
    assert_true(good || strstr(e->text, "too much for the parser"));
    return good;
}

static void ordinary(FILE *f)
{
    head(f, "\nhi\n");
}

static void each_is_answered_or_given_up(void **state)
{
    (void)state;
    struct server s = server_start();
    for (size_t i = 0; i < sizeof hostiles / sizeof *hostiles; i++) {
        ARENA_SCOPED a = arena_new();
        struct facts f;
        struct err e = {0};
        bool good = parsed(a, &s, hostiles[i].write, &f, &e);
        print_message("%s: %s\n", hostiles[i].name, good ? *f.trouble ? f.trouble : "answered" : e.text);
        assert_true(parsed(a, &s, ordinary, &f, &e));
        assert_string_equal(f.reply_text, "hi");
        print_message("an ordinary message after it\n");
    }
    server_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_is_answered_or_given_up)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
