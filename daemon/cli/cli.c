/* cli.c - the command line as words and options, and the desk: configuration, register and store for who looks.
 *
 * Options may stand anywhere. What a verb does not take is refused rather than passed over: an option that was meant
 * and does nothing would be worse. */
#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CONFIG_DEFAULT "/etc/taamim/taamim.conf"

static const struct option options[] = {
    {"party", required_argument, NULL, OPT_PARTY},
    {"out", required_argument, NULL, OPT_OUT},
    {"yes", no_argument, NULL, OPT_YES},
    {"to", required_argument, NULL, OPT_TO},
    {"held", no_argument, NULL, OPT_HELD},
    {"round", required_argument, NULL, OPT_ROUND},
    {"add-contact", required_argument, NULL, OPT_ADD_CONTACT},
    {"why", required_argument, NULL, OPT_WHY},
    {"tell", no_argument, NULL, OPT_TELL},
    {"received", required_argument, NULL, OPT_RECEIVED},
    {"round-trip", no_argument, NULL, OPT_ROUND_TRIP},
    {"paper", required_argument, NULL, OPT_PAPER},
    {"json", no_argument, NULL, OPT_JSON},
    {"config", required_argument, NULL, 'c'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

const struct option *cli_option(int option)
{
    return option < OPTION_COUNT ? &options[option] : NULL;
}

/* ---- saying what is wrong */

static void say(const char *format, va_list args)
{
    fflush(stdout);
    fputs("taamim: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

enum exit_code cli_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(format, args);
    va_end(args);
    return CLI_FAILED;
}

enum exit_code cli_usage(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(format, args);
    va_end(args);
    return CLI_USAGE;
}

enum exit_code cli_print_json(json_t *j)
{
    json_dumpf(j, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    putchar('\n');
    json_decref(j);
    return CLI_OK;
}

/* ---- help */

static void print_verb(FILE *out, const struct noun *noun, const struct verb *v)
{
    fprintf(out, "  taamim %s%s%s\n      %s\n", noun->name, *v->usage ? " " : "", v->usage, v->help);
}

static void print_noun(FILE *out, const struct noun *noun)
{
    fprintf(out, "taamim %s: %s\n\n", noun->name, noun->help);
    for (size_t i = 0; i < noun->n_verbs; i++)
        print_verb(out, noun, &noun->verbs[i]);
}

static void print_all(FILE *out, const struct noun *const *nouns, size_t n)
{
    fputs("usage: taamim [-c FILE] [--json] NOUN [VERB] ...\n\nCirculates documents by e-mail and keeps account of the "
          "answers.\n\n",
          out);
    for (size_t i = 0; i < n; i++)
        fprintf(out, "  %-10s %s\n", nouns[i]->name, nouns[i]->help);
    fputs("\n  -c, --config FILE   configuration (default $TAAMIM_CONFIG, else " CONFIG_DEFAULT ")\n"
          "      --json          what is listed, as JSON\n"
          "  -h, --help          this; after a noun or a verb: of that\n\n"
          "The exit status is 0, 1 where something failed, or 2 where the command was not understood.\n",
          out);
}

/* ---- which verb */

static const struct noun *find_noun(const struct noun *const *nouns, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(nouns[i]->name, name) == 0)
            return nouns[i];
    return NULL;
}

/* Takes the verb's word away where the noun has verbs. */
static const struct verb *find_verb(const struct noun *noun, struct args *args)
{
    if (!noun->verbs[0].name)
        return &noun->verbs[0];
    for (size_t i = 0; args->n_words > 0 && i < noun->n_verbs; i++)
        if (strcmp(noun->verbs[i].name, args->words[0]) == 0) {
            args->words++;
            args->n_words--;
            return &noun->verbs[i];
        }
    return NULL;
}

static enum exit_code wrong_use(const struct noun *noun, const struct verb *v, const char *what)
{
    fprintf(stderr, "taamim: %s\n\n", what);
    print_verb(stderr, noun, v);
    return CLI_USAGE;
}

static enum exit_code run_verb(const struct noun *noun, const struct verb *v, const struct args *args)
{
    char what[200];
    for (int i = 0; i < OPTION_COUNT; i++) {
        if (args->option[i] && !(v->options & OPTION_BIT(i))) {
            snprintf(what, sizeof what, "--%s means nothing here", options[i].name);
            return wrong_use(noun, v, what);
        }
        if (!args->option[i] && (v->needs & OPTION_BIT(i))) {
            snprintf(what, sizeof what, "--%s is needed", options[i].name);
            return wrong_use(noun, v, what);
        }
    }
    if (args->n_words < v->min)
        return wrong_use(noun, v, "something is missing");
    if (args->n_words > v->max) {
        snprintf(what, sizeof what, "'%s' is too much", args->words[v->max]);
        return wrong_use(noun, v, what);
    }
    return v->run(args);
}

static enum exit_code run_noun(const struct noun *noun, struct args *args)
{
    const struct verb *v = find_verb(noun, args);
    if (!v && args->help) {
        print_noun(stdout, noun);
        return CLI_OK;
    }
    if (!v) {
        fprintf(stderr, "taamim: %s '%s'\n\n", args->n_words ? "there is no verb" : "a verb is missing after",
                args->n_words ? args->words[0] : noun->name);
        print_noun(stderr, noun);
        return CLI_USAGE;
    }
    if (args->help) {
        print_verb(stdout, noun, v);
        return CLI_OK;
    }
    return run_verb(noun, v, args);
}

static bool parse(int argc, char **argv, struct args *args)
{
    const char *given = getenv("TAAMIM_CONFIG");
    int option;
    args->config = given && *given ? given : CONFIG_DEFAULT;
    while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
        if (option == '?')
            return false;
        if (option == 'c')
            args->config = optarg;
        else if (option == 'h')
            args->help = true;
        else
            args->option[option] = optarg ? optarg : "";
    }
    args->words = argv + optind;
    args->n_words = argc - optind;
    return true;
}

enum exit_code cli_run(const struct noun *const *nouns, size_t n_nouns, int argc, char **argv)
{
    struct args args = {0};
    if (!parse(argc, argv, &args)) {
        print_all(stderr, nouns, n_nouns);
        return CLI_USAGE;
    }
    if (args.n_words == 0) {
        print_all(args.help ? stdout : stderr, nouns, n_nouns);
        return args.help ? CLI_OK : CLI_USAGE;
    }
    const struct noun *noun = find_noun(nouns, n_nouns, args.words[0]);
    if (!noun) {
        fprintf(stderr, "taamim: there is no '%s'\n\n", args.words[0]);
        print_all(stderr, nouns, n_nouns);
        return CLI_USAGE;
    }
    args.words++;
    args.n_words--;
    enum exit_code code = run_noun(noun, &args);
    if (fflush(stdout) != 0 && code == CLI_OK)
        return cli_fail("cannot write the result: %s", strerror(errno));
    return code;
}

/* ---- the desk */

static void print_problems(struct problems *p)
{
    fprintf(stderr, "%s\n", buf_text(&p->text));
    buf_free(&p->text);
}

bool cli_orders(struct standing_orders *o, const struct args *args)
{
    struct problems p = {0};
    if (orders_load(o, args->config, &p)) {
        buf_free(&p.text);
        return true;
    }
    print_problems(&p);
    cli_fail("%d %s above; mend what is named there and run `taamim check`", p.n, p.n == 1 ? "problem" : "problems");
    return false;
}

static void read_register(struct desk *d)
{
    struct problems p = {0};
    d->parties = register_load(d->a, d->config->register_file, &p);
    if (!d->parties) {
        print_problems(&p);
        cli_fail("the register has problems (above); names are left out");
        d->parties = arena_alloc(d->a, sizeof *d->parties);
    }
    buf_free(&p.text);
}

bool desk_open(struct desk *d, const struct args *args, bool with_store)
{
    struct problems p = {0};
    struct err e = {0};
    *d = (struct desk){.a = arena_new()};
    d->config = config_load(d->a, args->config, &p);
    if (!d->config) {
        print_problems(&p);
        cli_fail("the configuration cannot be used; -c FILE or $TAAMIM_CONFIG names another one, `taamim check` tells "
                 "all problems");
        return false;
    }
    buf_free(&p.text);
    read_register(d);
    if (!with_store)
        return true;
    d->store = store_open(arena_printf(d->a, "%s/taamim.db", d->config->state_dir), STORE_READ, &e);
    if (!d->store)
        cli_fail("%s", e.text);
    return d->store != NULL;
}

void desk_close(struct desk *d)
{
    store_close(d->store);
    if (d->config)
        config_close(d->config);
    arena_free(d->a);
    *d = (struct desk){0};
}

const char *desk_round(struct desk *d, const char *ref)
{
    struct round_row row = {0};
    struct err e = {0};
    if (!store_round(d->store, d->a, ref, &row, &e)) {
        cli_fail("%s", e.text);
        return NULL;
    }
    if (!row.ref)
        cli_fail("there is no round %s; `taamim round list` shows them", ref);
    return row.ref;
}

bool desk_party(const struct desk *d, const char *code)
{
    if (register_find(d->parties, code))
        return true;
    cli_fail("the register has no party %s; `taamim party list` shows them", code);
    return false;
}

int64_t cli_number(const char *word, const char *what)
{
    char *end;
    errno = 0;
    long long n = strtoll(word, &end, 10);
    if (errno == 0 && n > 0 && *end == '\0')
        return n;
    cli_usage("%s is a number from 1 on, not '%s'", what, word);
    return 0;
}

const char *cli_count(struct arena *a, long long n, const char *one, const char *many)
{
    return arena_printf(a, "%lld %s", n, n == 1 ? one : many);
}

/* ---- instants */

char *when_short(struct arena *a, const struct config *c, int64_t at)
{
    if (at == 0)
        return arena_strdup(a, "");
    struct civil t = zone_civil(c->zone, at);
    return arena_printf(a, "%04d-%02d-%02d %02d:%02d", t.year, t.month, t.day, t.hour, t.minute);
}

char *when_long(struct arena *a, const struct config *c, int64_t at)
{
    static const char *const days[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
    struct civil t = zone_civil(c->zone, at);
    int offset = zone_offset_s(c->zone, at) / 60, size = offset < 0 ? -offset : offset;
    return arena_printf(a, "%s %04d-%02d-%02d %02d:%02d %s (UTC%c%d%s)", days[t.weekday], t.year, t.month, t.day,
                        t.hour, t.minute, c->zone_name, offset < 0 ? '-' : '+', size / 60,
                        size % 60 ? arena_printf(a, ":%02d", size % 60) : "");
}

json_t *when_json(int64_t at)
{
    char text[32];
    struct tm t;
    time_t seconds = (time_t)at;
    if (at == 0 || !gmtime_r(&seconds, &t) || strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &t) == 0)
        return json_null();
    return json_string(text);
}
