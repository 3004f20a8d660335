/* trust.h - what may stand in imap.arc_sealers and imap.own_seal. */
#ifndef TAAMIM_APP_TRUST_H
#define TAAMIM_APP_TRUST_H

/* What is wrong with a domain in arc_sealers, in words that follow it; NULL where nothing is. A sealer is one whose own
 * word counts: a provider that seals for all its customers under one name is refused. */
const char *sealer_fault(const char *domain);
/* The same of own_seal, which may be a provider's. */
const char *seal_fault(const char *domain);

#endif
