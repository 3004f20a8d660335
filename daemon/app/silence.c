/* Compares mails that bring nothing new with those that have had their letter since something new came. What has no
 * words is like nothing else: who forgets the paper in an empty mail hears of it each time, up to the most. */
#include "app/silence.h"

#include <string.h>

#include "mail/address.h"
#include "round/words.h"

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static const struct word *next_letters(const struct words *w, size_t *i)
{
    while (*i < w->n && w->word[*i].digits)
        ++*i;
    return *i < w->n ? &w->word[(*i)++] : NULL;
}

/* The same words, numbers aside: machines count and date. */
static bool same_words(const char *one, const char *other)
{
    struct words first, second;
    const struct word *a, *b;
    size_t i = 0, k = 0, n = 0;

    words_of(one, &first);
    words_of(other, &second);
    do {
        a = next_letters(&first, &i);
        b = next_letters(&second, &k);
        n += a != NULL;
    } while (a && b && strcmp(a->text, b->text) == 0);
    return !a && !b && n > 0;
}

static bool same_mail(const struct message_row *one, const struct message_row *other)
{
    return address_same(one->sender, other->sender) && same_words(one->text, other->text) &&
           strcmp(one->troubles ? one->troubles : "", other->troubles ? other->troubles : "") == 0;
}

static bool among(const struct message_row *m, const struct message_row *told, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (same_mail(m, &told[i]))
            return true;
    return false;
}

/* The letters about nothing new since the last one that told of something, the latest first. */
static bool letters_since_news(struct daemon *d, struct arena *a, const struct seat_row *seat, struct notice_row *out,
                               size_t *n_out, struct err *e)
{
    struct notice_row *rows;
    size_t n;

    if (!store_notices(d->store, a, seat->round, seat->party, &rows, &n, e))
        return false;
    *n_out = 0;
    while (n-- > 0 && *n_out < SILENCE_AFTER && !begins(rows[n].cause, CAUSE_REPLY) &&
           !begins(rows[n].cause, CAUSE_CLAIMED))
        if (begins(rows[n].cause, CAUSE_NOTHING_NEW))
            out[(*n_out)++] = rows[n];
    return true;
}

bool silence_due(struct daemon *d, struct arena *a, const struct seat_row *seat, const struct message_row *messages,
                 size_t n, bool *out, struct err *e)
{
    struct notice_row letters[SILENCE_AFTER];
    struct message_row *told;
    size_t n_letters, n_told, n_repeated = 0;

    if (!letters_since_news(d, a, seat, letters, &n_letters, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        bool repeated = n_letters == SILENCE_AFTER;

        for (size_t k = 0; k < n_letters && !repeated; k++) {
            if (!store_messages_told(d->store, a, &letters[k], &told, &n_told, e))
                return false;
            repeated = among(&messages[i], told, n_told);
        }
        n_repeated += repeated;
    }
    *out = n_repeated == n;
    return true;
}
