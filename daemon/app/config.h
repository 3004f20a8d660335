/* config.h - config/taamim.conf, read and checked. man page: taamim.conf(5). */
#ifndef TAAMIM_APP_CONFIG_H
#define TAAMIM_APP_CONFIG_H
#include "app/setting.h"
#include "mail/delivery.h"
#include "round/deadline.h"

struct officer {
    const char *address, *name;
    enum lang lang;
    int line;
};

struct watched_mailbox { const char *name; bool junk; };

struct config {
    const char *path;
    /* secretariat = { name = {ar,en,fr}; of = {...}; address = "..."; zone = "Africa/Cairo"; weekend = [..]; hours = "09:00-17:00"; languages...} */
    const char *name[LANG_COUNT];      /* "الأمانة العامة لجامعة الدول العربية بصفتها الأمانة الفنية ..." */
    const char *short_name[LANG_COUNT];/* display name of From */
    const char *address;               /* the mailbox: From, Reply-To's base */
    const char *zone_name;
    struct zone *zone;
    struct working_time working;
    /* paths */
    const char *state_dir, *register_file, *templates_dir, *socket; /* socket default STATE/socket */
    const char *rounds_dir;
    const char *papers_group;          /* NULL */
    const char *libexec_dir;           /* where the children lie; default: beside taamimd */
    /* smtp = { host; port; tls; verify; ca_file; auth; user; password_file | password_command | token_command | credential; ...} */
    struct mail_server smtp;
    int send_rate_per_minute, send_connections, address_rate_per_hour;
    int64_t max_message_bytes;         /* 0: what the server says */
    bool reply_token, envelope_token;
    const char *token_delimiter;       /* "+" */
    const char *sent_folder;           /* NULL: off */
    /* imap = {...; mailboxes = ( "INBOX" ); junk = ( "Junk" ); processed = "Taamim"; poll_s; } */
    struct mail_server imap;
    struct watched_mailbox mailboxes[8];
    size_t n_mailboxes;
    const char *processed_folder;
    int poll_s;
    const char *authserv_id;           /* NULL: our server says nothing of the sender */
    /* rounds and officers */
    const struct officer *officers;
    size_t n_officers;
    int alert_every_s;                 /* at most one alert mail in this time */
    int64_t alert_attach_bytes;        /* papers go with the alert up to this */
    int receipt_every_s;               /* 600: at most one receipt per party and round */
    int unreachable_after_s;           /* tell officers when a server is away so long */
    const char *digest_time;           /* "08:00" local, each working morning */
    int digest_minute;
    struct step steps[STEPS_MAX];      /* default reminder steps */
    size_t n_steps;
};

/* NULL with all problems in p. Lives in the arena (zone: closed by config_close). */
struct config *config_load(struct arena *a, const char *path, struct problems *p);
void config_close(struct config *c);

#endif
