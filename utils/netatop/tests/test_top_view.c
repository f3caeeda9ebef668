// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests: what is on the screen of the live view, and what keys do.
 */
#include "test.h"
#include "top_view.h"

#include <arpa/inet.h>
#include <locale.h>
#include <netinet/in.h>
#include <stdlib.h>

static struct top_view view;
static struct top_screen screen;

static struct netatop_task busy(double second)
{
	struct netatop_task task = process(4321, 1, "busy", 0, 0);

	task.counters.tcp_snd_bytes = 1000000 * second;
	task.counters.tcp_snd_packets = 1000 * second;
	task.counters.udp_rcv_bytes = 250000 * second;
	task.counters.udp_rcv_packets = 500 * second;
	return task;
}

static void describe(struct top_entry *entry)
{
	strcpy(entry->user, "root");
	strcpy(entry->unit, entry->task.tgid == 4321 ? "docker:0123456789ab" : "");
}

static struct netatop_flow flow_of(const char *from, uint16_t sport, const char *to,
				   uint16_t dport)
{
	struct netatop_flow flow = {
		.present = NETATOP_FLOW_HAS_CT | NETATOP_FLOW_HAS_L3PROTO,
		.ct_id = 77,
		.l4proto = IPPROTO_TCP,
		.l3proto = strchr(from, ':') ? AF_INET6 : AF_INET,
		.owner_orig = { .kind = NETATOP_OWNER_THREAD, .tgid = 4321, .tid = 4322, .name = "busy" },
	};

	inet_pton(flow.l3proto, from, flow.tuple_orig.src);
	inet_pton(flow.l3proto, to, flow.tuple_orig.dst);
	flow.tuple_orig.sport = htons(sport);
	flow.tuple_orig.dport = htons(dport);
	memcpy(flow.tuple_reply.src, flow.tuple_orig.dst, 16);
	memcpy(flow.tuple_reply.dst, flow.tuple_orig.src, 16);
	flow.tuple_reply.sport = flow.tuple_orig.dport;
	flow.tuple_reply.dport = flow.tuple_orig.sport;
	return flow;
}

static int setup(void **state)
{
	struct netatop_books books = {
		.count = 2,
		.book = { { "total", { .tcp_snd_bytes = 10000 } }, { "unowned", { .udp_snd_bytes = 1 } } },
	};
	struct netatop_task idle = process(99, 1, "idle", 5, 5);
	int second;

	(void)state;
	setlocale(LC_CTYPE, "C.UTF-8");
	memset(&view, 0, sizeof(view));
	view.interval = 1;
	top_model_init(&view.processes, 10, describe);
	top_model_init(&view.threads, 10, describe);
	for (second = 1; second <= 3; second++) {
		struct netatop_task task = busy(second);

		top_model_begin(&view.processes);
		top_model_task(&view.processes, &task, COOKIE);
		top_model_task(&view.processes, &idle, COOKIE);
		top_model_end(&view.processes, COOKIE, second * SECOND);
	}
	top_model_books(&view.processes, &books, COOKIE);
	return top_view_update(&view);
}

static int teardown(void **state)
{
	(void)state;
	top_view_free(&view);
	top_screen_free(&screen);
	return 0;
}

static void render(int rows, int columns, bool utf8)
{
	top_screen_free(&screen);
	assert_int_equal(top_screen_init(&screen, rows, columns, utf8), 0);
	assert_int_equal(top_view_update(&view), 0);
	top_view_render(&view, &screen);
}

/* The line that has the text, or -1. */
static int line_with(const char *text)
{
	int i;

	for (i = 0; i < screen.rows; i++)
		if (strstr(screen.line[i].text, text))
			return i;
	return -1;
}

static bool shows(const char *text)
{
	return line_with(text) >= 0;
}

static void test_80x24(void **state)
{
	int row;

	(void)state;
	render(24, 80, true);
	assert_int_equal(line_with("netatop  snd 1.00MB/s"), 0);
	assert_int_equal(line_with("rcv  250kB/s"), 0);
	assert_int_equal(line_with("1 of 2 active"), 0);
	assert_int_equal(line_with("owner known of 99.99% of 10.0kB"), 1);
	assert_int_equal(line_with("by rate  every 1 s"), 2);
	assert_int_equal(line_with("PID USER     NAME           SND/s      RCV/s      HISTORY  PKT/s TCP% TOTAL"), 3);
	row = line_with("4321 root     busy");
	assert_int_equal(row, 4);
	assert_true(screen.line[row].selected);
	assert_non_null(strstr(screen.line[row].text, " 1.00M \u2588\u2588\u2588\u2588 "));
	assert_non_null(strstr(screen.line[row].text, "  250k \u2588    "));
	assert_non_null(strstr(screen.line[row].text, "\u2588\u2588 1.50k   80 3.75M"));
	assert_int_equal(line_with("     99 root     idle"), 5);
	assert_int_equal(line_with("4321 busy  user root  unit docker:0123456789ab"), 21);
	assert_int_equal(line_with("TCP snd 3.00MB 3.00k rcv 0B 0  UDP snd 0B 0 rcv 750kB 1.50k packets"), 22);
	assert_int_equal(line_with("? help  q quit"), 23);
}

