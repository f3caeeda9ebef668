/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the live view shows comes from here: the module, asked by way of
 * libnetatop, and what it tells by itself.
 */
#ifndef _NETATOP_TOP_SOURCE_H
#define _NETATOP_TOP_SOURCE_H

#include "top_view.h"

/**
 * struct top_source - the module
 * @nta:        asked
 * @events:     listened to
 * @lost:       samples that still say that ends were missed
 * @flows_next: when the flows may be asked for again: CLOCK_BOOTTIME
 */
struct top_source {
	struct netatop *nta;
	struct netatop_events *events;
	int lost;
	double flows_next;
};

int top_source_open(struct top_source *source);
void top_source_close(struct top_source *source);
int top_source_fd(const struct top_source *source);
int top_source_sample(struct top_source *source, struct top_view *view);
int top_source_page(struct top_source *source, struct top_view *view);
bool top_source_events(struct top_source *source, struct top_view *view);

#endif /* _NETATOP_TOP_SOURCE_H */
