/* lang.c - counts, dates, hours, zones and sizes in words of Arabic, English and French.
 *
 * Counts follow the cardinal rules of Unicode CLDR. Digits are Western in every language; French takes the no-break
 * spaces its typography asks for. Nothing here fails: what has no name (a rare zone) is shown by what it is called
 * in the system. The small words of tables are in lang_words.c. */
#include "mail/lang.h"

#include <stdlib.h>
#include <string.h>

#define NBSP "\u00a0"

/* ---- counts */

static enum plural plural_arabic(long n)
{
    if (n <= 2)
        return n == 0 ? PLURAL_ZERO : n == 1 ? PLURAL_ONE : PLURAL_TWO;
    long rest = n % 100;
    if (rest >= 3 && rest <= 10)
        return PLURAL_FEW;
    return rest >= 11 ? PLURAL_MANY : PLURAL_OTHER;
}

static enum plural plural_french(long n)
{
    if (n <= 1)
        return PLURAL_ONE;
    return n % 1000000 == 0 ? PLURAL_MANY : PLURAL_OTHER;
}

enum plural plural_of(enum lang lang, long n)
{
    long size = labs(n);
    switch (lang) {
    case LANG_AR: return plural_arabic(size);
    case LANG_EN: return size == 1 ? PLURAL_ONE : PLURAL_OTHER;
    case LANG_FR: return plural_french(size);
    }
    return PLURAL_OTHER;
}

/* The phrases have a %ld where the number is written; Arabic's first three forms say it in words. */
static const char *const arabic_counts[][6] = {
    [COUNT_PAPERS] = {"لا أوراق", "ورقة واحدة", "ورقتان", "%ld أوراق", "%ld ورقة", "%ld ورقة"},
    [COUNT_DAYS] = {"لا أيام", "يوم واحد", "يومان", "%ld أيام", "%ld يوماً", "%ld يوم"},
    [COUNT_DOCUMENTS] = {"لا وثائق", "وثيقة واحدة", "وثيقتان", "%ld وثائق", "%ld وثيقة", "%ld وثيقة"},
    [COUNT_PARTIES] = {"لا جهات", "جهة واحدة", "جهتان", "%ld جهات", "%ld جهة", "%ld جهة"},
    [COUNT_ITEMS] = {"لا بنود", "بند واحد", "بندان", "%ld بنود", "%ld بنداً", "%ld بند"},
    [COUNT_FILES] = {"لا ملفات", "ملف واحد", "ملفان", "%ld ملفات", "%ld ملفاً", "%ld ملف"},
};
/* None, one, several. */
static const char *const english_counts[][3] = {
    [COUNT_PAPERS] = {"no papers", "1 paper", "%ld papers"},
    [COUNT_DAYS] = {"no days", "1 day", "%ld days"},
    [COUNT_DOCUMENTS] = {"no documents", "1 document", "%ld documents"},
    [COUNT_PARTIES] = {"no parties", "1 party", "%ld parties"},
    [COUNT_ITEMS] = {"no items", "1 item", "%ld items"},
    [COUNT_FILES] = {"no files", "1 file", "%ld files"},
};
/* None, one, several, millions ("1 000 000 de contributions"). */
static const char *const french_counts[][4] = {
    [COUNT_PAPERS] = {"aucune contribution", "1" NBSP "contribution", "%ld" NBSP "contributions",
                      "%ld de contributions"},
    [COUNT_DAYS] = {"aucun jour", "1" NBSP "jour", "%ld" NBSP "jours", "%ld de jours"},
    [COUNT_DOCUMENTS] = {"aucun document", "1" NBSP "document", "%ld" NBSP "documents", "%ld de documents"},
    [COUNT_PARTIES] = {"aucune délégation", "1" NBSP "délégation", "%ld" NBSP "délégations", "%ld de délégations"},
    [COUNT_ITEMS] = {"aucun point", "1" NBSP "point", "%ld" NBSP "points", "%ld de points"},
    [COUNT_FILES] = {"aucun fichier", "1" NBSP "fichier", "%ld" NBSP "fichiers", "%ld de fichiers"},
};

static const char *count_form(enum lang lang, enum counted what, long n)
{
    enum plural form = plural_of(lang, n);
    switch (lang) {
    case LANG_AR: return arabic_counts[what][form];
    case LANG_EN: return english_counts[what][n == 0 ? 0 : form == PLURAL_ONE ? 1 : 2];
    case LANG_FR: return french_counts[what][n == 0 ? 0 : form == PLURAL_ONE ? 1 : form == PLURAL_MANY ? 3 : 2];
    }
    return "%ld";
}

