/* config.c - config/taamim.conf: defaults, tables of what may be set, and the checks that span settings; the mail
 * servers' groups are config_servers.c's.
 *
 * Refused: texts that are missing in a language, a zone that tzdata does not know, hours and times that are none, an
 * officer named twice or with the secretariat's own address. */
#include "app/config_private.h"

#include <string.h>

#include "mail/address.h"

#define MB ((int64_t)1 << 20)
/* Below the size at which the parser cuts a part: a cut paper is never filed as a whole one. */
#define PAPER_BYTES_MOST 100000000
#define REPLY_BYTES_MOST 1000000000

static const struct setting_row top_rows[] = {
    {.name = "secretariat", .type = SET_GROUP, .required = true},
    {.name = "paths", .type = SET_GROUP, .required = true},
    {.name = "smtp", .type = SET_GROUP, .required = true},
    {.name = "imap", .type = SET_GROUP, .required = true},
    {.name = "sending", .type = SET_GROUP},
    {.name = "officers", .type = SET_GROUP, .required = true},
    {.name = "office", .type = SET_GROUP},
    {.name = "filing", .type = SET_GROUP},
    {.name = "metrics", .type = SET_GROUP},
};
static const struct setting_row secretariat_rows[] = {
    {.name = "name", .type = SET_LANG_TEXT, .offset = FIELD(c.name), .required = true},
    {.name = "short_name", .type = SET_LANG_TEXT, .offset = FIELD(c.short_name), .required = true},
    {.name = "address", .type = SET_ADDRESS, .offset = FIELD(c.address), .required = true},
    {.name = "zone", .type = SET_STRING, .offset = FIELD(c.zone_name), .required = true},
    {.name = "weekend", .type = SET_WEEKEND, .offset = FIELD(c.working.weekend)},
    {.name = "hours", .type = SET_STRING, .offset = FIELD(hours)},
    {.name = "working_days", .type = SET_STRING, .offset = FIELD(working_days)},
};
static const struct setting_row paths_rows[] = {
    {.name = "state", .type = SET_PATH, .offset = FIELD(c.state_dir), .required = true},
    {.name = "register", .type = SET_PATH, .offset = FIELD(c.register_file), .required = true},
    {.name = "templates", .type = SET_PATH, .offset = FIELD(c.templates_dir), .required = true},
    {.name = "rounds", .type = SET_PATH, .offset = FIELD(c.rounds_dir)},
    {.name = "socket", .type = SET_PATH, .offset = FIELD(c.socket)},
    {.name = "libexec", .type = SET_PATH, .offset = FIELD(c.libexec_dir)},
    {.name = "papers_group", .type = SET_STRING, .offset = FIELD(c.papers_group)},
};
static const struct setting_row office_rows[] = {
    {.name = "alert_every_s", .type = SET_INT, .offset = FIELD(c.alert_every_s), .min = 1, .max = 86400},
    {.name = "confirm_s", .type = SET_INT, .offset = FIELD(c.confirm_s), .min = 60, .max = 604800},
    {.name = "alert_attach_bytes", .type = SET_INT64, .offset = FIELD(c.alert_attach_bytes), .min = 0, .max = 100 * MB},
    {.name = "receipt_every_s", .type = SET_INT, .offset = FIELD(c.receipt_every_s), .min = 0, .max = 86400},
    {.name = "unreachable_after_s",
     .type = SET_INT,
     .offset = FIELD(c.unreachable_after_s),
     .min = 1,
     .max = 7 * 86400},
    {.name = "digest", .type = SET_STRING, .offset = FIELD(c.digest_time)},
    {.name = "reminders", .type = SET_STRINGS, .offset = FIELD(reminders)},
};
static const struct setting_row filing_rows[] = {
    {.name = "max_paper_bytes",
     .type = SET_INT64,
     .offset = FIELD(c.max_paper_bytes),
     .min = 1000,
     .max = PAPER_BYTES_MOST},
    {.name = "max_reply_bytes",
     .type = SET_INT64,
     .offset = FIELD(c.max_reply_bytes),
     .min = 0,
     .max = REPLY_BYTES_MOST},
    {.name = "allowed", .type = SET_STRINGS, .offset = FIELD(c.allowed)},
    {.name = "refused", .type = SET_STRINGS, .offset = FIELD(c.refused)},
    {.name = "macros",
     .type = SET_ENUM,
     .offset = FIELD(c.macros),
     .names = macros_policy_names,
     .n_names = MACROS_POLICY_COUNT},
    {.name = "scanner", .type = SET_PATH, .offset = FIELD(c.scanner)},
};
static const struct setting_row metrics_rows[] = {
    {.name = "file", .type = SET_PATH, .offset = FIELD(c.metrics_file), .required = true},
    {.name = "every_s", .type = SET_INT, .offset = FIELD(c.metrics_every_s), .min = 5, .max = 3600},
};
static const struct setting_row officer_rows[] = {
    {.name = "address", .type = SET_ADDRESS, .offset = offsetof(struct officer, address), .required = true},
    {.name = "name", .type = SET_STRING, .offset = offsetof(struct officer, name)},
    {.name = "language",
     .type = SET_ENUM,
     .offset = offsetof(struct officer, lang),
     .names = lang_names,
     .n_names = LANG_COUNT},
    {.name = "may", .type = SET_STRINGS, .offset = offsetof(struct officer, may)},
};
_Static_assert(sizeof(enum lang) == sizeof(int), "SET_ENUM writes an int");

