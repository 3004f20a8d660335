/* Bounces in words alone: what old and proud mail systems write instead of a status part.
 *
 * First, does it read like one: its subject or its words belong to a family, or X-Failed-Recipients names addresses, or
 * an address stands beside a server's code, and a machine sent it; who is no mail system must show a trace of a report
 * as well. Then the words before the returned message are searched for addresses, after the line that announces the
 * recipients where there is one, and the best kind of place (prose_places.c) that has any gives them all. Where there
 * are none, status fields written as plain text are read, and last the returned message's To, if it names one only.
 * Status is a server's own code, else the sense of the words. In doubt nothing is said: an address wrongly failed is
 * worse. */
#include "parse/prose.h"
#include <string.h>
#include <strings.h>
#include "parse/fold.h"
#include "parse/header.h"
#include "parse/reply_words.h"
#include "parse/report.h"

#define LINE_MAX_BYTES ((size_t)16000)
#define LINES_AFTER    12  /* of an address that may tell its status */
#define ANNOUNCES_MAX  100 /* bytes of a line that may only announce: more of it is words */

static void split(struct prose *p, char *text)
{
    char *rest = text, *line;
    while (p->n_lines < PROSE_LINES_MAX && (line = strsep(&rest, "\n"))) {
        line[strcspn(line, "\r")] = '\0';
        if (strlen(line) < LINE_MAX_BYTES) /* a longer one names no address to a reader */
            p->lines[p->n_lines++] = line;
    }
}

