/* Bounces in words alone: what old and proud mail systems write instead of a status part.
 *
 * First, does it read like one: its subject or its words belong to a family, or X-Failed-Recipients names addresses,
 * and a machine sent it. Then the
 * words before the returned message are searched for addresses, and the best kind of place that has any gives them
 * all: alone at the start of
 * a line, after words such as "recipient", after "To:", anywhere. The sender's and the receiver's own addresses are
 * none.
 * Status is taken from the words around, else from the sense. In doubt nothing is said: an address wrongly failed is
 * worse. */
#include <string.h>
#include <strings.h>
#include "parse/header.h"
#include "parse/prose.h"
#include "parse/report.h"

#define FOUND_MAX      100
#define LINE_MAX_BYTES ((size_t)4000)
#define LINES_AFTER    12 /* of an address that may tell its status */

enum place { PLACE_ALONE, PLACE_NAMED, PLACE_TO, PLACE_ANY, PLACE_NONE };

struct found {
    const char *address;
    enum place place;
    size_t line;
};

struct prose {
    struct tree *t;
    char *lines[2000];
    size_t n_lines, end; /* end: where the returned message begins */
    struct found found[FOUND_MAX];
    size_t n_found;
    struct fact_address *own; /* who the report was sent to: the sender of what failed */
    size_t n_own;
};

bool holds_any(const char *text, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strstr(text, list[i]))
            return true;
    return false;
}

static char *lower_text(struct arena *a, const char *text)
{
    g_autofree char *lower = g_utf8_strdown(text, -1);
    return arena_strdup(a, lower);
}

static void split(struct prose *p, char *text)
{
    char *rest = text, *line;
    while (p->n_lines < sizeof p->lines / sizeof *p->lines && (line = strsep(&rest, "\n"))) {
        line[strcspn(line, "\r")] = '\0';
        if (strlen(line) < LINE_MAX_BYTES) /* a longer one names no address to a reader */
            p->lines[p->n_lines++] = line;
    }
}

