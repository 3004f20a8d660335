/* Messages at the parsing child. Each gets its own answer pipe and scratch file; the answer is capped. A pipe that
 * ends without a whole answer, or not in time, may be a neighbour's fault or the server's: that message is parsed
 * once more, with nothing else beside it, and only then kept, held and told. */
#include "app/children.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/inbox.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

static void start_waiting(struct children *c);
static void add_waiting(struct children *c, const struct waiting_parse *w);

/* The fault is ours and may pass: the message waits, nothing of it is lost. */
static void wait_again(struct parse *p)
{
    p->of->parse_again_at = clock_now() + PARSE_AGAIN_S;
    add_waiting(p->of, &(struct waiting_parse){p->message, p->path, p->alone});
}

static void forget(struct parse *p)
{
    loop_unwatch(p->of->loop, p->answer_fd);
    fd_close(&p->answer_fd);
    fd_close(&p->scratch_fd);
    buf_free(&p->answer);
    free(p->path);
    p->message = 0;
}

static int64_t size_of(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 ? (int64_t)st.st_size : 0;
}

static struct parsed parsed_of(struct arena *a, struct parse *p)
{
    struct err e = {0};
    struct facts *f = arena_alloc(a, sizeof *f);

    if (!facts_from_answer(a, &p->answer, size_of(p->scratch_fd), f, &e))
        f = NULL;
    return (struct parsed){
        .message = p->message, .facts = f, .scratch_fd = p->scratch_fd, .trouble = f ? NULL : arena_strdup(a, e.text)};
}

/* Where its judgement fails for good, it is one that could not be read: held and told, not tried for ever. */
static bool take_alone(struct daemon *d, struct parsed *p, struct err *e)
{
    struct err again = {0};

    if (inbox_parsed(d, p, 1, e))
        return true;
    if (e->kind != ERR_PERM)
        return false;
    p->facts = NULL;
    p->trouble = e->text;
    return inbox_parsed(d, p, 1, &again);
}

/* All that has been answered is judged in one commit; where that fails, each in its own, so that one keeps no other
 * back. */
static void take_answers(struct arena *a, struct parse *const answered[], size_t n)
{
    struct daemon *d = n ? answered[0]->of->daemon : NULL;
    struct parsed list[PARSES_AT_ONCE];
    struct err e = {0};

    for (size_t i = 0; i < n; i++)
        list[i] = parsed_of(a, answered[i]);
    if (n == 0 || inbox_parsed(d, list, n, &e))
        return;
    for (size_t i = 0; i < n; i++) {
        if (list[i].done || take_alone(d, &list[i], &e))
            continue;
        log_event(LOG_LEVEL_ERROR, "inbox", "message", arena_printf(a, "%lld", (long long)list[i].message), "reason",
                  e.text, NULL);
        wait_again(answered[i]);
    }
}

/* {"again":true}: the server could not make a copy of itself, or the copy had no room for what it decoded. */
static bool is_put_off(const struct parse *p)
{
    JSON_SCOPED j =
        p->answer.len < 100 ? json_loadb(p->answer.data ? p->answer.data : "", p->answer.len, 0, NULL) : NULL;

    return wire_bool(j, "again");
}

static bool is_cut_short(const struct parse *p)
{
    return !p->answer.overflow && (p->answer.len == 0 || p->answer.data[p->answer.len - 1] != '\n');
}

/* True: its answer, such as it is, is to be taken; false: the message waits once more. */
static bool is_answered(struct parse *p)
{
    if (is_cut_short(p)) {
        /* perhaps the server has ended, and its channel tells it a moment later: nothing more goes to it until then */
        p->of->parse_again_at = clock_now() + PARSE_PAUSE_S;
        p->of->daemon->parser_deaths++;
    }
    if (is_put_off(p)) {
        log_event(LOG_LEVEL_WARNING, "parse", "path", p->path, "reason",
                  "the parser could not work (no process, or no room on the disk); it is tried again", NULL);
        wait_again(p);
        return false;
    }
    if (is_cut_short(p) && !p->alone) {
        log_event(LOG_LEVEL_WARNING, "parse", "path", p->path, "reason", "no answer; it is tried once more, alone",
                  NULL);
        add_waiting(p->of, &(struct waiting_parse){p->message, p->path, true});
        return false;
    }
    return true;
}

static void on_answer(void *arg, short revents)
{
    struct parse *p = arg;
    char bytes[65536];
    ssize_t n = read(p->answer_fd, bytes, sizeof bytes);

    (void)revents;
    if (n > 0) {
        buf_add(&p->answer, bytes, (size_t)n);
        p->ended = p->answer.overflow;
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        p->ended = true;
    }
    if (p->ended)
        loop_unwatch(p->of->loop, p->answer_fd);
}

/* What has ended in this turn, and what never will. */
static void finish_ended(struct children *c)
{
    ARENA_SCOPED a = arena_new();
    struct parse *answered[PARSES_AT_ONCE];
    size_t n = 0;

    for (int i = 0; i < PARSES_AT_ONCE; i++)
        if (c->parses[i].message && c->parses[i].ended && is_answered(&c->parses[i]))
            answered[n++] = &c->parses[i];
    take_answers(a, answered, n);
    for (int i = 0; i < PARSES_AT_ONCE; i++)
        if (c->parses[i].message && c->parses[i].ended)
            forget(&c->parses[i]);
}

