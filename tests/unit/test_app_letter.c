/* Letters from the shipped templates: every kind in every language; what they must say; and templates that are
 * wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "letter_sample.h"

#define ALL_LANGS 7u

static struct templates *shipped(struct arena *a)
{
    struct problems p = {0};
    struct templates *t = templates_load(a, sample_templates_dir(), NULL, 0, &p);
    if (!t)
        fail_msg("%s", buf_text(&p.text));
    buf_free(&p.text);
    return t;
}

static struct letter_text rendered(struct arena *a, const struct letter *l)
{
    struct letter_text out = {0};
    struct err e = {0};
    if (!letter_render(a, shipped(a), l, &out, &e))
        fail_msg("%s: %s", letter_kind_names[l->kind], e.text);
    return out;
}

static void must_have(const char *text, const char *what)
{
    if (!strstr(text, what))
        fail_msg("\"%s\" is missing in:\n%s", what, text);
}

static void must_lack(const char *text, const char *what)
{
    if (strstr(text, what))
        fail_msg("\"%s\" should not be in:\n%s", what, text);
}

static bool utf8_lead(char c)
{
    return ((unsigned char)c & 0xc0) != 0x80;
}

static void lines_wrapped(const char *text)
{
    size_t columns = 0;
    bool set_in = false;
    for (const char *s = text; *s; s++) {
        set_in = columns == 0 ? strncmp(s, "    ", 4) == 0 : set_in;
        columns = *s == '\n' ? 0 : columns + utf8_lead(*s);
        if (columns > 76 && !set_in)
            fail_msg("a line of more than 76 columns: %.100s", s - 80);
    }
}

static void every_kind_and_language(void **state)
{
    (void)state;
    for (int kind = 0; kind < LETTER_KIND_COUNT; kind++)
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            ARENA_SCOPED a = arena_new();
            struct letter l = sample_letter((enum letter_kind)kind, LANG_BIT(lang));
            struct letter_text t = rendered(a, &l);
            must_lack(t.text, "{{");
            must_lack(t.html, "{{");
            must_lack(t.subject, "{{");
            must_lack(t.text, "\n\n\n");
            assert_null(strchr(t.subject, '\n'));
            assert_true(strlen(t.text) > 200);
            assert_string_equal(t.lang, lang_names[lang]);
            must_have(t.html, lang == LANG_AR ? "<div lang=\"ar\" dir=\"rtl\"" : "dir=\"ltr\"");
            must_lack(t.html, "http");
            if (lang != LANG_AR)
                lines_wrapped(t.text);
        }
}

static void round_letters_say_reference_and_deadline(void **state)
{
    (void)state;
    for (int kind = 0; kind < LETTER_CLOSING; kind++) {
        ARENA_SCOPED a = arena_new();
        struct letter l = sample_letter((enum letter_kind)kind, LANG_BIT(LANG_AR));
        struct letter_text t = rendered(a, &l);
        assert_int_equal(strncmp(t.subject, "[ARCP/2026/04 – JO] ", strlen("[ARCP/2026/04 – JO] ")), 0);
        must_have(t.text, "الثلاثاء 15 ديسمبر/كانون الأول 2026، الساعة 23:59 بتوقيت القاهرة (UTC+2)");
        must_have(t.text, "أطيب تحياتها إلى المندوبية الدائمة للمملكة الأردنية الهاشمية");
        must_have(t.text, "لتعرب عن فائق تقديرها واحترامها");
    }
}

static void languages_joined(void **state)
{
    ARENA_SCOPED a = arena_new();
    (void)state;
    struct letter l = sample_letter(LETTER_NOTICE, LANG_BIT(LANG_FR) | LANG_BIT(LANG_AR));
    struct letter_text t = rendered(a, &l);
    assert_string_equal(t.lang, "ar");
    must_have(t.subject, "رعاية اللاجئين");
    const char *rule = strstr(t.text, "────");
    assert_non_null(rule);
    assert_true(strstr(t.text, "تهدي الأمانة") < rule);
    assert_true(strstr(t.text, "ses compliments") > rule);
    assert_true(strstr(t.html, "lang=\"ar\"") < strstr(t.html, "lang=\"fr\""));
    must_have(t.html, "<hr");
    must_lack(t.html, "lang=\"en\"");
}

static void receipt_names_papers_and_what_is_missing(void **state)
{
    ARENA_SCOPED a = arena_new();
    (void)state;
    struct letter l = sample_letter(LETTER_RECEIPT, LANG_BIT(LANG_EN));
    struct letter_text t = rendered(a, &l);
    must_have(t.text, "its thanks");
    must_have(t.text, "1. \u2068تقرير الأردن عن التعهدات.pdf\u2069 (1.4 MB, SHA-256: 3f2a9c0b77d1)");
    must_have(t.text, "new version (No. 2)");
    must_have(t.text, "had been received\n   before");
    must_have(t.text, "“\u2068صور.zip\u2069”: the file (31.5 MB) is larger");
    must_have(t.text, "3. National efforts on the Global Compact on Refugees");
    must_lack(t.text, "1. Pledges made");
    must_lack(t.text, "could not be verified");
    l.missing = 0;
    l.complete = l.unverified = true;
    l.sender = "someone@jo.example";
    t = rendered(a, &l);
    must_have(t.text, "thereby complete");
    must_have(t.text, "someone@jo.example");
    must_have(t.text, "could not be verified");
    must_lack(t.text, "the following remain");
}

static void nothing_is_late_before_the_deadline(void **state)
{
    static const char *const late[LANG_COUNT] = {"بعد الموعد", "as late", "tardif"}, *const kept[LANG_COUNT] = {
                                                                                         "يُحفظ كذلك", "kept as well",
                                                                                         "également conservé"};
    (void)state;
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        ARENA_SCOPED a = arena_new();
        struct letter l = sample_letter(LETTER_CLOSING, LANG_BIT(lang));
        struct letter_text t = rendered(a, &l);
        must_have(t.text, kept[lang]);
        must_lack(t.text, late[lang]);
        must_lack(t.html, late[lang]);
        l.now_at = l.deadline_at + 1;
        t = rendered(a, &l);
        must_have(t.text, late[lang]);
        must_have(t.html, late[lang]);
    }
}

/* A round that has ended promises no deadline and, once it is cancelled, asks for nothing. */
static void receipts_of_a_round_that_has_ended(void **state)
{
    static const char *const closed[LANG_COUNT] = {"وقد اختُتمت", "has since been closed", "a depuis été clos"},
                             *const cancelled[LANG_COUNT] = {"وقد أُلغيت", "has since been cancelled",
                                                             "depuis été annulé"};
    static const char *const deadline[LANG_COUNT] = {"15 ديسمبر", "15 December", "15\u00a0décembre"},
                             *const asked[LANG_COUNT] = {"الجهود الوطنية", "National efforts", "Efforts nationaux"},
                             *const please[LANG_COUNT] = {"مع إرفاق الورقة", "with the paper attached",
                                                          "en y joignant"};
    (void)state;
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        ARENA_SCOPED a = arena_new();
        struct letter l = sample_letter(LETTER_RECEIPT, LANG_BIT(lang)),
                      p = sample_letter(LETTER_PROBLEM, LANG_BIT(lang));
        l.closed = p.closed = true;
        p.missing = l.missing;
        must_lack(rendered(a, &l).text, deadline[lang]);
        must_have(rendered(a, &l).html, closed[lang]);
        must_have(rendered(a, &l).text, asked[lang]);
        must_lack(rendered(a, &p).html, deadline[lang]);
        must_have(rendered(a, &p).html, please[lang]);
        l.cancelled = p.cancelled = true;
        must_have(rendered(a, &l).text, cancelled[lang]);
        must_lack(rendered(a, &l).html, asked[lang]);
        must_have(rendered(a, &p).text, cancelled[lang]);
        must_lack(rendered(a, &p).text, please[lang]);
        must_lack(rendered(a, &p).text, asked[lang]);
    }
}

