/* What delegations and others write: real RFC 5322 messages with MIME, as mail programs make them. */
#include "scenario.h"

#include <glib.h>
#include <stdio.h>

#include "base/clock.h"
#include "mail/address.h"

#define FILES_MAX  150
#define INSIDE_MAX 8

struct file {
    const char *name, *bytes;
    size_t size;
    struct packed_file inside[INSIDE_MAX]; /* it is a ZIP of these */
    size_t n_inside;
    const char *password;
    bool broken_off;
};

/* A letter before it is written. */
struct writing {
    const char *from, *to, *subject, *text, *mailbox;
    const char *in_reply_to, *references;
    const char *auth;       /* what our own server says of the sender; NULL: nothing */
    const char *extra;      /* header lines */
    const char *message_id; /* NULL: its own */
    struct file files[FILES_MAX];
    size_t n_files;
    const struct kept_mail *answers; /* the mail of ours that it answers; NULL */
    bool forgets_token, forgets_thread;
};

/* ---- who and what is answered */

static const char *focal_point_of(struct world *w, const char *code, struct err *e)
{
    const struct party *p = register_find(w->daemon->orders.parties, code);

    for (size_t i = 0; p && i < p->n_contacts; i++)
        if (p->contacts[i].role == ROLE_FOCAL_POINT)
            return p->contacts[i].address;
    err_perm(e, "%s has no focal point", code);
    return NULL;
}

/* The last mail of that kind (NULL: notice, reminder, extension ...) that this address got in the round spoken of. */
static const struct kept_mail *mail_got(struct world *w, const char *address, const char *kind, const char *ref)
{
    const struct post_office *o = &w->office;

    for (size_t i = o->n_mails; i > 0; i--) {
        const struct kept_mail *m = &o->mails[i - 1];

        if (address_same(m->to, address) && (!kind || strcmp(m->kind, kind) == 0) && ref && strstr(m->subject, ref))
            return m;
    }
    return NULL;
}

static const struct kept_mail *mail_of_party(struct world *w, const char *code, const char *ref)
{
    const struct party *p = register_find(w->daemon->orders.parties, code);
    const struct kept_mail *m = NULL;

    for (size_t i = 0; p && !m && i < p->n_contacts; i++)
        m = mail_got(w, p->contacts[i].address, "notice", ref);
    return m;
}

/* ---- the message */

static void add_token(struct buf *b, const char *header, const char *name)
{
    bool ascii = name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ._()-")] == '\0';
    char *escaped = g_uri_escape_string(name, NULL, FALSE);

    if (ascii)
        buf_addf(b, "%s; filename=\"%s\"\r\n", header, name);
    else
        buf_addf(b, "%s; filename*=UTF-8''%s\r\n", header, escaped);
    g_free(escaped);
}

static void add_base64(struct buf *b, const char *bytes, size_t n)
{
    char *text = g_base64_encode((const unsigned char *)bytes, n);

    for (const char *p = text; *p; p += strnlen(p, 76))
        buf_addf(b, "%.76s\r\n", p);
    g_free(text);
}

static void add_file(struct world *w, struct buf *b, const struct file *f)
{
    size_t size = f->size;
    const char *bytes = f->n_inside ? pack(w->a, f->inside, f->n_inside, f->password, &size) : f->bytes;

    buf_adds(b, "--sheet\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n");
    add_token(b, "Content-Disposition: attachment", f->name);
    buf_adds(b, "\r\n");
    add_base64(b, bytes, f->broken_off ? size / 2 : size);
}

static void add_subject(struct buf *b, const char *subject)
{
    char *text = g_base64_encode((const unsigned char *)subject, strlen(subject));

    buf_addf(b, "Subject: =?UTF-8?B?%s?=\r\n", text);
    g_free(text);
}

static void add_date(struct world *w, struct buf *b)
{
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct civil c = zone_civil(w->daemon->orders.config->zone, clock_now());
    int offset = zone_offset_s(w->daemon->orders.config->zone, clock_now());

    buf_addf(b, "Date: %d %s %d %02d:%02d:%02d +%02d00\r\n", c.day, months[c.month - 1], c.year, c.hour, c.minute,
             c.second, offset / 3600);
}