static const char *const default_steps[] = {"-14d", "-7d", "-3d", "-1d", "+1d"};
static const char *const default_mailboxes[] = {"INBOX"};

static void set_defaults(struct draft *d)
{
    struct config *c = &d->c;
    c->working = (struct working_time){.weekend = WEEKEND_FRI_SAT, .from_minute = 9 * 60, .to_minute = 17 * 60};
    c->smtp = (struct mail_server){.verify = true, .connect_timeout_s = 30, .final_timeout_s = 600};
    c->imap = c->smtp;
    d->smtp_tls = TLS_STARTTLS;
    d->imap_tls = TLS_IMPLICIT;
    d->smtp_auth = d->imap_auth = MAIL_AUTH_PLAIN;
    c->send_rate_per_minute = 20;
    c->send_connections = 2;
    c->address_rate_per_hour = 30;
    c->reply_token = c->envelope_token = true;
    c->token_delimiter = "+";
    c->processed_folder = "Taamim";
    c->poll_s = 60;
    c->max_collect_bytes = 150000000;
    c->max_paper_bytes = PAPER_BYTES_MOST;
    c->refused = config_refused;
    c->alert_every_s = 900;
    c->alert_attach_bytes = 5 * MB;
    c->receipt_every_s = 600;
    c->unreachable_after_s = 900;
    c->confirm_s = 86400;
    c->digest_time = "08:00";
    c->metrics_every_s = 60;
    d->mailboxes = (struct strings){default_mailboxes, 1};
    d->reminders = (struct strings){default_steps, sizeof default_steps / sizeof *default_steps};
}

config_setting_t *config_group(const struct load *l, const char *name, const struct setting_row *rows, size_t n)
{
    config_setting_t *group = setting_group(l->root, name, l->p);
    if (group)
        setting_read(l->a, group, rows, n, l->d, l->p);
    return group;
}

/* ---- the secretariat */

static int two_digits(const char *text)
{
    return (text[0] - '0') * 10 + text[1] - '0';
}

/* "09:00" into minutes; the rest of the text in *end. */
static bool read_clock(const char *text, int *minute_out, const char **end)
{
    static const char digits[] = "0123456789";
    if (strspn(text, digits) != 2 || text[2] != ':' || strspn(text + 3, digits) != 2)
        return false;
    int minute = two_digits(text + 3), of_day = two_digits(text) * 60 + minute;
    if (minute > 59 || of_day > 1440)
        return false;
    *minute_out = of_day;
    *end = text + 5;
    return true;
}

static void read_hours(const struct load *l, config_setting_t *group)
{
    struct working_time *w = &l->d->c.working;
    const char *text = l->d->hours, *end;
    int from, to;
    if (!text)
        return;
    if (strcmp(text, "all") == 0) {
        w->from_minute = 0;
        w->to_minute = 1440;
    } else if (read_clock(text, &from, &end) && *end++ == '-' && read_clock(end, &to, &end) && !*end && from < to) {
        w->from_minute = from;
        w->to_minute = to;
    } else
        problem_at(l->p, setting_at(group, "hours"), "hours cannot be '%.40s'; write \"09:00-17:00\" or \"all\"", text);
}