static void reminder_by_its_day(void **state)
{
    ARENA_SCOPED a = arena_new();
    (void)state;
    struct letter l = sample_letter(LETTER_REMINDER, LANG_BIT(LANG_AR));
    struct letter_text t = rendered(a, &l);
    must_have(t.text, "وإلحاقاً بمذكرتها رقم \u2068412/5\u2069 بتاريخ 22 نوفمبر/تشرين الثاني 2026");
    must_have(t.text, "ويتبقى عليه 8 أيام");
    must_lack(t.text, "آخر تذكير");
    l.days_left = 2;
    l.last_before_deadline = true;
    t = rendered(a, &l);
    must_have(t.text, "ويتبقى عليه يومان");
    must_have(t.text, "ويُقيَّد وارداً بعد الموعد");
    l.days_left = -1;
    l.now_at = l.deadline_at + 86400;
    l.last_before_deadline = false;
    t = rendered(a, &l);
    must_have(t.text, "كان الموعد النهائي");
    must_lack(t.text, "ويتبقى");
    l.answered = true;
    l.missing = 1;
    must_have(rendered(a, &l).text, "1. التعهدات المعلنة");
}

static void persons_get_a_letter(void **state)
{
    ARENA_SCOPED a = arena_new();
    (void)state;
    struct letter l = sample_letter(LETTER_NOTICE, ALL_LANGS);
    l.party = &sample_organisation;
    struct letter_text t = rendered(a, &l);
    must_have(t.text, "تحية طيبة وبعد");
    must_have(t.text, "Dear Sir or Madam");
    must_have(t.text, "Madame, Monsieur");
    must_lack(t.text, "أطيب تحياتها");
    must_lack(t.text, "compliments");
    must_lack(t.text, "412/5");
    l.party = &sample_jordan;
    l.spec = &sample_round_without_note;
    must_have(rendered(a, &l).text, "تحية طيبة وبعد");
}

