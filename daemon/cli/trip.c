/* trip.c - mails to ourselves and back: what these servers do with tokens, with Authentication-Results, and where they
 * put the mail.
 *
 * Three mails leave for the secretariat's own address: a plain one, one to the address with a reply token, one with a
 * token in the envelope sender. Each is looked for in the watched mailboxes for a minute; what came back is read as a
 * header and then moved to the processed folder, as mail of a round would be. Mail of others that arrives meanwhile is
 * left as it is. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/check.h"
#include "mail/address.h"
#include "mail/collection.h"
#include "mail/compose.h"
#include "mail/msgid.h"

#define TRIP_S     60
#define MOVE_S     10
#define HEADER_MAX ((size_t)256 << 10)

enum trip_kind { TRIP_PLAIN, TRIP_REPLY_TOKEN, TRIP_ENVELOPE_TOKEN };
#define TRIP_COUNT 3
static const char *const trip_names[TRIP_COUNT] = {"a plain mail", "a mail to an address with a token",
                                                   "a mail from an address with a token"};

struct trip {
    char token[TOKEN_LEN + 1];
    const char *from, *to, *message_id;
    bool taken;          /* by the mail server */
    const char *refusal; /* its words where not */
    const char *header;  /* of what came back, unfolded; NULL: did not come */
    const char *mailbox;
    const char *moved; /* how */
};

/* ---- sending */

static bool write_mail(struct check *c, const struct trip *t, const char *path, struct err *e)
{
    struct mail_address to = {NULL, t->to};
    const struct mail_header extra[] = {{"Auto-Submitted", "auto-generated"}, {"X-Auto-Response-Suppress", "All"}};
    const char *boundary = arena_printf(c->a, "=_taamim_%s", t->token);
    struct mail_draft draft = {
        .from = {NULL, c->o->config->address},
        .to = &to,
        .n_to = 1,
        .subject = "Taamim: a test mail to ourselves",
        .message_id = t->message_id,
        .date_at = clock_now(),
        .extra = extra,
        .n_extra = 2,
        .boundary = boundary,
        .body = {"en", "This mail was sent by `taamim check --round-trip` and may be deleted.\n", NULL}};
    BUF_SCOPED mail = {0};
    if (!compose_head(&draft, &mail, e))
        return false;
    buf_adds(&mail, compose_tail(c->a, boundary));
    return file_write(path, mail.data, mail.len, 0600, e);
}

static bool prepare(struct check *c, struct trip *t, enum trip_kind kind, struct err *e)
{
    const struct config *cfg = c->o->config;
    const char *domain = strrchr(cfg->address, '@') + 1;
    random_token(t->token);
    t->from = t->to = address_wire(c->a, cfg->address, e);
    if (!t->to)
        return false;
    const char *with_token = address_with_detail(c->a, t->to, cfg->token_delimiter, detail_make(c->a, t->token));
    if (kind == TRIP_REPLY_TOKEN)
        t->to = with_token;
    if (kind == TRIP_ENVELOPE_TOKEN)
        t->from = with_token;
    t->message_id = msgid_make(c->a, t->token, "check", domain);
    return true;
}

static bool send_one(struct check *c, struct trip *t, int number, struct err *e)
{
    const char *path = arena_printf(c->a, "%s/sent-%d", c->folder, number);
    struct send_outcome o;
    if (!write_mail(c, t, path, e))
        return false;
    struct send_job job = {
        .id = number, .from = t->from, .to = t->to, .segments = &path, .n_segments = 1, .size = file_size(path)};
    if (!talk_say(&c->send, send_job_to_json(&job), -1, e))
        return false;
    JSON_SCOPED m = talk_hear(&c->send, clock_boot() + 2 * TRIP_S, e);
    if (!m)
        return e->kind != ERR_NONE ? false : err_temp(e, "the mail server gave no answer in time");
    if (!send_outcome_from_json(c->a, m, &o, e))
        return false;
    t->taken = o.stage == SEND_ACCEPTED;
    t->refusal = arena_printf(c->a, "at %s: %d %s", send_stage_names[o.stage], o.code, o.text);
    return true;
}

/* ---- finding */

/* The header of a file, its folded lines joined. */
static const char *read_header(struct check *c, const char *path)
{
    BUF_SCOPED out = {0};
    size_t n;
    const char *bytes = file_read(c->a, path, HEADER_MAX, &n, NULL);
    for (const char *p = bytes; p && *p && *p != '\n' && strncmp(p, "\r\n", 2) != 0;) {
        size_t len = strcspn(p, "\r\n");
        if ((*p != ' ' && *p != '\t') && out.len)
            buf_addc(&out, '\n');
        buf_add(&out, p, len);
        p += len;
        p += strspn(p, "\r") > 0;
        p += *p == '\n';
    }
    return arena_strdup(c->a, buf_text(&out));
}

