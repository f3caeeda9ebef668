// SPDX-License-Identifier: GPL-2.0
/*
 * Owners of flows: which of those that the module tells of is meant.
 */
#include "test.h"

#include "flows.h"

#include <errno.h>
#include <netinet/in.h>

#define NETNS	7

/* What the library would tell of, and how often it is interrupted first. */
static struct netatop_flow there[16];
static size_t there_count;
static int interrupted;

int __wrap_netatop_walk_flows(struct netatop *nta, const struct netatop_filter *filter,
			      netatop_flow_cb cb, void *data)
{
	size_t i;
	int err = 0;

	(void)nta;
	(void)filter;
	for (i = 0; i < there_count && !err; i++)
		err = cb(&there[i], data);
	return interrupted-- > 0 ? -EINTR : err;
}

static struct netatop_tuple from(uint16_t sport)
{
	return (struct netatop_tuple){
		.src = { 10, 0, 0, 1 },
		.dst = { 10, 0, 0, 2 },
		.sport = htons(sport),
		.dport = htons(80),
	};
}

static void entry(uint64_t netns, uint32_t ct_id, uint16_t sport, pid_t tgid)
{
	there[there_count++] = (struct netatop_flow){
		.present = NETATOP_FLOW_HAS_CT,
		.netns_cookie = netns,
		.ct_id = ct_id,
		.l3proto = AF_INET,
		.l4proto = IPPROTO_TCP,
		.tuple_orig = from(sport),
		.owner_orig = { .kind = NETATOP_OWNER_THREAD, .tgid = tgid },
	};
}

static void sock(uint64_t netns, uint16_t sport, pid_t tgid)
{
	there[there_count++] = (struct netatop_flow){
		.present = NETATOP_FLOW_HAS_TUPLE_SOCK,
		.netns_cookie = netns,
		.sock_cookie = sport,
		.l3proto = AF_INET,
		.l4proto = IPPROTO_TCP,
		.tuple_sock = from(sport),
		.owner_sock = { .kind = NETATOP_OWNER_THREAD, .tgid = tgid },
	};
}

/* Who has the entry; -1: the module does not know it */
static pid_t has_entry(const struct owners *owners, uint64_t netns, uint32_t ct_id, uint16_t sport)
{
	const struct flow flow = {
		.netns_cookie = netns,
		.ct_id = ct_id,
		.l3proto = AF_INET,
		.l4proto = IPPROTO_TCP,
		.own = from(sport),
	};
	const struct owned *found = owners_entry(owners, &flow);

	return found ? found->owner.tgid : -1;
}

static pid_t has_socket(const struct owners *owners, uint64_t netns, uint16_t sport)
{
	const struct netatop_tuple tuple = from(sport);
	const struct owned *found = owners_socket(owners, netns, IPPROTO_TCP, AF_INET, &tuple);

	return found ? found->owner.tgid : -1;
}

static struct owners read_all(void)
{
	struct owners owners = { 0 };

	assert_int_equal(owners_read(&owners, NULL, 0), 0);
	assert_int_equal(owners.count, there_count);
	there_count = 0;
	return owners;
}

/* One in four thousand million is not enough where there are a million. */
static void same_id(void **state)
{
	struct owners owners;

	(void)state;
	entry(NETNS, 42, 1003, 3);
	entry(NETNS, 42, 1001, 1);
	entry(NETNS, 42, 1002, 2);
	owners = read_all();
	assert_int_equal(has_entry(&owners, NETNS, 42, 1001), 1);
	assert_int_equal(has_entry(&owners, NETNS, 42, 1002), 2);
	assert_int_equal(has_entry(&owners, NETNS, 42, 1003), 3);
	assert_int_equal(has_entry(&owners, NETNS, 42, 1004), -1);
	owners_free(&owners);
}

static void same_ends(void **state)
{
	struct owners owners;

	(void)state;
	entry(NETNS, 2, 1001, 22);
	entry(NETNS, 1, 1001, 11);
	entry(NETNS + 1, 1, 1001, 33);
	owners = read_all();
	assert_int_equal(has_entry(&owners, NETNS, 1, 1001), 11);
	assert_int_equal(has_entry(&owners, NETNS, 2, 1001), 22);
	assert_int_equal(has_entry(&owners, NETNS + 1, 1, 1001), 33);
	assert_int_equal(has_entry(&owners, NETNS, 3, 1001), -1);
	assert_int_equal(has_entry(&owners, NETNS + 1, 2, 1001), -1);
	owners_free(&owners);
}

static void sockets(void **state)
{
	struct owners owners;

	(void)state;
	entry(NETNS, 0, 1001, 1);
	sock(NETNS, 1002, 2);
	sock(NETNS + 1, 1001, 3);
	owners = read_all();
	assert_int_equal(has_socket(&owners, NETNS, 1001), -1);
	assert_int_equal(has_socket(&owners, NETNS, 1002), 2);
	assert_int_equal(has_socket(&owners, NETNS + 1, 1001), 3);
	assert_int_equal(has_entry(&owners, NETNS, 0, 1002), -1);
	owners_free(&owners);
}

static void nothing(void **state)
{
	struct owners owners;

	(void)state;
	owners = read_all();
	assert_int_equal(has_entry(&owners, NETNS, 1, 1001), -1);
	assert_int_equal(has_socket(&owners, NETNS, 1001), -1);
	owners_free(&owners);
}

/* What was read before an interruption is not there twice. */
static void again(void **state)
{
	struct owners owners;

	(void)state;
	interrupted = 3;
	entry(NETNS, 1, 1001, 1);
	sock(NETNS, 1002, 2);
	owners = read_all();
	assert_int_equal(has_entry(&owners, NETNS, 1, 1001), 1);
	assert_int_equal(has_socket(&owners, NETNS, 1002), 2);
	owners_free(&owners);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_id),
		cmocka_unit_test(same_ends),
		cmocka_unit_test(sockets),
		cmocka_unit_test(nothing),
		cmocka_unit_test(again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
