/* cli.h - what the nouns of the command line share: words and options as parsed, and the desk they work at.
 *
 * A noun is a file with a table of verbs; main.c knows the nouns. Options are the same for all and parsed once; each
 * verb tells which it takes. A verb prints its result on stdout, what went wrong (and what to do) on stderr, and
 * returns one of the three exit codes. */
#ifndef TAAMIM_CLI_CLI_H
#define TAAMIM_CLI_CLI_H
#include <jansson.h>
#include "app/daemon.h"
#include "app/matrix.h"

enum exit_code { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

enum cli_option {
    OPT_PARTY,
    OPT_OUT,
    OPT_YES,
    OPT_TO,
    OPT_HELD,
    OPT_ROUND,
    OPT_ADD_CONTACT,
    OPT_WHY,
    OPT_TELL,
    OPT_RECEIVED,
    OPT_ROUND_TRIP,
    OPT_PAPER,
    OPT_JSON,
};
#define OPTION_COUNT  (OPT_JSON + 1)
#define OPTION_BIT(o) (1u << (o))

struct args {
    const char *config;
    const char *option[OPTION_COUNT]; /* NULL: not given; "" for those without a value */
    char **words;                     /* what stands after noun and verb */
    int n_words;
    bool help;
};

typedef enum exit_code verb_fn(const struct args *args);
struct verb {
    const char *name;  /* NULL: the noun has this one alone */
    const char *usage; /* "extend REF DATE [--party CODE]", without the noun */
    const char *help;  /* a sentence or two */
    int min, max;      /* words it takes */
    unsigned options;  /* OPTION_BITs it takes */
    unsigned needs;    /* OPTION_BITs it cannot do without */
    verb_fn *run;
};
struct noun {
    const char *name, *help;
    const struct verb *verbs;
    size_t n_verbs;
};
extern const struct noun check_noun, status_noun, party_noun, round_noun, reply_noun, story_noun, explain_noun,
    verify_noun, backup_noun, completion_noun;
extern const struct noun *const cli_nouns[]; /* all of them; ended by NULL */
#define WORDS_ANY 100000

/* Parses the whole command line and runs the verb. */
enum exit_code cli_run(const struct noun *const *nouns, size_t n_nouns, int argc, char **argv);

/* How the option is written, and whether it has a value; NULL from OPTION_COUNT on. */
const struct option *cli_option(int option);

/* "taamim: ..." on stderr; returns CLI_FAILED. */
enum exit_code cli_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
enum exit_code cli_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));
enum exit_code cli_print_json(json_t *j); /* stolen; CLI_OK */

/* What looking needs: works with the daemon stopped, and with a register or templates that are being mended. */
struct desk {
    struct arena *a;
    struct config *config;
    const struct party_register *parties; /* empty where the register cannot be read, which is said */
    struct store *store;                  /* NULL where it was not asked for */
};
bool desk_open(struct desk *d, const struct args *args, bool with_store);
void desk_close(struct desk *d);
#define DESK_SCOPED __attribute__((cleanup(desk_close))) struct desk
/* What deciding needs: everything is right, or all problems are told and false comes back. */
bool cli_orders(struct standing_orders *o, const struct args *args);
#define ORDERS_SCOPED __attribute__((cleanup(orders_free))) struct standing_orders

/* The round's own spelling of a reference, or NULL with the error told. */
const char *desk_round(struct desk *d, const char *ref);
/* False, told, where the register has no such party. */
bool desk_party(const struct desk *d, const char *code);
/* A positive number, or 0 with the error told. */
int64_t cli_number(const char *word, const char *what);

/* ---- for people */
const char *cli_count(struct arena *a, long long n, const char *one, const char *many); /* "1 party", "2 parties" */
char *when_short(struct arena *a, const struct config *c, int64_t at); /* "2026-12-15 23:59"; "" for 0 */
char *when_long(struct arena *a, const struct config *c, int64_t at);  /* day, hour and zone in words */
/* ---- for programs: RFC 3339 UTC, null for 0 */
json_t *when_json(int64_t at);

#endif
