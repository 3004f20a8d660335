/* The fake mail server behind the sending port. It takes a mail whole, as a server would: reads the segments,
 * checks that their size is what was announced and that lines end in CRLF, has the real parser read it, and keeps
 * it. How it answers is told by rules. */
#include "scenario.h"

#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <unistd.h>

#include "app/outbox.h"
#include "base/clock.h"
#include "crash.h"
#include "mail/address.h"
#include "parse/message.h"

#define MAIL_MAX ((size_t)4 << 20)

int post_office_free(void *world)
{
    const struct post_office *o = &((struct world *)world)->office;
    int most = ((struct world *)world)->daemon->orders.config->send_connections;

    return most - (int)o->n_in_hand;
}

/* The job's strings live only as long as the call. */
void post_office_send(void *world, const struct send_job *job)
{
    struct world *w = world;
    const char **segments = arena_alloc(w->a, (job->n_segments + 1) * sizeof *segments);
    struct send_job *mine = &w->office.in_hand[w->office.n_in_hand];

    if (w->office.n_in_hand == IN_HAND_MAX) {
        w->office.trouble = "more deliveries were handed over than senders are free";
        return;
    }
    for (size_t i = 0; i < job->n_segments; i++)
        segments[i] = arena_strdup(w->a, job->segments[i]);
    *mine = *job;
    mine->from = arena_strdup(w->a, job->from);
    mine->to = arena_strdup(w->a, job->to);
    mine->segments = segments;
    crash_point(CRASH_SEND, CRASH_BEFORE);
    w->office.n_in_hand++;
    crash_point(CRASH_SEND, CRASH_AFTER);
}

/* ---- its rules */

static bool fits(const char *pattern, const char *address)
{
    size_t n = strlen(pattern), of = strlen(address);

    if (*pattern != '@')
        return !*pattern || strcasecmp(pattern, address) == 0;
    return of > n && strcasecmp(address + of - n, pattern) == 0;
}

static const struct server_rule *rule_for(const struct post_office *o, const char *address)
{
    static const struct server_rule obliging = {.address = "", .conduct = TAKES};

    for (size_t i = o->n_rules; i > 0; i--)
        if (fits(o->rules[i - 1].address, address))
            return &o->rules[i - 1];
    return &obliging;
}

/* ---- taking a mail */

static bool crlf_throughout(const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] == '\n' ? i == 0 || bytes[i - 1] != '\r'
                             : bytes[i] == '\r' && (i + 1 == n || bytes[i + 1] != '\n'))
            return false;
    return true;
}

const char *mail_header(struct arena *a, const char *raw, const char *name)
{
    size_t n = strlen(name);
    const char *end = strstr(raw, "\r\n\r\n");

    for (const char *p = raw; p && p < end; p = strstr(p, "\r\n") ? strstr(p, "\r\n") + 2 : NULL) {
        BUF_SCOPED value = {0};

        if (strncasecmp(p, name, n) != 0 || p[n] != ':')
            continue;
        p += n + 1 + strspn(p + n + 1, " ");
        for (; p < end && !(p[0] == '\r' && p[2] != ' ' && p[2] != '\t'); p++)
            if (*p != '\r' && *p != '\n')
                buf_addc(&value, *p);
        return arena_strdup(a, buf_text(&value));
    }
    return "";
}

/* "Name <a@b>" -> "a@b" */
static const char *address_in(struct arena *a, const char *value)
{
    const char *open = strrchr(value, '<');

    return open ? arena_strndup(a, open + 1, strcspn(open + 1, ">")) : value;
}

static bool read_facts(struct world *w, const char *bytes, size_t n, struct facts *f, struct err *e)
{
    FD_SCOPED message = spool_scratch(w->daemon->spool, e);
    FD_SCOPED scratch = spool_scratch(w->daemon->spool, e);

    return message >= 0 && scratch >= 0 && write(message, bytes, n) == (ssize_t)n && lseek(message, 0, SEEK_SET) == 0 &&
           parse_message(w->a, message, scratch, f, e);
}

