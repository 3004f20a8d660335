/* log.h - one line per outcome, to stderr.
 *
 * A line is a short event name and fields: `sent round=ARCP/2026/04 party=JO status=sent reason="250 ok"`. Under
 * systemd (JOURNAL_STREAM set) it starts with the <priority> prefix of sd-daemon(3). Values are quoted and escaped
 * here (control, bidi and invalid bytes as \xNN), so that nothing from outside can forge a line. No bodies, no
 * secrets. Everything below app/ is silent. */
#ifndef TAAMIM_BASE_LOG_H
#define TAAMIM_BASE_LOG_H

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4, LOG_LEVEL_NOTICE = 5, LOG_LEVEL_INFO = 6 };

void log_open(const char *program, enum log_level least);
/* log_event(level, "sent", "round", ref, "party", code, NULL): name and value pairs, ended by NULL. A NULL value
 * leaves its field out. */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));

#endif
