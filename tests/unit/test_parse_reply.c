/* The sender's own words, HTML to text, and links to files. */
#include "parse_case.h"
#include "parse/text.h"

static void test_reply(void **state)
{
    (void)state;
    static const struct {
        const char *text, *own;
    } rows[] = {
        {"Yes.\n\nOn Mon, 2 Nov 2026 at 10:00, Secretariat <s@league.example> wrote:\n> the note\n> more\n", "Yes."},
        {"Yes.\n\nOn Mon, 2 Nov 2026 at 10:00, Secretariat\n<s@league.example> wrote:\n\n> the note\n", "Yes."},
        {"Oui.\n\nLe lun. 2 nov. 2026 à 10:00, Secrétariat <s@league.example> a écrit :\n\n> la note\n", "Oui."},
        {"نعم\n\nفي الاثنين، 2 نوفمبر 2026 في 10:00 ص كتب الأمانة <s@league.example>:\n\n> النص\n", "نعم"},
        {"نعم\n\nكتب الأمانة في 2 نوفمبر 2026:\n\nالنص\n", "نعم"},
        {"نعم\n\n\xE2\x80\x8Fفي 2/11/2026 10:00، كتب الأمانة:\n> النص\n", "نعم"},
        {"Yes.\n\n-----Original Message-----\nFrom: S\nSent: Monday\n\nnote\n", "Yes."},
        {"Oui.\n\n-----Message d'origine-----\nDe : S\n", "Oui."},
        {"Yes.\n\n________________________________\nFrom: S\nSent: Monday\n\nnote\n", "Yes."},
        {"Yes.\n\nFrom: S <s@league.example>\nSent: Monday\nTo: me\nSubject: x\n\nnote\n", "Yes."},
        {"Oui.\n\nDe : S <s@league.example>\nEnvoyé : lundi\nÀ : moi\nObjet : x\n\nnote\n", "Oui."},
        {"نعم\n\nمن: الأمانة\nتم الإرسال: الاثنين\nإلى: نحن\nالموضوع: مذكرة\n\nالنص\n", "نعم"},
        {"Yes.\n\n-- \nOffice\nPhone\n", "Yes."},
        {"Yes.\n\nSent from my iPhone\n", "Yes."},
        {"نعم\n\nأُرسلت من الـ iPhone الخاص بي\n", "نعم"},
        {"Hello\n02.04.2026 14:20 пользователь <\ns@league.example> написал:\n\n> note\n",
         "Hello"}, /* any language, quotation right below */
        {"Yes.\n\n----------\nFrom: S\nDate: Monday\n\nnote\n", "Yes."},
        /* answers below and between the quoted lines are kept */
        {"On Mon, 2 Nov 2026, S wrote:\n> one?\nYes.\n> two?\nNo.\n", "Yes.\nNo."},
        /* a person's own sentences are no attribution */
        {"On Monday we wrote to the ministry.\nIt agrees.\n", "On Monday we wrote to the ministry.\nIt agrees."},
        {"From: the ministry's side there is no objection.\nRegards\n",
         "From: the ministry's side there is no objection.\nRegards"},
        {"", ""},
        {"> only quoted\n", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        char *text = strdup(rows[i].text);
        char *own = reply_text(a, "", text);
        free(text);
        assert_string_equal(own, rows[i].own);
    }
}

struct row {
    const char *family, *text, *own;
};

static void check_rows(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ARENA_SCOPED a = arena_new();
        char *text = strdup(rows[i].text);
        const char *own = reply_text(a, "", text);
        free(text);
        if (strcmp(own, rows[i].own) != 0)
            fail_msg("%s: \"%s\" is not \"%s\"", rows[i].family, own, rows[i].own);
    }
}
#define CHECK_ROWS(rows) check_rows((rows), sizeof(rows) / sizeof *(rows))

