/* Whose seal may be believed (ARC, RFC 8617). Refused are names under which many seal who have nothing to do with each
 * other: a mail of any customer of such a provider would count as if we had seen it ourselves. */
#include "app/trust.h"

#include <string.h>
#include <strings.h>

#include "app/register_private.h"

/* These, and every name below one of them. */
static const char *const shared_sealers[] = {
    "google.com",   "microsoft.com",    "outlook.com",  "yahoo.com",      "zoho.com",       "zoho.eu",
    "zohomail.com", "icloud.com",       "apple.com",    "mail.ru",        "yandex.ru",      "protonmail.ch",
    "fastmail.com", "amazonses.com",    "mailgun.org",  "sendgrid.net",   "cloudflare.net", "messagingengine.com",
    "mimecast.org", "mailchannels.net", "pphosted.com", "ppe-hosted.com",
};

const char *seal_fault(const char *domain)
{
    return strchr(domain, '.') && !strpbrk(domain, "@ ;") ? NULL : "is no domain";
}

const char *sealer_fault(const char *domain)
{
    size_t n = strlen(domain);
    const char *fault = seal_fault(domain);

    for (size_t i = 0; !fault && i < sizeof shared_sealers / sizeof *shared_sealers; i++) {
        size_t above = strlen(shared_sealers[i]);

        if (n >= above && strcasecmp(domain + n - above, shared_sealers[i]) == 0 &&
            (n == above || domain[n - above - 1] == '.'))
            return "seals the mail of all its customers; where it is our own provider, it is own_seal";
    }
    return fault ? fault : domain_fault(domain);
}
