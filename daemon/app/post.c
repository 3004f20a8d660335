/* Composes what leaves and queues it, one delivery per address. The order is: everything that can fail for bad
 * input first (addresses, size, templates), then the head's file, durable, then the rows. A crash between leaves a
 * file that no row names, which does no harm. */
#include "app/post.h"

#include <stdlib.h>
#include <string.h>

#include "app/reach.h"
#include "base/clock.h"
#include "base/file.h"
#include "mail/address.h"
#include "mail/compose.h"
#include "mail/msgid.h"

#define TO_MAX 64

/* A message on its way from values to rows. */
struct outgoing {
    const struct post *post;
    const struct config *config;
    const struct templates *templates;
    struct letter_text text;
    char token[TOKEN_LEN + 1];
    const char *message_id;   /* with brackets */
    const char *wire[TO_MAX]; /* addresses in wire form, by post->to */
    const char *boundary;
    struct buf head;
    int64_t size;
};

static const struct round_spec *post_spec(const struct post *p)
{
    return p->view ? p->view->spec : NULL;
}

static unsigned langs_of(const struct post *p)
{
    unsigned langs = 0;

    for (size_t i = 0; i < p->n_to; i++)
        langs |= p->to[i]->langs;
    return langs ? langs : LANG_BIT(LANG_AR);
}

static bool is_in(const struct round_view *v, enum round_state state)
{
    return v && v->row.state && strcmp(v->row.state, round_state_names[state]) == 0;
}

static bool render(struct arena *a, struct outgoing *o, struct err *e)
{
    struct letter letter = o->post->letter;

    letter.config = o->config;
    letter.spec = post_spec(o->post);
    letter.to = o->post->to;
    letter.n_to = o->post->n_to;
    letter.closed |= is_in(o->post->view, ROUND_CLOSED) || is_in(o->post->view, ROUND_CANCELLED);
    letter.cancelled |= is_in(o->post->view, ROUND_CANCELLED);
    if (!letter.langs)
        letter.langs = langs_of(o->post);
    return letter_render(a, o->templates, &letter, &o->text, e);
}

static const char *own_domain(const struct config *c)
{
    const char *at = strrchr(c->address, '@');

    return at ? at + 1 : c->address;
}

static const char *bracketed(struct arena *a, const char *id)
{
    return id && msgid_usable(id) ? arena_printf(a, "<%s>", id) : NULL; /* a stranger's program wrote it */
}

/* The token stands in Message-ID and again in References: some relays replace the Message-ID (design.md, "A notice"
 * 4). */
static void address_mail(struct arena *a, struct outgoing *o, struct mail_draft *draft)
{
    const struct post *p = o->post;
    const struct party *party = p->letter.party;
    const char *own = own_domain(o->config);
    const char *thread = bracketed(a, p->in_reply_to);
    const char *again = msgid_make(a, o->token, "r", own);

    draft->message_id = o->message_id = msgid_make(a, o->token, "n", own);
    draft->in_reply_to = thread;
    draft->references = thread ? arena_printf(a, "%s %s", thread, again) : again;
    draft->reply_to.address =
        o->config->reply_token
            ? address_with_detail(a, o->config->address, o->config->token_delimiter, detail_make(a, o->token))
            : o->config->address;
    draft->reply_to.name =
        p->view ? arena_printf(a, "%s%s%s", p->view->row.ref, party ? " " : "", party ? party->code : "") : NULL;
}

/* Everything but the notice itself is automatic (RFC 3834 5) and says so. */
static size_t automatic_headers(const struct post *p, struct mail_header out[4])
{
    size_t n = 0;
    bool answers = p->letter.kind == LETTER_RECEIPT || p->letter.kind == LETTER_PROBLEM;

    out[n++] = (struct mail_header){"X-Taamim-Loop", letter_kind_names[p->letter.kind]};
    if (p->letter.kind == LETTER_NOTICE)
        return n;
    out[n++] = (struct mail_header){"Auto-Submitted", answers ? "auto-replied" : "auto-generated"};
    out[n++] = (struct mail_header){"X-Auto-Response-Suppress", "All"};
    return n;
}

/* The sender's name is in the language that the letter begins with. */
static enum lang first_lang(const struct outgoing *o)
{
    int lang = LANG_AR;

    enum_by_name(lang_names, LANG_COUNT, o->text.lang, &lang);
    return (enum lang)lang;
}