/* How each family of programs quotes, in the three languages of the mail. */
static const struct row families[] = {
    {"Outlook, Arabic",
     "نرفق ردنا.\n\nمن: الأمانة العامة <s@league.example>\nتم الإرسال: 02/نوفمبر/2026 10:00 ص\nإلى: مكتبنا\n"
     "الموضوع: مذكرة\n\nالنص الأصلي\n",
     "نرفق ردنا."},
    {"Outlook, Arabic, with direction marks",
     "نرفق ردنا.\n\n\u200fمن:\u200f الأمانة العامة\n\u200fتم الإرسال:\u200f ٠٢/نوفمبر/٢٠٢٦ ١٠:٠٠ "
     "ص\n\u200fإلى:\u200f "
     "مكتبنا\n\u200fالموضوع:\u200f مذكرة\n\nالنص\n",
     "نرفق ردنا."},
    {"Outlook on the web, Arabic",
     "نعم\n________________________________\nمن: الأمانة\nتم الإرسال: الاثنين\nإلى: نحن\nالموضوع: مذكرة\n\nالنص",
     "نعم"},
    {"Outlook, French, no-break spaces",
     "Bien reçu.\n\nDe\u00a0: Secrétariat <s@league.example>\nEnvoyé\u00a0: lundi 2 novembre 2026 10:00\nÀ\u00a0: "
     "Bureau\n"
     "Objet\u00a0: Note\n\nTexte\n",
     "Bien reçu."},
    {"Outlook, French, in bold",
     "Bien reçu.\n\n*De :* Secrétariat\n*Envoyé :* lundi 2 novembre 2026 10:00\n*À :* Bureau\n*Objet :* "
     "Note\n\nTexte\n",
     "Bien reçu."},
    {"Outlook, date before the others",
     "Yes.\n\nFrom: Secretariat <s@league.example>\nDate: Monday, 2 November 2026 at 10:00\nTo: Office\nCc: Desk\n"
     "Subject: Note\n\nnote",
     "Yes."},
    {"Outlook, a list of addresses over two lines",
     "Yes.\n\nFrom: Secretariat <s@league.example>\nSent: Monday\nTo: One <one@mfa.example>;\n Two "
     "<two@mfa.example>\n"
     "Subject: Note\n\nnote",
     "Yes."},
    {"Gmail, Arabic",
     "نعم\n\nفي الاثنين، 2 نوفمبر 2026 في 10:00 ص تمت كتابة ما يلي بواسطة \u202aالأمانة العامة\u202c\u200f "
     "<\u202as@league.example\u202c\u200f>:\n\n> النص\n",
     "نعم"},
    {"Gmail, Arabic, over lines",
     "نعم\n\n\u202bفي الاثنين، ٢ نوفمبر ٢٠٢٦ في ١٠:٠٠ ص كتب \u202aالأمانة\u202c\u200f "
     "<\n\u202as@league.example\u202c\u200f>:\u202c\n\n"
     "> النص\n",
     "نعم"},
    {"Apple, Arabic", "نعم\n\nفي ٢ نوفمبر ٢٠٢٦، الساعة ١٠:٠٠ ص، كتب/كتبت الأمانة <s@league.example>:\n\nالنص\n", "نعم"},
    {"Arabic, the verb first", "نعم\n\nكتبت الأمانة العامة <s@league.example> في 2 نوفمبر 2026 10:00:\nالنص", "نعم"},
    {"Gmail, French, over lines",
     "Oui.\n\nLe lun. 2 nov. 2026 à 10:00, Secrétariat général <\ns@league.example> a écrit :\n\n> la note\n", "Oui."},
    {"Apple, French of Canada", "Oui.\n\nLe 2 nov. 2026 à 10 h 00, Secrétariat a écrit\u00a0:\n\nla note\n", "Oui."},
    {"Yahoo, French",
     "Oui.\n    Le lundi 2 novembre 2026 à 10:00:00 UTC+2, S <s@league.example> a écrit :  \n \n la note", "Oui."},
    {"Yahoo, English",
     "Yes.\n    On Monday, 2 November 2026 at 10:00:00 am GMT+2, S <s@league.example> wrote:  \n \n note", "Yes."},
    {"Yahoo, old", "Yes.\n\n\n________________________________\n From: S <s@league.example>\nTo: m\n\nnote", "Yes."},
    {"Zimbra, Arabic",
     "نعم\n\n----- الرسالة الأصلية -----\nمن: \"الأمانة\" <s@league.example>\nإلى: نحن\nالمرسل: الاثنين\n\nالنص",
     "نعم"},
    {"Zimbra, French", "Oui.\n\n----- Mail original -----\nDe: \"S\" <s@league.example>\nÀ: nous\n\nla note", "Oui."},
    {"Samsung, Arabic", "نعم\n\n\n-------- الرسالة الأصلية --------\nمن: الأمانة\nالتاريخ: ٢/١١/٢٠٢٦\n\nالنص", "نعم"},
    {"Samsung, French", "Oui.\n\n-------- Message d’origine --------\nDe : S\nDate : 02/11/2026 10:00\n\nla note",
     "Oui."},
    {"Thunderbird, French", "Oui.\n\nLe 02/11/2026 à 10:00, S a écrit :\n> la note\n", "Oui."},
    {"Thunderbird, below the quotation", "On 11/2/26 10:00, S wrote:\n> one\n> two\n\nYes.\n", "Yes."},
    {"Domino, a table",
     "Yes.\n\n\n\nSecretariat <s@league.example>\n02/11/2026 10:00\n\nTo\nOffice\ncc\n\nSubject\nNote\n\nnote\n",
     "Yes."},
    {"Domino, a table in one piece",
     "Yes.\n\nSecretariat <s@league.example>\n02/11/2026 10:00\nTo\nOffice\ncc\n\nSubject\nNote\n\nnote\n", "Yes."},
    {"Domino, dashes", "Yes.\n\n-----Secretariat <s@league.example> wrote: -----\nTo: me\n\nnote", "Yes."},
    {"Domino, columns",
     "Yes.\n\nFrom:\tSecretariat <s@league.example>\nTo:\tOffice\nDate:\t02/11/2026 10:00\nSubject:\tx\n\nnote",
     "Yes."},
    {"Hotmail, old",
     "Yes.\n\nSubject: Note\nFrom: s@league.example\nTo: me\nDate: Mon, 2 Nov 2026 10:00:00 +0200\n\nnote", "Yes."},
    {"an original in original",
     "Yes.\n\nOn 2 Nov 2026, at 10:00, S wrote:\n\n> one\n>\n> On 1 Nov, T wrote:\n>> zero\n", "Yes."},
    {"words above the attribution without a line between", "Hi,\nOn Tue, 2026-11-03 at 18:02, S wrote:\n> one\nYes.\n",
     "Hi,\nYes."},
    {"Horde", "Yes.\n\nQuoting S <s@league.example>:\n\n> note\n", "Yes."},
    {"Horde, Arabic", "نعم\n\nاقتباس الأمانة <s@league.example>:\n\n> النص\n", "نعم"},
    {"GroupWise", "Yes.\n\n>>> S <s@league.example> 11/2/2026 10:00 AM >>>\nthe note\nmore", "Yes."},
    {"GroupWise, later",
     "Yes.\n\n>>> On 11/2/2026 at 10:00 AM, in message <1@league.example>, S\n<s@league.example> wrote:\n> note\n",
     "Yes."},
    {"GroupWise, later, in one line", "Yes.\n\n>>> On 11/2/2026 at 10:00 AM, S <s@league.example> wrote:\n\nthe note",
     "Yes."},
    {"what was quoted three times is no GroupWise", ">>> one 10:00\nYes.\n>>> two >>>\nNo.", "Yes.\nNo."},
    {"Yahoo for Android, the original behind the colon",
     "Yes.\n\n  On Mon, Nov 2, 2026 at 10:00 AM, S<s@league.example> wrote:   the note\nmore of it", "Yes."},
    {"Yahoo for Android, French",
     "Oui.\n\n  Le lun., nov. 2, 2026 à 10:00, S<s@league.example> a écrit :   la note\nla suite", "Oui."},
    {"Yahoo for Android, Arabic",
     "نعم\n\n  في الاثنين, نوفمبر 2, 2026 في 10:00 ص, الأمانة<s@league.example> كتب:   النص\nالمزيد", "نعم"},
    {"a date in the words above it",
     "We agree as of 2 Nov.\nOn Tue, 3 Nov 2026 at 18:02, S <s@l.example> wrote:\n> one\n", "We agree as of 2 Nov."},
};

