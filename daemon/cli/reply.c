/* reply.c - `taamim reply`: what came in, and an officer's decisions on it. */
#include <string.h>

#include "app/effects.h"
#include "app/marks.h"
#include "app/trouble.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/table.h"
#include "mail/lang.h"

/* ---- list */

static json_t *message_json(const struct message_row *m)
{
    json_t *o = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "id", (json_int_t)m->id, "state", m->state,
                          "round", m->round, "party", m->party, "kind", m->kind, "verdict", m->verdict, "rule", m->rule,
                          "marks", m->marks, "why", m->why);
    json_t *more =
        json_pack("{s:s, s:s, s:s, s:s, s:I, s:o, s:s, s:s}", "sender", m->sender, "sender_name", m->sender_name,
                  "subject", m->subject, "message_id", m->message_id, "size", (json_int_t)m->size, "received_at",
                  when_json(m->received_at), "sha256", m->sha256, "file", m->file);
    json_object_update(o, more);
    json_decref(more);
    return o;
}

/* A human's mail that merely lies in the shared mailbox is nobody's business here. */
static bool listed(const struct message_row *m, bool held)
{
    return held ? strcmp(m->state, "held") == 0 : strcmp(m->state, "left") != 0;
}

#define PAGE  500  /* read at a time: strangers add as many as they like */
#define SHOWN 2000 /* of a table, the latest */

struct listing {
    struct desk *d;
    struct wanted wanted;
    size_t n, from; /* how many are listed; the first that is shown */
    struct table *table;
    json_t *json;
};

static void count_one(struct listing *l, const struct message_row *m)
{
    (void)m;
    l->n++;
}

static void add_json(struct listing *l, const struct message_row *m)
{
    json_array_append_new(l->json, message_json(m));
}

/* What is to be known of its papers before they are opened; "?" where the store does not tell. */
static const char *marks_of_papers(const struct desk *d, const struct message_row *m)
{
    static const char *const shown[] = {MARK_LOCKED, MARK_CLOSED, MARK_MACROS};
    const char *marks = "";
    struct paper_row *papers;
    size_t n;
    if (!store_papers_of_message(d->store, d->a, m->id, &papers, &n, NULL))
        return "?";
    for (size_t i = 0; i < n; i++) {
        if (papers[i].item == ITEM_COVER)
            marks = mark_add(d->a, marks, "cover");
        for (size_t k = 0; k < sizeof shown / sizeof *shown; k++)
            if (mark_has(papers[i].marks, shown[k]))
                marks = mark_add(d->a, marks, shown[k]);
    }
    return marks;
}

static void add_row(struct listing *l, const struct message_row *m)
{
    struct arena *a = l->d->a;
    const char *why = *m->why ? m->why : *m->marks ? m->marks : m->rule;
    if (l->n++ < l->from)
        return;
    const char *cells[] = {arena_printf(a, "%lld", (long long)m->id),
                           when_short(a, l->d->config, m->received_at),
                           m->state,
                           m->round,
                           m->party,
                           table_cell(a, *m->mailbox ? m->sender : m->sender_name, 40),
                           table_cell(a, m->subject, 40),
                           marks_of_papers(l->d, m),
                           table_cell(a, why, 50)};
    table_row(l->table, cells);
}

static bool go_through(struct listing *l, void (*each)(struct listing *, const struct message_row *), struct err *e)
{
    struct wanted page = l->wanted;
    size_t n = PAGE;
    for (page.most = PAGE; n == PAGE;) {
        ARENA_SCOPED a = arena_new();
        struct message_row *rows;
        if (!store_messages(l->d->store, a, &page, &rows, &n, e))
            return false;
        for (size_t i = 0; i < n; i++)
            if (listed(&rows[i], l->wanted.state != NULL))
                each(l, &rows[i]);
        if (n)
            page.after_id = rows[n - 1].id;
    }
    return true;
}

static bool print_list(struct listing *l, struct err *e)
{
    static const char *const heads[] = {">REPLY", "RECEIVED", "STATE",  "ROUND", "PARTY",
                                        "FROM",   "SUBJECT",  "PAPERS", "WHY",   NULL};
    l->table = table_new(l->d->a, heads);
    if (!go_through(l, count_one, e))
        return false;
    l->from = l->n > SHOWN ? l->n - SHOWN : 0;
    l->n = 0;
    if (!go_through(l, add_row, e))
        return false;
    if (l->n)
        table_show(l->table);
    else
        printf(l->wanted.state ? "No reply waits for a decision.\n" : "No reply has come in.\n");
    if (l->from)
        printf("... and %zu more, which came before these; --json has them all.\n", l->from);
    return true;
}

