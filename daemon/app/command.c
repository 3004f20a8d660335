/* Serves officers' commands. A client sends its files and one command; whatever it sends wrong gets one clear
 * answer and changes nothing. What it staged and did not use is removed when it leaves. */
#include "app/command.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "app/acts.h"
#include "app/launch.h"
#include "app/roundfile.h"
#include "app/verbs.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#define CLIENTS_MAX    16
#define FILES_MAX      1088 /* a round's documents and templates */
#define FILE_BYTES_MAX (256 << 20)

struct client {
    struct command_server *server;
    struct wire *wire;
    struct arena *arena; /* the client's files and its command */
    char who[128];
    const char **names, **staged;
    size_t n_files;
};

struct command_server {
    struct daemon *daemon;
    struct loop *loop;
    int fd;
    char path[sizeof((struct sockaddr_un *)0)
                  ->sun_path]; /* as it was opened: the configuration may name another one by now */
    struct client clients[CLIENTS_MAX];
};

/* ---- what is asked */

/* The files that came are the documents and then the templates: what they were called where they lay says nothing
 * here. */
static bool take_enclosed(struct client *c, struct round_spec *spec, struct err *e)
{
    struct spool *spool = c->server->daemon->spool;
    size_t n = spec->n_documents;
    struct round_document *docs = arena_alloc(c->arena, (n + 1) * sizeof *docs);
    struct round_template *templates = arena_alloc(c->arena, (spec->n_templates + 1) * sizeof *templates);

    if (n + spec->n_templates != c->n_files)
        return err_perm(e, "the round has %zu documents and %zu templates, and %zu files came with it", n,
                        spec->n_templates, c->n_files);
    for (size_t i = 0; i < n; i++) {
        docs[i] = spec->documents[i];
        docs[i].path = spool_full(spool, c->arena, c->staged[i]);
    }
    for (size_t i = 0; i < spec->n_templates; i++)
        templates[i] = (struct round_template){spec->templates[i].name, spool_full(spool, c->arena, c->staged[n + i])};
    spec->documents = docs;
    spec->templates = templates;
    return true;
}

static bool do_launch(struct client *c, const struct act *act, const json_t *m, const char **text_out, struct err *e)
{
    struct daemon *d = c->server->daemon;
    struct round_spec *spec = round_spec_from_json(c->arena, json_object_get(m, "spec"), d->orders.config, e);

    if (!spec || !take_enclosed(c, spec, e))
        return false;
    if (!launch_round(d, c->arena, spec, act->who, e))
        return false;
    *text_out = arena_printf(c->arena, "%s: launched; `taamim status %s` shows where it stands", spec->ref, spec->ref);
    return true;
}

static bool received_date(struct daemon *d, const char *text, int64_t *at_out, struct err *e)
{
    struct deadline day;

    if (!deadline_parse(text, d->orders.config->zone, clock_now(), &day, e))
        return err_prefix(e, "--received");
    if (!day.has_time) /* a day, not its last second: an answer of the deadline's day is in time */
        day.local.hour = 12, day.local.minute = 0, day.local.second = 0,
        day.at = zone_instant(d->orders.config->zone, day.local, false);
    if (civil_compare_days(day.local, zone_civil(d->orders.config->zone, clock_now())) > 0)
        return err_perm(e, "--received %s lies in the future", text);
    *at_out = day.at > clock_now() ? clock_now() : day.at; /* today, before noon */
    return true;
}

static bool do_add(struct client *c, const struct act *act, const json_t *m, const char **text_out, struct err *e)
{
    struct brought b = {.staged = c->staged, .names = c->names, .n = c->n_files};

    if (c->n_files == 0)
        return err_perm(e, "no file was named");
    return received_date(c->server->daemon, wire_string(m, "received", ""), &b.received_at, e) &&
           act_add(c->server->daemon, c->arena, act, &b, text_out, e);
}

static bool reload_register(struct daemon *d, struct err *e)
{
    struct problems p = {0};
    bool good = daemon_reload_register(d, &p) || err_perm(e, "%s", buf_text(&p.text));

    buf_free(&p.text);
    return good;
}