static void test_families(void **state)
{
    (void)state;
    CHECK_ROWS(families);
}

static void test_signatures(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"iPhone", "Yes.\n\nSent from my iPhone\n\n> note", "Yes."},
        {"carrier", "Yes.\n\nSent from my Verizon, Samsung Galaxy smartphone", "Yes."},
        {"Outlook", "Yes.\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\nFrom: S",
         "Yes."},
        {"French", "Oui.\n\nEnvoyé de mon iPhone", "Oui."},
        {"French, Samsung", "Oui.\n\nEnvoyé depuis mon smartphone Samsung Galaxy.\n", "Oui."},
        {"French, Outlook", "Oui.\n\nTélécharger Outlook pour Android<https://aka.ms/x>\n", "Oui."},
        {"Arabic", "نعم\n\nمُرسل من هاتف Samsung Galaxy الخاص بي\n", "نعم"},
        {"Arabic, iPhone", "نعم\n\nأُرسلت من الـ iPhone\n\nفي ٢ نوفمبر ٢٠٢٦، الساعة ١٠:٠٠ ص، كتب الأمانة:\nالنص", "نعم"},
        {"Arabic, Outlook", "نعم\n\nالحصول على Outlook لـ Android<https://aka.ms/x>\n", "نعم"},
        {"Arabic, Samsung", "نعم\n\nتم إرسالها من جهاز Galaxy الخاص بي\n", "نعم"},
        {"in brackets", "Yes.\n\n(Sent from my mobile)\n", "Yes."},
        {"Windows", "Yes.\n\nSent from Windows Mail\n\nFrom: S\nSent: Monday\nTo: us\n", "Yes."},
        {"Markdown", "Yes.\n\nSent from [Mail](https://go.example) for Windows\n", "Yes."},
        {"a person's sentence of the kind", "Yes.\n\nSent from my desk, is much easier than from my mobile phone.",
         "Yes.\n\nSent from my desk, is much easier than from my mobile phone."},
        {"a dashed name", "Yes.\n\n-Office Desk\n\nOn 1/3/26 7:07 PM, S wrote:\n> note", "Yes."},
        {"a dashed answer", "Our answers:\n\n-Yes", "Our answers:\n\n-Yes"},
        {"an answer below a signature", "-- \nDesk\n\n> one?\nYes.", "Yes."},
        {"a list's foot", "Yes.\n\n_______________________________________________\nlist mailing list", "Yes."},
        {"a notice of secrecy",
         "Yes.\n\nThis e-mail and its files are confidential and meant for the\nintended recipient alone.\n", "Yes."},
        {"a notice of secrecy, French", "Oui.\n\nCe message et ses pièces jointes sont confidentiels.\n", "Oui."},
        {"a notice of secrecy, Arabic", "نعم\n\nهذه الرسالة سرية وموجهة إلى المرسل إليه فقط.\n", "نعم"},
        {"a person's own words of the kind", "This message replaces ours of Monday.",
         "This message replaces ours of Monday."},
        {"a person's own secret", "هذه الرسالة سرية للغاية.\nنوافق على المشروع.\n\nمع التحية",
         "هذه الرسالة سرية للغاية.\nنوافق على المشروع.\n\nمع التحية"},
        {"a server's warning above the words",
         "CAUTION: This email originated from outside of the organization.\nDo not click.\n\nYes.", "Yes."},
        {"a server's warning in brackets", "[تنبيه: هذه الرسالة من خارج المؤسسة]\n\nنعم", "نعم"},
        {"a rule left over", "Yes.\n\n--------\n\n> note", "Yes."},
    };
    CHECK_ROWS(rows);
}

