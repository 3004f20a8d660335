/* Authentication-Results (RFC 8601 2.2), of our own server alone.
 *
 *   [authserv-id [version]] *( ";" ( "none" / method ["/" version] "=" result *( CFWS ptype "." property "=" value ) )
 * )
 *
 * Comments and quoted strings are respected, so that neither a comment nor a quoted ";" can forge a verdict. Only
 * headers of the authserv-id we are told are read, the topmost of them: a sender can write any number of others.
 * "topmost-unnamed" is for servers that leave the id out; there the topmost header of all decides, and one with an id
 * in that place is not ours. What is not known whole, or not of one mind, fails: strangers write into it (the envelope,
 * HELO, their selectors). */
#include <string.h>
#include <strings.h>
#include "mail/address.h"
#include "mail/facts.h"
#include "mail/lex.h"

#define RESULT_LEN 64

struct verdicts {
    int dmarc[3]; /* how often each result was told */
    bool another, aligned_pass;
};

static const char *skip_space(const char *p)
{
    for (;;) {
        p += strspn(p, " \t\r\n");
        if (*p != '(')
            return p;
        p = lex_skip(p, NULL);
    }
}

/* One token or quoted string, up to any of `stop`. */
static const char *take_word(const char *p, const char *stop, char out[RESULT_LEN * 5])
{
    size_t n = 0;
    bool quoted = *p == '"';
    if (quoted)
        p++;
    while (*p && (quoted ? *p != '"' : !strchr(stop, *p) && !strchr(" \t\r\n(", *p))) {
        if (quoted && *p == '\\' && p[1])
            p++;
        if (n + 1 < RESULT_LEN * 5)
            out[n++] = *p;
        p++;
    }
    out[n] = '\0';
    return quoted && *p == '"' ? p + 1 : p;
}

/* The next ";" outside of comments and quoted strings, or the end. */
static const char *next_section(const char *p)
{
    while (*p && *p != ';') {
        const char *behind = lex_skip(p, NULL);
        p = behind > p ? behind : p + 1;
    }
    return p;
}

static bool one_domain(const char *value, const char *from)
{
    const char *at = strrchr(value, '@'), *domain = at ? at + 1 : value, *mine = strrchr(from, '@');
    if (!mine || !*domain)
        return false;
    return address_in_domain(from, domain) || strcasecmp(mine + 1, domain) == 0;
}

/* pvalue = value / [ [ local-part ] "@" ] domain-name: a quoted local part is not the value, what follows it is. */
static const char *take_value(const char *p, char out[RESULT_LEN * 5])
{
    bool quoted = *p == '"';
    p = take_word(p, ";", out);
    return quoted && *p == '@' ? take_word(p, ";", out) : p;
}

enum alignment { ALIGN_UNSAID, ALIGN_SAME, ALIGN_OTHER };

/* What the named properties of a result say of the sender's domain: any that is the same decides. */
static enum alignment alignment_of(const char *p, const char *const *names, const char *from)
{
    char name[RESULT_LEN * 5], value[RESULT_LEN * 5];
    enum alignment found = ALIGN_UNSAID;
    while (*(p = skip_space(p)) && *p != ';') {
        const char *start = p;
        p = skip_space(take_word(p, "=;", name));
        value[0] = '\0';
        if (*p == '=')
            p = take_value(skip_space(p + 1), value);
        for (const char *const *n = names; *n; n++)
            if (strcasecmp(name, *n) == 0)
                found = found == ALIGN_SAME || one_domain(value, from) ? ALIGN_SAME : ALIGN_OTHER;
        if (p == start)
            p++;
    }
    return found;
}

/* A verdict of DMARC is about the domain it names, whatever it says of it: where that is not the sender's that we
 * read, the mail shows two senders. */
static void read_dmarc(const char *p, const char *result, const char *from, struct verdicts *v)
{
    static const char *const names[] = {"header.from", NULL};
    bool pass = strcasecmp(result, "pass") == 0, fail = strcasecmp(result, "fail") == 0;
    v->another |= alignment_of(p, names, from) == ALIGN_OTHER;
    v->dmarc[pass ? AUTH_PASS : fail ? AUTH_FAIL : AUTH_NONE]++;
}

