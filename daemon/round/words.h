/* words.h - the words and numbers of a short text, as the rooms' decisions read them: dates, file names, subjects.
 *
 * Letters and digits are told apart even where they touch ("v2" is v and 2), and each word knows what stood before it.
 */
#ifndef TAAMIM_ROUND_WORDS_H
#define TAAMIM_ROUND_WORDS_H
#include <stdbool.h>
#include <stddef.h>

/* Folds for comparing: Arabic-Indic and Persian digits to ASCII, bidi and zero-width marks, tatweel and harakat
 * removed, ASCII lower case. Returns bytes written (< size). */
size_t fold_text(const char *text, char *out, size_t size);

#define WORDS_MAX 128
struct word {
    char text[48]; /* folded; French accents and the hamza of alef removed too. A longer run goes on in the next word */
    char before[8]; /* the separators before it, spaces left out; " " where there were only spaces, "" where it touches
                       the word before */
    int digits;     /* how many, for a number; 0 for letters */
    int number;     /* its value; INT_MAX where it is larger */
};
struct words {
    struct word word[WORDS_MAX + 1]; /* one more, empty: its `before` is what follows the last word */
    size_t n;
    bool whole; /* false: there were more words than WORDS_MAX, or a longer text than is read */
};
void words_of(const char *text, struct words *out);

bool word_is(const struct word *w, const char *text);        /* the same letters */
bool word_in(const struct word *w, const char *const *list); /* one of a NULL-ended list */
/* The month (1-12) that a word and, in Arabic, the one after it name in Arabic (of Egypt, the Levant and the Maghreb),
 * English or French; 0 = none. */
int words_month(const struct word *w, size_t *used_out);

#endif