/* As an eye reads it: line ends and no-break spaces are spaces, marks of direction are not seen. */
static const char *as_read(struct arena *a, const char *text)
{
    static const char *const spaces[] = {"\n", " ", "\t", "\u00a0", "\u202f"};
    static const char *const unseen[] = {"\u2068", "\u2069", "\u200e", "\u200f", "\r"};
    char *out = arena_alloc(a, strlen(text) + 1), *to = out;

    while (*text) {
        size_t skip = 0, space = 0;

        for (size_t i = 0; i < 5; i++) {
            skip = strncmp(text, unseen[i], strlen(unseen[i])) == 0 ? strlen(unseen[i]) : skip;
            space = strncmp(text, spaces[i], strlen(spaces[i])) == 0 ? strlen(spaces[i]) : space;
        }
        if (space && to > out && to[-1] != ' ')
            *to++ = ' ';
        else if (!skip && !space)
            *to++ = *text;
        text += skip ? skip : space ? space : 1;
    }
    return out;
}

static bool is_of_round(struct world *w, const char *ref, const char *address)
{
    struct round_view v;

    if (!round_view(w->daemon, w->a, ref, &v, NULL))
        return false;
    for (size_t i = 0; i < v.spec->n_contacts; i++)
        if (address_same(v.spec->contacts[i].contact.address, address))
            return true;
    for (size_t i = 0; i < v.spec->n_partners; i++)
        if (address_same(v.spec->partners[i], address))
            return true;
    return false;
}

/* By what the secretariat wrote down, not by the daemon's own gate. */
static bool is_known(struct world *w, const char *address)
{
    const struct standing_orders *orders = &w->daemon->orders;
    bool known = config_officer(orders->config, address) || register_by_address(orders->parties, address, NULL);

    for (size_t i = 0; !known && i < w->n_rounds; i++)
        known = is_of_round(w, w->rounds[i].ref, address);
    return known;
}

static void keep(struct world *w, const struct send_job *job, const char *raw, const struct facts *f)
{
    struct post_office *o = &w->office;
    struct kept_mail m = {.to = job->to,
                          .from = job->from,
                          .at = clock_now(),
                          .kind = mail_header(w->a, raw, "X-Taamim-Loop"),
                          .subject = f->subject,
                          .text = as_read(w->a, f->text),
                          .marked = f->text,
                          .message_id = f->message_id,
                          .reply_to = address_in(w->a, mail_header(w->a, raw, "Reply-To")),
                          .raw = raw,
                          .known = is_known(w, job->to),
                          .unanswered = rule_for(o, job->to)->conduct == TAKES_SILENTLY};

    m.attachments = arena_alloc(w->a, (f->n_parts + 1) * sizeof *m.attachments);
    for (size_t i = 0; i < f->n_parts; i++)
        m.attachments[m.n_attachments++] = f->parts[i].name;
    ARENA_PUSH(w->a, o->mails, o->n_mails, m);
}

static bool take(struct world *w, const struct send_job *job, struct err *e)
{
    BUF_SCOPED all = {0};
    struct facts f;

    for (size_t i = 0; i < job->n_segments; i++) {
        size_t n;
        char *bytes = file_read(w->a, job->segments[i], MAIL_MAX, &n, e);

        if (!bytes)
            return false;
        buf_add(&all, bytes, n);
    }
    if (!g_str_is_ascii(job->to) || !g_str_is_ascii(job->from))
        return err_perm(e, "the envelope from %s to %s is not in ASCII", job->from, job->to);
    if ((int64_t)all.len != job->size)
        return err_perm(e, "the mail to %s has %zu bytes, not the %lld announced", job->to, all.len,
                        (long long)job->size);
    if (!crlf_throughout(all.data, all.len))
        return err_perm(e, "the mail to %s has lines that do not end in CRLF", job->to);
    if (!read_facts(w, all.data, all.len, &f, e))
        return false;
    /* Papers go along with an alert as they came. */
    if (f.signs.unreadable || (*f.trouble && !strstr(f.trouble, "stays closed")) || !*f.message_id || !*f.subject ||
        f.n_recipients == 0)
        return err_perm(e, "the mail to %s cannot be read well: %s", job->to, f.trouble);
    keep(w, job, arena_strndup(w->a, all.data, all.len), &f);
    return true;
}

