// SPDX-License-Identifier: GPL-2.0
/*
 * The live view: what is on the screen.
 */
#include "top_view.h"
#include "common.h"

#include <string.h>

static const struct {
	const char *keys, *what;
} help[] = {
	{ "Up Down PgUp PgDn Home End, j k", "select a line" },
	{ "Enter, t", "threads of the selected process" },
	{ "f", "flows of the selected process" },
	{ "Esc, Left", "back to the processes" },
	{ "s S, < >", "sort by the next column, the one before" },
	{ "r", "reverse the order" },
	{ "/", "filter by name, user, unit or number; Esc: no filter" },
	{ "i", "hide or show those that did nothing lately" },
	{ "p, Space", "pause, go on" },
	{ "b", "rates in bits or bytes" },
	{ "+ -", "longer or shorter interval" },
	{ "Ctrl-L", "paint the screen anew" },
	{ "h, ?", "this help" },
	{ "q", "quit" },
};

static const char *const keys_of[] = {
	[TOP_PROCESSES] =
		" ? help  q quit  t threads  f flows  s sort  / filter  i idle  p pause  b bits",
	[TOP_THREADS] = " ? help  q quit  Esc back  f flows  s sort  r reverse  p pause  b bits",
	[TOP_FLOWS] = " ? help  q quit  Esc back  t threads  p pause",
	[TOP_HELP] = " any key: back",
};

static const char *const notes[] = {
	"x  has ended; it fades for some seconds, then goes",
	"~  has exited, but its sockets still send or receive",
	"SND RCV TCP UDP: this interval; TOTAL: since the module was loaded",
	"PKT packets; SPK, RPK sent, received; TCP% of the total bytes",
};

static const struct top_model *shown_model(const struct top_view *view)
{
	return view->page == TOP_THREADS ? &view->threads : &view->processes;
}

static struct top_order *shown_order(struct top_view *view)
{
	return view->page == TOP_THREADS ? &view->thread_order : &view->order;
}

/**
 * top_view_update() - the models have new data
 * @view: the view
 *
 * Return: 0 or -ENOMEM.
 */
int top_view_update(struct top_view *view)
{
	int err = top_order_update(&view->order, &view->processes);

	/* both pages are sorted in the same way */
	view->thread_order.key = view->order.key;
	view->thread_order.reverse = view->order.reverse;
	return err ?: top_order_update(&view->thread_order, &view->threads);
}

static void put_rate(struct top_view *view, struct top_screen *screen, const char *what,
		     double rate, const float *history, enum top_style style)
{
	char amount[16], line[TOP_TEXT_SIZE(TOP_HISTORY)];
	int columns = screen->columns >= 120 ? TOP_HISTORY : screen->columns >= 80 ? 12 : 6;
	float values[TOP_HISTORY];

	top_amount(amount, sizeof(amount), view->bits ? 8 * rate : rate);
	top_printf(screen, 0, TOP_PLAIN, "  %s %5s%s ", what, amount, view->bits ? "b/s" : "B/s");
	top_history(&view->processes, history, NULL, values);
	top_sparkline(line, sizeof(line), values, TOP_HISTORY, columns, screen->utf8);
	top_put(screen, 0, style, line);
}

static size_t count_active(const struct top_model *model)
{
	size_t i, active = 0;

	for (i = 0; i < model->count; i++)
		active += !top_is_idle(model->entry[i]);
	return active;
}

static void put_rates(struct top_view *view, struct top_screen *screen)
{
	const struct top_model *model = &view->processes;

	top_put(screen, 0, TOP_STRONG, "netatop");
	put_rate(view, screen, "snd", top_snd(&model->all), model->snd, TOP_SND);
	put_rate(view, screen, "rcv", top_rcv(&model->all), model->rcv, TOP_RCV);
	top_printf(screen, 0, TOP_PLAIN, "  %zu of %zu active", count_active(model), model->count);
}

