/* check.c - `taamim check`: all files, then both mail servers and the virus scanner, by the daemon's own children and with its own settings.
 *
 * The mailbox is not disturbed: the collector is told nothing of what was collected before, so it draws its line at
 * what is there and fetches nothing older; messages that arrive meanwhile are copied without a flag being touched, and
 * the copies removed. Needs the right to read the passwords, which the daemon's user has: an officer without it is
 * told so. */
#include "cli/check.h"

#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/client.h"
#include "mail/lang.h"
#include "mail/scan.h"

#define SETTLE_S    3  /* after "up": how long the collector may be silent before all is told */
#define PATIENCE_S  15 /* beside the configured time to connect */
#define SIZE_WANTED ((int64_t)10 << 20)

#define CHILD_REMEDY                                                                                                   \
    "taamim check once more; paths.libexec is the folder of the daemon's children, by default beside it"
#define SERVER_REMEDY "host, port, tls, ca_file, user and the secret there"

/* ---- files */

/* Two parties may share a contact; as often it is a slip. */
static void tell_shared(const struct party_register *r)
{
    for (size_t i = 0; i < r->n_parties; i++)
        for (size_t k = 0; k < r->parties[i].n_contacts; k++) {
            const char *address = r->parties[i].contacts[k].address;
            const struct party *other = register_next_by_address(r, address, &r->parties[i], NULL);
            if (other)
                check_hint("%s is a contact of %s and of %s: where its mail does not tell for which it speaks, you are "
                           "asked",
                           address, r->parties[i].code, other->code);
        }
}

static void check_files(struct check *c)
{
    const struct config *cfg = c->o->config;
    size_t contacts = 0;
    for (size_t i = 0; i < c->o->parties->n_parties; i++)
        contacts += c->o->parties->parties[i].n_contacts;
    check_good("configuration %s", cfg->path);
    check_good("register %s: %s, %s", cfg->register_file,
               cli_count(c->a, (long long)c->o->parties->n_parties, "party", "parties"),
               cli_count(c->a, (long long)contacts, "contact", "contacts"));
    tell_shared(c->o->parties);
    check_good("templates %s", cfg->templates_dir);
    if (!cfg->envelope_token)
        check_hint("envelope_token is false: anybody who saw a notice can report it as returned, so such reports are "
                   "shown, but no address is given up and no next contact written to for them");
    if (cfg->papers_group && !getgrnam(cfg->papers_group))
        check_todo_at(c, check_setting(c, "paths.papers_group"),
                      arena_printf(c->a, "addgroup %s && adduser taamim %s; then each officer", cfg->papers_group,
                                   cfg->papers_group),
                      "this system has no group '%s'", cfg->papers_group);
    if (!file_exists(cfg->state_dir))
        check_todo_at(c, check_setting(c, "paths.state"),
                      arena_printf(c->a, "install -d -o taamim -g taamim -m 711 %s", cfg->state_dir),
                      "there is no folder %s", cfg->state_dir);
    else
        check_good("state folder %s", cfg->state_dir);
    if (client_daemon_runs(cfg))
        check_good("the daemon runs");
    else
        check_hint("the daemon does not run: `systemctl enable --now taamimd` starts it, now and at each boot");
}

/* ---- the mailbox */

static json_t *mailboxes_json(const struct config *cfg)
{
    json_t *list = json_array();
    for (size_t i = 0; i < cfg->n_mailboxes; i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:i, s:i, s:I, s:[]}", "name", cfg->mailboxes[i].name, "uidvalidity", 0,
                                        "next_uid", 0, "since_at", (json_int_t)clock_now(), "pending"));
    return list;
}

static bool start_collector(struct check *c, struct err *e)
{
    const struct config *cfg = c->o->config;
    return talk_open(&c->collect, c->a, cfg, "collect", e) &&
           talk_say(&c->collect,
                    json_pack("{s:{s:o, s:s, s:s, s:i, s:I, s:o}}", "config", "server", server_to_json(&cfg->imap),
                              "incoming", c->folder, "processed", cfg->processed_folder ? cfg->processed_folder : "",
                              "poll_s", 2, "max_bytes", (json_int_t)1 << 20, "mailboxes", mailboxes_json(cfg)),
                    -1, e);
}

