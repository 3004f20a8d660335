/* Subjects of automatic answers, in the languages of common mail systems.
 *
 * A person's mail taken for automatic is worse than the reverse. So a phrase counts only where the subject begins with
 * it, after reply prefixes, and only where nothing follows but what a mail system puts there: the end, a mark such as a
 * colon, a date, or the words of a time. "Out of office equipment", "absence d'objection" and "خارج المكتب التنفيذي" are
 * a person's. Tables are folded (fold_words). */
#include <glib.h>
#include <string.h>
#include "parse/fold.h"
#include "parse/tree.h"

static const char *const phrases[] = {
    "out of office",
    "out of the office",
    "out of office autoreply",
    "out-of-office",
    "automatic reply",
    "automatic response",
    "automatic answer",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto response",
    "auto-response",
    "autoresponse",
    "autoresponder",
    "automated reply",
    "automated response",
    "auto",
    "ooo",
    "vacation",
    "vacation reply",
    "vacation message",
    "away from office",
    "away from the office",
    "away from my desk",
    "away from my mail",
    "on vacation",
    "on leave",
    "on annual leave",
    "i am out of the office",
    "i'm out of the office",
    "i am currently out of the office",
    "i am on leave",
    "i am on vacation",
    "réponse automatique",
    "reponse automatique",
    "réponse auto",
    "message automatique",
    "hors du bureau",
    "en congé",
    "en congés",
    "absence",
    "absent",
    "absente",
    "absent(e)",
    "absence du bureau",
    "absent du bureau",
    "absence de bureau",
    "absence from the office",
    "absence temporaire",
    "message d'absence",
    "notification d'absence",
    "avis d'absence",
    "رد تلقائي",
    "رد آلي",
    "الرد التلقائي",
    "الرد الآلي",
    "اجابة تلقائية",
    "رسالة تلقائية",
    "رسالة آلية",
    "خارج المكتب",
    "انا خارج المكتب",
    "خارج نطاق المكتب",
    "خارج اوقات العمل",
    "غير متواجد",
    "غير متواجد في المكتب",
    "غير موجود في المكتب",
    "متغيب عن المكتب",
    "تغيب عن المكتب",
    "في اجازة",
    "في اجازة سنوية",
    "في اجازة رسمية",
    "في اجازة مرضية",
    "في اجازة اعتيادية",
    "automatische antwort",
    "abwesenheit",
    "abwesenheitsnotiz",
    "abwesend",
    "abwesenheitsassistent",
    "nicht im büro",
    "respuesta automática",
    "respuesta automatica",
    "fuera de la oficina",
    "fuera de oficina",
    "ausencia",
    "ausente",
    "ausente de la oficina",
    "risposta automatica",
    "fuori sede",
    "fuori ufficio",
    "resposta automática",
    "resposta automatica",
    "fora do escritório",
    "ausência",
    "ausência temporária",
    "automatisch antwoord",
    "afwezig",
    "afwezigheid",
    "afwezigheidsbericht",
    "automatiskt svar",
    "autosvar",
    "automatisk svar",
    "autom. svar",
    "frånvaro",
    "automaattinen vastaus",
    "poissa",
    "odpowiedź automatyczna",
    "automatická odpověď",
    "automatikus válasz",
    "αυτόματη απάντηση",
    "răspuns automat",
    "автоответ",
    "автоматический ответ",
    "автоматична відповідь",
    "отсутствие",
    "отсутствие на рабочем месте",
    "вне офиса",
    "otomatik yanıt",
    "otomatik cevap",
    "işyeri dışında",
    "ofis dışında",
    "پاسخ خودکار",
    "خارج از دفتر",
    "خودکار جواب",
    "מענה אוטומטי",
    "תשובה אוטומטית",
    "מחוץ למשרד",
    "自动答复",
    "自动回复",
    "自動回覆",
    "自動返信",
    "自動応答",
    "不在通知",
    "자동 회신",
    "automatyczna odpowiedź",
    "automātiska atbilde",
    "automatiska atbilde",
    "ārpus biroja",
    "ārpus biroja atrašanās automātiska atbilde",
    "arpus biroja atrasanas automatiska atbilde",
    "automatinis atsakymas",
    "automaatvastus",
    "automatická odpoveď",
    "automatski odgovor",
    "samodejni odgovor",
    "автоматичен отговор",
    "аутоматски одговор",
    "resposta automàtica",
    "balasan otomatis",
    "balasan automatik",
    "trả lời tự động",
    "ตอบกลับอัตโนมัติ",
    "je suis absent",
    "je suis absente",
    "je suis en congé",
    "je suis en congés",
    "réponse d'absence",
    "accusé de réception automatique",
    "accusé automatique",
    "yahoo! auto response",
    "انا في اجازة",
    "خارج الدوام",
    "رد اوتوماتيكي",
    "اشعار تلقائي",
    "اشعار استلام تلقائي",
    "تاكيد استلام تلقائي",
    "auto-acknowledgement",
    "auto acknowledgement",
    "automatic acknowledgement",
    "automatic acknowledgment",
    "automated acknowledgement",
    "automated acknowledgment",
};