static void test_200x50(void **state)
{
	(void)state;
	render(50, 200, true);
	assert_int_equal(line_with("SPK/s RPK/s TCP% TCP/s UDP/s TOTAL T-SND T-RCV UNIT"), 3);
	assert_int_equal(line_with("1.50k 1.00k   500   80 1.00M  250k 3.75M 3.00M  750k docker:0123456789ab"), 4);
}

static void test_ascii(void **state)
{
	int i;
	const char *s;

	(void)state;
	setlocale(LC_CTYPE, "C");
	render(24, 80, false);
	for (i = 0; i < screen.rows; i++)
		for (s = screen.line[i].text; *s; s++)
			assert_in_range(*s, ' ', '~');
	assert_true(shows(" 1.00M ==== "));
}

static void test_bits(void **state)
{
	(void)state;
	assert_int_equal(top_view_key(&view, 'b'), TOP_NOTHING);
	render(24, 80, true);
	assert_true(shows("snd 8.00Mb/s"));
	assert_true(shows(" 8.00M \u2588\u2588\u2588\u2588 "));
	/* totals stay bytes */
	assert_true(shows("3.75M"));
}

/* What there is no room for goes, the table last. */
static void test_small(void **state)
{
	(void)state;
	render(14, 80, true);
	assert_int_equal(line_with("unit docker:0123456789ab"), 11);
	assert_int_equal(line_with("99 root     idle"), 5);
	render(13, 80, true);
	assert_false(shows("unit docker:0123456789ab"));
	assert_int_equal(line_with("owner known of"), 1);
	assert_int_equal(line_with("? help"), 12);
	render(9, 80, true);
	assert_false(shows("owner known of"));
	assert_int_equal(line_with("? help"), 8);
	render(7, 80, true);
	assert_false(shows("? help"));
	assert_int_equal(line_with("PID USER"), 0);
	assert_int_equal(line_with("99 root     idle"), 2);
}

/* Any size, any page: nothing is longer than the screen, and nothing is out of it. */
static void test_all_sizes(void **state)
{
	static const int keys[] = { 'r', 't', 27, 'f', '?', 'x', 27, '/', 'z' };
	struct netatop_flow flow = flow_of("2001:db8::1", 40000, "2001:db8::2", 443);
	struct netatop_task thread = busy(1);
	int rows, columns, row;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		top_view_key(&view, keys[i]);
		if (view.page == TOP_FLOWS) {
			top_flows_add(&view.flows, &flow);
			top_flows_end(&view.flows);
		}
		if (view.page == TOP_THREADS) {
			thread.tid = 4322;
			top_model_task(&view.threads, &thread, COOKIE);
			top_model_end(&view.threads, COOKIE, SECOND);
		}
		for (rows = 1; rows < 30; rows++)
			for (columns = 1; columns < 230; columns += rows < 4 ? 1 : 7) {
				render(rows, columns, true);
				for (row = 0; row < rows; row++) {
					assert_in_range(screen.line[row].width, 0, columns);
					assert_int_equal(top_width(screen.line[row].text),
							 screen.line[row].width);
				}
			}
	}
}

static void test_layout(void **state)
{
	struct top_layout layout;
	int columns, i, sum, before = 0, shown;

	(void)state;
	for (columns = 0; columns < 300; columns++) {
		top_layout(&layout, columns);
		for (i = sum = shown = 0; i < TOP_COLUMNS; i++) {
			if (!layout.width[i])
				continue;
			sum += layout.width[i] + 1;
			shown++;
		}
		assert_in_range(sum, 0, columns);
		/* a wider screen never has fewer */
		assert_true(shown >= before);
		before = shown;
	}
	assert_int_equal(before, TOP_COLUMNS);
}

static void test_sort_keys(void **state)
{
	int i;

	(void)state;
	top_view_key(&view, 's');
	assert_int_equal(view.order.key, TOP_BY_SND);
	top_view_key(&view, 'S');
	top_view_key(&view, 'S');
	assert_int_equal(view.order.key, TOP_BY_UNIT);
	for (i = 0; i < TOP_KEYS; i++)
		top_view_key(&view, '>');
	assert_int_equal(view.order.key, TOP_BY_UNIT);
	top_view_key(&view, 'r');
	render(24, 80, true);
	assert_true(shows("by unit reversed"));
	assert_int_equal(line_with("idle"), 4);
}

