/* compose_value.h - what compose.c and compose_document.c share. Nobody else includes it. */
#ifndef TAAMIM_MAIL_COMPOSE_VALUE_H
#define TAAMIM_MAIL_COMPOSE_VALUE_H
#include <gmime/gmime.h>
#include <stdbool.h>
#include "base/err.h"

#define COMPOSE_BOUNDARY_MAX 60 /* of RFC 2046's 70: the inner boundary is longer */

GMimeFormatOptions *compose_crlf(void); /* how everything is written; the first call starts GMime */
/* A header's value: there, valid UTF-8, no control character. `what` names it in the error. */
bool compose_value_right(const char *what, const char *value, struct err *e);
bool compose_boundary_right(const char *boundary, struct err *e);

#endif