static bool compose(struct arena *a, struct outgoing *o, struct err *e)
{
    const struct post *p = o->post;
    int64_t now = clock_now();
    struct mail_header extra[4];
    struct mail_address to[TO_MAX];
    struct mail_draft draft = {
        .from = {o->config->short_name[first_lang(o)], o->config->address},
        .to = to,
        .n_to = p->n_to,
        .subject = o->text.subject,
        .date_at = now,
        .utc_offset_s = zone_offset_s(o->config->zone, now),
        .extra = extra,
        .n_extra = automatic_headers(p, extra),
        .body = {o->text.lang, o->text.text, o->text.html},
        .boundary = o->boundary,
    };

    for (size_t i = 0; i < p->n_to; i++)
        to[i] = (struct mail_address){p->to[i]->name, o->wire[i]};
    address_mail(a, o, &draft);
    if (!compose_head(&draft, &o->head, e))
        return false;
    o->size = (int64_t)o->head.len + (int64_t)strlen(compose_tail(a, o->boundary));
    for (size_t i = 0; i < p->n_documents; i++)
        o->size += p->documents[i].size;
    return true;
}

static bool wire_addresses(struct arena *a, struct outgoing *o, struct err *e)
{
    const struct post *p = o->post;

    if (p->n_to == 0 || p->n_to > TO_MAX)
        return err_perm(e, "a message to %zu addresses cannot be made (1 to %d)", p->n_to, TO_MAX);
    for (size_t i = 0; i < p->n_to; i++)
        if (!(o->wire[i] = address_wire(a, p->to[i]->address, e)))
            return false;
    return true;
}

static bool prepare(struct arena *a, const struct config *config, const struct post *p, struct outgoing *o,
                    struct err *e)
{
    o->post = p;
    o->config = config;
    random_token(o->token);
    o->boundary = p->boundary ? p->boundary : p->view->row.boundary;
    return wire_addresses(a, o, e) && render(a, o, e) && compose(a, o, e);
}

bool post_preview(struct arena *a, const struct standing_orders *orders, const struct post *p, struct buf *head_out,
                  struct letter_text *text_out, struct err *e)
{
    struct outgoing o = {.templates = p->view->templates ? p->view->templates : orders->templates};

    if (!prepare(a, orders->config, p, &o, e)) {
        buf_free(&o.head);
        return false;
    }
    buf_add(head_out, o.head.data, o.head.len);
    buf_free(&o.head);
    *text_out = o.text;
    return true;
}

static bool is_of_round(const struct round_spec *spec, const char *address)
{
    for (size_t i = 0; spec && i < spec->n_contacts; i++)
        if (address_same(spec->contacts[i].contact.address, address))
            return true;
    for (size_t i = 0; spec && i < spec->n_partners; i++)
        if (address_same(spec->partners[i], address))
            return true;
    return false;
}

bool post_allowed(struct daemon *d, const struct round_spec *spec, const char *address)
{
    const struct contact *contact;

    if (config_officer(d->orders.config, address))
        return true;
    return !store_suppressed(d->store, address) &&
           (is_of_round(spec, address) || register_by_address(d->orders.parties, address, &contact));
}

/* The server's own limit, or the configured one where the administrator knows better. */
static bool check_size(const struct daemon *d, const struct outgoing *o, struct err *e)
{
    int64_t most = d->orders.config->max_message_bytes ? d->orders.config->max_message_bytes : d->server_size;

    if (most <= 0 || o->size <= most)
        return true;
    return err_perm(
        e,
        "the message would have %lld bytes, and the mail server takes %lld: leave documents out or make them smaller",
        (long long)o->size, (long long)most);
}

static bool keep_tail(struct daemon *d, struct arena *a, const char *path, const char *tail, struct err *e)
{
    bool whole = file_size(spool_full(d->spool, a, path)) == (int64_t)strlen(tail);

    return whole || spool_write(d->spool, path, tail, strlen(tail), e);
}

/* Writes the head, and lists the segments as the store keeps them. */
static const char *keep_segments(struct daemon *d, struct arena *a, struct outgoing *o, struct err *e)
{
    const struct post *p = o->post;
    const char *folder = arena_printf(a, "outgoing/%s", p->view ? spool_round_folder(a, p->view->row.ref) : "office");
    const char *head = arena_printf(a, "%s/%s.head", folder, o->token);
    const char *tail = arena_printf(a, "%s/%s.tail", folder, o->boundary);
    JSON_SCOPED list = json_array();
    char *text, *kept;

    if (!spool_write(d->spool, head, o->head.data, o->head.len, e) ||
        !keep_tail(d, a, tail, compose_tail(a, o->boundary), e))
        return NULL;
    json_array_append_new(list, json_string(head));
    for (size_t i = 0; i < p->n_documents; i++)
        json_array_append_new(list, json_string(p->documents[i].path));
    json_array_append_new(list, json_string(tail));
    text = json_dumps(list, JSON_COMPACT);
    kept = arena_strdup(a, text);
    free(text);
    return kept;
}

