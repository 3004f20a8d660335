/* story.c - `taamim story`: everything that happened in a round, in order. The answer to "we never got it".
 *
 * The chain of the events is checked on the way: a row that was changed by hand shows. */
#include <string.h>

#include "cli/cli.h"
#include "cli/table.h"

static json_t *event_json(const struct event_row *ev)
{
    return json_pack("{s:I, s:o, s:s, s:s, s:s, s:s, s:I, s:s, s:s}", "id", (json_int_t)ev->id, "at", when_json(ev->at),
                     "who", ev->who, "what", ev->what, "round", ev->round, "party", ev->party, "reply",
                     (json_int_t)ev->message, "text", ev->text, "hash", ev->hash);
}

static enum exit_code print_events_json(const struct event_row *events, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, event_json(&events[i]));
    return cli_print_json(list);
}

static void print_events(struct desk *d, const struct event_row *events, size_t n)
{
    static const char *const heads[] = {"WHEN", "PARTY", "WHAT", "WHO", ">REPLY", "", NULL};
    struct table *t = table_new(d->a, heads);
    for (size_t i = 0; i < n; i++) {
        const struct event_row *ev = &events[i];
        struct civil c = zone_civil(d->config->zone, ev->at);
        const char *cells[] = {
            arena_printf(d->a, "%s:%02d", when_short(d->a, d->config, ev->at), c.second), ev->party, ev->what, ev->who,
            ev->message ? arena_printf(d->a, "%lld", (long long)ev->message) : "",        ev->text};
        table_row(t, cells);
    }
    table_show(t);
}

/* What concerns the party: its own events, and those of the round as a whole. Returns how many are its own. */
static size_t keep_party(struct event_row *events, size_t *n, const char *code)
{
    size_t kept = 0, own = 0;
    for (size_t i = 0; i < *n; i++) {
        bool its = strcasecmp(events[i].party, code) == 0;
        own += its;
        if (its || !*events[i].party)
            events[kept++] = events[i];
    }
    *n = kept;
    return own;
}

static enum exit_code check_chain(struct desk *d)
{
    struct err e = {0};
    int64_t broken = 0;
    if (!store_chain_verify(d->store, &broken, &e))
        return cli_fail("%s", e.text);
    if (broken)
        return cli_fail(
            "the story does not hold together: event %lld, or one before it, was changed in the store by hand",
            (long long)broken);
    return CLI_OK;
}

static enum exit_code story_run(const struct args *args)
{
    DESK_SCOPED d = {0};
    struct event_row *events;
    size_t n;
    struct err e = {0};
    if (!desk_open(&d, args, true))
        return CLI_FAILED;
    const char *ref = desk_round(&d, args->words[0]);
    const char *code = args->n_words > 1 ? args->words[1] : NULL;
    if (!ref)
        return CLI_FAILED;
    if (!store_events(d.store, d.a, ref, NULL, &events, &n, &e))
        return cli_fail("%s", e.text);
    if (code && keep_party(events, &n, code) == 0)
        return cli_fail("nothing is known of %s in round %s", code, ref);
    if (args->option[OPT_JSON])
        print_events_json(events, n);
    else
        print_events(&d, events, n);
    return check_chain(&d);
}

static const struct verb story_verbs[] = {
    {NULL, "REF [CODE]",
     "Everything that happened in the round, or what concerns one party of it, oldest first. Fails where the story's "
     "chain of hashes is broken.",
     1, 2, OPTION_BIT(OPT_JSON), 0, story_run},
};
const struct noun story_noun = {"story", "everything that happened, in order", story_verbs, 1};
