/* metrics.h - the figures that alarms need, as a file for node_exporter's textfile collector (metrics.file). */
#ifndef TAAMIM_APP_METRICS_H
#define TAAMIM_APP_METRICS_H
#include "app/daemon.h"
#include "base/buf.h"

/* The text, in Prometheus' exposition format. taamimd(8) lists the figures. */
bool metrics_text(struct daemon *d, struct arena *a, struct buf *out, struct err *e);
/* Writes the file where one is wanted and it is time; returns when to come again, 0 where none is wanted. */
int64_t metrics_turn(struct daemon *d);

#endif