static bool do_import(struct client *c, const struct act *act, const json_t *m, const char **text_out, struct err *e)
{
    struct daemon *d = c->server->daemon;
    struct problems p = {0};
    struct party_register *merged;
    char *diff;

    (void)m;
    if (c->n_files != 1)
        return err_perm(e, "one CSV file is needed");
    merged = register_import(c->arena, d->orders.parties, spool_full(d->spool, c->arena, c->staged[0]), &p);
    if (!merged) {
        err_perm(e, "%s", buf_text(&p.text));
        buf_free(&p.text);
        return false;
    }
    if (!register_save(c->arena, merged, d->orders.parties->path, &diff, e) || !reload_register(d, e))
        return false;
    *text_out = *diff ? diff : "the register has all of this already";
    if (daemon_begin(d, e) && story(d, &(struct story_line){.who = act->who, .what = "register"}, e, "%s", *text_out) &&
        daemon_commit(d, e))
        return true;
    daemon_rollback(d);
    return false;
}

typedef bool file_verb_fn(struct client *c, const struct act *act, const json_t *m, const char **text_out,
                          struct err *e);
static const struct file_verb {
    const char *name;
    file_verb_fn *act;
    unsigned needs;
} file_verbs[] = {
    {"launch", do_launch, 0},
    {"add", do_add, NEEDS_REF | NEEDS_PARTY},
    {"import", do_import, 0},
};

static bool do_command(struct client *c, const json_t *m, const char **text_out, struct err *e)
{
    const char *name = wire_string(m, "act", "");
    const struct verb *verb = verb_find(name);
    struct act act = act_from_json(m, c->who);

    if (verb)
        return verb_ready(name, verb->needs, &act, e) && verb->act(c->server->daemon, c->arena, &act, text_out, e);
    for (const struct file_verb *v = file_verbs; v < file_verbs + sizeof file_verbs / sizeof *file_verbs; v++)
        if (strcmp(v->name, name) == 0)
            return verb_ready(name, v->needs, &act, e) && v->act(c, &act, m, text_out, e);
    return err_perm(e, "the daemon does not know the command '%s': are both programs of one build?", name);
}

/* ---- the conversation */

static void leave(struct client *c)
{
    struct err e = {0};

    for (size_t i = 0; i < c->n_files; i++)
        spool_remove(c->server->daemon->spool, c->staged[i], &e); /* used ones have been moved on */
    loop_unwatch(c->server->loop, wire_fd(c->wire));
    wire_free(c->wire);
    arena_free(c->arena);
    *c = (struct client){.server = c->server};
}

static bool take_file(struct client *c, const char *name, struct err *e)
{
    FD_SCOPED fd = wire_take_fd(c->wire);
    struct daemon *d = c->server->daemon;
    struct stat st;
    const char *staged;
    char sha256[65];
    size_t n = c->n_files;

    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return err_perm(e, "%s is not a file that can be read", name);
    if (st.st_size > FILE_BYTES_MAX)
        return err_perm(e, "%s is larger than %d MB", name, FILE_BYTES_MAX >> 20);
    if (c->n_files == FILES_MAX)
        return err_perm(e, "more than %d files", FILES_MAX);
    if (!spool_stage(d->spool, c->arena, fd, 0, st.st_size, &staged, sha256, e))
        return err_prefix(e, "%s", name);
    ARENA_PUSH(c->arena, c->names, n, arena_strdup(c->arena, name));
    ARENA_PUSH(c->arena, c->staged, c->n_files, staged);
    return true;
}

static bool answer(struct client *c, bool ok, const char *text)
{
    struct err e = {0};

    return wire_send(c->wire, json_pack("{s:b, s:s}", "ok", ok, "text", text), -1, &e);
}

/* Returns false when the client is done with. */
static bool take_message(struct client *c, const json_t *m)
{
    struct daemon *d = c->server->daemon;
    const char *file = wire_string(m, "file", NULL), *text = "";
    struct err e = {0};

    if (file)
        return take_file(c, file, &e) || (answer(c, false, e.text), false);
    if (do_command(c, m, &text, &e)) {
        log_event(LOG_LEVEL_INFO, "command", "who", c->who, "act", wire_string(m, "act", ""), "status", "done", NULL);
        d->outbox_due = true;
        answer(c, true, text);
    } else {
        log_event(LOG_LEVEL_NOTICE, "command", "who", c->who, "act", wire_string(m, "act", ""), "status", "refused",
                  "reason", e.text, NULL);
        answer(c, false, e.text);
    }
    return false;
}

