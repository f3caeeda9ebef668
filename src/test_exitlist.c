// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the exit list: its order, its readers, and its limits.
 */
#include "test.h"
#include "books.h"
#include "exitlist.h"
#include "stats.h"

#include <linux/jiffies.h>
#include <linux/math.h>
#include <linux/slab.h>

#define TASKS	8U

/* Processes of a case, with one reference each that is ours. */
static struct nta_task *made[TASKS];
static unsigned int nr_made;

static int exitlist_begin(struct kunit *test)
{
	nta_test_begin(test);
	nr_made = 0;
	return nta_record_init();
}

static void exitlist_end(struct kunit *test)
{
	nta_exitlist_set_notify(NULL);
	nta_exitlist_exit();
	while (nr_made)
		nta_task_put(made[--nr_made]);
	nta_record_exit();
	nta_test_end(test);
}

/* So many processes finish; the Nth of a case has sent 10^(N-1) bytes. */
static void finish(struct kunit *test, unsigned int n)
{
	struct nta_task *task;
	LIST_HEAD(list);

	KUNIT_ASSERT_LE(test, nr_made + n, TASKS);
	while (n--) {
		task = kzalloc(sizeof(*task), GFP_KERNEL);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
		refcount_set(&task->ref, 2);
		task->left.v[NTA_TCP_SND + 1] = int_pow(10, nr_made);
		list_add_tail(&task->exit_link, &list);
		made[nr_made++] = task;
	}
	nta_exitlist_add(&list);
}

static u64 bytes_in(enum nta_book book)
{
	struct nta_counters sum;

	nta_books_read(book, &sum);
	return sum.v[NTA_TCP_SND + 1];
}

/* Take the next, which has this place; 0: there is none. */
static void expect_next(struct kunit *test, u64 seq)
{
	struct nta_task *task = nta_exitlist_get();

	KUNIT_EXPECT_EQ(test, task ? task->exit_seq : 0, seq);
	if (task)
		nta_exitlist_done(task, true);
}

static void expect_look(struct kunit *test, u64 after, u64 seq)
{
	struct nta_task *task = nta_exitlist_look(after);

	KUNIT_EXPECT_EQ(test, task ? task->exit_seq : 0, seq);
	if (task)
		nta_task_put(task);
}

static void exitlist_order(struct kunit *test)
{
	expect_next(test, 0);
	finish(test, 2);
	finish(test, 1);
	KUNIT_EXPECT_EQ(test, nta_exitlist_count(), 3U);
	KUNIT_EXPECT_EQ(test, bytes_in(NTA_BOOK_EXITED), 111ULL);
	expect_next(test, 1);
	KUNIT_EXPECT_EQ(test, bytes_in(NTA_BOOK_EXITED), 110ULL);
	KUNIT_EXPECT_EQ(test, bytes_in(NTA_BOOK_RETIRED), 1ULL);
	expect_next(test, 2);
	expect_next(test, 3);
	expect_next(test, 0);
	KUNIT_EXPECT_EQ(test, nta_exitlist_count(), 0U);
	KUNIT_EXPECT_EQ(test, bytes_in(NTA_BOOK_EXITED), 0ULL);
	KUNIT_EXPECT_EQ(test, bytes_in(NTA_BOOK_RETIRED), 111ULL);
	KUNIT_EXPECT_EQ(test, refcount_read(&made[0]->ref), 1U);
}

/* What a reader could not copy is the next one's, and the first again. */
static void exitlist_two_readers(struct kunit *test)
{
	struct nta_task *mine, *yours;

	finish(test, 2);
	mine = nta_exitlist_get();
	yours = nta_exitlist_get();
	KUNIT_EXPECT_PTR_EQ(test, mine, made[0]);
	KUNIT_EXPECT_PTR_EQ(test, yours, made[1]);
	expect_next(test, 0);
	/* the books have them while they are copied */
	KUNIT_EXPECT_EQ(test, nta_exitlist_count(), 2U);
	KUNIT_EXPECT_EQ(test, bytes_in(NTA_BOOK_EXITED), 11ULL);
	nta_exitlist_done(yours, true);
	nta_exitlist_done(mine, false);
	KUNIT_EXPECT_EQ(test, bytes_in(NTA_BOOK_EXITED), 1ULL);
	expect_next(test, 1);
	expect_next(test, 0);
}

