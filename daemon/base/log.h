/* log.h - one line per outcome, to stderr.
 *
 * A line is a short event name and fields: `sent round=ARCP/2026/04 party=JO status=sent reason="250 ok"`. Under
 * systemd (stderr is what JOURNAL_STREAM names) it starts with the <priority> prefix of sd-daemon(3). Values are quoted and escaped
 * here (control, bidi and invalid bytes as \xNN), so that nothing from outside can forge a line. No bodies, no
 * secrets. Everything below app/ is silent. */
#ifndef TAAMIM_BASE_LOG_H
#define TAAMIM_BASE_LOG_H

struct iovec;

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4, LOG_LEVEL_NOTICE = 5, LOG_LEVEL_INFO = 6 };

void log_open(const char *program, enum log_level least);
/* Where stderr is the journal, lines go there as fields, through sd_journal_sendv(3) or what else takes its arguments:
 * MESSAGE is the line, PRIORITY, SYSLOG_IDENTIFIER and EVENT what their names say, and each value of the line stands under
 * its name in capitals (ROUND, PARTY, STATUS, ...; `message` as REPLY). What it does not take (< 0) becomes a line. */
typedef int log_journal_fn(const struct iovec *fields, int n);
void log_to_journal(log_journal_fn *send); /* NULL: lines only, as at first */

/* log_event(level, "sent", "round", ref, "party", code, NULL): name and value pairs, ended by NULL. A NULL value
 * leaves its field out. */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));

#endif
