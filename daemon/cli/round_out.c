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
    printf("Round %s: %s\n", s->ref, table_cell(a, title_of(s), 0));
    if (s->note_number)
        printf("Note      %s of %04d-%02d-%02d\n", s->note_number, s->note_date.year, s->note_date.month,
               s->note_date.day);
    printf("Deadline  %s\n", when_long(a, o->config, s->deadline.at));
    if (s->deadline.at <= clock_now())
        printf("WARNING   the deadline lies in the past\n");
    for (size_t i = 0; i < s->n_items; i++)
        printf("%s %2zu. %s%s\n", i ? "         " : "Items    ", i + 1,
               table_cell(a, s->items[i].title[LANG_AR] ? s->items[i].title[LANG_AR] : s->items[i].key, 70),
               s->items[i].required ? "" : " (optional)");
}

/* Dates may differ with the weekend of who is reminded; each different one is a line. */
static void print_step(struct arena *a, const struct standing_orders *o, const struct round_spec *s, struct step step)
{
    const struct config *c = o->config;
    char name[16];
    int64_t fri_sat = step_at(c->zone, &c->working, WEEKEND_FRI_SAT, &s->deadline, step);
    int64_t sat_sun = step_at(c->zone, &c->working, WEEKEND_SAT_SUN, &s->deadline, step);
    bool past = fri_sat <= clock_now();
    step_format(step, name);
    printf("  %-5s %s%s", name, when_long(a, c, fri_sat), past ? "  (already past: not sent)" : "");
    if (sat_sun != fri_sat)
        printf("; %s where the weekend is Saturday and Sunday", when_long(a, c, sat_sun));
    putchar('\n');
}

static void print_steps(struct arena *a, const struct standing_orders *o, const struct round_spec *s)
{
    printf("\nReminders to who has not answered, or not wholly:%s\n", s->n_steps ? "" : " none");
    for (size_t i = 0; i < s->n_steps; i++)
        print_step(a, o, s, s->steps[i]);
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