char *count_in_words(struct arena *a, enum lang lang, enum counted what, long n)
{
    const char *form = count_form(lang, what, n);
    const char *number = strstr(form, "%ld");
    if (!number)
        return arena_strdup(a, form);
    return arena_printf(a, "%.*s%ld%s", (int)(number - form), form, n, number + 3);
}

/* ---- dates and hours */

static const char *const weekday_names[LANG_COUNT][7] = {
    [LANG_AR] = {"الأحد", "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت"},
    [LANG_EN] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
    [LANG_FR] = {"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
};
static const char *const month_names[LANG_COUNT][12] = {
    [LANG_AR] = {"يناير/كانون الثاني", "فبراير/شباط", "مارس/آذار", "أبريل/نيسان", "مايو/أيار", "يونيو/حزيران",
                 "يوليو/تموز", "أغسطس/آب", "سبتمبر/أيلول", "أكتوبر/تشرين الأول", "نوفمبر/تشرين الثاني",
                 "ديسمبر/كانون الأول"},
    [LANG_EN] = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                 "November", "December"},
    [LANG_FR] = {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
                 "novembre", "décembre"},
};

static const char *month_name(enum lang lang, int month)
{
    return month >= 1 && month <= 12 ? month_names[lang][month - 1] : "?";
}

char *date_without_weekday(struct arena *a, enum lang lang, struct civil day)
{
    const char *month = month_name(lang, day.month);
    if (lang == LANG_FR)
        return arena_printf(a, "%d%s" NBSP "%s %d", day.day, day.day == 1 ? "er" : "", month, day.year);
    return arena_printf(a, "%d %s %d", day.day, month, day.year);
}

char *date_in_words(struct arena *a, enum lang lang, struct civil day)
{
    return arena_printf(a, "%s %s", weekday_names[lang][civil_weekday(day)], date_without_weekday(a, lang, day));
}

char *hour_in_words(struct arena *a, enum lang lang, struct civil time)
{
    switch (lang) {
    case LANG_AR: return arena_printf(a, "الساعة %02d:%02d", time.hour, time.minute);
    case LANG_EN: return arena_printf(a, "%02d:%02d", time.hour, time.minute);
    case LANG_FR: return arena_printf(a, "%d" NBSP "h" NBSP "%02d", time.hour, time.minute);
    }
    return arena_printf(a, "%02d:%02d", time.hour, time.minute);
}

/* ---- zones */

/* The zones of the capitals of the League's members, of its missions at the United Nations, and universal time. */
static const struct {
    const char *zone;
    const char *words[LANG_COUNT];
} zones[] = {
    {"Asia/Amman", {"بتوقيت عمّان", "Amman time", "heure d’Amman"}},
    {"Asia/Dubai", {"بتوقيت أبوظبي", "Abu Dhabi time", "heure d’Abou Dhabi"}},
    {"Asia/Bahrain", {"بتوقيت المنامة", "Manama time", "heure de Manama"}},
    {"Africa/Tunis", {"بتوقيت تونس", "Tunis time", "heure de Tunis"}},
    {"Africa/Algiers", {"بتوقيت الجزائر", "Algiers time", "heure d’Alger"}},
    {"Africa/Djibouti", {"بتوقيت جيبوتي", "Djibouti time", "heure de Djibouti"}},
    {"Asia/Riyadh", {"بتوقيت الرياض", "Riyadh time", "heure de Riyad"}},
    {"Africa/Khartoum", {"بتوقيت الخرطوم", "Khartoum time", "heure de Khartoum"}},
    {"Asia/Damascus", {"بتوقيت دمشق", "Damascus time", "heure de Damas"}},
    {"Africa/Mogadishu", {"بتوقيت مقديشو", "Mogadishu time", "heure de Mogadiscio"}},
    {"Asia/Baghdad", {"بتوقيت بغداد", "Baghdad time", "heure de Bagdad"}},
    {"Asia/Muscat", {"بتوقيت مسقط", "Muscat time", "heure de Mascate"}},
    {"Asia/Hebron", {"بتوقيت فلسطين", "Palestine time", "heure de Palestine"}},
    {"Asia/Gaza", {"بتوقيت فلسطين", "Palestine time", "heure de Palestine"}},
    {"Asia/Qatar", {"بتوقيت الدوحة", "Doha time", "heure de Doha"}},
    {"Indian/Comoro", {"بتوقيت موروني", "Moroni time", "heure de Moroni"}},
    {"Asia/Kuwait", {"بتوقيت الكويت", "Kuwait time", "heure de Koweït"}},
    {"Asia/Beirut", {"بتوقيت بيروت", "Beirut time", "heure de Beyrouth"}},
    {"Africa/Tripoli", {"بتوقيت طرابلس", "Tripoli time", "heure de Tripoli"}},
    {"Africa/Cairo", {"بتوقيت القاهرة", "Cairo time", "heure du Caire"}},
    {"Africa/Casablanca", {"بتوقيت الرباط", "Rabat time", "heure de Rabat"}},
    {"Africa/Nouakchott", {"بتوقيت نواكشوط", "Nouakchott time", "heure de Nouakchott"}},
    {"Asia/Aden", {"بتوقيت صنعاء", "Sana’a time", "heure de Sanaa"}},
    {"America/New_York", {"بتوقيت نيويورك", "New York time", "heure de New York"}},
    {"Europe/Zurich", {"بتوقيت جنيف", "Geneva time", "heure de Genève"}},
    {"Etc/UTC", {"بالتوقيت العالمي المنسّق", "Coordinated Universal Time", "temps universel coordonné"}},
    {"UTC", {"بالتوقيت العالمي المنسّق", "Coordinated Universal Time", "temps universel coordonné"}},
};