static enum exit_code list(const struct args *args)
{
    DESK_SCOPED d = {0};
    struct err e = {0};
    if (!desk_open(&d, args, true))
        return CLI_FAILED;
    const char *ref = args->option[OPT_ROUND] ? desk_round(&d, args->option[OPT_ROUND]) : NULL;
    struct listing l = {.d = &d, .wanted = {.round = ref, .state = args->option[OPT_HELD] ? "held" : NULL}};
    if (args->option[OPT_ROUND] && !ref)
        return CLI_FAILED;
    if (!args->option[OPT_JSON])
        return print_list(&l, &e) ? CLI_OK : cli_fail("%s", e.text);
    l.json = json_array();
    if (go_through(&l, add_json, &e))
        return cli_print_json(l.json);
    json_decref(l.json);
    return cli_fail("%s", e.text);
}

/* ---- show */

static const char *dash(const char *text)
{
    return *text ? text : "-";
}

static void print_facts(struct desk *d, const struct message_row *m)
{
    struct arena *a = d->a;
    printf("Reply %lld: %s%s%s\n", (long long)m->id, m->state, *m->marks ? ", " : "", m->marks);
    if (*m->mailbox)
        printf("  from      %s%s<%s>\n  subject   %s\n", table_cell(a, m->sender_name, 0), *m->sender_name ? " " : "",
               table_cell(a, m->sender, 0), table_cell(a, m->subject, 0));
    else
        printf("  brought   by hand; filed by %s\n", m->sender_name);
    printf("  received  %s\n", when_long(a, d->config, m->received_at));
    printf("  round     %s, party %s\n", dash(m->round), dash(m->party));
    printf("  judged    %s: %s (rule: %s)\n", dash(m->kind), dash(m->verdict), dash(m->rule));
    if (*m->why)
        printf("  why       %s\n", table_cell(a, m->why, 0));
    if (*m->file)
        printf("  raw mail  %s/%s (%s)\n", d->config->state_dir, m->file, size_in_words(a, LANG_EN, m->size));
    if (*m->sha256)
        printf("  sha256    %s\n", m->sha256);
    if (m->receipt > 0)
        printf("  receipt   was composed; `taamim round show %s` tells whether it went out\n", m->round);
}

static const char *item_cell(struct arena *a, const struct paper_row *p)
{
    if (p->item >= 0)
        return arena_printf(a, "%d", p->item + 1);
    if (p->item == ITEM_COVER)
        return "cover";
    static const char *const marks[] = {MARK_LOCKED, MARK_CLOSED, MARK_ARCHIVE};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (mark_has(p->marks, marks[i]))
            return marks[i];
    return "-";
}

static void print_papers(struct desk *d, const struct paper_row *papers, size_t n)
{
    static const char *const heads[] = {">N", "PAPER", ">ITEM", ">VERSION", ">SIZE", "TYPE", "WHERE IT LIES", NULL};
    struct table *t = table_new(d->a, heads);
    for (size_t i = 0; i < n; i++) {
        const struct paper_row *p = &papers[i];
        const char *cells[] = {arena_printf(d->a, "%zu", i + 1),
                               p->name,
                               item_cell(d->a, p),
                               p->held ? "held" : arena_printf(d->a, "%d%s", p->version, p->current ? "" : " (old)"),
                               size_in_words(d->a, LANG_EN, p->size),
                               p->type,
                               arena_printf(d->a, "%s/%s", d->config->state_dir, p->path)};
        table_row(t, cells);
    }
    putchar('\n');
    if (n)
        table_show(t);
    else
        printf("No papers.\n");
}

static void print_troubles(struct desk *d, const struct message_row *m)
{
    struct letter_paper *list;
    size_t n = trouble_list(d->a, m, &list);
    if (n)
        printf("\nWhat it brought besides, in the raw mail alone:\n");
    for (size_t i = 0; i < n; i++)
        printf("  %s%s: %s\n", table_cell(d->a, list[i].name, 0),
               list[i].size ? arena_printf(d->a, " (%s)", size_in_words(d->a, LANG_EN, list[i].size)) : "",
               trouble_reason(d->a, list[i].trouble));
}

/* What can be said of papers is told where there are any. */
static void print_next_filed(const struct message_row *m, const struct paper_row *papers, size_t n)
{
    long long id = (long long)m->id;
    bool papers_left = false;
    for (size_t i = 0; i < n; i++)
        papers_left |= papers[i].item != ITEM_COVER;
    if (mark_has(m->marks, MARK_UNVERIFIED))
        printf("\n  taamim reply accept %lld      where you know that it is theirs: partners of the round hear of "
               "it then",
               id);
    printf("\n  taamim reply move %lld --party CODE      where it is another party's\n", id);
    if (n)
        printf("  taamim reply item %lld PAPER ITEM      which item a paper answers\n", id);
    if (papers_left)
        printf("  taamim reply cover %lld      where a covering letter came without its paper\n", id);
}

