// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of records: handles, generations, and how a record ends.
 */
#include "test.h"
#include "record.h"
#include "task.h"

#include <linux/jiffies.h>

static int record_begin(struct kunit *test)
{
	nta_test_begin(test);
	return nta_record_init();
}

static void record_end(struct kunit *test)
{
	nta_record_exit();
	nta_test_end(test);
}

static struct nta_record *alloc(struct kunit *test, enum nta_record_state state,
				u64 want, u64 *handle)
{
	struct nta_record *rec = nta_record_alloc(state, want, handle);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, rec);
	return rec;
}

static struct nta_record *unowned(struct kunit *test, u64 *handle)
{
	return alloc(test, NTA_RECORD_UNOWNED, 0, handle);
}

static unsigned int dying(void)
{
	struct nta_record *rec, *next;
	unsigned int n = 0;
	LIST_HEAD(list);

	nta_record_take_dying(&list);
	list_for_each_entry_safe(rec, next, &list, dying) {
		list_del_init(&rec->dying);
		nta_record_free(rec);
		n++;
	}
	return n;
}

/* Index in the lower half, generation in the upper, both from the bottom. */
static void record_handles(struct kunit *test)
{
	struct nta_record *a, *b;
	u64 handle;

	a = alloc(test, NTA_RECORD_THREAD, 0, &handle);
	KUNIT_EXPECT_EQ(test, handle, 0x100000000ULL);
	KUNIT_EXPECT_EQ(test, nta_record_handle(a), handle);
	KUNIT_EXPECT_PTR_EQ(test, nta_record_resolve(handle), a);
	b = unowned(test, &handle);
	KUNIT_EXPECT_EQ(test, handle, 0x1000000c0ULL);
	KUNIT_EXPECT_PTR_EQ(test, nta_record_resolve(handle), b);
	KUNIT_EXPECT_EQ(test, nta_record_used(), 2U);
	KUNIT_EXPECT_EQ(test, nta_record_unowned(), 1U);
}

static void record_handles_of_nobody(struct kunit *test)
{
	struct nta_record *none = NULL;
	u64 handle;

	/* there is a chunk before there is a record */
	KUNIT_EXPECT_PTR_EQ(test, nta_record_resolve(NTA_NOBODY), none);
	alloc(test, NTA_RECORD_THREAD, 0, &handle);

	KUNIT_EXPECT_PTR_EQ(test, nta_record_resolve(NTA_NOBODY), none);
	KUNIT_EXPECT_PTR_EQ(test, nta_record_resolve(NTA_LEFT_OUT), none);
	KUNIT_EXPECT_PTR_EQ(test, nta_record_resolve(NTA_OF_TUNNEL), none);
	/* another generation, that of nobody, a free one */
	KUNIT_EXPECT_PTR_EQ(test, nta_record_resolve(handle + BIT_ULL(32)),
			    none);
	KUNIT_EXPECT_PTR_EQ(test, nta_record_resolve((u32)handle), none);
	KUNIT_EXPECT_PTR_EQ(test,
			    nta_record_resolve(handle + NTA_LEFT_OUT +
					       BIT_ULL(32)),
			    none);
}

static void record_generations(struct kunit *test)
{
	struct nta_record *a, *b, *none = NULL;
	u64 first, second;

	a = alloc(test, NTA_RECORD_THREAD, 0, &first);
	nta_record_kill(a);
	KUNIT_EXPECT_PTR_EQ(test, nta_record_resolve(first), none);
	nta_record_free(a);
	KUNIT_EXPECT_EQ(test, nta_record_used(), 0U);

	/* the last that was freed is the first to be taken */
	b = alloc(test, NTA_RECORD_THREAD, 0, &second);
	KUNIT_EXPECT_PTR_EQ(test, b, a);
	KUNIT_EXPECT_EQ(test, second, 0x200000000ULL);
	KUNIT_EXPECT_PTR_EQ(test, nta_record_resolve(first), none);
	KUNIT_EXPECT_PTR_EQ(test, nta_record_resolve(second), b);
}

