/* Reports in structure: delivery status (RFC 3464, 6533), read receipts (RFC 8098), abuse (RFC 5965), and the returned
 * message's identifiers.
 *
 * A status part is groups of header fields parted by empty lines; the first speaks of the report, each other one of a
 * recipient. Real ones lack the Action, write the address without its type, or fold lines wrongly: what is missing is
 * taken from the rest, and an Action that nobody knows fails no address. The address is the final one, as the report
 * itself says it; where an alias or a forwarder stands before it, the one that was written to is told beside it. */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "mail/names.h"
#include "parse/fold.h"
#include "parse/header.h"
#include "parse/prose.h"
#include "parse/report.h"
#include "parse/tree.h"

struct group {
    const char *final, *original, *actual, *action, *status, *diagnostic;
};
static const struct group nothing = {"", "", "", "", "", ""};

/* RFC 6533 3: "\x{5D0}" stands for a character that the way could not carry. */
static char *without_escapes(struct arena *a, const char *s)
{
    BUF_SCOPED out = {0};
    for (; *s; s++) {
        char *end;
        if (strncmp(s, "\\x{", 3) != 0) {
            buf_addc(&out, *s);
            continue;
        }
        guint64 c = g_ascii_strtoull(s + 3, &end, 16);
        char utf8[6];
        if (*end != '}' || c <= ' ' || c > 0x10FFFF || !g_unichar_validate((gunichar)c))
            return arena_strdup(a, "");
        buf_add(&out, utf8, (size_t)g_unichar_to_utf8((gunichar)c, utf8));
        s = end;
    }
    return text_valid(a, buf_text(&out), out.len);
}

