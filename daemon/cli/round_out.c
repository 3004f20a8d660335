/* round_out.c - what goes out at a launch, shown before anything does: parties, addresses, languages, documents,
 * deadline, reminders. */
#include <string.h>

#include "app/launch.h"
#include "base/clock.h"
#include "cli/round.h"
#include "cli/table.h"
#include "mail/lang.h"

#define LARGE_BYTES (7 << 20) /* many servers refuse mails of 10 MB; the path to them is unknown */

static void print_head(struct arena *a, const struct standing_orders *o, const struct round_spec *s)
{
    printf("Round %s: %s\n", s->ref, table_cell(a, text_in(s->title, LANG_AR), 0));
    if (s->note_number)
        printf("Note      %s of %04d-%02d-%02d\n", s->note_number, s->note_date.year, s->note_date.month,
               s->note_date.day);
    printf("Deadline  %s\n", when_long(a, o->config, s->deadline.at));
    for (size_t i = 0; i < s->n_items; i++)
        printf("%s %2zu. %s%s\n", i ? "         " : "Items    ", i + 1,
               table_cell(a, s->items[i].title[LANG_AR] ? s->items[i].title[LANG_AR] : s->items[i].key, 70),
               s->items[i].required ? "" : " (optional)");
}

/* ---- reminders: what the daemon would decide, asked in advance for each weekend among those invited */

/* Parties that are reminded at the same moments. */
struct schedule {
    const char *weekends; /* "fri-sat, none" */
    int n;
    int64_t at[STEPS_MAX]; /* 0: not sent, since */
    const char *why[STEPS_MAX];
    int told_by[STEPS_MAX]; /* the step in whose mail this one is told: its own, or one it falls together with */
};

static void foresee(struct schedule *out, const struct config *c, const struct round_spec *s, unsigned weekend)
{
    unsigned done = 0;
    for (int64_t launch_at = clock_now(), now = launch_at; now;) {
        struct reminder_due due =
            reminder_due(c->zone, &c->working, weekend, &s->deadline, s->steps, s->n_steps, done, launch_at, now);
        for (size_t i = 0; due.step >= 0 && i < s->n_steps; i++)
            if ((due.done_out & ~done) & 1u << i) {
                out->at[i] = now;
                out->told_by[i] = due.step;
            }
        done = due.done_out;
        now = due.step >= 0 ? now + 1 : due.next_at;
    }
    for (size_t i = 0; i < s->n_steps; i++)
        out->why[i] = step_at(c->zone, &c->working, weekend, &s->deadline, s->steps[i]) <= clock_now()
                          ? "its moment has passed"
                          : "its working hour comes after the deadline";
}

/* The weekend of all who would read a party's reminder. */
static unsigned weekend_of(const struct round_spec *s, const struct party *p)
{
    const struct contact *to[CONTACTS_MAX];
    size_t n = round_contacts(s, p, to, CONTACTS_MAX);
    unsigned weekend = 0;
    for (size_t i = 0; i < n; i++)
        weekend |= to[i]->weekend;
    return weekend;
}

static void add_to_schedules(struct arena *a, struct schedule **list, size_t *n, const struct schedule *one)
{
    for (size_t i = 0; i < *n; i++) {
        struct schedule *known = &(*list)[i];
        if (memcmp(known->at, one->at, sizeof one->at) != 0)
            continue;
        known->n += one->n;
        known->weekends = arena_printf(a, "%s, %s", known->weekends, one->weekends);
        return;
    }
    ARENA_PUSH(a, *list, *n, *one);
}

static struct schedule *schedules(struct arena *a, const struct standing_orders *o, const struct round_spec *s,
                                  size_t *n_out)
{
    int parties[1 << 7] = {0}; /* by weekend */
    struct schedule *list = NULL;
    for (size_t i = 0; i < o->parties->n_parties; i++)
        if (round_invites(s, &o->parties->parties[i]))
            parties[weekend_of(s, &o->parties->parties[i]) & 127]++;
    *n_out = 0;
    for (unsigned weekend = 0; weekend < 128; weekend++) {
        struct schedule one = {.weekends = weekend_format(a, weekend), .n = parties[weekend]};
        if (one.n == 0)
            continue;
        foresee(&one, o->config, s, weekend);
        add_to_schedules(a, &list, n_out, &one);
    }
    return list;
}

