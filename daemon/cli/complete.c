/* complete.c - the words of a command line so far, and what may come next.
 *
 * Whoever presses Tab may have no right to the store, no configuration, no daemon: then nothing is offered, and what
 * the desk says of it goes to stderr, which the shells' scripts throw away. */
#include "cli/complete.h"

#include <dirent.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli/table.h"

#define REPLIES_SHOWN 200
#define ABOUT_COLUMNS 60

struct place {
    struct arena *a;
    const struct noun *const *nouns;
    const struct noun *noun; /* NULL: not yet written */
    const struct verb *verb;
    int n_words;      /* after noun and verb */
    int option;       /* whose value stands at the cursor; -1: none */
    unsigned given;   /* OPTION_BITs */
    const char *word; /* at the cursor; of "--party=J" what stands behind the sign */
    struct args args; /* of the line that is being written: its -c */
    FILE *out;
};
#define OPTION_CONFIG OPTION_COUNT

/* ---- the words so far */

static const struct noun *noun_named(const struct place *p, const char *name)
{
    for (size_t i = 0; p->nouns[i]; i++)
        if (strcmp(p->nouns[i]->name, name) == 0)
            return p->nouns[i];
    return NULL;
}

static const struct verb *verb_named(const struct noun *noun, const char *name)
{
    for (size_t i = 0; i < noun->n_verbs; i++)
        if (strcmp(noun->verbs[i].name, name) == 0)
            return &noun->verbs[i];
    return NULL;
}

/* "--party", "--party=JO", "-c"; -1 where it is none. */
static int option_of(const char *word, size_t n)
{
    const struct option *o;
    if ((n == 2 && strncmp(word, "-c", 2) == 0) || (n == 8 && strncmp(word, "--config", 8) == 0))
        return OPTION_CONFIG;
    for (int i = 0; n > 2 && (o = cli_option(i)); i++)
        if (strlen(o->name) == n - 2 && strncmp(o->name, word + 2, n - 2) == 0)
            return i;
    return -1;
}

static bool takes_value(int option)
{
    return option == OPTION_CONFIG || (option >= 0 && cli_option(option)->has_arg);
}

/* False where the line is wrong already: nothing comes next. */
static bool take_plain(struct place *p, const char *word)
{
    if (!p->noun) {
        p->noun = noun_named(p, word);
        if (p->noun && !p->noun->verbs[0].name)
            p->verb = &p->noun->verbs[0];
        return p->noun != NULL;
    }
    if (!p->verb) {
        p->verb = verb_named(p->noun, word);
        return p->verb != NULL;
    }
    p->n_words++;
    return true;
}

static bool take(struct place *p, const char *word)
{
    size_t n = strcspn(word, "=");
    if (strcmp(word, "=") == 0) /* bash parts words there */
        return true;
    if (p->option >= 0) {
        if (p->option == OPTION_CONFIG)
            p->args.config = word;
        p->option = -1;
        return true;
    }
    if (word[0] != '-' || word[1] == '\0')
        return take_plain(p, word);
    int option = option_of(word, n);
    if (option >= 0 && option < OPTION_COUNT)
        p->given |= OPTION_BIT(option);
    if (takes_value(option) && word[n] == '\0')
        p->option = option;
    return true;
}

/* The last word: "--party=J" is a value too. */
static void take_last(struct place *p, const char *word)
{
    size_t n = strcspn(word, "=");
    p->word = strcmp(word, "=") == 0 ? "" : word;
    if (p->option >= 0 || word[0] != '-' || word[n] != '=' || !takes_value(option_of(word, n)))
        return;
    p->option = option_of(word, n);
    p->word = word + n + 1;
}

/* ---- what is offered */

static void offer(const struct place *p, const char *thing, const char *about)
{
    if (strncasecmp(thing, p->word, strlen(p->word)) == 0)
        fprintf(p->out, "%s\t%s\n", thing, table_cell(p->a, about, ABOUT_COLUMNS));
}

static void offer_rounds(const struct place *p)
{
    DESK_SCOPED d = {0};
    struct round_row *rows;
    size_t n;
    if (!desk_open(&d, &p->args, true) || !store_rounds(d.store, d.a, NULL, &rows, &n, NULL))
        return;
    for (size_t i = 0; i < n; i++)
        offer(p, rows[i].ref,
              arena_printf(d.a, "%s, until %s", rows[i].state, when_short(d.a, d.config, rows[i].deadline_at)));
}

static void offer_parties(const struct place *p)
{
    DESK_SCOPED d = {0};
    if (!desk_open(&d, &p->args, false))
        return;
    for (size_t i = 0; i < d.parties->n_parties; i++)
        offer(p, d.parties->parties[i].code, party_name(&d.parties->parties[i], LANG_EN));
}

/* Of a reply that is held already one decides; those that are filed can be moved, or said what they answer. */
static bool for_filed(const struct verb *v)
{
    static const char *const names[] = {"move", "item", "cover"};
    for (size_t i = 0; v->name && i < sizeof names / sizeof *names; i++)
        if (strcmp(v->name, names[i]) == 0)
            return true;
    return false;
}

/* Numbers run from 1 without gaps: the latest are near their count. */
static void offer_replies(const struct place *p)
{
    DESK_SCOPED d = {0};
    struct wanted every = {0}, w = {.state = for_filed(p->verb) ? "filed" : "held", .most = REPLIES_SHOWN};
    struct message_row *rows;
    size_t n;
    if (!desk_open(&d, &p->args, true))
        return;
    int64_t all = store_count_messages(d.store, &every);
    if (for_filed(p->verb) && all > REPLIES_SHOWN)
        w.after_id = all - REPLIES_SHOWN;
    if (!store_messages(d.store, d.a, &w, &rows, &n, NULL))
        return;
    for (size_t i = 0; i < n; i++)
        offer(p, arena_printf(d.a, "%lld", (long long)rows[i].id),
              arena_printf(d.a, "%s %s %s", rows[i].party, rows[i].sender, rows[i].subject));
}