static void print_next(const struct message_row *m, const struct paper_row *papers, size_t n)
{
    long long id = (long long)m->id;
    if (strcmp(m->state, "held") == 0) {
        printf("\nIt waits for your decision. Look at the papers, then one of:\n");
        printf("  taamim reply accept %lld%s%s      files it%s\n", id, *m->round ? "" : " --round REF",
               *m->party ? "" : " --party CODE", *m->party ? "; --party CODE for another party" : "");
        printf("  taamim reply accept %lld --add-contact other      the same, and the register knows this sender from "
               "now on\n",
               id);
        printf("  taamim reply reject %lld --why TEXT      keeps it in the archive; --tell says so to a contact who "
               "sent it\n",
               id);
    } else if (strcmp(m->state, "filed") == 0) {
        print_next_filed(m, papers, n);
    } else if (strcmp(m->state, "noted") == 0 || strcmp(m->state, "duplicate") == 0) {
        printf("\n  taamim reply accept %lld%s%s      takes it in all the same\n", id, *m->round ? "" : " --round REF",
               *m->party ? "" : " --party CODE");
    }
}

static json_t *troubles_json(const struct message_row *m)
{
    ARENA_SCOPED a = arena_new();
    struct letter_paper *list;
    json_t *o = json_array();
    size_t n = trouble_list(a, m, &list);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(o, json_pack("{s:s, s:I, s:s}", "name", list[i].name, "size", (json_int_t)list[i].size,
                                           "why", list[i].trouble));
    return o;
}

static enum exit_code show_json(const struct message_row *m, const struct paper_row *papers, size_t n)
{
    json_t *o = message_json(m), *filed = json_array();
    for (size_t i = 0; i < n; i++) {
        const struct paper_row *p = &papers[i];
        json_array_append_new(filed,
                              json_pack("{s:s, s:s, s:i, s:b, s:i, s:s, s:s, s:s, s:I, s:b, s:b, s:o}", "name", p->name,
                                        "marks", p->marks, "item", p->item >= 0 ? p->item + 1 : 0, "cover",
                                        p->item == ITEM_COVER, "version", p->version, "path", p->path, "sha256",
                                        p->sha256, "type", p->type, "size", (json_int_t)p->size, "current", p->current,
                                        "held", p->held, "filed_at", when_json(p->filed_at)));
    }
    json_object_set_new(o, "papers", filed);
    json_object_set_new(o, "not_taken", troubles_json(m));
    json_object_set_new(o, "text", json_string(m->text));
    return cli_print_json(o);
}

static enum exit_code show(const struct args *args)
{
    DESK_SCOPED d = {0};
    struct message_row m = {0};
    struct paper_row *papers;
    size_t n;
    struct err e = {0};
    int64_t id = cli_number(args->words[0], "a reply");
    if (!id)
        return CLI_USAGE;
    if (!desk_open(&d, args, true))
        return CLI_FAILED;
    if (!store_message(d.store, d.a, id, &m, &e) || !store_papers_of_message(d.store, d.a, id, &papers, &n, &e))
        return cli_fail("%s", e.text);
    if (!m.state)
        return cli_fail("there is no reply %lld; `taamim reply list` shows them", (long long)id);
    if (args->option[OPT_JSON])
        return show_json(&m, papers, n);
    print_facts(&d, &m);
    print_papers(&d, papers, n);
    print_troubles(&d, &m);
    if (*m.text) {
        printf(mark_has(m.marks, MARK_NOTE) ? "\nA note, which says:\n" : "\nWhat it says:\n");
        table_text(d.a, m.text, "  ");
    }
    print_next(&m, papers, n);
    return CLI_OK;
}

/* ---- decisions */

/* Adds what the options say of round and party, in the register's spelling; false, told, for an unknown party. */
static bool aim(const struct desk *d, const struct args *args, json_t *act)
{
    const char *code = args->option[OPT_PARTY];
    if (code && !desk_party(d, code))
        return false;
    if (code)
        json_object_set_new(act, "party", json_string(register_find(d->parties, code)->code));
    if (args->option[OPT_ROUND])
        json_object_set_new(act, "ref", json_string(args->option[OPT_ROUND]));
    return true;
}

static enum exit_code decide(const struct args *args, const char *name, json_t *more)
{
    JSON_SCOPED act = json_pack("{s:s}", "act", name);
    DESK_SCOPED d = {0};
    int64_t id = cli_number(args->words[0], "a reply");
    json_object_update(act, more);
    json_decref(more);
    if (!id)
        return CLI_USAGE;
    json_object_set_new(act, "message", json_integer(id));
    if (!desk_open(&d, args, false) || !aim(&d, args, act))
        return CLI_FAILED;
    return client_act(d.config, NULL, 0, json_incref(act));
}