static bool header_like(const char *line)
{
    static const char *const names[] = {"Received:",   "Return-Path:",      "Return-path:",   "Message-ID:",
                                        "Message-Id:", "X-Originating-IP:", "DKIM-Signature:"};
    line += strspn(line, " \t>|");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(line, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* HTML may have made one line of the notice and of what announces the rest. */
static void find_end(struct prose *p)
{
    while (p->hard < p->n_lines && !header_like(p->lines[p->hard]))
        p->hard++;
    for (p->end = 0; p->end < p->hard; p->end++)
        if (returned_begins(fold_words(p->t->a, p->lines[p->end]))) {
            p->end += strlen(p->lines[p->end]) > ANNOUNCES_MAX;
            return;
        }
}

static const char *words_of(struct prose *p, size_t from, size_t to)
{
    BUF_SCOPED words = {.max = BODY_MAX};
    for (size_t i = from; i < to && i < p->n_lines; i++)
        buf_addf(&words, "%s\n", p->lines[i]);
    return arena_strndup(p->t->a, buf_text(&words), words.len);
}

/* From there on addresses are recipients': what stands before is the mail's own To. */
static size_t first_recipient_line(struct prose *p)
{
    for (size_t i = 0; i < p->end; i++)
        if (recipients_begin(fold_words(p->t->a, p->lines[i])))
            return i;
    return 0;
}

static const char *status_of(struct prose *p, const char *words)
{
    const char *status = status_in(p->t->a, words);
    if (*status)
        return status;
    const char *sense = status_by_sense(fold_words(p->t->a, words));
    return *sense ? sense : reply_class(words);
}

/* A server's code on an address's line or on the two below, or the colon that qmail puts behind it. */
static bool code_beside_address(struct prose *p)
{
    for (size_t i = 0; i < p->n_found; i++) {
        const struct found *x = &p->found[i];
        if (x->place != PLACE_ALONE)
            continue;
        const char *after = strstr(p->lines[x->line], x->address), *words = words_of(p, x->line, x->line + 3);
        if ((after && strncmp(after + strlen(x->address), ">:", 2) == 0) || *status_in(p->t->a, words) ||
            *reply_class(words))
            return true;
    }
    return false;
}

/* The lines that speak of this address: up to the next one of its kind. */
static size_t last_line_of(const struct prose *p, size_t i)
{
    size_t last = p->found[i].line + LINES_AFTER;
    for (size_t k = i + 1; k < p->n_found; k++)
        if (p->found[k].place == p->found[i].place && p->found[k].line > p->found[i].line) {
            last = p->found[k].line < last ? p->found[k].line : last;
            break;
        }
    return last < p->end ? last : p->end > p->found[i].line ? p->end : p->found[i].line + 1;
}

/* "(expanded from: <a@b>)" below or beside it. */
static const char *alias_of(const struct prose *p, size_t i)
{
    for (size_t k = i + 1; k < p->n_found && p->found[k].line <= p->found[i].line + 2; k++)
        if (p->found[k].place == PLACE_BEHIND)
            return p->found[k].address;
    return "";
}

static const char *words_about(struct prose *p, size_t i)
{
    return words_of(p, p->found[i].line, last_line_of(p, i));
}

/* A server's own code goes before the sense of words: beside the address, wherever it is named again, or the only one's
 * anywhere (code). */
static const char *status_for(struct prose *p, size_t i, const char *code, const char *general)
{
    const char *beside = "";
    for (size_t k = i; k < p->n_found && *beside == '\0'; k++)
        if (strcasecmp(p->found[k].address, p->found[i].address) == 0)
            beside = status_in(p->t->a, words_about(p, k));
    if (*beside == '\0')
        beside = code;
    if (*beside == '\0')
        beside = status_of(p, words_about(p, i));
    return *beside ? beside : general;
}

/* As the report's outcome has it. */
static const char *status_fitting(struct prose *p, const char *status, enum report_action action)
{
    static const char *const vague[] = {"", "5.0.0", "4.0.0", "2.0.0"};
    if (*status == '\0' || (action != REPORT_DELIVERED && *status == '2'))
        return vague[action];
    if (action == REPORT_DELAYED && *status == '5') /* the sense of the words, and they go on trying */
        return arena_printf(p->t->a, "4%s", status + 1);
    return status;
}

static enum place best_place(const struct prose *p)
{
    enum place best = PLACE_NONE;
    for (size_t i = 0; i < p->n_found; i++)
        if (p->found[i].place < best)
            best = p->found[i].place;
    return best;
}

static bool named_before(const struct prose *p, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (p->found[k].place == p->found[i].place && strcasecmp(p->found[k].address, p->found[i].address) == 0)
            return true;
    return false;
}

/* Each address once that stands in this kind of place; how many. */
static size_t choose(const struct prose *p, enum place place, size_t chosen[PROSE_FOUND_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_found; i++)
        if (p->found[i].place == place && !named_before(p, i))
            chosen[n++] = i;
    return n;
}

static void add_found(struct prose *p, enum report_action action)
{
    enum place best = best_place(p);
    size_t chosen[PROSE_FOUND_MAX], n = choose(p, best, chosen);
    const char *all = n > 0 ? words_of(p, 0, p->end) : "", *general = status_of(p, all);
    const char *code = n == 1 ? status_in(p->t->a, all) : "";
    for (size_t i = 0; i < n; i++) {
        const struct found *x = &p->found[chosen[i]];
        const char *status = status_for(p, chosen[i], code, general);
        const char *after = x->line + 1 < p->end ? p->lines[x->line + 1] : "";
        add_failure(p->t, (struct fact_failure){.action = action,
                                                .address = x->address,
                                                .original = best == PLACE_BEHIND ? "" : alias_of(p, chosen[i]),
                                                .status = status_fitting(p, status, action),
                                                .text = text_cut(p->t->a, after + strspn(after, " \t"), 300)});
    }
}

/* "To:" of the returned message, where it names one address only. */
static void find_in_returned(struct prose *p)
{
    struct fact_address *to = NULL;
    size_t n = 0;
    for (size_t i = 0; i < p->t->n_nested_to && n < 2; i++)
        header_addresses(p->t->a, p->t->nested_to[i], &to, &n);
    for (size_t i = p->end; i < p->n_lines && n < 2; i++) {
        const char *line = p->lines[i] + strspn(p->lines[i], " \t>|");
        if (strncmp(line, "To:", 3) == 0)
            header_addresses(p->t->a, line + 3, &to, &n);
    }
    if (n == 1 && strchr(to->address, '@') && !is_own_address(p, to->address))
        p->found[p->n_found++] = (struct found){to->address, PLACE_ANY, 0};
}

static size_t line_that_names(const struct prose *p, const char *address)
{
    for (size_t i = 0; i < p->end; i++)
        if (strcasestr(p->lines[i], address))
            return i;
    return 0;
}

/* Exim and Gmail name the addresses in the header. */
static bool header_names(struct prose *p)
{
    struct fact_address *list = NULL;
    size_t n = 0;
    header_addresses(p->t->a, header_raw(GMIME_OBJECT(p->t->message), "X-Failed-Recipients"), &list, &n);
    for (size_t i = 0; i < n && p->n_found < PROSE_FOUND_MAX; i++)
        p->found[p->n_found++] = (struct found){list[i].address, PLACE_ALONE, line_that_names(p, list[i].address)};
    return n > 0;
}

/* A status part that lost its type on the way: its fields stand in the text. */
static void read_status_in_text(struct prose *p)
{
    const char *text = p->t->facts->text, *at = strcasestr(text, "\nFinal-Recipient:");
    if (!at)
        at = strcasestr(text, "\nOriginal-Recipient:");
    if (at)
        read_status(p->t, arena_strdup(p->t->a, at + 1));
}

/* The addresses of the notice; where its end was announced too early, those up to the returned header. */
static void find_in_notice(struct prose *p)
{
    find_addresses(p, first_recipient_line(p), p->end);
    if (p->n_found == 0)
        find_addresses(p, 0, p->end);
    if (p->n_found == 0 && p->end < p->hard) {
        p->end = p->hard;
        find_addresses(p, 0, p->end);
    }
}

/* A mail system may name its own users without their domain: words alone on their lines, below the line that announces
 * the recipients and ends in a colon. */
static void find_local_names(struct prose *p)
{
    const char *domain = strchr(p->t->facts->from.address, '@');
    size_t i = first_recipient_line(p);
    const char *announced = g_strchomp(arena_strdup(p->t->a, p->lines[i]));
    if (!domain || *announced == '\0' || announced[strlen(announced) - 1] != ':')
        return;
    for (i++; i < p->end && p->n_found < PROSE_FOUND_MAX; i++) {
        const char *name = p->lines[i] + strspn(p->lines[i], " \t");
        size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
        if (n == 0 && *name == '\0')
            continue;
        if (n == 0 || n > 64 || name[n + strspn(name + n, " \t")] != '\0')
            return;
        const char *address = arena_printf(p->t->a, "%.*s%s", (int)n, name, domain);
        p->found[p->n_found++] = (struct found){address, PLACE_ANY, i};
    }
}

/* The line above a list, which says what became of its mail. */
static bool below_success(struct prose *p, size_t line)
{
    while (line > 0) {
        const char *above = p->lines[--line];
        if (above[strspn(above, " \t")] == '\0' || strchr(above, '@'))
            continue;
        return arrived(fold_words(p->t->a, above));
    }
    return false;
}

/* A report of both kinds fails only those who did not get it. */
static void drop_arrived(struct prose *p)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->n_found; i++)
        if (!below_success(p, p->found[i].line))
            p->found[kept++] = p->found[i];
    p->n_found = kept;
}

