// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the tunables: what is a value, and who is told.
 */
#include "test.h"
#include "params.h"

#include <linux/errno.h>
#include <linux/limits.h>

/* What a user writes and what comes of it: a new value, or an error. */
struct attempt {
	const char	*text;
	int		err;
	unsigned int	value;
};

#define BEFORE	15	/* value that an error leaves */

static void try_all(struct kunit *test, enum nta_param id, unsigned int before,
		    const struct attempt *attempt, unsigned int n)
{
	for (; n--; attempt++) {
		nta_test_param(id, before);
		KUNIT_EXPECT_EQ_MSG(test, nta_param_set(id, attempt->text),
				    attempt->err, "\"%s\"", attempt->text);
		KUNIT_EXPECT_EQ_MSG(test, nta_param(id),
				    attempt->err ? before : attempt->value,
				    "\"%s\"", attempt->text);
	}
}

static void params_numbers(struct kunit *test)
{
	static const struct attempt attempts[] = {
		{ "1", 0, 1 },
		{ "3600", 0, 3600 },
		{ "007", 0, 7 },
		{ "+5", 0, 5 },
		{ "5\n", 0, 5 },
		{ "0", -ERANGE },
		{ "3601", -ERANGE },
		{ "2147483648", -ERANGE },
		{ "4294967295", -ERANGE },
		{ "4294967296", -ERANGE },
		{ "4294967301", -ERANGE },
		{ "18446744073709551615", -ERANGE },
		{ "18446744073709551621", -ERANGE },
	};

	try_all(test, NTA_GC_INTERVAL, BEFORE, attempts, ARRAY_SIZE(attempts));
}

static void params_no_numbers(struct kunit *test)
{
	static const struct attempt attempts[] = {
		{ "", -EINVAL },
		{ "\n", -EINVAL },
		{ " ", -EINVAL },
		{ " 5", -EINVAL },
		{ "5 ", -EINVAL },
		{ "5\t\n", -EINVAL },
		{ "5\n\n", -EINVAL },
		{ "\n5", -EINVAL },
		{ "\t5", -EINVAL },
		{ "5s", -EINVAL },
		{ "5.0", -EINVAL },
		{ "5,6", -EINVAL },
		{ "1e3", -EINVAL },
		{ "0x10", -EINVAL },
		{ "-1", -EINVAL },
		{ "-5", -EINVAL },
		{ "-0", -EINVAL },
		{ "+-5", -EINVAL },
		{ "++5", -EINVAL },
		{ "+", -EINVAL },
		{ "-", -EINVAL },
		{ "off", -EINVAL },
		{ "auto", -EINVAL },
	};

	try_all(test, NTA_GC_INTERVAL, BEFORE, attempts, ARRAY_SIZE(attempts));
}

static void params_zero_is_a_value(struct kunit *test)
{
	static const struct attempt attempts[] = {
		{ "0", 0, 0 },
		{ "0\n", 0, 0 },
		{ "256", 0, 256 },
		{ "257", -ERANGE },
		{ "-1", -EINVAL },
	};

	try_all(test, NTA_FRAME_OVERHEAD, BEFORE, attempts,
		ARRAY_SIZE(attempts));
}

static void params_words(struct kunit *test)
{
	static const struct attempt attempts[] = {
		{ "on", 0, NTA_CONNTRACK_ON },
		{ "on\n", 0, NTA_CONNTRACK_ON },
		{ "ON", -EINVAL },
		{ "o", -EINVAL },
		{ "onn", -EINVAL },
		{ "on ", -EINVAL },
		{ " on", -EINVAL },
		{ "on\n\n", -EINVAL },
		{ "off", -EINVAL },
		{ "1", -EINVAL },
		{ "", -EINVAL },
		{ "\n", -EINVAL },
	};
	static const struct attempt back[] = {
		{ "auto", 0, NTA_CONNTRACK_AUTO },
		{ "auto\n", 0, NTA_CONNTRACK_AUTO },
		{ "0", -EINVAL },
		{ "aut", -EINVAL },
	};

	try_all(test, NTA_CONNTRACK, NTA_CONNTRACK_AUTO, attempts,
		ARRAY_SIZE(attempts));
	try_all(test, NTA_CONNTRACK, NTA_CONNTRACK_ON, back, ARRAY_SIZE(back));
}

static void params_off(struct kunit *test)
{
	static const struct attempt attempts[] = {
		{ "off", 0, 0 },
		{ "off\n", 0, 0 },
		{ "-1", 0, 0 },
		{ "-1\n", 0, 0 },
		{ "0", 0, 1 },
		{ "127", 0, 128 },
		{ "127\n", 0, 128 },
		{ "128", -ERANGE },
		/* one more than this is 0 */
		{ "4294967295", -ERANGE },
		{ "4294967296", -ERANGE },
		{ "-2", -EINVAL },
		{ "-1 ", -EINVAL },
		{ "OFF", -EINVAL },
		{ "of", -EINVAL },
		{ "on", -EINVAL },
		{ "", -EINVAL },
	};

	try_all(test, NTA_SCOPE_LABEL, BEFORE, attempts, ARRAY_SIZE(attempts));
}

