/* address.c - one address, checked and brought into the form in which it may leave.
 *
 * Local parts are dot-atoms (RFC 5321 4.1.2) with UTF-8 allowed (RFC 6531 3.3); the quoted form, which exists to
 * carry spaces and brackets, is refused, and so are address literals. Domains go through IDNA2008 (libidn2) even
 * where they are ASCII, so that one function knows what a domain is. What cannot be brought into that form is
 * nobody's address: it equals nothing and is in no domain. */
#include "mail/address.h"

#include <ctype.h>
#include <idn2.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#include "base/buf.h"
#include "mail/names.h"

#define LOCAL_MAX 64 /* RFC 5321 4.5.3.1.1 */
#define SHOWN_MAX 80 /* bytes of a wrong address in an error: enough to recognise it */

/* A wrong address as an error may show it: one line, nothing in it that acts on a terminal. */
static const char *shown(struct arena *a, const char *address)
{
    char *s = text_clean(a, address, strnlen(address, SHOWN_MAX));
    for (char *p = s; *p; p++)
        if ((unsigned char)*p < 0x20)
            *p = '?';
    return s;
}

/* atext of RFC 5322 3.2.3, the dot of a dot-atom, and any visible character beyond ASCII. */
static bool local_character(utf8proc_int32_t c)
{
    if (c < 0x80)
        return c > 0x20 && c < 0x7f && !strchr("\"(),:;<>@[\\]", (int)c);
    switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return false;
    default: return true;
    }
}

/* What is wrong with a local part; NULL where it is right. */
static const char *local_fault(const char *local, size_t n)
{
    if (n == 0)
        return "nothing stands before the @";
    if (n > LOCAL_MAX)
        return "more than 64 bytes stand before the @";
    if (local[0] == '.' || local[n - 1] == '.' || memmem(local, n, "..", 2))
        return "a dot stands first, last or twice before the @";
    for (size_t at = 0; at < n;) {
        utf8proc_int32_t c;
        utf8proc_ssize_t took = utf8proc_iterate((const utf8proc_uint8_t *)local + at, (utf8proc_ssize_t)(n - at), &c);
        if (took <= 0)
            return "it is not valid UTF-8";
        if (!local_character(c))
            return c == ' ' || c == '\t' ? "it holds a space" : "it holds a character that no address may have";
        at += (size_t)took;
    }
    return NULL;
}

/* libidn2's mapping leaves out what it does not like ("a@b>" becomes "a@b"), so every character is looked at before
 * it. ZWNJ and ZWJ belong to some names (RFC 5892 A.1); whether they stand rightly, libidn2 knows. */
static bool domain_character(utf8proc_int32_t c)
{
    if (c < 0x80)
        return isalnum((int)c) || c == '.' || c == '-';
    return c == 0x200c || c == 0x200d || local_character(c);
}

static bool domain_characters_right(const char *domain)
{
    for (size_t at = 0, n = strlen(domain); at < n;) {
        utf8proc_int32_t c;
        utf8proc_ssize_t took = utf8proc_iterate((const utf8proc_uint8_t *)domain + at, (utf8proc_ssize_t)(n - at), &c);
        if (took <= 0 || !domain_character(c))
            return false;
        at += (size_t)took;
    }
    return true;
}

/* Of what mapping does to a domain, case alone is done. Mapped wholly, fullwidth letters and the Kelvin sign become
 * ASCII and presentation forms letters: a name so written is another one to every server that does not map. NULL where
 * a character beyond ASCII has an ASCII one as its small letter. */
static char *domain_lower(struct arena *a, const char *domain)
{
    BUF_SCOPED out = {0};
    for (size_t at = 0, n = strlen(domain); at < n;) {
        utf8proc_int32_t c, lower;
        utf8proc_uint8_t bytes[4];
        at += (size_t)utf8proc_iterate((const utf8proc_uint8_t *)domain + at, (utf8proc_ssize_t)(n - at), &c);
        lower = utf8proc_tolower(c);
        if (c >= 0x80 && lower < 0x80)
            return NULL;
        buf_add(&out, bytes, (size_t)utf8proc_encode_char(lower, bytes));
    }
    return arena_strndup(a, buf_text(&out), out.len);
}

static char *to_ascii(struct arena *a, const char *domain, int flags, const char **why)
{
    char *labels = NULL;
    int rc = idn2_to_ascii_8z(domain, &labels, IDN2_NFC_INPUT | flags);
    if (rc != IDN2_OK) {
        *why = idn2_strerror(rc);
        return NULL;
    }
    char *wire = arena_strdup(a, labels);
    idn2_free(labels);
    return wire;
}

