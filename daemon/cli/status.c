/* status.c - `taamim status`: what is open, who has answered, what waits for an officer; and one round as the matrix
 * of its parties.
 *
 * Read from the store alone, so that it works with the daemon stopped, which it says. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/client.h"
#include "cli/table.h"
#include "mail/address.h"
#include "mail/lang.h"

/* ---- one round */

static const char *number(struct arena *a, int n)
{
    return n ? arena_printf(a, "%d", n) : "";
}

static const char *standing_name(const struct matrix_row *r)
{
    return r->complete ? "complete" : r->answered ? "partial" : r->wrote ? "no paper yet" : "silent";
}

static const char *items_missing(struct arena *a, const struct round_spec *s, unsigned missing)
{
    const char *text = "";
    for (size_t i = 0; i < s->n_items; i++)
        if (missing & (1u << i))
            text = arena_printf(a, "%s%s%zu", text, *text ? "," : "", i + 1);
    return text;
}

static const char *with(struct arena *a, const char *list, const char *more)
{
    return *list ? arena_printf(a, "%s; %s", list, more) : more;
}

#define UNVERIFIED " (unverified)"

static const char *remarks(struct desk *d, const struct matrix *m, const struct matrix_row *r)
{
    const char *list = "";
    if (r->answered && !r->complete)
        list = arena_printf(d->a, "missing item %s", items_missing(d->a, m->spec, r->missing));
    if (r->late)
        list = with(d->a, list, "late");
    if (r->extended)
        list = with(d->a, list, arena_printf(d->a, "until %s", when_short(d->a, d->config, r->deadline_at)));
    if (r->locked)
        list = with(d->a, list, cli_count(d->a, r->locked, "locked paper", "locked papers"));
    if (r->closed)
        list = with(d->a, list, cli_count(d->a, r->closed, "archive not looked into", "archives not looked into"));
    if (r->covers)
        list = with(d->a, list, cli_count(d->a, r->covers, "covering letter", "covering letters"));
    if (r->note)
        list = with(
            d->a, list,
            arena_printf(d->a, "note%s: \"%s\"", r->note_unverified ? UNVERIFIED : "", table_cell(d->a, r->note, 60)));
    if (r->away)
        list = with(
            d->a, list,
            arena_printf(d->a, "away%s: \"%s\"", r->away_unverified ? UNVERIFIED : "", table_cell(d->a, r->away, 60)));
    return list;
}

static void add_party(struct desk *d, struct table *t, const struct matrix *m, const struct matrix_row *r)
{
    struct arena *a = d->a;
    const char *cells[] = {r->party,
                           r->who ? party_name(r->who, LANG_EN) : "",
                           r->who ? party_name(r->who, LANG_AR) : "",
                           arena_printf(a, "%d/%d", r->sent, r->addresses),
                           number(a, r->bounced + r->failed),
                           standing_name(r),
                           number(a, r->papers),
                           number(a, r->reminded),
                           number(a, r->held),
                           number(a, r->notes),
                           remarks(d, m, r)};
    table_row(t, cells);
}

static void print_matrix(struct desk *d, const struct matrix *m)
{
    static const char *const heads[] = {"CODE",    "PARTY",     "",      ">SENT",  ">BOUNCED", "ANSWER",
                                        ">PAPERS", ">REMINDED", ">HELD", ">NOTES", "",         NULL};
    struct table *t = table_new(d->a, heads);
    for (size_t i = 0; i < m->n; i++)
        add_party(d, t, m, &m->rows[i]);
    table_show(t);
}

static void print_counts(struct desk *d, const struct matrix *m)
{
    printf("%s  %s  %s\n", m->round.ref, m->round.state, table_cell(d->a, text_in(m->spec->title, LANG_AR), 70));
    printf("  deadline  %s\n", when_long(d->a, d->config, m->round.deadline_at));
    printf("  answered  %d of %zu wholly, %d in part, %d with no paper yet, %d silent; %s filed\n", m->complete, m->n,
           m->partial, m->wrote, m->silent, cli_count(d->a, m->papers, "paper", "papers"));
    if (m->bounced || m->held_replies)
        printf("  trouble   %s with a bounced address, %s held\n", cli_count(d->a, m->bounced, "party", "parties"),
               cli_count(d->a, m->held_replies, "reply", "replies"));
}