/* Of each tunable, what users are told are its limits are its limits. */
static void params_limits(struct kunit *test)
{
	struct nta_param_info info;
	enum nta_param id;
	char text[24];

	for (id = 0; id < NTA_PARAMS; id++) {
		if (id == NTA_CONNTRACK)
			continue;
		nta_param_read(id, &info);
		snprintf(text, sizeof(text), "%lld", info.min);
		KUNIT_EXPECT_EQ_MSG(test, nta_param_set(id, text), 0, "%s %s",
				    info.name, text);
		snprintf(text, sizeof(text), "%lld", info.max);
		KUNIT_EXPECT_EQ_MSG(test, nta_param_set(id, text), 0, "%s %s",
				    info.name, text);
		snprintf(text, sizeof(text), "%lld", info.max + 1);
		KUNIT_EXPECT_EQ_MSG(test, nta_param_set(id, text), -ERANGE,
				    "%s %s", info.name, text);
		if (info.min < 1)
			continue;
		snprintf(text, sizeof(text), "%lld", info.min - 1);
		KUNIT_EXPECT_EQ_MSG(test, nta_param_set(id, text), -ERANGE,
				    "%s %s", info.name, text);
	}
}

static void params_show(struct kunit *test)
{
	char *page = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	struct nta_param_info info;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, page);
	KUNIT_EXPECT_EQ(test, nta_param_show(NTA_MAX_RECORDS, page), 6);
	KUNIT_EXPECT_STREQ(test, page, "65536\n");
	KUNIT_EXPECT_EQ(test, nta_param_show(NTA_CONNTRACK, page), 5);
	KUNIT_EXPECT_STREQ(test, page, "auto\n");
	KUNIT_EXPECT_EQ(test, nta_param_show(NTA_SCOPE_LABEL, page), 4);
	KUNIT_EXPECT_STREQ(test, page, "off\n");
	nta_test_param(NTA_SCOPE_LABEL, 1);
	KUNIT_EXPECT_EQ(test, nta_param_show(NTA_SCOPE_LABEL, page), 2);
	KUNIT_EXPECT_STREQ(test, page, "0\n");

	nta_test_param(NTA_SCOPE_LABEL, 0);
	nta_param_read(NTA_SCOPE_LABEL, &info);
	KUNIT_EXPECT_EQ(test, info.value, -1LL);
	KUNIT_EXPECT_EQ(test, info.min, -1LL);
	KUNIT_EXPECT_EQ(test, info.max, 127LL);
	nta_param_read(NTA_MAX_RECORDS, &info);
	KUNIT_EXPECT_EQ(test, info.min, 64LL);
	KUNIT_EXPECT_EQ(test, info.max, 1048576LL);
}

static unsigned int told, told_value;
static int answer;

static int notify(unsigned int value)
{
	told++;
	told_value = value;
	return answer;
}

static void params_notify(struct kunit *test)
{
	told = 0;
	answer = 0;
	KUNIT_ASSERT_EQ(test, nta_param_set_notify(NTA_EXIT_LINGER, notify), 0);
	KUNIT_EXPECT_EQ(test, told, 1U);
	KUNIT_EXPECT_EQ(test, told_value, 0U);

	KUNIT_EXPECT_EQ(test, nta_param_set(NTA_EXIT_LINGER, "7"), 0);
	KUNIT_EXPECT_EQ(test, told, 2U);
	KUNIT_EXPECT_EQ(test, told_value, 7U);
	/* no value: nobody is told; another tunable: the same */
	KUNIT_EXPECT_EQ(test, nta_param_set(NTA_EXIT_LINGER, "601"), -ERANGE);
	KUNIT_EXPECT_EQ(test, nta_param_set(NTA_EXIT_TIMEOUT, "9"), 0);
	KUNIT_EXPECT_EQ(test, told, 2U);

	answer = -EBUSY;
	KUNIT_EXPECT_EQ(test, nta_param_set(NTA_EXIT_LINGER, "8"), -EBUSY);
	KUNIT_EXPECT_EQ(test, told_value, 8U);
	KUNIT_EXPECT_EQ(test, nta_param(NTA_EXIT_LINGER), 7U);

	KUNIT_EXPECT_EQ(test, nta_param_set_notify(NTA_EXIT_LINGER, NULL), 0);
	KUNIT_EXPECT_EQ(test, nta_param_set(NTA_EXIT_LINGER, "8"), 0);
	KUNIT_EXPECT_EQ(test, told, 3U);
	KUNIT_EXPECT_EQ(test, nta_param(NTA_EXIT_LINGER), 8U);
}

static void params_notify_refused(struct kunit *test)
{
	told = 0;
	answer = -ENOMEM;
	KUNIT_EXPECT_EQ(test, nta_param_set_notify(NTA_EXIT_LINGER, notify),
			-ENOMEM);
	KUNIT_EXPECT_EQ(test, told, 1U);
	/* it has not been kept */
	KUNIT_EXPECT_EQ(test, nta_param_set(NTA_EXIT_LINGER, "1"), 0);
	KUNIT_EXPECT_EQ(test, told, 1U);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(params_numbers),
	KUNIT_CASE(params_no_numbers),
	KUNIT_CASE(params_zero_is_a_value),
	KUNIT_CASE(params_words),
	KUNIT_CASE(params_off),
	KUNIT_CASE(params_limits),
	KUNIT_CASE(params_show),
	KUNIT_CASE(params_notify),
	KUNIT_CASE(params_notify_refused),
	{}
};

struct kunit_suite nta_test_params = {
	.name		= "netatop_params",
	.suite_init	= nta_test_suite_begin,
	.init		= nta_test_begin,
	.exit		= nta_test_end,
	.test_cases	= cases,
};
