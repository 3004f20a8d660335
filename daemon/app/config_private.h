/* config_private.h - what the files that read config/taamim.conf share; nobody else includes it. */
#ifndef TAAMIM_APP_CONFIG_PRIVATE_H
#define TAAMIM_APP_CONFIG_PRIVATE_H
#include <stddef.h>
#include "app/config.h"

#define ROWS(table) (table), sizeof(table) / sizeof *(table)
#define FIELD(f)    offsetof(struct draft, f)

/* The secret's sources of one server, before one is chosen. */
struct login {
    const char *password_file, *password_command, *token_command, *credential;
};
/* What the tables fill; becomes a struct config once all of it is right. */
struct draft {
    struct config c;
    const char *hours, *working_days;
    struct login smtp_login, imap_login;
    int smtp_tls, smtp_auth, imap_tls, imap_auth;
    struct strings mailboxes, junk, reminders;
};

/* One load. */
struct load {
    struct arena *a;
    config_setting_t *root;
    struct draft *d;
    struct problems *p;
};

/* Reads a group of the file by its table into the draft; NULL where it is not there. */
config_setting_t *config_group(const struct load *l, const char *name, const struct setting_row *rows, size_t n);
/* smtp, imap and sending, with their checks. */
void config_servers(const struct load *l);

#endif