/* A domain as A-labels in lower case, or NULL with why. */
static char *domain_wire(struct arena *a, const char *domain, const char **why)
{
    *why = "the domain is no domain name";
    size_t n = strlen(domain);
    if (n == 0 || domain[0] == '.' || domain[n - 1] == '.' || !domain_characters_right(domain))
        return NULL;
    const char *lower = domain_lower(a, domain);
    char *wire = to_ascii(a, domain, IDN2_NONTRANSITIONAL | IDN2_USE_STD3_ASCII_RULES, why);
    const char *unmapped = lower && wire ? to_ascii(a, lower, IDN2_NO_TR46, why) : NULL;
    if (!wire || !unmapped || strcmp(wire, unmapped) != 0 || strstr(wire, ".."))
        return NULL;
    return strspn(wire, "abcdefghijklmnopqrstuvwxyz0123456789.-") == strlen(wire) ? wire : NULL;
}

char *address_domain(struct arena *a, const char *domain, struct err *e)
{
    const char *why;
    char *wire = domain_wire(a, domain, &why);
    if (!wire)
        err_perm(e, "\"%s\" is no domain: %s", shown(a, domain), why);
    return wire;
}

char *address_wire(struct arena *a, const char *address, struct err *e)
{
    if (!address || !*address) {
        err_perm(e, "an address is missing");
        return NULL;
    }
    const char *at = strrchr(address, '@');
    const char *why = "it has no @";
    char *domain = NULL;
    if (strnlen(address, ADDRESS_MAX + 1) > ADDRESS_MAX)
        why = "it has more than 254 bytes";
    else if (at && !(why = local_fault(address, (size_t)(at - address))))
        domain = domain_wire(a, at + 1, &why);
    if (!domain) {
        err_perm(e, "\"%s\" is no e-mail address: %s", shown(a, address), why);
        return NULL;
    }
    char *wire = arena_printf(a, "%.*s@%s", (int)(at - address), address, domain);
    if (strlen(wire) > ADDRESS_MAX) {
        err_perm(e, "\"%s\" is no e-mail address: it has more than 254 bytes with its domain encoded",
                 shown(a, address));
        return NULL;
    }
    return wire;
}

/* Text without case, in one normal form; NULL where it is no UTF-8. */
static char *folded(struct arena *a, const char *s, size_t n)
{
    utf8proc_uint8_t *out = NULL;
    utf8proc_ssize_t rc = utf8proc_map((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)n, &out,
                                       UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
    if (rc < 0)
        return NULL;
    char *copy = arena_strndup(a, (const char *)out, (size_t)rc);
    free(out);
    return copy;
}

static bool same_folded(struct arena *a, const char *one, const char *other, size_t n_one, size_t n_other)
{
    const char *x = folded(a, one, n_one);
    const char *y = folded(a, other, n_other);
    return x && y && strcmp(x, y) == 0;
}

bool address_same(const char *one, const char *other)
{
    if (!one || !other)
        return false;
    ARENA_SCOPED a = arena_new();
    const char *x = address_wire(a, one, NULL);
    const char *y = address_wire(a, other, NULL);
    if (!x || !y)
        return false;
    return strcasecmp(x, y) == 0 || same_folded(a, x, y, strlen(x), strlen(y));
}

bool address_in_domain(const char *address, const char *domain)
{
    if (!address || !domain)
        return false;
    ARENA_SCOPED a = arena_new();
    const char *why;
    const char *wire = address_wire(a, address, NULL);
    const char *above = domain_wire(a, domain, &why);
    if (!wire || !above)
        return false;
    const char *own = strrchr(wire, '@') + 1;
    size_t n = strlen(own), n_above = strlen(above);
    if (n < n_above || strcmp(own + n - n_above, above) != 0)
        return false;
    return n == n_above || own[n - n_above - 1] == '.';
}

char *address_with_detail(struct arena *a, const char *address, const char *delimiter, const char *detail)
{
    const char *at = strrchr(address, '@');
    if (!at)
        return NULL;
    return arena_printf(a, "%.*s%s%s%s", (int)(at - address), address, delimiter, detail, at);
}

char *address_detail(struct arena *a, const char *address, const char *ours, const char *delimiter)
{
    const char *wire = address_wire(a, address, NULL);
    const char *base = address_wire(a, ours, NULL);
    if (!wire || !base || !delimiter || !*delimiter)
        return NULL;
    const char *at = strrchr(wire, '@'), *base_at = strrchr(base, '@');
    size_t n_base = (size_t)(base_at - base), n_local = (size_t)(at - wire), n_delimiter = strlen(delimiter);
    if (strcmp(at, base_at) != 0 || n_local <= n_base + n_delimiter)
        return NULL;
    if (!same_folded(a, wire, base, n_base, n_base) || memcmp(wire + n_base, delimiter, n_delimiter) != 0)
        return NULL;
    return arena_strndup(a, wire + n_base + n_delimiter, n_local - n_base - n_delimiter);
}
