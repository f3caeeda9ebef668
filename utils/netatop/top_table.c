// SPDX-License-Identifier: GPL-2.0
/*
 * What the live view shows where there is no terminal.
 */
#include "top_table.h"
#include "common.h"
#include "json.h"

#include <math.h>
#include <stdio.h>

#define TABLE_COLUMNS	200

static void print_line(struct top_screen *screen)
{
	struct top_line *line = &screen->line[0];

	while (line->used && line->text[line->used - 1] == ' ')
		line->used--;
	printf("%.*s\n", (int)line->used, line->text);
	top_screen_clear(screen);
}

/**
 * top_table_print() - the table, and the balance
 * @view: what is shown
 *
 * Return: how the command ends.
 */
int top_table_print(struct top_view *view)
{
	struct top_cells cells = { .model = &view->processes, .bits = view->bits };
	struct top_screen screen;
	size_t i;

	if (top_screen_init(&screen, 1, TABLE_COLUMNS, top_utf8())) {
		complain("no memory");
		return FAILED;
	}
	top_layout(&cells.layout, TABLE_COLUMNS);
	/* these are for the eye */
	cells.layout.width[TOP_COL_SND_BAR] = 0;
	cells.layout.width[TOP_COL_RCV_BAR] = 0;
	cells.layout.width[TOP_COL_HISTORY] = 0;
	top_put_titles(&screen, 0, &cells, TOP_KEYS);
	print_line(&screen);
	for (i = 0; i < view->order.count; i++) {
		top_put_entry(&screen, 0, &cells, view->order.row[i]);
		print_line(&screen);
	}
	top_put_balance(view, &screen, 0);
	print_line(&screen);
	top_screen_free(&screen);
	return flush_output(DONE);
}

static json_t *per_second(const struct top_rates *r)
{
	json_t *object = json_object();

	json_put_u64(object, "tcp_snd_bytes", llround(r->tcp_snd));
	json_put_u64(object, "tcp_rcv_bytes", llround(r->tcp_rcv));
	json_put_u64(object, "udp_snd_bytes", llround(r->udp_snd));
	json_put_u64(object, "udp_rcv_bytes", llround(r->udp_rcv));
	json_put_u64(object, "snd_packets", llround(r->snd_packets));
	json_put_u64(object, "rcv_packets", llround(r->rcv_packets));
	return object;
}

static json_t *balance(const struct top_balance *b)
{
	json_t *object = json_object();

	json_put_u64(object, "bytes", b->total);
	json_put_u64(object, "without_owner_bytes", b->lacking);
	json_put_u64(object, "tunnel_bytes", b->tunnel);
	json_put_u64(object, "excluded_bytes", b->excluded);
	json_put_u64(object, "interval_bytes", b->now);
	json_put_u64(object, "interval_without_owner_bytes", b->now_lacking);
	return object;
}

/**
 * top_table_json() - the same as one JSON object
 * @view: what is shown
 *
 * Return: how the command ends.
 */
int top_table_json(struct top_view *view)
{
	json_t *object = json_object(), *array = json_array();
	size_t i;

	json_put_u64(object, "time", view->processes.time);
	json_put_u64(object, "interval", llround(view->processes.seconds * 1e9));
	json_put(object, "balance", balance(&view->processes.balance));
	json_put(object, "per_second", per_second(&view->processes.all));
	for (i = 0; i < view->order.count; i++) {
		const struct top_entry *entry = view->order.row[i];
		json_t *task = json_task(&entry->task);

		json_put(task, "per_second", per_second(&entry->rates));
		json_array_append_new(array, task);
	}
	json_put(object, "processes", array);
	return json_print(object) ? FAILED : DONE;
}
