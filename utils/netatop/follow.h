/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Following what happens: listens to events, says when the module comes and
 * goes, and ends when nobody reads what is printed.
 */
#ifndef _NETATOP_FOLLOW_H
#define _NETATOP_FOLLOW_H

#include <libnetatop.h>

#include <stdbool.h>

/**
 * struct follow - a listener
 * @events: the library's
 * @cb:	    is told of each event, as the library does it
 * @data:   for @cb
 */
struct follow {
	struct netatop_events *events;
	netatop_event_cb cb;
	void *data;
};

/* Other than an error of the library: what is printed is not read any more. */
#define FOLLOW_UNREAD	2

int follow_open(struct follow *follow, netatop_event_cb cb, void *data);
int follow_until(struct follow *follow, double until, bool loaded);
int follow_now(struct follow *follow);
void follow_close(struct follow *follow);

#endif /* _NETATOP_FOLLOW_H */