/* The value of the n-th field of that name; NULL where there are fewer. */
static const char *field(struct arena *a, const char *header, const char *name, int n)
{
    size_t len = strlen(name);
    for (const char *line = header; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncasecmp(line, name, len) == 0 && line[len] == ':' && n-- == 0) {
            line += len + 1;
            line += strspn(line, " \t");
            return arena_strndup(a, line, strcspn(line, "\n"));
        }
    }
    return NULL;
}

static struct trip *trip_of(struct trip *trips, const char *header)
{
    for (int i = 0; i < TRIP_COUNT; i++)
        if (strcasestr(header, trips[i].token))
            return &trips[i];
    return NULL;
}

static bool take_collected(struct check *c, struct trip *trips, const json_t *m, struct err *e)
{
    struct collected got;
    if (!collected_from_json(c->a, m, &got, e))
        return false;
    const char *path = arena_printf(c->a, "%s/%s", c->folder, got.file), *header = read_header(c, path);
    struct trip *t = trip_of(trips, header);
    unlink(path);
    if (t) {
        t->header = header;
        t->mailbox = got.mailbox;
    }
    return talk_say(&c->collect,
                    json_pack("{s:{s:s, s:I, s:I, s:b}}", "kept", "mailbox", got.mailbox, "uidvalidity",
                              (json_int_t)got.uidvalidity, "uid", (json_int_t)got.uid, "move", t != NULL),
                    -1, e);
}

static int awaited(const struct trip *trips)
{
    int n = 0;
    for (int i = 0; i < TRIP_COUNT; i++)
        n += trips[i].taken && !trips[i].header;
    return n;
}

/* Hears the collector until all have come back and `moved` of them are moved. */
static bool await(struct check *c, struct trip *trips, struct err *e)
{
    int64_t until = clock_boot() + TRIP_S;
    int moved = 0, to_move = 0;
    bool all = false;
    for (int i = 0; i < TRIP_COUNT; i++)
        to_move += trips[i].taken;
    while (clock_boot() < until && moved < to_move) {
        JSON_SCOPED m = talk_hear(&c->collect, until, e);
        const json_t *inner;
        if (!m)
            return e->kind == ERR_NONE;
        if ((inner = json_object_get(m, "collected")) && !take_collected(c, trips, inner, e))
            return false;
        if ((inner = json_object_get(m, "moved"))) {
            trips[0].moved = arena_strdup(c->a, wire_string(inner, "how", ""));
            moved += strcmp(trips[0].moved, "left") != 0;
        }
        if (!all && awaited(trips) == 0) {
            all = true;
            until = clock_boot() + MOVE_S;
        }
    }
    return true;
}

/* ---- what it means */

static void tell_arrival(struct check *c, const struct trip *t, enum trip_kind kind)
{
    if (t->header)
        check_good("%s came back, in %s", trip_names[kind], t->mailbox);
    else if (!t->taken)
        check_hint("%s was refused %s", trip_names[kind], t->refusal);
    else
        check_hint("%s did not come back within %d s", trip_names[kind], TRIP_S);
    if (t->header && kind == TRIP_PLAIN)
        for (size_t i = 0; i < c->o->config->n_mailboxes; i++)
            if (c->o->config->mailboxes[i].junk && strcmp(c->o->config->mailboxes[i].name, t->mailbox) == 0)
                check_todo_at(c, "the mail server",
                              arena_printf(c->a, "have its administrator trust %s", c->o->config->address),
                              "our own mail is put into %s", t->mailbox);
}

static void tell_plain(struct check *c, const struct trip *t)
{
    if (!t->taken)
        check_todo_at(c, check_setting(c, "smtp.user"), "an account that may send as secretariat.address",
                      "the mail server refuses a mail from %s to itself %s", t->from, t->refusal);
    else if (!t->header)
        check_todo_at(c, check_setting(c, "imap.user"),
                      "the mailbox of secretariat.address; or take away the filter that puts its mail elsewhere",
                      "a mail to %s does not arrive in the mailboxes watched", t->to);
}

/* Is a token still to be read, and does the setting say the same? */
static void tell_token(struct check *c, const struct trip *t, const char *setting, bool is_on, bool kept)
{
    if (kept && !is_on)
        check_hint("tokens work there: `%s = true` in sending makes replies surer", setting);
    else if (kept)
        check_good("%s = true is right", setting);
    else if (is_on)
        check_todo_at(c, check_setting(c, arena_printf(c->a, "sending.%s", setting)),
                      arena_printf(c->a, "%s = false;", setting), "%s is true, and %s", setting,
                      !t->taken   ? arena_printf(c->a, "such a mail is refused %s", t->refusal)
                      : t->header ? "the token does not come back"
                                  : "such a mail does not arrive");
    else
        check_good("%s = false is right", setting);
}

