/* Links to files that a person sent in place of the files: by the file service's host, or by a file's ending in a
 * short mail. Links are found in the words and in the marks that html_to_text() left; redirects of mail filters are
 * undone by reading them, three deep. Nothing is fetched. A host counts by whole labels and as the address's host alone,
 * so neither evil-dropbox.com nor dropbox.com@evil is one of them. */
#include <glib.h>
#include <stdbool.h>
#include <string.h>
#include "mail/facts.h"
#include "mail/names.h"
#include "parse/header.h"
#include "parse/text.h"

#define LINK_BYTES  ((size_t)500)
#define LOOKED_AT   ((size_t)4000) /* of one address */
#define SHORT_WORDS ((size_t)600)  /* bytes of a mail that is about its link */
#define REDIRECTS   3
#define SEEN_MAX    500

/* Every host ends in one of these; the path begins with what stands beside it, where any does, and goes on. */
static const struct {
    const char *host, *path;
} services[] = {
    {"drive.google.com", "/"},
    {"docs.google.com", "/"},
    {"drive.usercontent.google.com", "/"},
    {"photos.app.goo.gl", "/"},
    {"onedrive.live.com", "/"},
    {"1drv.ms", "/"},
    {"1drv.com", "/"},
    {"sharepoint.com", "/"},
    {"my.microsoftpersonalcontent.com", "/"},
    {"dropbox.com", "/"},
    {"dropboxusercontent.com", "/"},
    {"db.tt", "/"},
    {"wetransfer.com", "/"},
    {"we.tl", "/"},
    {"box.com", "/"},
    {"mega.nz", "/"},
    {"mega.io", "/"},
    {"mega.co.nz", "/"},
    {"share.icloud.com", "/"},
    {"icloud.com", "/iclouddrive/"},
    {"icloud.com", "/attachment"},
    {"icloud-content.com", "/"},
    {"icloud.com", "/pages/"},
    {"icloud.com", "/keynote/"},
    {"disk.yandex.com", "/"},
    {"disk.yandex.ru", "/"},
    {"disk.360.yandex.ru", "/"},
    {"yadi.sk", "/"},
    {"cloud.mail.ru", "/"},
    {"mediafire.com", "/"},
    {"swisstransfer.com", "/d/"},
    {"kdrive.infomaniak.com", "/"},
    {"sendgb.com", "/"},
    {"sendgb.co", "/"},
    {"filemail.com", "/"},
    {"transfernow.net", "/"},
    {"workdrive.zoho.com", "/"},
    {"workdrive.zoho.eu", "/"},
    {"workdrive.zohoexternal.com", "/"},
    {"workdrive.zohopublic.com", "/"},
    {"fromsmash.com", "/"},
    {"pcloud.link", "/"},
    {"pcloud.com", "/"},
    {"4shared.com", "/"},
    {"terabox.com", "/"},
    {"sendspace.com", "/"},
    {"gofile.io", "/d/"},
    {"hightail.com", "/"},
    {"transferxl.com", "/"},
    {"drive.proton.me", "/"},
    {"sync.com", "/dl/"},
    {"sharefile.com", "/"},
    {"sharefile.eu", "/"},
    {"egnyte.com", "/"},
    {"grosfichiers.com", "/"},
    {"francetransfert.numerique.gouv.fr", "/"},
    {"uploadfiles.io", "/"},
    {"dropmefiles.com", "/"},
    {"jumpshare.com", "/"},
    {"tresorit.com", "/"},
};

static const char *const file_ends[] = {".pdf", ".doc",  ".docx", ".odt", ".rtf", ".xls", ".xlsx", ".ods",
                                        ".ppt", ".pptx", ".zip",  ".rar", ".7z",  ".tif", ".tiff"};

/* Mail filters and search engines that put their own address before a link. */
static const struct {
    const char *host, *parameter;
} redirects[] = {{"safelinks.protection.outlook.com", "url"},
                 {"safelinks.protection.office365.us", "url"},
                 {"google.com", "q"},
                 {"google.com", "url"},
                 {"urldefense.proofpoint.com", "u"},
                 {"linkprotect.cudasvc.com", "a"},
                 {"l.facebook.com", "u"},
                 {"protect.checkpoint.com", "u"}};

static bool host_is(const char *host, const char *name)
{
    size_t n = strlen(host), m = strlen(name);
    return n >= m && g_ascii_strcasecmp(host + n - m, name) == 0 && (n == m || host[n - m - 1] == '.');
}

/* ---- redirects */

/* urldefense.proofpoint.com/v2: "-" for "%" and "_" for "/". */
static char *proofpoint_v2(const char *value)
{
    g_autofree char *copy = g_strdup(value);
    g_strdelimit(copy, "-", '%');
    g_strdelimit(copy, "_", '/');
    return g_uri_unescape_string(copy, NULL);
}

/* urldefense.com/v3/__ADDRESS__;... */
static char *proofpoint_v3(const char *address)
{
    const char *start = strstr(address, "/v3/__"), *end = start ? strstr(start + 6, "__;") : NULL;
    return end ? g_strndup(start + 6, (gsize)(end - start - 6)) : NULL;
}