static void read_section(const char *p, const char *from, struct verdicts *v)
{
    char method[RESULT_LEN * 5], result[RESULT_LEN * 5];
    p = skip_space(take_word(skip_space(p), "=;/", method));
    if (*p == '/')
        p = skip_space(take_word(skip_space(p + 1), "=;", result));
    if (*p != '=')
        return;
    p = take_word(skip_space(p + 1), ";", result);
    static const char *const names[] = {"header.d", "header.i", "smtp.mailfrom", NULL};
    if (strcasecmp(method, "dmarc") == 0)
        read_dmarc(p, result, from, v);
    else if (strcasecmp(result, "pass") == 0 && (strcasecmp(method, "dkim") == 0 || strcasecmp(method, "spf") == 0))
        v->aligned_pass |= alignment_of(p, names, from) == ALIGN_SAME;
}

/* True when the header begins with an authserv-id (written to id_out) and not with a result. */
static bool authserv_id_of(const char *header, char id_out[RESULT_LEN * 5])
{
    const char *p = skip_space(take_word(skip_space(header), ";=", id_out));
    return *p != '=' && id_out[0] != '\0';
}

/* One mail has one verdict of DMARC: a second that says something else was put in by whom the header quotes. */
static enum auth_result sum_up(const struct verdicts *v, const char **why_out)
{
    bool pass = v->dmarc[AUTH_PASS] > 0, fail = v->dmarc[AUTH_FAIL] > 0, none = v->dmarc[AUTH_NONE] > 0;
    if (v->another)
        *why_out = "our server's word is about the domain of another sender";
    else if (pass && (fail || none))
        *why_out = "our server's word on the sender contradicts itself";
    if (*why_out || fail)
        return AUTH_FAIL;
    return pass || v->aligned_pass ? AUTH_PASS : AUTH_NONE;
}

static enum auth_result verdict_of(const char *header, bool named, const char *from, const char **why_out)
{
    struct verdicts v = {.aligned_pass = false};
    const char *p = named ? next_section(header) : header;
    if (!named)
        read_section(p, from, &v);
    for (p = next_section(p); *p == ';'; p = next_section(p + 1))
        read_section(p + 1, from, &v);
    return sum_up(&v, why_out);
}

/* No comment and no quoted string is left open, which would hide what follows. */
static bool is_closed(const char *p)
{
    bool open = false;
    while (*p) {
        const char *behind = lex_skip(p, &open);
        p = behind > p ? behind : p + 1;
    }
    return !open;
}

/* The header that our own server wrote; NULL where there is none. */
static const struct fact_auth *ours_of(const struct facts *f, const char *authserv_id, bool named)
{
    char id[RESULT_LEN * 5];
    if (!named)
        return f->n_auth_results > 0 && !authserv_id_of(f->auth_results[0].value, id) ? &f->auth_results[0] : NULL;
    for (size_t i = 0; i < f->n_auth_results; i++)
        if (authserv_id_of(f->auth_results[i].value, id) && strcasecmp(id, authserv_id) == 0)
            return &f->auth_results[i];
    return NULL;
}

enum auth_result auth_of(const struct facts *f, const char *authserv_id, const char **why_out)
{
    *why_out = NULL;
    if (f->several_senders)
        return AUTH_FAIL;
    if (!authserv_id || !*authserv_id)
        return AUTH_NONE;
    bool named = strcmp(authserv_id, "topmost-unnamed") != 0;
    const struct fact_auth *ours = ours_of(f, authserv_id, named);
    if (!ours)
        return AUTH_NONE;
    if (!ours->cut && is_closed(ours->value))
        return verdict_of(ours->value, named, f->from.address, why_out);
    *why_out = ours->cut ? "our server's word on the sender is too long to be read whole"
                         : "our server's word on the sender cannot be read";
    return AUTH_FAIL;
}