static bool value_has(struct arena *a, const struct trip *t, const char *name)
{
    const char *value;
    for (int i = 0; t->header && (value = field(a, t->header, name, i)); i++)
        if (strcasestr(value, t->token))
            return true;
    return false;
}

static void tell_message_id(struct check *c, const struct trip *t)
{
    if (t->header && !value_has(c->a, t, "Message-ID"))
        check_hint(
            "the mail server replaces Message-ID; the token in References and in the addresses still tells replies");
}

/* The name before the first ';', without a version; "topmost-unnamed" where it begins with a result (RFC 8601 leaves
 * no such choice; some servers take it). */
static const char *authserv_of(struct arena *a, const char *value)
{
    const char *name = arena_strndup(a, value, strcspn(value, "; \t"));
    return strchr(name, '=') ? "topmost-unnamed" : name;
}

static void tell_authserv(struct check *c, const struct trip *t)
{
    const char *ours = c->o->config->trust.authserv_id, *first = NULL, *value;
    bool seen = false;
    for (int i = 0; t->header && (value = field(c->a, t->header, "Authentication-Results", i)); i++) {
        const char *name = authserv_of(c->a, value);
        first = first ? first : name;
        seen = seen || (ours && strcasecmp(ours, name) == 0);
    }
    if (seen)
        check_good("authserv_id = \"%s\" is what our server writes", ours);
    else if (first && ours)
        check_todo_at(c, check_setting(c, "imap.authserv_id"), arena_printf(c->a, "authserv_id = \"%s\";", first),
                      "authserv_id is \"%s\", but our server writes \"%s\"", ours, first);
    else if (first)
        check_todo_at(c, check_setting(c, "imap.authserv_id"), arena_printf(c->a, "authserv_id = \"%s\";", first),
                      "our server says whether a sender is genuine, and is not listened to");
    else if (t->header)
        check_hint("no Authentication-Results on a mail to ourselves. Look at the source of a mail from outside: what "
                   "stands first in that header, up to the ';', is authserv_id");
}

static void tell_move(struct check *c, const struct trip *t)
{
    const char *to = c->o->config->processed_folder ? c->o->config->processed_folder : "";
    if (!t->moved)
        return;
    if (strcmp(t->moved, "move") == 0 || strcmp(t->moved, "copy") == 0)
        check_good("the test mails were moved to %s, where they may be deleted", to);
    else
        check_hint("the test mails could not be moved to %s (%s): mail of rounds stays in the mailbox, marked", to,
                   t->moved);
}

static void tell_all(struct check *c, const struct trip *trips)
{
    const struct config *cfg = c->o->config;
    const struct trip *reply = &trips[TRIP_REPLY_TOKEN], *envelope = &trips[TRIP_ENVELOPE_TOKEN];
    for (int i = 0; i < TRIP_COUNT; i++)
        tell_arrival(c, &trips[i], (enum trip_kind)i);
    tell_plain(c, &trips[TRIP_PLAIN]);
    if (trips[TRIP_PLAIN].header) { /* where not even that arrives, the rest says nothing */
        tell_token(c, reply, "reply_token", cfg->reply_token,
                   value_has(c->a, reply, "To") || value_has(c->a, reply, "Delivered-To"));
        tell_token(c, envelope, "envelope_token", cfg->envelope_token, value_has(c->a, envelope, "Return-Path"));
    }
    tell_message_id(c, &trips[TRIP_PLAIN]);
    tell_authserv(c, &trips[TRIP_PLAIN]);
    tell_move(c, &trips[0]);
}

void trip_run(struct check *c)
{
    struct trip trips[TRIP_COUNT] = {0};
    struct err e = {0};
    printf("\nMails to ourselves (%s), and back:\n", c->o->config->address);
    for (int i = 0; i < TRIP_COUNT; i++)
        if (!prepare(c, &trips[i], (enum trip_kind)i, &e) || !send_one(c, &trips[i], i + 1, &e)) {
            check_todo_at(c, check_setting(c, "smtp"), "taamim check --round-trip, once more",
                          "%s could not be sent: %s", trip_names[i], e.text);
            return;
        }
    if (!await(c, trips, &e)) {
        check_todo_at(c, check_setting(c, "imap"), "taamim check --round-trip, once more",
                      "the mailbox was lost while waiting: %s", e.text);
        return;
    }
    tell_all(c, trips);
}
