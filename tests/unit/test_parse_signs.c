/* What is automatic by its header, and the mail of persons that looks near. */
#include "parse_case.h"

static void each_subject(const char *const *rows, size_t n, bool automatic)
{
    int wrong = 0;
    for (size_t i = 0; i < n; i++) {
        char text[600];
        snprintf(text, sizeof text, "From: a@b.example\nSubject: %s\n\nhello\n", rows[i]);
        struct parsed p = parse_text(text);
        if (p.facts.signs.subject_auto != automatic) {
            print_error("%s\n", rows[i]);
            wrong++;
        }
        parsed_free(&p);
    }
    assert_int_equal(wrong, 0);
}

/* As Exchange, Outlook, Gmail, Zimbra and Domino write them. */
static void test_automatic_subjects(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "Automatic reply: Note 12",
        "AUTOMATIC REPLY: Note 12",
        "Out of Office AutoReply: Note 12",
        "Out of Office: Note 12",
        "Out of office",
        "Out of Office Re: Note 12",
        "Out of the office until 3 May",
        "Auto: Note 12",
        "AUTO: A. Name is out of the office (returning 03/12/2026)",
        "A. Name is out of the office (returning 03/12/2026).",
        "[Auto-Reply] Note 12",
        "***Automatic reply*** Note 12",
        "Vacation: Note 12",
        "On leave until Sunday",
        "I am out of the office",
        "Réponse automatique : Note 12",
        "Réponse automatique\u00a0: Note 12",
        "RE: Réponse automatique : Note 12",
        "Absence du bureau : Note 12",
        "Absent(e) jusqu’au 3 mai",
        "Hors du bureau",
        "En congé du 3 au 7 mai",
        "رد تلقائي: مذكرة",
        "رد آلي: مذكرة",
        "ردّ تلقائيّ: مذكرة",
        "\u200fرد تلقائي: مذكرة",
        "رد: رد تلقائي: مذكرة",
        "خارج المكتب",
        "خارج المكتب: مذكرة",
        "خارج المكتب حتى 3 ديسمبر",
        "خارج المكتب من 3 إلى 7 ديسمبر",
        "غير متواجد في المكتب",
        "في إجازة سنوية",
        "إجابة تلقائية: مذكرة",
        "Automatische Antwort: Note 12",
        "Abwesend bis 3.5.",
        "Respuesta automática: Nota 12",
        "Fuera de la oficina",
        "Risposta automatica: Nota 12",
        "Fuori ufficio: Nota 12",
        "Resposta automática: Nota 12",
        "Otomatik yanıt: Not 12",
        "Automatisch antwoord: Nota 12",
        "Автоматический ответ: Нота 12",
        "Автоответ: Нота 12",
        "پاسخ خودکار: یادداشت",
        "מענה אוטומטי: מכתב",
        "自动答复: 照会",
        "自動返信：照会",
        "Odpowiedź automatyczna: Nota 12",
        "[Automatyczna odpowiedź] Nota 12",
        "Ārpus biroja: Nota 12",
        "Automatski odgovor: Nota 12",
        "Balasan otomatis: Nota 12",
        "Accusé de réception automatique : Note 12",
        "Auto-acknowledgement: Note 12",
        "رد آلي من مكتب المندوبية",
        "Automatic reply from the mission",
        "إشعار استلام تلقائي: مذكرة",
    };
    each_subject(rows, sizeof rows / sizeof *rows, true);
}

static void test_subjects_of_persons(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "Out of office equipment list",
        "Out of Office Furniture",
        "Automatic reply systems in consulates",
        "Auto-entrepreneurs migrants",
        "Automatic exchange of data",
        "Automated response to trafficking",
        "Vacation and leave of migrant workers",
        "On leave, pensions and social rights",
        "On leave – figures by state",
        "On vacation homes and residence",
        "Our reply is automatic: see annex",
        "The minister is out of the office until Sunday",
        "Réponse automatique aux frontières",
        "Réponse de la délégation",
        "Absence d’objection",
        "Absence - données manquantes",
        "En congé de maternité : statistiques",
        "Hors du bureau de liaison",
        "Message automatiquement transmis",
        "رد إلى الأمانة الفنية",
        "رد إلى: الأمانة الفنية",
        "رد الي الأمانة الفنية",
        "رد على المذكرة",
        "الاجتماع خارج المكتب",
        "خارج المكتب التنفيذي",
        "خارج المكتبة الوطنية",
        "غير موجود في القائمة",
        "غير متواجدين في البيانات",
        "في إجازة الوثيقة الختامية",
        "رسالة من البعثة",
        "Ausencia de objeciones",
        "Fuera de la oficina de prensa",
        "Automatische Antworten im System",
        "Challenge",
        "Absences",
        "Accusé de réception de la note 12",
        "إشعار باستلام المذكرة",
        "رد من مكتب المندوبية",
        "خارج الدوام الرسمي: بيانات",
        "Automatic replies from states",
    };
    each_subject(rows, sizeof rows / sizeof *rows, false);
}

