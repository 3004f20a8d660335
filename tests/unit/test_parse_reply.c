/* The sender's own words, and HTML to text. */
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
        char *own = reply_text(a, text);
        free(text);
        assert_string_equal(own, rows[i].own);
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
        "<p>Yes.</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p><b>From:</b> S</p></div><p>note</p>",
        "<p>Yes.</p><blockquote type=cite>note</blockquote>",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        const char *text = html_to_text(a, rows[i]);
        assert_string_equal(reply_text(a, text), "Yes.");
        assert_null(strchr(text_without_marks(a, text), TEXT_QUOTE_MARK));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_reply), cmocka_unit_test(test_html),
                                       cmocka_unit_test(test_html_reply)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
