/* tls.c - the one place that says how libcurl secures a connection; the URL's scheme tells whether TLS comes first or
 * by STARTTLS. */
#include "mail/tls.h"

void tls_require(CURL *curl, const struct mail_server *s)
{
    curl_easy_setopt(curl, CURLOPT_USE_SSL, s->tls == TLS_NONE ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, s->verify ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, s->verify ? 2L : 0L);
    if (!s->ca_file)
        return;
    curl_easy_setopt(curl, CURLOPT_CAINFO, s->ca_file);
    curl_easy_setopt(curl, CURLOPT_CAPATH, NULL); /* the system's, else trusted beside it */
}
