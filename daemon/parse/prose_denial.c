/* A delivery that is denied, by the make of the sentence: in French and Arabic a verb of delivering stands near a no, or
 * one of refusing near the word for a mail, in more turns than a table of phrases holds. Only what has happened: no future,
 * which warnings have. Folded (fold_words). */
#include <string.h>
#include "parse/fold.h"
#include "parse/prose.h"

#define NEAR      60 /* bytes between the two */
#define TRIED_MAX 500

struct pair {
    const char *const *first, *const *second;
    size_t n_first, n_second;
};
#define SIZE(list) (sizeof(list) / sizeof *(list))
#define PAIR(a, b)                                                                                                     \
    {                                                                                                                  \
        a, b, SIZE(a), SIZE(b)                                                                                         \
    }

static const char *const french_no[] = {"n'a pas",   "n'a pu",     "n'ont pas", "n'ont pu", "n'avons pas", "n'avons pu",
                                        "n'est pas", "impossible", "échec de",  "echec de", "pas pu être"};
static const char *const french_deliver[] = {"remis",   "remettre", "remise",      "distribu", "délivr",
                                             "livré",   "livrer",   "livraison",   "achemin",  "parvenu",
                                             "joindre", "transmis", "transmettre", "envoyé",   "l'envoi"};
static const char *const french_refuse[] = {"été rejeté", "été refusé", "été bloqué", "rejeté par", "refusé par"};
static const char *const french_mail[] = {"message", "courriel", "mail", "courrier"};

static const char *const arabic_no[] = {"لم ", "تعذر", "فشل", "لا يمكن", "اخفق", "لم يكن"};
static const char *const arabic_deliver[] = {"تسليم", "توصيل", "ايصال", "ارسال", "وصول", " تصل", " يصل", "الوصول"};
static const char *const arabic_refuse[] = {"رفض", "حظر", "حجب"};
static const char *const arabic_mail[] = {"رسال", "رسايل", "رسائل"};

static const struct pair pairs[] = {
    PAIR(french_no, french_deliver),
    PAIR(french_refuse, french_mail),
    PAIR(arabic_no, arabic_deliver),
    PAIR(arabic_refuse, arabic_mail),
};

static bool beside(const char *text, const char *at, size_t n, const struct pair *pair)
{
    char words[2 * NEAR + 64];
    const char *from = at - text > NEAR ? at - NEAR : text;
    size_t length = strnlen(from, (size_t)(at - from) + n + NEAR);
    memcpy(words, from, length);
    words[length] = '\0';
    return holds_any(words, pair->second, pair->n_second);
}

static bool holds_pair(const char *text, const struct pair *pair)
{
    int tried = 0;
    for (size_t i = 0; i < pair->n_first; i++)
        for (const char *at = strstr(text, pair->first[i]); at && tried++ < TRIED_MAX;
             at = strstr(at + 1, pair->first[i]))
            if (beside(text, at, strlen(pair->first[i]), pair))
                return true;
    return false;
}

bool denies_delivery(const char *text)
{
    for (size_t i = 0; i < SIZE(pairs); i++)
        if (holds_pair(text, &pairs[i]))
            return true;
    return false;
}
