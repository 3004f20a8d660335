/* Counts, dates, hours, zones and sizes in three languages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "mail/lang.h"

#define NBSP "\u00a0"

/* The sample numbers of CLDR's cardinal rules (integers). */
static const struct {
    enum lang lang;
    long n;
    enum plural form;
} plural_rows[] = {
    {LANG_AR, 0, PLURAL_ZERO},        {LANG_AR, 1, PLURAL_ONE},         {LANG_AR, 2, PLURAL_TWO},
    {LANG_AR, 3, PLURAL_FEW},         {LANG_AR, 10, PLURAL_FEW},        {LANG_AR, 103, PLURAL_FEW},
    {LANG_AR, 110, PLURAL_FEW},       {LANG_AR, 1003, PLURAL_FEW},      {LANG_AR, 11, PLURAL_MANY},
    {LANG_AR, 26, PLURAL_MANY},       {LANG_AR, 99, PLURAL_MANY},       {LANG_AR, 111, PLURAL_MANY},
    {LANG_AR, 1011, PLURAL_MANY},     {LANG_AR, 100, PLURAL_OTHER},     {LANG_AR, 102, PLURAL_OTHER},
    {LANG_AR, 200, PLURAL_OTHER},     {LANG_AR, 202, PLURAL_OTHER},     {LANG_AR, 1000, PLURAL_OTHER},
    {LANG_AR, 1000000, PLURAL_OTHER}, {LANG_AR, -2, PLURAL_TWO},        {LANG_EN, 0, PLURAL_OTHER},
    {LANG_EN, 1, PLURAL_ONE},         {LANG_EN, 2, PLURAL_OTHER},       {LANG_EN, 16, PLURAL_OTHER},
    {LANG_EN, 101, PLURAL_OTHER},     {LANG_EN, 1000000, PLURAL_OTHER}, {LANG_FR, 0, PLURAL_ONE},
    {LANG_FR, 1, PLURAL_ONE},         {LANG_FR, 2, PLURAL_OTHER},       {LANG_FR, 17, PLURAL_OTHER},
    {LANG_FR, 100000, PLURAL_OTHER},  {LANG_FR, 1000000, PLURAL_MANY},  {LANG_FR, 3000000, PLURAL_MANY},
};

static void plurals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof plural_rows / sizeof *plural_rows; i++)
        if (plural_of(plural_rows[i].lang, plural_rows[i].n) != plural_rows[i].form)
            fail_msg("%s %ld", lang_names[plural_rows[i].lang], plural_rows[i].n);
}

static const struct {
    enum lang lang;
    enum counted what;
    long n;
    const char *words;
} count_rows[] = {
    {LANG_AR, COUNT_PAPERS, 0, "لا أوراق"},
    {LANG_AR, COUNT_PAPERS, 1, "ورقة واحدة"},
    {LANG_AR, COUNT_PAPERS, 2, "ورقتان"},
    {LANG_AR, COUNT_PAPERS, 3, "3 أوراق"},
    {LANG_AR, COUNT_PAPERS, 11, "11 ورقة"},
    {LANG_AR, COUNT_PAPERS, 100, "100 ورقة"},
    {LANG_AR, COUNT_DAYS, 2, "يومان"},
    {LANG_AR, COUNT_DAYS, 7, "7 أيام"},
    {LANG_AR, COUNT_DAYS, 14, "14 يوماً"},
    {LANG_AR, COUNT_DAYS, 100, "100 يوم"},
    {LANG_AR, COUNT_PARTIES, 22, "22 جهة"},
    {LANG_AR, COUNT_ITEMS, 23, "23 بنداً"},
    {LANG_AR, COUNT_DOCUMENTS, 2, "وثيقتان"},
    {LANG_AR, COUNT_FILES, 2, "ملفان"},
    {LANG_AR, COUNT_FILES, 11, "11 ملفاً"},
    {LANG_EN, COUNT_PAPERS, 0, "no papers"},
    {LANG_EN, COUNT_PAPERS, 1, "1 paper"},
    {LANG_EN, COUNT_PARTIES, 22, "22 parties"},
    {LANG_FR, COUNT_PAPERS, 0, "aucune contribution"},
    {LANG_FR, COUNT_DAYS, 1, "1" NBSP "jour"},
    {LANG_FR, COUNT_DAYS, 2, "2" NBSP "jours"},
    {LANG_FR, COUNT_DOCUMENTS, 1000000, "1000000 de documents"},
};

static void counts(void **state)
{
    ARENA_SCOPED a = arena_new();
    (void)state;
    for (size_t i = 0; i < sizeof count_rows / sizeof *count_rows; i++)
        assert_string_equal(count_in_words(a, count_rows[i].lang, count_rows[i].what, count_rows[i].n),
                            count_rows[i].words);
}

