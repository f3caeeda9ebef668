// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of limits: how many records and sockets there are, and for whom.
 */
#include "test.h"
#include "record.h"
#include "sockinfo.h"
#include "stats.h"

#include <linux/jiffies.h>

static int limits_begin(struct kunit *test)
{
	int err;

	nta_test_begin(test);
	err = nta_record_init();
	return err ?: nta_sockinfo_init();
}

static void limits_end(struct kunit *test)
{
	nta_sockinfo_exit();
	nta_record_exit();
	nta_test_end(test);
}

/* How many of so many are to be had. */
static unsigned int take(enum nta_record_state state, unsigned int n)
{
	unsigned int got = 0;
	u64 handle;

	while (n--)
		got += !!nta_record_alloc(state, 0, &handle);
	return got;
}

static struct nta_sock *get(u32 number, bool owned)
{
	struct nta_sock_key key = { .net = 1, .pad = number };
	struct nta_sock *sock;

	rcu_read_lock();
	sock = nta_sock_get(&key, owned);
	rcu_read_unlock();
	return sock;
}

static void limits_records(struct kunit *test)
{
	struct nta_record *rec;
	u64 handle;

	nta_test_param(NTA_MAX_RECORDS, 64);
	KUNIT_EXPECT_EQ(test, take(NTA_RECORD_THREAD, 63), 63U);
	rec = nta_record_alloc(NTA_RECORD_THREAD, 0, &handle);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, rec);
	KUNIT_EXPECT_EQ(test, nta_stats_events(NTA_RECORD_OVERFLOW), 0ULL);
	KUNIT_EXPECT_EQ(test, take(NTA_RECORD_THREAD, 3), 0U);
	KUNIT_EXPECT_EQ(test, take(NTA_RECORD_UNOWNED, 1), 0U);
	KUNIT_EXPECT_EQ(test, nta_stats_events(NTA_RECORD_OVERFLOW), 4ULL);
	KUNIT_EXPECT_EQ(test, nta_record_used(), 64U);

	nta_record_kill(rec);
	nta_record_free(rec);
	KUNIT_EXPECT_EQ(test, take(NTA_RECORD_THREAD, 2), 1U);
}

/* Strangers get half, threads what is left. */
static void limits_unowned(struct kunit *test)
{
	nta_test_param(NTA_MAX_RECORDS, 64);
	KUNIT_EXPECT_EQ(test, take(NTA_RECORD_UNOWNED, 64), 32U);
	KUNIT_EXPECT_EQ(test, nta_record_unowned(), 32U);
	KUNIT_EXPECT_EQ(test, nta_stats_events(NTA_RECORD_OVERFLOW), 32ULL);
	KUNIT_EXPECT_EQ(test, take(NTA_RECORD_THREAD, 64), 32U);
	KUNIT_EXPECT_EQ(test, nta_record_used(), 64U);
}

/* Those that are there stay; no new ones come until they are few enough. */
static void limits_lowered(struct kunit *test)
{
	nta_test_param(NTA_MAX_RECORDS, 128);
	KUNIT_EXPECT_EQ(test, take(NTA_RECORD_THREAD, 65), 65U);
	nta_test_param(NTA_MAX_RECORDS, 64);
	KUNIT_EXPECT_EQ(test, nta_record_used(), 65U);
	KUNIT_EXPECT_EQ(test, take(NTA_RECORD_THREAD, 1), 0U);
	nta_test_param(NTA_MAX_RECORDS, 66);
	KUNIT_EXPECT_EQ(test, take(NTA_RECORD_THREAD, 2), 1U);
}

/* The second chunk goes on where the first ends. */
static void limits_chunks(struct kunit *test)
{
	struct nta_record *rec = NULL;
	struct nta_counters sum = { };
	unsigned int i;
	u64 handle;

	for (i = 0; i <= NTA_CHUNK_RECORDS; i++) {
		rec = nta_record_alloc(NTA_RECORD_THREAD, 0, &handle);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, rec);
		KUNIT_EXPECT_EQ(test, rec->place,
				i / 85 << 16 | i % 85 * sizeof(*rec));
		atomic64_set(&rec->live.v[NTA_TCP_SND], i);
	}
	KUNIT_EXPECT_EQ(test, handle, 0x100010000ULL);
	KUNIT_EXPECT_PTR_EQ(test, nta_record_resolve(handle), rec);
	nta_record_sum(NTA_RECORD_THREAD, &sum);
	KUNIT_EXPECT_EQ(test, sum.v[NTA_TCP_SND], 85 * 86 / 2ULL);
	nta_record_sum(NTA_RECORD_UNOWNED, &sum);
	KUNIT_EXPECT_EQ(test, sum.v[NTA_TCP_SND], 85 * 86 / 2ULL);
}

/* Room is made when it is needed, in chunks. */
static void limits_growth(struct kunit *test)
{
	nta_test_param(NTA_MAX_RECORDS, NTA_RECORDS_LIMIT);
	KUNIT_EXPECT_EQ(test, take(NTA_RECORD_THREAD, 4096), 4096U);
	KUNIT_EXPECT_EQ(test, nta_stats_events(NTA_RECORD_OVERFLOW), 0ULL);
	KUNIT_EXPECT_PTR_NE(test, nta_record_chunk[48],
			    (struct nta_record *)NULL);
	KUNIT_EXPECT_PTR_EQ(test, nta_record_chunk[49],
			    (struct nta_record *)NULL);
}