/* Whose automatic answer it is follows. */
static const char *const whose[] = {
    "automatic reply from",
    "automatic response from",
    "automated reply from",
    "automated response from",
    "auto-reply from",
    "auto reply from",
    "autoreply from",
    "رد تلقائي من",
    "رد آلي من",
    "الرد التلقائي من",
    "الرد الآلي من",
    "رسالة تلقائية من",
    "رسالة آلية من",
    "réponse automatique de",
    "automatische antwort von",
    "respuesta automática de",
    "risposta automatica da",
};

/* What follows where a time or the answered mail is told; then a blank or the end. */
static const char *const follows[] = {
    "re",       "until",    "till",    "from my desk", "temporaire", "bis", "hasta", "até",   "tot",      "today",
    "tomorrow", "jusqu'au", "jusqu'à", "aujourd'hui",  "ce jour",    "до",  "حتي",   "لغاية", "الي غاية", "اليوم",
};
/* A date begins with one of these and a digit, or with the digit. */
static const char *const dates[] = {"du",  "le",       "au", "from", "on",   "vom", "am",  "ab",
                                    "del", "desde el", "с",  "van",  "från", "من",  "الي", "يوم"};

static const char *const reply_prefixes[] = {"re:", "aw:", "tr:", "ré:", "réf:", "رد:", "sv:", "antw:", "رد :", "re :"};

static bool word_ends(const char *p)
{
    return !g_unichar_isalnum(g_utf8_get_char(p));
}

static const char *after_blanks(const char *p)
{
    return p + strspn(p, " ");
}

/* The longest of the phrases that it starts with as whole words; 0 for none. */
static size_t longest(const char *p, const char *const *list, size_t n)
{
    size_t best = 0;
    for (size_t i = 0; i < n; i++) {
        size_t m = strlen(list[i]);
        if (m > best && strncmp(p, list[i], m) == 0 && word_ends(p + m))
            best = m;
    }
    return best;
}

static bool is_date(const char *p)
{
    size_t n = longest(p, dates, G_N_ELEMENTS(dates));
    return g_unichar_isdigit(g_utf8_get_char(after_blanks(p + n)));
}

static bool ends_or_marks(const char *p)
{
    p = after_blanks(p);
    return *p == '\0' || strcmp(p, ".") == 0 || strchr(":!*|]\"", *p) || g_utf8_get_char(p) == 0xFF1A;
}

/* Behind a dash or a bracket as well: "Absent (until 3 May)". */
static bool tells_time(const char *p)
{
    p = after_blanks(p);
    gunichar c = g_utf8_get_char(p);
    if (c == '-' || c == '(' || c == 0x2013 || c == 0x2014)
        p = after_blanks(g_utf8_next_char(p));
    return is_date(p) || longest(p, follows, G_N_ELEMENTS(follows)) > 0;
}

bool subject_is_automatic(struct arena *a, const char *subject)
{
    const char *p = fold_words(a, subject), *start;
    do {
        start = p;
        p += strspn(p, " [*\"");
        for (size_t i = 0; i < G_N_ELEMENTS(reply_prefixes); i++)
            if (strncmp(p, reply_prefixes[i], strlen(reply_prefixes[i])) == 0)
                p += strlen(reply_prefixes[i]);
    } while (p > start);
    /* Domino: "A. Name is out of the office (returning 3/12/2026)" */
    if (strstr(p, " out of the office (returning ") || strstr(p, " absent(e) du bureau (retour "))
        return true;
    if (longest(p, whose, G_N_ELEMENTS(whose)) > 0)
        return true;
    size_t n = longest(p, phrases, G_N_ELEMENTS(phrases));
    const char *rest = p + n;
    if (n == 0)
        return false;
    if (strncmp(p, "auto", n) == 0 || strncmp(p, "ooo", n) == 0 || strncmp(p, "vacation", n) == 0) /* a label only */
        return *after_blanks(rest) == ':';
    return ends_or_marks(rest) || tells_time(rest);
}
