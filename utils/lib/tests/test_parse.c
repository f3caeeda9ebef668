// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Messages as they should be: each value arrives where it belongs.
 */
#include "kinds.h"

#include <limits.h>
#include <linux/genetlink.h>
#include <netinet/in.h>
#include <sys/socket.h>

static void assert_counters(const struct netatop_counters *counters, uint64_t first)
{
	assert_int_equal(counters->tcp_snd_packets, first);
	assert_int_equal(counters->tcp_snd_bytes, first + 1);
	assert_int_equal(counters->tcp_rcv_packets, first + 2);
	assert_int_equal(counters->tcp_rcv_bytes, first + 3);
	assert_int_equal(counters->udp_snd_packets, first + 4);
	assert_int_equal(counters->udp_snd_bytes, first + 5);
	assert_int_equal(counters->udp_rcv_packets, first + 6);
	assert_int_equal(counters->udp_rcv_bytes, first + 7);
}

/* As mock_put_task() and mock_row() make it. */
static void assert_task(const struct netatop_task *task, pid_t tid)
{
	assert_int_equal(task->present, (1 << 11) - (tid ? 1 : 2));
	assert_int_equal(task->tgid, 100);
	assert_int_equal(task->tid, tid);
	assert_int_equal(task->start, 12345);
	assert_int_equal(task->tid_start, tid ? 54321 : 0);
	assert_string_equal(task->name, "fifteen-letters");
	assert_int_equal(task->uid, 1000);
	assert_int_equal(task->ns_pid, 7);
	assert_int_equal(task->btime, 1700000000);
	assert_true(task->cgroup == 0x100000001ULL);
	assert_true(task->netns_cookie == 0x200000002ULL);
	assert_int_equal(task->netns_ino, 0xf0000001);
	assert_int_equal(task->state, NETATOP_TASK_EXITING);
	assert_int_equal(task->first, 111);
	assert_int_equal(task->last, 222);
	assert_counters(&task->counters, 1ULL << 40);
}

static void reads_task(void **state)
{
	struct netatop_task task;
	struct nta_head head;
	struct mock_buf buf;
	struct nlmsghdr *nlh = make(&buf, make_task);

	(void)state;
	assert_int_equal(nta_parse_head(nlh, &head), 0);
	assert_int_equal(head.cmd, NETATOP_CMD_TASK_GET);
	assert_true(head.cookie == COOKIE && head.time == TIME);
	assert_int_equal(nta_parse_task(nlh, &task), 0);
	assert_task(&task, 101);
}

