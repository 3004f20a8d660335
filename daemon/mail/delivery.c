/* delivery.c - the JSON of mail/delivery.h.
 *
 * Both sides read with care: numbers have ranges, names come from tables, strings have maxima, and what does not fit
 * is refused with the name of the field. The server's words may be any bytes; they are made one line of UTF-8 on the
 * way out. */
#include "mail/delivery.h"

#include <ctype.h>
#include <string.h>

#include "base/wire.h"
#include "mail/names.h"
#include "round/party.h"

#define PATH_BYTES     4096
#define HOST_BYTES     255
#define USER_BYTES     320
#define ENVELOPE_BYTES 512 /* more than any address that is accepted: the child refuses, and says why */
#define SECRET_KINDS   4
#define COUNT(table)   ((int)(sizeof(table) / sizeof *(table)))

const char *const tls_mode_names[3] = {"none", "starttls", "tls"};
const char *const auth_mode_names[4] = {"none", "plain", "login", "xoauth2"};
const char *const send_stage_names[8] = {"connect", "login", "sender", "rcpt", "data", "accepted", "unknown", "local"};
static const char *const secret_kind_names[SECRET_KINDS] = {"none", "file", "command", "credential"};

static void set_string(json_t *o, const char *key, const char *value)
{
    if (value)
        json_object_set_new(o, key, json_string(value));
}

/* A string of at most max bytes without control characters; *out is NULL where the field is missing. */
static bool get_string(struct arena *a, const json_t *o, const char *key, size_t max, const char **out, struct err *e)
{
    const char *value = wire_string(o, key, NULL);
    if (value && strlen(value) > max)
        return err_perm(e, "%s is longer than %zu bytes", key, max);
    for (const char *p = value; p && *p; p++)
        if (iscntrl((unsigned char)*p))
            return err_perm(e, "%s has a control character", key);
    *out = arena_strdup(a, value);
    return true;
}

static bool get_number(const json_t *o, const char *key, int64_t least, int64_t most, int64_t *out, struct err *e)
{
    int64_t value = wire_int(o, key, least - 1);
    if (value < least || value > most)
        return err_perm(e, "%s is missing or out of range", key);
    *out = value;
    return true;
}

static bool get_int(const json_t *o, const char *key, int most, int *out, struct err *e)
{
    int64_t value = 0;
    if (!get_number(o, key, 1, most, &value, e))
        return false;
    *out = (int)value;
    return true;
}

static bool get_name(const json_t *o, const char *key, const char *const *names, int count, int *out, struct err *e)
{
    const char *name = wire_string(o, key, NULL);
    if (!name || !enum_by_name(names, count, name, out))
        return err_perm(e, "%s is missing or unknown", key);
    return true;
}

json_t *server_to_json(const struct mail_server *s)
{
    json_t *o = json_object(), *secret = json_object();
    set_string(o, "host", s->host);
    json_object_set_new(o, "port", json_integer(s->port));
    set_string(o, "tls", tls_mode_names[s->tls]);
    json_object_set_new(o, "verify", json_boolean(s->verify));
    set_string(o, "ca_file", s->ca_file);
    set_string(o, "auth", auth_mode_names[s->auth]);
    set_string(o, "user", s->user);
    set_string(secret, "kind", secret_kind_names[s->secret.kind]);
    set_string(secret, "where", s->secret.where);
    json_object_set_new(o, "secret", secret);
    json_object_set_new(o, "connect_timeout_s", json_integer(s->connect_timeout_s));
    json_object_set_new(o, "final_timeout_s", json_integer(s->final_timeout_s));
    return o;
}

/* The host goes into a URL: letters, digits, '.', '-', '_', and ':' for an IPv6 address. */
static bool host_plain(const char *host)
{
    return host && *host &&
           strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:") == strlen(host);
}

static bool get_server_address(struct arena *a, const json_t *j, struct mail_server *s, struct err *e)
{
    int tls = 0;
    if (!get_string(a, j, "host", HOST_BYTES, &s->host, e) || !get_int(j, "port", 65535, &s->port, e) ||
        !get_name(j, "tls", tls_mode_names, COUNT(tls_mode_names), &tls, e) ||
        !get_string(a, j, "ca_file", PATH_BYTES, &s->ca_file, e))
        return false;
    if (!host_plain(s->host))
        return err_perm(e, "host is missing or is no host name");
    s->tls = (enum tls_mode)tls;
    s->verify = !json_is_false(json_object_get(j, "verify"));
    return true;
}

static bool get_server_login(struct arena *a, const json_t *j, struct mail_server *s, struct err *e)
{
    const json_t *secret = json_object_get(j, "secret");
    int auth = 0, kind = 0;
    if (!get_name(j, "auth", auth_mode_names, COUNT(auth_mode_names), &auth, e) ||
        !get_string(a, j, "user", USER_BYTES, &s->user, e) ||
        !get_name(secret, "kind", secret_kind_names, SECRET_KINDS, &kind, e) ||
        !get_string(a, secret, "where", PATH_BYTES, &s->secret.where, e))
        return false;
    s->auth = (enum auth_mode)auth;
    s->secret.kind = (enum secret_kind)kind;
    if (s->secret.kind != SECRET_NONE && !s->secret.where)
        return err_perm(e, "the secret does not say where it is");
    if (s->auth != MAIL_AUTH_NONE && (!s->user || s->secret.kind == SECRET_NONE))
        return err_perm(e, "a login needs a user and a secret");
    return true;
}

