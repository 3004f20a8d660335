/* disk.h - room on the disk: told before it is gone. */
#ifndef TAAMIM_APP_DISK_H
#define TAAMIM_APP_DISK_H
#include "app/daemon.h"

/* Less than 1 GB, or less than 5 %, of the file system is free. What was low stays so until there is a fifth more
 * than that. */
bool disk_is_low(int64_t free_bytes, int64_t all_bytes, bool was_low);
/* Tells the officers, once; `taamim status` says it as long as it lasts (fact "disk_low"). */
void disk_turn(struct daemon *d);

#endif