static void type(const char *text)
{
	for (; *text; text++)
		assert_int_equal(top_view_key(&view, (unsigned char)*text), TOP_NOTHING);
}

static void test_filter_keys(void **state)
{
	(void)state;
	type("/bus");
	assert_true(view.editing);
	render(24, 80, true);
	/* while it is typed */
	assert_int_equal(view.order.count, 1);
	assert_int_equal(line_with("filter: bus"), 2);
	assert_non_null(strstr(screen.line[23].text, "filter: bus"));
	assert_int_equal(screen.cursor, 11);
	/* letters are no commands, and whole characters are rubbed out */
	type("q\xc3\xa9");
	top_view_key(&view, TOP_KEY_BACKSPACE);
	assert_string_equal(view.edit, "busq");
	render(24, 80, true);
	assert_true(shows("none has the text of the filter"));
	top_view_key(&view, 127);
	type("\n");
	assert_false(view.editing);
	assert_string_equal(view.order.filter, "bus");
	top_view_key(&view, 27);
	assert_string_equal(view.order.filter, "");
	type("/12345678901234567890123456789012345678901234567890123456789012345678901234567890\n");
	assert_int_equal(strlen(view.order.filter), TOP_FILTER_SIZE - 1);
}

static void test_pause_and_interval(void **state)
{
	(void)state;
	assert_int_equal(top_view_key(&view, 'p'), TOP_NOTHING);
	render(24, 80, true);
	assert_true(shows("PAUSED"));
	assert_int_equal(top_view_key(&view, ' '), TOP_RESUME);
	top_view_key(&view, '+');
	assert_true(view.interval == 2);
	top_view_key(&view, '-');
	top_view_key(&view, '-');
	assert_true(view.interval == 0.5);
	view.interval = 3;
	top_view_key(&view, '-');
	assert_true(view.interval == 2);
	view.interval = 60;
	top_view_key(&view, '+');
	assert_true(view.interval == 60);
	view.interval = 0.2;
	top_view_key(&view, '-');
	assert_true(view.interval == 0.2);
}

static void test_help(void **state)
{
	(void)state;
	top_view_key(&view, '?');
	render(24, 80, true);
	assert_true(shows("threads of the selected process"));
	assert_true(shows("has ended"));
	assert_true(shows("any key: back"));
	assert_int_equal(top_view_key(&view, 'x'), TOP_NOTHING);
	assert_int_equal(view.page, TOP_PROCESSES);
	assert_int_equal(top_view_key(&view, 'q'), TOP_QUIT);
}

static void test_threads(void **state)
{
	struct netatop_task thread = busy(1);

	(void)state;
	assert_int_equal(top_view_key(&view, TOP_KEY_DOWN), TOP_NOTHING);
	assert_int_equal(top_view_key(&view, 't'), TOP_SAMPLE);
	assert_int_equal(view.of.tgid, 99);
	assert_int_equal(top_view_key(&view, 't'), TOP_NOTHING);
	assert_int_equal(top_view_key(&view, 27), TOP_NOTHING);
	top_view_key(&view, TOP_KEY_UP);
	assert_int_equal(top_view_key(&view, '\n'), TOP_SAMPLE);
	assert_int_equal(view.of.tgid, 4321);
	thread.tid = 4325;
	strcpy(thread.name, "worker");
	top_model_begin(&view.threads);
	top_model_task(&view.threads, &thread, COOKIE);
	top_model_end(&view.threads, COOKIE, SECOND);
	render(24, 80, true);
	assert_int_equal(line_with("threads of 4321 busy"), 2);
	assert_int_equal(line_with("    TID USER"), 3);
	assert_int_equal(line_with("   4325 root     worker"), 4);
	assert_int_equal(top_view_key(&view, 'f'), TOP_SAMPLE);
	assert_int_equal(view.of.tgid, 4321);
	assert_int_equal(view.page, TOP_FLOWS);
	top_view_key(&view, TOP_KEY_LEFT);
	assert_int_equal(view.page, TOP_PROCESSES);
}

