// SPDX-License-Identifier: GPL-2.0
/*
 * Samples.
 */
#include "sample.h"
#include "common.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* By identity. */
static int compare(const void *x, const void *y)
{
	const struct netatop_task *a = x, *b = y;

	return compare_u64(a->tgid, b->tgid) ?: compare_u64(a->start, b->start) ?:
	       compare_u64(a->tid, b->tid) ?: compare_u64(a->tid_start, b->tid_start);
}

static void sort(const struct sample *sample)
{
	if (sample->count)
		qsort(sample->task, sample->count, sizeof(*sample->task), compare);
}

static struct netatop_task *find(const struct sample *sorted, const struct netatop_task *task)
{
	if (!sorted->count)
		return NULL;
	return bsearch(task, sorted->task, sorted->count, sizeof(*task), compare);
}

/**
 * sample_add() - add a task
 * @sample: the sample
 * @task:   the task
 *
 * Return: 0 or -ENOMEM.
 */
int sample_add(struct sample *sample, const struct netatop_task *task)
{
	if (sample->count == sample->room) {
		size_t room = sample->room ? 2 * sample->room : 256;
		struct netatop_task *more = reallocarray(sample->task, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		sample->task = more;
		sample->room = room;
	}
	sample->task[sample->count++] = *task;
	return 0;
}

static int on_task(const struct netatop_task *task, void *data)
{
	return sample_add(data, task);
}

/**
 * sample_take() - ask the module for all tasks
 * @sample: what was in it is gone
 * @nta:    the module
 * @filter: which
 *
 * Return: 0, or an error of the library or -ENOMEM.
 */
int sample_take(struct sample *sample, struct netatop *nta,
		const struct netatop_filter *filter)
{
	int err;

	sample_clear(sample);
	err = netatop_walk_tasks(nta, filter, on_task, sample);
	sample->time = netatop_walk_time(nta);
	sample->cookie = netatop_load_cookie(nta);
	sort(sample);
	return err;
}

/**
 * sample_matches() - is a task one that a filter lets through
 * @filter: the filter, for processes
 * @task:   a finished one
 *
 * Return: whether it is.
 */
bool sample_matches(const struct netatop_filter *filter, const struct netatop_task *task)
{
	return (!(filter->match & NETATOP_MATCH_TGID) || task->tgid == filter->tgid) &&
	       (!(filter->match & NETATOP_MATCH_UID) || task->uid == filter->uid) &&
	       (!(filter->match & NETATOP_MATCH_CGROUP) || task->cgroup == filter->cgroup) &&
	       (!(filter->match & NETATOP_MATCH_NETNS_INO) ||
		task->netns_ino == filter->netns_ino) &&
	       (!(filter->match & NETATOP_MATCH_NETNS_COOKIE) ||
		task->netns_cookie == filter->netns_cookie);
}

/**
 * sample_join() - put what others have, too, into a sample
 * @sample: the sample
 * @other:  later values, of finished tasks
 *
 * Return: 0 or -ENOMEM.
 */
int sample_join(struct sample *sample, const struct sample *other)
{
	/* those that are sorted stay at the head of the array, though that can move */
	struct sample sorted = { .count = sample->count };
	size_t i;

	for (i = 0; i < other->count; i++) {
		struct netatop_task *task;

		sorted.task = sample->task;
		task = find(&sorted, &other->task[i]);
		if (task)
			*task = other->task[i];
		else if (sample_add(sample, &other->task[i]))
			return -ENOMEM;
	}
	sort(sample);
	return 0;
}

/* What a task had before; false if that is not known, and it had something. */
static bool base(const struct sample *before, const struct sample *older,
		 const struct netatop_task *task, struct netatop_counters *counters)
{
	uint64_t since = older->cookie ? older->time : before->time;
	const struct netatop_task *old = find(before, task);

	if (!old)
		old = find(older, task);
	if (old)
		*counters = old->counters;
	else
		memset(counters, 0, sizeof(*counters));
	return old || task->first >= since;
}

/**
 * sample_interval() - what tasks did between two samples
 * @now:    the later one
 * @before: the earlier one, of the same load of the module
 * @older:  the one before that
 * @done:   what was done since @before; what was in it is gone
 *
 * A task that came after @before has done all it has.  One that finished when
 * @before was taken may not be in there, but in @older, or in neither if it came
 * in between and its record only now.  One that did nothing is left out.
 *
 * Return: 0 or -ENOMEM.
 */
int sample_interval(const struct sample *now, const struct sample *before,
		    const struct sample *older, struct sample *done)
{
	size_t i;

	sample_clear(done);
	done->time = now->time;
	for (i = 0; i < now->count; i++) {
		struct netatop_task task = now->task[i];
		struct netatop_counters had;

		if (!base(before, older, &task, &had))
			continue;
		counters_sub(&task.counters, &had);
		if (counter_packets(&task.counters) && sample_add(done, &task))
			return -ENOMEM;
	}
	return 0;
}

void sample_swap(struct sample *a, struct sample *b)
{
	struct sample c = *a;

	*a = *b;
	*b = c;
}

/* Its memory is used again. */
void sample_clear(struct sample *sample)
{
	sample->count = 0;
	sample->time = 0;
	sample->cookie = 0;
}

void sample_free(struct sample *sample)
{
	free(sample->task);
	memset(sample, 0, sizeof(*sample));
}
