// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Messages that are cut short, lack something, have too much, or are random.
 */
#include "kinds.h"

#include <linux/genetlink.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define MUTATIONS 200000

/* The same without the attribute @type, or with another length of its payload. */
static struct nlmsghdr *change(const struct nlmsghdr *nlh, struct mock_buf *to, unsigned int type,
			       bool drop, int longer)
{
	struct nlmsghdr *copy;
	const struct nlattr *attr;

	memset(to, 0, sizeof(*to));
	copy = mock_begin(to, 40, NETATOP_CMD_TASK_GET, 0, 1);
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) != type)
			mnl_attr_put(copy, attr->nla_type, mnl_attr_get_payload_len(attr),
				     mnl_attr_get_payload(attr));
		else if (!drop)
			mnl_attr_put(copy, attr->nla_type, mnl_attr_get_payload_len(attr) + longer,
				     mnl_attr_get_payload(attr));
	}
	mock_end(to, copy);
	return copy;
}

static void later_attributes_are_left_out(void **state)
{
	static const uint16_t types[] = { 0, NETATOP_A_MAX + 1, 63, 64, 1000, 0x3fff };
	struct mock_buf buf;
	size_t i, j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct nlmsghdr *nlh = make(&buf, kinds[i].make);

		for (j = 0; j < ARRAY_SIZE(types); j++)
			mnl_attr_put(nlh, types[j], j, "????????");
		assert_int_equal(kinds[i].parse(nlh), 0);
	}
}

/* What stands behind all that is needed has to be attributes, too. */
static void messages_with_a_bad_end(void **state)
{
	static const struct nlattr bad[] = {
		{ .nla_len = 0 }, { .nla_len = 3 }, { .nla_len = 5 }, { .nla_len = 0xffff },
	};
	struct mock_buf buf;
	size_t i, j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		for (j = 0; j < ARRAY_SIZE(bad); j++) {
			struct nlmsghdr *nlh = make(&buf, kinds[i].make);

			memcpy(mnl_nlmsg_get_payload_tail(nlh), &bad[j], sizeof(bad[j]));
			nlh->nlmsg_len += sizeof(bad[j]);
			assert_int_equal(kinds[i].parse(nlh), -EBADMSG);
		}
}

static void messages_cut_short(void **state)
{
	struct mock_buf buf;
	size_t i, len;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct nlmsghdr *nlh = make(&buf, kinds[i].make);
		struct nlmsghdr *copy;
		int err;

		for (len = sizeof(*nlh); len <= nlh->nlmsg_len; len++) {
			copy = mock_copy(nlh, len);
			err = kinds[i].parse(copy);
			if (len == nlh->nlmsg_len)
				assert_int_equal(err, 0);
			else if (!kinds[i].open_end)
				assert_int_equal(err, -EBADMSG);
			else
				assert_true(!err || err == -EBADMSG);
			free(copy);
		}
	}
}

/* The attributes that @type stands for, in a task. */
static const struct {
	unsigned int type;
	uint64_t bit;
} task_attrs[] = {
	{ NETATOP_A_TGID, 0 },
	{ NETATOP_A_START, 0 },
	{ NETATOP_A_COUNTERS, 0 },
	/* each of the two needs the other */
	{ NETATOP_A_TID, 0 },
	{ NETATOP_A_TID_START, 0 },
	{ NETATOP_A_NAME, NETATOP_HAS_NAME },
	{ NETATOP_A_BTIME, NETATOP_HAS_BTIME },
	{ NETATOP_A_UID, NETATOP_HAS_UID },
	{ NETATOP_A_CGROUP, NETATOP_HAS_CGROUP },
	{ NETATOP_A_NS_PID, NETATOP_HAS_NS_PID },
	{ NETATOP_A_NETNS_INO, NETATOP_HAS_NETNS_INO },
	{ NETATOP_A_NETNS_COOKIE, NETATOP_HAS_NETNS_COOKIE },
	{ NETATOP_A_STATE, NETATOP_HAS_STATE },
	{ NETATOP_A_FIRST, NETATOP_HAS_FIRST },
	{ NETATOP_A_LAST, NETATOP_HAS_LAST },
};

static void task_attributes_one_by_one(void **state)
{
	const uint64_t all = (1 << 11) - 1;
	struct mock_buf buf, changed;
	struct nlmsghdr *nlh = make(&buf, make_task);
	struct netatop_task task;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(task_attrs); i++) {
		unsigned int type = task_attrs[i].type;
		int err = nta_parse_task(change(nlh, &changed, type, true, 0), &task);

		if (task_attrs[i].bit) {
			assert_int_equal(err, 0);
			assert_int_equal(task.present, all & ~task_attrs[i].bit);
		} else {
			assert_int_equal(err, -EBADMSG);
		}
		assert_int_equal(nta_parse_task(change(nlh, &changed, type, false, -1), &task), -EBADMSG);
		if (type != NETATOP_A_COUNTERS && type != NETATOP_A_NAME)
			assert_int_equal(nta_parse_task(change(nlh, &changed, type, false, 1), &task),
					 -EBADMSG);
	}
}

static void task_with(unsigned int type, const void *data, size_t len, int wanted)
{
	struct mock_buf buf;
	struct nlmsghdr *nlh = make(&buf, make_task);
	struct netatop_task task;

	mnl_attr_put(nlh, type, len, data);
	assert_int_equal(nta_parse_task(nlh, &task), wanted);
}

