// SPDX-License-Identifier: GPL-2.0
/*
 * The live view: what keys do.
 */
#include "top_view.h"

#include <string.h>

static const double intervals[] = { 0.2, 0.5, 1, 2, 5, 10, 30, 60 };

#define INTERVALS	(sizeof(intervals) / sizeof(*intervals))

/* The next of the usual ones. */
static void change_interval(struct top_view *view, bool longer)
{
	size_t i;

	if (longer) {
		for (i = 0; i < INTERVALS; i++)
			if (intervals[i] > view->interval) {
				view->interval = intervals[i];
				return;
			}
		return;
	}
	for (i = INTERVALS; i > 0; i--)
		if (intervals[i - 1] < view->interval) {
			view->interval = intervals[i - 1];
			return;
		}
}

/* Whole characters: what follows the first byte of one goes with it. */
static void rub_out(char *text)
{
	size_t n = strlen(text);

	while (n && (text[n - 1] & 0xc0) == 0x80)
		n--;
	text[n ? n - 1 : 0] = 0;
}

/* What is typed comes in bytes, of UTF-8 several for a character. */
static enum top_action edit(struct top_view *view, int key)
{
	size_t n = strlen(view->edit);

	if (key == '\n' || key == '\r') {
		strcpy(view->order.filter, view->edit);
		view->editing = false;
	} else if (key == 27) {
		*view->order.filter = 0;
		view->editing = false;
	} else if (key == TOP_KEY_BACKSPACE || key == 8 || key == 127) {
		rub_out(view->edit);
	} else if (key == 21) {	/* Ctrl-U */
		*view->edit = 0;
	} else if (key >= ' ' && key < 256 && n + 1 < sizeof(view->edit)) {
		view->edit[n] = key;
		view->edit[n + 1] = 0;
	}
	if (view->editing)
		strcpy(view->order.filter, view->edit);
	return TOP_NOTHING;
}

static void move(struct top_view *view, long by)
{
	if (view->page == TOP_FLOWS)
		top_flows_move(&view->flows, by);
	else
		top_order_move(view->page == TOP_THREADS ? &view->thread_order : &view->order, by);
}

static bool move_by_key(struct top_view *view, int key)
{
	long page = view->rows > 1 ? view->rows - 1 : 1, all = 1L << 30;

	switch (key) {
	case TOP_KEY_UP:
	case 'k':
		move(view, -1);
		return true;
	case TOP_KEY_DOWN:
	case 'j':
		move(view, 1);
		return true;
	case TOP_KEY_PAGE_UP:
		move(view, -page);
		return true;
	case TOP_KEY_PAGE_DOWN:
		move(view, page);
		return true;
	case TOP_KEY_HOME:
		move(view, -all);
		return true;
	case TOP_KEY_END:
		move(view, all);
		return true;
	default:
		return false;
	}
}

/* The page of threads or flows of the selected process. */
static enum top_action open_page(struct top_view *view, enum top_page page)
{
	const struct top_entry *entry = top_order_selected(&view->order);

	if (view->page == page)
		return TOP_NOTHING;
	if (view->page == TOP_PROCESSES) {
		if (!entry)
			return TOP_NOTHING;
		view->of = entry->task;
	}
	top_model_clear(&view->threads);
	top_order_free(&view->thread_order);
	view->thread_order = (struct top_order) { };
	top_flows_free(&view->flows);
	view->page = page;
	return TOP_SAMPLE;
}

static void leave_page(struct top_view *view)
{
	if (view->page == TOP_PROCESSES)
		*view->order.filter = 0;
	view->page = TOP_PROCESSES;
}

static void sort_by_next(struct top_view *view, int step)
{
	view->order.key = (view->order.key + TOP_KEYS + step) % TOP_KEYS;
}

static enum top_action command(struct top_view *view, int key)
{
	switch (key) {
	case 'q':
		return TOP_QUIT;
	case '?':
	case 'h':
		view->back = view->page;
		view->page = TOP_HELP;
		break;
	case '\n':
	case '\r':
	case 't':
		return open_page(view, TOP_THREADS);
	case 'f':
		return open_page(view, TOP_FLOWS);
	case 27:
	case TOP_KEY_LEFT:
		leave_page(view);
		break;
	case 's':
	case '>':
		sort_by_next(view, 1);
		break;
	case 'S':
	case '<':
		sort_by_next(view, -1);
		break;
	case 'r':
		view->order.reverse = !view->order.reverse;
		break;
	case '/':
		view->editing = view->page == TOP_PROCESSES;
		strcpy(view->edit, view->order.filter);
		break;
	case 'i':
		view->order.hide_idle = !view->order.hide_idle;
		break;
	case 'p':
	case ' ':
		view->paused = !view->paused;
		return view->paused ? TOP_NOTHING : TOP_RESUME;
	case 'b':
		view->bits = !view->bits;
		break;
	case '+':
	case '-':
		change_interval(view, key == '+');
		break;
	case TOP_KEY_REDRAW:
	case 12:	/* Ctrl-L */
		return TOP_REPAINT;
	}
	return TOP_NOTHING;
}

/**
 * top_view_key() - a key has been pressed
 * @view: the view; top_view_update() is to be called then
 * @key:  a byte of text, a control character, or enum top_special
 *
 * Return: what is to be done beyond that.
 */
enum top_action top_view_key(struct top_view *view, int key)
{
	if (view->page == TOP_HELP) {
		view->page = view->back;
		return key == 'q' ? TOP_QUIT : TOP_NOTHING;
	}
	if (view->editing)
		return edit(view, key);
	if (move_by_key(view, key))
		return TOP_NOTHING;
	return command(view, key);
}