static void add_header(struct world *w, struct buf *b, const struct writing *r)
{
    if (r->auth)
        buf_addf(b, "Authentication-Results: mx.arcp.example; %s\r\n", r->auth);
    add_date(w, b);
    buf_addf(b, "From: %s\r\nTo: %s\r\n", r->from, r->to);
    add_subject(b, r->subject);
    if (r->message_id)
        buf_addf(b, "Message-ID: %s\r\n", r->message_id);
    else
        buf_addf(b, "Message-ID: <%zu.%lld@mail.example>\r\n", w->mailbox.n, (long long)clock_now());
    if (r->in_reply_to)
        buf_addf(b, "In-Reply-To: <%s>\r\nReferences: %s<%s>\r\n", r->in_reply_to, r->references, r->in_reply_to);
    buf_adds(b, r->extra);
    buf_adds(b, "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"sheet\"\r\n\r\n");
    buf_addf(b, "--sheet\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n%s\r\n",
             r->text);
}

static bool deliver(struct world *w, const struct writing *r, struct err *e)
{
    BUF_SCOPED b = {0};

    add_header(w, &b, r);
    for (size_t i = 0; i < r->n_files; i++)
        add_file(w, &b, &r->files[i]);
    buf_adds(&b, "--sheet--\r\n");
    mailbox_put(w, r->mailbox, arena_strndup(w->a, b.data, b.len), b.len);
    return world_settle(w, e);
}

/* ---- the options of a sentence */

struct option {
    const char *words; /* as they stand; a capital word takes its value */
    bool (*take)(struct world *w, struct writing *r, const char *value, const struct line *l, struct err *e);
};

static const char *paper_saying(struct world *w, const char *says, size_t *size_out)
{
    const char *bytes = *says ? arena_printf(w->a, "%%PDF-1.4\n%% %s\n%%%%EOF\n", says) : "";

    *size_out = strlen(bytes);
    return bytes;
}

static bool has_file(struct world *w, struct writing *r, const char *value, const struct line *l, struct err *e)
{
    struct file *f = &r->files[r->n_files];

    (void)l;
    if (r->n_files == FILES_MAX)
        return err_perm(e, "too many files");
    r->n_files++;
    f->name = arena_strdup(w->a, value);
    f->bytes = paper_saying(w, arena_printf(w->a, "%s of %s", value, r->from), &f->size);
    return true;
}

static bool file_says(struct world *w, struct writing *r, const char *value, const struct line *l, struct err *e)
{
    struct file *f = r->n_files ? &r->files[r->n_files - 1] : NULL;
    struct packed_file *in = f && f->n_inside ? &f->inside[f->n_inside - 1] : NULL;

    (void)l;
    if (!f)
        return err_perm(e, "which file says so?");
    if (in)
        in->bytes = paper_saying(w, value, &in->size);
    else
        f->bytes = paper_saying(w, value, &f->size);
    return true;
}

static bool file_holds(struct world *w, struct writing *r, const char *value, const struct line *l, struct err *e)
{
    struct file *f = r->n_files ? &r->files[r->n_files - 1] : NULL;
    struct packed_file *in = f ? &f->inside[f->n_inside] : NULL;

    (void)l;
    if (!f || f->n_inside == INSIDE_MAX)
        return err_perm(e, "which file holds it?");
    f->n_inside++;
    in->name = arena_strdup(w->a, value);
    in->bytes = paper_saying(w, arena_printf(w->a, "%s of %s", value, r->from), &in->size);
    return true;
}

/* A document of the fixtures, as it was sent out. */
static bool file_is(struct world *w, struct writing *r, const char *value, const struct line *l, struct err *e)
{
    struct file *f = r->n_files ? &r->files[r->n_files - 1] : NULL;
    size_t n;
    const char *bytes = file_read(w->a, world_path(w, arena_strdup(w->a, value)), BUF_MAX, &n, e);

    (void)l;
    if (!f || !bytes)
        return !bytes ? false : err_perm(e, "which file is it?");
    if (f->n_inside)
        f->inside[f->n_inside - 1] = (struct packed_file){f->inside[f->n_inside - 1].name, bytes, n};
    else
        *f = (struct file){.name = f->name, .bytes = bytes, .size = n};
    return true;
}

