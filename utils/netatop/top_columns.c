// SPDX-License-Identifier: GPL-2.0
/*
 * The columns of the table of processes or threads.
 */
#include "top_columns.h"
#include "common.h"

#include <stdio.h>
#include <string.h>

/* What sorts by a column, TOP_KEYS for none. */
static const struct {
	const char *title;
	int least, most;	/* columns */
	enum top_align align;
	enum top_key key;
} columns_of[TOP_COLUMNS] = {
	[TOP_COL_PID] = { "PID", 7, 7, TOP_RIGHT, TOP_BY_PID },
	[TOP_COL_USER] = { "USER", 8, 12, TOP_LEFT, TOP_BY_USER },
	[TOP_COL_NAME] = { "NAME", 10, 15, TOP_LEFT, TOP_BY_NAME },
	[TOP_COL_SND] = { "SND/s", 5, 5, TOP_RIGHT, TOP_BY_SND },
	[TOP_COL_SND_BAR] = { "", 4, 8, TOP_LEFT, TOP_KEYS },
	[TOP_COL_RCV] = { "RCV/s", 5, 5, TOP_RIGHT, TOP_BY_RCV },
	[TOP_COL_RCV_BAR] = { "", 4, 8, TOP_LEFT, TOP_KEYS },
	[TOP_COL_HISTORY] = { "HISTORY", 8, TOP_HISTORY, TOP_LEFT, TOP_BY_RATE },
	[TOP_COL_PACKETS] = { "PKT/s", 5, 5, TOP_RIGHT, TOP_BY_PACKETS },
	[TOP_COL_SND_PACKETS] = { "SPK/s", 5, 5, TOP_RIGHT, TOP_KEYS },
	[TOP_COL_RCV_PACKETS] = { "RPK/s", 5, 5, TOP_RIGHT, TOP_KEYS },
	[TOP_COL_TCP_SHARE] = { "TCP%", 4, 4, TOP_RIGHT, TOP_KEYS },
	[TOP_COL_TCP] = { "TCP/s", 5, 5, TOP_RIGHT, TOP_BY_TCP },
	[TOP_COL_UDP] = { "UDP/s", 5, 5, TOP_RIGHT, TOP_BY_UDP },
	[TOP_COL_TOTAL] = { "TOTAL", 5, 5, TOP_RIGHT, TOP_BY_TOTAL },
	[TOP_COL_TOTAL_SND] = { "T-SND", 5, 5, TOP_RIGHT, TOP_KEYS },
	[TOP_COL_TOTAL_RCV] = { "T-RCV", 5, 5, TOP_RIGHT, TOP_KEYS },
	[TOP_COL_UNIT] = { "UNIT", 12, 40, TOP_LEFT, TOP_BY_UNIT },
};

/**
 * top_layout() - choose columns
 * @layout:  where they are put
 * @columns: that the screen has
 *
 * One column of the screen is for the mark, then each has one in front of it.
 */
void top_layout(struct top_layout *layout, int columns)
{
	/* what is dropped last stands first */
	static const enum top_column wanted[] = {
		TOP_COL_PID, TOP_COL_NAME, TOP_COL_SND, TOP_COL_RCV, TOP_COL_USER,
		TOP_COL_TOTAL, TOP_COL_HISTORY, TOP_COL_PACKETS, TOP_COL_TCP_SHARE,
		TOP_COL_SND_BAR, TOP_COL_RCV_BAR, TOP_COL_UNIT, TOP_COL_TCP, TOP_COL_UDP,
		TOP_COL_SND_PACKETS, TOP_COL_RCV_PACKETS, TOP_COL_TOTAL_SND,
		TOP_COL_TOTAL_RCV,
	};
	static const enum top_column growing[] = {
		TOP_COL_NAME, TOP_COL_UNIT, TOP_COL_USER, TOP_COL_SND_BAR, TOP_COL_RCV_BAR,
		TOP_COL_HISTORY,
	};
	int left = columns;
	size_t i;

	memset(layout, 0, sizeof(*layout));
	for (i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		int width = columns_of[wanted[i]].least;

		if (left < width + 1)
			break;
		layout->width[wanted[i]] = width;
		left -= width + 1;
	}
	for (i = 0; i < sizeof(growing) / sizeof(*growing); i++) {
		int *width = &layout->width[growing[i]];
		int more = columns_of[growing[i]].most - *width;

		if (!*width)
			continue;
		if (more > left)
			more = left;
		*width += more;
		left -= more;
	}
}

/**
 * top_put_titles() - the titles of the columns
 * @screen: the screen
 * @row:    line
 * @cells:  the columns
 * @key:    that rows are sorted by
 */
void top_put_titles(struct top_screen *screen, int row, const struct top_cells *cells,
		    enum top_key key)
{
	int i;

