/* The sender's own new words: a reply without the quoted rest and without the signature.
 *
 * Line by line. A line of ">" is quoted. An attribution ("On … wrote:", « Le … a écrit : », «كتب … في …:») over one to
 * three lines, followed
 * by quoted lines, goes with them and what stands below is kept (answers below the quotation); followed by anything
 * else, it ends the
 * text. So do Outlook's separator and a block of header lines in any of the languages. A signature ends at the end or
 * at the next quotation. */
#include <glib.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include "base/buf.h"
#include "parse/text.h"

#define LINES_MAX         ((size_t)20000)
#define ATTRIBUTION_LINES 4

struct lines {
    char **line;
    size_t n;
};

/* What an attribution starts with (or holds), and what it ends with. */
static const struct {
    const char *start, *end;
} attributions[] = {
    {"On ", "wrote"},
    {"On ", "écrit"},
    {"Le ", "écrit"},
    {"Le ", "wrote"},
    {"Am ", "schrieb"},
    {"El ", "escribió"},
    {"Il ", "ha scritto"},
    {"Em ", "escreveu"},
    {"Op ", "schreef"},
    {"Den ", "skrev"},
    {"W dniu ", "napisał"},
    {"Dnia ", "napisał"},
    {"On ", "sent"},
    {"في ", "كتب"},
    {"بتاريخ ", "كتب"},
    {"كتب ", ":"},
    {"وكتب ", ":"},
    {"يوم ", "كتب"},
    {"في ", "كتبت"},
    {"كتبت ", ":"},
    {"بتاريخ ", "كتبت"},
    {"الـ ", "كتب"},
    {"Il giorno ", "ha scritto"},
};

static const char *const separators[] = {
    "original message",  "message d'origine", "message d’origine",  "message original", "ursprüngliche nachricht",
    "mensaje original",  "الرسالة الأصلية",   "رسالة أصلية",        "الرسالة الاصلية",  "messaggio originale",
    "forwarded message", "message transféré", "رسالة معاد توجيهها", "رسالة محولة",      "message transmis",
    "reply message",     "reply to message",
};

static const char *const header_starts[] = {
    "From:", "De :", "De:", "Von:", "من:", "من :", "*From:*", "*De :*", "*من:*", "Expéditeur:", "Da:"};
static const char *const header_next[] = {"Sent:",    "Date:",     "To:",     "Envoyé",  "Date :",        "À :",
                                          "A :",      "Gesendet:", "An:",     "التاريخ", "تاريخ الإرسال", "تم الإرسال",
                                          "أُرسلت",    "أرسلت",     "إلى:",    "إلى :",   "*Sent:*",       "*Date:*",
                                          "Subject:", "Objet",     "الموضوع", "المرسل",  "Enviado",       "Inviato"};

static const char *const device_lines[] = {"Sent from my ",
                                           "Sent from Mail for",
                                           "Sent from Outlook",
                                           "Get Outlook for ",
                                           "Sent via ",
                                           "Sent from Yahoo",
                                           "Sent from Samsung",
                                           "Envoyé de mon ",
                                           "Envoyé depuis ",
                                           "Envoyé à partir d",
                                           "Télécharger Outlook",
                                           "Obtenir Outlook",
                                           "أرسلت من ",
                                           "أُرسلت من ",
                                           "مرسل من ",
                                           "أُرسل من ",
                                           "أرسل من ",
                                           "تم الإرسال من ",
                                           "الحصول على Outlook",
                                           "احصل على Outlook",
                                           "Von meinem iPhone"};

static struct lines split(struct arena *a, const char *text)
{
    struct lines all = {0};
    char *rest = arena_strdup(a, text), *line;
    while (all.n < LINES_MAX && (line = strsep(&rest, "\n"))) {
        size_t n = strlen(line);
        while (n > 0 && (line[n - 1] == '\r' || line[n - 1] == ' ' || line[n - 1] == '\t'))
            line[--n] = '\0';
        ARENA_PUSH(a, all.line, all.n, line);
    }
    return all;
}

/* Past spaces and the bidi marks that right-to-left mail programs put before a line. */
static const char *content(const char *line)
{
    for (;;) {
        line += strspn(line, " \t");
        if (strncmp(line, "\xE2\x80\x8E", 3) != 0 && strncmp(line, "\xE2\x80\x8F", 3) != 0 &&
            strncmp(line, "\xE2\x80\xAA", 3) != 0 && strncmp(line, "\xE2\x80\xAB", 3) != 0 &&
            strncmp(line, "\xE2\x80\xAC", 3) != 0)
            return line;
        line += 3;
    }
}

static bool starts_with_any(const char *line, const char *const *list, size_t n)
{
    line = content(line);
    for (size_t i = 0; i < n; i++)
        if (strncasecmp(line, list[i], strlen(list[i])) == 0)
            return true;
    return false;
}
#define STARTS_WITH(line, list) starts_with_any((line), (list), sizeof(list) / sizeof *(list))