/* What begins like a quotation and is none stays whole. */
static void test_persons_own(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "On your side the file is complete.\n\nRegards",
        "On 2 November 2026 the ministry wrote: we agree.\nMore follows.",
        "On Monday at 10:00 we meet:\nall welcome.",
        "On Monday at 10:00 the minister wrote:\nwe agree.",
        "في الساعة 10:00 كتب الوزير:\nنوافق.",
        "Le ministre a écrit à ce sujet.\nMerci",
        "Le 2 novembre 2026, le Ministre a écrit au Secrétaire général :\nnous maintenons notre position.",
        "Le 2 novembre 2026 à 10:00, le Ministre a écrit au Secrétaire général :\nnous maintenons notre position.",
        "On 2 November 2026, the Minister wrote to the Secretary-General:\nthe answer is the same.",
        "في 2 نوفمبر 2026، كتب السيد الوزير:\nنؤكد موقفنا.",
        "في 2 نوفمبر 2026، الساعة 10:00، كتب السيد الوزير إلى الأمين العام:\nنؤكد موقفنا.",
        "كتب السيد الوزير إلى الأمين العام في 2 نوفمبر 2026:\nنؤكد موقفنا.",
        "في مكتبنا عند الساعة 10:00:\nاجتماع الوفد.",
        "كتب الوزير في هذا الشأن:\nنوافق على المذكرة.",
        "من: 12 نوفمبر\nإلى: 15 نوفمبر\nيصل الوفد إلى القاهرة.",
        "From: the ministry\nTo: the secretariat\nSubject: nomination\n\nWe nominate our delegate.",
        "من: وزارة الخارجية\nإلى: الأمانة العامة\nالتاريخ: 2 نوفمبر 2026\nالموضوع: الترشيح\n\nنرشح مندوبنا.",
        "Date: 12 May\nVenue: Cairo",
        "To\nbe continued",
        "Two points:\n- one\n- two",
        "a -- b\nc",
        "Our answers:\n--\n1. We attend.\n--\n2. No visa is needed.",
        "Remarks\n--\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n21\n22\n23\n24\n25\n26",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        assert_string_equal(reply_text(a, "Re: note", rows[i]), rows[i]);
    }
}

