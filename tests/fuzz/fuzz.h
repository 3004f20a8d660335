/* fuzz.h - what the fuzz targets share. Each file fuzz_NAME.c is a libFuzzer program of its own. */
#ifndef TAAMIM_TESTS_FUZZ_H
#define TAAMIM_TESTS_FUZZ_H
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An exact-size copy with a NUL behind it, so that a read past the end is seen. */
static inline char *text_of(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text)
        abort();
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

/* A file without a name that holds the input; its path lasts as long as the descriptor. */
static inline int file_of(const uint8_t *data, size_t size, char path[32])
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
        abort();
    if (path)
        snprintf(path, 32, "/proc/self/fd/%d", fd);
    return fd;
}

/* Ends the process, as a broken promise should. */
static inline void promise(int kept)
{
    if (!kept)
        abort();
}

#endif
