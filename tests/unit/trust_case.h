/* trust_case.h - whose certificates libcurl was told to trust: its calls into GnuTLS, heard on their way.
 *
 * Debian's libcurl for GnuTLS has a folder of authorities compiled in and no file, so ca_file alone does not replace
 * what the system trusts, and the folder taken away leaves nobody. */
#ifndef TAAMIM_TESTS_TRUST_CASE_H
#define TAAMIM_TESTS_TRUST_CASE_H
#include <dlfcn.h>
#include <stdio.h>

static char trusted_folder[256], trusted_file[256]; /* the last one of each; "" where there was none */

typedef int gnutls_trust(void *credentials, const char *path, int format);
int gnutls_certificate_set_x509_trust_dir(void *credentials, const char *path, int format);
int gnutls_certificate_set_x509_trust_file(void *credentials, const char *path, int format);

static inline int trust_on(const char *function, void *credentials, const char *path, int format)
{
    gnutls_trust *next;
    *(void **)&next = dlsym(RTLD_NEXT, function);
    return next(credentials, path, format);
}

int gnutls_certificate_set_x509_trust_dir(void *credentials, const char *path, int format)
{
    snprintf(trusted_folder, sizeof trusted_folder, "%s", path);
    return trust_on("gnutls_certificate_set_x509_trust_dir", credentials, path, format);
}

int gnutls_certificate_set_x509_trust_file(void *credentials, const char *path, int format)
{
    snprintf(trusted_file, sizeof trusted_file, "%s", path);
    return trust_on("gnutls_certificate_set_x509_trust_file", credentials, path, format);
}

#endif
