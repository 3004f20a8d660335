/* Reports: RFC 3464 with several recipients, delay and success, returned Message-IDs, read receipts, and bounces in
 * prose. */
#include "parse_case.h"

#define DAEMON                                                                                                         \
    "From: MAILER-DAEMON@mx.example (Mail Delivery System)\nTo: s+t-abc@league.example\nSubject: Undelivered Mail "    \
    "Returned to Sender\n"
#define REPORT                                                                                                         \
    DAEMON "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=B\n\n"            \
           "--B\nContent-Type: text/plain\n\nSorry.\n--B\nContent-Type: message/delivery-status\n\n"

static void test_recipients(void **state)
{
    (void)state;
    struct parsed p = parse_text(
        REPORT
        "Reporting-MTA: dns; mx.example\n\n"
        "Final-Recipient: rfc822; office@jo.example\nOriginal-Recipient: rfc822;Office@JO.example\nAction: failed\n"
        "Status: 5.0.0\nDiagnostic-Code: smtp; 550 5.1.1 no\n such user\n\n"
        "Final-Recipient: rfc822; b@eg.example\nAction: delayed\nStatus: 4.4.1\n\n"
        "Final-Recipient: rfc822; c@eg.example\nAction: delivered\nStatus: 2.0.0\n"
        "--B\nContent-Type: message/rfc822\n\nMessage-ID: <t.abc.0@league.example>\nReferences: "
        "<r@league.example>\n\nx\n--B--\n");
    const struct facts *f = &p.facts;
    assert_true(f->signs.report_dsn);
    assert_int_equal(f->signs.action, REPORT_FAILED);
    assert_int_equal(f->n_failures, 3);
    assert_string_equal(f->failures[0].address, "Office@JO.example");
    assert_string_equal(f->failures[0].status, "5.1.1"); /* 5.0.0 says nothing */
    assert_string_equal(f->failures[0].text, "smtp; 550 5.1.1 no such user");
    assert_int_equal(f->failures[1].action, REPORT_DELAYED);
    assert_int_equal(f->failures[2].action, REPORT_DELIVERED);
    assert_int_equal(f->n_returned_ids, 2);
    assert_string_equal(f->returned_ids[0], "t.abc.0@league.example");
    assert_int_equal(f->n_parts, 0);
    parsed_free(&p);
}

static void test_returned_headers(void **state)
{
    (void)state;
    struct parsed p = parse_text(
        REPORT
        "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822;a@b.example\nAction: failed\nStatus: 5.1.1\n"
        "--B\nContent-Type: text/rfc822-headers\n\nSubject: note\nMessage-ID:\n <t.abc.0@league.example>\n--B--\n");
    assert_int_equal(p.facts.n_returned_ids, 1);
    assert_string_equal(p.facts.returned_ids[0], "t.abc.0@league.example");
    parsed_free(&p);
}