/* Its end has not come along. */
static bool is_broken_off(struct world *w, struct writing *r, const char *value, const struct line *l, struct err *e)
{
    (void)w, (void)value, (void)l;
    if (r->n_files == 0)
        return err_perm(e, "which file is broken off?");
    r->files[r->n_files - 1].broken_off = true;
    return true;
}

static bool has_password(struct world *w, struct writing *r, const char *value, const struct line *l, struct err *e)
{
    (void)l;
    if (r->n_files == 0)
        return err_perm(e, "which file has a password?");
    r->files[r->n_files - 1].password = arena_strdup(w->a, value);
    return true;
}

static const char *passes(struct world *w, const char *from)
{
    const char *at = strrchr(from, '@');

    return arena_printf(w->a, "dmarc=pass header.from=%s", at ? at + 1 : from);
}

static bool is_from(struct world *w, struct writing *r, const char *value, const struct line *l, struct err *e)
{
    (void)l, (void)e;
    r->from = arena_strdup(w->a, value);
    r->auth = passes(w, r->from);
    return true;
}

static bool is_subject(struct world *w, struct writing *r, const char *value, const struct line *l, struct err *e)
{
    (void)l, (void)e;
    r->subject = arena_strdup(w->a, value);
    return true;
}

static bool is_text(struct world *w, struct writing *r, const char *value, const struct line *l, struct err *e)
{
    (void)l, (void)e;
    r->text = arena_strdup(w->a, value);
    return true;
}

static bool is_unauthenticated(struct world *w, struct writing *r, const char *value, const struct line *l,
                               struct err *e)
{
    (void)w, (void)value, (void)l, (void)e;
    r->auth = NULL;
    return true;
}

static bool fails_dmarc(struct world *w, struct writing *r, const char *value, const struct line *l, struct err *e)
{
    (void)value, (void)l, (void)e;
    r->auth = arena_printf(w->a, "dmarc=fail header.from=%s", strrchr(r->from, '@') + 1);
    return true;
}

static bool has_no_token(struct world *w, struct writing *r, const char *value, const struct line *l, struct err *e)
{
    (void)w, (void)value, (void)l, (void)e;
    r->forgets_token = true;
    return true;
}

static bool has_no_thread(struct world *w, struct writing *r, const char *value, const struct line *l, struct err *e)
{
    (void)w, (void)value, (void)l, (void)e;
    r->forgets_thread = true;
    return true;
}

static bool answers_kind(struct world *w, struct writing *r, const char *value, const struct line *l, struct err *e)
{
    r->answers = mail_got(w, r->from, value, l->ref);
    return r->answers || err_perm(e, "%s has got no %s", r->from, value);
}

/* "carrying the token of JO": written to the address that JO was given, nothing else of it. */
static bool carries_token(struct world *w, struct writing *r, const char *value, const struct line *l, struct err *e)
{
    const struct kept_mail *m = mail_of_party(w, value, l->ref);

    if (!m)
        return err_perm(e, "%s has got no notice in %s", value, l->ref ? l->ref : "any round");
    r->to = m->reply_to;
    return true;
}

static bool lies_in(struct world *w, struct writing *r, const char *value, const struct line *l, struct err *e)
{
    (void)l, (void)e;
    r->mailbox = arena_strdup(w->a, value);
    return true;
}

/* Some programs count their messages from one each day. */
static bool repeats_id(struct world *w, struct writing *r, const char *value, const struct line *l, struct err *e)
{
    const struct mailbox *m = &w->mailbox;

    (void)value, (void)l;
    if (m->n == 0)
        return err_perm(e, "no letter has come yet");
    r->message_id = mail_header(w->a, m->letters[m->n - 1].bytes, "Message-ID");
    return true;
}

static bool is_automatic(struct world *w, struct writing *r, const char *value, const struct line *l, struct err *e)
{
    (void)w, (void)value, (void)l, (void)e;
    r->extra = "Auto-Submitted: auto-replied\r\n";
    return true;
}

static bool server_says(struct world *w, struct writing *r, const char *value, const struct line *l, struct err *e)
{
    (void)l, (void)e;
    r->auth = arena_strdup(w->a, value);
    return true;
}

