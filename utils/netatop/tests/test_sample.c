// SPDX-License-Identifier: GPL-2.0
/*
 * Intervals: who did what between two samples.
 */
#include "test.h"

#include "sample.h"

#include <errno.h>
#include <stdlib.h>

/* What the library would tell of. */
static struct netatop_task there[16];
static size_t there_count;
static uint64_t there_time;

int __wrap_netatop_walk_tasks(struct netatop *nta, const struct netatop_filter *filter,
			      netatop_task_cb cb, void *data)
{
	size_t i;
	int err = 0;

	(void)nta;
	(void)filter;
	for (i = 0; i < there_count && !err; i++)
		err = cb(&there[i], data);
	return err;
}

uint64_t __wrap_netatop_walk_time(const struct netatop *nta)
{
	(void)nta;
	return there_time;
}

uint64_t __wrap_netatop_load_cookie(const struct netatop *nta)
{
	(void)nta;
	return COOKIE;
}

static void is_there(pid_t tgid, uint64_t start, uint64_t snd)
{
	there[there_count++] = process(tgid, start, "there", snd, 0);
}

static struct sample take(uint64_t time)
{
	struct sample sample = { 0 };

	there_time = time;
	assert_int_equal(sample_take(&sample, NULL, NULL), 0);
	assert_int_equal(sample.time, time);
	assert_int_equal(sample.cookie, COOKIE);
	assert_int_equal(sample.count, there_count);
	there_count = 0;
	return sample;
}

/* How much a process did; -1: it is not in the sample */
static int64_t did(const struct sample *sample, pid_t tgid, uint64_t start)
{
	int64_t bytes = -1;
	size_t i;

	for (i = 0; i < sample->count; i++) {
		if (sample->task[i].tgid != tgid || sample->task[i].start != start)
			continue;
		assert_int_equal(bytes, -1);
		bytes = sample->task[i].counters.tcp_snd_bytes;
	}
	return bytes;
}

static void test_interval(void **state)
{
	struct sample before, now, older = { 0 }, late = { 0 }, done = { 0 };
	struct netatop_task task;

	(void)state;
	is_there(30, 3, 1000);		/* goes on */
	is_there(10, 1, 5000);		/* does nothing */
	is_there(20, 2, 100);		/* finishes; its number is used again */
	before = take(1000);
	is_there(20, 1500, 300);	/* another one */
	is_there(40, 1600, 700);	/* new */
	is_there(30, 3, 1500);
	is_there(10, 1, 5000);
	now = take(2000);
	task = process(20, 2, "finished", 900, 0);
	assert_int_equal(sample_add(&late, &task), 0);
	task = process(50, 1700, "short", 400, 0);
	assert_int_equal(sample_add(&late, &task), 0);
	task = process(40, 1600, "new", 800, 0);	/* has finished after it was asked */
	assert_int_equal(sample_add(&late, &task), 0);
	assert_int_equal(sample_join(&now, &late), 0);
	assert_int_equal(now.count, 6);
	assert_int_equal(sample_interval(&now, &before, &older, &done), 0);
	assert_int_equal(done.count, 5);
	assert_int_equal(did(&done, 30, 3), 500);
	assert_int_equal(did(&done, 10, 1), -1);
	assert_int_equal(did(&done, 20, 2), 800);
	assert_int_equal(did(&done, 20, 1500), 300);
	assert_int_equal(did(&done, 40, 1600), 800);
	assert_int_equal(did(&done, 50, 1700), 400);
	assert_int_equal(done.time, 2000);
	sample_free(&before);
	sample_free(&now);
	sample_free(&late);
	sample_free(&done);
}

/* One that finished while the sample was taken is in none; its record comes later. */
static void test_between_samples(void **state)
{
	struct sample older, before, now, done = { 0 };

	(void)state;
	is_there(10, 1, 1000);
	older = take(1000);
	before = take(2000);
	is_there(10, 1, 1700);		/* its record */
	is_there(11, 5, 9000);		/* that of one from before the first sample */
	is_there(12, 2000, 400);	/* that of one which came just then */
	is_there(13, 1500, 600);	/* of one which came and went between the two */
	now = take(3000);
	assert_int_equal(sample_interval(&now, &before, &older, &done), 0);
	assert_int_equal(done.count, 3);
	assert_int_equal(did(&done, 13, 1500), 600);
	assert_int_equal(did(&done, 10, 1), 700);
	assert_int_equal(did(&done, 11, 5), -1);
	assert_int_equal(did(&done, 12, 2000), 400);
	sample_free(&older);
	sample_free(&before);
	sample_free(&now);
	sample_free(&done);
}

/* After a reload all begin at zero. */
static void test_from_nothing(void **state)
{
	struct sample none = { 0 }, now, done = { 0 };

	(void)state;
	is_there(10, 1, 1000);
	is_there(11, 1, 100);
	now = take(3000);
	assert_int_equal(sample_interval(&now, &none, &none, &done), 0);
	assert_int_equal(did(&done, 10, 1), 1000);
	assert_int_equal(did(&done, 11, 1), 100);
	sample_clear(&done);
	assert_int_equal(done.count, 0);
	assert_int_equal(sample_interval(&none, &now, &none, &done), 0);
	assert_int_equal(done.count, 0);
	assert_int_equal(sample_join(&none, &none), 0);
	sample_free(&now);
	sample_free(&done);
}

/* Threads are told apart, and many of them fit. */
static void test_threads(void **state)
{
	struct sample before = { 0 }, now = { 0 }, none = { 0 }, done = { 0 };
	int tid;

	(void)state;
	for (tid = 3000; tid > 0; tid--) {
		struct netatop_task task = process(1, 1, "thread", tid * 100, 0);

		task.tid = tid;
		task.tid_start = 2;
		assert_int_equal(sample_add(&before, &task), 0);
		task.counters.tcp_snd_bytes += tid;
		task.counters.tcp_snd_packets++;
		assert_int_equal(sample_add(&now, &task), 0);
	}
	assert_int_equal(sample_join(&before, &none), 0);
	assert_int_equal(sample_interval(&now, &before, &none, &done), 0);
	assert_int_equal(done.count, 3000);
	for (tid = 0; tid < 3000; tid++)
		assert_int_equal(done.task[tid].counters.tcp_snd_bytes, done.task[tid].tid);
	sample_swap(&before, &done);
	assert_int_equal(before.task[0].counters.tcp_snd_bytes, 3000);
	sample_free(&before);
	sample_free(&now);
	sample_free(&done);
}

static void test_matches(void **state)
{
	struct netatop_task task = process(10, 1, "a", 1, 1);
	struct netatop_filter filter = { .tgid = 11, .uid = 5, .cgroup = 6, .netns_ino = 7,
					 .netns_cookie = 8 };
	uint64_t bits;

	(void)state;
	assert_true(sample_matches(&filter, &task));
	for (bits = 0; bits < 5; bits++) {
		filter.match = (uint64_t[]){ NETATOP_MATCH_TGID, NETATOP_MATCH_UID, NETATOP_MATCH_CGROUP,
					     NETATOP_MATCH_NETNS_INO, NETATOP_MATCH_NETNS_COOKIE }[bits];
		assert_false(sample_matches(&filter, &task));
	}
	task.tgid = 11;
	task.uid = 5;
	task.cgroup = 6;
	task.netns_ino = 7;
	task.netns_cookie = 8;
	filter.match = UINT64_MAX;
	assert_true(sample_matches(&filter, &task));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interval),
		cmocka_unit_test(test_between_samples),
		cmocka_unit_test(test_from_nothing),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_matches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
