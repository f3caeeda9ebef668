// SPDX-License-Identifier: GPL-2.0
/*
 * Which entries of the model are shown, in which order.
 */
#include "top_order.h"
#include "common.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const top_key_names[TOP_KEYS] = {
	[TOP_BY_RATE] = "rate",
	[TOP_BY_SND] = "snd",
	[TOP_BY_RCV] = "rcv",
	[TOP_BY_PACKETS] = "packets",
	[TOP_BY_TOTAL] = "total",
	[TOP_BY_TCP] = "tcp",
	[TOP_BY_UDP] = "udp",
	[TOP_BY_PID] = "pid",
	[TOP_BY_NAME] = "name",
	[TOP_BY_USER] = "user",
	[TOP_BY_UNIT] = "unit",
};

bool top_key_parse(const char *name, enum top_key *key)
{
	size_t i;

	for (i = 0; i < TOP_KEYS; i++)
		if (!strcmp(name, top_key_names[i])) {
			*key = i;
			return true;
		}
	return false;
}

struct sorting {
	const struct top_model *model;
	enum top_key key;
	bool reverse;
};

/* One that has ended sinks as it fades, rather than to drop at once. */
static double rate_of(const struct top_model *model, const struct top_entry *entry)
{
	double rate = top_snd(&entry->rates) + top_rcv(&entry->rates), left;

	if (!entry->exited || !entry->missing || !model->fade)
		return rate;
	left = 1 - (double)(model->time - entry->missing) / model->fade;
	left *= entry->last_rate;
	return left > rate ? left : rate;
}

static int most_first(double a, double b)
{
	return a > b ? -1 : a < b;
}

static int least_first(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_key(const struct sorting *sorting, const struct top_entry *a,
		  const struct top_entry *b)
{
	const struct top_rates *r = &a->rates, *s = &b->rates;

	switch (sorting->key) {
	case TOP_BY_RATE:
		return most_first(rate_of(sorting->model, a), rate_of(sorting->model, b));
	case TOP_BY_SND:
		return most_first(top_snd(r), top_snd(s));
	case TOP_BY_RCV:
		return most_first(top_rcv(r), top_rcv(s));
	case TOP_BY_PACKETS:
		return most_first(r->snd_packets + r->rcv_packets, s->snd_packets + s->rcv_packets);
	case TOP_BY_TOTAL:
		return -least_first(counter_bytes(&a->task.counters),
				    counter_bytes(&b->task.counters));
	case TOP_BY_TCP:
		return most_first(r->tcp_snd + r->tcp_rcv, s->tcp_snd + s->tcp_rcv);
	case TOP_BY_UDP:
		return most_first(r->udp_snd + r->udp_rcv, s->udp_snd + s->udp_rcv);
	case TOP_BY_NAME:
		return strcasecmp(a->task.name, b->task.name);
	case TOP_BY_USER:
		return strcmp(a->user, b->user);
	case TOP_BY_UNIT:
		/* those that have none come last */
		return (!*a->unit - !*b->unit) ?: strcmp(a->unit, b->unit);
	default:
		return 0;
	}
}

static int by_identity(const struct netatop_task *a, const struct netatop_task *b)
{
	return least_first(a->tgid, b->tgid) ?: least_first(a->start, b->start) ?:
	       least_first(a->tid, b->tid) ?: least_first(a->tid_start, b->tid_start);
}

/* No two are equal, so rows move only when there is a reason. */
static int compare(const void *x, const void *y, void *data)
{
	const struct top_entry *a = *(struct top_entry *const *)x;
	const struct top_entry *b = *(struct top_entry *const *)y;
	const struct sorting *sorting = data;
	int order = by_key(sorting, a, b);

	if (!order && sorting->key == TOP_BY_PID)
		order = by_identity(&a->task, &b->task);
	if (order)
		return sorting->reverse ? -order : order;
	if (sorting->key == TOP_BY_RATE)
		order = -least_first(counter_bytes(&a->task.counters),
				     counter_bytes(&b->task.counters));
	return order ?: by_identity(&a->task, &b->task);
}

/**
 * top_order_matches() - is an entry one that a filter lets through
 * @entry:  the entry
 * @filter: text
 *
 * Return: whether it is.
 */
bool top_order_matches(const struct top_entry *entry, const char *filter)
{
	char number[16];

	if (!*filter || strcasestr(entry->task.name, filter) ||
	    strcasestr(entry->user, filter) || strcasestr(entry->unit, filter))
		return true;
	snprintf(number, sizeof(number), "%d", entry->task.tid ?: entry->task.tgid);
	return !strcmp(number, filter);
}

static bool was_active(const struct top_entry *entry)
{
	size_t i;

	for (i = 0; i < TOP_HISTORY; i++)
		if (entry->snd[i] > 0 || entry->rcv[i] > 0)
			return true;
	return false;
}

/* The row stays with whom it was chosen for; if that is gone, at its place. */
static void find_selected(struct top_order *order)
{
	size_t i;

	if (!order->chosen)
		order->selected = 0;
	for (i = 0; order->chosen && i < order->count; i++)
		if (!by_identity(&order->row[i]->task, &order->identity)) {
			order->selected = i;
			return;
		}
	if (order->selected >= order->count)
		order->selected = order->count ? order->count - 1 : 0;
}

/**
 * top_order_update() - find out anew what is shown
 * @order: what is shown
 * @model: of this; the rows mean nothing any more once it has changed
 *
 * Return: 0 or -ENOMEM.
 */
int top_order_update(struct top_order *order, const struct top_model *model)
{
	struct sorting sorting = { model, order->key, order->reverse };
	size_t i;

	if (order->room < model->count) {
		struct top_entry **more = reallocarray(order->row, model->room,
						       sizeof(struct top_entry *));

		if (!more) {
			order->count = 0;
			return -ENOMEM;
		}
		order->row = more;
		order->room = model->room;
	}
	order->count = 0;
	for (i = 0; i < model->count; i++)
		if (top_order_matches(model->entry[i], order->filter) &&
		    (!order->hide_idle || was_active(model->entry[i])))
			order->row[order->count++] = model->entry[i];
	if (order->count)
		qsort_r(order->row, order->count, sizeof(struct top_entry *), compare, &sorting);
	find_selected(order);
	return 0;
}

/**
 * top_order_move() - select another row
 * @order: what is shown
 * @by:	   how many rows down
 */
void top_order_move(struct top_order *order, long by)
{
	long row = (long)order->selected + by;

	if (!order->count)
		return;
	if (row < 0)
		row = 0;
	if (row >= (long)order->count)
		row = order->count - 1;
	order->selected = row;
	order->identity = order->row[row]->task;
	order->chosen = true;
}

/**
 * top_order_scroll() - see to it that the selected row is on the screen
 * @order: what is shown
 * @rows:  that the screen has
 */
void top_order_scroll(struct top_order *order, size_t rows)
{
	if (!rows)
		return;
	if (order->selected < order->top)
		order->top = order->selected;
	if (order->selected >= order->top + rows)
		order->top = order->selected - rows + 1;
	if (order->top + rows > order->count)
		order->top = order->count > rows ? order->count - rows : 0;
}

/* NULL if no row is shown. */
struct top_entry *top_order_selected(const struct top_order *order)
{
	return order->count ? order->row[order->selected] : NULL;
}

void top_order_free(struct top_order *order)
{
	free(order->row);
	order->row = NULL;
	order->count = 0;
	order->room = 0;
}
