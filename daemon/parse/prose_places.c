/* Where addresses stand in the words of a bounce, and whether that is a place for a recipient.
 *
 * An address alone at the start of a line is the surest; then one after words such as "recipient", then after "To:",
 * then anywhere. A postmaster's is a recipient's only where it stands alone, one behind an alias only where nothing
 * else is named. What stands after words of a sender or of an adviser, or in a link, is none. */
#include <string.h>
#include <strings.h>
#include "parse/prose.h"

#define TRIED_MAX 500 /* addresses that are looked at */

#define ENDS(text, list) ends_with((text), (list), sizeof(list) / sizeof *(list))

static const char *const sender_words[] = {
    "from",
    "sent by",
    "sender",
    "contact",
    "message-id",
    "id",
    "by",
    "reply-to",
    "mail from",
    "return-path",
    "expéditeur",
    "de",
    "من",
    "المرسل",
    "write to",
    "reply to",
    "send mail to",
    "send email to",
    "send e-mail to",
    "forward to",
    "please mail",
    "assistance",
    "von",
    "remitente",
    "mittente",
    "or mail",
    "email us at",
    "an email to",
    "message to the postmaster",
    "reporting-mta",
    "responsible",
    "cc",
    "sender address",
    "sender's address",
    "sender e-mail",
    "sender email",
    "from address",
    "absenderadresse",
};
static const char *const behind_words[] = {"generated from", "expanded from", "forwarded from", "alias of",
                                           "derived from"};
static const char *const named_words[] = {
    "recipient",
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
    "الى",
    "لـ",
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
    "receiver",
    "to",
    "remis à",
    "remise à",
    "message à",
    "distribué à",
    "delivré à",
    "délivré à",
    "delivre a",
    "adresse",
    "empfänger",
    "destinatario",
    "destinatário",
    "البريد",
    "العنوان",
    "صندوق",
    "email",
    "e-mail",
    "failed recipient",
    "recipient(s)",
    "exceeds allowed size",
    "addressed",
    "à l'attention de",
    "à destination de",
    "destiné à",
};

/* Letters of any script and these marks; not those that a writer of Arabic or Chinese puts around an address. */
static bool part_of_address(gunichar c, const char *marks)
{
    return c < 0x80 ? g_ascii_isalnum((char)c) || (c && strchr(marks, (int)c))
                    : g_unichar_isalnum(c) || g_unichar_ismark(c);
}

static bool is_latin(gunichar c)
{
    return c < 0x80 || g_unichar_get_script(c) == G_UNICODE_SCRIPT_LATIN;
}

/* Where the local part before the '@' begins: words of another script may be written close to it. */
static const char *local_start(const char *line, const char *at)
{
    const char *start = at, *prev = g_utf8_find_prev_char(line, at);
    bool latin = prev && is_latin(g_utf8_get_char(prev));
    for (; prev && at - prev < 128; prev = g_utf8_find_prev_char(line, prev)) {
        gunichar c = g_utf8_get_char(prev);
        if (!part_of_address(c, "!#$%&*+-/=?^_`{|}~.'") || (latin && !is_latin(c)))
            break;
        start = prev;
    }
    return start;
}

/* Where the domain behind the '@' ends: a label is of one script. */
static const char *domain_end(const char *at)
{
    const char *p = at + 1;
    for (bool latin = false, begins = true; *p && p - at < 254; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (!part_of_address(c, "-._") || (!begins && latin && !is_latin(c)))
            break;
        latin = begins ? is_latin(c) : latin;
        begins = c == '.';
    }
    while (p > at + 1 && (p[-1] == '.' || p[-1] == '-'))
        p--;
    return p;
}

/* "SMTP=a" of X.400 forms and "mailto:a" are the address a. */
static const char *without_label(const char *start, const char *at)
{
    static const char *const labels[] = {"mailto:", "smtp=", "rfc822=", "rfc-822="};
    for (const char *p = start; p < at; p++)
        for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
            if (strncasecmp(p, labels[i], strlen(labels[i])) == 0)
                return p + strlen(labels[i]);
    return start + strspn(start, "'`");
}

/* The address around an '@', in the arena; NULL if it is none. */
static char *address_around(struct arena *a, const char *line, const char *at, const char **start_out)
{
    const char *start, *end = domain_end(at);
    if (at > line && at[-1] == '"') { /* "a b"@c */
        for (start = at - 1; start > line && start[-1] != '"';)
            start--;
        start -= start > line;
    } else {
        start = without_label(local_start(line, at), at);
    }
    if (start >= at || end == at + 1 || end - start > 254 || !memchr(at, '.', (size_t)(end - at)))
        return NULL;
    char *address = arena_strndup(a, start, (size_t)(end - start));
    *start_out = start;
    return g_utf8_validate(address, -1, NULL) ? address : NULL;
}

bool is_own_address(const struct prose *p, const char *address)
{
    if (strcasecmp(address, p->t->facts->from.address) == 0)
        return true;
    for (size_t i = 0; i < p->n_own; i++)
        if (strcasecmp(address, p->own[i].address) == 0)
            return true;
    return strncasecmp(address, "mailer-daemon@", 14) == 0;
}

