/* Reads a scenario and does what it says, sentence by sentence. One TAP result per scenario: an expectation that is
 * not met is told with its line and the story goes on; a deed that fails ends it. "cannot ..." is a deed that must
 * be refused. */
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "crash.h"

#define TROUBLE_PASSES_S 30
#define SETTLES_S        (3 * 3600) /* after a kill near the end: until all that was put off has left */

static const struct sentence *const books[] = {
    time_sentences,    mail_sentences,        officer_sentences,      server_sentences,     sent_folder_sentences,
    scanner_sentences, expect_mail_sentences, expect_state_sentences, expect_any_sentences, NULL};

struct telling {
    struct world *world;
    const char *path;
    int line_number, failures;
};

/* Splits in place; text in quotes is one word, '#' begins a comment. False where a quote stays open or there are
 * too many. */
static bool split(char *text, struct line *l, struct err *e)
{
    *l = (struct line){0};
    for (char *p = text; *(p += strspn(p, " \t\r\n")) && *p != '#';) {
        bool quoted = *p == '"';
        char *end = quoted ? strchr(p + 1, '"') : p + strcspn(p, " \t\r\n");

        if (!end || l->n == LINE_WORDS_MAX)
            return err_perm(e, end ? "too many words" : "a quote stays open");
        l->quoted[l->n] = quoted;
        l->words[l->n++] = p + quoted;
        p = *end ? end + 1 : end;
        *end = '\0';
    }
    return true;
}

/* "in NAME" of a round is taken out: it says which round is spoken of. */
static void take_round(const struct world *w, struct line *l)
{
    l->ref = w->n_rounds ? w->rounds[w->n_rounds - 1].ref : NULL;
    for (size_t i = 0; i + 1 < l->n; i++) {
        const char *ref = strcmp(l->words[i], "in") == 0 ? round_ref(w, l->words[i + 1]) : NULL;

        if (!ref)
            continue;
        l->ref = ref;
        memmove(l->words + i, l->words + i + 2, (l->n - i - 2) * sizeof *l->words);
        memmove(l->quoted + i, l->quoted + i + 2, (l->n - i - 2) * sizeof *l->quoted);
        l->n -= 2;
        return;
    }
}

static bool is_name(const char *word)
{
    return word[strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] == '\0';
}

/* Does the sentence have this shape? Then caught is what the pattern's names stand for. */
static bool fits(const char *pattern, const struct line *l, struct line *caught)
{
    char copy[200], *rest = copy, *word;
    size_t i = 0;

    snprintf(copy, sizeof copy, "%s", pattern);
    *caught = (struct line){.ref = l->ref};
    while ((word = strsep(&rest, " "))) {
        bool open = strcmp(word, "...") == 0;

        for (; open && i < l->n; i++) {
            caught->quoted[caught->n] = l->quoted[i];
            caught->words[caught->n++] = l->words[i];
        }
        if (open)
            return true;
        if (i == l->n || (!is_name(word) && strcmp(word, l->words[i]) != 0))
            return false;
        if (is_name(word)) {
            caught->quoted[caught->n] = l->quoted[i];
            caught->words[caught->n++] = l->words[i];
        }
        i++;
    }
    return i == l->n;
}

static deed_fn *find(const struct line *l, struct line *caught)
{
    for (const struct sentence *const *book = books; *book; book++)
        for (const struct sentence *s = *book; s->pattern; s++)
            if (fits(s->pattern, l, caught))
                return s->deed;
    return NULL;
}

static void complain(struct telling *t, const char *sentence, const char *why)
{
    struct civil now = {0};

    if (t->world->daemon)
        now = zone_civil(t->world->daemon->orders.config->zone, clock_now());
    printf("# %s:%d: %s\n#   at %04d-%02d-%02d %02d:%02d:%02d: %s\n", t->path, t->line_number, sentence, now.year,
           now.month, now.day, now.hour, now.minute, now.second, why);
    t->failures++;
}

struct doing {
    struct world *w;
    deed_fn *deed;
    const struct line *line;
    struct err *e;
};

static bool do_it(void *arg)
{
    const struct doing *d = arg;

    return d->deed(d->w, d->line, d->e);
}

/* What could not be done, since the disk was full, is said again when it is not. */
static bool do_after_trouble(struct world *w, deed_fn *deed, const struct line *l, bool to_be_refused, struct err *e)
{
    *e = (struct err){0};
    if (w->daemon && !world_run_until(w, clock_now() + TROUBLE_PASSES_S, e))
        return false;
    if (deed(w, l, e) || to_be_refused)
        return e->kind == ERR_NONE;
    *e = (struct err){0}; /* it had taken effect */
    return world_settle(w, e);
}

