/* config_servers.c - the groups smtp, imap and sending.
 *
 * Refused: a login without a secret or with two, a login without TLS that leaves this machine, two names for one
 * mailbox, a sealer whose chain nobody vouches for. A secret's file is not opened here: the child that logs in reads
 * it. */
#include <glib.h>
#include <string.h>
#include <strings.h>

#include "app/config_private.h"
#include "app/trust.h"
#include "base/file.h"
#include "mail/address.h"

#define SERVER_ROWS(server)                                                                                            \
    {.name = "host", .type = SET_STRING, .offset = FIELD(c.server.host), .required = true},                            \
        {.name = "port", .type = SET_INT, .offset = FIELD(c.server.port), .min = 1, .max = 65535},                     \
        {.name = "tls", .type = SET_ENUM, .offset = FIELD(server##_tls), .names = tls_mode_names, .n_names = 3},       \
        {.name = "verify", .type = SET_BOOL, .offset = FIELD(c.server.verify)},                                        \
        {.name = "ca_file", .type = SET_PATH, .offset = FIELD(c.server.ca_file)},                                      \
        {.name = "auth", .type = SET_ENUM, .offset = FIELD(server##_auth), .names = auth_mode_names, .n_names = 4},    \
        {.name = "user", .type = SET_STRING, .offset = FIELD(c.server.user)},                                          \
        {.name = "password_file", .type = SET_PATH, .offset = FIELD(server##_login.password_file)},                    \
        {.name = "password_command", .type = SET_STRING, .offset = FIELD(server##_login.password_command)},            \
        {.name = "token_command", .type = SET_STRING, .offset = FIELD(server##_login.token_command)},                  \
        {.name = "credential", .type = SET_STRING, .offset = FIELD(server##_login.credential)},                        \
        {.name = "connect_timeout_s",                                                                                  \
         .type = SET_INT,                                                                                              \
         .offset = FIELD(c.server.connect_timeout_s),                                                                  \
         .min = 1,                                                                                                     \
         .max = 600},                                                                                                  \
    {                                                                                                                  \
        .name = "final_timeout_s", .type = SET_INT, .offset = FIELD(c.server.final_timeout_s), .min = 10, .max = 3600  \
    }

static const struct setting_row smtp_rows[] = {SERVER_ROWS(smtp)};
static const struct setting_row imap_rows[] = {
    SERVER_ROWS(imap),
    {.name = "mailboxes", .type = SET_STRINGS, .offset = FIELD(mailboxes)},
    {.name = "junk", .type = SET_STRINGS, .offset = FIELD(junk)},
    {.name = "processed", .type = SET_STRING, .offset = FIELD(c.processed_folder)},
    {.name = "max_collect_bytes",
     .type = SET_INT64,
     .offset = FIELD(c.max_collect_bytes),
     .min = 1 << 20,
     .max = (int64_t)2 << 30},
    {.name = "poll_s", .type = SET_INT, .offset = FIELD(c.poll_s), .min = 1, .max = 3600},
    {.name = "authserv_id", .type = SET_STRING, .offset = FIELD(c.trust.authserv_id)},
    {.name = "own_seal", .type = SET_STRING, .offset = FIELD(c.trust.own_seal)},
    {.name = "arc_sealers", .type = SET_STRINGS, .offset = FIELD(c.trust.arc_sealers)},
};
static const struct setting_row sending_rows[] = {
    {.name = "rate_per_minute", .type = SET_INT, .offset = FIELD(c.send_rate_per_minute), .min = 1, .max = 60000},
    {.name = "connections", .type = SET_INT, .offset = FIELD(c.send_connections), .min = 1, .max = 16},
    {.name = "address_rate_per_hour",
     .type = SET_INT,
     .offset = FIELD(c.address_rate_per_hour),
     .min = 1,
     .max = 100000},
    {.name = "max_message_bytes",
     .type = SET_INT64,
     .offset = FIELD(c.max_message_bytes),
     .min = 0,
     .max = SEND_SIZE_MAX},
    {.name = "reply_token", .type = SET_BOOL, .offset = FIELD(c.reply_token)},
    {.name = "envelope_token", .type = SET_BOOL, .offset = FIELD(c.envelope_token)},
    {.name = "token_delimiter", .type = SET_STRING, .offset = FIELD(c.token_delimiter)},
    {.name = "sent_folder", .type = SET_STRING, .offset = FIELD(c.sent_folder)},
};
static bool is_loopback(const char *host)
{
    return strcmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
}

static void choose_secret(const struct load *l, config_setting_t *group, const struct login *login,
                          struct mail_server *s)
{
    const struct {
        const char *name, *value;
        enum secret_kind kind;
    } sources[] = {
        {"password_file", login->password_file, SECRET_FILE},
        {"password_command", login->password_command, SECRET_COMMAND},
        {"token_command", login->token_command, SECRET_COMMAND},
        {"credential", login->credential, SECRET_CREDENTIAL},
    };
    const char *chosen = NULL;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        if (!sources[i].value)
            continue;
        if (chosen)
            problem_at(l->p, setting_at(group, sources[i].name), "%s and %s are both set in %s; one is enough", chosen,
                       sources[i].name, group->name);
        chosen = sources[i].name;
        s->secret = (struct secret){sources[i].kind, sources[i].value};
    }
    if (s->auth == MAIL_AUTH_NONE && chosen)
        problem_at(l->p, setting_at(group, chosen), "%s is set in %s, but auth is \"none\"", chosen, group->name);
    if (s->auth != MAIL_AUTH_NONE && !chosen)
        problem_at(l->p, group,
                   "%s logs in but has no secret; set password_file, password_command, token_command or credential",
                   group->name);
    if (login->token_command && s->auth != MAIL_AUTH_XOAUTH2 && s->auth != MAIL_AUTH_NONE)
        problem_at(l->p, setting_at(group, "token_command"), "token_command in %s needs auth = \"xoauth2\"",
                   group->name);
}

/* An internationalised name goes out as A-labels; anything else stays as it is. */
static void check_host(const struct load *l, config_setting_t *group, struct mail_server *s)
{
    const char *host = s->host;
    struct err e = {0};
    if (host[strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:")] == '\0')
        return;
    s->host = g_str_is_ascii(host) ? NULL : address_domain(l->a, host, &e);
    if (!s->host)
        problem_at(l->p, setting_at(group, "host"), "'%.60s' is no host name; the port has a setting of its own", host);
}

static void check_server(const struct load *l, config_setting_t *group, const struct login *login,
                         struct mail_server *s)
{
    choose_secret(l, group, login, s);
    if (s->auth != MAIL_AUTH_NONE && !s->user)
        problem_at(l->p, group, "%s logs in but has no user", group->name);
    if (s->host)
        check_host(l, group, s);
    if (!s->host)
        return;
    if (s->tls == TLS_NONE && s->auth != MAIL_AUTH_NONE && !is_loopback(s->host))
        problem_at(l->p, setting_at(group, "tls"),
                   "%s would send its password to %s in the clear; set tls to \"starttls\" or \"tls\"", group->name,
                   s->host);
    if (s->ca_file && !file_exists(s->ca_file))
        problem_at(l->p, setting_at(group, "ca_file"), "there is no file %s", s->ca_file);
}

static void read_smtp(const struct load *l)
{
    struct mail_server *s = &l->d->c.smtp;
    config_setting_t *group = config_group(l, "smtp", ROWS(smtp_rows));
    if (!group)
        return;
    s->tls = (enum tls_mode)l->d->smtp_tls;
    s->auth = (enum auth_mode)l->d->smtp_auth;
    if (!s->port)
        s->port = s->tls == TLS_IMPLICIT ? 465 : 587;
    check_server(l, group, &l->d->smtp_login, s);
}

static void watch(const struct load *l, config_setting_t *where, const char *name, bool junk)
{
    struct config *c = &l->d->c;
    for (size_t i = 0; i < c->n_mailboxes; i++)
        if (strcmp(c->mailboxes[i].name, name) == 0) {
            problem_at(l->p, where, "the mailbox '%s' is named twice", name);
            return;
        }
    if (c->processed_folder && strcmp(c->processed_folder, name) == 0)
        problem_at(l->p, where, "the mailbox '%s' is watched and takes what was processed; these must be two", name);
    else if (c->n_mailboxes == MAILBOXES_MAX)
        problem_at(l->p, where, "more than %d mailboxes are watched", MAILBOXES_MAX);
    else
        c->mailboxes[c->n_mailboxes++] = (struct watched_mailbox){name, junk};
}

/* A seal counts by our own server's word on the chain, and by its domain as it stands there. */
static void check_trust(const struct load *l, config_setting_t *group)
{
    const struct auth_trust *trust = &l->d->c.trust;
    const char *own = trust->own_seal, *fault = own ? seal_fault(own) : NULL;
    const config_setting_t *sealers = setting_at(group, "arc_sealers");
    if (trust->n_arc_sealers && !trust->authserv_id)
        problem_at(l->p, sealers, "arc_sealers needs authserv_id: our own server says whether their chain is whole");
    if (fault)
        problem_at(l->p, setting_at(group, "own_seal"), "\"%.80s\" in own_seal %s", own, fault);
    for (size_t i = 0; i < trust->n_arc_sealers; i++) {
        const char *domain = trust->arc_sealers[i];
        fault = own && strcasecmp(own, domain) == 0 ? "is own_seal, whose word never counts" : sealer_fault(domain);
        if (fault)
            problem_at(l->p, sealers, "\"%.80s\" in arc_sealers %s", domain, fault);
    }
}

static void read_imap(const struct load *l)
{
    struct mail_server *s = &l->d->c.imap;
    config_setting_t *group = config_group(l, "imap", ROWS(imap_rows));
    if (!group)
        return;
    s->tls = (enum tls_mode)l->d->imap_tls;
    s->auth = (enum auth_mode)l->d->imap_auth;
    if (!s->port)
        s->port = s->tls == TLS_IMPLICIT ? 993 : 143;
    check_server(l, group, &l->d->imap_login, s);
    if (s->auth == MAIL_AUTH_NONE)
        problem_at(l->p, setting_at(group, "auth"), "a mailbox needs a login; auth cannot be \"none\" in imap");
    for (size_t i = 0; i < l->d->mailboxes.n; i++)
        watch(l, setting_at(group, "mailboxes"), l->d->mailboxes.items[i], false);
    for (size_t i = 0; i < l->d->junk.n; i++)
        watch(l, setting_at(group, "junk"), l->d->junk.items[i], true);
    if (l->d->mailboxes.n == 0)
        problem_at(l->p, setting_at(group, "mailboxes"), "no mailbox is watched");
    check_trust(l, group);
}

static void read_sending(const struct load *l)
{
    const char *delimiter;
    config_setting_t *group = config_group(l, "sending", ROWS(sending_rows));
    if (!group)
        return;
    delimiter = l->d->c.token_delimiter;
    if (strlen(delimiter) != 1 || !strchr("+-_=.", *delimiter))
        problem_at(l->p, setting_at(group, "token_delimiter"),
                   "token_delimiter cannot be '%.20s'; mail servers know \"+\", \"-\", \"_\", \"=\" or \".\"",
                   delimiter);
}

void config_servers(const struct load *l)
{
    read_smtp(l);
    read_imap(l);
    read_sending(l);
}
