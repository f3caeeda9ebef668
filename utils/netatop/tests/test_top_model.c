// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests: rates, histories, fading, order and filter of the live view.
 */
#include "test.h"
#include "top_model.h"
#include "top_order.h"

#define FADE	10

static struct top_model model;
static struct top_order order;

static int setup(void **state)
{
	(void)state;
	top_model_init(&model, FADE, NULL);
	memset(&order, 0, sizeof(order));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	top_order_free(&order);
	top_model_free(&model);
	return 0;
}

/* A sample of these processes at this second; the list ends with tgid 0. */
static void sample(uint64_t cookie, double second, const struct netatop_task *task)
{
	top_model_begin(&model);
	for (; task->tgid; task++)
		assert_int_equal(top_model_task(&model, task, cookie), 0);
	top_model_end(&model, cookie, second * SECOND);
}

static struct top_entry *entry(pid_t tgid, uint64_t start)
{
	struct netatop_task task = { .tgid = tgid, .start = start };

	return top_model_find(&model, &task);
}

#define SAMPLE(cookie, second, ...) \
	sample(cookie, second, (const struct netatop_task []){ __VA_ARGS__ __VA_OPT__(,) { } })

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

static void check_order(const pid_t *pids)
{
	size_t i;

	assert_int_equal(top_order_update(&order, &model), 0);
	for (i = 0; pids[i]; i++) {
		assert_in_range(i, 0, order.count - 1);
		assert_int_equal(order.row[i]->task.tgid, pids[i]);
	}
	assert_int_equal(order.count, i);
}

#define ORDER(...) check_order((const pid_t []){ __VA_ARGS__ __VA_OPT__(,) 0 })

static void test_sort(void **state)
{
	struct netatop_task udp = process(4, 1, "Delta", 0, 0);

	(void)state;
	SAMPLE(COOKIE, 1, process(1, 1, "charlie", 100, 0), process(2, 1, "bravo", 100, 0),
	       process(3, 1, "alpha", 9000, 0), udp);
	udp.counters.udp_rcv_bytes = 700;
	udp.counters.udp_rcv_packets = 1;
	SAMPLE(COOKIE, 2, process(1, 1, "charlie", 1100, 0), process(2, 1, "bravo", 100, 5000),
	       process(3, 1, "alpha", 9010, 20), udp);
	ORDER(2, 1, 4, 3);
	order.reverse = true;
	ORDER(3, 4, 1, 2);
	order.reverse = false;
	order.key = TOP_BY_SND;
	ORDER(1, 3, 2, 4);
	order.key = TOP_BY_RCV;
	ORDER(2, 4, 3, 1);
	order.key = TOP_BY_TOTAL;
	ORDER(3, 2, 1, 4);
	order.key = TOP_BY_UDP;
	ORDER(4, 1, 2, 3);
	order.key = TOP_BY_TCP;
	ORDER(2, 1, 3, 4);
	order.key = TOP_BY_PACKETS;
	ORDER(2, 1, 4, 3);
	order.key = TOP_BY_NAME;
	ORDER(3, 2, 1, 4);
	order.key = TOP_BY_PID;
	ORDER(1, 2, 3, 4);
	order.reverse = true;
	ORDER(4, 3, 2, 1);
}

/* Those that have none come last, in the order of their numbers. */
static void test_sort_by_unit(void **state)
{
	(void)state;
	SAMPLE(COOKIE, 1, process(1, 1, "a", 0, 0), process(2, 1, "b", 0, 0), process(3, 1, "c", 0, 0),
	       process(4, 1, "d", 0, 0));
	strcpy(entry(2, 1)->unit, "sshd.service");
	strcpy(entry(4, 1)->unit, "docker:0123");
	strcpy(entry(3, 1)->user, "root");
	order.key = TOP_BY_UNIT;
	ORDER(4, 2, 1, 3);
	order.key = TOP_BY_USER;
	ORDER(1, 2, 4, 3);
}

/* Equal ones stay where they are, whichever way they come and are sorted. */
static void test_sort_is_stable(void **state)
{
	(void)state;
	SAMPLE(COOKIE, 1, process(5, 1, "x", 100, 0), process(3, 1, "x", 100, 0),
	       process(9, 1, "x", 100, 0), process(1, 1, "x", 100, 0));
	ORDER(1, 3, 5, 9);
	SAMPLE(COOKIE, 2, process(9, 1, "x", 200, 0), process(1, 1, "x", 200, 0),
	       process(5, 1, "x", 200, 0), process(3, 1, "x", 200, 0));
	ORDER(1, 3, 5, 9);
	order.key = TOP_BY_NAME;
	ORDER(1, 3, 5, 9);
	order.reverse = true;
	ORDER(1, 3, 5, 9);
}

/* One that has ended sinks, it does not drop. */
static void test_faded_sinks(void **state)
{
	struct netatop_task end = process(2, 1, "b", 10000, 0);
	uint64_t sent = 1000;
	int second, above = 0;

	(void)state;
	SAMPLE(COOKIE, 1, process(1, 1, "a", 0, 0), process(2, 1, "b", 0, 0));
	assert_int_equal(top_model_exit(&model, &end, COOKIE), 0);
	for (second = 2; second < 2 + FADE; second++, sent += 1000) {
		SAMPLE(COOKIE, second, process(1, 1, "a", sent, 0));
		assert_int_equal(top_order_update(&order, &model), 0);
		above += order.row[0]->task.tgid == 2;
		if (second == 2)
			assert_int_equal(above, 1);
	}
	assert_int_equal(order.row[0]->task.tgid, 1);
	/* 10000 and less with each second, against 1000 */
	assert_int_equal(above, 9);
}