static bool has_header(struct world *w, struct writing *r, const char *value, const struct line *l, struct err *e)
{
    (void)l, (void)e;
    r->extra = arena_printf(w->a, "%s%s\r\n", r->extra, value);
    return true;
}

static const struct option options[] = {
    {"with VALUE", has_file},
    {"and VALUE", has_file},
    {"saying VALUE", file_says},   /* "" makes an empty file */
    {"holding VALUE", file_holds}, /* then it is a ZIP */
    {"as in VALUE", file_is},
    {"under the password VALUE", has_password},
    {"broken off", is_broken_off},
    {"from VALUE", is_from},
    {"subject VALUE", is_subject},
    {"text VALUE", is_text},
    {"unauthenticated", is_unauthenticated},
    {"failing DMARC", fails_dmarc},
    {"without the token", has_no_token},
    {"without the thread", has_no_thread},
    {"to the VALUE", answers_kind},
    {"carrying the token of VALUE", carries_token},
    {"into VALUE", lies_in},
    {"repeating the last Message-ID", repeats_id},
    {"sent by a machine", is_automatic},
    {"as our server says VALUE", server_says},
    {"bearing VALUE", has_header}, /* a line of the header */
};

/* How many words of the sentence from i on this option takes; 0: it is another. */
static size_t option_fits(const char *words, const struct line *l, size_t i, const char **value)
{
    size_t n = 0;

    *value = "";
    for (const char *p = words; *p; n++) {
        size_t len = strcspn(p, " ");

        if (i + n == l->n)
            return 0;
        if (strncmp(p, "VALUE", len) == 0)
            *value = l->words[i + n];
        else if (l->quoted[i + n] || strlen(l->words[i + n]) != len || strncmp(p, l->words[i + n], len) != 0)
            return 0;
        p += len + (p[len] == ' ');
    }
    return n;
}

static bool take_options(struct world *w, struct writing *r, const struct line *l, struct err *e)
{
    for (size_t i = 1; i < l->n;) {
        size_t taken = 0;

        for (size_t o = 0; !taken && o < sizeof options / sizeof *options; o++) {
            const char *value;

            taken = option_fits(options[o].words, l, i, &value);
            if (taken && !options[o].take(w, r, value, l, e))
                return false;
        }
        if (!taken)
            return err_perm(e, "not understood from \"%s\" on", l->words[i]);
        i += taken;
    }
    return true;
}

/* ---- the sentences */

static void answer(struct world *w, struct writing *r)
{
    const struct kept_mail *m = r->answers;

    if (!m)
        return;
    if (!r->to && !r->forgets_token)
        r->to = m->reply_to;
    if (!r->forgets_thread) {
        const char *references = mail_header(w->a, m->raw, "References");

        r->in_reply_to = m->message_id;
        r->references = *references ? arena_printf(w->a, "%s ", references) : "";
    }
    if (!r->subject)
        r->subject = arena_printf(w->a, "Re: %s", m->subject);
}

static bool send(struct world *w, struct writing *r, struct err *e)
{
    answer(w, r);
    if (!r->to)
        r->to = w->daemon->orders.config->address;
    if (!r->subject)
        r->subject = "A letter";
    return deliver(w, r, e);
}

static bool replies(struct world *w, const struct line *l, struct err *e)
{
    struct writing r = {.text = "Please find our answer.", .mailbox = "INBOX", .extra = ""};

    r.from = focal_point_of(w, l->words[0], e);
    if (!r.from)
        return false;
    r.auth = passes(w, r.from);
    r.answers = mail_got(w, r.from, NULL, l->ref);
    if (!r.answers)
        return err_perm(e, "%s has got nothing to reply to", r.from);
    return take_options(w, &r, l, e) && send(w, &r, e);
}

