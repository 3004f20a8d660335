/* message.h - one message to facts, in this process and without a sandbox (main.c adds both).
 *
 * The message is read from message_fd (seekable, from offset 0) as a stream and never held in memory; the decoded
 * bytes of its parts are written to scratch_fd one after the other. What passes a limit is told: a part as cut, the
 * rest of a message as incomplete, both in words in facts.trouble. False only where the message cannot be read at
 * all; TEMP where the scratch file cannot be written, which is no fault of the message. */
#ifndef TAAMIM_PARSE_MESSAGE_H
#define TAAMIM_PARSE_MESSAGE_H
#include "mail/facts.h"

#define PARSE_DEPTH_MAX   20
#define PARSE_LEAVES_MAX  4000 /* parts of all kinds; papers among them are told up to FACTS_PARTS_MAX */
#define PARSE_PART_MAX    ((int64_t)100 << 20) /* decoded bytes of one part */
#define PARSE_SCRATCH_MAX ((int64_t)190 << 20) /* of all: below the sandbox's file size limit */

/* Loads what later can no longer be loaded: GMime, the magic database, charset converters. May be called again. */
bool parse_prepare(struct err *e);
bool parse_message(struct arena *a, int message_fd, int scratch_fd, struct facts *out, struct err *e);

#endif
