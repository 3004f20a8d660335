/* The sender's own new words: a reply without the quoted rest and without the signature.
 *
 * Line by line. A line of ">" is quoted. An attribution ("On … wrote:", « Le … a écrit : », «كتب … في …:») over one to
 * four lines goes with the quoted lines that follow it, and what stands below is kept (answers below and between the
 * quotation); followed by anything else, it ends the text. So do a separator, a block of header lines in any of the
 * languages, and the marks of html_to_text(). A signature ends at the end or at the next quotation. What begins like an
 * attribution or a header and has no date, address or company of its kind is the person's own and stays. */
#include <glib.h>
#include <stdbool.h>
#include <string.h>
#include "base/buf.h"
#include "parse/reply_lines.h"
#include "parse/reply_words.h"
#include "parse/text.h"

#define HEADER_LINES    ((size_t)14)
#define FORWARDS_MAX    3
#define SIGNATURE_LINES ((size_t)25)

/* Where the new words end, and whether what follows is a mail that is passed on. */
struct end {
    size_t at;
    bool forwarded;
};

/* ---- separators and headers */

static bool rule(const char *folded)
{
    return *folded && folded[strspn(folded, "-_=~ ")] == '\0' && strlen(folded) >= 3;
}

/* "-----Original Message-----", "Begin forwarded message:", Outlook's 32 underscores. */
static bool separator(const char *folded, bool *forwarded_out)
{
    static const char *const begins[] = {"begin forwarded message:", "début du message ", "بدء الرسالة ",
                                         "بداية الرسالة "};
    size_t dashes = strspn(folded, "-_=~ ");
    *forwarded_out = false;
    if (dashes >= 20 && *folded == '_' && folded[dashes] == '\0')
        return true;
    for (size_t i = 0; i < G_N_ELEMENTS(begins); i++)
        if (g_str_has_prefix(folded, begins[i]) && g_str_has_suffix(folded, ":"))
            return *forwarded_out = true;
    if (dashes < 2 || strlen(folded) > 200)
        return false;
    /* Domino: "-----Office <office@mfa.example> wrote: -----" */
    return names_original(folded + dashes, forwarded_out) ||
           (dashes >= 3 && behind_wrote(folded) && g_str_has_suffix(folded, "---"));
}

/* GroupWise: ">>> S <s@league.example> 11/2/2026 10:00 AM >>>", and the original below without a mark. */
static bool groupwise(const struct lines *all, size_t i)
{
    const char *folded = all->folded[i];
    bool verb = g_str_has_suffix(folded, ":") && behind_wrote(folded);
    return g_str_has_prefix(folded, ">>> ") && (g_str_has_suffix(folded, " >>>") || verb) && holds_time(folded) &&
           !quoted_next(all, i + 1);
}

struct header {
    unsigned labels;
    int kinds;
    bool address, time;
    size_t lines;
};

/* The header lines from i on: each with a label, or the rest of one. An empty line may part them where another label
 * follows. */
static struct header header_at(const struct lines *all, size_t i)
{
    struct header h = {0};
    size_t rest = 0;
    for (size_t k = i; k < all->n && k < i + HEADER_LINES; k++) {
        bool alone;
        size_t next = line_empty(all, k) ? next_filled(all, k) : k;
        if (next >= all->n || next > k + 2 || line_quoted(all, next))
            break;
        enum label label = label_of(all->folded[next], &alone);
        if (label != LABEL_NONE && !alone)
            rest = 0;
        else if (next != k || ++rest > 3)
            break;
        k = next;
        h.labels |= label && !alone ? (unsigned)label : 0;
        h.address |= strchr(all->folded[k], '@') != NULL;
        h.time |= label && (label & (LABEL_DATE | LABEL_SENT)) && holds_time(all->folded[k]);
        h.lines = k + 1 - i;
    }
    for (unsigned bits = h.labels; bits; bits &= bits - 1)
        h.kinds++;
    return h;
}

/* A letter may have a head of its own (from, date, subject): a mail's has an address, an hour or the word "sent". */
static bool header_block(const struct lines *all, size_t i, bool after_rule)
{
    bool alone;
    if (label_of(all->folded[i], &alone) == LABEL_NONE || alone)
        return false;
    struct header h = header_at(all, i);
    bool shape = (h.labels & (LABEL_FROM | LABEL_TO)) && (h.labels & (LABEL_DATE | LABEL_SENT | LABEL_SUBJECT));
    bool proof = after_rule || h.address || h.time || (h.labels & LABEL_SENT);
    return shape && proof && (h.kinds >= 3 || ((h.labels & LABEL_FROM) && (after_rule || h.address || h.time)));
}

/* Domino prints the header as a table: name and date above, then "To", "cc", "Subject" each alone on a line. How many
 * of the lines above belong to it is told as lines to take back; -1 for none. */
