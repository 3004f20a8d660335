/* The message's own words: the parts that are shown as its text, and what in them is new.
 *
 * Of alternatives the plain one is read, of HTML what is seen. */
#include <string.h>
#include "mail/address.h"
#include "parse/header.h"
#include "parse/message.h"
#include "parse/text.h"
#include "parse/tree.h"

static bool blank(const char *s)
{
    return s[strspn(s, " \t\r\n")] == '\0';
}

static char *body_of(struct tree *t, GMimeObject *o, int depth);

/* The first alternative with words in it, the plain one before HTML, which says the same; for links the other way. A
 * plain one that only excuses itself says nothing. */
static char *alternative_body(struct tree *t, GMimeMultipart *m, int depth)
{
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < g_mime_multipart_get_count(m) && i < FACTS_PARTS_MAX; i++) {
            GMimeObject *child = g_mime_multipart_get_part(m, i);
            char *text = (pass == t->html_first) == (strcmp(header_word(t->a, header_type(child)), "text/plain") == 0)
                             ? body_of(t, child, depth + 1)
                             : NULL;
            if (text && !blank(text) && !text_is_stub(t->a, text))
                return text;
        }
    return arena_strdup(t->a, "");
}

static char *mixed_body(struct tree *t, GMimeMultipart *m, int depth)
{
    BUF_SCOPED all = {.max = BODY_MAX};
    for (int i = 0; i < g_mime_multipart_get_count(m) && i < FACTS_PARTS_MAX; i++) {
        const char *text = body_of(t, g_mime_multipart_get_part(m, i), depth + 1);
        if (blank(text))
            continue;
        if (all.len > 0 && all.data[all.len - 1] != '\n')
            buf_addc(&all, '\n');
        buf_adds(&all, text);
    }
    return arena_strndup(t->a, buf_text(&all), all.len);
}

static char *body_of(struct tree *t, GMimeObject *o, int depth)
{
    if (depth > PARSE_DEPTH_MAX || !o)
        return arena_strdup(t->a, "");
    if (GMIME_IS_MULTIPART(o)) {
        const char *type = header_word(t->a, header_type(o));
        bool alternative = strcmp(type, "multipart/alternative") == 0;
        if (strcmp(type, TNEF_MULTIPART) == 0 && !t->tnef_words)
            return arena_strdup(t->a, "");
        return alternative ? alternative_body(t, GMIME_MULTIPART(o), depth) : mixed_body(t, GMIME_MULTIPART(o), depth);
    }
    if (!GMIME_IS_PART(o))
        return arena_strdup(t->a, "");
    struct leaf l = leaf_of(t->a, GMIME_PART(o));
    if (!leaf_is_body(&l) && !leaf_goes_on(&l))
        return arena_strdup(t->a, "");
    char *text = leaf_text(t->a, &l, BODY_MAX);
    return strcmp(l.type, "text/html") == 0 ? html_to_text(t->a, text) : text_without_marks(t->a, text);
}

/* ---- the words of a message that was passed on as a file */

static GMimeMessage *first_within(GMimeObject *o, int depth)
{
    GMimeMessage *found = o && GMIME_IS_MESSAGE_PART(o) ? g_mime_message_part_get_message(GMIME_MESSAGE_PART(o)) : NULL;
    if (!o || depth > PARSE_DEPTH_MAX || !GMIME_IS_MULTIPART(o))
        return found;
    for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(o)) && i < FACTS_PARTS_MAX && !found; i++)
        found = first_within(g_mime_multipart_get_part(GMIME_MULTIPART(o), i), depth + 1);
    return found;
}

/* Some programs put the mail that is answered into a file: its sender is who gets the answer. */
static bool is_answered(struct tree *t, GMimeMessage *m)
{
    struct fact_address *from = NULL;
    size_t n = 0;
    header_addresses(t->a, header_raw(GMIME_OBJECT(m), "From"), &from, &n);
    for (size_t i = 0; n > 0 && i < t->facts->n_recipients; i++)
        if (address_same(t->facts->recipients[i].address, from[0].address))
            return true;
    return false;
}

/* Who passes a message on and says nothing lets the other speak, as reply_text() has it where no file is made. */
static const char *words_within(struct tree *t, GMimeObject *root)
{
    bool report = strcmp(header_word(t->a, header_type(root)), "multipart/report") == 0;
    GMimeMessage *m = report ? NULL : first_within(root, 0);
    if (!m || is_answered(t, m))
        return "";
    const char *subject = header_text(t->a, header_raw(GMIME_OBJECT(m), "Subject"), 2000);
    return reply_text(t->a, subject, body_of(t, g_mime_message_get_mime_part(m), 1));
}

/* The plain words say what is new; HTML has links that they leave out. */
void read_text(struct tree *t)
{
    struct facts *f = t->facts;
    GMimeObject *root = g_mime_message_get_mime_part(t->message);
    char *body = body_of(t, root, 0);
    if (blank(body)) {
        t->tnef_words = true;
        body = body_of(t, root, 0);
    }
    const char *own = reply_text(t->a, f->subject, body);
    if (blank(own) && root)
        own = words_within(t, root);
    f->reply_text = text_cut(t->a, g_strstrip(text_without_marks(t->a, own)), TEXT_MAX);
    f->text = text_cut(t->a, text_without_marks(t->a, body), TEXT_MAX);
    links_of(t->a, own, &f->links, &f->n_links);
    t->html_first = true;
    links_of(t->a, reply_text(t->a, f->subject, body_of(t, root, 0)), &f->links, &f->n_links);
}