static enum exit_code accept_reply(const struct args *args)
{
    int role;
    const char *given = args->option[OPT_ADD_CONTACT];
    if (given && !enum_by_name(contact_role_names, ROLE_COUNT, given, &role))
        return cli_usage("there is no role '%s': mission, focal_point, alternate or other", given);
    return decide(args, "accept", json_pack("{s:s*}", "add_contact", given));
}

static enum exit_code reject(const struct args *args)
{
    return decide(args, "reject",
                  json_pack("{s:s, s:b}", "text", args->option[OPT_WHY], "tell", args->option[OPT_TELL] != NULL));
}

static enum exit_code move(const struct args *args)
{
    if (!args->option[OPT_PARTY] && !args->option[OPT_ROUND])
        return cli_usage("say where to: --party CODE, --round REF or both");
    return decide(args, "move", json_object());
}

static enum exit_code item(const struct args *args)
{
    int64_t paper = cli_number(args->words[1], "a paper"), n = paper ? cli_number(args->words[2], "an item") : 0;
    if (!paper || !n)
        return CLI_USAGE;
    return decide(args, "item", json_pack("{s:I, s:I}", "paper", (json_int_t)paper, "item", (json_int_t)n));
}

static enum exit_code cover(const struct args *args)
{
    const char *given = args->option[OPT_PAPER];
    int64_t paper = given ? cli_number(given, "a paper") : 0;
    if (given && !paper)
        return CLI_USAGE;
    return decide(args, "cover",
                  json_pack("{s:I, s:b}", "paper", (json_int_t)paper, "tell", args->option[OPT_TELL] != NULL));
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static enum exit_code add(const struct args *args)
{
    JSON_SCOPED act = json_pack("{s:s, s:s}", "act", "add", "received", args->option[OPT_RECEIVED]);
    DESK_SCOPED d = {0};
    if (!desk_open(&d, args, false) || !aim(&d, args, act))
        return CLI_FAILED;
    struct client_file *files = arena_alloc(d.a, (size_t)args->n_words * sizeof *files);
    for (int i = 0; i < args->n_words; i++)
        files[i] = (struct client_file){args->words[i], last_part(args->words[i])};
    return client_act(d.config, files, (size_t)args->n_words, json_incref(act));
}

#define AIM (OPTION_BIT(OPT_ROUND) | OPTION_BIT(OPT_PARTY))
static const struct verb reply_verbs[] = {
    {"list", "list [--held] [--round REF]", "What came in; --held: what waits for a decision.", 0, 0,
     OPTION_BIT(OPT_HELD) | OPTION_BIT(OPT_ROUND) | OPTION_BIT(OPT_JSON), 0, list},
    {"show", "show N", "One reply: who sent it, its papers, its text, where it lies, why it is held.", 1, 1,
     OPTION_BIT(OPT_JSON), 0, show},
    {"accept", "accept N [--round REF] [--party CODE] [--add-contact ROLE]",
     "Files a held reply, or takes in one that was noted or a duplicate. ROLE (mission, focal_point, alternate, "
     "other): "
     "the sender becomes a contact.",
     1, 1, AIM | OPTION_BIT(OPT_ADD_CONTACT), 0, accept_reply},
    {"reject", "reject N --why TEXT [--tell]",
     "Turns a held reply down; it stays in the archive. --tell says so to its sender, if a contact.", 1, 1,
     OPTION_BIT(OPT_WHY) | OPTION_BIT(OPT_TELL), OPTION_BIT(OPT_WHY), reject},
    {"move", "move N [--round REF] [--party CODE]", "Gives a filed reply to the party or round it belongs to.", 1, 1,
     AIM, 0, move},
    {"item", "item N PAPER ITEM",
     "Says which item of the round the n-th paper of a reply answers; 1 where it has no items.", 3, 3, 0, 0, item},
    {"cover", "cover N [--paper PAPER] [--tell]",
     "Says that a filed paper is a covering letter alone: it answers nothing, and reminders go on. `item` takes it "
     "back. "
     "--tell says so to its sender, if a contact.",
     1, 1, OPTION_BIT(OPT_PAPER) | OPTION_BIT(OPT_TELL), 0, cover},
    {"add", "add FILE... --round REF --party CODE --received DATE",
     "Files papers that came another way: by hand, or to an officer's own mailbox.", 1, WORDS_ANY,
     AIM | OPTION_BIT(OPT_RECEIVED), AIM | OPTION_BIT(OPT_RECEIVED), add},
};
const struct noun reply_noun = {"reply", "what came in, and decisions on it", reply_verbs,
                                sizeof reply_verbs / sizeof *reply_verbs};