static void names_made_where_no_form_is_given(void **state)
{
    ARENA_SCOPED a = arena_new();
    (void)state;
    struct letter l = sample_letter(LETTER_NOTICE, ALL_LANGS);
    l.party = &sample_djibouti;
    struct letter_text t = rendered(a, &l);
    must_have(t.text, "المندوبية الدائمة لجمهورية جيبوتي");
    must_have(t.html, "the Permanent Mission of the Republic of Djibouti to the League");
    must_have(t.html, "à la Mission permanente de la République de Djibouti auprès");
    must_have(t.html, "<p style=\"margin:12px 0\">The General Secretariat");
}

/* A body of another name, feminine in French, is the only one that its mails name; in a state's note and in a letter. */
static const char *const directorate_words[LANG_COUNT][3] = {
    {"وتغتنم إدارة الشؤون الاجتماعية هذه المناسبة", "وترجو إدارة الشؤون الاجتماعية", "إبلاغ إدارة الشؤون الاجتماعية"},
    {"The Directorate of Social Affairs avails itself", "The Directorate of Social Affairs would be grateful",
     "kindly tell the Directorate of Social Affairs"},
    {"La Direction des affaires sociales saisit", "La Direction des affaires sociales saurait gré",
     "prière d’en informer la Direction des affaires sociales"},
};

static const char *without_breaks(struct arena *a, const char *text)
{
    char *copy = arena_strdup(a, text), *to = copy;
    for (const char *s = text; *s; s++)
        if (!strchr(" \n", *s))
            *to++ = *s;
        else if (to > copy && to[-1] != ' ')
            *to++ = ' ';
    *to = '\0';
    return copy;
}

static void names_one_body(const struct letter *l, const char *const *words, size_t n_words)
{
    static const char *const others[] = {"الأمانة", "Technical Secretariat", "Secrétariat"};
    ARENA_SCOPED a = arena_new();
    struct letter_text t = rendered(a, l);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        must_lack(t.text, others[i]);
        must_lack(t.html, others[i]);
    }
    for (size_t i = 0; i < n_words; i++) {
        must_have(without_breaks(a, t.text), words[i]);
        must_have(t.html, words[i]);
    }
}