/* "rfc822; <a@b> (comment)" -> "a@b"; "" where there is none that mail could be sent to. */
static const char *typed_address(struct arena *a, const char *value)
{
    const char *p = strchr(value, ';');
    p = p ? p + 1 : value;
    p += strspn(p, " \t<'");
    if (strncasecmp(p, "mailto:", 7) == 0)
        p += 7;
    else if (strncasecmp(p, "smtp:", 5) == 0)
        p += 5;
    if (*p == '@' && strchr(p, ':')) /* a source route (RFC 5321 C) */
        p = strchr(p, ':') + 1;
    const char *quoted = *p == '"' ? strstr(p, "\"@") : NULL;
    size_t local = quoted ? (size_t)(quoted + 2 - p) : 0;
    p += !quoted && *p == '"';
    const char *address = without_escapes(a, arena_strndup(a, p, local + strcspn(p + local, " \t>\"'(;,")));
    const char *at = strrchr(address, '@');
    return at && at > address && strchr(at, '.') && *address != '/' && strlen(address) <= 254 ? address : "";
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

const char *reply_class(const char *text)
{
    for (const char *c = text; *c; c++)
        if ((*c == '5' || *c == '4') && g_ascii_isdigit(c[1]) && g_ascii_isdigit(c[2]) && c[1] <= '7' &&
            strchr(" -:\n\"", c[3]) && (c == text || strchr(" :;(\n\"", c[-1])))
            return *c == '5' ? "5.0.0" : "4.0.0";
    return "";
}

static enum report_action action_of(const struct group *g, const char *status)
{
    static const struct {
        const char *word;
        enum report_action action;
    } words[] = {{"fail", REPORT_FAILED},       {"delay", REPORT_DELAYED},    {"deliver", REPORT_DELIVERED},
                 {"relay", REPORT_DELIVERED},   {"expand", REPORT_DELIVERED}, {"permanent", REPORT_FAILED},
                 {"transient", REPORT_DELAYED}, {"temporar", REPORT_DELAYED}, {"success", REPORT_DELIVERED}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncasecmp(g->action, words[i].word, strlen(words[i].word)) == 0)
            return words[i].action;
    return *status == '5' ? REPORT_FAILED : *status == '4' ? REPORT_DELAYED : *status == '2' ? REPORT_DELIVERED : 0;
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

/* What the refusing server itself said goes before what the reporting one made of it, unless it says nothing ("5.0.0")
 * or is of another class; where there is no code at all, the plain reply code has the class. */
static const char *best_status(struct arena *a, const struct group *g)
{
    const char *status = status_in(a, g->status), *told = status_in(a, g->diagnostic);
    if (*status == '\0')
        return *told ? told : *g->action ? "" : reply_class(g->diagnostic);
    return *told == *status && strcmp(told + 1, ".0.0") != 0 ? told : status;
}

/* What a group leaves out is as the kind of report implies. */
static void end_group(struct tree *t, struct group *g, const struct group *implied)
{
    if (!*g->final && !*g->original && !*g->actual) {
        *g = nothing;
        return;
    }
    if (*g->action == '\0')
        g->action = implied->action;
    if (*g->status == '\0')
        g->status = implied->status;
    const char *final = typed_address(t->a, g->final), *actual = typed_address(t->a, g->actual);
    const char *original = typed_address(t->a, g->original);
    bool same = strcasecmp(original, final) == 0;
    const char *address = *final && !same ? final : *original ? original : actual;
    const char *status = best_status(t->a, g);
    enum report_action action = action_of(g, status);
    if (*address && action != REPORT_NONE)
        add_failure(t, (struct fact_failure){.action = action,
                                             .address = address,
                                             .original = address == original ? "" : original,
                                             .status = status,
                                             .text = text_cut(t->a, g->diagnostic, 300)});
    *g = nothing;
}

static void take_field(struct tree *t, const char *line, struct group *g)
{
    const char *colon = strchr(line, ':');
    size_t n = colon ? (size_t)(colon - line) : 0;
    static const char *const names[] = {"final-recipient", "original-recipient", "x-actual-recipient", "action",
                                        "status",          "diagnostic-code"};
    const char **slots[] = {&g->final, &g->original, &g->actual, &g->action, &g->status, &g->diagnostic};
    while (n > 0 && (line[n - 1] == ' ' || line[n - 1] == '\t'))
        n--;
    for (size_t i = 0; i < 6; i++)
        if (n == strlen(names[i]) && strncasecmp(line, names[i], n) == 0 && **slots[i] == '\0')
            *slots[i] = slots[i] == &g->diagnostic ? header_text(t->a, colon + 1, 1000)
                                                   : header_structured(t->a, colon + 1, 1000, NULL);
}

static void read_groups(struct tree *t, char *text, const struct group *implied)
{
    struct group g = nothing;
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
            end_group(t, &g, implied);
    }
    take_field(t, field, &g);
    end_group(t, &g, implied);
}

void read_status(struct tree *t, char *text)
{
    read_groups(t, text, &nothing);
}

/* RFC 5429 2.1.2: a filter refuses a message by a receipt that says "deleted"; so does Dovecot for a full mailbox. */
static bool refuses(struct tree *t, const char *receipt)
{
    const char *disposition = strcasestr(receipt, "disposition:");
    const char *submitted = header_structured(t->a, header_raw(GMIME_OBJECT(t->message), "Auto-Submitted"), 300, NULL);
    bool says =
        strcasestr(submitted, "reject") || (t->facts->signs.from_daemon && strcasestr(t->facts->text, "reject"));
    return says && disposition && strcasestr(arena_strndup(t->a, disposition, strcspn(disposition, "\n")), "deleted");
}

static void read_receipt(struct tree *t, char *text)
{
    struct mail_signs *s = &t->facts->signs;
    add_returned_ids(t, text);
    if (!refuses(t, text)) {
        s->report_mdn = true;
        return;
    }
    struct group implied = nothing;
    implied.action = "failed";
    implied.status = status_by_sense(fold_words(t->a, t->facts->text));
    if (*implied.status == '\0')
        implied.status = "5.7.1"; /* RFC 3463 3.8: somebody does not want it */
    s->report_dsn = true;
    read_groups(t, text, &implied);
}

/* Where the field begins in this line, with the marks of quotation before it; NULL if the line is no such field. */
static const char *id_field(const char *line)
{
    static const char *const names[] = {
        "message-id:", "in-reply-to:", "references:", "original-message-id:", "x-original-message-id:", "message id:"};
    const char *p = line + strspn(line, " \t>|*");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncasecmp(p, names[i], strlen(names[i])) == 0)
            return p;
    return NULL;
}

void add_returned_ids(struct tree *t, const char *text)
{
    struct facts *f = t->facts;
    for (const char *line = text, *end; line && *line && f->n_returned_ids < FACTS_IDS_MAX;) {
        end = line + strcspn(line, "\n");
        const char *p = id_field(line);
        while (p && *end == '\n' && (end[1] == ' ' || end[1] == '\t')) /* folded */
            end += 1 + strcspn(end + 1, "\n");
        if (p) {
            size_t n = (size_t)(end - p);
            header_ids(t->a, arena_strndup(t->a, p, n < 20000 ? n : 20000), &f->returned_ids, &f->n_returned_ids);
        }
        line = *end ? end + 1 : NULL;
    }
}

/* A returned header that came as a plain attachment. */
static bool is_loose_original(const struct leaf *l)
{
    bool text = strncmp(l->type, "text/", 5) == 0 || strncmp(l->type, "message/", 8) == 0 ||
                strcmp(l->type, "application/octet-stream") == 0;
    return text && !l->forwarded && !leaf_is_body(l);
}

