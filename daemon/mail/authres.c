/* What our own server says of the sender: Authentication-Results (RFC 8601 2.2).
 *
 *   [authserv-id [version]] *( ";" ( "none" / method ["/" version] "=" result *( CFWS ptype "." property "=" value ) )
 * )
 *
 * Comments and quoted strings are respected, so that neither a comment nor a quoted ";" can forge a verdict. Only
 * headers of our own server are read, the topmost of them: a sender can write any number of others. How servers write
 * it is a table of dialects. What is not known whole, or not of one mind, fails: strangers write into it (the envelope,
 * HELO, their selectors). No signature is verified here: of ARC, our server's own arc=pass is what counts. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "mail/address.h"
#include "mail/facts.h"
#include "mail/lex.h"

#define RESULT_LEN 64

struct verdicts {
    int dmarc[3]; /* how often each result was told */
    bool another, aligned_pass;
    int arc_whole, arc_broken; /* the chain (RFC 8617), as our server found it */
};

struct dialect {
    const char *authserv_id; /* NULL: any other, which is the name in the header */
    bool named;              /* the header bears that name; else it begins with a result, and must be the topmost */
    bool microsoft;          /* mail from within the organisation bears a mark that no mail from outside keeps */
};
static const struct dialect dialects[] = {
    {"topmost-unnamed", false, false},
    {"microsoft-365", false, true},
    {NULL, true, false},
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

static const char *domain_of(const char *value)
{
    const char *at = strrchr(value, '@');
    return at ? at + 1 : value;
}

/* A domain above the sender's may be a whole country's, and vouches for nobody. */
static bool same_domain(const char *value, const char *from)
{
    ARENA_SCOPED a = arena_new();
    const char *one = address_domain(a, domain_of(value), NULL), *mine = address_domain(a, domain_of(from), NULL);
    return one && mine && strcmp(one, mine) == 0;
}

/* A verdict of DMARC may name the domain above, whose policy it was. */
static bool same_or_above(const char *value, const char *from)
{
    return address_in_domain(from, domain_of(value)) || strcasecmp(domain_of(from), domain_of(value)) == 0;
}

/* pvalue = value / [ [ local-part ] "@" ] domain-name: a quoted local part is not the value, what follows it is. */
static const char *take_value(const char *p, char out[RESULT_LEN * 5])
{
    bool quoted = *p == '"';
    p = take_word(p, ";", out);
    return quoted && *p == '@' ? take_word(p, ";", out) : p;
}

enum alignment { ALIGN_UNSAID, ALIGN_SAME, ALIGN_OTHER };

/* The next `name=value` of a result; false at its end. */
static bool next_property(const char **p, char name[RESULT_LEN * 5], char value[RESULT_LEN * 5])
{
    const char *start = *p = skip_space(*p);
    value[0] = '\0';
    if (!*start || *start == ';')
        return false;
    *p = skip_space(take_word(start, "=;", name));
    if (**p == '=')
        *p = take_value(skip_space(*p + 1), value);
    *p += *p == start;
    return true;
}

/* What the named properties of a result say of the sender's domain: any that fits it decides. */
static enum alignment alignment_of(const char *p, const char *const *names, const char *from,
                                   bool (*fits)(const char *value, const char *from))
{
    char name[RESULT_LEN * 5], value[RESULT_LEN * 5];
    enum alignment found = ALIGN_UNSAID;
    while (next_property(&p, name, value))
        for (const char *const *n = names; *n; n++)
            if (strcasecmp(name, *n) == 0)
                found = found == ALIGN_SAME || fits(value, from) ? ALIGN_SAME : ALIGN_OTHER;
    return found;
}

/* Microsoft's own word for it: "compauth=pass reason=130" is that a sealer its administrator trusts was believed. */
static bool is_reason_arc(const char *p)
{
    char name[RESULT_LEN * 5], value[RESULT_LEN * 5];
    while (next_property(&p, name, value))
        if (strcasecmp(name, "reason") == 0)
            return strcmp(value, "130") == 0;
    return false;
}

/* A verdict of DMARC is about the domain it names, whatever it says of it: where that is not the sender's that we
 * read, the mail shows two senders. */
static void read_dmarc(const char *p, const char *result, const char *from, struct verdicts *v)
{
    static const char *const names[] = {"header.from", NULL};
    bool pass = strcasecmp(result, "pass") == 0, fail = strcasecmp(result, "fail") == 0;
    v->another |= alignment_of(p, names, from, same_or_above) == ALIGN_OTHER;
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
    else if (strcasecmp(method, "arc") == 0)
        strcasecmp(result, "pass") == 0 ? v->arc_whole++ : v->arc_broken++;
    else if (strcasecmp(method, "compauth") == 0)
        v->arc_whole += strcasecmp(result, "pass") == 0 && is_reason_arc(p);
    else if (strcasecmp(result, "pass") == 0 && (strcasecmp(method, "dkim") == 0 || strcasecmp(method, "spf") == 0))
        v->aligned_pass |= alignment_of(p, names, from, same_domain) == ALIGN_SAME;
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

static struct verdicts read_results(const char *header, bool named, const char *from)
{
    struct verdicts v = {.aligned_pass = false};
    const char *p = named ? next_section(header) : header;
    if (!named)
        read_section(p, from, &v);
    for (p = next_section(p); *p == ';'; p = next_section(p + 1))
        read_section(p + 1, from, &v);
    return v;
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

/* ---- ARC: what sealers before our server saw */

/* The value of one tag of a list `tag=value; ...` (RFC 6376 3.2); false where it is not there exactly once. */
static bool tag_of(const char *list, const char *tag, char out[RESULT_LEN * 5])
{
    int found = 0;
    for (const char *p = list; *p; p += strcspn(p, ";"), p += *p == ';') {
        size_t n;
        p += strspn(p, " \t\r\n");
        n = strcspn(p, "= \t\r\n;");
        if (n != strlen(tag) || strncasecmp(p, tag, n) != 0)
            continue;
        p += n + strspn(p + n, " \t\r\n");
        if (*p == '=' && ++found)
            take_word(p + 1 + strspn(p + 1, " \t\r\n"), ";", out);
    }
    return found == 1;
}

/* 1 to 50 (RFC 8617 4.2.1); 0 where it tells none. */
static int instance_of(const char *header)
{
    char value[RESULT_LEN * 5];
    size_t digits = tag_of(header, "i", value) ? strspn(value, "0123456789") : 0;
    long n = digits > 0 && digits <= 2 && !value[digits] ? strtol(value, NULL, 10) : 0;
    return n <= 50 ? (int)n : 0;
}

/* The one header of that instance, whole; NULL where there is none, or several. */
static const char *of_instance(const struct fact_auth *list, size_t n, int instance)
{
    const struct fact_auth *found = NULL;
    for (size_t i = 0; i < n; i++) {
        if (instance_of(list[i].value) != instance)
            continue;
        if (found)
            return NULL;
        found = &list[i];
    }
    return found && !found->cut ? found->value : NULL;
}

static bool is_sealed_by(const char *domain, const char *seal)
{
    char value[RESULT_LEN * 5];
    return domain && tag_of(seal, "d", value) && strcasecmp(domain, value) == 0;
}

static bool is_listed(const struct auth_trust *trust, const char *seal)
{
    for (size_t i = 0; i < trust->n_arc_sealers; i++)
        if (is_sealed_by(trust->arc_sealers[i], seal))
            return true;
    return false;
}

static int newest_of(const struct fact_auth *list, size_t n)
{
    int newest = 0;
    for (size_t i = 0; i < n; i++)
        if (instance_of(list[i].value) > newest)
            newest = instance_of(list[i].value);
    return newest;
}

/* The sealers from the last backwards, as long as each is listed: what one of them passed on whole the next has seen
 * so. Whoever is not listed could have written the mail anew, below the seals that stand there. Our own border's seal
 * is passed over where it stands last, and says nothing: other customers of the same provider seal under its name. */
static bool sealers_pass(const struct facts *f, const struct auth_trust *trust)
{
    int newest = newest_of(f->arc_seals, f->n_arc_seals);
    for (int i = newest; i > 0; i--) {
        const char *seal = of_instance(f->arc_seals, f->n_arc_seals, i), *why = NULL;
        const char *results = of_instance(f->arc_results, f->n_arc_results, i);
        if (!seal || !results || !is_closed(results))
            return false;
        if (i == newest && is_sealed_by(trust->own_seal, seal))
            continue;
        if (!is_listed(trust, seal))
            return false;
        const char *behind_i = next_section(results);
        struct verdicts v = read_results(*behind_i ? behind_i + 1 : behind_i, true, f->from.address);
        if (sum_up(&v, &why) == AUTH_PASS)
            return true;
    }
    return false;
}

/* ---- our own server */

static const struct dialect *dialect_of(const char *authserv_id)
{
    const struct dialect *d = dialects;
    while (d->authserv_id && strcmp(d->authserv_id, authserv_id) != 0)
        d++;
    return d;
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

/* Sent within the organisation: who sent it had logged in, and nobody checks DMARC there (the header says none, or
 * there is no header). Exchange takes the mark off what comes from outside. It says that a colleague, a machine or a
 * connector of ours sent it, under whatever From: it vouches for our own domain, and for no state's. */
static bool is_from_within(const struct facts *f, const struct fact_auth *ours, const struct verdicts *v,
                           const char *own_address)
{
    bool unsaid = ours ? v->dmarc[AUTH_FAIL] == 0 && v->dmarc[AUTH_PASS] == 0 : f->n_auth_results == 0;
    return unsaid && f->auth_as && strcasecmp(f->auth_as, "Internal") == 0 && own_address &&
           same_domain(own_address, f->from.address);
}

enum auth_result auth_of(const struct facts *f, const struct auth_trust *trust, const char **why_out)
{
    *why_out = NULL;
    if (f->several_senders)
        return AUTH_FAIL;
    if (!trust->authserv_id || !*trust->authserv_id)
        return AUTH_NONE;
    const struct dialect *d = dialect_of(trust->authserv_id);
    const struct fact_auth *ours = ours_of(f, trust->authserv_id, d->named);
    if (ours && (ours->cut || !is_closed(ours->value))) {
        *why_out = ours->cut ? "our server's word on the sender is too long to be read whole"
                             : "our server's word on the sender cannot be read";
        return AUTH_FAIL;
    }
    struct verdicts v = read_results(ours ? ours->value : "", d->named, f->from.address);
    enum auth_result result = sum_up(&v, why_out);
    bool whole = v.arc_whole > 0 && v.arc_broken == 0;
    if (*why_out || result == AUTH_PASS)
        return result;
    if ((whole && sealers_pass(f, trust)) || (d->microsoft && is_from_within(f, ours, &v, trust->own_address)))
        return AUTH_PASS;
    return result;
}