static json_t *party_json(const struct matrix *m, const struct matrix_row *r)
{
    json_t *missing = json_array();
    for (size_t i = 0; i < m->spec->n_items; i++)
        if (r->missing & (1u << i))
            json_array_append_new(missing, json_string(m->spec->items[i].key));
    return json_pack(
        "{s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:s, s:b, s:o, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:s, s:o, s:b, "
        "s:o, s:s, s:b, s:b}",
        "code", r->party, "name", r->who ? party_name(r->who, LANG_AR) : r->party, "addresses", r->addresses, "sent",
        r->sent, "waiting", r->waiting, "failed", r->failed, "bounced", r->bounced, "standing",
        r->wrote ? "no_paper" : standing_name(r), "late", r->late, "answered_at", when_json(r->answered_at), "papers",
        r->papers, "reminded", r->reminded, "held", r->held, "notes", r->notes, "locked", r->locked, "closed",
        r->closed, "covers", r->covers, "note", r->note ? r->note : "", "missing", missing, "extended", r->extended,
        "deadline_at", when_json(r->deadline_at), "away", r->away ? r->away : "", "note_unverified", r->note_unverified,
        "away_unverified", r->away_unverified);
}

static json_t *matrix_json(const struct matrix *m, bool whole)
{
    json_t *o = json_pack("{s:s, s:s, s:s, s:o, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "ref", m->round.ref, "state",
                          m->round.state, "title", text_in(m->spec->title, LANG_AR), "deadline_at",
                          when_json(m->round.deadline_at), "parties", (int)m->n, "complete", m->complete, "partial",
                          m->partial, "no_paper", m->wrote, "silent", m->silent, "bounced", m->bounced, "held",
                          m->held_replies, "papers", m->papers);
    json_t *rows = json_array();
    for (size_t i = 0; whole && i < m->n; i++)
        json_array_append_new(rows, party_json(m, &m->rows[i]));
    if (whole)
        json_object_set(o, "rows", rows);
    json_decref(rows);
    return o;
}

/* ---- what waits for an officer */

#define HELD_SHOWN 100

struct overview {
    struct matrix *matrices;
    size_t n_matrices;
    struct message_row *held;
    size_t n_held;
    long long held_count; /* of which the first HELD_SHOWN are read */
    struct count_row *counts;
    size_t n_counts;
    const char *stopped, *smtp_away, *imap_away, *scan_away, *copies_refused, *disk_low;
    struct suppressed_row *unreached; /* officers and other addresses that are not written to, and why */
    size_t n_unreached;
    long long quota_used, quota_limit; /* bytes; limit 0: not known */
    bool runs;
};

static void print_held(struct desk *d, const struct overview *v)
{
    static const char *const heads[] = {">REPLY", "ROUND", "PARTY", "FROM", "SUBJECT", "WHY HELD", NULL};
    struct table *t = table_new(d->a, heads);
    for (size_t i = 0; i < v->n_held; i++) {
        const struct message_row *m = &v->held[i];
        const char *cells[] = {arena_printf(d->a, "%lld", (long long)m->id),
                               m->round,
                               m->party,
                               m->sender,
                               table_cell(d->a, m->subject, 40),
                               table_cell(d->a, *m->why ? m->why : m->rule, 60)};
        table_row(t, cells);
    }
    if (v->n_held == 0)
        return;
    printf("\n%s for an officer (`taamim reply show N`, then accept or reject):\n",
           cli_count(d->a, v->held_count, "reply waits", "replies wait"));
    table_show(t);
    if (v->held_count > (long long)v->n_held)
        printf("... and %lld more: `taamim reply list --held`\n", v->held_count - (long long)v->n_held);
}

