/* The words of mail programs around a quotation, as tables; reply_words.h says how a line is folded before it is
 * asked. No table is a proof by itself: reply.c asks for a date, an address or a quotation beside the word. */
#include "parse/reply_words.h"
#include <glib.h>
#include <string.h>
#include "parse/text.h"

#define SIZE(list) (sizeof(list) / sizeof *(list))

/* What folds away altogether: direction marks, joiners, the byte order mark, vowel signs, kashida. */
static bool folds_away(gunichar c)
{
    return (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2069) ||
           c == 0xFEFF || c == 0x061C || c == 0xAD || (c >= 0x064B && c <= 0x0652) || c == 0x0640 || c == '*';
}

static gunichar folded_char(gunichar c)
{
    if (c == '\t' || c == 0xA0 || c == 0x202F || (c >= 0x2000 && c <= 0x200A))
        return ' ';
    if (g_unichar_isdigit(c))
        return (gunichar)('0' + g_unichar_digit_value(c));
    switch (c) {
    case 0x0622: /* alef with madda or hamza */
    case 0x0623:
    case 0x0625: return 0x0627;
    case 0x2018:
    case 0x2019: return '\'';
    case 0xFF1A: return ':';
    default: return g_unichar_tolower(c);
    }
}

char *fold(struct arena *a, const char *line)
{
    char *out = arena_alloc(a, 2 * strlen(line) + 1), *to = out; /* a lower-case letter may be longer */
    for (const char *p = line; *p;) {
        const char *end = *p == TEXT_LINK_MARK ? strchr(p, TEXT_LINK_END) : NULL;
        if (end) {
            p = end + 1;
            continue;
        }
        gunichar c = g_utf8_get_char_validated(p, -1);
        bool broken = c == (gunichar)-1 || c == (gunichar)-2;
        p = broken ? p + 1 : g_utf8_next_char(p);
        if (broken || folds_away(c))
            continue;
        c = folded_char(c);
        if (c == ' ' && (to == out || to[-1] == ' '))
            continue;
        if (c == ':' && to > out && to[-1] == ' ')
            to--;
        to += g_unichar_to_utf8(c, to);
    }
    while (to > out && to[-1] == ' ')
        to--;
    *to = '\0';
    return out;
}

static bool starts_with_one(const char *s, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strncmp(s, list[i], strlen(list[i])) == 0)
            return true;
    return false;
}

static bool holds_one(const char *s, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strstr(s, list[i]))
            return true;
    return false;
}

