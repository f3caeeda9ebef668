// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests: rates, histories and fading of the live view.
 */
#include "test_top.h"

static int setup(void **state)
{
	(void)state;
	top_model_init(&model, FADE, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	top_model_free(&model);
	return 0;
}

static void test_rates(void **state)
{
	struct top_entry *e;

	(void)state;
	SAMPLE(COOKIE, 100, process(7, 1, "a", 1000, 500));
	e = entry(7, 1);
	assert_non_null(e);
	/* nobody knows when it sent what it had at first */
	assert_true(model.seconds == 0);
	assert_true(top_snd(&e->rates) == 0);
	SAMPLE(COOKIE, 102, process(7, 1, "a", 5000, 700), process(8, 101 * SECOND, "b", 600, 0));
	assert_true(model.seconds == 2);
	assert_true(e->rates.tcp_snd == 2000);
	assert_true(e->rates.tcp_rcv == 100);
	assert_true(e->rates.snd_packets == 20);
	assert_true(e->rates.rcv_packets == 1);
	/* one that came since has done all it has */
	assert_true(entry(8, 101 * SECOND)->rates.tcp_snd == 300);
	assert_true(top_snd(&model.all) == 2300);
	assert_true(top_rcv(&model.all) == 100);
	SAMPLE(COOKIE, 103, process(7, 1, "a", 5000, 700), process(8, 101 * SECOND, "b", 600, 0));
	assert_true(top_is_idle(e));
	assert_true(e->last_rate == 2100);
	assert_true(e->snd[model.tick] == 0);
}

static void test_udp_is_apart(void **state)
{
	struct netatop_task task = process(7, 1, "a", 0, 0);

	(void)state;
	SAMPLE(COOKIE, 1, task);
	task.counters.udp_snd_bytes = 300;
	task.counters.udp_snd_packets = 3;
	task.counters.udp_rcv_bytes = 200;
	task.counters.udp_rcv_packets = 2;
	SAMPLE(COOKIE, 2, task);
	assert_true(entry(7, 1)->rates.udp_snd == 300);
	assert_true(entry(7, 1)->rates.udp_rcv == 200);
	assert_true(entry(7, 1)->rates.tcp_snd == 0);
	assert_true(top_snd(&entry(7, 1)->rates) == 300);
	assert_true(entry(7, 1)->rates.rcv_packets == 2);
}

/* Two samples at one time have no rate, and what was done is not forgotten. */
static void test_no_time(void **state)
{
	(void)state;
	SAMPLE(COOKIE, 1, process(7, 1, "a", 0, 0));
	SAMPLE(COOKIE, 1, process(7, 1, "a", 100, 0));
	assert_true(model.seconds == 0);
	assert_true(entry(7, 1)->rates.tcp_snd == 0);
	SAMPLE(COOKIE, 2, process(7, 1, "a", 300, 0));
	assert_true(entry(7, 1)->rates.tcp_snd == 300);
}

/* After a reload all counters begin at zero: no rate is negative, or of a time that is not known. */
static void test_reload(void **state)
{
	struct top_entry *e;

	(void)state;
	SAMPLE(COOKIE, 1, process(7, 1, "a", 9000, 9000), process(8, 1, "b", 10, 10));
	SAMPLE(COOKIE, 2, process(7, 1, "a", 9500, 9000), process(8, 1, "b", 10, 10));
	e = entry(7, 1);
	assert_true(e->rates.tcp_snd == 500);
	/* the first of the new load; process 8 has not sent since */
	SAMPLE(COOKIE + 1, 5, process(7, 1, "a", 200, 100));
	assert_ptr_equal(entry(7, 1), e);
	assert_true(e->rates.tcp_snd == 0);
	assert_true(top_snd(&model.all) == 0);
	assert_int_equal(e->task.counters.tcp_snd_bytes, 200);
	assert_false(entry(8, 1)->exited);
	SAMPLE(COOKIE + 1, 6, process(7, 1, "a", 10000, 100));
	assert_true(e->rates.tcp_snd == 9800);
	assert_int_equal(top_fade_level(&model, entry(8, 1)), 0);
	/* when it comes back, it has sent all it has since the reload */
	SAMPLE(COOKIE + 1, 7, process(7, 1, "a", 10000, 100), process(8, 1, "b", 70, 0));
	assert_true(entry(8, 1)->rates.tcp_snd == 70);
	/* and if it goes now, it has ended */
	SAMPLE(COOKIE + 1, 8, process(7, 1, "a", 10000, 100));
	assert_true(entry(8, 1)->exited);
}

/* A process that never comes back after a reload goes without having been said to have ended. */
static void test_reload_forgets(void **state)
{
	(void)state;
	SAMPLE(COOKIE, 1, process(8, 1, "b", 10, 10));
	SAMPLE(COOKIE + 1, 2, { });
	SAMPLE(COOKIE + 1, 2 + FADE - 0.5, { });
	assert_non_null(entry(8, 1));
	assert_false(entry(8, 1)->exited);
	SAMPLE(COOKIE + 1, 2 + FADE, { });
	assert_null(entry(8, 1));
}

/* Within one load no counter shrinks; if one did, it would have begun anew. */
static void test_counter_reset(void **state)
{
	(void)state;
	SAMPLE(COOKIE, 1, process(7, 1, "a", 9000, 9000));
	SAMPLE(COOKIE, 2, process(7, 1, "a", 400, 9100));
	assert_true(entry(7, 1)->rates.tcp_snd == 400);
	assert_true(entry(7, 1)->rates.tcp_rcv == 100);
}

/* The same number, another start: another process. */
static void test_pid_reuse(void **state)
{
	struct netatop_task old = process(7, 1, "old", 1500, 0);

	(void)state;
	SAMPLE(COOKIE, 1, process(7, 1, "old", 1000, 0));
	assert_int_equal(top_model_exit(&model, &old, COOKIE), 0);
	SAMPLE(COOKIE, 2, process(7, 2 * SECOND, "new", 300, 0));
	assert_int_equal(model.count, 2);
	assert_true(entry(7, 1)->rates.tcp_snd == 500);
	assert_true(entry(7, 1)->exited);
	assert_string_equal(entry(7, 1)->task.name, "old");
	assert_true(entry(7, 2 * SECOND)->rates.tcp_snd == 300);
	assert_false(entry(7, 2 * SECOND)->exited);
}

/* Threads of one process are told apart, also those that have the same number. */
static void test_threads(void **state)
{
	struct netatop_task a = process(7, 1, "main", 100, 0), b = a;

	(void)state;
	a.tid = 7;
	a.tid_start = 1;
	b.tid = 9;
	b.tid_start = 2;
	SAMPLE(COOKIE, 1, a, b);
	assert_int_equal(model.count, 2);
	b.tid_start = 3;
	SAMPLE(COOKIE, 2, a, b);
	assert_int_equal(model.count, 3);
}

static void test_many(void **state)
{
	static struct netatop_task tasks[5001];
	size_t i;

	(void)state;
	for (i = 0; i < 5000; i++)
		tasks[i] = process(i + 1, i, "n", i, 0);
	sample(COOKIE, 1, tasks);
	assert_int_equal(model.count, 5000);
	for (i = 0; i < 5000; i++)
		tasks[i].counters.tcp_snd_bytes += i;
	sample(COOKIE, 2, tasks);
	assert_int_equal(model.count, 5000);
	for (i = 0; i < 5000; i++)
		assert_true(entry(i + 1, i)->rates.tcp_snd == i);
}

/* Only their starts tell these apart, wherever they are kept. */
static void test_many_of_one_number(void **state)
{
	static struct netatop_task tasks[1001];
	size_t i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		tasks[i] = process(7, i + 1, "n", 0, 0);
		if (i >= 500) {
			tasks[i].start = 1;
			tasks[i].tid = 7;
			tasks[i].tid_start = i;
		}
	}
	sample(COOKIE, 1, tasks);
	assert_int_equal(model.count, 1000);
	sample(COOKIE, 2, tasks);
	assert_int_equal(model.count, 1000);
}