static int domino_header(const struct lines *all, size_t i)
{
    bool alone, subject = false;
    int above = 0;
    if (label_of(all->folded[i], &alone) != LABEL_TO || !alone)
        return -1;
    for (size_t k = i + 1; k < all->n && k < i + HEADER_LINES; k++)
        subject |= label_of(all->folded[k], &alone) == LABEL_SUBJECT && alone;
    bool dated = false;
    while (above < 2 && (size_t)above < i && line_empty(all, i - 1 - (size_t)above))
        above++;
    for (; above < 6 && (size_t)above < i && !line_empty(all, i - 1 - (size_t)above); above++)
        dated |= holds_time(all->folded[i - 1 - (size_t)above]);
    return subject && dated ? above : -1;
}

/* ---- signatures */

static bool dashes_alone(const char *folded)
{
    return strcmp(folded, "--") == 0 || strcmp(folded, "—") == 0 || strcmp(folded, "__") == 0;
}

/* The sender's words end before line i: there is nothing more, or what is quoted. */
static bool words_end(const struct lines *all, size_t i)
{
    bool forwarded;
    return i >= all->n || line_quoted(all, i) || all->attribution[i] > 0 || all->folded[i][0] < ' ' ||
           separator(all->folded[i], &forwarded) || header_block(all, i, false);
}

/* Dashes alone, with no more below than a signature has; where they stand above or below too, a person parts the words
 * with them. */
static bool signature_at(const struct lines *all, size_t i)
{
    size_t filled = 0;
    if (!dashes_alone(all->folded[i]))
        return false;
    for (size_t k = i, n = 0; k-- > 0 && n < SIGNATURE_LINES && !line_quoted(all, k); n++)
        if (dashes_alone(all->folded[k]))
            return false;
    for (i++; !words_end(all, i); i++) {
        filled += !line_empty(all, i);
        if (filled > SIGNATURE_LINES || dashes_alone(all->folded[i]))
            return false;
    }
    return true;
}

/* "-Name Surname" as the last of the words, a paragraph of its own: of two to four words, each with a capital. */
static bool dashed_name(const struct lines *all, size_t i)
{
    const char *line = all->line[i];
    int words = 0;
    if (*line != '-' || strpbrk(line, ".,;:!?0123456789<>/") || i == 0 || !line_empty(all, i - 1) ||
        !words_end(all, next_filled(all, i + 1)))
        return false;
    for (const char *p = line; p; p = strchr(p + 1, ' '), words++)
        if (!g_unichar_isupper(g_utf8_get_char_validated(p + 1, -1)))
            return false;
    return words >= 2 && words <= 4;
}

/* The lines of a paragraph that a mail system put on; 0 for none. Above all own words that is a warning of strangers;
 * what a person says there of secrecy is meant. */
static size_t disclaimer_at(const struct lines *all, size_t i, bool first)
{
    size_t n = 0;
    bool secret = false;
    if (!starts_disclaimer(all->folded[i]) || (i > 0 && !line_empty(all, i - 1)))
        return 0;
    for (; i + n < all->n && !line_empty(all, i + n) && !line_quoted(all, i + n); n++)
        secret |= stranger_words(all->folded[i + n]) || (!first && secrecy_words(all->folded[i + n]));
    return secret ? n : 0;
}

/* A device's line stands alone: above an empty line, another one, a quotation or the end. */
static bool device_at(const struct lines *all, size_t i)
{
    return device_line(all->folded[i]) &&
           (words_end(all, i + 1) || line_empty(all, i + 1) || device_line(all->folded[i + 1]));
}

/* ---- the walk */

/* What an end is at i: a mark, a separator, a header. Of lines kept already it takes back what belongs to a header. */
static bool ends_at(const struct lines *all, size_t i, struct buf *out, bool *forwarded_out)
{
    const char *folded = all->folded[i];
    bool after_rule = i > 0 && rule(all->folded[i - 1]);
    *forwarded_out = false;
    if (*folded == TEXT_QUOTE_MARK)
        return true;
    if (separator(folded, forwarded_out) || groupwise(all, i) || header_block(all, i, after_rule))
        return true;
    int above = domino_header(all, i);
    for (int k = 0; k < above; k++) {
        g_autofree char *kept = g_strndup(buf_text(out), out->len > 0 ? out->len - 1 : 0);
        const char *last = strrchr(kept, '\n');
        out->len = last ? (size_t)(last + 1 - kept) : 0;
    }
    return above >= 0;
}

/* Past an attribution (n lines of it) to the quoted lines below; false where there are none. */
static bool to_quotation(const struct lines *all, size_t *i, size_t n)
{
    size_t after = next_filled(all, *i + n);
    if (after >= all->n || !line_quoted(all, after))
        return false;
    *i = after - 1;
    return true;
}