static void print_engine(struct desk *d, const struct overview *v)
{
    if (!v->runs)
        printf("The daemon does not run: nothing is sent or collected. Start it with `systemctl start taamimd`.\n");
    if (v->stopped)
        printf("Sending is stopped, and tried again every few minutes. The mail server says: %s\n",
               table_cell(d->a, v->stopped, 0));
    if (v->smtp_away)
        printf("The sending (SMTP) server is away: %s\n", table_cell(d->a, v->smtp_away, 0));
    if (v->imap_away)
        printf("The mailbox (IMAP) server is away: %s\n", table_cell(d->a, v->imap_away, 0));
    if (v->scan_away)
        printf("The virus scanner is away, and papers wait for it: %s\n", table_cell(d->a, v->scan_away, 0));
    if (v->copies_refused)
        printf("The folder for copies of what is sent takes none: %s\n", table_cell(d->a, v->copies_refused, 0));
    if (v->disk_low)
        printf("Disk: %s: what comes in then cannot be kept; make room\n", table_cell(d->a, v->disk_low, 0));
    if (v->quota_limit)
        printf("Mailbox: %s of %s used%s\n", size_in_words(d->a, LANG_EN, v->quota_used),
               size_in_words(d->a, LANG_EN, v->quota_limit),
               v->quota_used > v->quota_limit / 10 * 9 ? " - NEARLY FULL: what comes then is refused; make room" : "");
    for (size_t i = 0; i < v->n_unreached; i++)
        printf("Not reached: %s: %s%s\n", v->unreached[i].address, table_cell(d->a, v->unreached[i].why, 0),
               v->unreached[i].suppressed_at ? " (nothing is sent there until `taamim round resend`)" : "");
    for (size_t i = 0; i < v->n_counts; i++)
        if (strcmp(v->counts[i].name, "sent") != 0 && strcmp(v->counts[i].name, "cancelled") != 0)
            printf("Mails %s: %lld\n", v->counts[i].name, (long long)v->counts[i].n);
}

static char *fact(struct desk *d, const char *key)
{
    char *text = store_get(d->store, d->a, key);
    return text && *text ? text : NULL;
}

static void look_at_quota(struct desk *d, struct overview *v)
{
    const char *used = fact(d, "quota_used"), *limit = fact(d, "quota_limit");
    long long u = used ? strtoll(used, NULL, 10) : -1, l = limit ? strtoll(limit, NULL, 10) : -1;
    if (u < 0 || l <= 0)
        return;
    v->quota_used = u;
    v->quota_limit = l;
}

/* Officers are always written to; what their server said last stands until one of their mails arrives. */
static bool look_at_unreached(struct desk *d, struct overview *v, struct err *e)
{
    struct suppressed_row *rows;
    size_t n;
    if (!store_suppressed_list(d->store, d->a, &rows, &n, e))
        return false;
    for (size_t i = 0; i < d->config->n_officers; i++) {
        const char *wire = address_wire(d->a, d->config->officers[i].address, NULL);
        const char *why = wire ? fact(d, arena_printf(d->a, OFFICER_UNREACHABLE "%s", wire)) : NULL;
        if (why)
            ARENA_PUSH(d->a, v->unreached, v->n_unreached, (struct suppressed_row){.address = wire, .why = why});
    }
    for (size_t i = 0; i < n; i++)
        ARENA_PUSH(d->a, v->unreached, v->n_unreached, rows[i]);
    return true;
}

/* With a reference, what waits of that round alone. */
static bool look(struct desk *d, struct overview *v, const char *ref, struct err *e)
{
    const struct wanted held = {.round = ref, .state = "held", .most = HELD_SHOWN};
    struct round_row *rounds;
    size_t n;
    if (!store_rounds(d->store, d->a, round_state_names[ROUND_OPEN], &rounds, &n, e) ||
        !store_messages(d->store, d->a, &held, &v->held, &v->n_held, e) ||
        !store_delivery_counts(d->store, d->a, NULL, &v->counts, &v->n_counts, e))
        return false;
    v->matrices = arena_alloc(d->a, (n + 1) * sizeof *v->matrices);
    for (; v->n_matrices < n; v->n_matrices++)
        if (!matrix_of(d->store, d->a, d->config, d->parties, rounds[v->n_matrices].ref, &v->matrices[v->n_matrices],
                       e))
            return false;
    v->held_count = store_count_messages(d->store, &held);
    v->stopped = fact(d, "queue_stopped");
    v->smtp_away = fact(d, "smtp_away");
    v->imap_away = fact(d, "imap_away");
    v->scan_away = d->config->scanner ? fact(d, "scan_away") : NULL;
    v->copies_refused = d->config->sent_folder ? fact(d, "copies_refused") : NULL;
    look_at_quota(d, v);
    if (!look_at_unreached(d, v, e))
        return false;
    v->disk_low = fact(d, "disk_low");
    v->runs = client_daemon_runs(d->config);
    return true;
}