static bool header_like(const char *line)
{
    static const char *const names[] = {"Received:",   "Return-Path:",      "Return-path:",   "Message-ID:",
                                        "Message-Id:", "X-Originating-IP:", "DKIM-Signature:"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(line, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

static void find_end(struct prose *p)
{
    for (p->end = 0; p->end < p->n_lines; p->end++) {
        const char *line = p->lines[p->end];
        if (header_like(line + strspn(line, " \t>|")) || returned_begins(lower_text(p->t->a, line)))
            return;
    }
}

static bool address_char(char c)
{
    return g_ascii_isalnum(c) || strchr("!#$%&*+-/=?^_`{|}~.", c) || (c & 0x80);
}

/* The address around an '@', in the arena; NULL if it is none. */
static char *address_around(struct arena *a, const char *line, const char *at, const char **start_out)
{
    const char *start = at, *end = at + 1;
    if (at > line && at[-1] == '"') { /* "a b"@c */
        for (start = at - 1; start > line && start[-1] != '"';)
            start--;
        start -= start > line;
    }
    while (start > line && address_char(start[-1]) && start[-1] != '\0')
        start--;
    while (g_ascii_isalnum(*end) || *end == '-' || *end == '.' || *end == '_' || (*end & 0x80))
        end++;
    while (end > at + 1 && end[-1] == '.')
        end--;
    if (start == at || end == at + 1 || end - start > 254 || !memchr(at, '.', (size_t)(end - at)))
        return NULL;
    if (strncasecmp(start, "mailto:", 7) == 0)
        start += 7;
    *start_out = start;
    return arena_strndup(a, start, (size_t)(end - start));
}

static bool is_own(struct prose *p, const char *address)
{
    if (strcasecmp(address, p->t->facts->from.address) == 0)
        return true;
    for (size_t i = 0; i < p->n_own; i++)
        if (strcasecmp(address, p->own[i].address) == 0)
            return true;
    static const char *const locals[] = {"postmaster@", "mailer-daemon@", "abuse@", "support@", "helpdesk@"};
    for (size_t i = 0; i < 5; i++)
        if (strncasecmp(address, locals[i], strlen(locals[i])) == 0)
            return true;
    return false;
}

static const char *line_before(const struct prose *p, size_t i)
{
    while (i > 0) {
        const char *line = p->lines[--i];
        if (line[strspn(line, " \t")])
            return line;
    }
    return "";
}

static bool ends_with_any(const char *s, const char *const *list, size_t n)
{
    size_t length = strlen(s);
    while (length > 0 && strchr(" \t:<", s[length - 1]))
        length--;
    for (size_t i = 0; i < n; i++) {
        size_t m = strlen(list[i]);
        if (length >= m && strncasecmp(s + length - m, list[i], m) == 0)
            return true;
    }
    return false;
}

/* Where on its line an address stands, and whether that place speaks of a sender instead. */
static enum place place_of(struct prose *p, size_t i, const char *start)
{
    static const char *const sender_words[] = {
        "from",           "sent by",  "sender",    "contact",     "message-id", " id", "by",
        "sent to you by", "reply-to", "mail from", "return-path", "expéditeur", "de"};
    static const char *const named[] = {"recipient",
                                        "rcpt to",
                                        "rcpt",
                                        "delivered to",
                                        "delivery to",
                                        "deliver to",
                                        "address",
                                        "mailbox",
                                        "user",
                                        "account",
                                        "addresses",
                                        "recipients",
                                        "delivering to",
                                        "destinataire",
                                        "المستلم",
                                        "إلى",
                                        "sent to",
                                        "message to",
                                        "mail to",
                                        "for",
                                        "undeliverable to",
                                        "unknown",
                                        "orig-recipient",
                                        "final-recipient",
                                        "undelivered to",
                                        "reach",
                                        "receiver"};
    const char *line = p->lines[i];
    char *before = arena_strndup(p->t->a, line, (size_t)(start - line));
    const char *words = before + strspn(before, " \t<*-\"'([>|0123456789.");
    if (*words == '\0')
        return ends_with_any(line_before(p, i), sender_words, 3) ? PLACE_NONE : PLACE_ALONE;
    if (ends_with_any(before, sender_words, sizeof sender_words / sizeof *sender_words) || strstr(before, "://") ||
        strcasestr(before, "contact "))
        return PLACE_NONE;
    if (strcasecmp(words, "to: ") == 0 || strcasecmp(words, "to: <") == 0 || strcasecmp(words, "to:<") == 0 ||
        strcasecmp(words, "to:     ") == 0)
        return PLACE_TO;
    if (ends_with_any(before, named, sizeof named / sizeof *named))
        return PLACE_NAMED;
    return PLACE_ANY;
}

static void find_addresses(struct prose *p)
{
    for (size_t i = 0; i < p->end; i++)
        for (const char *at = strchr(p->lines[i], '@'); at && p->n_found < FOUND_MAX; at = strchr(at + 1, '@')) {
            const char *start;
            char *address = address_around(p->t->a, p->lines[i], at, &start);
            enum place place = address ? place_of(p, i, start) : PLACE_NONE;
            if (place != PLACE_NONE && !is_own(p, address))
                p->found[p->n_found++] = (struct found){address, place, i};
        }
}

static const char *status_around(struct prose *p, size_t from, size_t to)
{
    BUF_SCOPED words = {.max = BODY_MAX};
    for (size_t i = from; i < to && i < p->end; i++)
        buf_addf(&words, "%s\n", p->lines[i]);
    const char *status = status_in(p->t->a, buf_text(&words));
    if (*status)
        return status;
    const char *sense = status_by_sense(lower_text(p->t->a, buf_text(&words)));
    return *sense ? sense : reply_class(buf_text(&words));
}

static void add_found(struct prose *p, enum report_action action)
{
    enum place best = PLACE_NONE;
    for (size_t i = 0; i < p->n_found; i++)
        if (p->found[i].place < best)
            best = p->found[i].place;
    for (size_t i = 0; i < p->n_found; i++) {
        const struct found *x = &p->found[i];
        if (x->place != best)
            continue;
        const char *status = status_around(p, x->line, x->line + LINES_AFTER);
        if (*status == '\0')
            status = status_around(p, 0, p->end);
        if (*status == '\0' || (action == REPORT_FAILED && *status == '2'))
            status = action == REPORT_FAILED ? "5.0.0" : "4.0.0";
        const char *after = x->line + 1 < p->end ? p->lines[x->line + 1] : "";
        add_failure(p->t, (struct fact_failure){.action = action,
                                                .address = x->address,
                                                .status = status,
                                                .text = text_cut(p->t->a, after + strspn(after, " \t"), 300)});
    }
}

/* "To:" of the returned message, where it names one address only. */
static void find_in_returned(struct prose *p)
{
    struct fact_address *to = NULL;
    size_t n = 0;
    for (size_t i = 0; i < p->t->n_nested_to; i++)
        header_addresses(p->t->a, p->t->nested_to[i], &to, &n);
    for (size_t i = p->end; i < p->n_lines && n < 2; i++)
        if (strncmp(p->lines[i], "To:", 3) == 0)
            header_addresses(p->t->a, p->lines[i] + 3, &to, &n);
    if (n == 1 && strchr(to->address, '@') && !is_own(p, to->address))
        p->found[p->n_found++] = (struct found){to->address, PLACE_ANY, 0};
}

/* Exim and Gmail name the addresses in the header. */
static bool header_names(struct prose *p)
{
    struct fact_address *list = NULL;
    size_t n = 0;
    header_addresses(p->t->a, header_raw(GMIME_OBJECT(p->t->message), "X-Failed-Recipients"), &list, &n);
    for (size_t i = 0; i < n && p->n_found < FOUND_MAX; i++)
        p->found[p->n_found++] = (struct found){list[i].address, PLACE_ALONE, 0};
    return n > 0;
}

static void read_words(struct prose *p, const char *lower, bool named)
{
    enum report_action action = still_trying(lower) ? REPORT_DELAYED : REPORT_FAILED;
    if (!named)
        find_addresses(p);
    if (p->n_found == 0)
        find_in_returned(p);
    add_found(p, action);
    struct mail_signs *s = &p->t->facts->signs;
    s->prose_bounce = !s->report_dsn;
    if (s->action == REPORT_NONE && p->n_found == 0 && action == REPORT_DELAYED)
        s->action = action;
    add_original_ids(p->t);
}

/* A service's address: no proof of a machine, but enough where subject and words both read like a report. */
static bool from_service(struct tree *t)
{
    static const char *const words[] = {"no-reply", "noreply", "no_reply", "admin",       "system",     "gateway",
                                        "smtp",     "daemon",  "postm",    "post_master", "mailserver", "mail_service"};
    const char *path = header_structured(t->a, header_raw(GMIME_OBJECT(t->message), "Return-Path"), 300, NULL);
    return holds_any(lower_text(t->a, t->facts->from.address), words, sizeof words / sizeof *words) ||
           strcasestr(path, "<mailer-daemon") != NULL;
}

void collect_prose(struct tree *t)
{
    struct mail_signs *s = &t->facts->signs;
    struct prose *p = arena_alloc(t->a, sizeof *p);
    p->t = t;
    header_addresses(t->a, header_raw(GMIME_OBJECT(t->message), "To"), &p->own, &p->n_own);
    split(p, arena_strdup(t->a, t->facts->text));
    find_end(p);
    BUF_SCOPED words = {.max = BODY_MAX};
    for (size_t i = 0; i < p->end; i++)
        buf_addf(&words, "%s\n", p->lines[i]);
    const char *lower = lower_text(t->a, buf_text(&words)), *subject = lower_text(t->a, t->facts->subject);
    bool named = header_names(p);
    bool subject_says = bounce_subject(subject), words_say = bounce_words(lower);
    s->from_daemon |= subject_says && words_say && from_service(t);
    bool machine = s->from_daemon || s->null_return_path || named;
    /* Out-of-office answers have null return paths too, and speak of addresses that no longer exist. */
    bool answer = s->subject_auto || s->precedence_auto ||
                  (s->auto_submitted == AUTO_REPLIED && !s->from_daemon && !subject_says);
    if (answer && !named && !s->report_dsn)
        return;
    if (s->report_dsn || named || (machine && (subject_says || words_say)) || (subject_says && words_say))
        read_words(p, lower, named);
}
