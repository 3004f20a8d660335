/* The record of a collected message, and the name of its file.
 *
 * What comes from the child is not believed: a name that could leave the folder, a number out of range and a hash
 * that is none are refused, with the field named. */
#include "mail/collection.h"

#include <string.h>

#include "base/file.h"
#include "base/wire.h"

#define UID_MAX        4294967295LL
#define NAME_MAX_BYTES 255
#define HASH_DIGITS    8

json_t *collected_to_json(const struct collected *c)
{
    return json_pack("{s:s, s:s, s:I, s:I, s:I, s:s, s:I}", "file", c->file, "mailbox", c->mailbox, "uidvalidity",
                     (json_int_t)c->uidvalidity, "uid", (json_int_t)c->uid, "size", (json_int_t)c->size, "sha256",
                     c->sha256, "internal_at", (json_int_t)c->internal_at);
}

static bool plain_name(const char *name)
{
    size_t n = strlen(name);
    if (n == 0 || n > NAME_MAX_BYTES || name[0] == '.')
        return false;
    for (const char *p = name; *p; p++)
        if (*p == '/' || (unsigned char)*p < 32 || *p == 127)
            return false;
    return true;
}

static bool plain_mailbox(const char *name)
{
    size_t n = strlen(name);
    return n > 0 && n <= NAME_MAX_BYTES && !strpbrk(name, "\r\n");
}

static bool hex_digest(const char *text)
{
    return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static bool in_range(int64_t value, int64_t least, int64_t most)
{
    return value >= least && value <= most;
}

bool collected_from_json(struct arena *a, const json_t *j, struct collected *out, struct err *e)
{
    struct collected c = {
        .file = wire_string(j, "file", ""),
        .mailbox = wire_string(j, "mailbox", ""),
        .sha256 = wire_string(j, "sha256", ""),
        .uidvalidity = wire_int(j, "uidvalidity", 0),
        .uid = wire_int(j, "uid", 0),
        .size = wire_int(j, "size", -1),
        .internal_at = wire_int(j, "internal_at", -1),
    };
    const char *wrong = !plain_name(c.file)                          ? "file"
                        : !plain_mailbox(c.mailbox)                  ? "mailbox"
                        : !hex_digest(c.sha256)                      ? "sha256"
                        : !in_range(c.uidvalidity, 1, UID_MAX)       ? "uidvalidity"
                        : !in_range(c.uid, 1, UID_MAX)               ? "uid"
                        : !in_range(c.size, 0, INT64_MAX)            ? "size"
                        : !in_range(c.internal_at, 0, INT64_MAX / 2) ? "internal_at"
                                                                     : NULL;
    if (wrong)
        return err_perm(e, "the collector reported a message whose %s is not valid", wrong);
    *out = c;
    out->file = arena_strdup(a, c.file);
    out->mailbox = arena_strdup(a, c.mailbox);
    out->sha256 = arena_strdup(a, c.sha256);
    return true;
}

char *collected_name(struct arena *a, const char *mailbox, int64_t uidvalidity, int64_t uid)
{
    char hash[65];
    hash_sha256(mailbox, strlen(mailbox), hash);
    return arena_printf(a, "%.*s-%lld-%lld.eml", HASH_DIGITS, hash, (long long)uidvalidity, (long long)uid);
}