bool post_deliver(struct daemon *d, struct arena *a, const struct round_spec *spec, struct delivery_row *row,
                  struct err *e)
{
    const struct config *c = d->orders.config;
    bool allowed = post_allowed(d, spec, row->address);
    char *token = arena_alloc(a, TOKEN_LEN + 1);
    int64_t id;

    token[0] = '\0';
    row->mail_from = c->address;
    row->token = token;
    row->state = delivery_state_names[allowed ? DELIVERY_QUEUED : DELIVERY_FAILED];
    row->next_at = row->since_at = clock_now();
    row->reply = allowed ? "" : "not written to: the address failed before, or is no contact's";
    /* Its own, which the other addresses of this mail do not see: so that none of them can report it as returned. */
    if (c->envelope_token) {
        random_token(token);
        row->mail_from = address_with_detail(a, c->address, c->token_delimiter, detail_make(a, token));
    }
    d->outbox_due = true;
    return store_add_delivery(d->store, row, &id, e);
}

static const char *without_brackets(struct arena *a, const char *id)
{
    size_t n = strlen(id);

    return n > 2 ? arena_strndup(a, id + 1, n - 2) : id;
}

/* One delivery per address; where one failed before, perhaps one to the next contact. */
static bool deliver_all(struct daemon *d, struct arena *a, const struct outgoing *o, int64_t notice, bool *any_out,
                        struct err *e)
{
    const struct post *p = o->post;
    struct unreached u = {.view = p->view,
                          .party = p->letter.party,
                          .notice = notice,
                          .kind = letter_kind_names[p->letter.kind],
                          .priority = p->priority};

    *any_out = false;
    for (size_t i = 0; i < p->n_to; i++) {
        struct delivery_row row = {.notice = notice, .address = o->wire[i], .priority = p->priority};

        if (!post_deliver(d, a, post_spec(p), &row, e))
            return false;
        *any_out |= strcmp(row.state, delivery_state_names[DELIVERY_QUEUED]) == 0;
    }
    for (size_t i = 0; p->view && u.party && i < p->n_to; i++) {
        const char *next = NULL;

        u.address = o->wire[i];
        if (!post_allowed(d, post_spec(p), u.address) && !reach_next(d, a, &u, &next, e))
            return false;
        *any_out |= next != NULL;
    }
    return true;
}

/* Every address failed before: nothing of this leaves, and a person should know. */
static bool tell_unreachable(struct daemon *d, const struct outgoing *o, struct err *e)
{
    const struct post *p = o->post;
    struct alert_row about = {.kind = "failed",
                              .round = p->view ? p->view->row.ref : NULL,
                              .party = p->letter.party ? p->letter.party->code : NULL};

    if (!p->view)
        return true;
    return alert(d, &about, e, "%s: no address of the delegation can be written to, all failed before; nothing left",
                 letter_kind_names[p->letter.kind]) &&
           story(
               d,
               &(struct story_line){.who = "daemon", .what = "unreachable", .round = about.round, .party = about.party},
               e, "%s: all addresses failed before", letter_kind_names[p->letter.kind]);
}

static bool keep_notice(struct daemon *d, struct arena *a, struct outgoing *o, int64_t *notice_out, struct err *e)
{
    const struct post *p = o->post;
    struct notice_row row = {
        .round = p->view ? p->view->row.ref : "",
        .party = p->letter.party ? p->letter.party->code : "",
        .cause = p->cause,
        .kind = letter_kind_names[p->letter.kind],
        .token = o->token,
        .message_id = without_brackets(a, o->message_id),
        .subject = o->text.subject,
        .segments = keep_segments(d, a, o, e),
        .size = o->size,
        .created_at = clock_now(),
    };
    int64_t id;
    bool any;

    if (!row.segments || !store_add_notice(d->store, &row, &id, e))
        return false;
    if (id && (!deliver_all(d, a, o, id, &any, e) || (!any && !tell_unreachable(d, o, e))))
        return false;
    *notice_out = id;
    return true;
}

bool post(struct daemon *d, struct arena *a, const struct post *p, int64_t *notice_out, struct err *e)
{
    struct outgoing o = {0};
    bool done;

    o.templates = !p->view             ? d->orders.templates
                  : p->view->templates ? p->view->templates
                                       : round_templates(d, p->view->row.ref);
    done = prepare(a, d->orders.config, p, &o, e) && check_size(d, &o, e) && keep_notice(d, a, &o, notice_out, e);
    buf_free(&o.head);
    return done;
}
