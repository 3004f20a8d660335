/* portal_private.h - the portal's pieces for each other; nobody else includes it. */
#ifndef TAAMIM_APP_PORTAL_PRIVATE_H
#define TAAMIM_APP_PORTAL_PRIVATE_H
#include "app/matrix.h"

/* The short Arabic name of a row's party; its code where the register no longer has it. */
const char *row_name(const struct matrix_row *row);
extern const char portal_style[];

#endif