/* HOLD: who looks leaves all on the list, until he says up to where. */
static void exitlist_hold(struct kunit *test)
{
	finish(test, 3);
	expect_look(test, 0, 1);
	expect_look(test, 1, 2);
	expect_look(test, 2, 3);
	expect_look(test, 3, 0);
	expect_look(test, U64_MAX, 0);
	KUNIT_EXPECT_EQ(test, nta_exitlist_count(), 3U);
	expect_look(test, 0, 1);

	nta_exitlist_drop(0);
	KUNIT_EXPECT_EQ(test, nta_exitlist_count(), 3U);
	nta_exitlist_drop(2);
	KUNIT_EXPECT_EQ(test, nta_exitlist_count(), 1U);
	KUNIT_EXPECT_EQ(test, bytes_in(NTA_BOOK_RETIRED), 11ULL);
	expect_look(test, 0, 3);
	nta_exitlist_drop(U64_MAX);
	KUNIT_EXPECT_EQ(test, nta_exitlist_count(), 0U);
	nta_exitlist_drop(U64_MAX);
}

/* Only what he has looked at goes, even if he says more. */
static void exitlist_drop_unseen(struct kunit *test)
{
	struct nta_task *task;

	finish(test, 3);
	expect_look(test, 0, 1);
	nta_exitlist_drop(3);
	KUNIT_EXPECT_EQ(test, nta_exitlist_count(), 2U);

	/* another reader has it, then he has not */
	task = nta_exitlist_get();
	KUNIT_EXPECT_PTR_EQ(test, task, made[1]);
	expect_look(test, 0, 3);
	nta_exitlist_drop(3);
	KUNIT_EXPECT_EQ(test, nta_exitlist_count(), 1U);
	nta_exitlist_done(task, false);
	nta_exitlist_drop(3);
	expect_next(test, 2);
}

/* One that was looked at and is being copied now is the copier's. */
static void exitlist_drop_busy(struct kunit *test)
{
	struct nta_task *task;

	finish(test, 1);
	expect_look(test, 0, 1);
	task = nta_exitlist_get();
	KUNIT_ASSERT_PTR_EQ(test, task, made[0]);
	nta_exitlist_drop(1);
	KUNIT_EXPECT_EQ(test, nta_exitlist_count(), 1U);
	nta_exitlist_done(task, true);
	KUNIT_EXPECT_EQ(test, nta_exitlist_count(), 0U);
	KUNIT_EXPECT_EQ(test, bytes_in(NTA_BOOK_RETIRED), 1ULL);
	nta_exitlist_drop(1);
	KUNIT_EXPECT_EQ(test, bytes_in(NTA_BOOK_RETIRED), 1ULL);
}

static void exitlist_full(struct kunit *test)
{
	nta_test_param(NTA_MAX_RECORDS, 2);
	finish(test, 2);
	KUNIT_EXPECT_EQ(test, bytes_in(NTA_BOOK_RETIRED), 0ULL);
	finish(test, 2);
	KUNIT_EXPECT_EQ(test, nta_exitlist_count(), 2U);
	KUNIT_EXPECT_EQ(test, bytes_in(NTA_BOOK_RETIRED), 11ULL);
	KUNIT_EXPECT_EQ(test, bytes_in(NTA_BOOK_EXITED), 1100ULL);
	expect_next(test, 3);
	expect_next(test, 4);
	expect_next(test, 0);
}