/* A line: how much of all traffic has an owner. */
void top_put_balance(struct top_view *view, struct top_screen *screen, int row)
{
	const struct top_balance *b = &view->processes.balance;
	char share[16], now[16], total[16], lacking[16], tunnel[16], excluded[16];

	if (!b->known)
		return;
	top_share(share, sizeof(share), b->total - b->lacking, b->total);
	top_share(now, sizeof(now), b->now - b->now_lacking, b->now);
	top_amount(total, sizeof(total), b->total);
	top_amount(lacking, sizeof(lacking), b->lacking);
	top_amount(tunnel, sizeof(tunnel), b->tunnel);
	top_amount(excluded, sizeof(excluded), b->excluded);
	top_printf(screen, row, b->lacking ? TOP_PLAIN : TOP_STRONG, "owner known of %s", share);
	top_printf(screen, row, TOP_PLAIN, " of %sB, now %s; no owner %sB", total, now, lacking);
	top_printf(screen, row, TOP_PLAIN, "  tunnel %sB  left out %sB", tunnel, excluded);
}

static void put_state(struct top_view *view, struct top_screen *screen)
{
	const struct top_order *order = &view->order;

	if (*view->alert) {
		top_put(screen, 2, TOP_ALERT, view->alert);
		return;
	}
	if (view->paused)
		top_put(screen, 2, TOP_ALERT, "PAUSED  ");
	if (view->page == TOP_THREADS || view->page == TOP_FLOWS) {
		top_printf(screen, 2, TOP_STRONG, "%s of %d %s",
			   view->page == TOP_THREADS ? "threads" : "flows", view->of.tgid,
			   view->of.name);
		if (view->page == TOP_FLOWS && view->flows.others)
			top_printf(screen, 2, TOP_PLAIN, "  %zu, and %zu more",
				   view->flows.count, view->flows.others);
		else if (view->page == TOP_FLOWS)
			top_printf(screen, 2, TOP_PLAIN, "  %zu", view->flows.count);
	}
	if (view->page != TOP_FLOWS)
		top_printf(screen, 2, TOP_PLAIN, "%sby %s%s", view->page == TOP_THREADS ? "  " : "",
			   top_key_names[order->key], order->reverse ? " reversed" : "");
	top_printf(screen, 2, TOP_PLAIN, "  every %g s", view->interval);
	if (view->page == TOP_PROCESSES && *order->filter)
		top_printf(screen, 2, TOP_STRONG, "  filter: %s", order->filter);
	if (view->page == TOP_PROCESSES && order->hide_idle)
		top_put(screen, 2, TOP_STRONG, "  idle ones hidden");
	if (view->lost)
		top_put(screen, 2, TOP_ALERT, "  some ends were missed");
}

/* What fills the bars: the most that any has. */
static double most_of(const struct top_model *model)
{
	double most = 0;
	size_t i;

	for (i = 0; i < model->count; i++) {
		const struct top_rates *r = &model->entry[i]->rates;

		if (top_snd(r) > most)
			most = top_snd(r);
		if (top_rcv(r) > most)
			most = top_rcv(r);
	}
	return most;
}

static void put_table(struct top_view *view, struct top_screen *screen, int row)
{
	struct top_order *order = shown_order(view);
	struct top_cells cells = {
		.model = shown_model(view),
		.bits = view->bits,
		.threads = view->page == TOP_THREADS,
	};
	size_t i;

	cells.most = most_of(cells.model);
	top_layout(&cells.layout, screen->columns);
	top_put_titles(screen, row, &cells, view->order.key);
	top_order_scroll(order, view->rows);
	for (i = 0; i < view->rows && order->top + i < order->count; i++) {
		top_put_entry(screen, row + 1 + i, &cells, order->row[order->top + i]);
		if (row + 1 + (int)i < screen->rows)
			screen->line[row + 1 + i].selected = order->top + i == order->selected;
	}
	if (!order->count)
		top_put(screen, row + 1, TOP_PLAIN,
			*order->filter ? "  none has the text of the filter" :
			cells.model->seconds > 0 ? "  no TCP or UDP so far" : "  a moment");
}

static void put_flows(struct top_view *view, struct top_screen *screen, int row)
{
	struct top_flows *flows = &view->flows;
	size_t i;

	top_put_flow_titles(screen, row);
	top_flows_scroll(flows, view->rows);
	for (i = 0; i < view->rows && flows->top + i < flows->count; i++) {
		top_put_flow(screen, row + 1 + i, &flows->flow[flows->top + i]);
		if (row + 1 + (int)i < screen->rows)
			screen->line[row + 1 + i].selected = flows->top + i == flows->selected;
	}
	if (!flows->count)
		top_put(screen, row + 1, TOP_PLAIN, "  none");
}

