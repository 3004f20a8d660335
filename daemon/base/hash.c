/* hash.c - SHA-256 of bytes in memory, and random tokens.
 *
 * A token decides nothing by itself, yet nobody should be able to guess one: the kernel's generator, or none. */
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/file.h"

void hash_sha256(const void *bytes, size_t n, char hex_out[65])
{
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    if (n)
        g_checksum_update(sum, bytes, (gssize)n);
    g_strlcpy(hex_out, g_checksum_get_string(sum), 65);
    g_checksum_free(sum);
}

void random_token(char out[17])
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
    unsigned char bytes[16];
    if (TEMP_FAILURE_RETRY(getrandom(bytes, sizeof bytes, 0)) != (ssize_t)sizeof bytes)
        abort();
    for (size_t i = 0; i < sizeof bytes; i++)
        out[i] = digits[bytes[i] % 32]; /* five random bits of each byte: 80 in all */
    out[16] = '\0';
}
