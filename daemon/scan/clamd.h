/* clamd.h - one question to ClamAV's clamd over its local socket (clamd(8), COMMANDS), each on a connection of its own.
 *
 *   zINSTREAM\0  then per chunk its length (32 bits, network order) and its bytes, and a length of 0
 *   "stream: OK\0"   "stream: NAME FOUND\0"   "... ERROR\0"   and "INSTREAM size limit exceeded. ERROR\0", which comes
 *   before all has been said where the file is longer than StreamMaxLength */
#ifndef TAAMIM_SCAN_CLAMD_H
#define TAAMIM_SCAN_CLAMD_H
#include <stdint.h>
#include "mail/scan.h"

struct clamd {
    const char *socket;
    int connect_s, write_s, answer_s, ping_s; /* how long it may be silent: before it takes us, takes bytes, answers */
};
/* clamd gives a file up after two minutes by itself (MaxScanTime). */
#define CLAMD_PATIENCE .connect_s = 10, .write_s = 30, .answer_s = 150, .ping_s = 5

struct clamd_words {
    enum scan_result result;
    char text[SCAN_TEXT_MAX + 1];
};
/* Size bytes of fd from offset on. What fails while clamd answers a PING is the file's fault: FAILED; else AWAY. */
struct clamd_words clamd_scan(const struct clamd *c, int fd, int64_t offset, int64_t size);
/* CLEAN with clamd's version, or AWAY with the reason. */
struct clamd_words clamd_version(const struct clamd *c);

#endif