static void test_one_group(void **state)
{
    (void)state;
    static const struct {
        const char *group;
        enum report_action action;
        const char *address;
    } rows[] = {
        {"Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1", REPORT_FAILED, "a@b.example"},
        {"Final-Recipient: rfc822; <a@b.example>\nAction: failed\nStatus: 4.4.7", REPORT_FAILED, "a@b.example"},
        {"Final-Recipient: a@b.example\nStatus: 5.1.1", REPORT_FAILED, "a@b.example"},
        {"Final-Recipient: rfc822; a@b.example\nStatus: 4.2.2", REPORT_DELAYED, "a@b.example"},
        {"Final-Recipient: rfc822; a@b.example\nAction: relayed\nStatus: 2.1.5", REPORT_DELIVERED, "a@b.example"},
        {"Final-Recipient: rfc822; a@b.example\nAction: what", REPORT_NONE, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[2000];
        snprintf(text, sizeof text, REPORT "Reporting-MTA: dns; x\n\n%s\n--B--\n", rows[i].group);
        struct parsed p = parse_text(text);
        assert_int_equal(p.facts.signs.action, rows[i].action);
        assert_int_equal(p.facts.n_failures, rows[i].address ? 1 : 0);
        if (rows[i].address)
            assert_string_equal(p.facts.failures[0].address, rows[i].address);
        parsed_free(&p);
    }
}

/* One recipient in the ways that mail systems write it. */
static void test_recipient_forms(void **state)
{
    (void)state;
    static const struct {
        const char *group, *address, *original, *status;
    } rows[] = {
        /* an alias or a forwarder: the report is about the final address, what was written to stands beside it */
        {"Final-Recipient: rfc822; box@in.example\nOriginal-Recipient: rfc822; office@jo.example\nAction: failed\n"
         "Status: 5.2.2",
         "box@in.example", "office@jo.example", "5.2.2"},
        {"Original-Recipient: rfc822; office@jo.example\nFinal-Recipient: rfc822; box@in.example\nAction: failed\n"
         "Status: 5.2.2",
         "box@in.example", "office@jo.example", "5.2.2"},
        {"Final-Recipient: rfc822; box@in.example\nX-Actual-Recipient: rfc822; box2@in.example\nAction: failed\n"
         "Status: 5.2.2",
         "box@in.example", "", "5.2.2"},
        {"Final-Recipient: x-local; box\nX-Actual-Recipient: rfc822; box@in.example\nAction: failed\nStatus: 5.2.2",
         "box@in.example", "", "5.2.2"},
        /* nothing that mail could be sent to */
        {"Final-Recipient: x400; /S=office/ADMD= /C=JO/\nOriginal-Recipient: rfc822; office@jo.example\n"
         "Action: failed\nStatus: 5.1.1",
         "office@jo.example", "", "5.1.1"},
        {"Final-Recipient: rfc822; office@ims-daemon\nOriginal-Recipient: rfc822; office@jo.example\n"
         "Action: failed\nStatus: 5.1.1",
         "office@jo.example", "", "5.1.1"},
        {"Final-Recipient: LMTP; office@jo.example\nAction: failed\nStatus: 5.2.2", "office@jo.example", "", "5.2.2"},
        /* RFC 6533 */
        {"Final-Recipient: utf-8; \\x{645}@jo.example\nAction: failed\nStatus: 5.1.1", "م@jo.example", "", "5.1.1"},
        {"Final-Recipient: utf-8; مكتب@jo.example\nAction: failed\nStatus: 5.1.1", "مكتب@jo.example", "", "5.1.1"},
        {"Final-Recipient: rfc822; @relay.example:office@jo.example\nAction: failed\nStatus: 5.1.1",
         "office@jo.example", "", "5.1.1"},
        {"Final-Recipient: rfc822; \"the office\"@jo.example\nAction: failed\nStatus: 5.1.1",
         "\"the office\"@jo.example", "", "5.1.1"},
        {"Final-Recipient: rfc822;SMTP:office@jo.example\nAction: failed\nStatus: 5.1.1", "office@jo.example", "",
         "5.1.1"},
        /* the code stands elsewhere */
        {"Final-Recipient: rfc822; a@b.example\nDiagnostic-Code: smtp; 550 5.1.1", "a@b.example", "", "5.1.1"},
        {"Final-Recipient: rfc822; a@b.example\nDiagnostic-Code: smtp;550 user unknown", "a@b.example", "", "5.0.0"},
        {"Final-Recipient: rfc822; a@b.example\nAction: failed (unknown)\nStatus: 5.1.1 (bad mailbox)", "a@b.example",
         "", "5.1.1"},
        {"Final-Recipient : rfc822; a@b.example\nAction : failed\nStatus : 5.1.1", "a@b.example", "", "5.1.1"},
        {"Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.7.1 listed",
         "a@b.example", "", "5.7.1"},
        {"Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 4.4.7\nDiagnostic-Code: smtp; 550 5.0.0 no",
         "a@b.example", "", "4.4.7"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[2000];
        snprintf(text, sizeof text, REPORT "Reporting-MTA: dns; x\n\n%s\n--B--\n", rows[i].group);
        struct parsed p = parse_text(text);
        const struct fact_failure *f = p.facts.failures;
        if (p.facts.n_failures != 1 || f->action != REPORT_FAILED || strcmp(f->address, rows[i].address) != 0 ||
            strcmp(f->original, rows[i].original) != 0 || strcmp(f->status, rows[i].status) != 0)
            fail_msg("row %zu: %zu failures: %s, %s, %s", i, p.facts.n_failures, f ? f->address : "",
                     f ? f->original : "", f ? f->status : "");
        parsed_free(&p);
    }
}

/* The report says 5.0.0, and the notice has the server's words beside the address. */
static void test_status_in_the_notice(void **state)
{
    (void)state;
    struct parsed p = parse_text(
        DAEMON "Content-Type: multipart/report; boundary=B\n\n--B\n\n"
               "a@b.example: 552 5.2.2 full\nb@b.example: 550 5.1.1\n  no such user\nc@b.example: 450 4.2.1 later\n"
               "--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
               "Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.0.0\n\n"
               "Final-Recipient: rfc822; b@b.example\nAction: failed\n\n"
               "Final-Recipient: rfc822; c@b.example\nAction: failed\nStatus: 5.0.0\n--B--\n");
    assert_int_equal(p.facts.n_failures, 3);
    assert_string_equal(p.facts.failures[0].status, "5.2.2");
    assert_string_equal(p.facts.failures[1].status, "5.1.1");
    assert_string_equal(p.facts.failures[2].status, "5.0.0"); /* of another class */
    parsed_free(&p);
}

#define STATUS                                                                                                         \
    "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b.example\n"         \
    "Action: failed\nStatus: 5.1.1\n\n"
#define STATUS_BASE64                                                                                                  \
    "Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n"                                     \
    "UmVwb3J0aW5nLU1UQTogZG5zOyB4CgpGaW5hbC1SZWNpcGllbnQ6IHJmYzgyMjsgYUBiLmV4YW1wbGUK\n"                               \
    "QWN0aW9uOiBmYWlsZWQKU3RhdHVzOiA1LjEuMQo=\n"
#define ID        "Message-ID: <t.abc.0@league.example>\n"
#define ID_BASE64 "TWVzc2FnZS1JRDogPHQuYWJjLjBAbGVhZ3VlLmV4YW1wbGU+Cgp4Cg==\n"

/* The same report and the same original, wrapped in the ways of mail systems and of what stands between them. */
static void test_wrappings(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "Content-Type: multipart/report; boundary=B\n\n--B\n\nSorry.\n--B\n" STATUS
        "--B\nContent-Type: message/rfc822\n\n" ID "\nx\n--B--\n",
        "Content-Type: multipart/report; boundary=B\n\n--B\n\nSorry.\n--B\n" STATUS_BASE64
        "--B\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" ID_BASE64 "--B--\n",
        "Content-Type: multipart/report; boundary=B\n\n--B\n\nSorry.\n--B\n" STATUS
        "--B\nContent-Type: text/rfc822-headers\nContent-Transfer-Encoding: base64\n\n" ID_BASE64 "--B--\n",
        "Content-Type: multipart/report; boundary=B\n\n--B\n\nSorry.\n--B\n" STATUS
        "--B\nContent-Type: message/global-headers\n\n" ID "--B--\n",
        "Content-Type: multipart/report; boundary=B\n\n--B\n\nSorry.\n--B\n" STATUS
        "--B\nContent-Type: text/plain; name=header.txt\nContent-Disposition: attachment\n\n" ID "--B--\n",
        /* Exchange: the header in the notice, or nothing but its own thread */
        "Content-Type: multipart/report; boundary=B\n\n--B\n\nSorry.\n\nOriginal message headers:\n\n"
        "Received: by x\n" ID "--B\n" STATUS "--B--\n",
        "In-Reply-To: <t.abc.0@league.example>\nContent-Type: multipart/report; boundary=B\n\n--B\n\nSorry.\n"
        "--B\n" STATUS "--B--\n",
        /* a list's footer around it */
        "Content-Type: multipart/mixed; boundary=M\n\n--M\nContent-Type: multipart/report; boundary=B\n\n"
        "--B\n\nSorry.\n--B\n" STATUS "--B\nContent-Type: message/rfc822\n\n" ID
        "\nx\n--B--\n--M\n\nA footer.\n--M--\n",
        "Content-Type: multipart/mixed; boundary=B\n\n--B\n\nSorry.\n--B\n" STATUS
        "--B\nContent-Type: message/rfc822\n\n" ID "\nx\n--B--\n",
        /* a gateway's message around all of it */
        "Content-Type: multipart/mixed; boundary=M\n\n--M\n\nA message could not be delivered.\n--M\n"
        "Content-Type: message/rfc822\n\nSubject: inner\nContent-Type: multipart/report; boundary=B\n\n--B\n\n"
        "Sorry.\n--B\n" STATUS "--B\nContent-Type: message/rfc822\n\n" ID "\nx\n--B--\n--M--\n",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        char text[3000];
        snprintf(text, sizeof text, DAEMON "MIME-Version: 1.0\n%s", bodies[i]);
        struct parsed p = parse_text(text);
        bool ours = false;
        for (size_t k = 0; k < p.facts.n_returned_ids; k++)
            ours |= strcmp(p.facts.returned_ids[k], "t.abc.0@league.example") == 0;
        if (!p.facts.signs.report_dsn || p.facts.n_failures != 1 || !ours ||
            strcmp(p.facts.failures[0].address, "a@b.example") != 0)
            fail_msg("body %zu: dsn %d, %zu failures, original found %d", i, p.facts.signs.report_dsn,
                     p.facts.n_failures, ours);
        parsed_free(&p);
    }
}

/* Half a megabyte of identifiers that are none, each a fold of the one before: it costs no memory, and the report counts. */
static void test_endless_folds(void **state)
{
    (void)state;
    size_t size = (size_t)512 << 10, n;
    char *text = malloc(size + 2000);
    assert_non_null(text);
    n = (size_t)sprintf(text, "%s",
                        DAEMON "Content-Type: multipart/report; boundary=B\n\n--B\n\nSorry.\n--B\n" STATUS
                               "--B\nContent-Type: text/rfc822-headers\n\n");
    while (n < size)
        n += (size_t)sprintf(text + n, " message-id:\n");
    sprintf(text + n, "--B--\n");
    struct parsed p = parse_text(text);
    assert_int_equal(p.facts.n_failures, 1);
    parsed_free(&p);
    free(text);
}

/* A filter that refuses (RFC 5429) writes a receipt; so does a reader who throws away unread. */
static void test_refused_by_a_receipt(void **state)
{
    (void)state;
    static const struct {
        const char *fields, *words, *disposition, *status;
    } rows[] = {
        {"From: Mail Delivery Subsystem <postmaster@b.example>\nAuto-Submitted: auto-replied (rejected)",
         "Your message to <a@b.example> was automatically rejected:\nQuota exceeded",
         "automatic-action/MDN-sent-automatically; deleted", "5.2.2"},
        {"From: a@b.example\nAuto-Submitted: auto-replied (rejected)", "I take no mail.",
         "automatic-action/MDN-sent-automatically; deleted", "5.7.1"},
        {"From: a@b.example\nAuto-Submitted: auto-replied", "Your message \"Rejected draft\" was deleted unread.",
         "automatic-action/MDN-sent-automatically; deleted", NULL},
        {"From: a@b.example", "It was read.", "manual-action/MDN-sent-manually; displayed", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[2000];
        snprintf(text, sizeof text,
                 "%s\nSubject: x\nContent-Type: multipart/report; report-type=disposition-notification; boundary=B\n\n"
                 "--B\n\n%s\n--B\nContent-Type: message/disposition-notification\n\n"
                 "Final-Recipient: rfc822; a@b.example\nOriginal-Message-ID: <t.abc.0@league.example>\n"
                 "Disposition: %s\n--B--\n",
                 rows[i].fields, rows[i].words, rows[i].disposition);
        struct parsed p = parse_text(text);
        bool failed = rows[i].status != NULL;
        if (p.facts.signs.report_dsn != failed || p.facts.signs.report_mdn == failed || p.facts.n_failures != failed ||
            strcmp(p.facts.returned_ids[0], "t.abc.0@league.example") != 0)
            fail_msg("row %zu", i);
        if (failed)
            assert_string_equal(p.facts.failures[0].status, rows[i].status);
        parsed_free(&p);
    }
}

static void test_other_reports(void **state)
{
    (void)state;
    struct parsed p =
        parse_text("From: a@b.example\nSubject: Read: note\nMIME-Version: 1.0\n"
                   "Content-Type: multipart/report; report-type=disposition-notification; boundary=B\n\n"
                   "--B\nContent-Type: text/plain\n\nread\n--B\nContent-Type: message/disposition-notification\n\n"
                   "Final-Recipient: rfc822;a@b.example\nOriginal-Message-ID: <t.abc.0@league.example>\nDisposition: "
                   "manual-action\n--B--\n");
    assert_true(p.facts.signs.report_mdn);
    assert_int_equal(p.facts.n_failures, 0);
    assert_string_equal(p.facts.returned_ids[0], "t.abc.0@league.example");
    parsed_free(&p);
    p = parse_text(
        "From: a@b.example\nSubject: complaint\nMIME-Version: 1.0\nContent-Type: multipart/report; "
        "report-type=feedback-report; boundary=B\n\n"
        "--B\nContent-Type: message/feedback-report\n\nFeedback-Type: not-spam\nUser-Agent: x/1\nVersion: 1\n"
        "--B\nContent-Type: message/rfc822\n\nMessage-ID: <t.abc.0@league.example>\n\nx\n--B--\n");
    assert_true(p.facts.signs.report_feedback);
    assert_int_equal(p.facts.n_failures, 0);
    assert_string_equal(p.facts.returned_ids[0], "t.abc.0@league.example");
    parsed_free(&p);
}

/* Receipts in a mail system's own form, and persons' mail that looks near. */
static void test_own_receipts(void **state)
{
    (void)state;
    static const struct {
        const char *subject, *fields, *text;
        bool receipt;
    } rows[] = {
        {"note", "Content-Class: urn:content-classes:mdn\nContent-Type: multipart/mixed; boundary=B\n",
         "--B\n\nwords\n--B\nContent-Type: message/rfc822\n\nSubject: the paper\nContent-Type: application/pdf\n\n"
         "%PDF-1.4\n--B--",
         false},
        {"Read: note", "Content-Type: multipart/mixed; boundary=B\n",
         "--B\n\nIt was read on Monday\n--B\nContent-Type: message/rfc822\n\nSubject: our answer\n\nWe agree.\n--B--",
         false},
        {"Read: note", "", "Your message\n\n   To: A\n   Subject: note\n\nwas read on 3 May 2026 10:00.", true},
        {"Not read: note", "", "Your message\n\n   Subject: note\n\nwas deleted without being read on 3 May.", true},
        {"Lu : note", "", "Votre message\n\n   À : A\n\na été lu le 3 mai 2026 10:00.", true},
        {"تمت القراءة: مذكرة", "", "رسالتك\n\nتمت قراءتها في 3 مايو 2026", true},
        {"Return Receipt", "", "Your document: note\n\nwas received by: A Name/Office at: 03.05.2026", true},
        {"note", "Content-Class: urn:content-classes:mdn\n", "x", true},
        {"Read: note", "", "Read paragraph 4 again, please.", false},
        {"Re: note", "", "Your message was read on Sunday by the minister.", false},
        {"Accusé de réception de votre note", "", "Votre message a été lu avec intérêt.", false},
        {"Read: our comments", "Content-Type: application/pdf; name=a.pdf\n", "was read on 3 May", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[1000];
        const char *type = strstr(rows[i].fields, "-Type") ? "" : "Content-Type: text/plain; charset=utf-8\n";
        snprintf(text, sizeof text, "From: a@b.example\nSubject: %s\nIn-Reply-To: <t.abc.0@league.example>\n%s%s\n%s\n",
                 rows[i].subject, rows[i].fields, type, rows[i].text);
        struct parsed p = parse_text(text);
        if (p.facts.signs.report_mdn != rows[i].receipt || p.facts.n_returned_ids != rows[i].receipt)
            fail_msg("%s", rows[i].subject);
        bool marked = strstr(rows[i].fields, "mdn");
        assert_int_equal(p.facts.signs.mdn_in_words, rows[i].receipt && !marked);
        if (strstr(rows[i].text, "%PDF"))
            assert_true(p.facts.signs.has_papers && p.facts.parts[0].forwarded);
        parsed_free(&p);
    }
}

/* The same part in mails of several shapes: who wrote a report, and who tells of one. */
static void test_what_is_a_report(void **state)
{
    (void)state;
    static const struct {
        const char *fields, *type;
        bool report;
    } rows[] = {
        {"From: a@b.example", "multipart/report; report-type=delivery-status", true},
        {"From: a@b.example", "multipart/report", true},
        {"From: a@b.example", "multipart/mixed", false},
        {"From: a@b.example\nReturn-Path: <>", "multipart/mixed", true},
        {"From: MAILER-DAEMON@b.example", "multipart/mixed", true},
    };
    static const char *const parts[] = {"message/delivery-status", "message/disposition-notification",
                                        "message/feedback-report"};
    for (size_t i = 0; i < 3 * (sizeof rows / sizeof *rows); i++) {
        char text[1000];
        snprintf(text, sizeof text,
                 "%s\nSubject: x\nContent-Type: %s; boundary=B\n\n--B\nContent-Type: text/plain\n\nhello\n"
                 "--B\nContent-Type: %s; name=x.txt\n\nFinal-Recipient: rfc822; c@d.example\nAction: failed\n\n--B--\n",
                 rows[i / 3].fields, rows[i / 3].type, parts[i % 3]);
        struct parsed p = parse_text(text);
        const struct mail_signs *s = &p.facts.signs;
        bool seen[] = {s->report_dsn, s->report_mdn, s->report_feedback};
        if (seen[i % 3] != rows[i / 3].report || s->has_papers)
            fail_msg("%s, %s, %s", rows[i / 3].fields, rows[i / 3].type, parts[i % 3]);
        parsed_free(&p);
    }
}

static void test_prose(void **state)
{
    (void)state;
    static const struct {
        const char *message;
        enum report_action action;
        const char *address, *status;
    } rows[] = {
        {"From: MAILER-DAEMON@q.example\nTo: s@league.example\nSubject: failure notice\n\nHi. This is the qmail-send "
         "program.\n\n<a@jo.example>:\n"
         "Sorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the "
         "message.\n\nMessage-ID: <t.x.0@league.example>\nTo: z@jo.example\n",
         REPORT_FAILED, "a@jo.example", "5.1.1"},
        {"From: Mail Delivery System <Mailer-Daemon@e.example>\nTo: s@league.example\nX-Failed-Recipients: "
         "a@jo.example\nSubject: Mail delivery failed\n\n"
         "A message that you sent could not be delivered.\n\n  a@jo.example\n    mailbox is full\n",
         REPORT_FAILED, "a@jo.example", "5.2.2"},
        {"From: postmaster@e.example\nTo: s@league.example\nSubject: Warning: message delayed 24 hours\n\n"
         "Your message has not yet been delivered to:\n\n  a@jo.example\n\nNo action is required. Delivery attempts "
         "will continue.\n",
         REPORT_DELAYED, "a@jo.example", "4.0.0"},
        {"From: postmaster@ma.example\nTo: s@league.example\nSubject: =?utf-8?Q?=C3=89chec_de_la_remise?=\n\n"
         "Votre message n'a pas pu être remis.\nDestinataire inconnu :\n  a@ma.example\n",
         REPORT_FAILED, "a@ma.example", "5.1.1"},
        {"From: postmaster@eg.example\nTo: s@league.example\nSubject: x\nContent-Type: text/plain; "
         "charset=utf-8\n\nتعذر تسليم رسالتك إلى:\n\na@eg.example\n\n550 5.1.1\n",
         REPORT_FAILED, "a@eg.example", "5.1.1"},
        /* a person who speaks of bounces */
        {"From: office@jo.example\nTo: s@league.example\nSubject: Re: note\n\nMy colleague a@jo.example could not open "
         "the file.\n",
         REPORT_NONE, NULL, ""},
        /* an out-of-office answer with a null return path */
        {"Return-Path: <>\nFrom: office@jo.example\nTo: s@league.example\nSubject: Automatic reply: note\n\nThis "
         "address does not exist any more, write to a@jo.example\n",
         REPORT_NONE, NULL, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct parsed p = parse_text(rows[i].message);
        if (p.facts.signs.action != rows[i].action || p.facts.n_failures != (rows[i].address ? 1 : 0))
            fail_msg("row %zu: action %d, %zu failures", i, (int)p.facts.signs.action, p.facts.n_failures);
        assert_int_equal(p.facts.signs.prose_bounce, rows[i].address != NULL);
        if (rows[i].address) {
            assert_string_equal(p.facts.failures[0].address, rows[i].address);
            assert_string_equal(p.facts.failures[0].status, rows[i].status);
        }
        parsed_free(&p);
    }
}

static void test_prose_returned_id(void **state)
{
    (void)state;
    struct parsed p = parse_text(
        "From: MAILER-DAEMON@q.example\nTo: s@league.example\nSubject: failure notice\n\n<a@jo.example>:\nno such "
        "user\n\n"
        "--- Below this line is a copy of the message.\n\nReceived: by x\nMessage-ID: <t.abc.0@league.example>\n");
    assert_int_equal(p.facts.n_returned_ids, 1);
    assert_string_equal(p.facts.returned_ids[0], "t.abc.0@league.example");
    parsed_free(&p);
}

/* A person forwards a bounce: it is the person's mail. */
static void test_forwarded_report(void **state)
{
    (void)state;
    struct parsed p = parse_text(
        "From: office@jo.example\nSubject: Fwd: what is this?\nMIME-Version: 1.0\nContent-Type: multipart/mixed; "
        "boundary=F\n\n"
        "--F\nContent-Type: text/plain\n\nPlease look.\n--F\nContent-Type: message/rfc822\n\n" REPORT
        "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822;a@b.example\nAction: failed\nStatus: 5.1.1\n--B--\n--F--\n");
    assert_false(p.facts.signs.report_dsn);
    assert_int_equal(p.facts.n_failures, 0);
    parsed_free(&p);
}

/* A complaint without a report part: the mail that was complained about, and a subject. */
static void test_complaint_by_subject(void **state)
{
    (void)state;
    static const struct {
        const char *subject;
        bool feedback;
    } rows[] = {{"complaint about message from 192.0.2.7", true},
                {"complaint about message from 2001:db8::7", true},
                {"Complaint about message from Bahrain", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[600];
        snprintf(
            text, sizeof text,
            "From: staff@mail.example\nSubject: %s\nContent-Type: multipart/mixed; boundary=B\n\n--B\n"
            "Content-Type: message/rfc822\n\nMessage-ID: <t.abc.0@league.example>\nSubject: note\n\nhello\n--B--\n",
            rows[i].subject);
        struct parsed p = parse_text(text);
        if (p.facts.signs.report_feedback != rows[i].feedback || p.facts.n_failures > 0)
            fail_msg("%s", rows[i].subject);
        if (rows[i].feedback)
            assert_string_equal(p.facts.returned_ids[0], "t.abc.0@league.example");
        parsed_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_complaint_by_subject),
        cmocka_unit_test(test_recipients),
        cmocka_unit_test(test_returned_headers),
        cmocka_unit_test(test_one_group),
        cmocka_unit_test(test_other_reports),
        cmocka_unit_test(test_recipient_forms),
        cmocka_unit_test(test_status_in_the_notice),
        cmocka_unit_test(test_wrappings),
        cmocka_unit_test(test_endless_folds),
        cmocka_unit_test(test_own_receipts),
        cmocka_unit_test(test_refused_by_a_receipt),
        cmocka_unit_test(test_what_is_a_report),
        cmocka_unit_test(test_prose),
        cmocka_unit_test(test_prose_returned_id),
        cmocka_unit_test(test_forwarded_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