static bool is_role(const char *address)
{
    static const char *const locals[] = {"postmaster@", "abuse@", "support@", "helpdesk@", "admin@", "hostmaster@"};
    for (size_t i = 0; i < sizeof locals / sizeof *locals; i++)
        if (strncasecmp(address, locals[i], strlen(locals[i])) == 0)
            return true;
    return false;
}

/* Where a list's program or its owner is written to. */
static bool is_list_robot(const char *address)
{
    static const char *const ends[] = {"-owner@", "-request@", "-help@", "-unsubscribe@", "-bounces@", "-subscribe@"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (strcasestr(address, ends[i]))
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

/* How much of its end is one of them as a word of its own, before blanks, a colon and brackets; the longest. */
static size_t ends_with(const char *s, const char *const *list, size_t n)
{
    size_t length = strlen(s), longest = 0;
    while (length > 0 && strchr(" \t:,<\"'([", s[length - 1]))
        length--;
    for (size_t i = 0; i < n; i++) {
        size_t m = strlen(list[i]);
        if (m > longest && length >= m && strncasecmp(s + length - m, list[i], m) == 0 &&
            (length == m || !g_ascii_isalpha(s[length - m - 1])))
            longest = m;
    }
    return longest;
}

static bool has_letter(const char *s)
{
    for (; *s; s = g_utf8_next_char(s))
        if (g_unichar_isalpha(g_utf8_get_char(s)))
            return true;
    return false;
}

/* "<a@b>: host c said: 550" goes on in the indented lines below: what they name is not said of them. */
static bool goes_on(const struct prose *p, size_t i)
{
    for (char *const *line = p->lines + i; line > p->lines && (**line == ' ' || **line == '\t'); line--) {
        const char *above = line[-1], *at = strchr(above, '@');
        if (above[strspn(above, " \t")] == '\0')
            return false;
        if (above[0] == '<')
            return at && strchr(at, ':');
    }
    return false;
}

/* Where on its line an address stands; PLACE_NONE where that place speaks of somebody else. */
static enum place place_of(struct prose *p, size_t i, const char *start)
{
    const char *line = p->lines[i];
    size_t n = (size_t)(start - line), kept = n < 200 ? n : 200; /* words further off say nothing of it */
    char *before = arena_strndup(p->t->a, start - kept, kept);
    const char *words = before + strspn(before, " \t<*-\"'([>|0123456789.");
    if (!has_letter(before) && kept == n)
        return goes_on(p, i) ? PLACE_ANY : ends_with(line_before(p, i), sender_words, 3) > 0 ? PLACE_NONE : PLACE_ALONE;
    if (ENDS(before, behind_words) > 0)
        return PLACE_BEHIND;
    size_t named = ENDS(before, named_words), sender = ENDS(before, sender_words);
    if (sender > named || strstr(before, "://") || strcasestr(before, "contact "))
        return PLACE_NONE;
    if (strncasecmp(words, "to:", 3) == 0 && words[3 + strspn(words + 3, " \t<\"")] == '\0')
        return PLACE_TO;
    return named > 0 ? PLACE_NAMED : PLACE_ANY;
}

static enum place standing(struct prose *p, size_t i, const char *start, const char *address)
{
    enum place place = is_own_address(p, address) || is_list_robot(address) ? PLACE_NONE : place_of(p, i, start);
    if (place == PLACE_NONE || !is_role(address))
        return place;
    return place == PLACE_ALONE || place == PLACE_NAMED ? PLACE_ROLE : PLACE_NONE;
}

/* Between two addresses of one list: a comma or the like, or the word for "and". */
static bool joins(struct arena *a, const char *from, const char *to)
{
    static const char *const words[] = {"and", "et", "و", "und", "y", "e"};
    if (from > to || to - from > 20)
        return false;
    char *between = g_strdelimit(arena_strndup(a, from, (size_t)(to - from)), "<>\"'()", ' ');
    const char *word = g_strstrip(between);
    if (*word && word[strspn(word, " ,;&/")] == '\0')
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return g_utf8_get_char(word) == 0x060C;
}

void find_addresses(struct prose *p, size_t from, size_t to)
{
    int tried = 0;
    for (size_t i = from; i < to; i++) {
        const char *last = NULL; /* the end of the address before it on the line, one of a recipient */
        for (const char *at = strchr(p->lines[i], '@'); at; at = strchr(at + 1, '@')) {
            if (p->n_found == PROSE_FOUND_MAX || tried++ == TRIED_MAX)
                return;
            const char *start;
            char *address = address_around(p->t->a, p->lines[i], at, &start);
            enum place place = address ? standing(p, i, start, address) : PLACE_NONE;
            if (place != PLACE_NONE && last && joins(p->t->a, last, start))
                place = p->found[p->n_found - 1].place;
            last = place == PLACE_NONE ? NULL : start + strlen(address);
            if (place != PLACE_NONE)
                p->found[p->n_found++] = (struct found){address, place, i};
        }
    }
}
