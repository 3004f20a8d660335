/* round_look.c - `taamim round list`, `show` and `export`: they look only. */
#include <string.h>

#include "app/portal.h"
#include "app/roundfile.h"
#include "cli/round.h"
#include "cli/table.h"

struct round_spec *round_frozen(struct desk *d, const struct round_row *row, struct err *e)
{
    JSON_SCOPED j = json_loads(row->spec, 0, NULL);
    struct round_spec *s = j ? round_spec_from_json(d->a, j, d->config, e) : NULL;
    if (!s)
        err_prefix(e, "round %s in the store", row->ref);
    return s;
}

/* ---- list */

static json_t *row_json(const struct round_row *r, const struct round_spec *s)
{
    json_t *title = json_object();
    for (int l = 0; s && l < LANG_COUNT; l++)
        if (s->title[l])
            json_object_set_new(title, lang_names[l], json_string(s->title[l]));
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:s, s:o}", "ref", r->ref, "state", r->state, "kind", r->kind,
                     "title", title, "launched_at", when_json(r->launched_at), "deadline_at", when_json(r->deadline_at),
                     "deadline", r->deadline_text, "closed_at", when_json(r->closed_at));
}

static void print_rounds(struct desk *d, const struct round_row *rows, size_t n)
{
    static const char *const heads[] = {"ROUND", "STATE", "LAUNCHED", "DEADLINE", "TITLE", NULL};
    struct table *t = table_new(d->a, heads);
    for (size_t i = 0; i < n; i++) {
        struct err e = {0};
        const struct round_spec *s = round_frozen(d, &rows[i], &e);
        const char *cells[] = {rows[i].ref, rows[i].state, when_short(d->a, d->config, rows[i].launched_at),
                               when_short(d->a, d->config, rows[i].deadline_at),
                               s ? text_in(s->title, LANG_AR) : e.text};
        table_row(t, cells);
    }
    table_show(t);
}

static enum exit_code print_rounds_json(struct desk *d, const struct round_row *rows, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, row_json(&rows[i], round_frozen(d, &rows[i], NULL)));
    return cli_print_json(list);
}

enum exit_code round_list(const struct args *args)
{
    DESK_SCOPED d = {0};
    struct round_row *rows;
    size_t n;
    struct err e = {0};
    if (!desk_open(&d, args, true))
        return CLI_FAILED;
    if (!store_rounds(d.store, d.a, NULL, &rows, &n, &e))
        return cli_fail("%s", e.text);
    if (args->option[OPT_JSON])
        return print_rounds_json(&d, rows, n);
    if (n)
        print_rounds(&d, rows, n);
    else
        printf("No round has been launched yet: `taamim round launch FILE`.\n");
    return CLI_OK;
}

/* ---- show */

struct fate {
    struct delivery_row *deliveries;
    size_t n;
};
struct shown {
    struct round_row row;
    const struct round_spec *spec;
    struct notice_row *notices;
    struct fate *fates; /* of each notice */
    size_t n_notices;
    struct count_row *counts;
    size_t n_counts;
};

static bool look_up_fates(struct desk *d, struct shown *out, struct err *e)
{
    out->fates = arena_alloc(d->a, (out->n_notices + 1) * sizeof *out->fates);
    for (size_t i = 0; i < out->n_notices; i++)
        if (!store_deliveries_of(d->store, d->a, out->notices[i].id, &out->fates[i].deliveries, &out->fates[i].n, e))
            return false;
    return true;
}

static bool look_up(struct desk *d, const char *ref, struct shown *out, struct err *e)
{
    if (!store_round(d->store, d->a, ref, &out->row, e))
        return false;
    if (!out->row.ref)
        return err_perm(e, "there is no round %s; `taamim round list` shows them", ref);
    out->spec = round_frozen(d, &out->row, e);
    return out->spec && store_notices(d->store, d->a, out->row.ref, NULL, &out->notices, &out->n_notices, e) &&
           look_up_fates(d, out, e) &&
           store_delivery_counts(d->store, d->a, out->row.ref, &out->counts, &out->n_counts, e);
}

/* The worst news of a notice's deliveries, or that all is well. */
static const char *fate_in_words(struct arena *a, const struct fate *f)
{
    size_t sent = 0;
    const char *news = "";
    for (size_t i = 0; i < f->n; i++) {
        const struct delivery_row *r = &f->deliveries[i];
        if (strcmp(r->state, "sent") == 0)
            sent++;
        else
            news = arena_printf(a, "%s; %s %s%s%s", news, r->address, r->state, *r->reply ? ": " : "", r->reply);
    }
    return arena_printf(a, "%zu of %zu sent%s", sent, f->n, news);
}

