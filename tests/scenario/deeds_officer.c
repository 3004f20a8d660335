/* What officers do: they launch rounds and decide, by the same functions that the command line calls through the
 * daemon. */
#include "scenario.h"

#include <stdlib.h>
#include <unistd.h>

#include "app/acts.h"
#include "app/launch.h"
#include "app/reread.h"
#include "app/roundfile.h"
#include "base/clock.h"

#define OFFICER "uid:1000 (officer)"

/* ---- launch */

static const char *round_text(struct world *w, const char *name, const char *deadline, struct err *e)
{
    size_t n;
    char *text = file_read(w->a, arena_printf(w->a, "%s/rounds/%s.conf", w->fixtures, name), BUF_MAX, &n, e);
    char *hole = text ? strstr(text, "@DEADLINE@") : NULL;

    if (!hole) {
        if (text)
            err_perm(e, "the fixture %s has no @DEADLINE@", name);
        return NULL;
    }
    return arena_printf(w->a, "%.*s%s%s", (int)(hole - text), text, deadline, hole + strlen("@DEADLINE@"));
}

static bool launch(struct world *w, const struct line *l, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    struct daemon *d = w->daemon;
    const char *name = arena_strdup(w->a, l->words[0]), *text = round_text(w, name, l->words[1], e);
    const char *path = world_path(w, arena_printf(w->a, "rounds/%s.conf", name));
    struct problems p = {0};
    struct round_spec *spec;
    bool is_known = round_ref(w, name) != NULL;

    if (!text || !file_write(path, text, strlen(text), 0600, e))
        return false;
    spec = roundfile_load(a, path, d->orders.config, d->orders.parties, clock_now(), &p);
    if (!spec)
        err_perm(e, "%s", buf_text(&p.text));
    buf_free(&p.text);
    if (!spec)
        return false;
    if (w->n_rounds == ROUNDS_MAX)
        return err_perm(e, "too many rounds");
    /* Before the launch, which a kill may cut short after it has taken effect. */
    w->rounds[w->n_rounds] = (struct named_round){name, arena_strdup(w->a, spec->ref)};
    w->n_rounds += !is_known;
    if (!launch_round(d, a, spec, OFFICER, e)) {
        w->n_rounds -= !is_known;
        return false;
    }
    return world_settle(w, e);
}

/* ---- acts on a round */

static bool act(struct world *w, act_fn *fn, const struct act *what, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    const char *answer = "";
    struct act full = *what;

    full.who = OFFICER;
    full.lang = LANG_EN;
    if (!fn(w->daemon, a, &full, &answer, e))
        return false;
    w->answer = arena_strdup(w->a, answer);
    return world_settle(w, e);
}

static const char *party_or_all(const char *word)
{
    return strcmp(word, "everyone") == 0 ? NULL : word;
}

static bool extends(struct world *w, const struct line *l, struct err *e)
{
    return act(w, act_extend, &(struct act){.ref = l->ref, .party = party_or_all(l->words[0]), .text = l->words[1]}, e);
}

static bool reminds(struct world *w, const struct line *l, struct err *e)
{
    return act(w, act_remind, &(struct act){.ref = l->ref, .party = party_or_all(l->words[0])}, e);
}

static bool notes(struct world *w, const struct line *l, struct err *e)
{
    return act(w, act_note, &(struct act){.ref = l->ref, .text = l->words[0]}, e);
}

static bool notes_each(struct world *w, const struct line *l, struct err *e)
{
    return act(w, act_note,
               &(struct act){.ref = l->ref,
                             .text = arena_printf(w->a, "%s %s", l->words[0], l->words[1]),
                             .texts = {[LANG_AR] = l->words[0], [LANG_FR] = l->words[1]}},
               e);
}

static bool notes_arabic(struct world *w, const struct line *l, struct err *e)
{
    return act(w, act_note, &(struct act){.ref = l->ref, .text = l->words[0], .texts = {[LANG_AR] = l->words[0]}}, e);
}

static bool resends(struct world *w, const struct line *l, struct err *e)
{
    return act(w, act_resend, &(struct act){.ref = l->ref, .party = l->words[0]}, e);
}