/* It lived between two samples: its last values tell what it did. */
static void test_short_life(void **state)
{
	struct netatop_task brief = process(9, 1.2 * SECOND, "brief", 4000, 200);
	struct netatop_task before = process(5, 1, "before", 4000, 200);

	(void)state;
	/* over before anything was known */
	assert_int_equal(top_model_exit(&model, &before, COOKIE), 0);
	SAMPLE(COOKIE, 1, { });
	assert_int_equal(top_model_exit(&model, &before, COOKIE), 0);
	assert_int_equal(model.count, 0);
	assert_int_equal(top_model_exit(&model, &brief, COOKIE), 0);
	SAMPLE(COOKIE, 2, { });
	assert_true(entry(9, 1.2 * SECOND)->rates.tcp_snd == 4000);
	assert_true(entry(9, 1.2 * SECOND)->exited);
	SAMPLE(COOKIE, 3, { });
	assert_true(entry(9, 1.2 * SECOND)->rates.tcp_snd == 0);
	assert_int_equal(entry(9, 1.2 * SECOND)->task.counters.tcp_snd_bytes, 4000);
}

/* The end is told after a sample that it was not in any more. */
static void test_late_end(void **state)
{
	struct netatop_task end = process(7, 1, "a", 1700, 0);

	(void)state;
	SAMPLE(COOKIE, 1, process(7, 1, "a", 1000, 0));
	SAMPLE(COOKIE, 2, { });
	assert_true(entry(7, 1)->exited);
	assert_int_equal(top_model_exit(&model, &end, COOKIE), 0);
	SAMPLE(COOKIE, 3, { });
	assert_true(entry(7, 1)->rates.tcp_snd == 700);
}

