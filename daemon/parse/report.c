/* Reports in structure: delivery status (RFC 3464), read receipts (RFC 8098), abuse (RFC 5965), and the returned
 * message's identifiers.
 *
 * A status part is groups of header fields parted by empty lines; the first speaks of the report, each other one of a
 * recipient. Real ones lack the
 * Action, write the address without its type, or fold lines wrongly: what is missing is taken from the rest, and an
 * Action that nobody knows fails no address. */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "parse/header.h"
#include "parse/report.h"
#include "parse/tree.h"

struct group {
    const char *final, *original, *action, *status, *diagnostic;
};

/* "rfc822; <a@b> (comment)" -> "a@b"; "" where there is none. */
static const char *typed_address(struct arena *a, const char *value)
{
    const char *p = strchr(value, ';');
    p = p ? p + 1 : value;
    p += strspn(p, " \t<\"'");
    char *address = arena_strndup(a, p, strcspn(p, " \t>\"'(;,"));
    if (g_str_has_prefix(address, "mailto:"))
        address += 7;
    const char *at = strchr(address, '@');
    return at && at > address && at[1] && strlen(address) <= 254 ? address : "";
}

const char *status_in(struct arena *a, const char *text)
{
    for (const char *p = text; *p; p++) {
        if (strchr("245", *p) == NULL || p[1] != '.' || (p > text && (g_ascii_isalnum(p[-1]) || p[-1] == '.')))
            continue;
        size_t subject = strspn(p + 2, "0123456789");
        if (subject < 1 || subject > 3 || p[2 + subject] != '.')
            continue;
        size_t detail = strspn(p + 3 + subject, "0123456789");
        const char *end = p + 3 + subject + detail;
        if (detail >= 1 && detail <= 3 && !g_ascii_isalnum(*end) && !(*end == '.' && g_ascii_isdigit(end[1])))
            return arena_strndup(a, p, (size_t)(end - p));
    }
    return "";
}

static enum report_action action_of(const struct group *g, const char *status)
{
    if (strncasecmp(g->action, "fail", 4) == 0)
        return REPORT_FAILED;
    if (strncasecmp(g->action, "delay", 5) == 0)
        return REPORT_DELAYED;
    if (strncasecmp(g->action, "deliver", 7) == 0 || strncasecmp(g->action, "relay", 5) == 0 ||
        strncasecmp(g->action, "expand", 6) == 0)
        return REPORT_DELIVERED;
    if (*status == '5')
        return REPORT_FAILED;
    return *status == '4' ? REPORT_DELAYED : *status == '2' ? REPORT_DELIVERED : REPORT_NONE;
}

static int weight(enum report_action action)
{
    switch (action) {
    case REPORT_NONE: return 0;
    case REPORT_DELIVERED: return 1;
    case REPORT_DELAYED: return 2;
    case REPORT_FAILED: return 3;
    }
    return 0;
}

void add_failure(struct tree *t, struct fact_failure failure)
{
    struct facts *f = t->facts;
    for (size_t i = 0; i < f->n_failures; i++)
        if (strcasecmp(f->failures[i].address, failure.address) == 0 && f->failures[i].action == failure.action)
            return;
    if (f->n_failures >= FACTS_FAILURES_MAX)
        return;
    ARENA_PUSH(t->a, f->failures, f->n_failures, failure);
    if (weight(failure.action) > weight(f->signs.action))
        f->signs.action = failure.action;
}

/* A status that says nothing ("5.0.0") gives way to the one in the diagnostic of the same class. */
static const char *best_status(struct arena *a, const struct group *g)
{
    const char *status = status_in(a, g->status), *told = status_in(a, g->diagnostic);
    if (*status == '\0')
        return told;
    bool vague = strcmp(status + 1, ".0.0") == 0;
    return vague && *told == *status ? told : status;
}

static void end_group(struct tree *t, struct group *g)
{
    const char *original = typed_address(t->a, g->original), *final = typed_address(t->a, g->final);
    const char *status = best_status(t->a, g);
    enum report_action action = action_of(g, status);
    if ((*original || *final) && action != REPORT_NONE)
        add_failure(t, (struct fact_failure){.action = action,
                                             .address = *original ? original : final,
                                             .status = status,
                                             .text = text_cut(t->a, g->diagnostic, 300)});
    *g = (struct group){"", "", "", "", ""};
}

