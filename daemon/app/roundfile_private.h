/* roundfile_private.h - the checks of single values that a round file and a round as JSON have in common. */
#ifndef TAAMIM_APP_ROUNDFILE_PRIVATE_H
#define TAAMIM_APP_ROUNDFILE_PRIVATE_H
#include "app/roundfile.h"

#define DOCUMENTS_MAX  1024
#define TEMPLATES_MAX  64
#define DOCUMENT_BYTES ((int64_t)100 << 20)
#define REF_MAX        40
#define KEY_MAX        40
/* What is wrong, in words that follow the value; NULL where nothing is. */
const char *ref_fault(const char *ref);
const char *key_fault(const char *key);

#endif
