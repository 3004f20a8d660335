/* The life of one connection: work while there is some, then wait for more.
 *
 * Work is an append, and per mailbox: looking, fetching while the daemon is at most COLLECT_AHEAD behind,
 * moving what is kept. Waiting is IDLE on the first mailbox where the server has it; the others, and all where it
 * has not, are looked at every poll_s. While waiting, the server, the daemon and the signals are listened to alike.
 * IDLE is renewed well before the 29 minutes of RFC 2177. */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "collect/collect.h"
#include "collect/stop.h"

#define RENEW_S   (25 * 60)
#define ANSWER_MS 300 /* the daemon's "kept" is waited for so long before IDLE is begun */

static bool can_idle(const struct collect *c)
{
    return !c->no_idle && connection_can(c->connection, "IDLE");
}

/* ---- work */

static bool fetchable(const struct collect *c, const struct watched *w)
{
    return w->at_found < w->n_found && collect_ahead(c) < COLLECT_AHEAD;
}

static bool has_work(const struct collect *c, const struct watched *w)
{
    if (w->refusal.kind != ERR_NONE)
        return w->look;
    return w->n_kept > 0 || fetchable(c, w) || (w->look && w->at_found == w->n_found);
}

static void become_due(struct collect *c)
{
    int64_t now = clock_boot();
    for (size_t i = 0; i < c->n_mailboxes; i++) {
        struct watched *w = &c->mailboxes[i];
        if (now < w->look_at)
            continue;
        w->look = true;
        w->look_at = now + (i == 0 && can_idle(c) ? RENEW_S : c->poll_s);
    }
}

static void tell_up(struct collect *c)
{
    struct err text = {0};
    err_temp(&text, "%s:%d as %s", c->server.host, c->server.port, c->server.user ? c->server.user : "nobody");
    for (size_t i = c->n_mailboxes; i-- > 0;)
        if (c->mailboxes[i].refusal.kind != ERR_NONE)
            err_prefix(&text, "%s", c->mailboxes[i].refusal.text);
    channel_state(c, true, text.text);
}

/* A refusal of the first mailbox ends the session; of another one, it is told and tried again at its next turn. */
static enum reply note_refusal(struct collect *c, struct watched *w, const struct err *e)
{
    w->refusal = *e;
    w->look = false;
    if (w == &c->mailboxes[0])
        return REPLY_LOST;
    tell_up(c);
    return REPLY_OK;
}

static enum reply look_again(struct collect *c, struct watched *w, struct err *e)
{
    enum reply r = mailbox_look(c, w, e);
    if (w->n_found > 0)
        c->idle_noise = false;
    if (r == REPLY_OK && w == &c->mailboxes[0]) {
        mailbox_quota(c, w);
        tell_up(c);
    }
    return r;
}

static enum reply fetch_some(struct collect *c, struct watched *w, struct err *e)
{
    enum reply r = REPLY_OK;
    while (r == REPLY_OK && fetchable(c, w) && w->n_kept < MOVE_BATCH && !stop_requested()) {
        r = fetch_next(c, w, e);
        if (r == REPLY_OK && !channel_read(c, e))
            r = REPLY_LOST;
    }
    return r;
}

static enum reply attend(struct collect *c, struct watched *w, struct err *e)
{
    enum reply r = mailbox_select(c, w, e);
    if (r == REPLY_OK && w->look && w->at_found == w->n_found)
        r = look_again(c, w, e);
    if (r == REPLY_NO)
        return note_refusal(c, w, e);
    if (r == REPLY_OK && w->refusal.kind != ERR_NONE) {
        w->refusal.kind = ERR_NONE;
        tell_up(c);
    }
    if (r == REPLY_OK)
        r = fetch_some(c, w, e);
    if (r == REPLY_OK && w->n_kept > 0) {
        r = keep_some(c, w, e);
        w->look = true; /* the same */
    }
    if (r == REPLY_OK)
        mailbox_tell_line(c, w);
    return r;
}

/* One thing after the other; worked_out tells whether there was anything. */
static enum reply work(struct collect *c, bool *worked_out, struct err *e)
{
    enum reply r = REPLY_OK;
    become_due(c);
    if (c->n_appends > 0) {
        *worked_out = true;
        r = append_next(c, e);
        c->mailboxes[0].look = true; /* what came meanwhile was told with its answer, and nobody listened */
    }
    for (size_t i = 0; r == REPLY_OK && i < c->n_mailboxes; i++) {
        if (!has_work(c, &c->mailboxes[i]))
            continue;
        *worked_out = true;
        r = attend(c, &c->mailboxes[i], e);
    }
    return r;
}

/* ---- waiting */

/* Until the daemon says something, a signal comes, the server does (where listened to), or the time is over. */
static void listen_for(struct collect *c, bool server, int64_t ms)
{
    struct pollfd fds[3] = {{.fd = wire_fd(c->wire), .events = POLLIN},
                            {.fd = stop_fd(), .events = POLLIN},
                            {.fd = server ? connection_fd(c->connection) : -1, .events = POLLIN}};
    poll(fds, 3, ms < 0 ? 0 : ms > 3600000 ? 3600000 : (int)ms);
}