/* Who passes a mail on and adds nothing lets the other speak; who answers and adds nothing says nothing. */
static void test_passed_on(void **state)
{
    (void)state;
    static const struct {
        const char *subject, *text, *own;
    } rows[] = {
        {"x",
         "---------- Forwarded message ---------\nFrom: M <m@mfa.example>\nDate: Mon\nSubject: x\nTo: me\n\n\nWe "
         "agree.\n",
         "We agree."},
        {"x", "---------- الرسالة المُعاد توجيهها ---------\nمن: م <m@mfa.example>\nالتاريخ: الاثنين\n\nنوافق.\n",
         "نوافق."},
        {"x", "-------- Message transféré --------\nSujet : x\nDate : lundi\nDe : M\nPour : nous\n\nD'accord.\n",
         "D'accord."},
        {"x", "Begin forwarded message:\n\n> From: M <m@mfa.example>\n> Subject: x\n>\n> We agree.\n", "We agree."},
        {"FW: x", "From: M <m@mfa.example>\nSent: Monday\nTo: us\nSubject: x\n\nWe agree.\n", "We agree."},
        {"TR: x", "De : M <m@mfa.example>\nEnvoyé : lundi\nÀ : nous\nObjet : x\n\nD'accord.\n", "D'accord."},
        {"تحويل: x", "من: م <m@mfa.example>\nتم الإرسال: الاثنين\nإلى: نحن\nالموضوع: x\n\nنوافق.\n", "نوافق."},
        {"FW: x", "See below.\n\nFrom: M <m@mfa.example>\nSent: Monday\n\nWe agree.\n", "See below."},
        {"RE: x", "From: M <m@mfa.example>\nSent: Monday\nTo: us\nSubject: x\n\nnote\n", ""},
        {"FW: x",
         "From: M <m@mfa.example>\nSent: Monday\nTo: us\nSubject: x\n\nWe agree.\n\nFrom: S\nSent: Sunday\nTo: "
         "M\nSubject: x\n\nnote",
         "We agree."},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        assert_string_equal(reply_text(a, rows[i].subject, rows[i].text), rows[i].own);
    }
}

