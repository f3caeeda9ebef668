// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of counters and books: what is booked is in one term, once.
 */
#include "test.h"
#include "books.h"
#include "record.h"
#include "slot.h"
#include "stats.h"
#include "task.h"

static int books_begin(struct kunit *test)
{
	int err;

	nta_test_begin(test);
	err = nta_record_init();
	if (err)
		return err;
	return nta_task_init();
}

/* The collector's part: each of them holds its heir. */
static void inherit_all(void)
{
	struct nta_record *rec, *next;
	LIST_HEAD(dying);

	nta_record_take_dying(&dying);
	list_for_each_entry_safe(rec, next, &dying, dying)
		nta_task_inherit(rec);
}

static void books_end(struct kunit *test)
{
	inherit_all();
	nta_task_exit();
	nta_record_exit();
	nta_test_end(test);
}

static struct nta_packet packet(enum nta_way way, u32 packets, u32 bytes)
{
	return (struct nta_packet) {
		.way	= way,
		.weight	= { packets, bytes },
	};
}

static void expect_term(struct kunit *test, enum nta_book book,
			enum nta_way way, u64 packets, u64 bytes)
{
	struct nta_counters sum;

	nta_books_read(book, &sum);
	KUNIT_EXPECT_EQ_MSG(test, sum.v[way], packets, "packets of term %d",
			    book);
	KUNIT_EXPECT_EQ_MSG(test, sum.v[way + 1], bytes, "bytes of term %d",
			    book);
}

/* All terms but the total make the total, of each counter. */
static void expect_balance(struct kunit *test)
{
	struct nta_counters total, sum = { }, term;
	enum nta_book book;
	unsigned int i;

	nta_books_read(NTA_BOOK_TOTAL, &total);
	for (book = NTA_BOOK_TOTAL + 1; book < NTA_BOOKS; book++) {
		nta_books_read(book, &term);
		nta_counters_add(&sum, &term);
	}
	for (i = 0; i < NTA_COUNTERS; i++)
		KUNIT_EXPECT_EQ_MSG(test, sum.v[i], total.v[i], "counter %u",
				    i);
}

static void books_counters(struct kunit *test)
{
	struct nta_counters a = { { 1, 2, 3, 4, 5, 6, 7, U64_MAX } };
	struct nta_counters b = { { 10, 20, 30, 40, 50, 60, 70, 2 } };
	unsigned int i;

	nta_counters_add(&b, &a);
	for (i = 0; i < 7; i++)
		KUNIT_EXPECT_EQ(test, b.v[i], 11ULL * (i + 1));
	/* they wrap, and a difference is right nevertheless */
	KUNIT_EXPECT_EQ(test, b.v[7], 1ULL);
	nta_counters_sub(&b, &a);
	for (i = 0; i < 7; i++)
		KUNIT_EXPECT_EQ(test, b.v[i], 10ULL * (i + 1));
	KUNIT_EXPECT_EQ(test, b.v[7], 2ULL);
}

static void books_live(struct kunit *test)
{
	static const struct nta_weight most = { U32_MAX, U32_MAX };
	static const struct nta_weight none = { 0, 0 };
	struct nta_counters held, sum = { };
	struct nta_live live = { };

	KUNIT_EXPECT_EQ(test, nta_live_packets(&live), 0ULL);
	nta_live_book(&live, NTA_TCP_RCV, &most);
	nta_live_book(&live, NTA_TCP_RCV, &most);
	nta_live_book(&live, NTA_UDP_SND, &most);
	nta_live_book(&live, NTA_UDP_RCV, &none);
	/* only packets, of all kinds; 64 bits */
	KUNIT_EXPECT_EQ(test, nta_live_packets(&live), 3ULL * U32_MAX);
	nta_counters_add_live(&sum, &live);
	nta_counters_add_live(&sum, &live);
	KUNIT_EXPECT_EQ(test, sum.v[NTA_TCP_RCV + 1], 4ULL * U32_MAX);

	nta_live_drain(&live, &held);
	KUNIT_EXPECT_EQ(test, held.v[NTA_TCP_SND], 0ULL);
	KUNIT_EXPECT_EQ(test, held.v[NTA_TCP_RCV], 2ULL * U32_MAX);
	KUNIT_EXPECT_EQ(test, held.v[NTA_UDP_SND + 1], 1ULL * U32_MAX);
	KUNIT_EXPECT_EQ(test, nta_live_packets(&live), 0ULL);
	nta_live_add(&live, &held);
	nta_live_drain(&live, &held);
	KUNIT_EXPECT_EQ(test, held.v[NTA_TCP_RCV], 2ULL * U32_MAX);
	nta_live_drain(&live, &held);
	KUNIT_EXPECT_EQ(test, held.v[NTA_TCP_RCV], 0ULL);
}

/* Each term that the totals keep has its place, and the total has all. */
static void books_terms(struct kunit *test)
{
	static const struct {
		enum nta_term	term;
		enum nta_book	book;
	} terms[] = {
		{ NTA_UNIDENTIFIED, NTA_BOOK_UNIDENTIFIED },
		{ NTA_TUNNEL, NTA_BOOK_TUNNEL },
		{ NTA_EXCLUDED, NTA_BOOK_EXCLUDED },
		{ NTA_RETIRED, NTA_BOOK_RETIRED },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(terms); i++) {
		struct nta_packet pkt = packet(NTA_UDP_SND, i + 1, 100 * i);

		nta_book_term(terms[i].term, &pkt);
		expect_term(test, terms[i].book, NTA_UDP_SND, i + 1, 100 * i);
		expect_term(test, terms[i].book, NTA_TCP_SND, 0, 0);
		expect_balance(test);
	}
	expect_term(test, NTA_BOOK_TOTAL, NTA_UDP_SND, 10, 600);
	expect_term(test, NTA_BOOK_TASKS, NTA_UDP_SND, 0, 0);
	expect_term(test, NTA_BOOK_UNOWNED, NTA_UDP_SND, 0, 0);
}