static void on_client(void *arg, short revents)
{
    struct client *c = arg;
    struct err e = {0};

    (void)revents;
    for (;;) {
        json_t *got = NULL;
        JSON_SCOPED m = NULL;
        enum wire_got what = wire_recv(c->wire, &got, &e);

        m = got;
        if (what == WIRE_NOTHING)
            return;
        if (what == WIRE_BROKEN)
            answer(c, false, e.text);
        if (what != WIRE_MESSAGE || !take_message(c, m)) {
            leave(c);
            return;
        }
    }
}

static void name_peer(int fd, char *out, size_t size)
{
    struct ucred cred = {.uid = (uid_t)-1};
    socklen_t n = sizeof cred;
    const struct passwd *pw;

    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &n);
    pw = getpwuid(cred.uid);
    snprintf(out, size, "uid:%ld (%.64s)", (long)cred.uid, pw ? pw->pw_name : "?");
}

static void on_connect(void *arg, short revents)
{
    struct command_server *s = arg;
    // cppcheck-suppress nullPointer ; nobody asks for the peer's address (accept(2))
    FD_SCOPED fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    (void)revents;
    for (int i = 0; fd >= 0 && i < CLIENTS_MAX; i++) {
        struct client *c = &s->clients[i];

        if (c->wire)
            continue;
        if (!loop_watch(s->loop, fd, POLLIN, on_client, c))
            return;
        *c = (struct client){.server = s, .wire = wire_new(fd, WIRE_LINE_MAX), .arena = arena_new()};
        name_peer(fd, c->who, sizeof c->who);
        fd = -1;
    }
}

/* ---- the socket */

/* Officers are a group of the system: the one that owns the papers. */
static bool give_to_group(const char *path, const char *group, struct err *e)
{
    const struct group *g = group ? getgrnam(group) : NULL;

    if (chmod(path, 0660) != 0)
        return err_perm(e, "cannot set the mode of %s: %s", path, strerror(errno));
    if (group && !g)
        return err_perm(e, "papers_group: this system has no group '%s'", group);
    if (g && chown(path, (uid_t)-1, g->gr_gid) != 0)
        return err_perm(e, "cannot give %s to the group %s: %s (the daemon's user must belong to it)", path, group,
                        strerror(errno));
    return true;
}

static int listen_on(const char *path, struct err *e)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (strlen(path) >= sizeof address.sun_path) {
        err_perm(e, "the socket's path is longer than %zu bytes: %s (set `socket` in the configuration)",
                 sizeof address.sun_path - 1, path);
        fd_close(&fd);
        return -1;
    }
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    unlink(path); /* the lock on the state directory says that nobody serves it */
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, CLIENTS_MAX) != 0) {
        err_perm(e, "cannot listen on %s: %s", path, strerror(errno));
        fd_close(&fd);
        return -1;
    }
    return fd;
}

struct command_server *command_open(struct daemon *d, struct loop *l, const char *path, struct err *e)
{
    int fd = listen_on(path, e);
    struct command_server *s;

    if (fd < 0)
        return NULL;
    if (!give_to_group(path, d->orders.config->papers_group, e)) {
        close(fd);
        return NULL;
    }
    s = mem_alloc(sizeof *s);
    s->daemon = d;
    s->loop = l;
    s->fd = fd;
    snprintf(s->path, sizeof s->path, "%s", path);
    for (int i = 0; i < CLIENTS_MAX; i++)
        s->clients[i].server = s;
    loop_watch(l, fd, POLLIN, on_connect, s);
    return s;
}

void command_close(struct command_server *s)
{
    if (!s)
        return;
    for (int i = 0; i < CLIENTS_MAX; i++)
        if (s->clients[i].wire)
            leave(&s->clients[i]);
    loop_unwatch(s->loop, s->fd);
    close(s->fd);
    unlink(s->path);
    free(s);
}
