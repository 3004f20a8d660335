/* register_private.h - what the files of the register share: reading one, and the checks of single values. */
#ifndef TAAMIM_APP_REGISTER_PRIVATE_H
#define TAAMIM_APP_REGISTER_PRIVATE_H
#include "app/register.h"
#include "round/round.h"

/* Reads an open file; `path` is what the register remembers as its own. NULL with problems. */
struct party_register *register_read(struct arena *a, config_t *file, const char *path, struct problems *p);
/* What is wrong, in words that follow the value; NULL where nothing is. */
const char *code_fault(const char *code);
const char *domain_fault(const char *domain);
/* One key per mailbox: two addresses are the same where their keys are equal. NULL where it is no address. */
const char *address_key(struct arena *a, const char *address);
void sort_contacts(struct contact *contacts, size_t n); /* by rank; the order within a role stays */
/* A text as a quoted libconfig string. */
void quote(struct buf *out, const char *text);

#define CODE_MAX 20
#endif