static void take_field(struct tree *t, const char *line, struct group *g)
{
    const char *colon = strchr(line, ':');
    size_t n = colon ? (size_t)(colon - line) : 0;
    static const char *const names[] = {"final-recipient", "original-recipient", "action", "status", "diagnostic-code"};
    const char **slots[] = {&g->final, &g->original, &g->action, &g->status, &g->diagnostic};
    for (size_t i = 0; i < 5; i++)
        if (n == strlen(names[i]) && strncasecmp(line, names[i], n) == 0 && **slots[i] == '\0')
            *slots[i] = slots[i] == &g->diagnostic ? header_text(t->a, colon + 1, 1000)
                                                   : header_structured(t->a, colon + 1, 1000, NULL);
}

static void read_status(struct tree *t, char *text)
{
    struct group g = {"", "", "", "", ""};
    char *rest = text, *line;
    const char *field = "";
    while ((line = strsep(&rest, "\n"))) {
        line[strcspn(line, "\r")] = '\0';
        if (*line == ' ' || *line == '\t') {
            if (strlen(field) < 2000)
                field = arena_printf(t->a, "%s %s", field, line + strspn(line, " \t"));
            if (line[strspn(line, " \t")])
                continue;
        }
        take_field(t, field, &g);
        field = line;
        if (line[strspn(line, " \t")] == '\0')
            end_group(t, &g);
    }
    take_field(t, field, &g);
    end_group(t, &g);
}

void add_returned_ids(struct tree *t, const char *text)
{
    static const char *const names[] = {"message-id:", "in-reply-to:", "references:", "original-message-id:"};
    struct facts *f = t->facts;
    for (const char *line = text, *end; line && *line; line = end ? end + 1 : NULL) {
        end = strchr(line, '\n');
        const char *p = line + strspn(line, " \t>");
        for (size_t i = 0; i < 4; i++) {
            if (strncasecmp(p, names[i], strlen(names[i])) != 0)
                continue;
            size_t n = strcspn(p, "\n");
            while (p[n] == '\n' && (p[n + 1] == ' ' || p[n + 1] == '\t'))
                n += 1 + strcspn(p + n + 1, "\n");
            header_ids(t->a, arena_strndup(t->a, p, n < 20000 ? n : 20000), &f->returned_ids, &f->n_returned_ids);
        }
    }
}

void add_nested_ids(struct tree *t)
{
    struct facts *f = t->facts;
    for (size_t i = 0; i < t->n_nested_ids && f->n_returned_ids < FACTS_IDS_MAX; i++)
        ARENA_PUSH(t->a, f->returned_ids, f->n_returned_ids, t->nested_ids[i]);
}

static void read_leaf(struct tree *t, const struct leaf *l)
{
    struct mail_signs *s = &t->facts->signs;
    if (strcmp(l->type, "message/delivery-status") == 0 || strcmp(l->type, "message/global-delivery-status") == 0) {
        s->report_dsn = true;
        read_status(t, leaf_text(t->a, l, BODY_MAX));
    } else if (strcmp(l->type, "message/disposition-notification") == 0) {
        s->report_mdn = true;
        add_returned_ids(t, leaf_text(t->a, l, BODY_MAX));
    } else if (strcmp(l->type, "message/feedback-report") == 0) {
        s->report_feedback = true;
    } else if (strcmp(l->type, "text/rfc822-headers") == 0 || strcmp(l->type, "message/global-headers") == 0 ||
               strcmp(l->type, "message/rfc822-headers") == 0) {
        add_returned_ids(t, leaf_text(t->a, l, BODY_MAX));
    }
}

/* A report is multipart/report as a whole (RFC 6522 3), or what a mail system wrote without knowing that. A person who
 * attaches the parts of one tells of it, and reports nothing. */
static bool is_report(struct tree *t)
{
    const struct mail_signs *s = &t->facts->signs;
    GMimeObject *whole = g_mime_message_get_mime_part(t->message);
    const char *type = whole ? header_word(t->a, header_raw(whole, "Content-Type")) : "";
    return strcmp(type, "multipart/report") == 0 || s->from_daemon || s->null_return_path;
}

void collect_report(struct tree *t)
{
    const struct mail_signs *s = &t->facts->signs;
    if (!is_report(t))
        return;
    for (size_t i = 0; i < t->n_leaves; i++)
        if (!t->leaves[i].forwarded)
            read_leaf(t, &t->leaves[i]);
    /* A gateway may wrap a report into a message of its own; a person who forwards one reports nothing. */
    bool machine = s->from_daemon || s->null_return_path;
    for (size_t i = 0; machine && !s->report_dsn && !s->report_mdn && i < t->n_leaves; i++)
        if (strcmp(t->leaves[i].type, "message/delivery-status") == 0)
            read_leaf(t, &t->leaves[i]);
    if (s->report_dsn || s->report_mdn || s->report_feedback)
        add_nested_ids(t);
}