static void test_flows(void **state)
{
	struct netatop_flow a = flow_of("10.0.0.1", 40001, "192.0.2.7", 443);
	struct netatop_flow b = flow_of("10.0.0.1", 40000, "192.0.2.7", 443);
	struct netatop_flow c = flow_of("2001:db8::1", 5, "2001:db8:1234:5678:9abc:def0:1234:5678", 6);
	struct netatop_flow d = {
		.present = NETATOP_FLOW_HAS_SOCK | NETATOP_FLOW_HAS_SOCK_COOKIE,
		.l4proto = IPPROTO_UDP, .sock_cookie = 4711,
		.owner_sock = { .kind = NETATOP_OWNER_UNOWNED },
	};

	(void)state;
	top_view_key(&view, 'f');
	inet_pton(AF_INET, "198.51.100.9", b.tuple_reply.dst);
	b.owner_reply.kind = NETATOP_OWNER_FINISHED;
	top_flows_begin(&view.flows);
	top_flows_add(&view.flows, &d);
	top_flows_add(&view.flows, &c);
	top_flows_add(&view.flows, &a);
	top_flows_add(&view.flows, &b);
	top_flows_end(&view.flows);
	render(24, 80, true);
	assert_int_equal(line_with("flows of 4321 busy  4"), 2);
	assert_int_equal(line_with("tcp  10.0.0.1:40000        192.0.2.7:443         4322 busy      (has finished)"), 4);
	assert_int_equal(line_with("tcp  10.0.0.1:40001        192.0.2.7:443         4322 busy      -"), 5);
	assert_int_equal(line_with("tcp6 [2001:db8::1]:5"), 6);
	assert_int_equal(line_with("udp  socket 4711           *                     (searched for) -"), 7);
	assert_int_equal(line_with("NAT, answers 192.0.2.7:443 > 198.51.100.9:40000  conntrack id 77  zone 0"), 22);
	/* only the port of the sender is another */
	memcpy(b.tuple_reply.dst, b.tuple_orig.src, 16);
	b.tuple_reply.dport = htons(1024);
	view.flows.flow[0] = b;
	render(24, 80, true);
	assert_int_equal(line_with("NAT, answers 192.0.2.7:443 > 10.0.0.1:1024  conntrack"), 22);
	top_view_key(&view, TOP_KEY_END);
	render(24, 80, true);
	assert_true(screen.line[7].selected);
	assert_int_equal(line_with("no conntrack entry"), 22);
	/* an address that is too long for its column is whole below */
	top_view_key(&view, TOP_KEY_UP);
	render(24, 80, true);
	assert_int_equal(line_with("tcp6 [2001:db8::1]:5 > [2001:db8:1234:5678:9abc:def0:1234:5678]:6"), 21);
}

static void test_many_flows(void **state)
{
	struct netatop_flow flow = flow_of("10.0.0.1", 1, "192.0.2.7", 443);
	int i;

	(void)state;
	top_view_key(&view, 'f');
	top_flows_begin(&view.flows);
	for (i = 0; i < TOP_FLOWS_MAX + 5; i++) {
		flow.ct_id = i;
		assert_int_equal(top_flows_add(&view.flows, &flow), 0);
	}
	top_flows_end(&view.flows);
	render(24, 80, true);
	assert_true(shows("10000, and 5 more"));
}

static void test_alert(void **state)
{
	(void)state;
	strcpy(view.alert, "the module is not loaded");
	render(24, 80, true);
	assert_int_equal(line_with("the module is not loaded"), 2);
	assert_int_equal(screen.line[2].piece[0].style, TOP_ALERT);
}

/* What has ended is marked for who has no colours, and fainter from time to time. */
static void test_faded(void **state)
{
	struct netatop_task end = busy(3);
	int row;

	(void)state;
	top_model_exit(&view.processes, &end, COOKIE);
	top_model_begin(&view.processes);
	top_model_end(&view.processes, COOKIE, 4 * SECOND);
	render(24, 80, true);
	row = line_with("x   4321 root     busy");
	assert_int_equal(row, 4);
	assert_int_equal(screen.line[row].piece[0].style, TOP_FADED);
	assert_true(shows("has ended"));
	top_model_end(&view.processes, COOKIE, 13 * SECOND);
	render(24, 80, true);
	row = line_with("x   4321 root     busy");
	assert_int_equal(screen.line[row].piece[0].style, TOP_FAINTEST);
}

/* A hostile name does not leave its column. */
static void test_hostile_name(void **state)
{
	struct netatop_task task = process(77, 5, "\033[2J\n\u202e\xff", 0, 0);

	(void)state;
	top_model_task(&view.processes, &task, COOKIE);
	render(24, 80, true);
	assert_true(shows("    77 root     \ufffd[2J\ufffd\ufffd\ufffd            0 "));
	assert_false(shows("\033"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_80x24), TEST(test_200x50), TEST(test_ascii), TEST(test_bits),
		TEST(test_small), TEST(test_all_sizes), TEST(test_layout), TEST(test_sort_keys),
		TEST(test_filter_keys), TEST(test_pause_and_interval), TEST(test_help),
		TEST(test_threads), TEST(test_flows), TEST(test_many_flows), TEST(test_alert),
		TEST(test_faded), TEST(test_hostile_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
