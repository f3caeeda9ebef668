/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tables of processes and threads, for people.
 */
#ifndef _NETATOP_TABLE_H
#define _NETATOP_TABLE_H

#include <libnetatop.h>

#include <stdbool.h>

/**
 * struct table - what a table looks like
 * @threads: of threads, with a column for their ids
 * @started: with a column that says when they started
 * @seconds: figures are shown as rates over this time; 0: as they are
 */
struct table {
	bool threads;
	bool started;
	double seconds;
};

void table_head(const struct table *table);
void table_line(const struct table *table, const struct netatop_task *task);
void print_padded(const char *text, int columns);

#endif /* _NETATOP_TABLE_H */
