// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of walks: the cursor of a page, its room, and places in a table.
 */
#include "test.h"
#include "netlink_msg.h"
#include "sockinfo.h"

#include <linux/string.h>

/* Few enough that the table does not grow meanwhile. */
#define SOCKETS	40

static int walk_begin(struct kunit *test)
{
	nta_test_begin(test);
	return nta_sockinfo_init();
}

static void walk_end(struct kunit *test)
{
	nta_sockinfo_exit();
	nta_test_end(test);
}

/* --- pages */

static struct nta_cursor seen;
static unsigned int called, fitted, page_len;

/* Notes where a walk goes on, and ends it, so that nothing is sent. */
static int note(struct nta_walk *walk, struct nta_msg *msg)
{
	called++;
	seen = walk->cursor;
	return -ECANCELED;
}

/* Fills a page with the smallest of messages. */
static int fill(struct nta_walk *walk, struct nta_msg *msg)
{
	void *hdr;

	for (fitted = 0; ; fitted++) {
		hdr = nta_msg_begin(msg, NETATOP_CMD_TASK_GET);
		if (!hdr || nta_msg_end(msg, hdr))
			break;
	}
	page_len = msg->skb->len;
	return 1;
}

/* A request for a page, whose cursor is so many bytes of this. */
static int page(const struct nta_cursor *cursor, unsigned int len,
		nta_walk_fn *fn)
{
	struct {
		struct nlattr		nla;
		struct nta_cursor	cursor;
		u8			more[8];
	} __packed attr = { .nla = { NLA_HDRLEN + len, NETATOP_A_CURSOR } };
	struct nlattr *attrs[NETATOP_A_CURSOR + 1] = { };
	struct netlink_ext_ack extack = { };
	struct genl_info info = {
		.snd_portid	= U32_MAX,	/* nobody's */
		.snd_seq	= 1,
		.attrs		= attrs,
		.extack		= &extack,
	};
	int err;

	genl_info_net_set(&info, &init_net);
	attr.cursor = *cursor;
	attrs[NETATOP_A_CURSOR] = &attr.nla;
	called = 0;
	err = nta_walk_page(&info, NETATOP_CMD_TASK_GET, fn);
	/* a reason is given where the cursor is to blame, and only there */
	if (!!extack._msg != (err == -EINVAL || err == -ESTALE))
		return -EBADMSG;
	return err;
}

static void walk_cursor_begins(struct kunit *test)
{
	struct nta_cursor none = { };
	unsigned int i;

	memset(&seen, 0xff, sizeof(seen));
	KUNIT_EXPECT_EQ(test, page(&none, 0, note), -ECANCELED);
	KUNIT_EXPECT_EQ(test, called, 1U);
	KUNIT_EXPECT_EQ(test, seen.cookie, nta_msg_cookie());
	KUNIT_EXPECT_EQ(test, seen.cmd, (u32)NETATOP_CMD_TASK_GET);
	KUNIT_EXPECT_NE(test, seen.time, 0ULL);
	KUNIT_EXPECT_EQ(test, seen.stage, 0U);
	for (i = 0; i < ARRAY_SIZE(seen.pos); i++)
		KUNIT_EXPECT_EQ(test, seen.pos[i], 0ULL);
}

/* What the reader gives back is where it goes on, whatever the places are. */
static void walk_cursor_goes_on(struct kunit *test)
{
	struct nta_cursor cursor = {
		.cookie	= nta_msg_cookie(),
		.time	= 5,
		.cmd	= NETATOP_CMD_TASK_GET,
		.stage	= U32_MAX,
		.pos	= { 1, 0, U64_MAX, S64_MAX },
	};

	KUNIT_EXPECT_EQ(test, page(&cursor, sizeof(cursor), note), -ECANCELED);
	KUNIT_EXPECT_EQ(test, memcmp(&seen, &cursor, sizeof(seen)), 0);
}

static void walk_cursor_refused(struct kunit *test)
{
	static const unsigned int lengths[] = { 1, 4, 55, 57, 64 };
	struct nta_cursor cursor = {
		.cookie	= nta_msg_cookie(),
		.cmd	= NETATOP_CMD_TASK_GET,
	};
	unsigned int i;

	KUNIT_EXPECT_EQ(test, sizeof(cursor), (size_t)56);
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		KUNIT_EXPECT_EQ_MSG(test, page(&cursor, lengths[i], note),
				    -EINVAL, "%u bytes", lengths[i]);
		KUNIT_EXPECT_EQ(test, called, 0U);
	}
	cursor.cmd = NETATOP_CMD_FLOW_GET;
	KUNIT_EXPECT_EQ(test, page(&cursor, sizeof(cursor), note), -ESTALE);
	cursor.cmd = NETATOP_CMD_TASK_GET | BIT(8);
	KUNIT_EXPECT_EQ(test, page(&cursor, sizeof(cursor), note), -ESTALE);
	cursor.cmd = NETATOP_CMD_TASK_GET;
	cursor.cookie++;
	KUNIT_EXPECT_EQ(test, page(&cursor, sizeof(cursor), note), -ESTALE);
	KUNIT_EXPECT_EQ(test, called, 0U);
}

