/* Tells a mail that has come before, by its bytes or by what it says and brings. Where anything cannot be read or
 * compared the mail counts as new: no paper and no objection may be lost for a doubt. */
#include "app/repeats.h"

#include <string.h>

#include "app/filing.h"
#include "base/file.h"

static bool is_among(const struct paper_row *papers, size_t n, const char *sha256)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(papers[i].sha256, sha256) == 0)
            return true;
    return false;
}

/* What lies there: with the earlier message, with the party by another one, or with us who sent it. */
struct there {
    struct paper_row *papers;
    size_t n;
    struct round_view view;
    bool of_a_round;
};

static bool is_there(struct daemon *d, const struct incoming *in, const struct there *t, const char *sha256)
{
    return is_among(t->papers, t->n, sha256) ||
           (t->of_a_round &&
            (store_known_paper(d->store, in->m.round, in->m.party, sha256) || filing_is_ours(t->view.spec, sha256)));
}

static bool brings_nothing_new(struct daemon *d, struct incoming *in, int64_t earlier)
{
    struct there there = {0};
    char sha256[65];

    if (!store_papers_of_message(d->store, in->a, earlier, &there.papers, &there.n, NULL))
        return false;
    there.of_a_round = *in->m.round && round_view(d, in->a, in->m.round, &there.view, NULL);
    for (size_t i = 0; i < in->facts->n_parts; i++) {
        const struct fact_part *part = &in->facts->parts[i];

        if (!filing_is_taken(in, i) || filing_is_opened(in, i))
            continue;
        if (!file_sha256_range(in->scratch_fd, part->offset, part->size, sha256, NULL) ||
            !is_there(d, in, &there, sha256))
            return false;
    }
    return true;
}

static const char *next_word(const char **p, size_t *n_out)
{
    *p += strspn(*p, " \t\r\n");
    *n_out = strcspn(*p, " \t\r\n");
    return *p;
}

/* The sender's own words, white space aside. Of longer ones than are kept, nobody knows. */
static bool says_nothing_new(const struct incoming *in, const struct message_row *before)
{
    const char *one = in->m.text, *other = before->text;
    size_t n_one, n_other;

    if (strlen(in->facts->reply_text) > TEXT_KEPT)
        return false;
    do {
        const char *a = next_word(&one, &n_one), *b = next_word(&other, &n_other);

        if (n_one != n_other || memcmp(a, b, n_one) != 0)
            return false;
        one += n_one;
        other += n_other;
    } while (n_one > 0);
    return true;
}

bool repeats(struct daemon *d, struct incoming *in)
{
    struct message_row before = {0};
    int64_t id = store_known_bytes(d->store, in->m.sha256, in->m.id);

    if (id)
        return true;
    id = *in->m.message_id ? store_known_msgid(d->store, in->m.message_id, in->m.id) : 0;
    return id && store_message(d->store, in->a, id, &before, NULL) && before.state &&
           strcasecmp(before.sender, in->m.sender) == 0 && says_nothing_new(in, &before) &&
           brings_nothing_new(d, in, id);
}