static void offer_roles(const struct place *p)
{
    for (int i = 0; i < ROLE_COUNT; i++)
        offer(p, contact_role_names[i], "");
}

static void offer_files(const struct place *p)
{
    fputs(":files\n", p->out);
}

static void offer_folders(const struct place *p)
{
    fputs(":folders\n", p->out);
}

/* The names of the configuration's folder of rounds, and any file. */
static void offer_round_files(const struct place *p)
{
    DESK_SCOPED d = {0};
    offer_files(p);
    DIR *dir = desk_open(&d, &p->args, false) && d.config->rounds_dir ? opendir(d.config->rounds_dir) : NULL;
    for (const struct dirent *entry; dir && (entry = readdir(dir));) {
        const char *end = strrchr(entry->d_name, '.');
        if (end && end != entry->d_name && strcmp(end, ".conf") == 0)
            offer(p, arena_strndup(d.a, entry->d_name, (size_t)(end - entry->d_name)), d.config->rounds_dir);
    }
    if (dir)
        closedir(dir);
}

/* ---- the words in capitals of a usage */

struct source {
    const char *placeholder;
    void (*offer)(const struct place *p); /* NULL: it is typed */
};
static const struct source sources[] = {
    {"REF", offer_rounds},
    {"CODE", offer_parties},
    {"N", offer_replies},
    {"ROLE", offer_roles},
    {"FILE", offer_files},
    {"FILE...", offer_files},
    {"FILE.csv", offer_files},
    {"FILE.eml...", offer_files},
    {"FILE.conf", offer_round_files},
    {"DIR", offer_folders},
    {"DATE", NULL},
    {"TEXT", NULL},
    {"ADDRESS", NULL},
    {"PAPER", NULL},
    {"ITEM", NULL},
    {"WORD...", NULL},
};

static const struct source *source_of(const char *placeholder)
{
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        if (strcmp(sources[i].placeholder, placeholder) == 0)
            return &sources[i];
    return NULL;
}

bool complete_knows(const char *placeholder)
{
    return source_of(placeholder) != NULL;
}

/* The usage's word for the n-th plain word, or for an option's value (option >= 0); NULL where there is none. The last
 * one stands for all that follow where it ends in "...". */
static const char *placeholder(const struct place *p, int n, int option)
{
    char *rest = arena_strdup(p->a, p->verb->usage), *of_option = NULL, *last = NULL;
    int at = p->verb->name ? -1 : 0;
    for (char *t = strtok_r(rest, " []", &rest); t; t = strtok_r(rest, " []", &rest)) {
        int o = *t == '-' ? option_of(t, strlen(t)) : -1;
        if (of_option && option >= 0 && option_of(of_option, strlen(of_option)) == option)
            return t;
        bool plain = *t != '-' && !of_option;
        of_option = takes_value(o) ? t : NULL;
        if (!plain)
            continue;
        if (option < 0 && at++ == n)
            return t;
        last = t;
    }
    size_t len = last ? strlen(last) : 0;
    return option < 0 && len > 3 && strcmp(last + len - 3, "...") == 0 ? last : NULL;
}

static void offer_placeholder(const struct place *p, const char *name)
{
    const struct source *s = name ? source_of(name) : NULL;
    if (s && s->offer)
        s->offer(p);
}

/* Those that the verb takes and that do not stand there yet. */
static void offer_options(const struct place *p)
{
    unsigned takes = p->verb ? p->verb->options & ~p->given : p->noun ? 0 : OPTION_BIT(OPT_JSON);
    for (int i = 0; i < OPTION_COUNT; i++)
        if (takes & OPTION_BIT(i)) {
            const char *value = p->verb ? placeholder(p, 0, i) : NULL;
            bool needed = p->verb && p->verb->needs & OPTION_BIT(i);
            offer(p, arena_printf(p->a, "--%s", cli_option(i)->name),
                  arena_printf(p->a, "%s%s", value ? value : "", needed ? " (needed)" : ""));
        }
    if (*p->word != '-')
        return;
    offer(p, "--help", "");
    offer(p, "--config", "FILE");
}

static void offer_plain(const struct place *p)
{
    if (!p->noun) {
        for (size_t i = 0; p->nouns[i]; i++)
            offer(p, p->nouns[i]->name, p->nouns[i]->help);
    } else if (!p->verb) {
        for (size_t i = 0; i < p->noun->n_verbs; i++)
            offer(p, p->noun->verbs[i].name, p->noun->verbs[i].help);
    } else {
        offer_placeholder(p, placeholder(p, p->n_words, -1));
        if (p->n_words >= p->verb->min)
            offer_options(p);
    }
}

void complete(const struct noun *const *nouns, const struct args *args, FILE *out)
{
    ARENA_SCOPED a = arena_new();
    struct place p = {.a = a, .nouns = nouns, .option = -1, .args.config = args->config, .out = out};
    for (int i = 0; i + 1 < args->n_words; i++)
        if (!take(&p, args->words[i]))
            return;
    take_last(&p, args->n_words ? args->words[args->n_words - 1] : "");
    if (p.option == OPTION_CONFIG)
        offer_files(&p);
    else if (p.option >= 0)
        offer_placeholder(&p, p.verb ? placeholder(&p, 0, p.option) : NULL);
    else if (*p.word == '-')
        offer_options(&p);
    else
        offer_plain(&p);
}