/* A late packet is retired and counted as late, but in the total once. */
static void books_late(struct kunit *test)
{
	struct nta_packet pkt = packet(NTA_TCP_RCV, 44, 65535);
	struct nta_counters late;

	nta_book_late(&pkt);
	expect_term(test, NTA_BOOK_RETIRED, NTA_TCP_RCV, 44, 65535);
	expect_term(test, NTA_BOOK_TOTAL, NTA_TCP_RCV, 44, 65535);
	expect_balance(test);
	nta_stats_term(NTA_LATE, &late);
	KUNIT_EXPECT_EQ(test, late.v[NTA_TCP_RCV], 44ULL);
	KUNIT_EXPECT_EQ(test, late.v[NTA_TCP_RCV + 1], 65535ULL);
	/* frames, not packets of ours */
	KUNIT_EXPECT_EQ(test, nta_stats_events(NTA_LATE_PACKETS), 44ULL);
}

/* Packets of a slot wait for an owner, who then has them. */
static void books_claim(struct kunit *test)
{
	struct nta_packet pkt = packet(NTA_UDP_RCV, 3, 3000);
	struct nta_record *mine;
	u64 slot = NTA_NOBODY, handle;

	rcu_read_lock();
	handle = nta_slot_book(&slot, NULL, &pkt);
	KUNIT_EXPECT_EQ(test, handle, BIT_ULL(32));
	KUNIT_EXPECT_EQ(test, slot, handle);
	KUNIT_EXPECT_EQ(test, nta_slot_book(&slot, NULL, &pkt), handle);
	KUNIT_EXPECT_FALSE(test, nta_slot_has_thread(&slot));
	rcu_read_unlock();
	expect_term(test, NTA_BOOK_UNOWNED, NTA_UDP_RCV, 6, 6000);
	expect_balance(test);

	rcu_read_lock();
	mine = nta_thread_learn();
	if (mine) {
		nta_slot_own(&slot, mine);
		KUNIT_EXPECT_TRUE(test, nta_slot_has_thread(&slot));
		KUNIT_EXPECT_PTR_EQ(test, nta_thread_learn(), mine);
		nta_slot_book(&slot, NULL, &pkt);
	}
	rcu_read_unlock();
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, mine);

	KUNIT_EXPECT_EQ(test, nta_record_unowned(), 0U);
	KUNIT_EXPECT_EQ(test, nta_task_count(), 1U);
	KUNIT_EXPECT_EQ(test, nta_thread_count(), 1U);
	KUNIT_EXPECT_EQ(test, nta_stats_events(NTA_CLAIMED), 1ULL);
	expect_term(test, NTA_BOOK_TASKS, NTA_UDP_RCV, 9, 9000);
	expect_term(test, NTA_BOOK_UNOWNED, NTA_UDP_RCV, 0, 0);
	expect_balance(test);
}

/* What comes to a claimed record by an old handle is its heir's. */
static void books_inherit(struct kunit *test)
{
	struct nta_packet pkt = packet(NTA_TCP_RCV, 1, 1500);
	struct nta_record *mine, *old;
	u64 slot = NTA_NOBODY;

	rcu_read_lock();
	old = nta_record_resolve(nta_slot_book(&slot, NULL, &pkt));
	mine = nta_thread_learn();
	if (old && mine) {
		nta_slot_own(&slot, mine);
		nta_book(old, &pkt);
	}
	rcu_read_unlock();
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, old);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, mine);
	inherit_all();
	KUNIT_EXPECT_EQ(test, nta_record_used(), 1U);
	expect_term(test, NTA_BOOK_TASKS, NTA_TCP_RCV, 2, 3000);
	expect_balance(test);
}

/* No slot, or no record to be had: nobody's, and counted. */
static void books_no_room(struct kunit *test)
{
	struct nta_packet pkt = packet(NTA_TCP_SND, 1, 54);
	u64 slot = NTA_NOBODY;

	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, nta_slot_book(NULL, NULL, &pkt), NTA_NOBODY);
	nta_test_param(NTA_MAX_RECORDS, 0);
	KUNIT_EXPECT_EQ(test, nta_slot_book(&slot, NULL, &pkt), NTA_NOBODY);
	KUNIT_EXPECT_PTR_EQ(test, nta_thread_learn(), (struct nta_record *)NULL);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, slot, NTA_NOBODY);
	KUNIT_EXPECT_EQ(test, nta_task_count(), 0U);
	KUNIT_EXPECT_EQ(test, nta_stats_events(NTA_RECORD_OVERFLOW), 2ULL);
	expect_term(test, NTA_BOOK_UNIDENTIFIED, NTA_TCP_SND, 2, 108);
	expect_balance(test);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(books_counters),
	KUNIT_CASE(books_live),
	KUNIT_CASE(books_terms),
	KUNIT_CASE(books_late),
	KUNIT_CASE(books_claim),
	KUNIT_CASE(books_inherit),
	KUNIT_CASE(books_no_room),
	{}
};

struct kunit_suite nta_test_books = {
	.name		= "netatop_books",
	.suite_init	= nta_test_suite_begin,
	.init		= books_begin,
	.exit		= books_end,
	.test_cases	= cases,
};