/* What the collector has said so far. */
struct collector_news {
    bool said, up;
    const char *text, *capabilities;
    int64_t quota_used, quota_limit;
    bool line[MAILBOXES_MAX];
    size_t n_lines;
};

static void take_news(struct check *c, struct collector_news *n, const json_t *m)
{
    const json_t *state = json_object_get(m, "state"), *drawn = json_object_get(m, "line");
    const struct config *cfg = c->o->config;
    for (size_t i = 0; drawn && i < cfg->n_mailboxes; i++)
        if (strcmp(cfg->mailboxes[i].name, wire_string(drawn, "mailbox", "")) == 0 && !n->line[i]) {
            n->line[i] = true;
            n->n_lines++;
        }
    if (!state)
        return;
    n->said = true;
    n->up = wire_bool(state, "up");
    n->text = arena_strdup(c->a, wire_string(state, "text", ""));
    n->capabilities = arena_strdup(c->a, wire_string(state, "capabilities", ""));
    n->quota_used = wire_int(state, "quota_used", -1);
    n->quota_limit = wire_int(state, "quota_limit", -1);
}

/* Until every mailbox has its line, or the collector is down, or it has said all. */
static bool hear_collector(struct check *c, struct collector_news *n, struct err *e)
{
    int64_t until = clock_boot() + c->o->config->imap.connect_timeout_s + PATIENCE_S;
    while (clock_boot() < until && n->n_lines < c->o->config->n_mailboxes && (!n->said || n->up)) {
        JSON_SCOPED m = talk_hear(&c->collect, n->up ? clock_boot() + SETTLE_S : until, e);
        if (!m && (e->kind != ERR_NONE || n->up))
            break;
        if (m)
            take_news(c, n, m);
    }
    while (!n->said && e->kind == ERR_NONE && clock_boot() < until) { /* the lines came before the state */
        JSON_SCOPED m = talk_hear(&c->collect, until, e);
        if (m)
            take_news(c, n, m);
    }
    return e->kind == ERR_NONE && (n->said || err_temp(e, "no answer in time"));
}