static void read_words(struct prose *p, const char *words)
{
    struct mail_signs *s = &p->t->facts->signs;
    enum report_action action = still_trying(words) ? REPORT_DELAYED
                                : arrived(words)    ? REPORT_DELIVERED
                                                    : REPORT_FAILED;
    if (action == REPORT_FAILED)
        drop_arrived(p);
    if (p->n_found == 0)
        read_status_in_text(p);
    if (p->n_found == 0 && p->t->facts->n_failures == 0)
        find_in_returned(p);
    if (p->n_found == 0 && p->t->facts->n_failures == 0 && p->n_lines > 0 && s->from_daemon)
        find_local_names(p);
    add_found(p, action);
    s->prose_bounce = !s->report_dsn;
    if (s->action == REPORT_NONE && p->n_found == 0 && action != REPORT_FAILED)
        s->action = action;
    add_original_ids(p->t);
}

/* A service's address, or none at all: no proof of a machine, but enough where subject and words both read like a report. */
static bool from_service(struct tree *t)
{
    static const char *const words[] = {"no-reply", "noreply", "no_reply", "admin",      "system",
                                        "gateway",  "smtp",    "daemon",   "mailserver", "mail_service"};
    const char *path = header_structured(t->a, header_raw(GMIME_OBJECT(t->message), "Return-Path"), 300, NULL);
    const char *name = fold_words(t->a, t->facts->from.name);
    const char *address = t->facts->from.address;
    return !strchr(address, '@') || holds_any(fold_words(t->a, address), words, sizeof words / sizeof *words) ||
           strstr(name, "administrator") || strcasestr(path, "<mailer-daemon") != NULL;
}

/* What a person's mail about a failure lacks: the returned message, a server's code, or the list of those who did not
 * get it. */
static bool shows_report(struct prose *p)
{
    if (p->t->facts->signs.null_return_path || p->end < p->n_lines || p->t->n_nested_to > 0)
        return true;
    const char *words = words_of(p, 0, p->end);
    if (code_beside_address(p) || (*status_in(p->t->a, words) && *reply_class(words)))
        return true;
    size_t announced = first_recipient_line(p);
    for (size_t i = 0; i < p->n_found; i++)
        if (p->found[i].place == PLACE_ALONE && p->found[i].line > announced)
            return recipients_begin(fold_words(p->t->a, p->lines[announced]));
    return false;
}

void collect_prose(struct tree *t)
{
    struct mail_signs *s = &t->facts->signs;
    struct prose *p = arena_alloc(t->a, sizeof *p);
    p->t = t;
    header_addresses(t->a, header_raw(GMIME_OBJECT(t->message), "To"), &p->own, &p->n_own);
    split(p, arena_strdup(t->a, t->facts->text));
    find_end(p);
    const char *subject = fold_words(t->a, t->facts->subject);
    const char *words = fold_words(t->a, words_of(p, 0, p->end));
    bool named = header_names(p);
    bool subject_says = bounce_subject(subject),
         words_say = bounce_words(words) || arrived(words) || still_trying(words);
    if (!named)
        find_in_notice(p);
    bool reads_so = subject_says && words_say && shows_report(p);
    s->from_daemon |= reads_so && from_service(t);
    /* Out-of-office answers have null return paths too, and speak of addresses that no longer exist. */
    bool answer = s->subject_auto || s->precedence_auto ||
                  (s->auto_submitted == AUTO_REPLIED && !s->from_daemon && !subject_says);
    if (!named && !s->report_dsn && (answer || kept_aside(words) || kept_aside(subject)))
        return;
    if (s->from_daemon || named)
        reads_so = words_say || failure_subject(subject) || (subject_says && *status_of(p, words)) ||
                   (s->from_daemon && code_beside_address(p));
    else
        reads_so = reads_so && !forwarding_subject(t->a, t->facts->subject);
    if (s->report_dsn || named || reads_so)
        read_words(p, arena_printf(t->a, "%s %s", subject, words));
}