/* A word that was cut short by a kill is said again. Refused then, it had taken effect already. */
static bool do_deed(struct world *w, deed_fn *deed, const struct line *l, bool to_be_refused, struct err *e)
{
    struct doing d = {w, deed, l, e};
    bool good, before = crash_had_trouble();

    w->meant = 0;
    if (crash_guard(do_it, &d, &good))
        return good || before || !crash_had_trouble() ? good : do_after_trouble(w, deed, l, to_be_refused, e);
    if (!world_recover(w, e))
        return false;
    if (deed(w, l, e) || to_be_refused)
        return e->kind == ERR_NONE;
    *e = (struct err){0};
    return world_settle(w, e);
}

static bool do_line(struct telling *t, const char *sentence, struct line *l)
{
    struct line caught;
    struct err e = {0};
    bool refused = strcmp(l->words[0], "cannot") == 0, expects = strcmp(l->words[0], "expect") == 0, good;
    deed_fn *deed;

    if (refused) {
        memmove(l->words, l->words + 1, --l->n * sizeof *l->words);
        memmove(l->quoted, l->quoted + 1, l->n * sizeof *l->quoted);
    }
    take_round(t->world, l);
    deed = find(l, &caught);
    if (!deed) {
        complain(t, sentence, "no such sentence");
        return false;
    }
    if (!t->world->daemon && strcmp(l->words[0], "at") != 0 && strcmp(l->words[0], "mailbox") != 0) {
        complain(t, sentence, "a scenario begins with \"at DATE TIME\"");
        return false;
    }
    if (expects &&
        (crash_was() ||
         crash_had_trouble())) /* what is at once in the undisturbed telling may take a moment; the end is compared */
        return true;
    good = do_deed(t->world, deed, &caught, refused, &e);
    if (good == refused)
        complain(t, sentence, refused ? "this was not refused" : e.text);
    return good != refused || expects;
}

/* The text is the caller's and whole in memory: processes that fork would share a file's place. */
static bool tell(struct telling *t, char *text)
{
    bool going = true;

    for (char *sentence; going && (sentence = strsep(&text, "\n"));) {
        struct line l;
        struct err e = {0};

        t->line_number++;
        going = split(arena_strdup(t->world->a, sentence), &l, &e);
        if (!going)
            complain(t, sentence, e.text);
        else if (l.n > 0)
            going = do_line(t, sentence, &l);
    }
    return going;
}

static bool begin(struct telling *t, const char *path, char **text_out)
{
    struct err e = {0};

    *t = (struct telling){.path = path, .world = world_new(path, &e)};
    *text_out = t->world ? file_read(t->world->a, path, BUF_MAX, NULL, &e) : NULL;
    if (!*text_out)
        printf("# %s\nnot ok 1 - %s\n", e.text, path);
    return *text_out;
}

static int run(const char *path)
{
    struct err e = {0};
    struct telling t;
    char *text;

    printf("1..1\n");
    if (!begin(&t, path, &text))
        return EXIT_FAILURE;
    if (tell(&t, text) && t.world->daemon && !world_sound(t.world, &e))
        complain(&t, "(at the end)", e.text);
    world_free(t.world);
    printf("%s 1 - %s\n", t.failures ? "not ok" : "ok", path);
    return t.failures ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* One telling to its end, and how all stands then. */
static bool tell_to_the_end(const char *path, struct crash_end *out)
{
    struct arena *a = arena_new(); /* outlives the world: ends are compared */
    struct err e = {0};
    struct telling t;
    char *text;

    if (!begin(&t, path, &text))
        return false;
    if (tell(&t, text) && t.world->daemon &&
        (!world_run_until(t.world, clock_now() + SETTLES_S, &e) || !world_sound(t.world, &e) ||
         !end_state(t.world, a, out, &e)))
        complain(&t, "(at the end)", e.text);
    world_free(t.world);
    out->failures = t.failures;
    return true;
}

int main(int argc, char **argv)
{
    bool crash = argc == 3 && strcmp(argv[1], "--crash") == 0, fault = argc == 3 && strcmp(argv[1], "--fault") == 0;

    if (argc != 2 && !crash && !fault) {
        fputs("usage: scenario [--crash|--fault] FILE\n", stderr);
        return 2;
    }
    log_open("scenario", crash || fault ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING);
    if (crash || fault)
        return (crash ? crash_tell : fault_tell)(argv[2], tell_to_the_end) ? EXIT_SUCCESS : EXIT_FAILURE;
    return run(argv[1]);
}
