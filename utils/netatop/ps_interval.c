// SPDX-License-Identifier: GPL-2.0
/*
 * netatop ps -i: what is done in each interval, also by those that finish in it.
 */
#include "ps.h"
#include "common.h"

#include <errno.h>

/* All counters began at zero. */
static void forget(struct ps *ps)
{
	sample_clear(&ps->before);
	sample_clear(&ps->older);
	sample_clear(&ps->late);
	ps->begin = now_seconds();
}

static int on_event(const struct netatop_event *event, void *data)
{
	struct ps *ps = data;

	switch (event->type) {
	case NETATOP_EVENT_EXIT:
		/* a thread leaves no record */
		if (ps->filter.match & NETATOP_MATCH_THREADS ||
		    !sample_matches(&ps->filter, &event->task))
			return 0;
		if (sample_add(&ps->late, &event->task)) {
			complain("out of memory");
			return -ENOMEM;
		}
		break;
	case NETATOP_EVENT_UNLOADED:
	case NETATOP_EVENT_LOADED:
		forget(ps);
		break;
	}
	return 0;
}

/* The module has gone or come in the middle: that event is there, or comes. */
static int again(struct ps *ps)
{
	return follow_until(&ps->follow, now_seconds() + 0.01, true);
}

/* Returns 0, or -EAGAIN: there is nothing to show. */
static int measure(struct ps *ps, double *seconds)
{
	double end;
	int err;

	do {
		err = follow_until(&ps->follow, ps->begin + ps->interval, true);
		if (err)
			return err;
		/* it begins anew when the module comes */
	} while (now_seconds() < ps->begin + ps->interval);
	err = ps_take(ps, &ps->now);
	if (err == -EAGAIN)
		return again(ps) ?: -EAGAIN;
	if (err)
		return err;
	end = now_seconds();
	/* what has finished since it was asked is not in the answer */
	err = follow_now(&ps->follow);
	if (err)
		return err;
	/* the module has gone since then, and all that was known has been forgotten */
	if (ps->begin >= end)
		return again(ps) ?: -EAGAIN;
	if (ps->before.cookie && ps->before.cookie != ps->now.cookie) {
		forget(ps);
		return again(ps) ?: -EAGAIN;
	}
	*seconds = end - ps->begin;
	ps->begin = end;
	if (sample_join(&ps->now, &ps->late) ||
	    sample_interval(&ps->now, &ps->before, &ps->older, &ps->done)) {
		complain("out of memory");
		return -ENOMEM;
	}
	sample_clear(&ps->late);
	sample_swap(&ps->older, &ps->before);
	sample_swap(&ps->before, &ps->now);
	return 0;
}

/**
 * ps_intervals() - show interval after interval
 * @ps: what and how
 *
 * Return: DONE or FAILED.
 */
int ps_intervals(struct ps *ps)
{
	double seconds = 0;
	int err = follow_open(&ps->follow, on_event, ps);

	if (err)
		return err;
	err = ps_take(ps, &ps->before);
	ps->begin = now_seconds();
	while (!err || err == -EAGAIN) {
		err = measure(ps, &seconds);
		if (err)
			continue;
		if (ps_show(ps, &ps->done, seconds) != DONE)
			err = -EIO;
		else if (ps->count && !--ps->count)
			break;
	}
	follow_close(&ps->follow);
	return err ? FAILED : DONE;
}