static void test_html(void **state)
{
    (void)state;
    static const struct {
        const char *html, *text;
    } rows[] = {
        {"<p>one</p><p>two</p>", "one\n\ntwo\n\n"},
        {"<div>one<br>two</div>", "one\ntwo\n"},
        {"a &amp; b &lt;c&gt; &#1578; &nbsp; &eacute;", "a & b <c> ت é"},
        {"<style>x{}</style>yes<script>no</script>", "yes"},
        {"<blockquote>quoted<br>more</blockquote>", "> quoted\n> more\n"},
        {"  many \n\t spaces ", "many spaces"},
        {"<!-- no -->yes", "yes"},
        {"1 < 2", "1 < 2"},
        {"<", "<"},
        {"<unclosed", ""},
        {"&", "&"},
        {"&#xD800;&#99999999;x", "x"},
        {"<td>a</td><td>b</td>", "a b"},
        {"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc\n"},
        {"<ul><li>a</li><li>b</li></ul>c", "- a\n- b\nc"},
        {"<ol><li>a<li>b</ol>c", "1. a\n2. b\nc"},
        {"</ol></ul><li>a", "- a"},
        {"<div style=\"display: none; max-height: 0\">teaser <div>more</div></div>yes", "yes"},
        {"<span style='DISPLAY:NONE'>no", "no"}, /* it has no end */
        {"&#146;&#x2019;&Ccedil;", "’’Ç"},
        {"<p dir=rtl>&rlm;نعم</p>", "نعم\n\n"},
        {"<title>no</title><head>no</head>yes", "yes"},
        {"a\001b", "a b"},
        {"<blockquote style=\"margin: 0 0 0 40px; border: none; padding: 0px;\">set in</blockquote>", "set in\n"},
        {"<blockquote>a<blockquote style='margin:0 0 0 40px;border:none'>b</blockquote>c</blockquote>d",
         "> a\n> b\n> c\nd"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        char *html = strdup(rows[i].html);
        char *text = html_to_text(a, html);
        free(html);
        assert_string_equal(text, rows[i].text);
    }
}

static void test_html_reply(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "<div>Yes.</div><div class=\"gmail_quote\">On Mon S wrote:<blockquote>note</blockquote></div>",
        "<p>Yes.</p><div id=\"divRplyFwdMsg\"><b>From:</b> S</div><div>note</div>",
        "<p>Yes.</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p><b>From:</b> S<br><b>Sent:</b> "
        "Monday</p></div><p>note</p>",
        "<p>Yes.</p><blockquote type=cite>note</blockquote>",
        "<div dir=rtl>Yes.</div><div class=gmail_quote><div dir=rtl class=gmail_attr>whatever words<br></div>"
        "<blockquote class=gmail_quote>note</blockquote></div>",
        "<div class=moz-cite-prefix>whatever:<br></div><blockquote type=cite>note</blockquote><p>Yes.</p>",
        "Yes.<div class=\"ydp1yahoo_quoted\"><div>whatever:</div><div>note</div></div>",
        "<div>Yes.</div><div id=\"appendonsend\"></div><hr><div dir=ltr>note</div>",
        "Yes.<hr id=\"zwchr\" data-marker=\"__DIVIDER__\"><div>note</div>",
        "Yes.<div class=OutlookMessageHeader>note</div>",
        "<div class=WordSection1><p>Yes.</p><div dir=RTL style='border:none;border-top:solid #E1E1E1 "
        "1.0pt;padding:3.0pt'>"
        "<p><b>من:</b> الأمانة<br><b>تم الإرسال:</b> الاثنين<br><b>إلى:</b> نحن<br><b>الموضوع:</b> مذكرة</p></div>"
        "<p>note</p></div>",
        "<p>Yes.</p><div class=\"gmail_signature\"><div>Desk</div></div>",
        "<p>Yes.</p><div id=\"Signature\"><p>Desk</p></div><div id=\"appendonsend\"></div>note",
        "<p style='border-top:solid #000 1pt'>Yes.</p>",
        "<div class=gmail_quote>---------- Forwarded message ---------<br>From: <b>M</b> "
        "&lt;m@mfa.example&gt;<br>Date: Mon"
        "<br>Subject: x<br>To: me<br><br><br>Yes.</div>",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        const char *text = html_to_text(a, rows[i]);
        const char *own = reply_text(a, "", text);
        if (strcmp(own, "Yes.") != 0)
            fail_msg("%s: \"%s\"", rows[i], own);
        assert_null(strchr(text_without_marks(a, text), TEXT_QUOTE_MARK));
    }
}