static void put_counter(struct top_screen *screen, int row, const char *what, uint64_t bytes,
			uint64_t packets)
{
	char b[16], p[16];

	top_amount(b, sizeof(b), bytes);
	top_amount(p, sizeof(p), packets);
	top_printf(screen, row, TOP_PLAIN, "%s %sB %s", what, b, p);
}

/* What there may be no columns for. */
static void put_detail(struct top_view *view, struct top_screen *screen, int row)
{
	const struct top_entry *entry = top_order_selected(shown_order(view));
	const struct netatop_counters *c;

	if (!entry)
		return;
	c = &entry->task.counters;
	top_printf(screen, row, TOP_STRONG, "%d %s", entry->task.tid ?: entry->task.tgid,
		   entry->task.name);
	top_printf(screen, row, TOP_PLAIN, "  user %s  unit %s%s", entry->user,
		   *entry->unit ? entry->unit : "-", entry->exited ? "  has ended" : "");
	put_counter(screen, row + 1, "TCP snd", c->tcp_snd_bytes, c->tcp_snd_packets);
	put_counter(screen, row + 1, " rcv", c->tcp_rcv_bytes, c->tcp_rcv_packets);
	put_counter(screen, row + 1, "  UDP snd", c->udp_snd_bytes, c->udp_snd_packets);
	put_counter(screen, row + 1, " rcv", c->udp_rcv_bytes, c->udp_rcv_packets);
	top_put(screen, row + 1, TOP_PLAIN, " packets");
}

static void put_keys(struct top_view *view, struct top_screen *screen, int row)
{
	if (view->editing) {
		top_printf(screen, row, TOP_STRONG, "filter: %s", view->edit);
		screen->cursor = screen->line[row].width;
		return;
	}
	top_put_fit(screen, row, TOP_TITLE, keys_of[view->page], screen->columns, TOP_LEFT);
}

static void put_help(struct top_screen *screen)
{
	size_t i;
	int row = 0;

	top_put(screen, row++, TOP_STRONG, "netatop: keys");
	for (i = 0; i < sizeof(help) / sizeof(*help); i++) {
		top_put_fit(screen, ++row, TOP_STRONG, help[i].keys, 33, TOP_LEFT);
		top_put(screen, row, TOP_PLAIN, help[i].what);
	}
	row += 2;
	for (i = 0; i < sizeof(notes) / sizeof(*notes); i++)
		top_put(screen, row++, TOP_PLAIN, notes[i]);
}

/**
 * top_view_render() - what is to be seen
 * @view:   the view
 * @screen: empty; of any size: what there is no room for is left out
 */
void top_view_render(struct top_view *view, struct top_screen *screen)
{
	int rows = screen->rows, head = rows >= 10 ? 3 : 0, keys = rows >= 8;
	int detail = rows >= 14 ? 2 : 0, left;

	if (view->page == TOP_HELP) {
		view->rows = 1;
		put_help(screen);
	} else {
		left = rows - head - 1 - detail - keys;
		view->rows = left > 0 ? left : 0;
		if (head) {
			put_rates(view, screen);
			top_put_balance(view, screen, 1);
			put_state(view, screen);
		}
		if (view->page == TOP_FLOWS)
			put_flows(view, screen, head);
		else
			put_table(view, screen, head);
	}
	if (detail && view->page == TOP_FLOWS && view->flows.count)
		top_put_flow_detail(screen, rows - 3, &view->flows.flow[view->flows.selected]);
	else if (detail && (view->page == TOP_PROCESSES || view->page == TOP_THREADS))
		put_detail(view, screen, rows - 3);
	if (keys || view->editing) {
		/* over whatever is there */
		screen->line[rows - 1].used = 0;
		screen->line[rows - 1].width = 0;
		screen->line[rows - 1].pieces = 0;
		screen->line[rows - 1].selected = false;
		put_keys(view, screen, rows - 1);
	}
}

void top_view_free(struct top_view *view)
{
	top_order_free(&view->order);
	top_order_free(&view->thread_order);
	top_model_free(&view->processes);
	top_model_free(&view->threads);
	top_flows_free(&view->flows);
}
