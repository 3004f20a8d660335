/* round_acts.c - `taamim round`: what an officer does to a round that is out.
 *
 * What writes to all shows what goes to whom and asks, as a launch does; where there is nobody to ask, it demands
 * --yes and does nothing. The store is only looked at here: the daemon acts. */
#include <string.h>
#include <unistd.h>

#include "app/register.h"
#include "base/clock.h"
#include "cli/client.h"
#include "cli/round.h"
#include "cli/table.h"

/* ---- asking */

static bool is_yes(const char *answer)
{
    static const char *const words[] = {"y", "yes", "o", "oui", "نعم"};
    char word[32];
    size_t n = strcspn(answer, " \t\r\n");
    snprintf(word, sizeof word, "%.*s", (int)n, answer);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(word, words[i]) == 0)
            return true;
    return false;
}

bool can_ask(void)
{
    return isatty(STDIN_FILENO);
}

enum exit_code ask(const char *question)
{
    char answer[64] = "";
    printf("\n%s yes / oui / نعم, anything else leaves everything as it is: ", question);
    fflush(stdout);
    if (fgets(answer, sizeof answer, stdin) && is_yes(answer))
        return CLI_OK;
    return cli_fail("nothing was done, nothing was sent");
}

/* ---- what goes to whom */

/* An act before it is done. */
struct intent {
    const char *question, *says; /* what it does, in a sentence */
    const struct note *note;     /* NULL: none */
    const char *deadline;        /* as typed; NULL: none */
    int64_t deadline_at;         /* parties whose own is not earlier are not told */
};

static int add_addresses(struct table *t, const struct desk *d, const struct round_spec *s, const struct seat_row *seat)
{
    const struct contact *to[CONTACTS_MAX];
    const struct party *p = register_find(d->parties, seat->party);
    size_t n = p ? round_contacts(s, p, to, CONTACTS_MAX) : 0;
    for (size_t i = 0; i < n; i++) {
        const char *cells[] = {i ? "" : p->code, i ? "" : party_name(p, LANG_AR), to[i]->address,
                               langs_format(d->a, to[i]->langs)};
        table_row(t, cells);
    }
    return (int)n;
}

