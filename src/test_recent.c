// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of sockets that have been met a moment ago.
 */
#include "test.h"
#include "key.h"
#include "recent.h"

#include <linux/net.h>
#include <net/inet_sock.h>

static struct nta_record *rec;
static struct socket *udp;
static u64 handle;

static int recent_begin(struct kunit *test)
{
	int err;

	nta_test_begin(test);
	err = nta_record_init();
	if (err)
		return err;
	rec = nta_record_alloc(NTA_RECORD_THREAD, 0, &handle);
	if (!rec)
		return -ENOMEM;
	err = sock_create(AF_INET, SOCK_DGRAM, IPPROTO_UDP, &udp);
	if (err)
		udp = NULL;
	return err;
}

static void recent_end(struct kunit *test)
{
	if (udp)
		sock_release(udp);
	memset(nta_recents, 0, sizeof(nta_recents));
	nta_record_exit();
	nta_test_end(test);
}

/*
 * What has been noted is only good for a tick, which may be over at any moment:
 * then all that was seen says nothing, and it is done once more.
 */
static int wrong;	/* line of the first that was not as expected */

#define expect(sock, wanted) do {					\
	if (nta_recent_find((sock)->sk) != (wanted) && !wrong)		\
		wrong = __LINE__;					\
} while (0)

static void in_one_tick(struct kunit *test, void (*check)(struct kunit *test))
{
	u64 tick;

	do {
		memset(nta_recents, 0, sizeof(nta_recents));
		wrong = 0;
		tick = nta_recent_tick();
		check(test);
	} while (tick != nta_recent_tick());
	KUNIT_EXPECT_EQ_MSG(test, wrong, 0, "line %d", wrong);
}

static void noted(struct kunit *test)
{
	expect(udp, NULL);
	nta_recent_note(udp->sk, handle);
	expect(udp, rec);
	nta_recent_forget(udp->sk);
	expect(udp, NULL);
	/* the record ends: what is noted leads nowhere, also when it is another's */
	nta_recent_note(udp->sk, handle);
	nta_record_kill(rec);
	expect(udp, NULL);
	nta_record_free(rec);
	KUNIT_EXPECT_PTR_EQ(test, rec,
			    nta_record_alloc(NTA_RECORD_THREAD, 0, &handle));
	expect(udp, NULL);
}

static void recent_noted(struct kunit *test)
{
	in_one_tick(test, noted);
}

/* Two that have the same place, and what is left of two writers. */
static void places(struct kunit *test)
{
	struct nta_recent *place, mine;
	struct socket *other;
	u64 cookie;

	nta_recent_note(udp->sk, handle);
	cookie = atomic64_read(&udp->sk->sk_cookie);
	place = &nta_recents[cookie % NTA_RECENTS];
	KUNIT_ASSERT_EQ(test, sock_create(AF_INET, SOCK_DGRAM, IPPROTO_UDP,
					  &other), 0);
	atomic64_set(&other->sk->sk_cookie, cookie + NTA_RECENTS);
	expect(other, NULL);
	mine = *place;
	nta_recent_note(other->sk, handle + BIT_ULL(32));
	expect(udp, NULL);
	place->check = mine.check;
	expect(udp, NULL);
	expect(other, NULL);
	place->handle = mine.handle;
	expect(udp, rec);
	sock_release(other);
}

static void recent_places(struct kunit *test)
{
	in_one_tick(test, places);
}

/* The table of sockets is to be asked in the next tick. */
static void ticks(struct kunit *test)
{
	u64 cookie, now, later;

	nta_recent_note(udp->sk, handle);
	cookie = atomic64_read(&udp->sk->sk_cookie);
	now = nta_recent_identity(cookie, nta_recent_tick());
	later = nta_recent_identity(cookie, nta_recent_tick() + 1);
	KUNIT_EXPECT_NE(test, now, later);
	nta_recents[cookie % NTA_RECENTS].check = later ^ handle;
	expect(udp, NULL);
}

static void recent_ticks(struct kunit *test)
{
	in_one_tick(test, ticks);
}

/* A kernel socket, a connection without a peer, and none. */
static void refused(struct kunit *test)
{
	struct socket *sock;

	nta_recent_note(NULL, handle);
	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_INET, SOCK_DGRAM,
					       IPPROTO_UDP, &sock), 0);
	nta_recent_note(sock->sk, handle);
	expect(sock, NULL);
	sock_release(sock);
	KUNIT_ASSERT_EQ(test, sock_create(AF_INET, SOCK_STREAM, IPPROTO_TCP,
					  &sock), 0);
	nta_recent_note(sock->sk, handle);
	expect(sock, NULL);
	inet_sk(sock->sk)->inet_dport = htons(80);
	nta_recent_note(sock->sk, handle);
	expect(sock, rec);
	sock_release(sock);
}

static void recent_refused(struct kunit *test)
{
	in_one_tick(test, refused);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(recent_noted),
	KUNIT_CASE(recent_places),
	KUNIT_CASE(recent_ticks),
	KUNIT_CASE(recent_refused),
	{}
};

struct kunit_suite nta_test_recent = {
	.name		= "netatop_recent",
	.suite_init	= nta_test_suite_begin,
	.init		= recent_begin,
	.exit		= recent_end,
	.test_cases	= cases,
};
