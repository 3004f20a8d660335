/* lang.h - dates, hours, sizes and counts in words of Arabic, English and French.
 *
 * Western digits throughout, so that they can be copied. Arabic months in both usages (يونيو/حزيران), Arabic counts
 * in the six forms of Unicode CLDR. Results live in the arena. */
#ifndef TAAMIM_MAIL_LANG_H
#define TAAMIM_MAIL_LANG_H
#include "base/arena.h"
#include "base/zone.h"
#include "round/party.h"

enum plural { PLURAL_ZERO, PLURAL_ONE, PLURAL_TWO, PLURAL_FEW, PLURAL_MANY, PLURAL_OTHER };
enum plural plural_of(enum lang lang, long n); /* CLDR cardinal rules for whole numbers */

enum counted { COUNT_PAPERS, COUNT_DAYS, COUNT_DOCUMENTS, COUNT_PARTIES, COUNT_ITEMS, COUNT_FILES };
char *count_in_words(struct arena *a, enum lang lang, enum counted what,
                     long n); /* "لا أوراق", "ورقتان", "3 أوراق", "2 papers" */

char *date_in_words(struct arena *a, enum lang lang, struct civil day); /* "الثلاثاء 15 ديسمبر/كانون الأول 2026" */
char *date_without_weekday(struct arena *a, enum lang lang, struct civil day);
char *hour_in_words(struct arena *a, enum lang lang, struct civil time); /* "14:00" with the word of the language */
char *zone_in_words(struct arena *a, enum lang lang, const struct zone *z,
                    int64_t at); /* "بتوقيت القاهرة (UTC+2)"; a zone without a known name gives its tz name */
/* Day, hour and zone of an instant, as every mail prints a deadline. */
char *instant_in_words(struct arena *a, enum lang lang, const struct zone *z, int64_t at);
char *size_in_words(struct arena *a, enum lang lang, int64_t bytes); /* "1.4 MB", "1,4 Mo", "1.4 ميغابايت" */
/* What the daemon says in English of itself: why a reply is held ("signals disagree ... (token of one party, sender of
 * another)"), what an alarm is about; unknown words as they are. */
char *reason_in_words(struct arena *a, enum lang lang, const char *english);
const char *word_of(enum lang lang,
                    const char *english_key); /* small words of pages and tables; the key itself if unknown */

#endif