static bool has_word(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = words; (p = strcasestr(p, word)); p += n)
        if ((p == words || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
            return true;
    return false;
}

static void tell_mailboxes(struct check *c, const struct collector_news *n)
{
    const struct config *cfg = c->o->config;
    for (size_t i = 0; i < cfg->n_mailboxes; i++)
        if (n->line[i])
            check_good("mailbox %s%s", cfg->mailboxes[i].name,
                       cfg->mailboxes[i].junk ? " (junk: what comes from there is held)" : "");
        else
            check_todo_at(c, check_setting(c, cfg->mailboxes[i].junk ? "imap.junk" : "imap.mailboxes"),
                          "make that folder in a mail program, or name another one there",
                          "mailbox %s cannot be opened (%s)", cfg->mailboxes[i].name, n->text);
}

static void tell_capabilities(const struct config *cfg, const struct collector_news *n)
{
    const char *to = cfg->processed_folder ? cfg->processed_folder : "the processed folder";
    if (has_word(n->capabilities, "IDLE"))
        check_good("new mail is seen at once (IDLE)");
    else
        check_hint("the server has no IDLE: new mail is seen every %d s (poll_s)", cfg->poll_s);
    if (has_word(n->capabilities, "MOVE") || has_word(n->capabilities, "UIDPLUS"))
        check_good("mail of rounds is moved to %s (%s)", to, has_word(n->capabilities, "MOVE") ? "MOVE" : "UIDPLUS");
    else
        check_hint("the server has neither MOVE nor UIDPLUS: mail of rounds stays in the mailbox, marked with the "
                   "keyword $TaamimKept");
}

static void tell_quota(struct check *c, const struct collector_news *n)
{
    if (n->quota_limit <= 0 || n->quota_used < 0)
        return;
    const char *used = size_in_words(c->a, LANG_EN, n->quota_used),
               *limit = size_in_words(c->a, LANG_EN, n->quota_limit);
    if (n->quota_used > n->quota_limit / 10 * 9)
        check_todo_at(c, c->o->config->imap.user ? c->o->config->imap.user : "the mailbox",
                      "delete old mail in it, or have its limit raised", "the mailbox is nearly full (%s of %s)", used,
                      limit);
    else
        check_good("mailbox: %s of %s used", used, limit);
}

static void check_imap(struct check *c)
{
    const struct mail_server *s = &c->o->config->imap;
    struct collector_news n = {.text = "", .capabilities = "", .quota_limit = -1, .quota_used = -1};
    struct err e = {0};
    if (!start_collector(c, &e) || !hear_collector(c, &n, &e)) {
        check_todo_at(c, check_setting(c, "imap"), CHILD_REMEDY, "IMAP %s:%d: %s", s->host, s->port, e.text);
        return;
    }
    if (!n.up) {
        check_todo_at(c, check_setting(c, "imap"), SERVER_REMEDY, "IMAP %s:%d (%s): %s", s->host, s->port,
                      tls_mode_names[s->tls], n.text);
        return;
    }
    c->imap_up = n.n_lines > 0;
    check_good("IMAP %s:%d as %s (%s, %s)", s->host, s->port, s->user ? s->user : "nobody", tls_mode_names[s->tls],
               auth_mode_names[s->auth]);
    tell_mailboxes(c, &n);
    tell_capabilities(c->o->config, &n);
    tell_quota(c, &n);
}

/* ---- sending */

static bool probe(struct check *c, struct send_outcome *out, struct err *e)
{
    const struct mail_server *s = &c->o->config->smtp;
    if (!talk_open(&c->send, c->a, c->o->config, "send", e) ||
        !talk_say(&c->send, json_pack("{s:o}", "config", server_to_json(s)), -1, e) ||
        !talk_say(&c->send, json_pack("{s:i}", "probe", 1), -1, e))
        return false;
    JSON_SCOPED m = talk_hear(&c->send, clock_boot() + s->connect_timeout_s + 4 * PATIENCE_S, e);
    if (!m)
        return e->kind != ERR_NONE ? false : err_temp(e, "no answer in time");
    return send_outcome_from_json(c->a, m, out, e);
}

static void tell_size(struct check *c, int64_t size)
{
    int64_t ours = c->o->config->max_message_bytes;
    if (size == 0)
        check_hint("the server does not say how large a mail may be%s",
                   ours ? "; max_message_bytes rules" : "; set max_message_bytes if you know");
    else if (ours > size)
        check_todo_at(c, check_setting(c, "sending.max_message_bytes"),
                      arena_printf(c->a, "max_message_bytes = %lld;", (long long)size),
                      "max_message_bytes is %lld, and the server takes less", (long long)ours);
    else if (size < SIZE_WANTED)
        check_hint("the server takes mails of %s at most", size_in_words(c->a, LANG_EN, size));
    else
        check_good("the server takes mails of %s at most, encoded", size_in_words(c->a, LANG_EN, size));
}

static void check_smtp(struct check *c)
{
    const struct mail_server *s = &c->o->config->smtp;
    struct send_outcome o = {0};
    struct err e = {0};
    if (!probe(c, &o, &e)) {
        check_todo_at(c, check_setting(c, "smtp"), CHILD_REMEDY, "SMTP %s:%d: %s", s->host, s->port, e.text);
        return;
    }
    if (o.stage != SEND_ACCEPTED) {
        check_todo_at(c, check_setting(c, "smtp"), SERVER_REMEDY, "SMTP %s:%d (%s): at %s: %s%s", s->host, s->port,
                      tls_mode_names[s->tls], send_stage_names[o.stage],
                      o.code ? arena_printf(c->a, "%d ", o.code) : "", o.text);
        return;
    }
    c->smtp_up = true;
    check_good("SMTP %s:%d as %s (%s, %s)", s->host, s->port, s->user ? s->user : "nobody", tls_mode_names[s->tls],
               auth_mode_names[s->auth]);
    tell_size(c, o.server_size);
}

/* ---- the virus scanner */

static bool ask_scanner(struct talk *scan, struct check *c, struct scanner_state *out, struct err *e)
{
    const struct config *cfg = c->o->config;
    if (!talk_open(scan, c->a, cfg, "scan", e) ||
        !talk_say(scan, json_pack("{s:{s:s}}", "config", "socket", cfg->scanner), -1, e) ||
        !talk_say(scan, json_pack("{s:i}", "ping", 1), -1, e))
        return false;
    JSON_SCOPED m = talk_hear(scan, clock_boot() + 2 * PATIENCE_S, e);
    if (!m)
        return e->kind != ERR_NONE ? false : err_temp(e, "no answer in time");
    return scanner_state_from_json(c->a, m, out, e);
}

static void check_scanner(struct check *c)
{
    struct scanner_state s = {.text = ""};
    struct talk scan = {0};
    struct err e = {0};
    if (!c->o->config->scanner) {
        check_hint("no virus scanner is configured (`scanner` in filing): papers are filed as they come");
        return;
    }
    if (!ask_scanner(&scan, c, &s, &e))
        check_todo_at(c, check_setting(c, "filing.scanner"), CHILD_REMEDY, "virus scanner: %s", e.text);
    else if (!s.up)
        check_todo_at(c, check_setting(c, "filing.scanner"),
                      "systemctl enable --now clamav-daemon, or scanner = its LocalSocket (/etc/clamav/clamd.conf)",
                      "virus scanner: %s; until then papers wait and are held", s.text);
    else
        check_good("virus scanner %s: %s", c->o->config->scanner, s.text);
    talk_close(&scan);
}

/* ---- figures */

/* What the daemon writes all the time is not there, or is old. */
static void check_metrics(struct check *c)
{
    const struct config *cfg = c->o->config;
    struct stat st;
    if (!cfg->metrics_file || !client_daemon_runs(cfg))
        return;
    if (stat(cfg->metrics_file, &st) == 0 && st.st_mtime + 3 * cfg->metrics_every_s >= clock_now())
        check_good("figures %s", cfg->metrics_file);
    else
        check_todo_at(
            c, check_setting(c, "metrics.file"),
            "systemctl reload taamimd where it is new; a folder that the daemon may write to, as /run/taamim; "
            "journalctl -u taamimd EVENT=metrics",
            "the daemon writes no figures to %s", cfg->metrics_file);
}

/* ---- all of it */

static void remove_folder(const char *folder)
{
    char path[4096];
    DIR *dir = opendir(folder);
    for (const struct dirent *entry; dir && (entry = readdir(dir));)
        if (entry->d_name[0] != '.') {
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
            unlink(path);
        }
    if (dir)
        closedir(dir);
    rmdir(folder);
}

static void check_all(struct check *c, bool round_trip)
{
    check_files(c);
    check_imap(c);
    check_smtp(c);
    check_scanner(c);
    check_metrics(c);
    if (round_trip && c->imap_up && c->smtp_up)
        trip_run(c);
    else if (round_trip)
        check_hint("no mail was sent to ourselves: both servers are needed for that");
    else
        check_hint("no mail was sent: `taamim check --round-trip` sends some to ourselves, and tells what to set");
    talk_close(&c->collect);
    talk_close(&c->send);
}

static enum exit_code check_run(const struct args *args)
{
    ARENA_SCOPED a = arena_new();
    ORDERS_SCOPED o = {0};
    char folder[] = "/var/tmp/taamim-check-XXXXXX";
    struct problems p = {0};
    struct check c = {.a = a, .o = &o, .folder = folder};
    if (!orders_load(&o, args->config, &p)) {
        check_problems(&c, &p);
    } else if (!mkdtemp(folder)) {
        check_todo_at(&c, "/var/tmp", "let it be written to", "cannot make a folder in /var/tmp: %s", strerror(errno));
    } else {
        check_all(&c, args->option[OPT_ROUND_TRIP] != NULL);
        remove_folder(folder);
    }
    buf_free(&p.text);
    return check_conclude(&c);
}

static const struct verb check_verbs[] = {
    {NULL, "[--round-trip]",
     "Configuration, register, templates, both servers and the virus scanner. --round-trip: sends mails to our own "
     "address and says what "
     "these servers do with them, and what to set.",
     0, 0, OPTION_BIT(OPT_ROUND_TRIP), 0, check_run},
};
const struct noun check_noun = {"check", "configuration, register, templates, both servers", check_verbs, 1};
