/* round_audience.h - whom a round file writes to, and what they need. Part of reading a round file; all problems go
 * to the reading's list. */
#ifndef TAAMIM_APP_ROUND_AUDIENCE_H
#define TAAMIM_APP_ROUND_AUDIENCE_H
#include "app/roundfile.h"

struct draft; /* roundfile.c's own */
/* One round file being read. */
struct round_reading {
    struct arena *a;
    config_setting_t *root;
    struct draft *d;
    struct round_spec *s; /* as far as it is read */
    const struct config *c;
    const struct party_register *r;
    struct problems *p;
};

/* The groups and codes of `to`. */
void audience_check_names(const struct round_reading *l, config_setting_t *to);
/* A code that a document or a contact of the round names. */
void audience_check_invited(const struct round_reading *l, config_setting_t *where, const char *code);
/* A contact of this round alone; the n_before ones before it are in the round already. */
void audience_check_contact(const struct round_reading *l, config_setting_t *group, const struct round_contact *contact,
                            size_t n_before);
void audience_check_partners(const struct round_reading *l);
/* When all is read: each party can be written to, in a language that the round has. */
void audience_check(const struct round_reading *l);

#endif
