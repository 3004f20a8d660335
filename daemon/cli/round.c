/* round.c - `taamim round`: a round file checked, previewed and launched; and the table of the noun's verbs.
 *
 * A launch writes to many and cannot be taken back, so it shows what goes out and asks; without a terminal to ask at,
 * it demands --yes. */
#include "cli/round.h"

#include <string.h>

#include "app/launch.h"
#include "app/roundfile.h"
#include "base/clock.h"
#include "cli/client.h"

/* ---- a round file */

/* FILE as given, or that name in the configuration's folder of rounds, with or without ".conf". */
static const char *round_path(struct arena *a, const struct config *c, const char *given)
{
    const char *kept = arena_printf(a, "%s/%s", c->rounds_dir, given);
    if (file_exists(given) || strchr(given, '/'))
        return given;
    return file_exists(kept)                               ? kept
           : file_exists(arena_printf(a, "%s.conf", kept)) ? arena_printf(a, "%s.conf", kept)
                                                           : given;
}

static struct round_spec *load_round(struct arena *a, const struct standing_orders *o, const char *path)
{
    struct problems p = {0};
    struct round_spec *s = roundfile_load(a, round_path(a, o->config, path), o->config, o->parties, clock_now(), &p);
    if (!s) {
        fprintf(stderr, "%s\n", buf_text(&p.text));
        cli_fail("%s in the round file (above); nothing was sent", cli_count(a, p.n, "problem", "problems"));
    }
    buf_free(&p.text);
    return s;
}

/* Reads the round file and shows what would go out; NULL, told, where it is wrong. */
static const struct round_spec *look_over(struct arena *a, struct standing_orders *o, const struct args *args)
{
    const struct round_spec *s = cli_orders(o, args) ? load_round(a, o, args->words[0]) : NULL;
    if (!s)
        return NULL;
    print_outgoing(a, o, s);
    fflush(stdout);
    return s;
}

static enum exit_code check(const struct args *args)
{
    ORDERS_SCOPED o = {0};
    ARENA_SCOPED a = arena_new();
    const struct round_spec *s = look_over(a, &o, args);
    if (!s)
        return CLI_FAILED;
    printf("\nThe round file is right. Nothing was sent.\n");
    return CLI_OK;
}

static enum exit_code preview(const struct args *args)
{
    ORDERS_SCOPED o = {0};
    ARENA_SCOPED a = arena_new();
    struct err e = {0};
    const char *folder = args->option[OPT_OUT];
    if (!cli_orders(&o, args))
        return CLI_FAILED;
    const struct round_spec *s = load_round(a, &o, args->words[0]);
    if (!s)
        return CLI_FAILED;
    int n = launch_preview(&o, s, args->option[OPT_PARTY], folder, &e);
    if (n < 0)
        return cli_fail("%s", e.text);
    printf("%s in %s: CODE.eml as it would leave, CODE.html to look at. Nothing was sent.\n",
           cli_count(a, n, "mail", "mails"), folder);
    return CLI_OK;
}

/* ---- launch */

static enum exit_code send_launch(struct arena *a, const struct config *c, const struct round_spec *s)
{
    size_t n = s->n_documents + s->n_templates;
    struct client_file *files = arena_alloc(a, (n + 1) * sizeof *files);
    for (size_t i = 0; i < s->n_documents; i++)
        files[i] = (struct client_file){s->documents[i].path, s->documents[i].name};
    for (size_t i = 0; i < s->n_templates; i++)
        files[s->n_documents + i] = (struct client_file){s->templates[i].path, s->templates[i].name};
    return client_act(c, files, n, json_pack("{s:s, s:o}", "act", "launch", "spec", round_spec_to_json(s)));
}

static enum exit_code launch(const struct args *args)
{
    ORDERS_SCOPED o = {0};
    ARENA_SCOPED a = arena_new();
    const struct round_spec *s = look_over(a, &o, args);
    if (!s)
        return CLI_FAILED;
    if (!args->option[OPT_YES] && !can_ask())
        return cli_usage("there is no terminal to ask at: --yes launches without asking. Nothing was sent");
    enum exit_code asked = args->option[OPT_YES] ? CLI_OK : ask("Launch it?");
    return asked == CLI_OK ? send_launch(a, o.config, s) : asked;
}

static const struct verb round_verbs[] = {
    {"check", "check FILE.conf", "Reads a round file and shows what would go out. Sends nothing.", 1, 1, 0, 0, check},
    {"preview", "preview FILE.conf [--party CODE] --out DIR",
     "Writes each mail as CODE.eml and CODE.html into DIR. Sends nothing.", 1, 1,
     OPTION_BIT(OPT_PARTY) | OPTION_BIT(OPT_OUT), OPTION_BIT(OPT_OUT), preview},
    {"launch", "launch FILE.conf [--yes]", "Shows what goes out, asks, and sends it.", 1, 1, OPTION_BIT(OPT_YES), 0, launch},
    {"list", "list", "All rounds, newest first.", 0, 0, OPTION_BIT(OPT_JSON), 0, round_list},
    {"show", "show REF", "One round: what it asks, its deadline, its mails and what became of them.", 1, 1,
     OPTION_BIT(OPT_JSON), 0, round_show},
    {"extend", "extend REF DATE [--party CODE] [--yes]",
     "Moves the deadline to a later one, for all (asks first) or for one party, and tells them.", 2, 2,
     OPTION_BIT(OPT_PARTY) | OPTION_BIT(OPT_YES), 0, round_extend},
    {"remind", "remind REF [--party CODE]", "Reminds now who has not answered wholly.", 1, 1, OPTION_BIT(OPT_PARTY), 0,
     round_remind},
    {"note", "note REF FILE [--party CODE] [--yes]",
     "Shows a corrigendum, the text of FILE (UTF-8; a line [ar], [en] or [fr] begins the text of that language), asks, "
     "and sends it to all parties of the round or to one.",
     2, 2, OPTION_BIT(OPT_PARTY) | OPTION_BIT(OPT_YES), 0, round_note},
    {"resend", "resend REF --party CODE [--to ADDRESS]",
     "Sends the notice again, to the party's contacts or to one of them.", 1, 1,
     OPTION_BIT(OPT_PARTY) | OPTION_BIT(OPT_TO), OPTION_BIT(OPT_PARTY), round_resend},
    {"close", "close REF [--yes]",
     "Asks, and ends the round: no more reminders; the parties are told. Papers that come after it are still filed.", 1,
     1, OPTION_BIT(OPT_YES), 0, round_close},
    {"cancel", "cancel REF [--yes]",
     "Asks, and calls the round off: mails that wait are not sent, the parties are told.", 1, 1, OPTION_BIT(OPT_YES), 0,
     round_cancel},
    {"export", "export REF DIR",
     "The package: papers per state, matrix.csv and index.html, as a folder and a ZIP in DIR.", 2, 2, 0, 0,
     round_export},
};
const struct noun round_noun = {"round", "a circulation: from its file to its close", round_verbs,
                                sizeof round_verbs / sizeof *round_verbs};