static void another_secretariat_names_itself(void **state)
{
    struct config other = *sample_letter(LETTER_NOTICE, 1u).config;
    const struct config directorate = {
        .name = {"المنظمة العربية للتنمية", "Arab Organization for Development",
                 "L’Organisation arabe de développement"},
        .short_name = {"إدارة الشؤون الاجتماعية", "Directorate of Social Affairs",
                       "La Direction des affaires sociales"},
    };
    (void)state;
    memcpy(other.name, directorate.name, sizeof other.name);
    memcpy(other.short_name, directorate.short_name, sizeof other.short_name);
    for (int kind = 0; kind < LETTER_KIND_COUNT; kind++)
        for (int i = 0; i < LANG_COUNT * 8; i++) {
            struct letter l = sample_letter((enum letter_kind)kind, LANG_BIT(i % LANG_COUNT));
            l.config = &other;
            if (i / LANG_COUNT & 1 && l.spec)
                l.spec = &sample_round_without_note;
            if (i / LANG_COUNT & 2)
                l.answered = l.unverified = l.cancelled = true;
            if (i / LANG_COUNT & 4)
                l.days_left = -1, l.now_at = l.deadline_at + 86400;
            names_one_body(&l, NULL, 0);
        }
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        struct letter notice = sample_letter(LETTER_NOTICE, LANG_BIT(lang)), receipt = notice;
        receipt.kind = LETTER_RECEIPT;
        notice.config = receipt.config = &other;
        receipt.unverified = true;
        names_one_body(&notice, directorate_words[lang], 2);
        names_one_body(&receipt, &directorate_words[lang][2], 1);
    }
}

static void problem_says_why(void **state)
{
    ARENA_SCOPED a = arena_new();
    (void)state;
    struct letter l = sample_letter(LETTER_PROBLEM, LANG_BIT(LANG_FR));
    must_have(rendered(a, &l).text, "aucune contribution n’y était");
    struct letter_paper why = {
        .name = "Re: <b>appel</b>", .sha256 = "", .item = -1, .trouble = "le document n'est pas signé"};
    l.papers = &why;
    l.n_papers = 1;
    struct letter_text t = rendered(a, &l);
    must_have(t.text, "le document n'est pas signé");
    must_have(t.html, "&lt;b&gt;appel");
    why.trouble = "empty";
    must_have(rendered(a, &l).text, "est arrivé vide");
}

/* There is no program as PDF: the paper itself is asked for, if there is one. */
static void a_program_is_not_asked_for_in_another_format(void **state)
{
    static const char *const says[LANG_COUNT][2] = {
        [LANG_AR] = {"لا تُقبل البرامج", "فيُرجى إرسال الورقة نفسها بنسق PDF"},
        [LANG_EN] = {"programs and other files of this kind are not accepted", "kindly send the paper itself as PDF"},
        [LANG_FR] = {"les programmes et fichiers de ce genre ne sont pas", "le document lui-même au format PDF"}};
    ARENA_SCOPED a = arena_new();
    const struct letter_paper program = {.name = "setup.exe", .sha256 = "", .item = -1, .trouble = "refused_type"};

    (void)state;
    for (int i = 0; i < 2 * LANG_COUNT; i++) {
        int lang = i / 2;
        struct letter l = sample_letter(i % 2 ? LETTER_RECEIPT : LETTER_PROBLEM, LANG_BIT(lang));

        l.papers = &program;
        l.n_papers = 1;
        for (int k = 0; k < 2; k++) {
            must_have(without_breaks(a, rendered(a, &l).text), says[lang][k]);
            must_have(rendered(a, &l).html, says[lang][k]);
        }
    }
}

/* It was received, and is asked for once more as a file that can be read. */
static void receipt_asks_for_what_is_locked(void **state)
{
    static const char *const
        asks[LANG_COUNT] = {[LANG_AR] = "محمي بكلمة مرور",
                            [LANG_EN] = "protected by a password",
                            [LANG_FR] = "protégé par un mot de passe"},
        *const one_by_one[LANG_COUNT] = {
            [LANG_AR] = "كلٍّ على حدة", [LANG_EN] = "the files in it singly", [LANG_FR] = "les fichiers un par un"};
    ARENA_SCOPED a = arena_new();
    struct letter_paper papers[] = {{.name = "a.zip", .sha256 = "", .item = -1, .version = 1, .closed = true},
                                    {.name = "locked.pdf", .sha256 = "", .item = -1, .version = 1, .locked = true},
                                    {.name = "open.pdf", .sha256 = "", .item = -1, .version = 1}};

    (void)state;
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        struct letter l = sample_letter(LETTER_RECEIPT, LANG_BIT(lang));

        l.papers = papers + 2;
        l.n_papers = 1;
        must_lack(rendered(a, &l).text, asks[lang]);
        must_lack(rendered(a, &l).text, one_by_one[lang]);
        l.papers = papers;
        l.n_papers = 3;
        must_have(without_breaks(a, rendered(a, &l).text), one_by_one[lang]);
        must_have(rendered(a, &l).html, one_by_one[lang]);
        must_have(without_breaks(a, rendered(a, &l).text), asks[lang]);
        must_have(rendered(a, &l).html, asks[lang]);
    }
}

