/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The columns of the table of processes or threads, as many as there is room
 * for.
 */
#ifndef _NETATOP_TOP_COLUMNS_H
#define _NETATOP_TOP_COLUMNS_H

#include "top_model.h"
#include "top_order.h"
#include "top_screen.h"

/* In the order of the screen. */
enum top_column {
	TOP_COL_PID,
	TOP_COL_USER,
	TOP_COL_NAME,
	TOP_COL_SND,
	TOP_COL_SND_BAR,
	TOP_COL_RCV,
	TOP_COL_RCV_BAR,
	TOP_COL_HISTORY,
	TOP_COL_PACKETS,
	TOP_COL_SND_PACKETS,
	TOP_COL_RCV_PACKETS,
	TOP_COL_TCP_SHARE,
	TOP_COL_TCP,
	TOP_COL_UDP,
	TOP_COL_TOTAL,
	TOP_COL_TOTAL_SND,
	TOP_COL_TOTAL_RCV,
	TOP_COL_UNIT,
	TOP_COLUMNS,
};

/**
 * struct top_layout - the columns that there is room for
 * @width: of each column, 0: it is not shown
 */
struct top_layout {
	int width[TOP_COLUMNS];
};

/**
 * struct top_cells - how rows are shown
 * @layout:  columns
 * @model:   that they are of
 * @most:    bytes a second that fill a bar
 * @bits:    rates in bits instead of bytes
 * @threads: they are threads
 */
struct top_cells {
	struct top_layout layout;
	const struct top_model *model;
	double most;
	bool bits;
	bool threads;
};

void top_layout(struct top_layout *layout, int columns);
void top_put_titles(struct top_screen *screen, int row, const struct top_cells *cells,
		    enum top_key key);
void top_put_entry(struct top_screen *screen, int row, const struct top_cells *cells,
		   const struct top_entry *entry);

#endif /* _NETATOP_TOP_COLUMNS_H */