/* Links to files, in the words and behind them. */
static void test_links(void **state)
{
    (void)state;
    static const struct {
        const char *text, *link; /* NULL: none */
    } rows[] = {
        {"See https://drive.google.com/file/d/abc/view?usp=sharing.",
         "https://drive.google.com/file/d/abc/view?usp=sharing"},
        {"ردنا: https://1drv.ms/b/s!abc، مع التحية", "https://1drv.ms/b/s!abc"},
        {"«https://we.tl/t-abc»", "https://we.tl/t-abc"},
        {"file<https://mfa-my.sharepoint.com/:b:/g/personal/x>", "https://mfa-my.sharepoint.com/:b:/g/personal/x"},
        {"HTTP://WWW.DROPBOX.COM/s/abc", "HTTP://WWW.DROPBOX.COM/s/abc"},
        {"https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwetransfer.com%2Fdownloads%2Fabc&data=05",
         "https://wetransfer.com/downloads/abc"},
        {"https://www.google.com/url?q=https://mega.nz/file/abc&sa=D", "https://mega.nz/file/abc"},
        {"https://urldefense.proofpoint.com/v2/url?u=https-3A__disk.yandex.com_d_abc&d=x",
         "https://disk.yandex.com/d/abc"},
        {"https://urldefense.com/v3/__https://www.swisstransfer.com/d/abc__;!!x",
         "https://www.swisstransfer.com/d/abc"},
        {"https://mfa.example/files/paper.PDF", "https://mfa.example/files/paper.PDF"},
        {"https://www.dropbox.com/", NULL}, /* no file */
        {"https://mfa.example/", NULL},
        {"https://evil-dropbox.com/s/abc", NULL},
        {"https://dropbox.com.evil.example/s/abc", NULL},
        {"https://dropbox.com@evil.example/s/abc", NULL},
        {"ftp://dropbox.com/s/abc", NULL},
        {"javascript:https.dropbox.com/s/abc", NULL},
        {"dropbox.com/s/abc", NULL},
        {"https://", NULL},
        {"https://[", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        const char **links = NULL;
        size_t n = 0;
        links_of(a, rows[i].text, &links, &n);
        links_of(a, rows[i].text, &links, &n); /* each once */
        if (n != (rows[i].link != NULL))
            fail_msg("%s: %zu links", rows[i].text, n);
        if (n)
            assert_string_equal(links[0], rows[i].link);
    }
}

/* A list of links ends; a long one is cut; a file's ending tells only in a mail that is about it. */
static void test_links_bounds(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    const char **links = NULL;
    char *text = arena_alloc(a, 100000), *p = text;
    size_t n = 0;
    for (int i = 0; i < 50; i++)
        p += sprintf(p, "https://we.tl/t-%d\n", i);
    links_of(a, text, &links, &n);
    assert_int_equal(n, FACTS_LINKS_MAX);
    n = 0;
    memset(text + sprintf(text, "https://we.tl/"), 'x', 3000);
    links_of(a, text, &links, &n);
    assert_int_equal(n, 1);
    assert_int_equal(strlen(links[0]), 500);
    n = 0;
    memset(text, ' ', 2000);
    sprintf(text + 2000, "%s", "https://mfa.example/paper.pdf");
    links_of(a, text, &links, &n);
    assert_int_equal(n, 0);
}

/* In the whole message: the links of HTML, in the new words alone. */
static void test_links_of_message(void **state)
{
    (void)state;
    struct parsed p = parse_text("From: a@mfa.example\nSubject: Re: x\nMIME-Version: 1.0\nContent-Type: "
                                 "multipart/alternative; boundary=b\n\n--b\n"
                                 "Content-Type: text/plain\n\nOur paper\n\nOn 2 Nov 2026, at 10:00, S <s@l.example> "
                                 "wrote:\n> https://we.tl/t-old\n--b\n"
                                 "Content-Type: text/html\n\n<div>Our <a class=chip "
                                 "href=\"https://drive.google.com/open?id=1&amp;x=2\">paper</a></div>"
                                 "<a href='https://1drv.ms/b/1'><img src=x></a>"
                                 "<div id=appendonsend></div><a href=\"https://we.tl/t-old\">old</a>\n--b--\n");
    assert_string_equal(p.facts.reply_text, "Our paper");
    assert_int_equal(p.facts.n_links, 2);
    assert_string_equal(p.facts.links[0], "https://drive.google.com/open?id=1&x=2");
    assert_string_equal(p.facts.links[1], "https://1drv.ms/b/1");
    parsed_free(&p);
}

#define EXTERNAL "From: a@mfa.example\nSubject: Re: x\nMIME-Version: 1.0\nContent-Type: message/external-body; "
#define PHANTOM  "\n\nContent-Type: application/pdf; name=a.pdf\nContent-ID: <1@mfa.example>\n\n"

/* MIME's own word for a file that lies elsewhere, at whatever host; of nested ones each once. */
static void test_link_of_a_part(void **state)
{
    (void)state;
    static const struct {
        const char *mail, *link;
    } rows[] = {
        {EXTERNAL "access-type=URL;\n URL=\"https://archive.mfa.example/papers/  a.pdf\"" PHANTOM,
         "https://archive.mfa.example/papers/a.pdf"},
        {EXTERNAL "access-type=url; url*0=\"https://archive.mfa\"; url*1=\".example/a\"" PHANTOM,
         "https://archive.mfa.example/a"},
        {EXTERNAL "access-type=URL; URL=\"file:///etc/passwd\"" PHANTOM, NULL},
        {EXTERNAL "access-type=URL" PHANTOM, NULL},
        {EXTERNAL "access-type=anon-ftp; site=ftp.mfa.example; name=a.pdf" PHANTOM, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct parsed p = parse_text(rows[i].mail);
        if (p.facts.n_links != (rows[i].link != NULL) || (rows[i].link && strcmp(p.facts.links[0], rows[i].link) != 0))
            fail_msg("row %zu: %zu links, %s", i, p.facts.n_links, p.facts.n_links ? p.facts.links[0] : "");
        assert_int_equal(p.facts.n_parts, p.facts.n_links ? 0 : 1); /* what is no link stays a part */
        parsed_free(&p);
    }
}

static void test_excuse_for_plain_text(void **state)
{
    (void)state;
    static const char *const excuses[] = {"Your mail program does not support HTML.", "  \n",
                                          "Votre logiciel de messagerie ne prend pas en charge le format HTML."};
    for (size_t i = 0; i < sizeof excuses / sizeof *excuses; i++) {
        char mail[1000];
        snprintf(mail, sizeof mail,
                 "From: a@mfa.example\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b\n\n--b\n"
                 "Content-Type: text/plain\n\n%s\n--b\nContent-Type: text/html\n\n<p>We <b>agree</b>.</p>\n--b--\n",
                 excuses[i]);
        struct parsed p = parse_text(mail);
        assert_string_equal(p.facts.reply_text, "We agree.");
        parsed_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reply),          cmocka_unit_test(test_families),
        cmocka_unit_test(test_signatures),     cmocka_unit_test(test_persons_own),
        cmocka_unit_test(test_passed_on),      cmocka_unit_test(test_html),
        cmocka_unit_test(test_html_reply),     cmocka_unit_test(test_links),
        cmocka_unit_test(test_links_bounds),   cmocka_unit_test(test_links_of_message),
        cmocka_unit_test(test_link_of_a_part), cmocka_unit_test(test_excuse_for_plain_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
