/* file.h - files that are whole or not there.
 *
 * "Durable" means: written to a temporary name in the same folder, fsync'd, renamed, and the folder fsync'd. Errors
 * name the path and what the system said. Paths are UTF-8. */
#ifndef TAAMIM_BASE_FILE_H
#define TAAMIM_BASE_FILE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/arena.h"
#include "base/err.h"

char *file_read(struct arena *a, const char *path, size_t max, size_t *len_out,
                struct err *e);                                                          /* NUL after the last byte */
char *file_read_fd(struct arena *a, int fd, size_t max, size_t *len_out, struct err *e); /* from offset 0 */
bool file_write(const char *path, const void *bytes, size_t n, mode_t mode, struct err *e); /* durable, replaces */
/* As file_write, whole in place or not there, but not durable before file_sync() of it and of its folder. */
bool file_put(const char *path, const void *bytes, size_t n, mode_t mode, struct err *e);
/* Copies [offset, offset+size) of fd to path; the SHA-256 of what was written comes back in hex. What it holds is
 * durable, its name is once its folder is synced. Never replaces (EEXIST is an error). Mode 0640. */
bool file_copy_range(int fd, int64_t offset, int64_t size, const char *path, char sha256_out[65], struct err *e);
bool file_sha256_range(int fd, int64_t offset, int64_t size, char sha256_out[65], struct err *e);
bool file_sha256(const char *path, char sha256_out[65], int64_t *size_out, struct err *e);
bool file_move(const char *from, const char *to,
               struct err *e); /* rename within one file system, the target's folder fsync'd; never replaces */
bool file_rename(const char *from, const char *to,
                 struct err *e); /* the same, not yet durable: file_sync() the folder, or do it again after a restart */
bool file_sync(const char *path, struct err *e); /* a file, or the names in a folder; nothing where it is not there */
bool file_mkdirs(const char *path, mode_t mode, struct err *e); /* like mkdir -p */
bool file_exists(const char *path);
int64_t file_size(const char *path); /* -1 where there is none */
void fd_close(int *fd);
/* Begins the name of a file under way; a crash may leave one behind. */
#define FILE_REMAINS ".tmp-"

#define FD_SCOPED __attribute__((cleanup(fd_close))) int

void hash_sha256(const void *bytes, size_t n, char hex_out[65]);
/* 80 random bits in 16 characters of RFC 4648 base32, lower case, from getrandom(2). */
void random_token(char out[17]);

#endif