static void print_notices(struct desk *d, const struct shown *s)
{
    static const char *const heads[] = {"WHEN", "PARTY", "KIND", "DELIVERIES", NULL};
    struct table *t = table_new(d->a, heads);
    for (size_t i = 0; i < s->n_notices; i++) {
        const struct notice_row *n = &s->notices[i];
        const char *cells[] = {when_short(d->a, d->config, n->created_at), n->party, n->kind,
                               fate_in_words(d->a, &s->fates[i])};
        table_row(t, cells);
    }
    putchar('\n');
    table_show(t);
}

static void print_shown(struct desk *d, const struct shown *s)
{
    printf("%s  %s\n%s\n", s->row.ref, s->row.state, table_cell(d->a, text_in(s->spec->title, LANG_AR), 0));
    if (s->spec->note_number)
        printf("Note      %s\n", s->spec->note_number);
    printf("Launched  %s\n", when_long(d->a, d->config, s->row.launched_at));
    printf("Deadline  %s\n", when_long(d->a, d->config, s->row.deadline_at));
    if (s->row.closed_at)
        printf("Ended     %s\n", when_long(d->a, d->config, s->row.closed_at));
    for (size_t i = 0; i < s->spec->n_items; i++)
        printf("%s %zu %s\n", i ? "         " : "Items    ", i + 1, s->spec->items[i].key);
    for (size_t i = 0; i < s->spec->n_documents; i++)
        printf("%s %s\n", i ? "         " : "Documents", table_cell(d->a, s->spec->documents[i].name, 0));
    printf("Papers    %s/papers/%s\n", d->config->state_dir, spool_round_folder(d->a, s->row.ref));
    printf("Mails    ");
    for (size_t i = 0; i < s->n_counts; i++)
        printf(" %lld %s%s", (long long)s->counts[i].n, s->counts[i].name, i + 1 < s->n_counts ? "," : "");
    printf("\n");
    print_notices(d, s);
    printf("\n`taamim status %s` shows who has answered, `taamim story %s` what happened.\n", s->row.ref, s->row.ref);
}

static json_t *fate_json(const struct fate *f)
{
    json_t *list = json_array();
    for (size_t i = 0; i < f->n; i++) {
        const struct delivery_row *r = &f->deliveries[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:i, s:i, s:s, s:o, s:o}", "address", r->address, "state",
                                              r->state, "attempts", r->attempts, "code", r->code, "reply", r->reply,
                                              "since_at", when_json(r->since_at), "next_at", when_json(r->next_at)));
    }
    return list;
}

static enum exit_code print_shown_json(const struct shown *s)
{
    json_t *o = row_json(&s->row, s->spec), *counts = json_object(), *notices = json_array();
    for (size_t i = 0; i < s->n_counts; i++)
        json_object_set_new(counts, s->counts[i].name, json_integer(s->counts[i].n));
    for (size_t i = 0; i < s->n_notices; i++) {
        const struct notice_row *n = &s->notices[i];
        json_array_append_new(notices, json_pack("{s:I, s:s, s:s, s:s, s:s, s:I, s:o, s:o}", "id", (json_int_t)n->id,
                                                 "party", n->party, "kind", n->kind, "cause", n->cause, "subject",
                                                 n->subject, "size", (json_int_t)n->size, "created_at",
                                                 when_json(n->created_at), "deliveries", fate_json(&s->fates[i])));
    }
    json_object_set_new(o, "deliveries", counts);
    json_object_set_new(o, "notices", notices);
    json_object_set_new(o, "spec", json_loads(s->row.spec, 0, NULL));
    return cli_print_json(o);
}

enum exit_code round_show(const struct args *args)
{
    DESK_SCOPED d = {0};
    struct shown s = {0};
    struct err e = {0};
    if (!desk_open(&d, args, true))
        return CLI_FAILED;
    if (!look_up(&d, args->words[0], &s, &e))
        return cli_fail("%s", e.text);
    if (args->option[OPT_JSON])
        return print_shown_json(&s);
    print_shown(&d, &s);
    return CLI_OK;
}

/* ---- export */

enum exit_code round_export(const struct args *args)
{
    DESK_SCOPED d = {0};
    ORDERS_SCOPED o = {0};
    char path[4096];
    struct err e = {0};
    if (!desk_open(&d, args, true))
        return CLI_FAILED;
    const char *ref = desk_round(&d, args->words[0]);
    if (!ref || !cli_orders(&o, args))
        return CLI_FAILED;
    if (!file_mkdirs(args->words[1], 0755, &e) ||
        !export_round(d.store, d.config->state_dir, &o, ref, args->words[1], path, sizeof path, &e))
        return cli_fail("%s", e.text);
    printf("%s: open index.html in it; beside it %s.zip\n", path, path);
    return CLI_OK;
}
