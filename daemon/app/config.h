/* config.h - config/taamim.conf, read and checked. man page: taamim.conf(5). */
#ifndef TAAMIM_APP_CONFIG_H
#define TAAMIM_APP_CONFIG_H
#include "app/setting.h"
#include "mail/collection.h"
#include "mail/facts.h"
#include "round/deadline.h"

/* What an officer may ask for by mail: to see, to decide on replies and remind, to launch and change rounds. */
enum officer_right { MAY_VIEW, MAY_DECIDE, MAY_LAUNCH };
#define OFFICER_RIGHT_COUNT 3
#define RIGHT_BIT(r)        (1u << (r))
extern const char *const officer_right_names[OFFICER_RIGHT_COUNT]; /* "view", "decide", "launch" */

struct officer {
    const char *address, *name;
    enum lang lang;
    struct strings may; /* as written; rights is what it means */
    unsigned rights;    /* RIGHT_BITs; none: this officer is told, and asks nothing by mail */
    int line;
};

struct watched_mailbox {
    const char *name;
    bool junk;
};

enum macros_policy { MACROS_ACCEPT, MACROS_REFUSE };
#define MACROS_POLICY_COUNT 2
extern const char *const macros_policy_names[MACROS_POLICY_COUNT];

struct config {
    const char *path; /* absolute */
    /* secretariat = { name = {ar,en,fr}; short_name = {...}; address = "..."; zone = "Africa/Cairo"; weekend =
     * [..]; hours = "09:00-17:00" | "all"; working_days = "all"; } */
    const char *name[LANG_COUNT]; /* "الأمانة العامة لجامعة الدول العربية بصفتها الأمانة الفنية ..." */
    const char *short_name[LANG_COUNT]; /* display name of From, and what a text says after its opening */
    const char *address;                /* the mailbox: From, Reply-To's base */
    const char *zone_name;
    struct zone *zone;
    struct working_time working;
    /* paths = { state; register; templates; rounds; socket; libexec; papers_group; } */
    const char *state_dir, *register_file, *templates_dir, *socket; /* socket default STATE/socket */
    const char *rounds_dir;   /* where a round file that is only a name is looked for */
    const char *papers_group; /* NULL */
    const char *libexec_dir;  /* where the children lie; default: beside taamimd */
    /* smtp = { host; port; tls; verify; ca_file; auth; user; password_file | password_command | token_command |
     * credential; connect_timeout_s; final_timeout_s; } */
    struct mail_server smtp;
    /* sending = { rate_per_minute; connections; address_rate_per_hour; max_message_bytes; reply_token;
     * envelope_token; token_delimiter; sent_folder; } */
    int send_rate_per_minute, send_connections, address_rate_per_hour;
    int64_t max_message_bytes; /* 0: what the server says */
    bool reply_token, envelope_token;
    const char *token_delimiter; /* "+" */
    const char *sent_folder;     /* NULL: off */
    /* imap = { as smtp; mailboxes = [ "INBOX" ]; junk = [ "Junk" ]; processed = "Taamim";
     * max_collect_bytes; poll_s; authserv_id; own_seal; arc_sealers; } */
    struct mail_server imap;
    struct watched_mailbox mailboxes[MAILBOXES_MAX];
    size_t n_mailboxes;
    const char *processed_folder;
    int poll_s;
    int64_t max_collect_bytes; /* a message longer than this stays in the mailbox and is told; 150 MB */
    struct auth_trust trust;   /* whose word on the sender counts */
    /* filing = { max_paper_bytes; refused = [ ".exe", "application/x-dosexec" ]; scanner; } */
    int64_t max_paper_bytes; /* a larger paper is not taken, and its sender is told; 100 MB, which is also the most */
    int64_t max_reply_bytes; /* what one message brings beyond it is not taken; 0: no limit but those of collecting */
    struct strings allowed;  /* media types by content, or families of them as "image/" and a star; none: all */
    int macros;              /* enum macros_policy */
    struct strings refused;  /* media types (by content), ends of names with their dot, whole names */
    const char *scanner;     /* clamd's local socket; NULL: nothing is scanned */
    /* officers = ( { address; name; language; may = [ "view", "decide", "launch" ]; } ); office = { alert_every_s; alert_attach_bytes; receipt_every_s;
     * unreachable_after_s; confirm_s; digest; reminders; } */
    const struct officer *officers;
    size_t n_officers;
    int alert_every_s;          /* at most one alert mail in this time */
    int64_t alert_attach_bytes; /* papers go with the alert up to this */
    int receipt_every_s;        /* 600: at most one receipt per party and round */
    int unreachable_after_s;    /* tell officers when a server is away so long */
    int confirm_s;              /* how long a request by mail may be confirmed; a day */
    const char *digest_time;    /* "08:00" local, each working morning */
    int digest_minute;
    struct step steps[STEPS_MAX]; /* default reminder steps */
    size_t n_steps;
    /* metrics = { file; every_s; } */
    const char *metrics_file; /* NULL: none is written */
    int metrics_every_s;
};

/* NULL with all problems in p. Lives in the arena (zone: closed by config_close). */
struct config *config_load(struct arena *a, const char *path, struct problems *p);
/* What a faulty file says all the same, for who looks what else is wrong: settings may be missing. NULL where it cannot
 * be parsed. */
struct config *config_load_any(struct arena *a, const char *path, struct problems *p);
void config_close(struct config *c);
extern const struct strings config_refused;                                        /* the default of filing.refused */
const struct officer *config_officer(const struct config *c, const char *address); /* NULL: nobody's address */

#endif