static void officers_mails(void **state)
{
    ARENA_SCOPED a = arena_new();
    (void)state;
    struct letter l = sample_letter(LETTER_ALERT, LANG_BIT(LANG_AR));
    struct letter_text t = rendered(a, &l);
    must_have(t.text, "    taamim reply accept 17\n");
    must_have(t.text, "    taamim reply reject 17 --why \"...\"\n");
    must_have(t.html, "<code dir=\"ltr\"");
    must_have(t.text, "جيبوتي (DJ)");
    must_have(t.text, "    مرسِل غير معروف\n");
    must_have(t.text, "    عند مرحلة \u2068تسجيل الدخول\u2069: \u2068535 5.7.8 authentication failed\u2069\n");
    must_have(t.html, ">مرسِل غير معروف</div>"); /* a line of its own, in the direction of its own */
    must_have(t.html, "measures v2.docx\u2069 (ورد من قبل)</div>");
    must_have(t.text, "تقرير الأردن عن التعهدات.pdf\u2069، \u2068measures v2.docx\u2069");
    must_lack(t.text, "قبول: 17");
    l.by_mail = true; /* who may decide by mail is shown how */
    t = rendered(a, &l);
    must_have(t.text, "    قبول: 17\n    رفض: 17\n");
    must_have(t.html, ">قبول: 17</div>");
    l.n_alerts = 1;
    must_have(rendered(a, &l).subject, "[ARCP/2026/04 – DJ] ");
    l.langs = LANG_BIT(LANG_FR);
    must_have(without_breaks(a, rendered(a, &l).text),
              "ARCP/2026/04, réponse nᵒ\u00a017 (2026-12-04 09:48), en attente depuis");
    struct letter_alert unreadable = {
        .kind = "held", .message = 9, .text = "\u2068\u2069 – \u2068\u2069\nno message could be read from the file"};
    l.alerts = &unreadable;
    t = rendered(a, &l);
    must_have(t.text, "\n    le fichier ne contient aucun message lisible\n");
    must_lack(t.text, "    \u2068\u2069");
    l = sample_letter(LETTER_DIGEST, LANG_BIT(LANG_EN));
    t = rendered(a, &l);
    const char *jo = strstr(t.text, "Jordan (JO): Complete"), *dj = strstr(t.text, "Djibouti (DJ): Partial");
    assert_true(jo && dj && jo < dj);
    must_have(t.text, "missing items: 1, 2");
    must_have(t.text, "partial: 1, no paper yet: 1, no answer yet:");
    must_have(t.text, "KM (KM): Wrote, no paper yet; papers: 1; locked by a password: 1");
    must_have(t.text, "waiting for 3 days");
    must_have(t.text, l.chain_head);
}

/* What an officer asked for, before and after; and what was wrong with it, with the right form. */
static void answers_to_officers(void **state)
{
    ARENA_SCOPED a = arena_new();
    (void)state;
    struct letter l = sample_letter(LETTER_ANSWER, LANG_BIT(LANG_AR));
    struct letter_answer says = *l.answer;
    struct letter_text t = rendered(a, &l);
    must_have(t.subject, "للتأكيد: تمديد الموعد");
    must_have(t.text, "\u2068ARCP/2026/04\u2069: مُدّد الموعد إلى \u2068Sunday 20 December 2026\u2069؛ ");
    must_have(t.text, "عدد الجهات المُبلَّغة: \u20681\u2069");
    must_have(t.text, "- الجهة: \u2068الأردن\u2069");
    must_have(t.text, "بكلمة: نعم");
    must_have(t.text, "الثلاثاء 8 ديسمبر/كانون الأول 2026");
    l.answer = &says;
    says.kind = ANSWER_DONE;
    t = rendered(a, &l);
    must_have(t.subject, "نُفّذ الطلب");
    must_lack(t.text, "بكلمة: نعم");
    says.kind = ANSWER_FAULT;
    says.told = "line 2: deadline is said twice";
    l.langs = LANG_BIT(LANG_FR);
    t = rendered(a, &l);
    must_have(t.text, "ligne 2\u00a0: «\u00a0échéance\u00a0» figure deux fois");
    must_have(t.text, "    échéance : 15 décembre 2026\n");
    must_lack(t.text, "annuler"); /* the right form of this one alone */
    says.verb = -1;
    must_have(rendered(a, &l).text, "    annuler : ARCP/2026/04\n");
    says.request = NULL; /* not about a form */
    must_lack(rendered(a, &l).text, "ARCP");
    says.kind = ANSWER_HELP;
    must_have(rendered(a, &l).html, "annuler : ARCP/2026/04");
}