static int64_t next_look_ms(const struct collect *c)
{
    int64_t at = c->mailboxes[0].look_at;
    for (size_t i = 1; i < c->n_mailboxes; i++)
        at = c->mailboxes[i].look_at < at ? c->mailboxes[i].look_at : at;
    return (at - clock_boot()) * 1000;
}

/* A message that came after the last look began and before IDLE shows in the server's count, which NOOP brings up
 * to date. */
static enum reply nothing_new(struct collect *c, struct watched *w, struct err *e)
{
    mailimap *imap = connection_imap(c->connection);
    connection_allow(c->connection, COMMAND_S, COMMAND_BYTES);
    enum reply r = connection_reply(c->connection, mailimap_noop(imap), "NOOP", e);
    if (r == REPLY_OK && imap->imap_selection_info && imap->imap_selection_info->sel_exists != EXISTS_UNTOLD)
        w->look = true;
    return r == REPLY_NO ? REPLY_LOST : r;
}

/* In the place of mailimap_idle(), which takes anything untagged before "+ idling" for the whole answer and waits on
 * for its end. *news_out where it is the EXISTS that is waited for. */
static int say_idle(mailimap *imap, bool *news_out)
{
    static const char idle[] = "IDLE\r\n";
    struct mailimap_response *refusal = NULL;
    const char *line = NULL;
    int r = mailimap_send_current_tag(imap);
    if (r != MAILIMAP_NO_ERROR)
        return r;
    if (mailstream_write(imap->imap_stream, idle, sizeof idle - 1) != (ssize_t)sizeof idle - 1 ||
        mailstream_flush(imap->imap_stream) == -1)
        return MAILIMAP_ERROR_STREAM;
    while ((line = mailimap_read_line(imap)) && *line == '*')
        *news_out = *news_out || strcasestr(line, " EXISTS") != NULL;
    if (!line)
        return MAILIMAP_ERROR_STREAM;
    if (*line == '+')
        return MAILIMAP_NO_ERROR;
    r = mailimap_parse_response(imap, &refusal);
    if (r == MAILIMAP_NO_ERROR)
        mailimap_response_free(refusal);
    return r == MAILIMAP_NO_ERROR ? MAILIMAP_ERROR_EXTENSION : r;
}

static enum reply begin_idle(struct collect *c, bool *news_out, struct err *e)
{
    connection_allow(c->connection, COMMAND_S, COMMAND_BYTES);
    enum reply r = connection_reply(c->connection, say_idle(connection_imap(c->connection), news_out), "IDLE", e);
    if (r == REPLY_NO || connection_was_bad(c->connection))
        c->no_idle = true;
    return r == REPLY_OK ? r : REPLY_LOST;
}

/* Where nothing new was found since the last time, it is a habit of the server. */
static bool is_news(struct collect *c, bool told)
{
    bool news = told && !c->idle_noise;
    c->idle_noise = news;
    return news;
}

static enum reply idle(struct collect *c, struct err *e)
{
    struct watched *w = &c->mailboxes[0];
    enum reply r = nothing_new(c, w, e);
    if (r != REPLY_OK || w->look)
        return r;
    bool told = false;
    if ((r = begin_idle(c, &told, e)) != REPLY_OK)
        return r;
    w->look = is_news(c, told);
    connection_allow(c->connection, COMMAND_S, COMMAND_BYTES);
    if (!w->look && !connection_pending(c->connection))
        listen_for(c, true, next_look_ms(c));
    connection_allow(c->connection, COMMAND_S, COMMAND_BYTES);
    w->look = w->look || connection_pending(c->connection);
    bool stopping = stop_requested();
    if (stopping)
        connection_leave(c->connection);
    connection_allow(c->connection, stopping ? LEAVE_S : COMMAND_S, COMMAND_BYTES);
    r = connection_reply(c->connection, mailimap_idle_done(connection_imap(c->connection)), "IDLE", e);
    return r == REPLY_NO ? REPLY_LOST : r;
}

static enum reply wait_for_work(struct collect *c, struct err *e)
{
    if (collect_ahead(c) > 0) {
        struct pollfd daemon = {.fd = wire_fd(c->wire), .events = POLLIN};
        if (poll(&daemon, 1, ANSWER_MS) > 0)
            return REPLY_OK;
    }
    if (!can_idle(c)) {
        listen_for(c, false, next_look_ms(c));
        return REPLY_OK;
    }
    struct watched *w = &c->mailboxes[0];
    enum reply r = mailbox_select(c, w, e);
    if (r == REPLY_NO)
        return REPLY_LOST;
    return r != REPLY_OK || w->look ? r : idle(c, e);
}

enum reply session_run(struct collect *c, bool *settled_out, struct err *e)
{
    enum reply r = REPLY_OK;
    while (r == REPLY_OK && !stop_requested()) {
        bool worked = false;
        if (!channel_read(c, e))
            return REPLY_LOST;
        r = work(c, &worked, e);
        if (r == REPLY_OK && !worked && !stop_requested()) {
            *settled_out = true;
            r = wait_for_work(c, e);
        }
    }
    return r;
}
