/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Samples: what all tasks had at one time, and what they did between two.
 */
#ifndef _NETATOP_SAMPLE_H
#define _NETATOP_SAMPLE_H

#include <libnetatop.h>

#include <stdbool.h>
#include <stddef.h>

/**
 * struct sample - what tasks had at one time; begin with all 0
 * @task:  the tasks
 * @count: how many they are
 * @room:  for how many there is room
 * @time:  ns of CLOCK_BOOTTIME
 * @cookie: of the load of the module that it is of
 */
struct sample {
	struct netatop_task *task;
	size_t count;
	size_t room;
	uint64_t time;
	uint64_t cookie;
};

int sample_take(struct sample *sample, struct netatop *nta,
		const struct netatop_filter *filter);
int sample_add(struct sample *sample, const struct netatop_task *task);
int sample_join(struct sample *sample, const struct sample *other);
int sample_interval(const struct sample *now, const struct sample *before,
		    const struct sample *older, struct sample *done);
bool sample_matches(const struct netatop_filter *filter, const struct netatop_task *task);
void sample_swap(struct sample *a, struct sample *b);
void sample_clear(struct sample *sample);
void sample_free(struct sample *sample);

#endif /* _NETATOP_SAMPLE_H */