/* What several alerts tell of one reply stands together, with all that can be done, and its sender once. */
static void one_reply_is_one_entry(void **state)
{
    static const struct letter_alert alerts[] = {
        {"filed", "ARCP/2026/04", "JO", &sample_jordan, 18, 0, "\u2068focal@jo.example\u2069\n\u2068sealed.zip\u2069"},
        {"sealed", "ARCP/2026/04", "JO", &sample_jordan, 18, 0, "\u2068focal@jo.example\u2069\na reason"},
        {"not_taken", "ARCP/2026/04", "JO", &sample_jordan, 18, 0, "\u2068focal@jo.example\u2069\nanother reason"},
        {"next_contact", "ARCP/2026/04", "JO", &sample_jordan, 0, 0, "mission@jo.example: 550"},
    };
    ARENA_SCOPED a = arena_new();
    struct letter l = sample_letter(LETTER_ALERT, LANG_BIT(LANG_EN));
    struct letter_text t;
    (void)state;
    l.alerts = alerts;
    l.n_alerts = 3;
    t = rendered(a, &l);
    must_have(t.subject, "Reply filed – Filed, cannot be looked into – Attachment not taken");
    must_have(t.text, "    \u2068focal@jo.example\u2069\n    \u2068sealed.zip\u2069\n    a reason\n    another reason\n"
                      "To do:\n    taamim reply show 18\n    taamim reply item 18 PAPER ITEM\n");
    must_lack(t.text, "\n2. ");
    l.n_alerts = 4;
    t = rendered(a, &l);
    must_have(t.text, "\n2. Not delivered, the next contact is written to, Jordan");
    must_lack(t.text, "round resend");
}

/* ---- templates that are wrong, overriding, freezing */

static void remove_folder(const char *folder)
{
    ARENA_SCOPED a = arena_new();
    if (strncmp(folder, "/tmp/", 5) == 0 && system(arena_printf(a, "rm -r '%s'", folder)) != 0)
        fail_msg("%s stays", folder);
}

static void put(const char *folder, const char *name, const char *text)
{
    ARENA_SCOPED a = arena_new();
    assert_true(file_write(arena_printf(a, "%s/%s", folder, name), text, strlen(text), 0600, NULL));
}

static struct templates *with_own(struct arena *a, const char *folder, struct problems *p)
{
    size_t n;
    const struct round_template *own = templates_of_folder(a, folder, &n, NULL);
    assert_non_null(own);
    return templates_load(a, sample_templates_dir(), own, n, p);
}

static void wrong_templates_are_told(void **state)
{
    ARENA_SCOPED a = arena_new();
    char folder[] = "/tmp/letter.XXXXXX";
    struct problems p = {0};
    (void)state;
    assert_non_null(mkdtemp(folder));
    put(folder, "notice.ar.txt", "Subject: {{titel}}\n\nنص\n\n{{dedline}}\n");
    put(folder, "notice.en.html", "<p>{{title}}</p>\n<p>{{chain_head}}</p>\n");
    put(folder, "reminder.fr.txt", "sans objet\n");
    put(folder, "notise.ar.txt", "Subject: x\n\ny\n");
    assert_null(with_own(a, folder, &p));
    must_have(buf_text(&p.text), "/notice.ar.txt:1: {{titel}} is no name of this message; did you mean {{title}}?");
    must_have(buf_text(&p.text), "/notice.ar.txt:5: {{dedline}}");
    must_have(buf_text(&p.text), "/notice.en.html:2: {{chain_head}}");
    must_have(buf_text(&p.text), "/reminder.fr.txt:1: a text begins with");
    must_have(buf_text(&p.text), "/notise.ar.txt: no message");
    assert_int_equal(p.n, 5);
    buf_free(&p.text);
    remove_folder(folder);
}