/* After the last generation comes the first, not that of nobody. */
static void record_generation_wraps(struct kunit *test)
{
	struct nta_record *rec, *none = NULL;
	u64 handle;

	rec = alloc(test, NTA_RECORD_THREAD, 0, &handle);
	rec->gen = U32_MAX;
	KUNIT_EXPECT_EQ(test, nta_record_handle(rec), 0xffffffff00000000ULL);
	KUNIT_EXPECT_PTR_EQ(test, nta_record_resolve(0xffffffff00000000ULL),
			    rec);
	nta_record_kill(rec);
	KUNIT_EXPECT_EQ(test, rec->gen, 1U);
	KUNIT_EXPECT_PTR_EQ(test, nta_record_resolve(0xffffffff00000000ULL),
			    none);
	KUNIT_EXPECT_PTR_EQ(test, nta_record_resolve(NTA_NOBODY), none);
	KUNIT_EXPECT_PTR_EQ(test, nta_record_resolve(0x100000000ULL), rec);
}

/* Only one who has the right handle of an unowned record gets it. */
static void record_claim(struct kunit *test)
{
	struct nta_task heir = { };
	struct nta_record *rec;
	u64 handle, thread;

	rec = alloc(test, NTA_RECORD_THREAD, 0, &thread);
	KUNIT_EXPECT_FALSE(test, nta_record_claim(rec, thread, &heir));

	rec = unowned(test, &handle);
	KUNIT_EXPECT_FALSE(test, nta_record_claim(rec, handle + BIT_ULL(32),
						  &heir));
	KUNIT_EXPECT_TRUE(test, nta_record_claim(rec, handle, &heir));
	KUNIT_EXPECT_PTR_EQ(test, rec->task, &heir);
	KUNIT_EXPECT_FALSE(test, nta_record_claim(rec, handle, &heir));
	KUNIT_EXPECT_EQ(test, nta_record_unowned(), 0U);
	/* until it has been folded, it is in use */
	KUNIT_EXPECT_EQ(test, nta_record_used(), 2U);
	KUNIT_EXPECT_EQ(test, dying(), 1U);
	KUNIT_EXPECT_EQ(test, nta_record_used(), 1U);
}

static void record_discard(struct kunit *test)
{
	struct nta_record *rec;
	u64 handle, again;

	rec = alloc(test, NTA_RECORD_UNOWNED, 5, &handle);
	nta_record_discard(rec);
	KUNIT_EXPECT_EQ(test, nta_record_used(), 0U);
	KUNIT_EXPECT_EQ(test, nta_record_unowned(), 0U);
	KUNIT_EXPECT_FALSE(test, nta_record_is_wanted(5));
	/* a search can have seen the handle: the record comes again, not that */
	KUNIT_EXPECT_PTR_EQ(test, unowned(test, &again), rec);
	KUNIT_EXPECT_NE(test, again, handle);
	KUNIT_EXPECT_NULL(test, nta_record_resolve(handle));

	/* the collector was first: its part to free it */
	KUNIT_EXPECT_TRUE(test, nta_record_claim(rec, again, NULL));
	nta_record_discard(rec);
	KUNIT_EXPECT_EQ(test, nta_record_used(), 1U);
	KUNIT_EXPECT_EQ(test, dying(), 1U);
	KUNIT_EXPECT_EQ(test, nta_record_used(), 0U);
}

/* One that has been quiet dies; a packet gives it another full time. */
static void record_age(struct kunit *test)
{
	static const struct nta_weight weight = { 1, 60 };
	struct nta_record *quiet, *busy, *fresh;
	u64 handle;

	quiet = unowned(test, &handle);
	busy = unowned(test, &handle);
	fresh = unowned(test, &handle);
	quiet->stamp = jiffies - 60 * HZ;
	busy->stamp = jiffies - 60 * HZ;
	nta_live_book(&busy->live, NTA_UDP_RCV, &weight);

	nta_record_age(60 * HZ);
	KUNIT_EXPECT_EQ(test, nta_record_unowned(), 2U);
	KUNIT_EXPECT_EQ(test, dying(), 1U);
	KUNIT_EXPECT_EQ(test, quiet->state, (u32)NTA_RECORD_FREE);
	KUNIT_EXPECT_EQ(test, busy->state, (u32)NTA_RECORD_UNOWNED);
	KUNIT_EXPECT_EQ(test, busy->seen, 1ULL);
	KUNIT_EXPECT_EQ(test, fresh->state, (u32)NTA_RECORD_UNOWNED);
	nta_record_age(60 * HZ);
	KUNIT_EXPECT_EQ(test, nta_record_unowned(), 2U);
	nta_record_age(0);
	KUNIT_EXPECT_EQ(test, nta_record_unowned(), 0U);
}