/* However full a page is, its end fits, and what is sent is no longer. */
static void walk_page_room(struct kunit *test)
{
	unsigned int one = nlmsg_total_size(GENL_HDRLEN) +
			   2 * nla_total_size_64bit(8);
	unsigned int end = one + nla_total_size(sizeof(struct nta_cursor)) +
			   nlmsg_total_size(sizeof(int));
	unsigned int room = SKB_WITH_OVERHEAD(NETATOP_PAGE_SIZE);
	struct nta_cursor none = { };

	/* made, and then there is nobody to take it */
	KUNIT_EXPECT_EQ(test, page(&none, 0, fill), -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, fitted, (room - end) / one);
	KUNIT_EXPECT_EQ(test, page_len, fitted * one);
	KUNIT_EXPECT_LE(test, page_len + end, (unsigned int)NETATOP_PAGE_SIZE);
}

/* --- the table of sockets */

static unsigned int told[SOCKETS];
static unsigned int nr_told, stop_after;

static int tell(const struct nta_sock *sock, void *data)
{
	if (stop_after && nr_told == stop_after)
		return 1;
	nr_told++;
	told[sock->key.pad]++;
	return 0;
}

static void add_sockets(struct kunit *test)
{
	struct nta_sock_key key = { .net = 1 };
	struct nta_sock *sock;
	unsigned int i;

	for (i = 0; i < SOCKETS; i++) {
		key.pad = i;
		/* some share a chain */
		key.ports[0] = (__force __be16)(i / 4);
		rcu_read_lock();
		sock = nta_sock_get(&key, true);
		rcu_read_unlock();
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, sock);
	}
	memset(told, 0, sizeof(told));
	nr_told = 0;
	stop_after = 0;
}

static void expect_once(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < SOCKETS; i++)
		KUNIT_EXPECT_EQ_MSG(test, told[i], 1U, "socket %u", i);
}

static void walk_sockets(struct kunit *test)
{
	struct nta_place place = { };

	KUNIT_EXPECT_EQ(test, nta_sock_walk(&place, tell, NULL), 0);
	add_sockets(test);
	place = (struct nta_place) { };
	KUNIT_EXPECT_EQ(test, nta_sock_walk(&place, tell, NULL), 0);
	KUNIT_EXPECT_FALSE(test, place.moved);
	expect_once(test);
}

/* One at a time, each is told of once. */
static void walk_sockets_stops(struct kunit *test)
{
	struct nta_place place = { };

	add_sockets(test);
	for (stop_after = 1; stop_after < SOCKETS; stop_after++)
		KUNIT_EXPECT_EQ(test, nta_sock_walk(&place, tell, NULL), 1);
	KUNIT_EXPECT_EQ(test, nta_sock_walk(&place, tell, NULL), 0);
	KUNIT_EXPECT_FALSE(test, place.moved);
	expect_once(test);
	/* the end is a place, too */
	KUNIT_EXPECT_EQ(test, nta_sock_walk(&place, tell, NULL), 0);
	expect_once(test);
}

/* Another table, a socket that has gone, a place that never was. */
static void walk_sockets_moved(struct kunit *test)
{
	struct nta_place place = { };

	add_sockets(test);
	stop_after = 20;
	KUNIT_EXPECT_EQ(test, nta_sock_walk(&place, tell, NULL), 1);
	KUNIT_EXPECT_TRUE(test, place.inside);
	stop_after = 0;
	place.id++;
	KUNIT_EXPECT_EQ(test, nta_sock_walk(&place, tell, NULL), 0);
	KUNIT_EXPECT_TRUE(test, place.moved);
	/* its chain is told of again, none is left out */
	KUNIT_EXPECT_GE(test, nr_told, (unsigned int)SOCKETS);

	memset(told, 0, sizeof(told));
	place.moved = false;
	place.table += 2;
	KUNIT_EXPECT_EQ(test, nta_sock_walk(&place, tell, NULL), 0);
	KUNIT_EXPECT_TRUE(test, place.moved);
	expect_once(test);

	place.bucket = U32_MAX;
	place.inside = true;
	nr_told = 0;
	KUNIT_EXPECT_EQ(test, nta_sock_walk(&place, tell, NULL), 0);
	KUNIT_EXPECT_EQ(test, nr_told, 0U);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(walk_cursor_begins),
	KUNIT_CASE(walk_cursor_goes_on),
	KUNIT_CASE(walk_cursor_refused),
	KUNIT_CASE(walk_page_room),
	KUNIT_CASE(walk_sockets),
	KUNIT_CASE(walk_sockets_stops),
	KUNIT_CASE(walk_sockets_moved),
	{}
};

struct kunit_suite nta_test_walk = {
	.name		= "netatop_walk",
	.suite_init	= nta_test_suite_begin,
	.init		= walk_begin,
	.exit		= walk_end,
	.test_cases	= cases,
};
