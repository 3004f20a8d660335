/* S/MIME whose content lies in the signature (RFC 8551 3.5.2: signed-data, "opaque"): read as if it were not signed. No
 * signature is verified, and none is claimed to be.
 *
 * In a message it holds a MIME entity; a file NAME.pdf.p7m holds NAME.pdf. GnuTLS needs it in memory, some seven times:
 * what is larger than SIGNED_MAX stays as it is, like all that is encrypted or broken. */
#include <gnutls/pkcs7.h>
#include <string.h>
#include "parse/header.h"
#include "parse/tree.h"

#define SIGNED_MAX ((size_t)22 << 20) /* a mail of 30 MB */

static bool embedded(const struct buf *der, gnutls_datum_t *out)
{
    gnutls_pkcs7_t signature;
    const gnutls_datum_t bytes = {(unsigned char *)(size_t)buf_text(der), (unsigned)der->len};
    gnutls_x509_crt_fmt_t format =
        der->len > 5 && memcmp(der->data, "-----", 5) == 0 ? GNUTLS_X509_FMT_PEM : GNUTLS_X509_FMT_DER;
    if (gnutls_pkcs7_init(&signature) < 0)
        return false;
    bool done =
        gnutls_pkcs7_import(signature, &bytes, format) >= 0 && gnutls_pkcs7_get_embedded_data(signature, 0, out) >= 0;
    gnutls_pkcs7_deinit(signature);
    return done;
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

GMimeObject *open_signed(struct tree *t, const struct leaf *l)
{
    BUF_SCOPED der = {0};
    gnutls_datum_t data = {NULL, 0};
    if (!is_smime(l))
        return NULL;
    leaf_bytes(l, SIGNED_MAX, &der);
    if (der.len == SIGNED_MAX || !embedded(&der, &data))
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