/* ---- the verb */

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *quota_json(const struct overview *v)
{
    if (!v->quota_limit)
        return json_null();
    return json_pack("{s:I, s:I}", "used", (json_int_t)v->quota_used, "limit", (json_int_t)v->quota_limit);
}

static enum exit_code overview_json(const struct overview *v)
{
    json_t *rounds = json_array(), *held = json_array(), *mails = json_object(), *unreached = json_object();
    for (size_t i = 0; i < v->n_matrices; i++)
        json_array_append_new(rounds, matrix_json(&v->matrices[i], false));
    for (size_t i = 0; i < v->n_held; i++)
        json_array_append_new(held, json_integer(v->held[i].id));
    for (size_t i = 0; i < v->n_counts; i++)
        json_object_set_new(mails, v->counts[i].name, json_integer(v->counts[i].n));
    for (size_t i = 0; i < v->n_unreached; i++)
        json_object_set_new(unreached, v->unreached[i].address, json_string(v->unreached[i].why));
    return cli_print_json(json_pack(
        "{s:b, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "daemon_runs", v->runs, "rounds", rounds,
        "held", held, "held_count", (json_int_t)v->held_count, "deliveries", mails, "queue_stopped",
        text_or_null(v->stopped), "smtp_away", text_or_null(v->smtp_away), "imap_away", text_or_null(v->imap_away),
        "scan_away", text_or_null(v->scan_away), "copies_refused", text_or_null(v->copies_refused), "quota",
        quota_json(v), "not_reached", unreached, "disk_low", text_or_null(v->disk_low)));
}

static void print_overview(struct desk *d, const struct overview *v)
{
    for (size_t i = 0; i < v->n_matrices; i++) {
        print_counts(d, &v->matrices[i]);
        putchar('\n');
    }
    if (v->n_matrices == 0)
        printf("No round is open. `taamim round list` shows those that were.\n\n");
    print_engine(d, v);
    print_held(d, v);
}

static enum exit_code round_status(struct desk *d, const struct args *args)
{
    struct matrix m;
    struct err e = {0};
    struct overview v = {0};
    const char *ref = desk_round(d, args->words[0]);
    if (!ref)
        return CLI_FAILED;
    if (!matrix_of(d->store, d->a, d->config, d->parties, ref, &m, &e) || !look(d, &v, ref, &e))
        return cli_fail("%s", e.text);
    if (args->option[OPT_JSON])
        return cli_print_json(matrix_json(&m, true));
    print_counts(d, &m);
    putchar('\n');
    print_matrix(d, &m);
    print_held(d, &v);
    if (!v.runs || v.stopped)
        putchar('\n');
    v.n_counts = 0; /* those are of all rounds */
    print_engine(d, &v);
    return CLI_OK;
}

static enum exit_code status_run(const struct args *args)
{
    DESK_SCOPED d = {0};
    struct overview v = {0};
    struct err e = {0};
    if (!desk_open(&d, args, true))
        return CLI_FAILED;
    if (args->n_words)
        return round_status(&d, args);
    if (!look(&d, &v, NULL, &e))
        return cli_fail("%s", e.text);
    if (args->option[OPT_JSON])
        return overview_json(&v);
    print_overview(&d, &v);
    return CLI_OK;
}

static const struct verb status_verbs[] = {
    {NULL, "[REF]",
     "What is open: deadlines, who has answered, what waits for an officer. With REF: each party of that round.", 0, 1,
     OPTION_BIT(OPT_JSON), 0, status_run},
};
const struct noun status_noun = {"status", "what is open, who has answered, what waits", status_verbs, 1};
