// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kinds.h"

#include <stdio.h>
#include <netinet/in.h>
#include <sys/socket.h>

void make_task(struct nlmsghdr *nlh)
{
	mock_put_head(nlh);
	mock_put_task(nlh, 100, 101);
}

void make_rows(struct nlmsghdr *nlh)
{
	struct netatop_row rows[2];

	mock_put_head(nlh);
	mock_row(&rows[0], 100, 0);
	mock_row(&rows[1], 100, 101);
	mock_put_rows(nlh, rows, sizeof(rows), sizeof(*rows));
}

static void make_late(struct nlmsghdr *nlh)
{
	mock_put_head(nlh);
	mock_put_counters(nlh, NETATOP_A_COUNTERS, 5);
}

static void make_entry(struct nlmsghdr *nlh, uint8_t family, size_t addr_len)
{
	mock_put_head(nlh);
	mnl_attr_put_u16(nlh, NETATOP_A_ZONE, 3);
	mnl_attr_put_u8(nlh, NETATOP_A_ZONE_DIR, 2);
	mnl_attr_put_u32(nlh, NETATOP_A_NETNS_INO, 0xf0000001);
	mnl_attr_put_u64(nlh, NETATOP_A_NETNS_COOKIE, 0x200000002ULL);
	mnl_attr_put_u32(nlh, NETATOP_A_CT_ID, 0xdeadbeef);
	mnl_attr_put_u8(nlh, NETATOP_A_L3PROTO, family);
	mnl_attr_put_u8(nlh, NETATOP_A_L4PROTO, IPPROTO_TCP);
	mock_put_tuple(nlh, NETATOP_A_TUPLE_ORIG, addr_len, 10);
	mock_put_tuple(nlh, NETATOP_A_TUPLE_REPLY, addr_len, 20);
	mock_put_owner(nlh, NETATOP_A_OWNER_ORIG, NETATOP_OWNER_THREAD, 500);
	mock_put_owner(nlh, NETATOP_A_OWNER_REPLY, NETATOP_OWNER_EXCLUDED, 0);
}

void make_entry4(struct nlmsghdr *nlh)
{
	make_entry(nlh, AF_INET, 4);
}

void make_entry6(struct nlmsghdr *nlh)
{
	make_entry(nlh, AF_INET6, 16);
}

void make_tcp_socket(struct nlmsghdr *nlh)
{
	mock_put_head(nlh);
	mnl_attr_put_u8(nlh, NETATOP_A_L3PROTO, AF_INET6);
	mock_put_tuple(nlh, NETATOP_A_TUPLE_SOCK, 16, 30);
	mnl_attr_put_u64(nlh, NETATOP_A_NETNS_COOKIE, 4);
	mnl_attr_put_u8(nlh, NETATOP_A_L4PROTO, IPPROTO_TCP);
	mock_put_owner(nlh, NETATOP_A_OWNER_SOCK, NETATOP_OWNER_THREAD, 600);
}

void make_udp_socket(struct nlmsghdr *nlh)
{
	mock_put_head(nlh);
	mnl_attr_put_u64(nlh, NETATOP_A_SOCK_COOKIE, 0x300000003ULL);
	mnl_attr_put_u8(nlh, NETATOP_A_L4PROTO, IPPROTO_UDP);
	mock_put_owner(nlh, NETATOP_A_OWNER_SOCK, NETATOP_OWNER_UNOWNED, 0);
}

void put_book(struct nlmsghdr *nlh, const char *name, uint64_t first)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, NETATOP_A_BOOK);

	mnl_attr_put_strz(nlh, NETATOP_A_BOOK_NAME, name);
	mock_put_counters(nlh, NETATOP_A_BOOK_COUNTERS, first);
	mnl_attr_nest_end(nlh, nest);
}

static void put_stats(struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, NETATOP_A_STATS);
	int i;

	for (i = NETATOP_A_STATS_ICMP_SND_PACKETS; i <= NETATOP_A_STATS_MAX; i++)
		mnl_attr_put_u64(nlh, i, 1000 + i);
	mnl_attr_nest_end(nlh, nest);
}

void make_books_of(struct nlmsghdr *nlh, unsigned int count)
{
	char name[16];
	unsigned int i;

	mock_put_head(nlh);
	mnl_attr_put_strz(nlh, NETATOP_A_VERSION, "1.2.3");
	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "book%u", i);
		put_book(nlh, name, 100 * i);
	}
	put_stats(nlh);
}