static bool resends_to(struct world *w, const struct line *l, struct err *e)
{
    return act(w, act_resend, &(struct act){.ref = l->ref, .party = l->words[0], .address = l->words[1]}, e);
}

static bool closes(struct world *w, const struct line *l, struct err *e)
{
    return act(w, act_close, &(struct act){.ref = l->ref}, e);
}

static bool cancels(struct world *w, const struct line *l, struct err *e)
{
    return act(w, act_cancel, &(struct act){.ref = l->ref}, e);
}

/* ---- acts on a reply */

/* The first one; said again after a kill, the same one as before. */
static int64_t held_reply(struct world *w, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    struct message_row *rows;
    size_t n;

    if (w->meant)
        return w->meant;
    if (!store_messages(w->daemon->store, a, &(struct wanted){.round = NULL, .state = "held", .most = 100000}, &rows,
                        &n, e))
        return 0;
    if (n == 0)
        err_perm(e, "no reply is held");
    return w->meant = n ? rows[0].id : 0;
}

static bool accept_as(struct world *w, const char *party, const char *role, const struct line *l, struct err *e)
{
    struct act what = {.message = held_reply(w, e), .party = party, .ref = party ? l->ref : NULL, .add_contact = role};

    return what.message && act(w, act_take_in, &what, e);
}

static bool accepts(struct world *w, const struct line *l, struct err *e)
{
    return accept_as(w, NULL, NULL, l, e);
}

/* What was noted or known: the letter that came last. */
static bool takes_in(struct world *w, const char *party, const struct line *l, struct err *e)
{
    struct message_row m;

    return mailbox_message(w, &m, e) &&
           act(w, act_take_in, &(struct act){.message = m.id, .party = party, .ref = party ? l->ref : NULL}, e);
}

static bool accepts_last(struct world *w, const struct line *l, struct err *e)
{
    return takes_in(w, NULL, l, e);
}

static bool accepts_last_for(struct world *w, const struct line *l, struct err *e)
{
    return takes_in(w, l->words[0], l, e);
}

static bool accepts_for(struct world *w, const struct line *l, struct err *e)
{
    return accept_as(w, l->words[0], NULL, l, e);
}

static bool accepts_contact(struct world *w, const struct line *l, struct err *e)
{
    return accept_as(w, l->words[0], l->words[1], l, e);
}

static bool reject_and(struct world *w, const struct line *l, bool tell, struct err *e)
{
    struct act what = {.message = held_reply(w, e), .text = l->words[0], .tell = tell};

    return what.message && act(w, act_reject, &what, e);
}

static bool rejects(struct world *w, const struct line *l, struct err *e)
{
    return reject_and(w, l, false, e);
}
static bool rejects_and_tells(struct world *w, const struct line *l, struct err *e)
{
    return reject_and(w, l, true, e);
}

static bool moves(struct world *w, const struct line *l, struct err *e)
{
    struct message_row m;

    return mailbox_message(w, &m, e) &&
           act(w, act_move, &(struct act){.message = m.id, .party = l->words[0], .ref = l->ref}, e);
}

/* As they came: their own numbers have gaps. */
static bool moves_nth(struct world *w, const struct line *l, struct err *e)
{
    struct message_row *rows;
    size_t n, nth = strtoul(l->words[0], NULL, 10);

    if (!store_messages(w->daemon->store, w->a, &(struct wanted){.round = NULL, .state = NULL, .most = 100000}, &rows,
                        &n, e))
        return false;
    if (nth < 1 || nth > n)
        return err_perm(e, "there are %zu replies", n);
    return act(w, act_move, &(struct act){.message = rows[nth - 1].id, .party = l->words[1], .ref = l->ref}, e);
}

static bool assigns_item(struct world *w, const struct line *l, struct err *e)
{
    struct message_row m;

    return mailbox_message(w, &m, e) &&
           act(w, act_item,
               &(struct act){
                   .message = m.id, .paper = strtol(l->words[0], NULL, 10), .item = (int)strtol(l->words[1], NULL, 10)},
               e);
}

static bool says_cover(struct world *w, const struct act *what, struct err *e)
{
    struct message_row m;
    struct act full = *what;

    if (!mailbox_message(w, &m, e))
        return false;
    full.message = m.id;
    return act(w, act_cover, &full, e);
}

