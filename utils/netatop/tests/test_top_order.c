// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests: order, filter, selection and scrolling of the live view.
 */
#include "test_top.h"
#include "top_order.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sort), TEST(test_sort_by_unit), TEST(test_sort_is_stable),
		TEST(test_faded_sinks), TEST(test_filter), TEST(test_hide_idle),
		TEST(test_selection), TEST(test_scroll),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