/* Of a later version, whose rows have more. */
static void reads_rows(void **state)
{
	char data[3][sizeof(struct netatop_row) + 8];
	struct netatop_task task;
	struct netatop_row row;
	struct nta_rows rows;
	struct mock_buf buf = { 0 };
	struct nlmsghdr *nlh = mock_begin(&buf, 40, NETATOP_CMD_TASK_GET, 0, 1);

	(void)state;
	memset(data, 0xa5, sizeof(data));
	mock_row(&row, 100, 101);
	memcpy(data[0], &row, sizeof(row));
	mock_row(&row, 100, 0);
	memcpy(data[1], &row, sizeof(row));
	row = (struct netatop_row){ .tgid = INT_MAX, .start = 1, .name = "a\0behind it" };
	memcpy(data[2], &row, sizeof(row));
	mock_put_head(nlh);
	mock_put_rows(nlh, data, sizeof(data), sizeof(data[0]));
	assert_int_equal(nta_parse_rows(nlh, &rows), 0);
	assert_int_equal(nta_rows_next(&rows, &task), 1);
	assert_task(&task, 101);
	assert_int_equal(nta_rows_next(&rows, &task), 1);
	assert_task(&task, 0);
	assert_int_equal(nta_rows_next(&rows, &task), 1);
	assert_int_equal(task.present, NETATOP_HAS_NAME | NETATOP_HAS_BTIME | NETATOP_HAS_UID |
			 NETATOP_HAS_STATE | NETATOP_HAS_FIRST | NETATOP_HAS_LAST);
	assert_int_equal(task.tgid, INT_MAX);
	assert_memory_equal(task.name, "a\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	assert_int_equal(nta_rows_next(&rows, &task), 0);
	assert_int_equal(nta_rows_next(&rows, &task), 0);
}

static int parse_one_row(const struct netatop_row *row, size_t len, uint32_t size)
{
	struct mock_buf buf = { 0 };
	struct nlmsghdr *nlh = mock_begin(&buf, 40, NETATOP_CMD_TASK_GET, 0, 1);

	mock_put_head(nlh);
	mock_put_rows(nlh, row, len, size);
	return parse_rows(nlh);
}

static void refuses_rows(void **state)
{
	const uint32_t size = sizeof(struct netatop_row);
	struct netatop_row row, good;
	struct mock_buf buf;

	(void)state;
	mock_row(&good, 100, 101);
	assert_int_equal(parse_one_row(&good, size, size), 0);
	assert_int_equal(parse_one_row(&good, 0, size), 0);
	assert_int_equal(parse_one_row(&good, size, 0), -EBADMSG);
	assert_int_equal(parse_one_row(&good, size, size / 2), -EBADMSG);
	assert_int_equal(parse_one_row(&good, size, size + 8), -EBADMSG);
	assert_int_equal(parse_one_row(&good, size - 8, size), -EBADMSG);
	assert_int_equal(parse_rows(make(&buf, make_task)), -EBADMSG);
	row = good;
	row.tgid = 0;
	assert_int_equal(parse_one_row(&row, size, size), -EBADMSG);
	row.tgid = 1U << 31;
	assert_int_equal(parse_one_row(&row, size, size), -EBADMSG);
	row = good;
	row.tid = UINT_MAX;
	assert_int_equal(parse_one_row(&row, size, size), -EBADMSG);
	row = good;
	row.ns_pid = UINT_MAX;
	assert_int_equal(parse_one_row(&row, size, size), -EBADMSG);
	row = good;
	memset(row.name, 'x', sizeof(row.name));
	assert_int_equal(parse_one_row(&row, size, size), -EBADMSG);
}

static void reads_process_without_extras(void **state)
{
	struct mock_buf buf = { 0 };
	struct nlmsghdr *nlh = mock_begin(&buf, 40, NETATOP_CMD_TASK_GET, 0, 1);
	struct netatop_task task;

	(void)state;
	mock_put_head(nlh);
	mnl_attr_put_u32(nlh, NETATOP_A_TGID, INT_MAX);
	mnl_attr_put_u64(nlh, NETATOP_A_START, UINT64_MAX);
	mock_put_counters(nlh, NETATOP_A_COUNTERS, 1);
	memset(&task, 0xa5, sizeof(task));
	assert_int_equal(nta_parse_task(nlh, &task), 0);
	assert_int_equal(task.present, 0);
	assert_int_equal(task.tgid, INT_MAX);
	assert_true(task.start == UINT64_MAX);
	assert_true(!task.tid && !task.tid_start && !task.name[0] && !task.uid && !task.cgroup &&
		    !task.netns_cookie && !task.netns_ino && !task.state && !task.first &&
		    !task.last && !task.exit_seq && !task.reserved[0] && !task.reserved[6]);
}

static void reads_entries(void **state)
{
	struct netatop_flow flow;
	struct mock_buf buf;

	(void)state;
	assert_int_equal(nta_parse_flow(make(&buf, make_entry4), &flow), 0);
	assert_int_equal(flow.present, NETATOP_FLOW_HAS_CT | NETATOP_FLOW_HAS_L3PROTO |
			 NETATOP_FLOW_HAS_NETNS_INO | NETATOP_FLOW_HAS_NETNS_COOKIE);
	assert_int_equal(flow.ct_id, 0xdeadbeef);
	assert_true(flow.zone == 3 && flow.zone_dir == 2);
	assert_true(flow.l3proto == AF_INET && flow.l4proto == IPPROTO_TCP);
	assert_memory_equal(flow.tuple_orig.src, "\012\013\014\015\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	assert_memory_equal(flow.tuple_orig.dst, "\016\017\020\021\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	assert_true(flow.tuple_orig.sport == 110 && flow.tuple_orig.dport == 210);
	assert_true(flow.tuple_reply.src[0] == 20 && flow.tuple_reply.dport == 220);
	assert_int_equal(flow.owner_orig.kind, NETATOP_OWNER_THREAD);
	assert_true(flow.owner_orig.tgid == 500 && flow.owner_orig.tid == 501 &&
		    flow.owner_orig.start == 5000);
	assert_string_equal(flow.owner_orig.name, "owner");
	assert_int_equal(flow.owner_reply.kind, NETATOP_OWNER_EXCLUDED);
	assert_int_equal(flow.owner_reply.tgid, 0);

	assert_int_equal(nta_parse_flow(make(&buf, make_entry6), &flow), 0);
	assert_true(flow.l3proto == AF_INET6 && flow.tuple_orig.src[15] == 25 &&
		    flow.tuple_orig.dst[15] == 41);
}

static void reads_sockets(void **state)
{
	struct netatop_flow flow;
	struct mock_buf buf;

	(void)state;
	assert_int_equal(nta_parse_flow(make(&buf, make_tcp_socket), &flow), 0);
	assert_int_equal(flow.present, NETATOP_FLOW_HAS_SOCK | NETATOP_FLOW_HAS_L3PROTO |
			 NETATOP_FLOW_HAS_TUPLE_SOCK | NETATOP_FLOW_HAS_NETNS_COOKIE);
	assert_true(flow.tuple_sock.src[0] == 30 && flow.owner_sock.tgid == 600);
	assert_int_equal(nta_parse_flow(make(&buf, make_udp_socket), &flow), 0);
	assert_int_equal(flow.present, NETATOP_FLOW_HAS_SOCK | NETATOP_FLOW_HAS_SOCK_COOKIE);
	assert_true(flow.sock_cookie == 0x300000003ULL);
	assert_int_equal(flow.owner_sock.kind, NETATOP_OWNER_UNOWNED);
}

static void reads_books(void **state)
{
	struct netatop_books books;
	struct mock_buf buf = { 0 };
	struct nlmsghdr *nlh = make(&buf, make_books);

	(void)state;
	assert_int_equal(nta_parse_books(nlh, &books), 0);
	assert_string_equal(books.version, "1.2.3");
	assert_int_equal(books.count, 8);
	assert_string_equal(books.book[7].name, "book7");
	assert_counters(&books.book[7].counters, 700);
	assert_int_equal(books.stats.icmp_snd_packets, 1000 + NETATOP_A_STATS_ICMP_SND_PACKETS);
	assert_int_equal(books.stats.searched_files, 1000 + NETATOP_A_STATS_SEARCHED_FILES);
	assert_int_equal(books.stats.sockets, 1000 + NETATOP_A_STATS_SOCKETS);

	memset(&buf, 0, sizeof(buf));
	nlh = mock_begin(&buf, 40, NETATOP_CMD_BOOKS_GET, 0, 1);
	make_books_of(nlh, NETATOP_BOOKS_MAX);
	assert_int_equal(nta_parse_books(nlh, &books), 0);
	assert_int_equal(books.count, NETATOP_BOOKS_MAX);
	put_book(nlh, "one too many", 0);
	assert_int_equal(nta_parse_books(nlh, &books), -EOVERFLOW);
}

static void reads_tunable(void **state)
{
	struct netatop_tunable tunable;
	struct mock_buf buf;

	(void)state;
	assert_int_equal(nta_parse_tunable(make(&buf, make_tunable), &tunable), 0);
	assert_string_equal(tunable.name, "gc_interval");
	assert_string_equal(tunable.text, "15");
	assert_true(tunable.value == 15 && tunable.lowest == -1 && tunable.highest == 3600);
}

static void reads_cursors(void **state)
{
	static const struct { int len, err; } sizes[] = {
		{ 0, -EBADMSG }, { 1, 0 }, { NETATOP_CURSOR_SIZE, 0 },
		{ NETATOP_CURSOR_SIZE + 1, -EBADMSG }, { 4000, -EBADMSG },
	};
	static char zeros[4000];
	struct nta_cursor cursor;
	struct mock_buf buf;
	size_t i;

	(void)state;
	assert_int_equal(nta_parse_cursor(make(&buf, make_page_end), &cursor), 0);
	assert_int_equal(cursor.len, 5);
	assert_memory_equal(cursor.data, "abcde", 5);
	assert_int_equal(nta_parse_cursor(make(&buf, mock_put_head), &cursor), 0);
	assert_int_equal(cursor.len, 0);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct nlmsghdr *nlh = make(&buf, mock_put_head);

		mnl_attr_put(nlh, NETATOP_A_CURSOR, sizes[i].len, zeros);
		assert_int_equal(nta_parse_cursor(nlh, &cursor), sizes[i].err);
		assert_int_equal(cursor.len, sizes[i].err ? 0 : sizes[i].len);
	}
}

static void reads_families(void **state)
{
	struct nta_family family;
	struct mock_buf buf = { 0 };
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf.data;

	(void)state;
	mock_put_family(&buf, CTRL_CMD_NEWFAMILY, 0, 1, "netatop", 33, 2, "exit", 21);
	assert_int_equal(nta_parse_family(nlh, "netatop", "exit", &family), 0);
	assert_true(family.id == 33 && family.version == 2 && family.group == 21);
	assert_int_equal(nta_parse_family(nlh, "netatop", "another", &family), 0);
	assert_int_equal(family.group, 22);
	assert_int_equal(nta_parse_family(nlh, "netatop", "none", &family), 0);
	assert_int_equal(family.group, 0);
	assert_int_equal(nta_parse_family(nlh, "netato", "exit", &family), -ENOENT);
}

static void reads_errors(void **state)
{
	const uint16_t tlvs = NLM_F_ACK_TLVS;
	struct mock_buf buf;
	char text[12] = "";

	(void)state;
	assert_int_equal(nta_parse_error(refusal(&buf, 0, 36, 36, -ESRCH, NULL), text, 12), -ESRCH);
	assert_string_equal(text, "");
	assert_int_equal(nta_parse_error(refusal(&buf, tlvs, 37, 37, -ESRCH, "why"), text, 12), -ESRCH);
	assert_string_equal(text, "why");
	assert_int_equal(nta_parse_error(refusal(&buf, tlvs | NLM_F_CAPPED, 16, 900, -EINVAL,
						 "a text that is long"), text, 12), -EINVAL);
	assert_string_equal(text, "a text that");
	assert_int_equal(nta_parse_error(refusal(&buf, tlvs, 16, 16, 0, "all well"), text, 12), 0);
	/* lengths that lie, numbers that are none */
	assert_int_equal(nta_parse_error(refusal(&buf, tlvs, 36, 37, -1, NULL), text, 12), -EBADMSG);
	assert_int_equal(nta_parse_error(refusal(&buf, tlvs, 36, 15, -1, NULL), text, 12), -EBADMSG);
	assert_int_equal(nta_parse_error(refusal(&buf, tlvs, 36, UINT_MAX, -1, NULL), text, 12), -EBADMSG);
	assert_int_equal(nta_parse_error(refusal(&buf, 0, 16, 16, 1, NULL), text, 12), -EBADMSG);
	assert_int_equal(nta_parse_error(refusal(&buf, 0, 16, 16, INT_MIN, NULL), text, 12), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_task),
		cmocka_unit_test(reads_rows),
		cmocka_unit_test(refuses_rows),
		cmocka_unit_test(reads_process_without_extras),
		cmocka_unit_test(reads_entries),
		cmocka_unit_test(reads_sockets),
		cmocka_unit_test(reads_books),
		cmocka_unit_test(reads_tunable),
		cmocka_unit_test(reads_cursors),
		cmocka_unit_test(reads_families),
		cmocka_unit_test(reads_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