static void test_fading(void **state)
{
	struct netatop_task task = process(7, 1, "a", 1000, 0);
	int second, level, last = 1;

	(void)state;
	SAMPLE(COOKIE, 1, task);
	assert_int_equal(top_fade_level(&model, entry(7, 1)), 0);
	assert_int_equal(top_model_exit(&model, &task, COOKIE), 0);
	for (second = 2; second < 2 + FADE; second++) {
		SAMPLE(COOKIE, second, { });
		assert_non_null(entry(7, 1));
		level = top_fade_level(&model, entry(7, 1));
		assert_in_range(level, last, TOP_FADE_LEVELS);
		last = level;
	}
	assert_int_equal(last, TOP_FADE_LEVELS);
	SAMPLE(COOKIE, 2 + FADE, { });
	assert_null(entry(7, 1));
	assert_int_equal(model.count, 0);
}

/* A thread that has finished is told of for a while: it must not come back as a new one. */
static void test_finished_but_known(void **state)
{
	struct netatop_task task = process(7, 1, "a", 1000, 0);
	int second;

	(void)state;
	SAMPLE(COOKIE, 1, task);
	task.state = NETATOP_TASK_FINISHED;
	for (second = 2; second < 3 * FADE; second++) {
		SAMPLE(COOKIE, second, task);
		assert_true(entry(7, 1)->exited);
		assert_true(top_snd(&model.all) == 0);
	}
	assert_int_equal(top_fade_level(&model, entry(7, 1)), TOP_FADE_LEVELS);
	SAMPLE(COOKIE, 3 * FADE, { });
	assert_null(entry(7, 1));
}

static void test_history(void **state)
{
	float out[TOP_HISTORY];
	int i;

	(void)state;
	SAMPLE(COOKIE, 0.5, process(7, 1, "a", 0, 0));
	for (i = 1; i <= TOP_HISTORY + 3; i++)
		SAMPLE(COOKIE, i + 0.5, process(7, 1, "a", i * (i + 1) / 2 * 100, 100 * i));
	top_history(&model, entry(7, 1)->snd, NULL, out);
	for (i = 0; i < TOP_HISTORY; i++)
		assert_true(out[i] == 100 * (i + 4));
	top_history(&model, entry(7, 1)->snd, entry(7, 1)->rcv, out);
	assert_true(out[TOP_HISTORY - 1] == 100 * (TOP_HISTORY + 4));
}