static void print_schedule(struct arena *a, const struct config *c, const struct round_spec *s,
                           const struct schedule *plan)
{
    char name[16], other[16];
    for (size_t i = 0; i < s->n_steps; i++) {
        step_format(s->steps[i], name);
        step_format(s->steps[plan->told_by[i]], other);
        if (!plan->at[i])
            printf("  %-5s not sent: %s\n", name, plan->why[i]);
        else
            printf("  %-5s %s%s%s\n", name, when_long(a, c, plan->at[i]),
                   plan->told_by[i] == (int)i ? "" : ", in one mail with ", plan->told_by[i] == (int)i ? "" : other);
    }
}

static void print_steps(struct arena *a, const struct standing_orders *o, const struct round_spec *s)
{
    size_t n;
    const struct schedule *list = schedules(a, o, s, &n);
    printf("\nReminders to who has not answered, or not wholly:%s\n", s->n_steps ? "" : " none");
    for (size_t i = 0; s->n_steps && i < n; i++) {
        if (n > 1)
            printf(" where the weekend is %s (%s):\n", list[i].weekends, cli_count(a, list[i].n, "party", "parties"));
        print_schedule(a, o->config, s, &list[i]);
    }
}

static void print_documents(struct arena *a, const struct round_spec *s)
{
    static const char *const heads[] = {"DOCUMENT", ">SIZE", "GOES WITH", NULL};
    struct table *t = table_new(a, heads);
    for (size_t i = 0; i < s->n_documents; i++) {
        const struct round_document *d = &s->documents[i];
        const char *who = d->party   ? arena_printf(a, "%s alone", d->party)
                          : d->langs ? arena_printf(a, "mails in %s", langs_format(a, d->langs))
                                     : "all";
        const char *cells[] = {d->name, size_in_words(a, LANG_EN, file_size(d->path)), who};
        table_row(t, cells);
    }
    putchar('\n');
    if (s->n_documents)
        table_show(t);
    else
        printf("No documents.\n");
}

static void add_contact(struct arena *a, struct table *t, const char *code, const char *name, const struct contact *c)
{
    const char *cells[] = {code, name, contact_role_names[c->role], c->address, langs_format(a, c->langs)};
    table_row(t, cells);
}

/* How large the largest mail is, and whose. */
struct largest {
    int64_t bytes;
    const char *code;
};

static int add_party(struct arena *a, struct table *t, const struct round_spec *s, const struct party *p,
                     struct largest *l)
{
    const struct contact *to[CONTACTS_MAX];
    size_t n = round_contacts(s, p, to, CONTACTS_MAX);
    int64_t bytes = launch_documents_size(s, p);
    if (bytes > l->bytes)
        *l = (struct largest){bytes, p->code};
    for (size_t i = 0; i < n; i++)
        add_contact(a, t, i ? "" : p->code, i ? "" : party_name(p, LANG_AR), to[i]);
    return (int)n;
}

static void print_largest(struct arena *a, const struct largest *l)
{
    if (l->bytes == 0)
        return;
    printf("Largest mail: %s with its documents encoded (%s).\n", size_in_words(a, LANG_EN, l->bytes), l->code);
    if (l->bytes > LARGE_BYTES)
        printf("WARNING: more than %s. Some delegations' servers will refuse it; a smaller file, or a link in the "
               "text, reaches all.\n",
               size_in_words(a, LANG_EN, LARGE_BYTES));
}

void print_outgoing(struct arena *a, const struct standing_orders *o, const struct round_spec *s)
{
    static const char *const heads[] = {"PARTY", "NAME", "ROLE", "ADDRESS", "LANGUAGE", NULL};
    struct table *t = table_new(a, heads);
    struct largest largest = {0};
    int parties = 0, addresses = 0;
    for (size_t i = 0; i < o->parties->n_parties; i++)
        if (round_invites(s, &o->parties->parties[i])) {
            addresses += add_party(a, t, s, &o->parties->parties[i], &largest);
            parties++;
        }
    print_head(a, o, s);
    print_documents(a, s);
    print_steps(a, o, s);
    putchar('\n');
    table_show(t);
    printf("\n%s, %s: %s, each to all addresses of its party.\n", cli_count(a, parties, "party", "parties"),
           cli_count(a, addresses, "address", "addresses"), cli_count(a, parties, "mail", "mails"));
    for (size_t i = 0; i < s->n_partners; i++)
        printf("Copies of what is filed go to %s.\n", s->partners[i]);
    print_largest(a, &largest);
}
