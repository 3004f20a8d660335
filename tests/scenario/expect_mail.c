/* "expect COUNT KIND to WHO ...": what the post office took. A mail to several addresses of a party counts once. */
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>

#include "mail/address.h"

#define TELLING_MAX 8

/* Which mails are meant. */
struct wish {
    long count;
    const char *kind; /* "" = any */
    const char *who;  /* code, address, "officer", "anyone" */
    const char *naming[TELLING_MAX], *not_naming[TELLING_MAX];
    size_t n_naming, n_not_naming;
    const char *files;           /* how many it carries; NULL any */
    const char *day, *hour;      /* local; NULL any */
    int64_t since_at, before_at; /* 0: any */
};

static bool is_kind(const char *word, const char **kind_out)
{
    if (strcmp(word, "mail") == 0 || strcmp(word, "mails") == 0) {
        *kind_out = "";
        return true;
    }
    if (strcmp(word, "corrigenda") == 0)
        word = "corrigendum";
    for (int i = 0; i < LETTER_KIND_COUNT; i++) {
        size_t len = strlen(letter_kind_names[i]);

        if (strncmp(word, letter_kind_names[i], len) == 0 && (!word[len] || strcmp(word + len, "s") == 0)) {
            *kind_out = letter_kind_names[i];
            return true;
        }
    }
    return false;
}

static bool is_count(const char *word, long *out)
{
    static const struct {
        const char *word;
        long n;
    } counts[] = {{"no", 0}, {"a", 1}, {"an", 1}, {"one", 1}, {"two", 2}, {"three", 3}};
    char *end;

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (strcmp(word, counts[i].word) == 0) {
            *out = counts[i].n;
            return true;
        }
    *out = strtol(word, &end, 10);
    return *word && !*end;
}

static bool take_value(struct world *w, struct wish *wish, const char *word, const char *value, struct err *e)
{
    if (strcmp(word, "to") == 0)
        wish->who = value;
    else if (strcmp(word, "on") == 0)
        wish->day = value;
    else if (strcmp(word, "at") == 0)
        wish->hour = value;
    else if (strcmp(word, "since") == 0)
        return instant_of(w, value, NULL, &wish->since_at, e);
    else if (strcmp(word, "before") == 0)
        return instant_of(w, value, NULL, &wish->before_at, e);
    else if (strcmp(word, "carrying") == 0)
        wish->files = value;
    else if (strcmp(word, "naming") == 0 && wish->n_naming < TELLING_MAX)
        wish->naming[wish->n_naming++] = value;
    else if (strcmp(word, "without") == 0 && wish->n_not_naming < TELLING_MAX)
        wish->not_naming[wish->n_not_naming++] = value;
    else
        return err_perm(e, "not understood from \"%s\" on", word);
    return true;
}

static bool take_filters(struct world *w, struct wish *wish, const struct line *l, struct err *e)
{
    for (size_t i = 2; i < l->n; i += 2) {
        if (strcmp(l->words[i], "and") == 0)
            i++;
        if (i + 1 >= l->n)
            return err_perm(e, "the sentence ends too early");
        if (!take_value(w, wish, l->words[i], l->words[i + 1], e))
            return false;
    }
    return true;
}

static bool names(const struct kept_mail *m, const char *what)
{
    if (strstr(m->subject, what) || strstr(m->text, what) || strstr(m->marked, what))
        return true;
    for (size_t i = 0; i < m->n_attachments; i++)
        if (strcmp(m->attachments[i], what) == 0)
            return true;
    return false;
}

static bool is_to(struct world *w, const struct kept_mail *m, const char *who)
{
    const struct party *p = register_find(w->daemon->orders.parties, who);

    if (strcmp(who, "anyone") == 0)
        return true;
    if (strcmp(who, "officer") == 0)
        return address_same(m->to, w->daemon->orders.config->officers[0].address);
    for (size_t i = 0; p && i < p->n_contacts; i++)
        if (address_same(m->to, p->contacts[i].address))
            return true;
    return !p && address_same(m->to, who);
}

static bool is_then(struct world *w, const struct kept_mail *m, const struct wish *wish)
{
    struct civil c = zone_civil(w->daemon->orders.config->zone, m->at);
    const char *day = arena_printf(w->a, "%04d-%02d-%02d", c.year, c.month, c.day);
    const char *hour = arena_printf(w->a, "%02d:%02d", c.hour, c.minute);

    return (!wish->day || strcmp(wish->day, day) == 0) && (!wish->hour || strcmp(wish->hour, hour) == 0) &&
           (!wish->since_at || m->at >= wish->since_at) && (!wish->before_at || m->at < wish->before_at);
}