static bool print_addresses(struct desk *d, const struct round_row *row, const struct round_spec *s, const char *only,
                            const struct intent *in, struct err *e)
{
    static const char *const heads[] = {"PARTY", "NAME", "ADDRESS", "LANGUAGE", NULL};
    struct table *t = table_new(d->a, heads);
    struct seat_row *seats;
    size_t n;
    int parties = 0, addresses = 0;
    if (!store_seats(d->store, d->a, row->ref, &seats, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        int64_t own = seats[i].deadline_at ? seats[i].deadline_at : row->deadline_at;
        if ((only && strcasecmp(only, seats[i].party) != 0) || (in->deadline && own >= in->deadline_at))
            continue;
        int found = add_addresses(t, d, s, &seats[i]);
        parties += found > 0;
        addresses += found;
    }
    putchar('\n');
    table_show(t);
    printf("\n%s, %s.\n", cli_count(d->a, parties, "party is told", "parties are told"),
           cli_count(d->a, addresses, "address", "addresses"));
    return true;
}

static void print_note(const struct note *note)
{
    bool by_language = false;
    for (int i = 0; i < LANG_COUNT; i++) {
        if (note->by_language[i])
            printf("\n[%s]\n%s", lang_names[i], note->by_language[i]);
        by_language |= note->by_language[i] != NULL;
    }
    if (!by_language)
        printf("\n%s\n(The same text for every language.)\n", note->whole);
}

static bool print_deadline(struct desk *d, const struct round_row *row, struct intent *in, struct err *e)
{
    struct deadline dl;
    if (!deadline_parse(in->deadline, d->config->zone, clock_now(), &dl, e))
        return false;
    in->deadline_at = dl.at;
    printf("Deadline  %s\nuntil now %s\n", when_long(d->a, d->config, dl.at),
           when_long(d->a, d->config, row->deadline_at));
    return true;
}

static bool show(struct desk *d, const struct args *args, struct intent *in, struct err *e)
{
    struct round_row row;
    const struct round_spec *s;
    if (!store_round(d->store, d->a, args->words[0], &row, e))
        return false;
    if (!row.ref)
        return err_perm(e, "there is no round %s; `taamim round list` shows them", args->words[0]);
    s = round_frozen(d, &row, e);
    if (!s)
        return false;
    printf("Round %s: %s\n%s\n", row.ref, table_cell(d->a, text_in(s->title, LANG_AR), 0), in->says);
    if (in->deadline && !print_deadline(d, &row, in, e))
        return false;
    if (in->note)
        print_note(in->note);
    return print_addresses(d, &row, s, args->option[OPT_PARTY], in, e);
}

static enum exit_code ask_first(const struct args *args, struct intent *in)
{
    DESK_SCOPED d = {0};
    struct err e = {0};
    if (args->option[OPT_YES])
        return CLI_OK;
    if (!can_ask())
        return cli_usage("there is no terminal to ask at: --yes does it without asking. Nothing was done");
    if (!desk_open(&d, args, true))
        return CLI_FAILED;
    if (!show(&d, args, in, &e))
        return cli_fail("%s", e.text);
    return ask(in->question);
}

/* ---- the acts */

static enum exit_code act_on(const struct args *args, const char *act, const char *text, const struct note *note)
{
    static const struct note none = {0};
    DESK_SCOPED d = {0};
    const char *code = args->option[OPT_PARTY], *const *by = (note ? note : &none)->by_language;
    if (!desk_open(&d, args, false) || (code && !desk_party(&d, code)))
        return CLI_FAILED;
    const struct party *p = code ? register_find(d.parties, code) : NULL;
    return client_act(d.config, NULL, 0,
                      json_pack("{s:s, s:s, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*}", "act", act, "ref", args->words[0],
                                "party", p ? p->code : NULL, "text", text, "address", args->option[OPT_TO], "text_ar",
                                by[LANG_AR], "text_en", by[LANG_EN], "text_fr", by[LANG_FR]));
}

enum exit_code round_extend(const struct args *args)
{
    struct intent in = {
        .question = "Extend it?", .says = "The deadline moves for all, and they are told.", .deadline = args->words[1]};
    enum exit_code asked = args->option[OPT_PARTY] ? CLI_OK : ask_first(args, &in);
    return asked == CLI_OK ? act_on(args, "extend", args->words[1], NULL) : asked;
}

enum exit_code round_remind(const struct args *args)
{
    return act_on(args, "remind", NULL, NULL);
}
enum exit_code round_resend(const struct args *args)
{
    return act_on(args, "resend", NULL, NULL);
}

enum exit_code round_close(const struct args *args)
{
    struct intent in = {.question = "Close it?",
                        .says = "The round ends: nobody is reminded any more, and all are told."};
    enum exit_code asked = ask_first(args, &in);
    return asked == CLI_OK ? act_on(args, "close", NULL, NULL) : asked;
}

enum exit_code round_cancel(const struct args *args)
{
    struct intent in = {.question = "Cancel it?",
                        .says = "The round is called off: mails that wait are not sent, and all are told."};
    enum exit_code asked = ask_first(args, &in);
    return asked == CLI_OK ? act_on(args, "cancel", NULL, NULL) : asked;
}

enum exit_code round_note(const struct args *args)
{
    ARENA_SCOPED a = arena_new();
    struct err e = {0};
    struct note note;
    if (!note_read(a, args->words[1], &note, &e))
        return cli_fail("%s", e.text);
    struct intent in = {.question = "Send it?", .says = "A corrigendum goes out:", .note = &note};
    enum exit_code asked = ask_first(args, &in);
    return asked == CLI_OK ? act_on(args, "note", note.whole, &note) : asked;
}
