/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which entries of the model are shown, in which order, and which is selected.
 */
#ifndef _NETATOP_TOP_ORDER_H
#define _NETATOP_TOP_ORDER_H

#include "top_model.h"

enum top_key {
	TOP_BY_RATE,
	TOP_BY_SND,
	TOP_BY_RCV,
	TOP_BY_PACKETS,
	TOP_BY_TOTAL,
	TOP_BY_TCP,
	TOP_BY_UDP,
	TOP_BY_PID,
	TOP_BY_NAME,
	TOP_BY_USER,
	TOP_BY_UNIT,
	TOP_KEYS,
};

#define TOP_FILTER_SIZE	64

/**
 * struct top_order - what is shown
 * @key:      sorted by this: most first, names and numbers from the lowest
 * @reverse:  the other way round; equal ones stay as they are
 * @hide_idle: those that did nothing lately are not shown
 * @filter:   shown are those that have it in their name, user or unit, in any
 *	      case, or as their number; "": all
 * @row:      shown
 * @count:    how many
 * @room:     for how many there is room
 * @chosen:   @identity has been chosen; else the first row is selected
 * @identity: of the selected one
 * @selected: its row, 0 to @count - 1, 0 if there is none
 * @top:      first row on the screen
 */
struct top_order {
	enum top_key key;
	bool reverse;
	bool hide_idle;
	char filter[TOP_FILTER_SIZE];
	struct top_entry **row;
	size_t count, room;
	bool chosen;
	struct netatop_task identity;
	size_t selected;
	size_t top;
};

extern const char *const top_key_names[TOP_KEYS];

bool top_key_parse(const char *name, enum top_key *key);
int top_order_update(struct top_order *order, const struct top_model *model);
void top_order_move(struct top_order *order, long by);
void top_order_scroll(struct top_order *order, size_t rows);
struct top_entry *top_order_selected(const struct top_order *order);
bool top_order_matches(const struct top_entry *entry, const char *filter);
void top_order_free(struct top_order *order);

#endif /* _NETATOP_TOP_ORDER_H */