/* A template may name whom a letter is for; an organisation's name has its article where the register gives it. */
static void addressees_that_are_no_states(void **state)
{
    ARENA_SCOPED a = arena_new();
    char folder[] = "/tmp/letter.XXXXXX";
    struct problems p = {0};
    struct letter_text t;
    struct party with_to = sample_organisation, with_of = sample_organisation;
    (void)state;
    with_to.to[LANG_EN] = "to the Regional Commission";
    with_to.to[LANG_FR] = "à la Commission régionale";
    with_of.of[LANG_EN] = "of the Regional Commission";
    with_of.of[LANG_FR] = "de la Commission régionale";
    assert_non_null(mkdtemp(folder));
    put(folder, "notice.en.txt", "Subject: x\n\nNote {{to_addressee}}.\n");
    put(folder, "notice.fr.txt", "Subject: x\n\nNote {{to_addressee}}.\n");
    const struct templates *own = with_own(a, folder, &p);
    struct letter l = sample_letter(LETTER_NOTICE, LANG_BIT(LANG_EN) | LANG_BIT(LANG_FR));
    l.party = &with_to;
    assert_true(own && letter_render(a, own, &l, &t, NULL));
    must_have(t.text, "Note to the Regional Commission.");
    must_have(t.text, "Note à la Commission régionale.");
    l.party = &with_of;
    assert_true(letter_render(a, own, &l, &t, NULL));
    must_have(t.text, "Note to the Regional Commission.");
    must_have(t.text, "Note à l’attention de la Commission régionale.");
    remove_folder(folder);
}

static void missing_templates_are_told(void **state)
{
    ARENA_SCOPED a = arena_new();
    struct problems p = {0};
    (void)state;
    assert_null(templates_load(a, "/nonexistent", NULL, 0, &p));
    assert_int_equal(p.n, 1 + LETTER_KIND_COUNT * LANG_COUNT * 2);
    must_have(buf_text(&p.text), "/nonexistent/notice.ar.txt");
    must_have(buf_text(&p.text), "\nthere are more problems");
    buf_free(&p.text);
}

static void override_is_frozen(void **state)
{
    ARENA_SCOPED a = arena_new();
    char folder[] = "/tmp/letter.XXXXXX";
    struct problems p = {0};
    struct letter_text t;
    (void)state;
    assert_non_null(mkdtemp(folder));
    put(folder, "closing.en.txt", "Subject: Our own {{title}}\n\nThe round is over.\n");
    struct templates *own = with_own(a, folder, &p);
    const char *frozen = arena_printf(a, "%s/frozen", folder);
    assert_true(own && templates_freeze(own, frozen, NULL));
    struct templates *again = templates_load(a, frozen, NULL, 0, &p);
    struct letter l = sample_letter(LETTER_CLOSING, LANG_BIT(LANG_EN));
    assert_true(again && letter_render(a, again, &l, &t, NULL));
    assert_string_equal(t.subject, "Our own Care for refugees and migrants: papers of the members");
    assert_string_equal(t.text, "The round is over.\n");
    remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_and_language),
        cmocka_unit_test(round_letters_say_reference_and_deadline),
        cmocka_unit_test(languages_joined),
        cmocka_unit_test(receipt_names_papers_and_what_is_missing),
        cmocka_unit_test(nothing_is_late_before_the_deadline),
        cmocka_unit_test(receipts_of_a_round_that_has_ended),
        cmocka_unit_test(reminder_by_its_day),
        cmocka_unit_test(persons_get_a_letter),
        cmocka_unit_test(names_made_where_no_form_is_given),
        cmocka_unit_test(another_secretariat_names_itself),
        cmocka_unit_test(problem_says_why),
        cmocka_unit_test(a_program_is_not_asked_for_in_another_format),
        cmocka_unit_test(receipt_asks_for_what_is_locked),
        cmocka_unit_test(officers_mails),
        cmocka_unit_test(answers_to_officers),
        cmocka_unit_test(one_reply_is_one_entry),
        cmocka_unit_test(wrong_templates_are_told),
        cmocka_unit_test(addressees_that_are_no_states),
        cmocka_unit_test(missing_templates_are_told),
        cmocka_unit_test(override_is_frozen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