static void take_or_tell(struct world *w, const struct send_job *job)
{
    struct err e = {0};

    crash_aside(true);
    if (!take(w, job, &e))
        w->office.trouble = arena_strdup(w->a, e.text);
    crash_aside(false);
}

/* ---- answering */

/* What a filter makes of a mail that has its word in subject or text. */
static bool refuse_words(struct world *w, const struct send_job *job, const char *words)
{
    struct post_office *o = &w->office;
    size_t before = o->n_mails;
    bool has;

    take_or_tell(w, job);
    has = o->n_mails > before && (strstr(o->mails[before].subject, words) || strstr(o->mails[before].text, words));
    if (has)
        o->n_mails = before;
    return has;
}

static struct send_outcome answer_to(struct world *w, const struct send_job *job)
{
    const struct server_rule *r = rule_for(&w->office, job->to);
    struct send_outcome o = {.id = job->id, .stage = SEND_CONNECT, .text = "Connection refused"};

    switch (r->conduct) {
    case REFUSES_PAPERS:
        if (job->n_segments > 2) {
            o = (struct send_outcome){
                .id = job->id, .code = 554, .stage = SEND_DATA, .text = "5.7.1 a virus was found in this mail"};
            break;
        } /* fall through */
    case TAKES:
        take_or_tell(w, job);
        o = (struct send_outcome){job->id, 250, SEND_ACCEPTED, "2.0.0 Ok: queued", 20 << 20};
        break;
    case REFUSES_WORDS:
        o = refuse_words(w, job, r->words)
                ? (struct send_outcome){.id = job->id, .code = 550, .stage = SEND_DATA, .text = "5.7.1 this is spam"}
                : (struct send_outcome){job->id, 250, SEND_ACCEPTED, "2.0.0 Ok: queued", 20 << 20};
        break;
    case IS_DOWN: break;
    case REFUSES_LOGIN:
        o = (struct send_outcome){
            .id = job->id, .code = 535, .stage = SEND_LOGIN, .text = "5.7.8 authentication failed"};
        break;
    case ANSWERS:
        o = (struct send_outcome){.id = job->id, .code = r->code, .stage = SEND_RCPT, .text = r->words};
        break;
    case TAKES_SILENTLY:
        take_or_tell(w, job);
        o = (struct send_outcome){.id = job->id, .stage = SEND_UNKNOWN, .text = "no answer after the last byte"};
        break;
    case LOSES:
        o = (struct send_outcome){.id = job->id, .stage = SEND_UNKNOWN, .text = "no answer after the last byte"};
        break;
    }
    return o;
}

bool post_office_answer(struct world *w)
{
    struct post_office *o = &w->office;
    struct send_outcome answer;

    if (o->n_in_hand == 0)
        return false;
    answer = answer_to(w, &o->in_hand[0]);
    memmove(o->in_hand, o->in_hand + 1, --o->n_in_hand * sizeof *o->in_hand);
    if (o->crash_after > 0 && answer.stage == SEND_ACCEPTED)
        o->crash_after--;
    crash_point(CRASH_ANSWER, CRASH_BEFORE);
    outbox_outcome(w->daemon, &answer);
    crash_point(CRASH_ANSWER, CRASH_AFTER);
    return true;
}

void post_office_crash(struct world *w)
{
    if (w->office.n_in_hand > 0)
        answer_to(w, &w->office.in_hand[0]);
    w->office.n_in_hand = 0;
}

/* Without the answer the daemon cannot know that it was taken, and the mail may come once more. */
void post_office_recall(struct world *w)
{
    ARENA_SCOPED a = arena_new();

    for (size_t i = 0; i < w->office.n_mails; i++) {
        struct kept_mail *m = &w->office.mails[i];
        struct notice_row n;
        struct delivery_row *rows;
        size_t many;

        if (!store_notice_by_msgid(w->daemon->store, a, m->message_id, &n, NULL) || !n.cause ||
            !store_deliveries_of(w->daemon->store, a, n.id, &rows, &many, NULL))
            continue;
        for (size_t k = 0; k < many; k++)
            m->unanswered |= address_same(rows[k].address, m->to) && strcmp(rows[k].state, "sending") == 0;
    }
}
