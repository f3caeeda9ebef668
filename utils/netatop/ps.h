/* SPDX-License-Identifier: GPL-2.0 */
/*
 * netatop ps: its parts.
 */
#ifndef _NETATOP_PS_H
#define _NETATOP_PS_H

#include "follow.h"
#include "sample.h"

#include <stdbool.h>
#include <stdint.h>

/**
 * struct ps - what is to be shown, and what is known
 * @nta:      the module
 * @follow:   with intervals: tells of what has finished
 * @filter:   which tasks
 * @key:      what they are sorted by
 * @json:     how they are shown
 * @interval: seconds, 0: once
 * @count:    how many intervals, 0: no end
 * @now:      the last sample
 * @before:   the one before
 * @older:    the one before that
 * @late:     what has finished since @before
 * @done:     what is shown of an interval
 * @begin:    of the interval, as now_seconds()
 */
struct ps {
	struct netatop *nta;
	struct follow follow;
	struct netatop_filter filter;
	const char *key;
	bool json;
	double interval;
	uint64_t count;
	struct sample now, before, older, late, done;
	double begin;
};

bool ps_is_key(const char *key);
int ps_show(const struct ps *ps, struct sample *sample, double seconds);
int ps_intervals(struct ps *ps);
int ps_take(struct ps *ps, struct sample *sample);

#endif /* _NETATOP_PS_H */
