/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The flows of one process.
 */
#ifndef _NETATOP_TOP_FLOWS_H
#define _NETATOP_TOP_FLOWS_H

#include "top_screen.h"

#include <libnetatop.h>

/* So many are kept to be shown; others are only counted. */
#define TOP_FLOWS_MAX	10000

/**
 * struct top_flows - flows
 * @flow:     the flows, in order of protocol, addresses and ports
 * @count:    how many
 * @room:     for how many there is room
 * @others:   more than there was room for
 * @selected: 0 to @count - 1
 * @top:      first one on the screen
 */
struct top_flows {
	struct netatop_flow *flow;
	size_t count, room;
	size_t others;
	size_t selected, top;
};

void top_flows_begin(struct top_flows *flows);
int top_flows_add(struct top_flows *flows, const struct netatop_flow *flow);
void top_flows_end(struct top_flows *flows);
void top_flows_move(struct top_flows *flows, long by);
void top_flows_scroll(struct top_flows *flows, size_t rows);
void top_flows_free(struct top_flows *flows);

void top_put_flow_titles(struct top_screen *screen, int row);
void top_put_flow(struct top_screen *screen, int row, const struct netatop_flow *flow);
void top_put_flow_detail(struct top_screen *screen, int row, const struct netatop_flow *flow);

#endif /* _NETATOP_TOP_FLOWS_H */