static bool quoted(const char *line)
{
    return *content(line) == '>';
}

static bool ends_attribution(const char *joined, const char *end)
{
    size_t n = strlen(joined);
    const char *colon = n > 0 && joined[n - 1] == ':' ? joined + n - 1 : NULL;
    if (!colon || strcmp(end, ":") == 0)
        return colon && (strchr(joined, '@') || strstr(joined, "في ") || strstr(joined, "بتاريخ") ||
                         strpbrk(joined, "0123456789"));
    return strstr(joined, end) && strpbrk(joined, "0123456789@");
}

/* In any language: a few lines with an address and a date, ended by a colon, and the quotation right below. */
static bool introduces_quote(const struct lines *all, size_t next, const char *joined)
{
    size_t n = strlen(joined);
    while (next < all->n && *content(all->line[next]) == '\0')
        next++;
    return n > 0 && joined[n - 1] == ':' && strchr(joined, '@') && strpbrk(joined, "0123456789") && next < all->n &&
           quoted(all->line[next]);
}

/* How many lines from i on are an attribution; 0 for none. */
static size_t attribution_at(struct arena *a, const struct lines *all, size_t i)
{
    const char *first = content(all->line[i]);
    const char *joined = "";
    for (size_t n = 1; n <= ATTRIBUTION_LINES && i + n <= all->n; n++) {
        const char *line = content(all->line[i + n - 1]);
        if (*line == '\0' || *line == '>')
            return 0;
        joined = *joined ? arena_printf(a, "%s %s", joined, line) : line;
        if (strlen(joined) > 500)
            return 0;
        for (size_t k = 0; k < sizeof attributions / sizeof *attributions; k++)
            if (strncmp(first, attributions[k].start, strlen(attributions[k].start)) == 0 &&
                ends_attribution(joined, attributions[k].end))
                return n;
        if (strpbrk(first, "0123456789@") && introduces_quote(all, i + n, joined))
            return n;
        size_t length = strlen(line);
        if (n == 1 && length > 7 &&
            (strcmp(line + length - 6, "wrote:") == 0 || strcmp(line + length - 5, "said:") == 0) && strchr(line, '@'))
            return 1;
    }
    return 0;
}

static bool separator(const char *line)
{
    line = content(line);
    if (*line == TEXT_QUOTE_MARK)
        return true;
    if (*line != '-' && *line != '_' && *line != '*' && *line != '=')
        return false;
    size_t dashes = strspn(line, "-_*= ");
    if (dashes >= 20 && line[dashes] == '\0' && *line == '_')
        return true;
    g_autofree char *lower = g_utf8_strdown(line, -1);
    for (size_t i = 0; dashes >= 3 && i < sizeof separators / sizeof *separators; i++)
        if (strstr(lower, separators[i]))
            return true;
    return false;
}

static bool header_block(const struct lines *all, size_t i)
{
    if (!STARTS_WITH(all->line[i], header_starts))
        return false;
    for (size_t k = i + 1; k < all->n && k <= i + 3; k++)
        if (STARTS_WITH(all->line[k], header_next))
            return true;
    return false;
}

static bool signature(const char *line)
{
    line = content(line);
    return strcmp(line, "--") == 0 || strcmp(line, "—") == 0 || strcmp(line, "-- ") == 0;
}

static size_t next_filled(const struct lines *all, size_t i)
{
    while (i < all->n && *content(all->line[i]) == '\0')
        i++;
    return i;
}

static char *own_lines(struct arena *a, const struct lines *all)
{
    BUF_SCOPED out = {0};
    bool in_signature = false;
    for (size_t i = 0; i < all->n; i++) {
        const char *line = all->line[i];
        if (separator(line) || header_block(all, i))
            break;
        if (quoted(line)) {
            in_signature = false;
            continue;
        }
        size_t n = attribution_at(a, all, i);
        size_t after = n > 0 ? next_filled(all, i + n) : 0;
        if (n > 0 && (after >= all->n || !quoted(all->line[after])))
            break;
        if (n > 0) {
            i = after - 1;
            continue;
        }
        in_signature |= signature(line);
        if (in_signature || STARTS_WITH(line, device_lines))
            continue;
        buf_addf(&out, "%s\n", line);
    }
    char *text = g_strstrip(arena_strndup(a, buf_text(&out), out.len));
    char *last = strrchr(text, '\n'); /* a rule that stood above what was cut */
    if (last && last[1 + strspn(last + 1, " -_=")] == '\0')
        *last = '\0';
    return g_strchomp(text);
}

char *reply_text(struct arena *a, const char *text)
{
    struct lines all = split(a, text);
    return own_lines(a, &all);
}