static bool is_web(const char *address)
{
    return g_ascii_strncasecmp(address, "https://", 8) == 0 || g_ascii_strncasecmp(address, "http://", 7) == 0;
}

/* What a redirect leads to by its own words, to be freed; NULL where it is none. */
static char *led_to(const char *address, GUri *uri)
{
    const char *host = g_uri_get_host(uri), *query = g_uri_get_query(uri);
    if (host_is(host, "urldefense.com"))
        return proofpoint_v3(address);
    g_autoptr(GHashTable) values = query ? g_uri_parse_params(query, -1, "&", G_URI_PARAMS_WWW_FORM, NULL) : NULL;
    for (size_t i = 0; values && i < G_N_ELEMENTS(redirects); i++) {
        const char *value =
            host_is(host, redirects[i].host) ? g_hash_table_lookup(values, redirects[i].parameter) : NULL;
        if (!value)
            continue;
        if (g_str_has_prefix(host, "urldefense."))
            return proofpoint_v2(value);
        return is_web(value) ? g_strdup(value) : NULL;
    }
    return NULL;
}

/* ---- what is a file */

static bool at_service(const char *host, const char *path)
{
    for (size_t i = 0; i < G_N_ELEMENTS(services); i++) {
        size_t n = strlen(services[i].path);
        if (host_is(host, services[i].host) && g_ascii_strncasecmp(path, services[i].path, n) == 0 && path[n])
            return true;
    }
    return false;
}

static bool ends_as_file(const char *path)
{
    for (size_t i = 0; i < G_N_ELEMENTS(file_ends); i++) {
        size_t n = strlen(path), m = strlen(file_ends[i]);
        if (n > m && g_ascii_strcasecmp(path + n - m, file_ends[i]) == 0)
            return true;
    }
    return false;
}

struct found {
    struct arena *a;
    const char **links;
    size_t n, seen;
    bool is_short; /* few words: any file's address is what they are about */
};

static void add_link(struct found *f, const char *address)
{
    const char *link = text_cut(f->a, text_clean(f->a, address, strlen(address)), LINK_BYTES);
    for (size_t i = 0; i < f->n; i++)
        if (strcmp(f->links[i], link) == 0)
            return;
    if (f->n < FACTS_LINKS_MAX)
        ARENA_PUSH(f->a, f->links, f->n, link);
}

static void look_at(struct found *f, const char *start, size_t length)
{
    g_autofree char *address = g_strndup(start, length);
    if (length > LOOKED_AT || f->seen++ > SEEN_MAX)
        return;
    for (int depth = 0; depth <= REDIRECTS && is_web(address); depth++) {
        g_autoptr(GUri) uri = g_uri_parse(address, G_URI_FLAGS_PARSE_RELAXED | G_URI_FLAGS_ENCODED, NULL);
        if (!uri || !g_uri_get_host(uri))
            return;
        char *inner = led_to(address, uri);
        if (!inner) {
            const char *path = g_uri_get_path(uri);
            if (at_service(g_uri_get_host(uri), path) || (f->is_short && ends_as_file(path)))
                add_link(f, address);
            return;
        }
        g_free(address);
        address = inner;
    }
}

/* Where an address in words ends: blanks, brackets and quotes end it; the sentence's own stop is not of it. */
static size_t address_length(const char *p)
{
    size_t n = 0;
    while ((unsigned char)p[n] > ' ' && !strchr("<>\"{}|\\^`", p[n]) && strncmp(p + n, "\xC2\xA0", 2) != 0 &&
           strncmp(p + n, "\xC2\xBB", 2) != 0 && strncmp(p + n, "\xE2\x80", 2) != 0 &&
           strncmp(p + n, "\xE2\x81", 2) != 0 && strncmp(p + n, "،", 2) != 0)
        n++;
    while (n > 0 && strchr(".,;:!?)]'*_", p[n - 1]))
        n--;
    return n;
}

void links_of(struct arena *a, const char *own, const char ***links, size_t *n)
{
    struct found f = {a, *links, *n, 0, strlen(text_without_marks(a, own)) <= SHORT_WORDS};
    for (const char *p = own; *p && f.n < FACTS_LINKS_MAX;) {
        const char *end = *p == TEXT_LINK_MARK ? strchr(p, TEXT_LINK_END) : NULL;
        if (end) {
            look_at(&f, p + 1, (size_t)(end - p - 1));
            p = end + 1;
        } else if ((*p == 'h' || *p == 'H') && is_web(p)) {
            size_t length = address_length(p);
            look_at(&f, p, length);
            p += length;
        } else {
            p++;
        }
    }
    *links = f.links;
    *n = f.n;
}

bool link_add(struct arena *a, const char *address, const char ***links, size_t *n)
{
    struct found f = {.a = a, .links = *links, .n = *n};
    if (!is_web(address))
        return false;
    add_link(&f, address);
    *links = f.links;
    *n = f.n;
    return true;
}