static void dates(void **state)
{
    ARENA_SCOPED a = arena_new();
    (void)state;
    struct civil day = {.year = 2026, .month = 12, .day = 15}, first = {.year = 2027, .month = 6, .day = 1};
    assert_string_equal(date_in_words(a, LANG_AR, day), "الثلاثاء 15 ديسمبر/كانون الأول 2026");
    assert_string_equal(date_in_words(a, LANG_EN, day), "Tuesday 15 December 2026");
    assert_string_equal(date_in_words(a, LANG_FR, day), "mardi 15" NBSP "décembre 2026");
    assert_string_equal(date_without_weekday(a, LANG_AR, first), "1 يونيو/حزيران 2027");
    assert_string_equal(date_without_weekday(a, LANG_FR, first), "1er" NBSP "juin 2027");
}

static void instants(void **state)
{
    ARENA_SCOPED a = arena_new();
    (void)state;
    struct zone *cairo = zone_open("Africa/Cairo", NULL), *kathmandu = zone_open("Asia/Kathmandu", NULL),
                *utc = zone_open("UTC", NULL);
    struct civil winter = {.year = 2026, .month = 12, .day = 15, .hour = 23, .minute = 59},
                 summer = {.year = 2026, .month = 6, .day = 20, .hour = 14};
    int64_t at = zone_instant(cairo, winter, true);
    assert_string_equal(instant_in_words(a, LANG_AR, cairo, at),
                        "الثلاثاء 15 ديسمبر/كانون الأول 2026، الساعة 23:59 بتوقيت القاهرة (UTC+2)");
    assert_string_equal(instant_in_words(a, LANG_EN, cairo, at), "Tuesday 15 December 2026, 23:59 Cairo time (UTC+2)");
    assert_string_equal(instant_in_words(a, LANG_FR, cairo, at),
                        "mardi 15" NBSP "décembre 2026 à 23" NBSP "h" NBSP "59, heure du Caire" NBSP "(UTC+2)");
    assert_string_equal(zone_in_words(a, LANG_AR, cairo, zone_instant(cairo, summer, true)), "بتوقيت القاهرة (UTC+3)");
    assert_string_equal(zone_in_words(a, LANG_EN, kathmandu, at), "Asia/Kathmandu (UTC+5:45)");
    assert_string_equal(zone_in_words(a, LANG_EN, utc, at), "Coordinated Universal Time (UTC)");
    zone_close(cairo);
    zone_close(kathmandu);
    zone_close(utc);
}

/* Each capital of a member has its own name in every language. */
static void capitals(void **state)
{
    static const char *const names[] = {"Asia/Amman",        "Asia/Dubai",       "Asia/Bahrain",  "Africa/Tunis",
                                        "Africa/Algiers",    "Africa/Djibouti",  "Asia/Riyadh",   "Africa/Khartoum",
                                        "Asia/Damascus",     "Africa/Mogadishu", "Asia/Baghdad",  "Asia/Muscat",
                                        "Asia/Hebron",       "Asia/Qatar",       "Indian/Comoro", "Asia/Kuwait",
                                        "Asia/Beirut",       "Africa/Tripoli",   "Africa/Cairo",  "Africa/Casablanca",
                                        "Africa/Nouakchott", "Asia/Aden"};
    ARENA_SCOPED a = arena_new();
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct zone *z = zone_open(names[i], NULL);
        assert_non_null(z);
        for (int lang = 0; lang < LANG_COUNT; lang++)
            if (strstr(zone_in_words(a, (enum lang)lang, z, 0), names[i]))
                fail_msg("%s has no name in %s", names[i], lang_names[lang]);
        zone_close(z);
    }
}

static const struct {
    enum lang lang;
    int64_t bytes;
    const char *words;
} size_rows[] = {
    {LANG_EN, 0, "0 bytes"},
    {LANG_EN, 999, "999 bytes"},
    {LANG_EN, 1000, "1 kB"},
    {LANG_EN, 88200, "88.2 kB"},
    {LANG_EN, 999499, "999 kB"},
    {LANG_EN, 999500, "1 MB"},
    {LANG_EN, 1436549, "1.4 MB"},
    {LANG_EN, 31457280, "31.5 MB"},
    {LANG_EN, 1500000000000, "1500 GB"},
    {LANG_FR, 1436549, "1,4" NBSP "Mo"},
    {LANG_FR, 730, "730" NBSP "octets"},
    {LANG_AR, 1436549, "1.4 ميغابايت"},
};

static void sizes(void **state)
{
    ARENA_SCOPED a = arena_new();
    (void)state;
    for (size_t i = 0; i < sizeof size_rows / sizeof *size_rows; i++)
        assert_string_equal(size_in_words(a, size_rows[i].lang, size_rows[i].bytes), size_rows[i].words);
}

static void small_words(void **state)
{
    (void)state;
    assert_string_equal(word_of(LANG_FR, "alert.filed"), "Réponse enregistrée");
    assert_string_equal(word_of(LANG_AR, "complete"), "مكتمل");
    assert_string_equal(word_of(LANG_AR, "no such word"), "no such word");
}

#define FSI "\u2068"
#define PDI "\u2069"