static bool is_cover(struct world *w, const struct line *l, struct err *e)
{
    (void)l;
    return says_cover(w, &(struct act){.paper = 0}, e);
}

static bool nth_is_cover(struct world *w, const struct line *l, struct err *e)
{
    return says_cover(w, &(struct act){.paper = strtol(l->words[0], NULL, 10)}, e);
}

static bool is_cover_and_tells(struct world *w, const struct line *l, struct err *e)
{
    (void)l;
    return says_cover(w, &(struct act){.tell = true}, e);
}

/* A paper handed over at the desk: staged first, as the command socket does. */
static bool brings(struct world *w, const struct line *l, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    const char *content = arena_printf(a, "%%PDF-1.4\n%% %s brought by hand\n%%%%EOF\n", l->words[0]);
    const char *staged[1], *names[1] = {l->words[0]}, *answer = "";
    char sha256[65];
    struct act what = {.who = OFFICER, .ref = l->ref, .party = l->words[1]};
    struct brought b = {.staged = staged, .names = names, .n = 1};
    bool good;
    FD_SCOPED fd = spool_scratch(w->daemon->spool, e);

    if (fd < 0 || write(fd, content, strlen(content)) != (ssize_t)strlen(content) ||
        !instant_of(w, l->words[2], NULL, &b.received_at, e) ||
        !spool_stage(w->daemon->spool, a, fd, 0, (int64_t)strlen(content), &staged[0], sha256, e))
        return false;
    good = act_add(w->daemon, a, &what, &b, &answer, e);
    spool_remove(w->daemon->spool, staged[0], NULL); /* where it was used it has been moved on */
    w->answer = arena_strdup(w->a, answer);
    return good && world_settle(w, e);
}

/* Until the next restart. */
static bool reads(struct world *w, const struct line *l, struct err *e)
{
    static const char *const names[LANG_COUNT] = {"arabic", "english", "french"};
    int lang;

    if (!enum_by_name(names, LANG_COUNT, l->words[0], &lang))
        return err_perm(e, "no officer reads %s", l->words[0]);
    w->reads = arena_alloc(w->a, sizeof *w->reads);
    *w->reads = (enum lang)lang;
    world_reads(w);
    return true;
}

/* Until the next restart. */
static bool may_only_see(struct world *w, const struct line *l, struct err *e)
{
    struct officer *o = (struct officer *)w->daemon->orders.config->officers;

    (void)l, (void)e;
    o->rights = RIGHT_BIT(MAY_VIEW);
    return true;
}

const struct sentence officer_sentences[] = {
    {"officer may only see", may_only_see},
    {"officer reads LANGUAGE", reads},
    {"launch ROUND with deadline DATE", launch},
    {"officer extends PARTY to DATE", extends},
    {"officer reminds PARTY", reminds},
    {"officer notes TEXT", notes},
    {"officer notes TEXT in arabic and TEXT in french", notes_each},
    {"officer notes TEXT in arabic alone", notes_arabic},
    {"officer resends to PARTY", resends},
    {"officer resends to PARTY at ADDRESS", resends_to},
    {"officer closes the round", closes},
    {"officer cancels the round", cancels},
    {"officer accepts the held reply", accepts},
    {"officer accepts the last letter", accepts_last},
    {"officer accepts the last letter for PARTY", accepts_last_for},
    {"officer accepts the held reply for PARTY", accepts_for},
    {"officer accepts the held reply for PARTY and adds its sender as ROLE", accepts_contact},
    {"officer rejects the held reply because REASON", rejects},
    {"officer rejects the held reply because REASON and tells the sender", rejects_and_tells},
    {"officer moves the last reply to PARTY", moves},
    {"officer moves reply N to PARTY", moves_nth},
    {"officer says paper N answers item N", assigns_item},
    {"officer says that it is a cover letter alone", is_cover},
    {"officer says that paper N is a cover letter alone", nth_is_cover},
    {"officer says that it is a cover letter alone and tells the sender", is_cover_and_tells},
    {"officer brings NAME of PARTY received DATE", brings},
    {NULL, NULL},
};
