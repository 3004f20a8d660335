/* request_words.h - between round/request.c and its tables. Nobody else includes it. */
#ifndef TAAMIM_ROUND_REQUEST_WORDS_H
#define TAAMIM_ROUND_REQUEST_WORDS_H
#include "round/request.h"

#define REQUEST_NAMES_MAX 8 /* with the NULL behind the last */
#define REQUEST_TEXTS     (1u << KEY_TEXT | 1u << KEY_TEXT_AR | 1u << KEY_TEXT_EN | 1u << KEY_TEXT_FR)

/* Names are written as plain spelling leaves them: no accents, no hamza on alef, no article. */
struct request_verb_row {
    const char *names[REQUEST_NAMES_MAX];
    unsigned takes, needs;  /* bits of keys */
    enum request_key first; /* what may follow the verb in its line */
    const char *form[LANG_COUNT];
};
extern const struct request_verb_row request_verbs[REQUEST_VERB_COUNT];
extern const char *const request_keys[REQUEST_KEY_COUNT][REQUEST_NAMES_MAX];

#endif