/* Everything the parser may touch: the message, a file for what it decodes, a pipe for what it says. */
static bool hand_over(struct children *c, struct parse *p, const char *path)
{
    FD_SCOPED message = open(path, O_RDONLY | O_CLOEXEC);
    struct err e = {0};
    int pipe_fds[2] = {-1, -1};
    bool good;

    p->scratch_fd = spool_scratch(c->daemon->spool, &e);
    if (message < 0 || p->scratch_fd < 0 || pipe2(pipe_fds, O_CLOEXEC) != 0) {
        log_event(LOG_LEVEL_ERROR, "parse", "path", path, "reason", message < 0 ? strerror(errno) : e.text, NULL);
        fd_close(&p->scratch_fd);
        return false;
    }
    fcntl(pipe_fds[0], F_SETFL, O_NONBLOCK);
    good = worker_send(c->parser, json_pack("{s:I}", "parse", (json_int_t)p->message), message) &&
           worker_send(c->parser, json_object(), p->scratch_fd) && worker_send(c->parser, json_object(), pipe_fds[1]);
    close(pipe_fds[1]);
    p->answer_fd = pipe_fds[0];
    return good;
}

static struct parse *free_parse(struct children *c, bool alone)
{
    struct parse *found = NULL;

    for (int i = 0; i < PARSES_AT_ONCE; i++) {
        struct parse *p = &c->parses[i];

        if (p->message && (alone || p->alone))
            return NULL;
        if (!p->message && !found)
            found = p;
    }
    return found;
}

static void start_waiting(struct children *c)
{
    struct parse *p;

    while (c->n_waiting > 0 && clock_now() >= c->parse_again_at && worker_up(c->parser) &&
           (p = free_parse(c, c->waiting[0].alone))) {
        struct waiting_parse first = c->waiting[0];

        memmove(c->waiting, c->waiting + 1, --c->n_waiting * sizeof *c->waiting);
        *p = (struct parse){.of = c,
                            .message = first.message,
                            .path = first.path,
                            .alone = first.alone,
                            .scratch_fd = -1,
                            .answer_fd = -1,
                            .answer = {.max = FACTS_JSON_MAX + 1},
                            .deadline_at = clock_now() + PARSE_DEADLINE_S};
        if (hand_over(c, p, p->path)) {
            loop_watch(c->loop, p->answer_fd, POLLIN, on_answer, p);
            continue;
        }
        if (file_exists(p->path))
            wait_again(p);
        else
            inbox_file_gone(c->daemon, p->message);
        forget(p);
    }
}

/* At a restart a message may be told twice: by its row, and by the collector that tells it again. */
static bool in_hand(const struct children *c, int64_t message)
{
    for (int i = 0; i < PARSES_AT_ONCE; i++)
        if (c->parses[i].message == message)
            return true;
    for (size_t i = 0; i < c->n_waiting; i++)
        if (c->waiting[i].message == message)
            return true;
    return false;
}

static void add_waiting(struct children *c, const struct waiting_parse *w)
{
    if (c->n_waiting == c->cap_waiting) {
        c->cap_waiting = c->cap_waiting ? 2 * c->cap_waiting : 16;
        c->waiting = mem_resize(c->waiting, c->cap_waiting * sizeof *c->waiting);
    }
    c->waiting[c->n_waiting] = *w;
    c->waiting[c->n_waiting++].path = strdup(w->path);
}

void parsers_parse(void *arg, int64_t message, const char *path)
{
    struct children *c = arg;

    if (in_hand(c, message))
        return;
    add_waiting(c, &(struct waiting_parse){message, (char *)path, false});
    start_waiting(c);
}

/* A parser that hangs is ended, and with it its copies: their messages, which have done no harm, wait again. */
static void begin_anew(struct children *c)
{
    for (int i = 0; i < PARSES_AT_ONCE; i++) {
        struct parse *p = &c->parses[i];

        if (!p->message)
            continue;
        add_waiting(c, &(struct waiting_parse){p->message, p->path, p->alone});
        forget(p);
    }
    worker_restart(c->parser, "it gave no answer in time");
}

static bool end_overdue(struct children *c)
{
    bool any = false;

    for (int i = 0; i < PARSES_AT_ONCE; i++) {
        struct parse *p = &c->parses[i];

        if (p->message && !p->ended && clock_now() >= p->deadline_at)
            any = p->ended = true;
        else if (p->message && !p->ended)
            loop_wake_at(c->loop, p->deadline_at * 1000);
    }
    return any;
}

void parsers_tend(struct children *c)
{
    bool hangs = end_overdue(c);

    finish_ended(c);
    if (hangs)
        begin_anew(c);
    start_waiting(c);
    if (c->n_waiting > 0 && c->parse_again_at > clock_now())
        loop_wake_at(c->loop, c->parse_again_at * 1000);
}

static void ready(void *arg, struct worker *w)
{
    (void)w;
    start_waiting(arg);
}

static void message(void *arg, struct worker *w, const json_t *m)
{
    (void)arg, (void)w, (void)m; /* answers come over the pipes */
}

static void gone(void *arg, struct worker *w, const char *why)
{
    (void)arg, (void)w;
    log_event(LOG_LEVEL_WARNING, "parser_ended", "reason", why, NULL);
}

bool parsers_open(struct children *c, struct err *e)
{
    static const struct worker_calls calls = {ready, message, gone};
    ARENA_SCOPED a = arena_new();
    const char *no_sandbox = getenv("TAAMIM_NO_SANDBOX"); /* memory checkers cannot run inside it */
    const char *argv[] = {child_path(a, c->daemon->orders.config, "parse", e), no_sandbox ? "--no-sandbox" : NULL,
                          NULL};

    if (!argv[0])
        return false;
    c->parser = worker_new(c->loop, argv, "parse", &calls, c);
    return true;
}
