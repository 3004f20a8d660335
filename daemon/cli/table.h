/* table.h - columns that align, with Arabic among them.
 *
 * Widths are display columns (text_width), so that a table is a plain grid in a file or a pipe. In a terminal, where a
 * program that knows both directions would let an Arabic cell pull the numbers beside it to its other side, each cell
 * that is not plain ASCII is isolated by U+2068 and U+2069 (UAX 9), which take no column. */
#ifndef TAAMIM_CLI_TABLE_H
#define TAAMIM_CLI_TABLE_H
#include <stdbool.h>
#include <stdio.h>
#include "base/arena.h"

#define TABLE_COLUMNS_MAX 16
struct table;

/* Ended by NULL. A head that begins with '>' is of numbers: aligned to the right. */
struct table *table_new(struct arena *a, const char *const *heads);
/* As many cells as heads; NULL is an empty one. Cells are cleaned by table_cell(). */
void table_row(struct table *t, const char *const *cells);
void table_print(const struct table *t, FILE *out, bool isolate);
void table_show(const struct table *t); /* to stdout, isolated where that is a terminal */

/* Text from outside as one line without control or direction-overriding characters, at most `columns` wide (0: any),
 * the cut marked by U+2026. */
char *table_cell(struct arena *a, const char *text, int columns);
/* The same, line by line, each indented. */
void table_text(struct arena *a, const char *text, const char *indent);

#endif