/* A program gone wild: many mails, each with many files of one name. */
static bool flood_of(struct world *w, const struct line *l, bool vouched, struct err *e)
{
    long mails = strtol(l->words[1], NULL, 10), files = strtol(l->words[2], NULL, 10);

    for (long i = 0; i < mails; i++) {
        struct writing r = {.text = "Please find our answer.", .mailbox = "INBOX", .extra = ""};

        r.from = focal_point_of(w, l->words[0], e);
        if (!r.from)
            return false;
        r.auth = vouched ? passes(w, r.from) : "dmarc=none";
        r.answers = mail_got(w, r.from, NULL, l->ref);
        for (long k = 0; k < files; k++) {
            if (!has_file(w, &r, l->words[3], l, e))
                return false;
            r.files[k].bytes = paper_saying(w, arena_printf(w->a, "%ld of mail %ld", k, i), &r.files[k].size);
        }
        if (!r.answers || !send(w, &r, e))
            return r.answers ? false : err_perm(e, "%s has got nothing to reply to", r.from);
    }
    return true;
}

static bool floods(struct world *w, const struct line *l, struct err *e)
{
    return flood_of(w, l, true, e);
}

static bool floods_unverified(struct world *w, const struct line *l, struct err *e)
{
    return flood_of(w, l, false, e);
}

static bool writes(struct world *w, const struct line *l, struct err *e)
{
    struct writing r = {
        .from = arena_strdup(w->a, l->words[0]), .text = "A word to the secretariat.", .mailbox = "INBOX", .extra = ""};

    r.auth = passes(w, r.from);
    return take_options(w, &r, l, e) && send(w, &r, e);
}

/* ---- officers who ask by mail */

/* "|" ends a line. */
static const char *lines_in(struct world *w, const char *words)
{
    char *text = arena_strdup(w->a, words);

    for (char *p = text; *p; p++)
        if (*p == '|')
            *p = '\n';
    return text;
}

static const char *first_officer(const struct world *w)
{
    return w->daemon->orders.config->officers[0].address;
}

static bool asks(struct world *w, const struct line *l, struct err *e)
{
    struct writing r = {.from = first_officer(w), .text = lines_in(w, l->words[0]), .mailbox = "INBOX", .extra = ""};

    r.auth = passes(w, r.from);
    return take_options(w, &r, l, e) && send(w, &r, e);
}

/* To the last answer that the officer got, which the mail program quotes. */
static bool answers_the_answer(struct world *w, const struct line *l, struct err *e)
{
    struct writing r = {.from = first_officer(w), .mailbox = "INBOX", .extra = ""};
    const struct post_office *o = &w->office;

    for (size_t i = 0; i < o->n_mails; i++)
        if (address_same(o->mails[i].to, r.from) && strcmp(o->mails[i].kind, "answer") == 0)
            r.answers = &o->mails[i];
    if (!r.answers)
        return err_perm(e, "%s has got no answer", r.from);
    r.text = arena_printf(w->a, "%s\n\n%s", lines_in(w, l->words[0]),
                          "On Tue, 21 Apr 2026 at 10:00, Technical Secretariat <secretariat@arcp.example> wrote:\n"
                          "> Your request has arrived.\n");
    r.auth = passes(w, r.from);
    return take_options(w, &r, l, e) && send(w, &r, e);
}

/* As Outlook has it: the whole mail below, without marks, and the words below all of it. */
static bool answers_below(struct world *w, const struct line *l, struct err *e)
{
    struct line moved = *l;

    moved.words[0] = arena_printf(w->a,
                                  "-----Original Message-----|From: Technical Secretariat <secretariat@arcp.example>|"
                                  "Sent: Tuesday, 21 April 2026 10:00|Subject: To confirm||"
                                  "Your request has arrived.||%s",
                                  l->words[0]);
    return answers_the_answer(w, &moved, e);
}

static bool is_away(struct world *w, const struct line *l, struct err *e)
{
    struct writing r = {.text = "I am away until next week.",
                        .mailbox = "INBOX",
                        .subject = "Out of office",
                        .extra = "Auto-Submitted: auto-replied\r\n"};

    r.from = focal_point_of(w, l->words[0], e);
    if (!r.from)
        return false;
    r.auth = passes(w, r.from);
    r.answers = mail_got(w, r.from, NULL, l->ref);
    return take_options(w, &r, l, e) && send(w, &r, e);
}

static bool comes_again(struct world *w, const struct line *l, struct err *e)
{
    const struct mailbox *m = &w->mailbox;
    struct letter_in last;

    (void)l;
    if (m->n == 0)
        return err_perm(e, "no letter has come yet");
    last = m->letters[m->n - 1];
    mailbox_put(w, "INBOX", last.bytes, last.size);
    return world_settle(w, e);
}