static void read_working_days(const struct load *l, config_setting_t *group)
{
    const char *text = l->d->working_days;
    if (!text)
        return;
    if (strcmp(text, "all") != 0)
        problem_at(l->p, setting_at(group, "working_days"),
                   "working_days can only be \"all\"; days off are told by weekend");
    else if (config_setting_get_member(group, "weekend") && l->d->c.working.weekend)
        problem_at(l->p, setting_at(group, "working_days"),
                   "working_days = \"all\" contradicts weekend; leave one of them out");
    else
        l->d->c.working.weekend = 0;
}

static void need_langs(const struct load *l, config_setting_t *where, const char *const *texts, const char *name)
{
    for (int i = 0; i < LANG_COUNT; i++)
        if (!texts[i])
            problem_at(l->p, where, "%s is missing in %s; mails are written in ar, en and fr", name, lang_names[i]);
}

static void read_secretariat(const struct load *l)
{
    struct config *c = &l->d->c;
    struct err e = {0};
    config_setting_t *group = config_group(l, "secretariat", ROWS(secretariat_rows));
    if (!group)
        return;
    if (c->address) /* an envelope's sender, and the right side of each Message-ID */
        c->trust.own_address = c->address = address_wire(l->a, c->address, &e);
    read_hours(l, group);
    read_working_days(l, group);
    if (config_setting_get_member(group, "name"))
        need_langs(l, setting_at(group, "name"), c->name, "name");
    if (config_setting_get_member(group, "short_name"))
        need_langs(l, setting_at(group, "short_name"), c->short_name, "short_name");
    if (c->zone_name && !(c->zone = zone_open(c->zone_name, &e)))
        problem_at(l->p, setting_at(group, "zone"), "%s", e.text);
}

/* ---- paths */

/* sun_path of unix(7) */
static void check_socket(const struct load *l, config_setting_t *where, const char *path)
{
    if (path && strlen(path) > 107)
        problem_at(l->p, where, "the socket's path %s is longer than 107 bytes", path);
}

static void read_paths(const struct load *l)
{
    struct config *c = &l->d->c;
    if (!config_group(l, "paths", ROWS(paths_rows)))
        return;
    if (c->state_dir && !c->socket)
        c->socket = arena_printf(l->a, "%s/socket", c->state_dir);
    if (!c->rounds_dir)
        c->rounds_dir = path_beside(l->a, c->path, "rounds");
    check_socket(l, setting_at(setting_group(l->root, "paths", l->p), "socket"), c->socket);
}

/* ---- the office */

const char *const officer_right_names[OFFICER_RIGHT_COUNT] = {"view", "decide", "launch"};

/* Who decides and launches sees, too. */
static unsigned rights_of(const struct load *l, config_setting_t *group, const struct officer *o)
{
    unsigned rights = 0;
    for (size_t i = 0; i < o->may.n; i++) {
        int right;
        if (enum_by_name(officer_right_names, OFFICER_RIGHT_COUNT, o->may.items[i], &right))
            rights |= RIGHT_BIT(right) | RIGHT_BIT(MAY_VIEW);
        else
            problem_at(l->p, setting_at(group, "may"), "an officer may \"view\", \"decide\" or \"launch\", not '%.40s'",
                       o->may.items[i]);
    }
    return rights;
}

static void read_officers(const struct load *l)
{
    config_setting_t *list = setting_groups(l->root, "officers", l->p);
    struct officer *officers = NULL;
    struct config *c = &l->d->c;
    size_t n = 0;
    for (int i = 0; list && i < config_setting_length(list); i++) {
        config_setting_t *group = config_setting_get_elem(list, (unsigned)i);
        struct officer o = {.line = (int)config_setting_source_line(group)};
        setting_read(l->a, group, ROWS(officer_rows), &o, l->p);
        o.rights = rights_of(l, group, &o);
        if (o.address && c->address && address_same(o.address, c->address))
            problem_at(l->p, setting_at(group, "address"), "an officer cannot have the secretariat's own address %s",
                       o.address);
        for (size_t k = 0; o.address && k < n; k++)
            if (officers[k].address && address_same(o.address, officers[k].address))
                problem_at(l->p, setting_at(group, "address"), "%s is an officer's address on line %d already",
                           o.address, officers[k].line);
        ARENA_PUSH(l->a, officers, n, o);
    }
    if (list && n == 0)
        problem_at(l->p, list, "no officer is named; somebody must hear what happens");
    c->officers = officers;
    c->n_officers = n;
}

