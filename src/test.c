// SPDX-License-Identifier: GPL-2.0
/*
 * All tests, and what they share.
 */
#include "test.h"
#include "stats.h"

#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/string.h>

static struct kunit_suite *const suites[] = {
	&nta_test_params,
	&nta_test_books,
	&nta_test_record,
	&nta_test_limits,
	&nta_test_exitlist,
	&nta_test_weight,
	&nta_test_packet,
	&nta_test_key,
	&nta_test_recent,
	&nta_test_walk,
};

/* What each case finds, whatever the module was loaded with. */
static const unsigned int defaults[NTA_PARAMS] = {
	[NTA_GC_INTERVAL]	= 15,
	[NTA_EXIT_TIMEOUT]	= 15,
	[NTA_EXIT_LINGER]	= 0,
	[NTA_UNOWNED_TIMEOUT]	= 120,
	[NTA_MAX_RECORDS]	= 65536,
	[NTA_MAX_SOCKETS]	= 65536,
	[NTA_FRAME_OVERHEAD]	= 0,
	[NTA_CONNTRACK]		= NTA_CONNTRACK_AUTO,
	[NTA_SCOPE_LABEL]	= 0,
};

static unsigned int loaded_with[NTA_PARAMS];
static struct sk_buff_head skbs;
static bool over;

static void clear_stats(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(&nta_stats, cpu), 0, sizeof(nta_stats));
}

/**
 * nta_test_run() - run all tests
 *
 * The first thing that is done in the module.  It leaves no trace there.
 */
void nta_test_run(void)
{
	memcpy(loaded_with, nta_param_value, sizeof(loaded_with));
	skb_queue_head_init(&skbs);
	__kunit_test_suites_init((struct kunit_suite **)suites,
				 ARRAY_SIZE(suites));
	clear_stats();
	over = true;
}

/**
 * nta_test_forget() - take away what tells of the results
 */
void nta_test_forget(void)
{
	__kunit_test_suites_exit((struct kunit_suite **)suites,
				 ARRAY_SIZE(suites));
}

/**
 * nta_test_suite_begin() - begin a suite
 * @suite: the suite
 *
 * Later kernels let users run a suite again.
 *
 * Return: 0, or -EBUSY when the module is at work.
 */
int nta_test_suite_begin(struct kunit_suite *suite)
{
	return over ? -EBUSY : 0;
}

/**
 * nta_test_begin() - begin a case: no statistics, defaults of all tunables
 * @test: the case
 *
 * Return: 0.
 */
int nta_test_begin(struct kunit *test)
{
	clear_stats();
	memcpy(nta_param_value, defaults, sizeof(defaults));
	return 0;
}

/**
 * nta_test_end() - end a case: its packets go, and the tunables are restored
 * @test: the case
 */
void nta_test_end(struct kunit *test)
{
	skb_queue_purge(&skbs);
	memcpy(nta_param_value, loaded_with, sizeof(loaded_with));
	/* processes that were put; should the load fail, nothing waits for them */
	rcu_barrier();
}

/**
 * nta_test_param() - set a tunable for a case, within its limits or not
 * @id: which one
 * @value: its value
 */
void nta_test_param(enum nta_param id, unsigned int value)
{
	WRITE_ONCE(nta_param_value[id], value);
}

/**
 * nta_test_skb() - make a packet that lasts until the end of the case
 * @test: the case
 * @headers: what it begins with
 * @room: how much of that there is
 * @len: length that it claims to have; nobody looks behind the headers
 *
 * Return: the packet, with skb->data at its network header.
 */
struct sk_buff *nta_test_skb(struct kunit *test, const void *headers,
			     unsigned int room, unsigned int len)
{
	struct sk_buff *skb = alloc_skb(max(room, 1U), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, skb);
	skb_queue_tail(&skbs, skb);
	skb_put_data(skb, headers, room);
	skb_reset_network_header(skb);
	skb->len = len;
	skb->data_len = len - room;
	return skb;
}