bool server_from_json(struct arena *a, const json_t *j, struct mail_server *out, struct err *e)
{
    struct mail_server s = {0};
    if (!json_is_object(j))
        return err_perm(e, "the mail server is no object");
    if (!get_server_address(a, j, &s, e) || !get_server_login(a, j, &s, e) ||
        !get_int(j, "connect_timeout_s", 3600, &s.connect_timeout_s, e) ||
        !get_int(j, "final_timeout_s", 3600, &s.final_timeout_s, e))
        return err_prefix(e, "mail server");
    *out = s;
    return true;
}

json_t *send_job_to_json(const struct send_job *job)
{
    json_t *o = json_object(), *segments = json_array();
    json_object_set_new(o, "deliver", json_integer(job->id));
    set_string(o, "from", job->from);
    set_string(o, "to", job->to);
    json_object_set_new(o, "size", json_integer(job->size));
    for (size_t i = 0; i < job->n_segments; i++)
        json_array_append_new(segments, json_string(job->segments[i]));
    json_object_set_new(o, "segments", segments);
    return o;
}

static bool get_segments(struct arena *a, const json_t *j, struct send_job *job, struct err *e)
{
    const json_t *list = json_object_get(j, "segments");
    const char **paths = NULL;
    size_t n = 0, count = json_array_size(list);
    if (count == 0 || count > SEND_SEGMENTS_MAX)
        return err_perm(e, "segments are missing or more than %d", SEND_SEGMENTS_MAX);
    while (n < count) {
        const char *path = json_string_value(json_array_get(list, n));
        if (!path || path[0] != '/' || strlen(path) > PATH_BYTES)
            return err_perm(e, "segment %zu is no absolute path", n + 1);
        ARENA_PUSH(a, paths, n, arena_strdup(a, path));
    }
    job->segments = paths;
    job->n_segments = n;
    return true;
}

/* Addresses keep whatever bytes they have: the child refuses bad ones with an outcome, which reaches a person. */
static const char *get_envelope(struct arena *a, const json_t *j, const char *key)
{
    const char *address = wire_string(j, key, NULL);
    return address && strlen(address) <= ENVELOPE_BYTES ? arena_strdup(a, address) : NULL;
}

bool send_job_from_json(struct arena *a, const json_t *j, struct send_job *out, struct err *e)
{
    struct send_job job = {0};
    if (!get_number(j, "deliver", 1, INT64_MAX, &job.id, e) || !get_number(j, "size", 1, SEND_SIZE_MAX, &job.size, e) ||
        !get_segments(a, j, &job, e))
        return err_prefix(e, "delivery");
    job.from = get_envelope(a, j, "from");
    job.to = get_envelope(a, j, "to");
    if (!job.from || !job.to)
        return err_perm(e, "delivery: an address is missing or too long");
    *out = job;
    return true;
}

/* Cuts at a character's boundary: never inside a UTF-8 sequence. */
static size_t cut_length(const char *text, size_t max)
{
    size_t n = strnlen(text, max + 1);
    if (n <= max)
        return n;
    n = max;
    while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
        n--;
    return n;
}

/* One line of UTF-8: a server may say anything. */
static json_t *words_to_json(const char *text)
{
    char line[SEND_TEXT_MAX + 1];
    size_t n = cut_length(text, SEND_TEXT_MAX);
    for (size_t i = 0; i < n; i++)
        line[i] = iscntrl((unsigned char)text[i]) ? ' ' : text[i];
    line[n] = '\0';
    json_t *words = json_stringn(line, n);
    if (words)
        return words;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)line[i] >= 0x80)
            line[i] = '?';
    return json_stringn(line, n);
}

json_t *send_outcome_to_json(const struct send_outcome *o)
{
    json_t *j = json_object();
    json_object_set_new(j, "delivered", json_integer(o->id));
    json_object_set_new(j, "code", json_integer(o->code));
    set_string(j, "stage", send_stage_names[o->stage]);
    json_object_set_new(j, "text", words_to_json(o->text ? o->text : ""));
    if (o->server_size > 0)
        json_object_set_new(j, "server_size", json_integer(o->server_size));
    return j;
}

bool send_outcome_from_json(struct arena *a, const json_t *j, struct send_outcome *out, struct err *e)
{
    struct send_outcome o = {0};
    int64_t code = 0;
    int stage = 0;
    if (!get_number(j, "delivered", 1, INT64_MAX, &o.id, e) || !get_number(j, "code", 0, 599, &code, e) ||
        !get_name(j, "stage", send_stage_names, COUNT(send_stage_names), &stage, e) ||
        !get_string(a, j, "text", SEND_TEXT_MAX, &o.text, e))
        return err_prefix(e, "outcome");
    o.code = (int)code;
    o.stage = (enum send_stage)stage;
    if ((o.stage == SEND_ACCEPTED) != (o.code >= 200 && o.code < 300) || (o.stage == SEND_UNKNOWN && o.code != 0))
        return err_perm(e, "outcome: code %d does not go with stage \"%s\"", o.code, send_stage_names[o.stage]);
    o.text = text_line(a, o.text ? o.text : "", SEND_TEXT_MAX);
    o.server_size = wire_int(j, "server_size", 0);
    if (o.server_size < 0)
        o.server_size = 0;
    *out = o;
    return true;
}