/* After the mark for an attribution in any language the quotation begins within a few lines, or a separator says what
 * follows. */
static bool marked_quotation(const struct lines *all, size_t *i)
{
    bool forwarded;
    size_t k = next_filled(all, *i + 1);
    for (size_t n = 0; n < ATTRIBUTION_LINES && k < all->n && !line_quoted(all, k); n++) {
        if (separator(all->folded[k], &forwarded))
            break;
        k = next_filled(all, k + 1);
    }
    if (k >= all->n || !(line_quoted(all, k) || separator(all->folded[k], &forwarded)))
        return false;
    *i = k - 1;
    return true;
}

static bool header_marked(const struct lines *all, size_t i)
{
    size_t next = next_filled(all, i + 1);
    return next < all->n && header_block(all, next, true);
}

/* What line i ends or passes over by itself: marks and attributions. False: it is not one of those. */
static bool leads_to_quotation(const struct lines *all, size_t *i, bool *end_out)
{
    *end_out = false;
    switch (all->folded[*i][0]) {
    case TEXT_QUOTED_MARK: *end_out = !marked_quotation(all, i); return true;
    case TEXT_HEADER_MARK: *end_out = header_marked(all, *i); return true;
    default: break;
    }
    size_t n = all->attribution[*i];
    *end_out = n > 0 && !to_quotation(all, i, n);
    return n > 0;
}

static struct end own_lines(const struct lines *all, struct buf *out)
{
    bool in_signature = false, forwarded = false, end;
    for (size_t i = 0; i < all->n; i++) {
        if (line_quoted(all, i) && !groupwise(all, i)) {
            in_signature = false;
            continue;
        }
        if (ends_at(all, i, out, &forwarded))
            return (struct end){i, forwarded};
        if (leads_to_quotation(all, &i, &end)) {
            if (end)
                return (struct end){i, false};
            continue;
        }
        size_t notice = disclaimer_at(all, i, buf_text(out)[strspn(buf_text(out), "\n")] == '\0');
        in_signature |= signature_at(all, i) || dashed_name(all, i);
        if (notice > 0)
            i += notice - 1;
        else if (!in_signature && !device_at(all, i))
            buf_addf(out, "%s\n", all->line[i]);
    }
    return (struct end){all->n, false};
}

/* Trimmed, and without a rule that stood above what was cut. */
static char *trimmed(struct arena *a, const struct buf *out)
{
    char *text = g_strstrip(arena_strndup(a, buf_text(out), out->len)), *last;
    while ((last = strrchr(text, '\n')) && last[1 + strspn(last + 1, " -_=")] == '\0') {
        *last = '\0';
        g_strchomp(text);
    }
    return text[strspn(text, " -_=")] == '\0' ? arena_strdup(a, "") : text;
}

static size_t past_marks(const struct lines *all, size_t i)
{
    bool forwarded;
    while ((i = next_filled(all, i)) < all->n &&
           ((unsigned char)all->folded[i][0] <= TEXT_HEADER_MARK || separator(all->folded[i], &forwarded)))
        i++;
    return i;
}

/* The mail that is passed on begins at the end of the new words: behind marks, separator and header. Apple quotes all
 * of it. */
static const char *passed_on(const struct lines *all, size_t at)
{
    BUF_SCOPED text = {0};
    bool alone;
    size_t i = past_marks(all, at);
    bool deeper = i < all->n && line_quoted(all, i);
    for (; i < all->n; i++) {
        const char *line = all->line[i];
        size_t marks = deeper ? strspn(line, " ") : 0;
        if (deeper && line[marks] == '>')
            line += marks + 1 + (line[marks + 1] == ' ');
        buf_addf(&text, "%s\n", line);
    }
    struct lines rest = lines_of(all->a, buf_text(&text));
    i = rest.n > 0 && label_of(rest.folded[0], &alone) && !alone ? header_at(&rest, 0).lines : 0;
    buf_clear(&text);
    for (; i < rest.n; i++)
        buf_addf(&text, "%s\n", rest.line[i]);
    return arena_strdup(all->a, buf_text(&text));
}

char *reply_text(struct arena *a, const char *subject, const char *text)
{
    bool forwarding = forwarding_subject(a, subject);
    for (int depth = 0;; depth++) {
        BUF_SCOPED out = {0};
        struct lines all = lines_of(a, text);
        struct end end = own_lines(&all, &out);
        char *own = trimmed(a, &out);
        if (*own || depth == FORWARDS_MAX || end.at >= all.n || !(forwarding || end.forwarded))
            return own;
        text = passed_on(&all, end.at);
        forwarding = false;
    }
}
