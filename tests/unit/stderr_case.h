/* stderr_case.h - what was written to stderr meanwhile: libcurl, told to be verbose, writes passwords there where
 * nothing else takes its words. */
#ifndef TAAMIM_TESTS_STDERR_CASE_H
#define TAAMIM_TESTS_STDERR_CASE_H
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct hushed {
    int kept;
    FILE *said;
};

static inline struct hushed stderr_hush(void)
{
    struct hushed h = {.kept = dup(2), .said = tmpfile()};
    if (h.kept < 0 || !h.said || dup2(fileno(h.said), 2) < 0)
        abort();
    return h;
}

/* Ends it; the number of bytes. */
static inline long stderr_heard(struct hushed *h)
{
    struct stat st;
    fflush(stderr);
    if (dup2(h->kept, 2) < 0 || fstat(fileno(h->said), &st) < 0)
        abort();
    close(h->kept);
    fclose(h->said);
    return (long)st.st_size;
}

#endif
