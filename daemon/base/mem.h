/* mem.h - memory that is there or ends the process.
 *
 * For what lives longer than one event; what belongs to an event comes from an arena. */
#ifndef TAAMIM_BASE_MEM_H
#define TAAMIM_BASE_MEM_H
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static inline void *mem_resize(void *old, size_t size)
{
    void *p = realloc(old, size ? size : 1);
    if (!p)
        abort();
    return p;
}

static inline void *mem_alloc(size_t size)
{ /* zeroed; free() gives it back */
    return memset(mem_resize(NULL, size), 0, size);
}

#endif
