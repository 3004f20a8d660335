/* Watches the room that is left for the state directory. A full disk loses nothing that was taken: the collector
 * keeps what it cannot store in the mailbox. Nothing comes in then, though, and nothing goes out. */
#include "app/disk.h"

#include "base/log.h"
#include "mail/lang.h"

#define GB ((int64_t)1000000000)

bool disk_is_low(int64_t free_bytes, int64_t all_bytes, bool was_low)
{
    int64_t least = all_bytes / 20 > GB ? all_bytes / 20 : GB;

    return free_bytes < (was_low ? least + least / 5 : least);
}

static bool tell(struct daemon *d, const char *text, struct err *e)
{
    struct alert_row about = {.kind = "trouble"};

    return !text || (alert(d, &about, e, "%s", text) &&
                     story(d, &(struct story_line){.who = "daemon", .what = "disk"}, e, "%s", text));
}

static void note_change(struct daemon *d, const char *text)
{
    struct err e = {0};

    if (daemon_begin(d, &e) && store_set(d->store, "disk_low", text, &e) && tell(d, text, &e) && daemon_commit(d, &e))
        return;
    daemon_rollback(d);
    log_event(LOG_LEVEL_ERROR, "disk", "reason", e.text, NULL); /* on a full disk this line is all there is */
}

void disk_turn(struct daemon *d)
{
    ARENA_SCOPED a = arena_new();
    int64_t free_bytes, all_bytes;
    bool was_low = store_get(d->store, a, "disk_low") != NULL, low;

    if (!spool_space(d->spool, &free_bytes, &all_bytes))
        return;
    low = disk_is_low(free_bytes, all_bytes, was_low);
    if (low != was_low)
        note_change(d, low ? arena_printf(a, "the disk of %s is nearly full, %s of %s are free",
                                          d->orders.config->state_dir, size_in_words(a, LANG_EN, free_bytes),
                                          size_in_words(a, LANG_EN, all_bytes))
                           : NULL);
}