/* A delivery status notification (RFC 3464) as Postfix writes it, that came to this address. */
static bool report(struct world *w, const struct kept_mail *m, const char *came_to, const char *status, struct err *e)
{
    const char *end = strstr(m->raw, "\r\n\r\n"), *text;

    text = arena_printf(
        w->a,
        "Return-Path: <>\r\nDelivered-To: %s\r\nFrom: MAILER-DAEMON@relay.example (Mail Delivery System)\r\nTo: %s\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\nMessage-ID: "
        "<bounce%zu@relay.example>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"report\"\r\n\r\n"
        "--report\r\nContent-Type: text/plain\r\n\r\nI'm sorry to have to inform you that your message could not be "
        "delivered.\r\n"
        "--report\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n"
        "Final-Recipient: rfc822; %s\r\nAction: failed\r\nStatus: %s\r\nDiagnostic-Code: smtp; 550 %s User "
        "unknown\r\n\r\n"
        "--report\r\nContent-Type: text/rfc822-headers\r\n\r\n%.*s\r\n\r\n--report--\r\n",
        came_to, came_to, w->mailbox.n, m->to, status, status, (int)(end - m->raw), m->raw);
    mailbox_put(w, "INBOX", text, strlen(text));
    return world_settle(w, e);
}

static bool bounces(struct world *w, const struct line *l, struct err *e)
{
    const struct kept_mail *m = mail_got(w, l->words[0], NULL, l->ref);

    return m ? report(w, m, m->from, l->words[1], e) : err_perm(e, "%s has got no mail", l->words[0]);
}

/* By one who was written to, too, and knows the address that answers go to and all that the mail shows. */
static bool forges_bounce(struct world *w, const struct line *l, struct err *e)
{
    const struct kept_mail *m = mail_got(w, l->words[0], NULL, l->ref);

    return m ? report(w, m, m->reply_to, "5.1.1", e) : err_perm(e, "%s has got no mail", l->words[0]);
}

/* A letter that lies in fixtures/letters, written as an answer to the last mail that this address got. In it @TO@ is
 * where answers go, @ENVELOPE@, @MSGID@ and @SUBJECT@ are that mail's, @N@ is another number each time. */
static bool letter_comes(struct world *w, const struct line *l, struct err *e)
{
    const struct kept_mail *m = mail_got(w, l->words[1], NULL, l->ref);
    size_t n;
    char *text = file_read(w->a, arena_printf(w->a, "%s/letters/%s", w->fixtures, l->words[0]), BUF_MAX, &n, e);
    struct {
        const char *mark, *by;
    } marks[] = {{"@TO@", m ? m->reply_to : ""},
                 {"@ENVELOPE@", m ? m->from : ""},
                 {"@MSGID@", m ? m->message_id : ""},
                 {"@SUBJECT@", m ? m->subject : ""},
                 {"@N@", arena_printf(w->a, "%zu", w->mailbox.n)}};

    if (!text || !m)
        return text ? err_perm(e, "%s has got no mail", l->words[1]) : false;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        char **pieces = g_strsplit(text, marks[i].mark, -1), *joined = g_strjoinv(marks[i].by, pieces);

        text = arena_strdup(w->a, joined);
        g_strfreev(pieces);
        g_free(joined);
    }
    mailbox_put(w, "INBOX", text, strlen(text));
    return world_settle(w, e);
}

const struct sentence mail_sentences[] = {
    {"PARTY replies ...", replies},
    {"PARTY floods N replies of N files called NAME", floods},
    {"PARTY floods N replies of N files called NAME that nobody vouches for", floods_unverified},
    {"mail from ADDRESS ...", writes},
    {"letter NAME comes for ADDRESS", letter_comes},
    {"PARTY is out of office ...", is_away},
    {"officer asks TEXT ...", asks},
    {"officer answers below the quotation TEXT", answers_below},
    {"officer answers TEXT ...", answers_the_answer},
    {"the last letter comes again", comes_again},
    {"the mail to ADDRESS bounces with STATUS", bounces},
    {"somebody forges a bounce of the mail to ADDRESS", forges_bounce},
    {NULL, NULL},
};