void make_books(struct nlmsghdr *nlh)
{
	make_books_of(nlh, 8);
}

void make_tunable(struct nlmsghdr *nlh)
{
	struct nlattr *nest;

	mock_put_head(nlh);
	nest = mnl_attr_nest_start(nlh, NETATOP_A_TUNABLE);
	mnl_attr_put_strz(nlh, NETATOP_A_TUNABLE_NAME, "gc_interval");
	mnl_attr_put_strz(nlh, NETATOP_A_TUNABLE_TEXT, "15");
	mnl_attr_put_u64(nlh, NETATOP_A_TUNABLE_VALUE, 15);
	mnl_attr_put_u64(nlh, NETATOP_A_TUNABLE_LOWEST, -1);
	mnl_attr_put_u64(nlh, NETATOP_A_TUNABLE_HIGHEST, 3600);
	mnl_attr_nest_end(nlh, nest);
}

void make_page_end(struct nlmsghdr *nlh)
{
	mock_put_head(nlh);
	mnl_attr_put(nlh, NETATOP_A_CURSOR, 5, "abcde");
}

/* To the last row. */
int parse_rows(const struct nlmsghdr *nlh)
{
	struct netatop_task task;
	struct nta_rows rows;
	int err = nta_parse_rows(nlh, &rows);

	while (!err && (err = nta_rows_next(&rows, &task)) > 0)
		err = 0;
	return err;
}

static int parse_task(const struct nlmsghdr *nlh)
{
	struct netatop_task task;

	return nta_parse_task(nlh, &task);
}

static int parse_late(const struct nlmsghdr *nlh)
{
	struct netatop_counters counters;

	return nta_parse_late(nlh, &counters);
}

int parse_flow(const struct nlmsghdr *nlh)
{
	struct netatop_flow flow;

	return nta_parse_flow(nlh, &flow);
}

static int parse_books(const struct nlmsghdr *nlh)
{
	struct netatop_books books;
	int err = nta_parse_books(nlh, &books);

	assert_in_range(books.count, 0, NETATOP_BOOKS_MAX);
	return err;
}

static int parse_tunable(const struct nlmsghdr *nlh)
{
	struct netatop_tunable tunable;

	return nta_parse_tunable(nlh, &tunable);
}

static int parse_cursor(const struct nlmsghdr *nlh)
{
	struct nta_cursor cursor;
	int err = nta_parse_cursor(nlh, &cursor);

	assert_in_range(cursor.len, 0, NETATOP_CURSOR_SIZE);
	return err;
}

int parse_head(const struct nlmsghdr *nlh)
{
	struct nta_head head;

	return nta_parse_head(nlh, &head);
}

int parse_family(const struct nlmsghdr *nlh)
{
	struct nta_family family;

	return nta_parse_family(nlh, NETATOP_FAMILY_NAME, NETATOP_MCGRP_EXIT, &family);
}

int parse_error(const struct nlmsghdr *nlh)
{
	char text[24];

	return nta_parse_error(nlh, text, sizeof(text));
}

const struct kind kinds[KINDS] = {
	{ make_task, parse_task, false },
	{ make_rows, parse_rows, false },
	{ make_late, parse_late, false },
	{ make_entry4, parse_flow, false },
	{ make_entry6, parse_flow, false },
	{ make_tcp_socket, parse_flow, false },
	{ make_udp_socket, parse_flow, false },
	{ make_books, parse_books, false },
	{ make_tunable, parse_tunable, false },
	{ make_page_end, parse_cursor, true },
};

struct nlmsghdr *make(struct mock_buf *buf, void (*maker)(struct nlmsghdr *nlh))
{
	struct nlmsghdr *nlh;

	memset(buf, 0, sizeof(*buf));
	nlh = mock_begin(buf, 40, NETATOP_CMD_TASK_GET, 0, 1);
	maker(nlh);
	mock_end(buf, nlh);
	return nlh;
}

/* NLMSG_ERROR with the whole request of @size bytes in it, or as much as is true. */
struct nlmsghdr *refusal(struct mock_buf *buf, uint16_t flags, uint32_t size, uint32_t said,
			 int error, const char *text)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf->data);
	struct nlmsgerr *err = mnl_nlmsg_put_extra_header(nlh, sizeof(*err));

	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_flags = flags;
	err->error = error;
	err->msg.nlmsg_len = said;
	if (size > sizeof(err->msg))
		mnl_nlmsg_put_extra_header(nlh, size - sizeof(err->msg));
	if (text)
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, text);
	return nlh;
}