static bool is_meant(struct world *w, const struct kept_mail *m, const struct wish *wish)
{
    if ((*wish->kind && strcmp(m->kind, wish->kind) != 0) || !is_to(w, m, wish->who) || !is_then(w, m, wish))
        return false;
    if (wish->files && strtoul(wish->files, NULL, 10) != m->n_attachments)
        return false;
    for (size_t i = 0; i < wish->n_naming; i++)
        if (!names(m, wish->naming[i]))
            return false;
    for (size_t i = 0; i < wish->n_not_naming; i++)
        if (names(m, wish->not_naming[i]))
            return false;
    return true;
}

/* The same mail to another address of the party, or once more after no answer. */
static bool counted_before(struct world *w, size_t i, const struct wish *wish)
{
    const struct kept_mail *mails = w->office.mails;

    for (size_t k = 0; k < i; k++)
        if (strcmp(mails[k].message_id, mails[i].message_id) == 0 && is_meant(w, &mails[k], wish))
            return true;
    return false;
}

/* What there was, for the one who reads the failure. */
static const char *what_there_was(struct world *w, const struct wish *wish)
{
    struct wish all = {.kind = wish->kind, .who = wish->who};
    const char *text = "";

    for (size_t i = 0; i < w->office.n_mails; i++) {
        const struct kept_mail *m = &w->office.mails[i];
        struct civil c = zone_civil(w->daemon->orders.config->zone, m->at);

        if (getenv("VERBOSE") && is_meant(w, m, &all))
            fprintf(stderr, "--- %s to %s: %s\n%s\n", m->kind, m->to, m->subject, m->text);
        if (is_meant(w, m, &all) && strlen(text) < 600)
            text = arena_printf(w->a, "%s\n#     %04d-%02d-%02d %02d:%02d %s to %s: %s", text, c.year, c.month, c.day,
                                c.hour, c.minute, m->kind, m->to, m->subject);
    }
    return *text ? text : " (none at all)";
}

static bool expect_mails(struct world *w, const struct line *l, struct err *e)
{
    struct wish wish = {.who = "anyone"};
    long found = 0;

    if (l->n < 2 || !is_count(l->words[0], &wish.count) || !is_kind(l->words[1], &wish.kind))
        return err_perm(e, "no such expectation");
    if (!take_filters(w, &wish, l, e))
        return false;
    for (size_t i = 0; i < w->office.n_mails; i++)
        found += is_meant(w, &w->office.mails[i], &wish) && !counted_before(w, i, &wish);
    return found == wish.count ||
           err_perm(e, "%ld, not %ld. There were:%s", found, wish.count, what_there_was(w, &wish));
}

static bool same_mail_twice(struct world *w, const struct line *l, struct err *e)
{
    const struct post_office *o = &w->office;

    for (size_t i = 0; i < o->n_mails; i++)
        for (size_t k = 0; k < i; k++)
            if (address_same(o->mails[i].to, l->words[0]) && address_same(o->mails[k].to, l->words[0]) &&
                strcmp(o->mails[i].raw, o->mails[k].raw) == 0)
                return true;
    return err_perm(e, "no mail to %s came twice", l->words[0]);
}

static bool nothing_twice(struct world *w, const struct line *l, struct err *e)
{
    const struct post_office *o = &w->office;

    (void)l;
    for (size_t i = 0; i < o->n_mails; i++)
        for (size_t k = 0; k < i; k++)
            if (address_same(o->mails[i].to, o->mails[k].to) &&
                strcmp(o->mails[i].message_id, o->mails[k].message_id) == 0)
                return err_perm(e, "%s got \"%s\" twice", o->mails[i].to, o->mails[i].subject);
    return true;
}

const struct sentence expect_mail_sentences[] = {
    {"expect the same mail twice to ADDRESS", same_mail_twice},
    {"expect nothing sent twice", nothing_twice},
    {NULL, NULL},
};

/* Asked last, since its pattern takes every sentence. */
const struct sentence expect_any_sentences[] = {{"expect ...", expect_mails}, {NULL, NULL}};
