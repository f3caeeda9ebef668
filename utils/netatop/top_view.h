/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The live view: what is on the screen, and what keys do to it.
 */
#ifndef _NETATOP_TOP_VIEW_H
#define _NETATOP_TOP_VIEW_H

#include "top_columns.h"
#include "top_flows.h"
#include "top_model.h"
#include "top_order.h"
#include "top_screen.h"

enum top_page { TOP_PROCESSES, TOP_THREADS, TOP_FLOWS, TOP_HELP };

/* Keys that are no characters. */
enum top_special {
	TOP_KEY_UP = 0x110000,
	TOP_KEY_DOWN,
	TOP_KEY_PAGE_UP,
	TOP_KEY_PAGE_DOWN,
	TOP_KEY_HOME,
	TOP_KEY_END,
	TOP_KEY_LEFT,
	TOP_KEY_RIGHT,
	TOP_KEY_BACKSPACE,
	TOP_KEY_REDRAW,
};

/* What a key asks for beyond the view itself. */
enum top_action {
	TOP_NOTHING,
	TOP_QUIT,
	TOP_SAMPLE,	/* the page needs data at once */
	TOP_RESUME,	/* so does who has paused */
	TOP_REPAINT,
};

/**
 * struct top_view - the live view
 * @page:     what is on the screen
 * @back:     page that help goes back to
 * @processes: model of all processes
 * @threads:  model of the threads of @of
 * @order:    processes
 * @thread_order: threads
 * @flows:    of @of
 * @of:       the process that the pages of threads and flows are about
 * @interval: seconds
 * @paused:   nothing is asked for
 * @bits:     rates in bits
 * @editing:  the filter is being typed
 * @edit:     as far as it has been
 * @rows:     of the table, as last shown
 * @alert:    what is wrong, "" if nothing is
 * @lost:     ends of processes have been missed
 */
struct top_view {
	enum top_page page, back;
	struct top_model processes, threads;
	struct top_order order, thread_order;
	struct top_flows flows;
	struct netatop_task of;
	double interval;
	bool paused;
	bool bits;
	bool editing;
	char edit[TOP_FILTER_SIZE];
	size_t rows;
	char alert[200];
	bool lost;
};

int top_view_update(struct top_view *view);
void top_view_render(struct top_view *view, struct top_screen *screen);
void top_put_balance(struct top_view *view, struct top_screen *screen, int row);
enum top_action top_view_key(struct top_view *view, int key);
void top_view_free(struct top_view *view);

#endif /* _NETATOP_TOP_VIEW_H */