static const struct {
    const char *word;
    enum label label;
} labels[] = {
    {"from", LABEL_FROM},
    {"de", LABEL_FROM},
    {"expéditeur", LABEL_FROM},
    {"von", LABEL_FROM},
    {"da", LABEL_FROM},
    {"van", LABEL_FROM},
    {"desde", LABEL_FROM},
    {"от", LABEL_FROM},
    {"kimden", LABEL_FROM},
    {"من", LABEL_FROM},
    {"المرسل", LABEL_FROM},
    {"از", LABEL_FROM},
    {"date", LABEL_DATE},
    {"datum", LABEL_DATE},
    {"fecha", LABEL_DATE},
    {"data", LABEL_DATE},
    {"дата", LABEL_DATE},
    {"tarih", LABEL_DATE},
    {"التاريخ", LABEL_DATE},
    {"تاريخ", LABEL_DATE},
    {"بتاريخ", LABEL_DATE},
    {"sent", LABEL_SENT},
    {"date sent", LABEL_SENT},
    {"envoyé", LABEL_SENT},
    {"envoyé le", LABEL_SENT},
    {"date d'envoi", LABEL_SENT},
    {"gesendet", LABEL_SENT},
    {"enviado", LABEL_SENT},
    {"enviado el", LABEL_SENT},
    {"enviada em", LABEL_SENT},
    {"inviato", LABEL_SENT},
    {"verzonden", LABEL_SENT},
    {"gönderildi", LABEL_SENT},
    {"отправлено", LABEL_SENT},
    {"تم الارسال", LABEL_SENT},
    {"ارسلت", LABEL_SENT},
    {"تاريخ الارسال", LABEL_SENT},
    {"وقت الارسال", LABEL_SENT},
    {"مرسل", LABEL_SENT},
    {"تم الارسال في", LABEL_SENT},
    {"الارسال", LABEL_SENT},
    {"ارسل", LABEL_SENT},
    {"to", LABEL_TO},
    {"à", LABEL_TO},
    {"a", LABEL_TO},
    {"pour", LABEL_TO},
    {"destinataire", LABEL_TO},
    {"an", LABEL_TO},
    {"para", LABEL_TO},
    {"aan", LABEL_TO},
    {"кому", LABEL_TO},
    {"kime", LABEL_TO},
    {"الى", LABEL_TO},
    {"المرسل اليه", LABEL_TO},
    {"المستلم", LABEL_TO},
    {"subject", LABEL_SUBJECT},
    {"objet", LABEL_SUBJECT},
    {"sujet", LABEL_SUBJECT},
    {"betreff", LABEL_SUBJECT},
    {"asunto", LABEL_SUBJECT},
    {"oggetto", LABEL_SUBJECT},
    {"assunto", LABEL_SUBJECT},
    {"onderwerp", LABEL_SUBJECT},
    {"тема", LABEL_SUBJECT},
    {"konu", LABEL_SUBJECT},
    {"الموضوع", LABEL_SUBJECT},
    {"موضوع", LABEL_SUBJECT},
    {"cc", LABEL_OTHER},
    {"bcc", LABEL_OTHER},
    {"copie à", LABEL_OTHER},
    {"copie", LABEL_OTHER},
    {"نسخة", LABEL_OTHER},
    {"نسخة الى", LABEL_OTHER},
    {"reply-to", LABEL_OTHER},
    {"reply to", LABEL_OTHER},
    {"répondre à", LABEL_OTHER},
    {"الرد الى", LABEL_OTHER},
    {"importance", LABEL_OTHER},
    {"الاهمية", LABEL_OTHER},
    {"attachments", LABEL_OTHER},
    {"sent by", LABEL_OTHER},
    {"pièces jointes", LABEL_OTHER},
    {"المرفقات", LABEL_OTHER},
};

enum label label_of(const char *folded, bool *alone_out)
{
    size_t n = strcspn(folded, ":");
    *alone_out = folded[n] == '\0';
    for (size_t i = 0; n <= 40 && i < SIZE(labels); i++)
        if (strlen(labels[i].word) == n && memcmp(labels[i].word, folded, n) == 0)
            return labels[i].label;
    return LABEL_NONE;
}

/* 10:00, 10.00, 10h00, 10 h 00 */
bool holds_time(const char *folded)
{
    for (const char *p = folded; (p = strpbrk(p, "0123456789")); p++) {
        const char *q = p + strspn(p, "0123456789");
        bool short_number = q - p <= 2;
        p = q - 1;
        if (*q == ' ' && q[1] == 'h')
            q++;
        if (!short_number || (*q != ':' && *q != 'h' && *q != '.'))
            continue;
        q += 1 + (q[1] == ' ');
        if (g_ascii_isdigit(q[0]) && g_ascii_isdigit(q[1]) && !g_ascii_isdigit(q[2]) && q[2] != '.')
            return true;
    }
    return false;
}

bool holds_date(const char *folded)
{
    for (const char *p = folded; (p = strpbrk(p, "0123456789"));) {
        const char *q = p + strspn(p, "0123456789");
        if (q - p == 4 && (strncmp(p, "20", 2) == 0 || strncmp(p, "14", 2) == 0)) /* 14: the Hijri year */
            return true;
        const char *r = *q && strchr("/.-", *q) ? q + 1 + strspn(q + 1, "0123456789") : q;
        if (r > q + 1 && *r == *q && g_ascii_isdigit(r[1]))
            return true;
        p = q;
    }
    return false;
}