static const char *zone_words(enum lang lang, const char *name)
{
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (strcmp(zones[i].zone, name) == 0)
            return zones[i].words[lang];
    return name;
}

static const char *offset_in_digits(struct arena *a, int offset_s)
{
    int minutes = abs(offset_s) / 60;
    if (minutes == 0)
        return "UTC";
    const char *sign = offset_s < 0 ? "-" : "+";
    if (minutes % 60)
        return arena_printf(a, "UTC%s%d:%02d", sign, minutes / 60, minutes % 60);
    return arena_printf(a, "UTC%s%d", sign, minutes / 60);
}

char *zone_in_words(struct arena *a, enum lang lang, const struct zone *z, int64_t at)
{
    return arena_printf(a, "%s%s(%s)", zone_words(lang, zone_name(z)), lang == LANG_FR ? NBSP : " ",
                        offset_in_digits(a, zone_offset_s(z, at)));
}

char *instant_in_words(struct arena *a, enum lang lang, const struct zone *z, int64_t at)
{
    struct civil c = zone_civil(z, at);
    const char *day = date_in_words(a, lang, c), *hour = hour_in_words(a, lang, c);
    const char *zone = zone_in_words(a, lang, z, at);
    switch (lang) {
    case LANG_AR: return arena_printf(a, "%s، %s %s", day, hour, zone);
    case LANG_EN: return arena_printf(a, "%s, %s %s", day, hour, zone);
    case LANG_FR: return arena_printf(a, "%s à %s, %s", day, hour, zone);
    }
    return arena_printf(a, "%s %s %s", day, hour, zone);
}

/* ---- sizes: decimal units, as the letters k and M mean */

static const char *const size_units[LANG_COUNT][4] = {
    [LANG_AR] = {"بايت", "كيلوبايت", "ميغابايت", "غيغابايت"},
    [LANG_EN] = {"bytes", "kB", "MB", "GB"},
    [LANG_FR] = {"octets", "ko", "Mo", "Go"},
};

char *size_in_words(struct arena *a, enum lang lang, int64_t bytes)
{
    const char *space = lang == LANG_FR ? NBSP : " ", *point = lang == LANG_FR ? "," : ".";
    int64_t unit = 1;
    int step = 0;
    if (bytes < 1000)
        return arena_printf(a, "%lld%s%s", (long long)bytes, space, size_units[lang][0]);
    while (step < 3 && bytes >= unit * 1000 - unit / 2) {
        unit *= 1000;
        step++;
    }
    int64_t whole = (bytes + unit / 2) / unit, tenths = (bytes + unit / 20) / (unit / 10);
    if (tenths >= 1000 || tenths % 10 == 0)
        return arena_printf(a, "%lld%s%s", (long long)whole, space, size_units[lang][step]);
    return arena_printf(a, "%lld%s%lld%s%s", (long long)(tenths / 10), point, (long long)(tenths % 10), space,
                        size_units[lang][step]);
}
