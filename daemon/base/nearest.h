/* nearest.h - the name that was meant. */
#ifndef TAAMIM_BASE_NEAREST_H
#define TAAMIM_BASE_NEAREST_H
#include <stddef.h>

/* The one of these names that needs the fewest letters added, left out, changed or swapped with their neighbours; NULL
 * where that would be more than a slip, and for names of more than 64 bytes. */
const char *nearest_name(const char *wrong, const char *const *names, size_t n);

#endif
