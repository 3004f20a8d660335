/* S/MIME whose content lies in the signature (RFC 8551 3.5.2: signed-data, "opaque"): read as if it were not signed. No
 * signature is verified, and none is claimed to be.
 *
 * In a message it holds a MIME entity; a file NAME.pdf.p7m holds NAME.pdf. GnuTLS needs it in memory, some seven times:
 * what is larger than SIGNED_MAX stays as it is, like all that is encrypted or broken. Whoever has the file can open it
 * all the same where it is signed alone. */
#include <gnutls/pkcs7.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "parse/header.h"
#include "parse/tree.h"

#define SIGNED_MAX ((int64_t)22 << 20) /* in a mail of 30 MB; within the sandbox's memory */

static bool embedded(const gnutls_datum_t *der, gnutls_datum_t *out)
{
    gnutls_pkcs7_t signature;
    bool pem = der->size > 5 && memcmp(der->data, "-----", 5) == 0;
    if (gnutls_pkcs7_init(&signature) < 0)
        return false;
    bool done = gnutls_pkcs7_import(signature, der, pem ? GNUTLS_X509_FMT_PEM : GNUTLS_X509_FMT_DER) >= 0 &&
                gnutls_pkcs7_get_embedded_data(signature, 0, out) >= 0;
    gnutls_pkcs7_deinit(signature);
    return done;
}

/* The part's bytes, in a block of their size to be freed; they leave nothing in the scratch file. */
static bool read_whole(struct tree *t, GMimePart *part, gnutls_datum_t *out)
{
    struct slice bytes;
    int64_t before = t->scratch_used;
    bool fits = save_content(t, part, &bytes) && bytes.size > 0 && bytes.size <= SIGNED_MAX;
    t->scratch_used = before;
    out->size = fits ? (unsigned)bytes.size : 0;
    out->data = fits ? malloc(out->size) : NULL;
    return out->data && pread(t->scratch_fd, out->data, out->size, bytes.offset) == (ssize_t)out->size;
}

/* The entity, if it says that it is one. */
static GMimeObject *entity(struct tree *t, struct slice bytes)
{
    GMimeParser *parser = scratch_parser(t, bytes);
    GMimeObject *o = g_mime_parser_construct_part(parser, NULL);
    g_object_unref(parser);
    if (o && header_type(o))
        return o;
    g_clear_object(&o);
    return NULL;
}

bool is_signed(const struct leaf *l)
{
    static const char oid[] = "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02"; /* RFC 5652 5.1, behind a length */
    BUF_SCOPED head = {0};
    leaf_bytes(l, 32, &head);
    return is_smime(l) && memmem(buf_text(&head), head.len, oid, sizeof oid - 1);
}

GMimeObject *open_signed(struct tree *t, const struct leaf *l)
{
    gnutls_datum_t der = {NULL, 0}, data = {NULL, 0};
    if (!is_smime(l))
        return NULL;
    bool opened = read_whole(t, l->part, &der) && embedded(&der, &data);
    free(der.data);
    if (!opened)
        return NULL;
    struct slice bytes = {t->scratch_used, data.size};
    bool written = data.size > 0 && scratch_write(t, (const char *)data.data, data.size);
    gnutls_free(data.data);
    GMimeObject *in = written ? entity(t, bytes) : NULL;
    if (written && !in) {
        const char *name = ends_in(l->name, ".p7m") ? arena_strndup(t->a, l->name, strlen(l->name) - 4) : l->name;
        in = GMIME_OBJECT(scratch_file(t, "application/octet-stream", name, bytes));
    }
    return in;
}