/* What the daemon tells officers, as its parts make it; what differs stays as it came. */
static const struct {
    const char *english, *arabic, *french;
} told[] = {
    {"a contact's address, but authentication failed", "عنوان مسؤول اتصال، وفشل التحقق من مصدره",
     "adresse d’un point de contact, mais l’authentification a échoué"},
    {"signals disagree on the round or the party (token of one party, sender of another)",
     "الدلائل متعارضة بشأن الجولة أو الجهة (رمز جهة، ومرسِل من جهة أخرى)",
     "les indices se contredisent sur la consultation ou la délégation (jeton d’une délégation, expéditeur d’une "
     "autre)"},
    {"not taken: the file is too large", "لم يُقبل الملف: حجمه أكبر من المسموح",
     "fichier non retenu" NBSP ": il est trop volumineux"},
    {"the mail server takes mail again", "عاد خادم البريد إلى قبول الرسائل",
     "le serveur de courrier accepte de nouveau les messages"},
    {"the disk of /srv/state is nearly full, 1.2 GB of 40 GB are free",
     "أوشك القرص الذي عليه " FSI "/srv/state" PDI " على الامتلاء، والمتاح منه " FSI "1.2 GB" PDI " من أصل " FSI
     "40 GB" PDI,
     "le disque de /srv/state est presque plein, 1.2 GB libres sur 40 GB"},
    {"a message in INBOX (number 17, 200000000 bytes) was left in the mailbox: 200000000 bytes: longer than is "
     "collected "
     "(150000000)",
     "تُركت في الصندوق " FSI "INBOX" PDI " رسالة (رقم " FSI "17" PDI "، حجمها " FSI "200000000" PDI " بايت): " FSI FSI
     "200000000" PDI " بايت: أطول مما يُجلب (" FSI "150000000" PDI ")" PDI,
     "un message de INBOX (numéro 17, 200000000 octets) a été laissé dans la boîte" NBSP ": 200000000 octets" NBSP
     ": plus long que ce qui est relevé (150000000)"},
    {"at the stage of login: 535 5.7.8 authentication failed",
     "عند مرحلة " FSI "تسجيل الدخول" PDI ": " FSI "535 5.7.8 authentication failed" PDI,
     "à l’étape «" NBSP "ouverture de session" NBSP "»" NBSP ": 535 5.7.8 authentication failed"},
    {"the parser ended without an answer (the message was too much for it)",
     "انتهى برنامج تحليل الرسائل دون جواب (لم يحتمل هذه الرسالة)",
     "l’analyseur s’est arrêté sans réponse (ce message l’a dépassé)"},
    {"reminder: no address of the delegation can be written to, all failed before; nothing left",
     FSI "تذكير" PDI ": لا عنوان للجهة تمكن الكتابة إليه، فقد فشلت جميعها من قبل؛ ولم يُرسل شيء",
     "rappel" NBSP ": aucune adresse de la délégation n’est joignable, toutes ont échoué auparavant" NBSP
     "; rien n’est parti"},
    {"digest: refused with 550 for what it quotes; replies that wait: 3",
     "رفض الخادم إرسال " FSI "النشرة الصباحية" PDI " (الرمز " FSI "550" PDI
     ") لما تتضمنه من نصوص واردة من الغير؛ ردود تنتظر: " FSI "3" PDI,
     "bulletin du matin" NBSP ": envoi refusé (550) en raison des textes cités" NBSP "; réponses en attente" NBSP
     ": 3"},
    {FSI "brought by hand" PDI, FSI "سُلّمت باليد" PDI, FSI "remis en main propre" PDI},
    {FSI "a.pdf" PDI " (known), " FSI "b.pdf" PDI, FSI "a.pdf" PDI " (ورد من قبل)، " FSI "b.pdf" PDI,
     FSI "a.pdf" PDI " (déjà reçu), " FSI "b.pdf" PDI},
};

/* A stranger's line, and words that nobody has put into a language, stay. */
static const char *const as_they_came[] = {
    "",
    "550 5.1.1 user unknown",
    "Re: the disk of my uncle",
    FSI "focal@jo.example" PDI " – " FSI "Re: unknown sender" PDI,
    FSI "Report (final).pdf" PDI,
    "(",
    ")",
    "x (y) z",
};

static void what_officers_are_told(void **state)
{
    ARENA_SCOPED a = arena_new();
    (void)state;
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        assert_string_equal(reason_in_words(a, LANG_EN, told[i].english), told[i].english);
        assert_string_equal(reason_in_words(a, LANG_AR, told[i].english), told[i].arabic);
        assert_string_equal(reason_in_words(a, LANG_FR, told[i].english), told[i].french);
    }
    for (size_t i = 0; i < sizeof as_they_came / sizeof *as_they_came; i++)
        for (int lang = 0; lang < LANG_COUNT; lang++)
            assert_string_equal(reason_in_words(a, (enum lang)lang, as_they_came[i]), as_they_came[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plurals),     cmocka_unit_test(counts),
        cmocka_unit_test(dates),       cmocka_unit_test(instants),
        cmocka_unit_test(capitals),    cmocka_unit_test(sizes),
        cmocka_unit_test(small_words), cmocka_unit_test(what_officers_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