bool starts_attribution(const char *folded)
{
    static const char *const starts[] = {"on ",     "le ",   "am ",  "el ",     "il ",        "em ",   "op ",   "den ",
                                         "w dniu ", "dnia ", "في ",  "بتاريخ ", "كتب ",       "كتبت ", "وكتب ", "يوم ",
                                         "الـ ",    "ال ",   "كتب/", "قام ",    "il giorno ", "в ",    "از "};
    return starts_with_one(folded, starts, SIZE(starts));
}

/* Behind it as a word, NULL for nowhere: "مكتب" is an office. */
static const char *behind_word(const char *s, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = s; (p = strstr(p, word)); p += n) {
        bool begins = p == s || !(g_ascii_isalnum(p[-1]) || (unsigned char)p[-1] >= 0x80) ||
                      (p - s >= 2 && strncmp(p - 2, "،", 2) == 0);
        if (begins && (p[n] == '\0' || strchr(" :/,(", p[n])))
            return p + n;
    }
    return NULL;
}

const char *behind_wrote(const char *folded)
{
    static const char *const verbs[] = {"wrote",     "écrit",
                                        "schrieb",   "escribió",
                                        "scritto",   "escreveu",
                                        "schreef",   "skrev",
                                        "napisał",   "napisała",
                                        "написал",   "написал(а)",
                                        "yazdı",     "كتب",
                                        "كتبت",      "وكتب",
                                        "كتبوا",     "كتبتم",
                                        "بكتابة",    "نوشت",
                                        "تمت كتابة", "ارسل",
                                        "writes",    "said",
                                        "جاء من",    "sent the following message"};
    const char *behind = NULL;
    for (size_t i = 0; i < SIZE(verbs) && !behind; i++)
        behind = behind_word(folded, verbs[i]);
    return behind;
}

bool says_to_whom(const char *behind_verb)
{
    static const char *const words[] = {" to ", " au ", " aux ", " à la ", " à l'", " الى "};
    return holds_one(behind_verb, words, SIZE(words));
}

bool names_original(const char *folded, bool *forwarded_out)
{
    static const char *const forwards[] = {"forwarded message", "forwarded by",       "message transféré",
                                           "message réexpédié", "courriel transféré", "message transmis",
                                           "المعاد توجيهها",    "معاد توجيهها",       "محولة",
                                           "المحولة",           "تمت اعادة توجيهها",  "weitergeleitete nachricht",
                                           "mensaje reenviado", "fwd message",        "اعادة توجيه"};
    static const char *const originals[] = {
        "original message",     "message d'origine",       "message original",   "mail original",
        "courriel original",    "courrier original",       "message initial",    "courriel d'origine",
        "e-mail original",      "mail d'origine",          "original email",     "original e-mail",
        "reply message",        "ursprüngliche nachricht", "original-nachricht", "mensaje original",
        "messaggio originale",  "الرسالة الاصلية",         "رسالة اصلية",        "الرسالة الاصليه",
        "البريد الاصلي",        "الرساله الاصليه",         "النص الاصلي",        "mensagem original",
        "original appointment", "rendez-vous d'origine",   "الموعد الاصلي"};
    *forwarded_out = holds_one(folded, forwards, SIZE(forwards));
    return *forwarded_out || holds_one(folded, originals, SIZE(originals));
}

/* One short line by itself; more words than a machine's name has are a person's. */
#define DEVICE_SPACES 7

static const char *past_brackets(const char *folded)
{
    return folded + strspn(folded, "([<!");
}

