/* Compares mails that bring nothing new with what their sender was told since anything else went to the delegation. What
 * they say is not looked at: a person whose words are not taken for an answer twice needs a person. */
#include "app/silence.h"

#include <string.h>

#include "app/marks.h"
#include "app/trouble.h"
#include "base/clock.h"
#include "mail/address.h"

#define RECEIPT_SAYS_S (60 * 60) /* machines answer sooner; who asks later may not have got it */
#define LETTERS_MAX    8         /* looked at: there are hardly more reasons */

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool tells(const struct letter_paper *told, size_t n, const char *trouble)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(told[i].trouble, trouble) == 0)
            return true;
    return false;
}

/* Each reason for which it was not taken. */
static bool told_why(struct arena *a, const struct message_row *m, const struct letter_paper *told, size_t n_told)
{
    struct letter_paper *list;
    size_t n = trouble_list(a, m, &list);

    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].trouble, TROUBLE_OURS) != 0 && !tells(told, n_told, list[i].trouble))
            return false;
    return true;
}

/* What the latest letters told one sender. */
struct heard {
    bool letter, receipt;
    struct letter_paper *troubles;
    size_t n_troubles;
};

static bool hear(struct daemon *d, struct arena *a, const struct notice_row *by, const char *sender, bool *of_it,
                 struct heard *h, struct err *e)
{
    struct message_row *told;
    struct letter_paper *list;
    size_t n, n_list;

    if (!store_messages_told(d->store, a, by, &told, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!address_same(told[i].sender, sender))
            continue;
        *of_it = true;
        n_list = trouble_list(a, &told[i], &list);
        for (size_t k = 0; k < n_list; k++)
            ARENA_PUSH(a, h->troubles, h->n_troubles, list[k]);
    }
    return true;
}

/* Back to the last notice that was something else. */
static bool heard_by(struct daemon *d, struct arena *a, const struct notice_row *rows, size_t n, const char *sender,
                     struct heard *out, struct err *e)
{
    bool letters_only = true;

    *out = (struct heard){0};
    for (size_t i = n; letters_only && i > 0 && n - i < LETTERS_MAX; i--) {
        const struct notice_row *notice = &rows[i - 1];
        bool receipt = begins(notice->cause, CAUSE_REPLY) || begins(notice->cause, CAUSE_CLAIMED);

        letters_only = begins(notice->cause, CAUSE_NOTHING_NEW);
        if (!letters_only && !(receipt && notice->created_at + RECEIPT_SAYS_S > clock_now()))
            break;
        if (!hear(d, a, notice, sender, receipt ? &out->receipt : &out->letter, out, e))
            return false;
    }
    return true;
}

bool silence_due(struct daemon *d, struct arena *a, const struct seat_row *seat, const struct message_row *messages,
                 size_t n, bool *out, struct err *e)
{
    struct notice_row *rows;
    size_t n_rows;
    struct heard heard;

    *out = true;
    if (!store_notices(d->store, a, seat->round, seat->party, &rows, &n_rows, e))
        return false;
    for (size_t i = 0; i < n && *out; i++) {
        const struct message_row *m = &messages[i];

        if (!heard_by(d, a, rows, n_rows, m->sender, &heard, e))
            return false;
        *out = (heard.letter || (heard.receipt && mark_has(m->marks, MARK_KNOWN))) &&
               told_why(a, m, heard.troubles, heard.n_troubles);
    }
    return true;
}
