/* sigpipe_case.h - whether a running program lets no broken pipe end it, as proc(5) tells. */
#ifndef TAAMIM_TESTS_SIGPIPE_CASE_H
#define TAAMIM_TESTS_SIGPIPE_CASE_H
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

static inline bool ignores_sigpipe(pid_t pid)
{
    char path[64], line[256];
    unsigned long long ignored = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *status = fopen(path, "r");
    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "SigIgn: %llx", &ignored) == 1)
            break;
    if (status)
        fclose(status);
    return ignored >> (SIGPIPE - 1) & 1;
}

#endif