static void test_headers(void **state)
{
    (void)state;
    static const struct {
        const char *fields;
        bool vendor;
        enum auto_submitted submitted;
    } rows[] = {
        {"Auto-Submitted: auto-replied", false, AUTO_REPLIED},
        {"Auto-Submitted: Auto-Replied (vacation)", false, AUTO_REPLIED},
        {"Auto-Submitted: auto-replied; owner-email=\"a@b.example\"", false, AUTO_REPLIED},
        {"Auto-Submitted: auto-replied (zimbra; vacation)", false, AUTO_REPLIED},
        {"Auto-Submitted: auto-notified; owner-email=\"a@b.example\"", false, AUTO_REPLIED},
        {"Auto-Submitted: auto-generated", false, AUTO_GENERATED},
        {"Auto-Submitted: auto-new-word", false, AUTO_GENERATED},
        {"Auto-Submitted: no", false, AUTO_NO},
        {"Auto-Submitted: No (a person)", false, AUTO_NO},
        {"Auto-Submitted: auto-forwarded", false, AUTO_ABSENT},
        {"X-Autoreply: yes", true, AUTO_ABSENT},
        {"X-Autorespond: note", true, AUTO_ABSENT},
        {"X-Mail-Autoreply: A", true, AUTO_ABSENT},
        {"X-AutoReply-From: a@b.example", true, AUTO_ABSENT},
        {"Precedence: auto_reply", true, AUTO_ABSENT},
        {"X-Precedence: auto_reply", true, AUTO_ABSENT},
        {"X-Autogenerated: Reply", true, AUTO_ABSENT},
        {"X-Autogenerated: Mirror", false, AUTO_ABSENT},
        {"X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent", true, AUTO_ABSENT},
        /* an answer by a rule, and a person's mail that somebody's rule sent on */
        {"X-MS-Exchange-Inbox-Rules-Loop: A@b.example", true, AUTO_ABSENT},
        {"X-MS-Exchange-Inbox-Rules-Loop: colleague@b.example", false, AUTO_ABSENT},
        {"X-Auto-Response-Suppress: All", false, AUTO_ABSENT},
        {"X-Auto-Response-Suppress: DR, OOF, AutoReply", false, AUTO_ABSENT},
        {"Precedence: bulk", false, AUTO_ABSENT},
        {"Precedence: list", false, AUTO_ABSENT},
        {"Importance: high\nX-Mailer: Outlook", false, AUTO_ABSENT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[600];
        snprintf(text, sizeof text, "From: a@b.example\nSubject: note\n%s\n\nhello\n", rows[i].fields);
        struct parsed p = parse_text(text);
        const struct mail_signs *s = &p.facts.signs;
        if (s->precedence_auto != rows[i].vendor || s->auto_submitted != rows[i].submitted || s->subject_auto)
            fail_msg("%s", rows[i].fields);
        parsed_free(&p);
    }
}

static void test_senders(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        bool daemon;
    } rows[] = {
        {"MAILER-DAEMON@b.example", true},
        {"Mail Delivery System <Mailer-Daemon@b.example>", true},
        {"Mailer Daemon <x@b.example>", true},
        {"post_master@b.example", true},
        {"\"Postmaster\" <x@b.example>", true},
        {"MicrosoftExchange329e71ec@b.example", true},
        {"postmaster.general@b.example", false},
        {"System Administrator <it@b.example>", false}, /* a person's office, too */
        {"Mail Administrator <a@b.example>", false},
        {"The Administrator <a@b.example>", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[300];
        snprintf(text, sizeof text, "From: %s\nSubject: note\n\nhello\n", rows[i].from);
        struct parsed p = parse_text(text);
        if (p.facts.signs.from_daemon != rows[i].daemon)
            fail_msg("%s", rows[i].from);
        parsed_free(&p);
    }
}

static void test_challenges(void **state)
{
    (void)state;
    static const struct {
        const char *subject, *text;
        bool challenge;
    } rows[] = {
        {"Challenge", "Prove that you are no robot and we deliver your message: https://x.example", true},
        {"Re: Confirm your message", "It waits until you confirm: https://x.example", true},
        {"Sender verification: note", "Not a robot? https://x.example", true},
        {"[Spam Arrest] note", "Get your message delivered: https://x.example", true},
        {"Demande d'authentification", "Merci de vous authentifier : https://x.example", true},
        {"التحقق من المرسل", "يرجى تأكيد أنك لست روبوتا لتسليم رسالتك: https://x.example", true},
        {"Demande d'authentification des actes", "Merci de vous authentifier : https://x.example", false},
        {"A challenge for all of us", "As human beings we need you to confirm your address: https://x.example", false},
        {"Challenge of integration", "Our whitelist of states is on https://x.example, made by a real person", false},
        {"Verification required: annex 2", "Please complete the verification of figures on https://x.example", false},
        {"Confirmation required: list of participants", "Confirm your address in https://x.example", false},
        {"Confirmation of participation", "not a robot; deliver your message http://x.example", false},
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

static void test_away_until(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"I am out of the office until 3 December 2026. For urgent matters call 123.", "until 3 December 2026"},
        {"I am away until\nMonday, December 3 and will answer then.", "until Monday, December 3"},
        {"I shall be back on 03.12.2026.", "be back on 03.12.2026"},
        {"Returning on Monday!", "Returning on Monday"},
        {"I am away from 1 to 7 December with no access to mail.", "away from 1 to 7 December"},
        {"I am away until further notice.", "until further notice"},
        {"Je suis absent jusqu’au 3 décembre. En cas d'urgence, appelez le 123.", "jusqu’au 3 décembre"},
        {"Je serai de retour le 3 décembre 2026 et répondrai alors.", "de retour le 3 décembre 2026"},
        {"Je suis absent(e) du bureau jusqu'au 12/01/2027.", "absent(e) du bureau jusqu'au 12/01/2027"},
        {"Je suis en congé du 1er au 7 mai.", "congé du 1er au 7 mai"},
        {"أنا خارج المكتب حتى 3 ديسمبر 2026، وللحالات العاجلة اتصلوا بالمكتب.", "حتى 3 ديسمبر 2026"},
        {"سأعود في ٣ كانون الأول.", "سأعود في ٣ كانون الأول"},
        {"سأعود إلى العمل يوم الأحد", "سأعود إلى العمل يوم الأحد"},
        {"أنا خارج المكتب، وسأعود في 3 ديسمبر.", "سأعود في 3 ديسمبر"},
        {"أنا في إجازة من 1 إلى 7 ديسمبر 2026.", "إجازة من 1 إلى 7 ديسمبر 2026"},
        {"Ich bin bis zum 3. Dezember nicht im Büro.", "bis zum 3. Dezember nicht im Büro"},
        {"Estaré ausente hasta el 3 de diciembre.", "hasta el 3 de diciembre"},
        {"Thank you, we have received your message.", ""},
        {"I shall not rest until justice is done.", ""},
        {"I am away.\n\nOn Monday the secretariat wrote:\n> Please answer until 14 May 2026.", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[700];
        snprintf(text, sizeof text,
                 "From: a@b.example\nAuto-Submitted: auto-replied\nSubject: Re: note\nContent-Type: text/plain; "
                 "charset=utf-8\n\n%s\n",
                 rows[i].text);
        struct parsed p = parse_text(text);
        if (strcmp(p.facts.away_until, rows[i].words) != 0)
            fail_msg("\"%s\" of: %s", p.facts.away_until, rows[i].text);
        parsed_free(&p);
    }
    struct parsed p = parse_text("From: a@b.example\nSubject: Absent until 3 December\n\nI am away.\n");
    assert_string_equal(p.facts.away_until, "until 3 December");
    parsed_free(&p);
    p = parse_text("From: a@b.example\nSubject: note\n\nWe shall answer until 3 December.\n"); /* a person */
    assert_string_equal(p.facts.away_until, "");
    parsed_free(&p);
    char text[3000] = "From: a@b.example\nAuto-Submitted: auto-replied\nSubject: x\n\nuntil 3 ";
    for (size_t n = strlen(text); n < 2900; n += 2)
        memcpy(text + n, "\xD8\xAA", 3);
    p = parse_text(text);
    assert_true(strlen(p.facts.away_until) <= 120 && strlen(p.facts.away_until) > 100);
    parsed_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_automatic_subjects),
        cmocka_unit_test(test_subjects_of_persons),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_senders),
        cmocka_unit_test(test_challenges),
        cmocka_unit_test(test_away_until),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