/* Where the unowned are many, those that have been quiet for 10 s go. */
static void limits_hurry(struct kunit *test)
{
	struct nta_record *rec;
	unsigned int i;

	nta_test_param(NTA_MAX_RECORDS, 64);
	KUNIT_ASSERT_EQ(test, take(NTA_RECORD_UNOWNED, 25), 25U);
	for (i = 0; i < 25; i++) {
		rec = nta_record_resolve(BIT_ULL(32) +
					 i * sizeof(*rec));
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, rec);
		rec->stamp = jiffies - (i < 10 ? 10 : 5) * HZ;
	}
	/* 25 are more than 3/8 of 64, not of 72 */
	nta_test_param(NTA_MAX_RECORDS, 72);
	nta_record_age(120 * HZ);
	KUNIT_EXPECT_EQ(test, nta_record_unowned(), 25U);
	nta_test_param(NTA_MAX_RECORDS, 64);
	nta_record_age(120 * HZ);
	KUNIT_EXPECT_EQ(test, nta_record_unowned(), 15U);
}

static void limits_sockets(struct kunit *test)
{
	unsigned int i;

	nta_test_param(NTA_MAX_SOCKETS, 16);
	for (i = 0; i < 16; i++)
		KUNIT_EXPECT_PTR_NE(test, get(i, true), (void *)NULL);
	KUNIT_EXPECT_EQ(test, nta_sock_count(), 16U);
	KUNIT_EXPECT_EQ(test, nta_stats_events(NTA_SOCKET_OVERFLOW), 0ULL);
	KUNIT_EXPECT_PTR_EQ(test, get(16, true), (void *)NULL);
	KUNIT_EXPECT_EQ(test, nta_stats_events(NTA_SOCKET_OVERFLOW), 1ULL);
	/* one that is there needs no room */
	KUNIT_EXPECT_PTR_NE(test, get(3, false), (void *)NULL);
	KUNIT_EXPECT_EQ(test, nta_stats_events(NTA_SOCKET_OVERFLOW), 1ULL);
	KUNIT_EXPECT_EQ(test, nta_sock_count(), 16U);
}

/* Half of the room is for strangers; who gets an owner is none any more. */
static void limits_strangers(struct kunit *test)
{
	struct nta_sock *sock;
	unsigned int i;

	nta_test_param(NTA_MAX_SOCKETS, 16);
	for (i = 0; i < 8; i++)
		KUNIT_EXPECT_PTR_NE(test, get(i, false), (void *)NULL);
	KUNIT_EXPECT_PTR_EQ(test, get(8, false), (void *)NULL);
	sock = get(0, true);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, sock);
	KUNIT_EXPECT_EQ(test, sock->stranger, 0);
	/* only once */
	nta_sock_settle(sock);
	KUNIT_EXPECT_PTR_NE(test, get(8, false), (void *)NULL);
	KUNIT_EXPECT_PTR_EQ(test, get(9, false), (void *)NULL);
	for (i = 9; i < 16; i++)
		KUNIT_EXPECT_PTR_NE(test, get(i, true), (void *)NULL);
	KUNIT_EXPECT_EQ(test, nta_sock_count(), 16U);
	KUNIT_EXPECT_PTR_EQ(test, get(16, true), (void *)NULL);
}

/* A thread's socket is kept for two hours, another for as long as is said. */
static void limits_socket_age(struct kunit *test)
{
	struct nta_sock *owned, *quiet, *fresh;
	u64 handle;

	owned = get(1, true);
	quiet = get(2, false);
	fresh = get(3, false);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, owned);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, quiet);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, fresh);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, nta_record_alloc(NTA_RECORD_THREAD,
							    0, &handle));
	owned->slot = handle;
	owned->used = jiffies - 7000 * HZ;
	quiet->used = jiffies - 120 * HZ;
	fresh->used = jiffies - 100 * HZ;
	nta_sock_age(120 * HZ);
	KUNIT_EXPECT_EQ(test, nta_sock_count(), 2U);
	owned->used = jiffies - 7200 * HZ;
	nta_sock_age(120 * HZ);
	KUNIT_EXPECT_EQ(test, nta_sock_count(), 1U);
	/* where room is scarce, ten seconds is old */
	nta_test_param(NTA_MAX_SOCKETS, 1);
	nta_sock_age(120 * HZ);
	KUNIT_EXPECT_EQ(test, nta_sock_count(), 0U);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(limits_records),
	KUNIT_CASE(limits_unowned),
	KUNIT_CASE(limits_lowered),
	KUNIT_CASE(limits_chunks),
	KUNIT_CASE(limits_growth),
	KUNIT_CASE(limits_hurry),
	KUNIT_CASE(limits_sockets),
	KUNIT_CASE(limits_strangers),
	KUNIT_CASE(limits_socket_age),
	{}
};

struct kunit_suite nta_test_limits = {
	.name		= "netatop_limits",
	.suite_init	= nta_test_suite_begin,
	.init		= limits_begin,
	.exit		= limits_end,
	.test_cases	= cases,
};