bool device_line(const char *folded)
{
    static const char *const starts[] = {"sent from my ",
                                         "sent from a phone",
                                         "sent from [mail]",
                                         "sent from windows mail",
                                         "sent from mailbox",
                                         "sent with airmail",
                                         "تم ارسالها من ",
                                         "تم ارساله من ",
                                         "sent from mail for",
                                         "sent from outlook",
                                         "sent from yahoo",
                                         "sent from aol",
                                         "sent from samsung",
                                         "sent from proton mail",
                                         "sent from mobile",
                                         "sent from gmail",
                                         "sent with proton mail",
                                         "sent with protonmail",
                                         "get outlook for ",
                                         "sent via ",
                                         "envoyé de mon ",
                                         "envoyé de ma ",
                                         "envoyé de yahoo",
                                         "envoyé depuis ",
                                         "envoyé à partir d",
                                         "envoyé via ",
                                         "envoyé avec proton",
                                         "provenance: courrier",
                                         "télécharger outlook",
                                         "obtenir outlook",
                                         "ارسلت من ",
                                         "ارسل من ",
                                         "ارسلت بواسطة ",
                                         "مرسل من ",
                                         "مرسلة من ",
                                         "تم الارسال من ",
                                         "تم الارسال بواسطة ",
                                         "الحصول على outlook",
                                         "احصل على outlook",
                                         "تنزيل outlook",
                                         "von meinem iphone",
                                         "gesendet von ",
                                         "enviado desde mi ",
                                         "inviato da "};
    size_t spaces = 0;
    folded = past_brackets(folded);
    if (!starts_with_one(folded, starts, SIZE(starts)))
        return false;
    for (const char *p = folded; *p && *p != '<' && *p != '('; p++)
        spaces += *p == ' ' && p[1] && p[1] != '<';
    return spaces <= DEVICE_SPACES + 1;
}

bool starts_disclaimer(const char *folded)
{
    static const char *const starts[] = {"confidentiality notice",
                                         "disclaimer",
                                         "this e-mail",
                                         "this email",
                                         "this message",
                                         "the information contained in this",
                                         "the contents of this e",
                                         "the content of this e",
                                         "caution: this e",
                                         "caution: external",
                                         "external email:",
                                         "avis de confidentialité",
                                         "avertissement",
                                         "ce message",
                                         "ce courriel",
                                         "ce courrier électronique",
                                         "cet e-mail",
                                         "cet email",
                                         "les informations contenues dans ce",
                                         "attention: ce ",
                                         "اخلاء مسؤولية",
                                         "اخلاء المسؤولية",
                                         "اشعار السرية",
                                         "تنبيه:",
                                         "هذه الرسالة",
                                         "هذا البريد",
                                         "ان هذه الرسالة",
                                         "ان هذا البريد",
                                         "المعلومات الواردة في هذه الرسالة",
                                         "تحذير: "};
    return starts_with_one(past_brackets(folded), starts, SIZE(starts));
}

bool secrecy_words(const char *folded)
{
    static const char *const words[] = {"confidential",       "intended recipient",
                                        "intended solely",    "intended only",
                                        "confidentiel",       "à l'intention exclusive",
                                        "destinataire prévu", "سري",
                                        "المرسل اليه",        "السرية"};
    return holds_one(folded, words, SIZE(words));
}

bool stranger_words(const char *folded)
{
    static const char *const words[] = {"from outside", "en dehors de l'organisation", "de l'extérieur de", "من خارج"};
    return holds_one(folded, words, SIZE(words));
}

bool text_is_stub(struct arena *a, const char *text)
{
    static const char *const programs[] = {"html"};
    static const char *const excuses[] = {"not support",
                                          "does not display",
                                          "doesn't support",
                                          "cannot display",
                                          "unable to display",
                                          "ne supporte pas",
                                          "ne prend pas en charge",
                                          "n'affiche pas",
                                          "view it in a browser",
                                          "لا يدعم",
                                          "لا تدعم",
                                          "html email",
                                          "html message",
                                          "html version",
                                          "html viewer",
                                          "enable html",
                                          "en html",
                                          "au format html",
                                          "بتنسيق html"};
    if (strlen(text) > 600)
        return false;
    char *lines = arena_strdup(a, text);
    const char *folded = fold(a, g_strdelimit(lines, "\r\n", ' '));
    return *folded == '\0' || (strlen(folded) < 300 && holds_one(folded, programs, SIZE(programs)) &&
                               holds_one(folded, excuses, SIZE(excuses)));
}

bool forwarding_subject(struct arena *a, const char *subject)
{
    static const char *const starts[] = {"fw:", "fwd:", "tr:", "wg:", "rv:", "i:", "تحويل:", "اعادة توجيه:", "محول:"};
    return starts_with_one(fold(a, subject), starts, SIZE(starts));
}