static void read_office(const struct load *l)
{
    struct config *c = &l->d->c;
    struct err e = {0};
    const char *end;
    config_setting_t *group = config_group(l, "office", ROWS(office_rows));
    if (!read_clock(c->digest_time, &c->digest_minute, &end) || *end || c->digest_minute == 1440)
        problem_at(l->p, setting_at(group, "digest"), "digest cannot be '%.40s'; write a time like \"08:00\"",
                   c->digest_time);
    if (l->d->reminders.n > STEPS_MAX)
        problem_at(l->p, setting_at(group, "reminders"), "there are %zu reminders; %d are the most", l->d->reminders.n,
                   STEPS_MAX);
    for (size_t i = 0; i < l->d->reminders.n && i < STEPS_MAX; i++)
        if (step_parse(l->d->reminders.items[i], &c->steps[c->n_steps], &e))
            c->n_steps++;
        else
            problem_at(l->p, setting_at(group, "reminders"), "%s", e.text);
}

/* node_exporter reads no file of another name. */
static void read_metrics(const struct load *l)
{
    config_setting_t *group = config_group(l, "metrics", ROWS(metrics_rows));
    const char *file = l->d->c.metrics_file, *end = file ? strrchr(file, '.') : NULL;
    if (group && file && (!end || strcmp(end, ".prom") != 0))
        problem_at(l->p, setting_at(group, "file"), "file cannot be '%.60s'; its name ends in .prom", file);
}

/* "application/pdf" or "image/" and a star. */
static bool is_media_type(const char *text)
{
    const char *slash = strchr(text, '/'), *star = strchr(text, '*');

    return slash && slash > text && slash[1] && !strchr(slash + 1, '/') && (!star || (star == slash + 1 && !star[1]));
}

static void read_allowed(const struct load *l, config_setting_t *group)
{
    const struct strings *allowed = &l->d->c.allowed;

    for (size_t i = 0; i < allowed->n; i++)
        if (!is_media_type(allowed->items[i]))
            problem_at(l->p, setting_at(group, "allowed"),
                       "allowed cannot be '%.40s'; write a media type like \"application/pdf\" or all of a kind like "
                       "\"image/*\"",
                       allowed->items[i]);
}

static void read_filing(const struct load *l)
{
    const struct strings *refused = &l->d->c.refused;
    config_setting_t *group = config_group(l, "filing", ROWS(filing_rows));
    if (group) {
        check_socket(l, setting_at(group, "scanner"), l->d->c.scanner);
        read_allowed(l, group);
    }
    for (size_t i = 0; group && i < refused->n; i++)
        if (!strpbrk(refused->items[i], "/."))
            problem_at(l->p, setting_at(group, "refused"),
                       "refused cannot be '%.40s'; write a media type like \"application/x-dosexec\", the end of a "
                       "name like \".exe\" or a whole name like \"desktop.ini\"",
                       refused->items[i]);
}

struct config *config_load_any(struct arena *a, const char *path, struct problems *p)
{
    struct draft *d = arena_alloc(a, sizeof *d);
    config_t *file = setting_open(path, p);
    if (!file)
        return NULL;
    struct load l = {.a = a, .root = config_root_setting(file), .d = d, .p = p};
    d->c.path = path_absolute(a, path);
    set_defaults(d);
    setting_read(a, l.root, ROWS(top_rows), d, p);
    read_secretariat(&l);
    read_paths(&l);
    config_servers(&l);
    read_officers(&l);
    read_office(&l);
    read_filing(&l);
    read_metrics(&l);
    setting_close(file);
    return &d->c;
}

struct config *config_load(struct arena *a, const char *path, struct problems *p)
{
    int before = p->n;
    struct config *c = config_load_any(a, path, p);
    if (!c || p->n == before)
        return c;
    config_close(c);
    return NULL;
}

void config_close(struct config *c)
{
    zone_close(c->zone);
    c->zone = NULL;
}

const struct officer *config_officer(const struct config *c, const char *address)
{
    for (size_t i = 0; i < c->n_officers; i++)
        if (address_same(c->officers[i].address, address))
            return &c->officers[i];
    return NULL;
}