	for (i = 0; i < TOP_COLUMNS; i++) {
		const char *title = columns_of[i].title;

		if (!cells->layout.width[i])
			continue;
		if (i == TOP_COL_PID && cells->threads)
			title = "TID";
		top_put(screen, row, TOP_TITLE, " ");
		top_put_fit(screen, row, columns_of[i].key == key ? TOP_SORTED : TOP_TITLE, title,
			    cells->layout.width[i], columns_of[i].align);
	}
}

static uint64_t tcp_bytes(const struct netatop_counters *c)
{
	return c->tcp_snd_bytes + c->tcp_rcv_bytes;
}

/* Of all that it has sent and received; what was just a little of the one is not 100. */
static void tcp_share(char *buf, size_t size, const struct netatop_counters *c)
{
	uint64_t all = counter_bytes(c);

	if (all)
		snprintf(buf, size, "%u", (unsigned int)((double)tcp_bytes(c) / all * 100));
	else
		snprintf(buf, size, "-");
}

/* What the columns of one number say. */
static double figure(enum top_column column, const struct top_cells *cells,
		     const struct top_entry *entry)
{
	const struct netatop_counters *c = &entry->task.counters;
	const struct top_rates *r = &entry->rates;
	int unit = cells->bits ? 8 : 1;

	switch (column) {
	case TOP_COL_SND:
		return unit * top_snd(r);
	case TOP_COL_RCV:
		return unit * top_rcv(r);
	case TOP_COL_PACKETS:
		return r->snd_packets + r->rcv_packets;
	case TOP_COL_SND_PACKETS:
		return r->snd_packets;
	case TOP_COL_RCV_PACKETS:
		return r->rcv_packets;
	case TOP_COL_TCP:
		return unit * (r->tcp_snd + r->tcp_rcv);
	case TOP_COL_UDP:
		return unit * (r->udp_snd + r->udp_rcv);
	case TOP_COL_TOTAL:
		return counter_bytes(c);
	case TOP_COL_TOTAL_SND:
		return c->tcp_snd_bytes + c->udp_snd_bytes;
	default:
		return c->tcp_rcv_bytes + c->udp_rcv_bytes;
	}
}

static void put_cell(struct top_screen *screen, int row, const struct top_cells *cells,
		     const struct top_entry *entry, enum top_column column, enum top_style style)
{
	int width = cells->layout.width[column];
	char buf[TOP_TEXT_SIZE(TOP_HISTORY)] = "";
	const char *text = buf;
	float history[TOP_HISTORY];

	switch (column) {
	case TOP_COL_PID:
		snprintf(buf, sizeof(buf), "%d", entry->task.tid ?: entry->task.tgid);
		break;
	case TOP_COL_USER:
		text = entry->user;
		break;
	case TOP_COL_NAME:
		text = entry->task.name;
		break;
	case TOP_COL_UNIT:
		text = *entry->unit ? entry->unit : "-";
		break;
	case TOP_COL_SND_BAR:
		top_bar(buf, sizeof(buf), top_snd(&entry->rates), cells->most, width, screen->utf8);
		style = style == TOP_PLAIN ? TOP_SND : style;
		break;
	case TOP_COL_RCV_BAR:
		top_bar(buf, sizeof(buf), top_rcv(&entry->rates), cells->most, width, screen->utf8);
		style = style == TOP_PLAIN ? TOP_RCV : style;
		break;
	case TOP_COL_HISTORY:
		top_history(cells->model, entry->snd, entry->rcv, history);
		top_sparkline(buf, sizeof(buf), history, TOP_HISTORY, width, screen->utf8);
		break;
	case TOP_COL_TCP_SHARE:
		tcp_share(buf, sizeof(buf), &entry->task.counters);
		break;
	default:
		top_amount(buf, sizeof(buf), figure(column, cells, entry));
	}
	top_put_fit(screen, row, style, text, width, columns_of[column].align);
}

/**
 * top_put_entry() - a row of the table
 * @screen: the screen
 * @row:    line
 * @cells:  how
 * @entry:  what
 *
 * The first column tells what a terminal without colours cannot: "x" it has
 * ended, "~" it has exited and its sockets are still at work.
 */
void top_put_entry(struct top_screen *screen, int row, const struct top_cells *cells,
		   const struct top_entry *entry)
{
	int level = top_fade_level(cells->model, entry), i;
	enum top_style style = level ? TOP_FADED + level - 1 : TOP_PLAIN;

	top_put(screen, row, style,
		level ? "x" : entry->task.state == NETATOP_TASK_EXITING ? "~" : " ");
	for (i = 0; i < TOP_COLUMNS; i++) {
		if (!cells->layout.width[i])
			continue;
		if (i)
			top_put(screen, row, style, " ");
		put_cell(screen, row, cells, entry, i, style);
	}
}