struct asked {
	u64		want[4];
	unsigned int	n;
	unsigned int	stop;	/* the call that fails */
};

static int ask(u64 want, u64 handle, void *data)
{
	struct asked *asked = data;

	if (asked->n < ARRAY_SIZE(asked->want))
		asked->want[asked->n] = want;
	return ++asked->n == asked->stop ? -ENOSPC : 0;
}

/* All are told of once, and not again until their pause is over. */
static void record_want(struct kunit *test)
{
	struct asked asked = { };
	struct nta_record *rec;
	u64 handle;

	alloc(test, NTA_RECORD_UNOWNED, 0, &handle);
	rec = alloc(test, NTA_RECORD_UNOWNED, 7, &handle);
	KUNIT_EXPECT_TRUE(test, nta_record_wants(handle, 7));
	KUNIT_EXPECT_FALSE(test, nta_record_wants(handle, 8));
	KUNIT_EXPECT_TRUE(test, nta_record_is_wanted(7));
	alloc(test, NTA_RECORD_UNOWNED, 8, &handle);

	nta_record_want(false, ask, &asked);
	KUNIT_EXPECT_EQ(test, asked.n, 2U);
	KUNIT_EXPECT_EQ(test, asked.want[0], 7ULL);
	KUNIT_EXPECT_EQ(test, asked.want[1], 8ULL);
	KUNIT_EXPECT_EQ(test, rec->tries, 1U);
	nta_record_want(true, ask, &asked);
	KUNIT_EXPECT_EQ(test, asked.n, 2U);

	/* the first pause is two seconds, or one if it is forced */
	rec->tried = jiffies - HZ;
	nta_record_want(false, ask, &asked);
	KUNIT_EXPECT_EQ(test, asked.n, 2U);
	nta_record_want(true, ask, &asked);
	KUNIT_EXPECT_EQ(test, asked.n, 3U);
	KUNIT_EXPECT_EQ(test, asked.want[2], 7ULL);
	/* at most so long that it doubles ten times */
	rec->tries = 10;
	rec->tried = jiffies - (HZ << 10);
	nta_record_want(false, ask, &asked);
	KUNIT_EXPECT_EQ(test, asked.n, 4U);
	KUNIT_EXPECT_EQ(test, rec->tries, 10U);
}

static void record_want_fails(struct kunit *test)
{
	struct asked asked = { .stop = 1 };
	u64 first, second;

	alloc(test, NTA_RECORD_UNOWNED, 7, &first);
	alloc(test, NTA_RECORD_UNOWNED, 8, &second);
	nta_record_want(false, ask, &asked);
	KUNIT_EXPECT_EQ(test, asked.n, 1U);
	/* what failed is told of again, and the one that it had no turn */
	asked.stop = 0;
	nta_record_want(false, ask, &asked);
	KUNIT_EXPECT_EQ(test, asked.n, 3U);
	KUNIT_EXPECT_EQ(test, asked.want[1] + asked.want[2], 15ULL);

	nta_record_forget(7);
	KUNIT_EXPECT_FALSE(test, nta_record_wants(first, 7));
	KUNIT_EXPECT_TRUE(test, nta_record_wants(second, 8));
	/* it goes on waiting without one */
	KUNIT_EXPECT_EQ(test, nta_record_unowned(), 2U);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(record_handles),
	KUNIT_CASE(record_handles_of_nobody),
	KUNIT_CASE(record_generations),
	KUNIT_CASE(record_generation_wraps),
	KUNIT_CASE(record_claim),
	KUNIT_CASE(record_discard),
	KUNIT_CASE(record_age),
	KUNIT_CASE(record_want),
	KUNIT_CASE(record_want_fails),
	{}
};

struct kunit_suite nta_test_record = {
	.name		= "netatop_record",
	.suite_init	= nta_test_suite_begin,
	.init		= record_begin,
	.exit		= record_end,
	.test_cases	= cases,
};
