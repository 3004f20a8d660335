/* What the shells' completion is told: every noun, verb and option of the command line, and what the desk knows. */
#include "unit/cli_case.h"

#include "app/marks.h"
#include "cli/complete.h"

/* What is offered for a line, whose last word ends at '|'. The words are parted by spaces. */
static const char *offered(const char *line)
{
    char *words[24], *copy = arena_strdup(a, line), *text = NULL;
    size_t size;
    struct args args = {.config = desk_path("taamim.conf"), .words = words};
    FILE *out = open_memstream(&text, &size);

    copy[strlen(copy) - 1] = '\0';
    for (char *word; (word = strsep(&copy, " ")) && args.n_words < 24;)
        words[args.n_words++] = word;
    complete(cli_nouns, &args, out);
    fclose(out);
    const char *kept = arena_strdup(a, text);
    free(text);
    return kept;
}

static bool has(const char *text, const char *thing)
{
    size_t n = strlen(thing);
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        if (strncmp(line, thing, n) == 0 && (line[n] == '\t' || line[n] == '\n'))
            return true;
    return false;
}

/* The things alone, as "a b c". */
static const char *things(const char *line)
{
    const char *text = offered(line), *list = "";
    for (; *text; text += strcspn(text, "\n") + 1)
        list = arena_printf(a, "%s%s%.*s", list, *list ? " " : "", (int)strcspn(text, "\t\n"), text);
    return list;
}

static void check_verb(const struct noun *noun, const struct verb *v)
{
    const char *line = arena_printf(a, "%s%s%s", noun->name, v->name ? " " : "", v->name ? v->name : "");
    const char *options = offered(arena_printf(a, "%s --|", line));

    for (int i = 0; i < OPTION_COUNT; i++)
        if (has(options, arena_printf(a, "--%s", cli_option(i)->name)) != ((v->options & OPTION_BIT(i)) != 0))
            fail_msg("taamim %s: --%s\n%s", line, cli_option(i)->name, options);
    if (!has(options, "--help"))
        fail_msg("taamim %s: no --help", line);
}

static void every_noun_verb_and_option_is_offered(void **state)
{
    (void)state;
    for (size_t i = 0; cli_nouns[i]; i++) {
        const struct noun *noun = cli_nouns[i];
        if (!has(offered("|"), noun->name))
            fail_msg("no %s", noun->name);
        for (size_t k = 0; k < noun->n_verbs; k++) {
            if (noun->verbs[k].name && !has(offered(arena_printf(a, "%s |", noun->name)), noun->verbs[k].name))
                fail_msg("no %s %s", noun->name, noun->verbs[k].name);
            check_verb(noun, &noun->verbs[k]);
        }
    }
}

/* A usage that names something new says where it comes from, and shows every option that the verb takes. */
static void every_usage_is_understood(void **state)
{
    (void)state;
    for (size_t i = 0; cli_nouns[i]; i++)
        for (size_t k = 0; k < cli_nouns[i]->n_verbs; k++) {
            const struct verb *v = &cli_nouns[i]->verbs[k];
            char *rest = arena_strdup(a, v->usage);
            if (v->name)
                strtok_r(rest, " []", &rest);
            for (char *t = strtok_r(rest, " []", &rest); t; t = strtok_r(rest, " []", &rest))
                if (*t != '-' && !complete_knows(t))
                    fail_msg("taamim %s %s: what is %s?", cli_nouns[i]->name, v->usage, t);
            for (int o = 0; o < OPT_JSON; o++)
                if (v->options & OPTION_BIT(o) && !strstr(v->usage, arena_printf(a, "--%s", cli_option(o)->name)))
                    fail_msg("taamim %s %s: where is --%s?", cli_nouns[i]->name, v->usage, cli_option(o)->name);
        }
}

static void a_desk(void)
{
    case_message("AE", "held", "human", LAUNCHED_AT);
    case_message("JO", "filed", "human", LAUNCHED_AT);
    case_message("", "held", "human", LAUNCHED_AT);
    case_message("", "left", "human", LAUNCHED_AT);
    desk_done();
}

static void what_the_desk_knows(void **state)
{
    (void)state;
    static const struct {
        const char *line, *things;
    } rows[] = {
        {"ro|", "round"},
        {"status |", REF " --json"},
        {"status ARCP/2|", REF},
        {"status X|", ""},
        {"story ARCP/2026/04 |", "JO AE --json"},
        {"round extend |", REF},
        {"round extend ARCP/2026/04 |", ""},
        {"round extend ARCP/2026/04 +1d |", "--party --yes"},
        {"round extend ARCP/2026/04 +1d --yes --p|", "--party"},
        {"round extend ARCP/2026/04 +1d --yes --y|", ""},
        {"round remind ARCP/2026/04 --party |", "JO AE"},
        {"round remind --party j|", "JO"},
        {"round remind --party=A|", "AE"},
        {"round remind --party = A|", "AE"},
        {"round remind --party =|", "JO AE"},
        {"round check |", ":files call-for-papers"},
        {"round export ARCP/2026/04 |", ":folders"},
        {"round preview x --out |", ":folders"},
        {"reply accept |", "1 3"},
        {"reply reject |", "1 3"},
        {"reply move |", "2"},
        {"reply cover |", "2"},
        {"reply item 2 |", ""},
        {"reply accept 1 --add-contact f|", "focal_point"},
        {"reply accept 1 --round |", REF},
        {"reply add one.pdf two.pdf |", ":files --party --round --received"},
        {"explain a.eml |", ":files --json"},
        {"-c |", ":files"},
        {"-|", "--json --help --config"},
        {"nonsense |", ""},
        {"round nonsense |", ""},
        {"backup DIR more |", "--json"},
    };
    a_desk();
    GOOD(file_mkdirs(desk_path("rounds"), 0700, &e));
    desk_write("rounds/call-for-papers.conf", "");
    desk_write("rounds/.conf", "");
    desk_write("rounds/letter.pdf", "");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *got = things(rows[i].line);
        if (strcmp(got, rows[i].things) != 0)
            fail_msg("%s: \"%s\", not \"%s\"", rows[i].line, got, rows[i].things);
    }
}

static void another_configuration_is_heard_of(void **state)
{
    (void)state;
    a_desk();
    assert_string_equal(things("-c /nowhere/taamim.conf status |"), "--json");
    assert_string_equal(things(arena_printf(a, "--config %s status |", desk_path("taamim.conf"))), REF " --json");
}

/* A subject stands beside its reply's number: it can neither add a line nor turn one. */
static void text_from_outside_is_one_line(void **state)
{
    struct message_row m = {.mailbox = "INBOX",
                            .uidvalidity = 9,
                            .uid = 1,
                            .state = "held",
                            .kind = "human",
                            .sender = "x@y.example",
                            .subject = "a\n:files\n9\tb\u202ec"};
    int64_t id = 0;
    bool known;

    (void)state;
    GOOD(store_add_message(s, &m, &id, &known, &e));
    m.id = id;
    GOOD(store_update_message(s, &m, &e));
    desk_done();
    assert_string_equal(offered("reply accept |"), arena_printf(a, "1\t x@y.example a :files 9 bc\n"));
}

#define DESK_TEST(test) cmocka_unit_test_setup_teardown(test, desk_set_up, desk_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(every_noun_verb_and_option_is_offered),
        DESK_TEST(every_usage_is_understood),
        DESK_TEST(what_the_desk_knows),
        DESK_TEST(another_configuration_is_heard_of),
        DESK_TEST(text_from_outside_is_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