static int described;

static void describe(struct top_entry *e)
{
	described++;
	snprintf(e->unit, sizeof(e->unit), "cgroup-%d", (int)e->task.cgroup);
}

/* Looked up once, and again when the cgroup or user is another. */
static void test_describe(void **state)
{
	struct netatop_task task = process(7, 1, "a", 0, 0);

	(void)state;
	model.describe = describe;
	described = 0;
	task.cgroup = 5;
	SAMPLE(COOKIE, 1, task);
	SAMPLE(COOKIE, 2, task);
	assert_int_equal(described, 1);
	assert_string_equal(entry(7, 1)->unit, "cgroup-5");
	task.cgroup = 6;
	SAMPLE(COOKIE, 3, task);
	assert_int_equal(described, 2);
	assert_string_equal(entry(7, 1)->unit, "cgroup-6");
	task.uid = 1000;
	SAMPLE(COOKIE, 4, task);
	assert_int_equal(described, 3);
}

static struct netatop_books books_of(uint64_t total, uint64_t unowned, uint64_t unidentified,
				     uint64_t tunnel, uint64_t excluded)
{
	struct netatop_books books = {
		.count = 6,
		.book = {
			{ "total", { .tcp_snd_bytes = total / 2, .udp_rcv_bytes = total - total / 2 } },
			{ "tasks", { .tcp_snd_bytes = total } },
			{ "unowned", { .tcp_rcv_bytes = unowned } },
			{ "unidentified", { .udp_snd_bytes = unidentified } },
			{ "tunnel", { .udp_snd_bytes = tunnel } },
			{ "excluded", { .udp_snd_bytes = excluded } },
		},
	};

	return books;
}

static void test_balance(void **state)
{
	const struct top_balance *b = &model.balance;
	struct netatop_books books = books_of(10000, 100, 20, 500, 300);

	(void)state;
	top_model_books(&model, &books, COOKIE);
	assert_true(b->known);
	assert_int_equal(b->total, 9200);
	assert_int_equal(b->lacking, 120);
	assert_int_equal(b->tunnel, 500);
	assert_int_equal(b->excluded, 300);
	assert_int_equal(b->now, 0);
	books = books_of(12000, 150, 20, 500, 300);
	top_model_books(&model, &books, COOKIE);
	assert_int_equal(b->now, 2000);
	assert_int_equal(b->now_lacking, 50);
	/* owners were found for what had none */
	books = books_of(12100, 0, 20, 500, 300);
	top_model_books(&model, &books, COOKIE);
	assert_int_equal(b->now, 100);
	assert_int_equal(b->now_lacking, 0);
	assert_int_equal(b->lacking, 20);
	/* another load: no interval */
	books = books_of(90000, 0, 0, 0, 0);
	top_model_books(&model, &books, COOKIE + 1);
	assert_int_equal(b->now, 0);
	assert_int_equal(b->total, 90000);
	/* packets pass while the books are read */
	books = books_of(100, 300, 0, 0, 0);
	top_model_books(&model, &books, COOKIE + 1);
	assert_int_equal(b->total, 100);
	assert_int_equal(b->lacking, 100);
	assert_int_equal(b->now, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_rates), TEST(test_udp_is_apart), TEST(test_no_time), TEST(test_reload),
		TEST(test_reload_forgets), TEST(test_counter_reset), TEST(test_pid_reuse),
		TEST(test_threads), TEST(test_many), TEST(test_many_of_one_number), TEST(test_short_life), TEST(test_late_end),
		TEST(test_fading), TEST(test_finished_but_known), TEST(test_history),
		TEST(test_describe), TEST(test_balance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