static void test_filter(void **state)
{
	(void)state;
	SAMPLE(COOKIE, 1, process(12, 1, "nginx", 0, 0), process(120, 1, "curl", 0, 0),
	       process(3, 1, "worker", 0, 0));
	strcpy(entry(3, 1)->user, "www-data");
	strcpy(entry(120, 1)->unit, "Nginx-proxy.service");
	strcpy(order.filter, "NGIN");
	ORDER(12, 120);
	strcpy(order.filter, "www");
	ORDER(3);
	/* a number is a whole one */
	strcpy(order.filter, "12");
	ORDER(12);
	strcpy(order.filter, "nobody");
	ORDER();
	assert_null(top_order_selected(&order));
	top_order_move(&order, 1);
	*order.filter = 0;
	ORDER(3, 12, 120);
}

static void test_hide_idle(void **state)
{
	int i;

	(void)state;
	SAMPLE(COOKIE, 0, process(1, 1, "a", 0, 0), process(2, 1, "b", 0, 0));
	SAMPLE(COOKIE, 1, process(1, 1, "a", 500, 0), process(2, 1, "b", 0, 0));
	order.hide_idle = true;
	ORDER(1);
	/* as long as its history shows something */
	for (i = 2; i < TOP_HISTORY + 1; i++)
		SAMPLE(COOKIE, i, process(1, 1, "a", 500, 0), process(2, 1, "b", 0, 0));
	ORDER(1);
	SAMPLE(COOKIE, i, process(1, 1, "a", 500, 0), process(2, 1, "b", 0, 0));
	ORDER();
}

/* The selected process is followed wherever it goes; when it is gone, the row stays. */
static void test_selection(void **state)
{
	(void)state;
	SAMPLE(COOKIE, 1, process(1, 1, "a", 0, 0), process(2, 1, "b", 0, 0), process(3, 1, "c", 0, 0));
	SAMPLE(COOKIE, 2, process(1, 1, "a", 300, 0), process(2, 1, "b", 200, 0),
	       process(3, 1, "c", 100, 0));
	ORDER(1, 2, 3);
	top_order_move(&order, 1);
	assert_int_equal(top_order_selected(&order)->task.tgid, 2);
	SAMPLE(COOKIE, 3, process(1, 1, "a", 300, 0), process(2, 1, "b", 900, 0),
	       process(3, 1, "c", 400, 0));
	ORDER(2, 3, 1);
	assert_int_equal(order.selected, 0);
	assert_int_equal(top_order_selected(&order)->task.tgid, 2);
	top_order_move(&order, 100);
	assert_int_equal(top_order_selected(&order)->task.tgid, 1);
	top_order_move(&order, -1);
	assert_int_equal(top_order_selected(&order)->task.tgid, 3);
	/* another with the same number is not it */
	SAMPLE(COOKIE, 4, process(1, 1, "a", 300, 0), process(2, 1, "b", 900, 0));
	SAMPLE(COOKIE, 4 + FADE, process(1, 1, "a", 300, 0), process(2, 1, "b", 900, 0),
	       process(3, 2, "z", 1, 0));
	assert_int_equal(top_order_update(&order, &model), 0);
	assert_int_equal(order.count, 3);
	assert_int_equal(order.selected, 1);
	top_order_move(&order, -100);
	assert_int_equal(order.selected, 0);
}

static void test_scroll(void **state)
{
	static struct netatop_task tasks[51];
	int i;

	(void)state;
	for (i = 0; i < 50; i++)
		tasks[i] = process(i + 1, 1, "n", 0, 0);
	sample(COOKIE, 1, tasks);
	assert_int_equal(top_order_update(&order, &model), 0);
	top_order_move(&order, 15);
	top_order_scroll(&order, 10);
	assert_int_equal(order.top, 6);
	top_order_move(&order, -10);
	top_order_scroll(&order, 10);
	assert_int_equal(order.top, 5);
	top_order_move(&order, 1000);
	top_order_scroll(&order, 10);
	assert_int_equal(order.top, 40);
	/* a larger screen shows more, not emptiness */
	top_order_scroll(&order, 30);
	assert_int_equal(order.top, 20);
	top_order_scroll(&order, 100);
	assert_int_equal(order.top, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_rates), TEST(test_udp_is_apart), TEST(test_no_time), TEST(test_reload),
		TEST(test_reload_forgets), TEST(test_counter_reset), TEST(test_pid_reuse),
		TEST(test_threads), TEST(test_many), TEST(test_many_of_one_number), TEST(test_short_life), TEST(test_late_end),
		TEST(test_fading), TEST(test_finished_but_known), TEST(test_history),
		TEST(test_describe), TEST(test_balance), TEST(test_sort), TEST(test_sort_by_unit),
		TEST(test_sort_is_stable), TEST(test_faded_sinks), TEST(test_filter),
		TEST(test_hide_idle), TEST(test_selection), TEST(test_scroll),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