void add_original_ids(struct tree *t)
{
    struct facts *f = t->facts;
    for (size_t i = 0; i < t->n_nested_ids && f->n_returned_ids < FACTS_IDS_MAX; i++)
        ARENA_PUSH(t->a, f->returned_ids, f->n_returned_ids, t->nested_ids[i]);
    for (size_t i = 0; i < t->n_leaves && i < 20 && f->n_returned_ids == 0; i++)
        if (is_loose_original(&t->leaves[i]))
            add_returned_ids(t, leaf_text(t->a, &t->leaves[i], BODY_MAX));
    add_returned_ids(t, f->text);
    /* Exchange answers the original, as a person would. */
    static const char *const names[] = {"In-Reply-To", "References"};
    for (size_t i = 0; i < 2; i++)
        header_ids(t->a, header_raw(GMIME_OBJECT(t->message), names[i]), &f->returned_ids, &f->n_returned_ids);
}

static void read_leaf(struct tree *t, const struct leaf *l)
{
    struct mail_signs *s = &t->facts->signs;
    if (strcmp(l->type, "message/delivery-status") == 0 || strcmp(l->type, "message/global-delivery-status") == 0) {
        t->report_part = s->report_dsn = true;
        read_status(t, leaf_text(t->a, l, BODY_MAX));
    } else if (strcmp(l->type, "message/disposition-notification") == 0 ||
               strcmp(l->type, "message/global-disposition-notification") == 0) {
        t->report_part = true;
        read_receipt(t, leaf_text(t->a, l, BODY_MAX));
    } else if (strcmp(l->type, "message/feedback-report") == 0) {
        t->report_part = s->report_feedback = true;
    } else if (strcmp(l->type, "text/rfc822-headers") == 0 || strcmp(l->type, "message/global-headers") == 0 ||
               strcmp(l->type, "message/rfc822-headers") == 0) {
        add_returned_ids(t, leaf_text(t->a, l, BODY_MAX));
    }
}

/* multipart/report as a whole (RFC 6522 3), or as the first thing in what a list wrapped around it with its footer. A
 * person's own words come first. */
static bool holds_report(struct tree *t)
{
    GMimeObject *o = g_mime_message_get_mime_part(t->message);
    for (int depth = 0; o && depth < 5; depth++) {
        if (strcmp(header_word(t->a, header_raw(o, "Content-Type")), "multipart/report") == 0)
            return true;
        o = GMIME_IS_MULTIPART(o) && g_mime_multipart_get_count(GMIME_MULTIPART(o)) > 0
                ? g_mime_multipart_get_part(GMIME_MULTIPART(o), 0)
                : NULL;
    }
    return false;
}

/* What the notice says of an address, on its line and the indented ones below. */
static const char *status_in_notice(struct tree *t, const char *address)
{
    const char *line = strcasestr(t->facts->text, address), *end = line;
    for (int i = 0; line && i < 5; i++) {
        end += strcspn(end, "\n");
        if (end[0] == '\0' || (end[1] != ' ' && end[1] != '\t'))
            break;
        end++;
    }
    return line ? status_in(t->a, arena_strndup(t->a, line, (size_t)(end - line))) : "";
}

/* OpenSMTPD and others write 5.0.0 into the report, and the server's own words beside the address alone. */
static void sharpen_status(struct tree *t)
{
    for (size_t i = 0; i < t->facts->n_failures; i++) {
        struct fact_failure *f = &t->facts->failures[i];
        if (*f->status && strcmp(f->status + 1, ".0.0") != 0)
            continue;
        const char *told = status_in_notice(t, f->address);
        if (*told && (*f->status == '\0' || *f->status == *told))
            f->status = told;
    }
}

/* A gateway may wrap a report into a message of its own; a person who forwards one reports nothing. */
static void read_wrapped(struct tree *t)
{
    for (size_t i = 0; i < t->n_leaves; i++)
        if (strcmp(t->leaves[i].type, "message/delivery-status") == 0)
            read_leaf(t, &t->leaves[i]);
}

/* Microsoft's junk mail reporting names the sending host in its subject and returns the mail, without a report part. */
static bool is_complaint(struct tree *t)
{
    static const char begins[] = "complaint about message from ";
    const char *subject = fold_words(t->a, t->facts->subject), *host = subject + sizeof begins - 1;
    return t->n_nested_ids > 0 && strncmp(subject, begins, sizeof begins - 1) == 0 && strpbrk(host, ".:") &&
           host[strspn(host, "0123456789abcdef.:x")] == '\0';
}

void collect_report(struct tree *t)
{
    struct mail_signs *s = &t->facts->signs;
    bool machine = s->from_daemon || s->null_return_path;
    bool report = machine || holds_report(t);
    for (size_t i = 0; report && i < t->n_leaves; i++)
        if (!t->leaves[i].forwarded)
            read_leaf(t, &t->leaves[i]);
    if (machine && !s->report_dsn && !s->report_mdn)
        read_wrapped(t);
    collect_notification(t);
    s->report_feedback |= is_complaint(t);
    s->report_mdn |= !s->report_dsn && !s->report_feedback && is_own_receipt(t);
    sharpen_status(t);
    if (s->report_dsn || s->report_mdn || s->report_feedback)
        add_original_ids(t);
}