/* What is being copied stays: the next makes room, or there is none. */
static void exitlist_full_and_busy(struct kunit *test)
{
	struct nta_task *a, *b;

	nta_test_param(NTA_MAX_RECORDS, 2);
	finish(test, 2);
	a = nta_exitlist_get();
	finish(test, 1);
	KUNIT_EXPECT_EQ(test, nta_exitlist_count(), 2U);
	KUNIT_EXPECT_EQ(test, bytes_in(NTA_BOOK_RETIRED), 10ULL);
	b = nta_exitlist_get();
	KUNIT_EXPECT_PTR_EQ(test, b, made[2]);
	finish(test, 1);
	KUNIT_EXPECT_EQ(test, nta_exitlist_count(), 3U);
	KUNIT_EXPECT_EQ(test, bytes_in(NTA_BOOK_EXITED), 1101ULL);
	nta_exitlist_done(a, true);
	nta_exitlist_done(b, true);
	expect_next(test, 4);
}

static void exitlist_expire(struct kunit *test)
{
	struct nta_task *task;
	unsigned long wait;

	KUNIT_EXPECT_EQ(test, nta_exitlist_expire(), MAX_JIFFY_OFFSET);
	finish(test, 3);
	wait = nta_exitlist_expire();
	KUNIT_EXPECT_LE(test, wait, 15UL * HZ);
	KUNIT_EXPECT_GT(test, wait, 5UL * HZ);

	task = nta_exitlist_get();
	KUNIT_ASSERT_PTR_EQ(test, task, made[0]);
	made[0]->stamp = jiffies - 100 * HZ;
	made[1]->stamp = jiffies - 15 * HZ;
	nta_exitlist_expire();
	/* the first is being copied, the last is young */
	KUNIT_EXPECT_EQ(test, nta_exitlist_count(), 2U);
	KUNIT_EXPECT_EQ(test, bytes_in(NTA_BOOK_RETIRED), 10ULL);
	nta_exitlist_done(task, false);
	nta_exitlist_expire();
	KUNIT_EXPECT_EQ(test, nta_exitlist_count(), 1U);
	KUNIT_EXPECT_EQ(test, bytes_in(NTA_BOOK_RETIRED), 11ULL);
	nta_test_param(NTA_EXIT_TIMEOUT, 1);
	made[2]->stamp = jiffies - HZ;
	KUNIT_EXPECT_EQ(test, nta_exitlist_expire(), MAX_JIFFY_OFFSET);
	KUNIT_EXPECT_EQ(test, nta_exitlist_count(), 0U);
}

static u64 told;

static void tell(const struct nta_task *task)
{
	told = told * 10 + (task ? task->exit_seq : 0);
}

static void exitlist_notify(struct kunit *test)
{
	told = 0;
	finish(test, 1);
	nta_exitlist_set_notify(tell);
	finish(test, 3);
	KUNIT_EXPECT_EQ(test, told, 2340ULL);
	nta_exitlist_set_notify(NULL);
	finish(test, 1);
	KUNIT_EXPECT_EQ(test, told, 2340ULL);
}

/* A list that is read, and one that its reader has come to the end of. */
static void exitlist_empty(struct kunit *test)
{
	/* so a wait would not end in the time that a case has */
	nta_test_param(NTA_EXIT_TIMEOUT, 3600);
	KUNIT_EXPECT_EQ(test, nta_exitlist_wait_empty(), 0);
	finish(test, 1);
	expect_next(test, 1);
	expect_next(test, 0);
	KUNIT_EXPECT_EQ(test, nta_exitlist_wait_empty(), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(exitlist_order),
	KUNIT_CASE(exitlist_two_readers),
	KUNIT_CASE(exitlist_hold),
	KUNIT_CASE(exitlist_drop_unseen),
	KUNIT_CASE(exitlist_drop_busy),
	KUNIT_CASE(exitlist_full),
	KUNIT_CASE(exitlist_full_and_busy),
	KUNIT_CASE(exitlist_expire),
	KUNIT_CASE(exitlist_notify),
	KUNIT_CASE(exitlist_empty),
	{}
};

struct kunit_suite nta_test_exitlist = {
	.name		= "netatop_exitlist",
	.suite_init	= nta_test_suite_begin,
	.init		= exitlist_begin,
	.exit		= exitlist_end,
	.test_cases	= cases,
};