static void task_values_out_of_range(void **state)
{
	static const uint32_t bad_ids[] = { 0, 0x80000000, 0xffffffff };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad_ids); i++) {
		task_with(NETATOP_A_TGID, &bad_ids[i], 4, -EBADMSG);
		task_with(NETATOP_A_TID, &bad_ids[i], 4, -EBADMSG);
		task_with(NETATOP_A_NS_PID, &bad_ids[i], 4, -EBADMSG);
	}
	task_with(NETATOP_A_NAME, "", 0, -EBADMSG);
	task_with(NETATOP_A_NAME, "", 1, 0);
	task_with(NETATOP_A_NAME, "\xff\xfe\n", 4, 0);
	task_with(NETATOP_A_NAME, "no end", 6, -EBADMSG);
	task_with(NETATOP_A_NAME, "sixteen letters!", 17, -EBADMSG);
	task_with(NETATOP_A_COUNTERS, "", 0, -EBADMSG);
	/* an attribute in the nest that is longer than the nest */
	task_with(NETATOP_A_COUNTERS, "\x40\0\2\0\0\0\0\0", 8, -EBADMSG);
	/* one that is shorter than its own header */
	task_with(NETATOP_A_COUNTERS, "\3\0\2\0\0\0\0\0", 8, -EBADMSG);
}

static void cookie_and_time_are_needed(void **state)
{
	struct mock_buf buf, changed;
	struct nlmsghdr *nlh = make(&buf, make_task);

	(void)state;
	assert_int_equal(parse_head(nlh), 0);
	assert_int_equal(parse_head(change(nlh, &changed, NETATOP_A_COOKIE, true, 0)), -EBADMSG);
	assert_int_equal(parse_head(change(nlh, &changed, NETATOP_A_TIME, true, 0)), -EBADMSG);
	assert_int_equal(parse_head(change(nlh, &changed, NETATOP_A_TIME, false, -4)), -EBADMSG);
	mnl_attr_put_u64(nlh, NETATOP_A_COOKIE, 0);
	assert_int_equal(parse_head(nlh), -EBADMSG);
}

static void flow_parts_that_do_not_fit(void **state)
{
	static const unsigned int needed[] = {
		NETATOP_A_L3PROTO, NETATOP_A_L4PROTO, NETATOP_A_TUPLE_ORIG, NETATOP_A_TUPLE_REPLY,
		NETATOP_A_OWNER_ORIG, NETATOP_A_OWNER_REPLY, NETATOP_A_CT_ID,
	};
	struct mock_buf buf, changed;
	struct nlmsghdr *nlh = make(&buf, make_entry4);
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(needed); i++)
		assert_int_equal(parse_flow(change(nlh, &changed, needed[i], true, 0)), -EBADMSG);
	/* addresses of the other family, a family that is none, an owner without a process */
	mnl_attr_put_u8(nlh, NETATOP_A_L3PROTO, AF_INET6);
	assert_int_equal(parse_flow(nlh), -EBADMSG);
	nlh = make(&buf, make_entry6);
	mnl_attr_put_u8(nlh, NETATOP_A_L3PROTO, AF_INET);
	assert_int_equal(parse_flow(nlh), -EBADMSG);
	mnl_attr_put_u8(nlh, NETATOP_A_L3PROTO, AF_UNIX);
	assert_int_equal(parse_flow(nlh), -EBADMSG);
	nlh = make(&buf, make_udp_socket);
	mock_put_owner(nlh, NETATOP_A_OWNER_SOCK, 99, 0);
	assert_int_equal(parse_flow(nlh), 0);
	mock_put_owner(nlh, NETATOP_A_OWNER_SOCK, NETATOP_OWNER_THREAD, 0);
	assert_int_equal(parse_flow(nlh), -EBADMSG);
	nlh = make(&buf, make_tcp_socket);
	assert_int_equal(parse_flow(change(nlh, &changed, NETATOP_A_L3PROTO, true, 0)), -EBADMSG);
}

/* Xorshift; the same each time. */
static uint32_t random_number(void)
{
	static uint32_t x = 2463534242;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

static void mutate(struct nlmsghdr *nlh, size_t from)
{
	static const uint8_t values[] = { 0, 1, 3, 4, 5, 0x7f, 0x80, 0xff };
	unsigned int changes = 1 + random_number() % 4;

	while (changes--) {
		size_t at = from + random_number() % (nlh->nlmsg_len - from);

		((uint8_t *)nlh)[at] = random_number() % 2 ? random_number() :
				       values[random_number() % sizeof(values)];
	}
}

/* Any result will do, so long as nothing outside the message is touched. */
static void random_damage(void **state)
{
	static struct mock_buf buf[ARRAY_SIZE(kinds)], family, error;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		make(&buf[i], kinds[i].make);
	mock_put_family(&family, CTRL_CMD_NEWFAMILY, 0, 1, "netatop", 33, 2, "exit", 21);
	refusal(&error, NLM_F_ACK_TLVS, 36, 36, -EINVAL, "text of an error");
	for (i = 0; i < MUTATIONS; i++) {
		size_t kind = i % (ARRAY_SIZE(kinds) + 2);
		const struct mock_buf *of = kind < ARRAY_SIZE(kinds) ? &buf[kind] :
					    kind == ARRAY_SIZE(kinds) ? &family : &error;
		const struct nlmsghdr *nlh = (const void *)of->data;
		struct nlmsghdr *copy = mock_copy(nlh, nlh->nlmsg_len);

		mutate(copy, sizeof(*copy));
		parse_head(copy);
		parse_family(copy);
		parse_error(copy);
		if (kind < ARRAY_SIZE(kinds))
			kinds[kind].parse(copy);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(later_attributes_are_left_out),
		cmocka_unit_test(messages_with_a_bad_end),
		cmocka_unit_test(messages_cut_short),
		cmocka_unit_test(task_attributes_one_by_one),
		cmocka_unit_test(task_values_out_of_range),
		cmocka_unit_test(cookie_and_time_are_needed),
		cmocka_unit_test(flow_parts_that_do_not_fit),
		cmocka_unit_test(random_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
