// SPDX-License-Identifier: GPL-2.0
/*
 * What the subcommands share: text, arguments, figures.
 */
#include "test.h"

#include <stdlib.h>

static const char *clean(const char *text)
{
	static char buf[256];

	return clean_text(text, buf, sizeof(buf));
}

static const char *valid(const char *text)
{
	static char buf[256];

	return valid_text(text, buf, sizeof(buf));
}

#define BAD "\xef\xbf\xbd"

static void test_clean(void **state)
{
	(void)state;
	assert_string_equal(clean(""), "");
	assert_string_equal(clean("nginx: worker"), "nginx: worker");
	assert_string_equal(clean("\033[2J\a\r\n\t\x7f"), BAD "[2J" BAD BAD BAD BAD BAD);
	assert_string_equal(clean("na\xc3\xafve \xe2\x82\xac \xf0\x9f\x90\xa7"),
			    "na\xc3\xafve \xe2\x82\xac \xf0\x9f\x90\xa7");
	/* C1, also as UTF-8 */
	assert_string_equal(clean("\x9b" "1m\xc2\x9b" "1m"), BAD "1m" BAD BAD "1m");
	assert_string_equal(clean("\xc2\xa0"), "\xc2\xa0");
	/* what turns text around, each end of each range, and its neighbours */
	assert_string_equal(clean("a\u061c\u200e\u200f\u202a\u202e\u2066\u2069" "b"),
			    "a" BAD BAD BAD BAD BAD BAD BAD "b");
	assert_string_equal(clean("\u061b\u061d\u200d\u2010\u2027\u202f\u2065\u206a"),
			    "\u061b\u061d\u200d\u2010\u2027\u202f\u2065\u206a");
	/* what ends a line */
	assert_string_equal(clean("\u2028\u2029"), BAD BAD);
}

static void test_broken_utf8(void **state)
{
	static const char *const bad[] = {
		"\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x90", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf",
		"\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\xaf", "\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80", "\x80", "\xbf",
	};
	static const char *const good[] = {
		"\xc2\xa0", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
		"\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf",
	};
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char text[16], wanted[64] = "a";

		snprintf(text, sizeof(text), "a%sb", bad[i]);
		for (k = 0; k < strlen(bad[i]); k++)
			strcat(wanted, BAD);
		strcat(wanted, "b");
		assert_string_equal(clean(text), wanted);
		assert_string_equal(valid(text), wanted);
	}
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_string_equal(clean(good[i]), good[i]);
		assert_string_equal(valid(good[i]), good[i]);
	}
}

static void test_valid(void **state)
{
	(void)state;
	assert_string_equal(valid("\001\033[2J\n\x7f"), "\001\033[2J\n\x7f");
	assert_string_equal(valid("\xc2\x9b"), BAD BAD);
	assert_string_equal(valid("\u202e\u2028"), "\u202e\u2028");
}

/* What is cut is cut between characters, and has its end. */
static void test_room(void **state)
{
	char buf[CLEAN_SIZE(15)], text[16];
	size_t size;

	(void)state;
	memset(text, 0xff, 15);
	text[15] = 0;
	assert_int_equal(strlen(clean_text(text, buf, sizeof(buf))), 45);
	for (size = 1; size < 8; size++) {
		memset(buf, 'x', sizeof(buf));
		clean_text("a\xe2\x82\xac\xe2\x82\xac", buf, size);
		assert_true(strlen(buf) < size);
		assert_int_equal(strlen(buf), size < 2 ? 0 : size < 5 ? 1 : size < 8 ? 4 : 7);
		assert_int_equal(buf[size], 'x');
	}
}

static void test_numbers(void **state)
{
	static const char *const bad[] = {
		"", " 1", "1 ", "+1", "-1", "0x1", "1a", "a", "1.0", "18446744073709551616", "0", "11",
		"\n", "1\n",
	};
	uint64_t value;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(parse_number(bad[i], 1, 10, &value));
	assert_true(parse_number("1", 1, 10, &value));
	assert_int_equal(value, 1);
	assert_true(parse_number("010", 1, 10, &value));
	assert_int_equal(value, 10);
	assert_true(parse_number("18446744073709551615", 0, UINT64_MAX, &value));
	assert_true(value == UINT64_MAX);
}

static void test_seconds(void **state)
{
	static const char *const bad[] = {
		"", "0", "0.001", "-1", "+1", " 1", "1s", "1,5", "nan", "inf", "1e9", "86401", ".", "1.5.5",
	};
	double value;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(parse_seconds(bad[i], &value));
	assert_true(parse_seconds("0.01", &value));
	assert_true(value == 0.01);
	assert_true(parse_seconds(".5", &value));
	assert_true(value == 0.5);
	assert_true(parse_seconds("86400", &value));
	assert_true(value == 86400);
}

static void test_users(void **state)
{
	uid_t uid;

	(void)state;
	assert_true(parse_user("root", &uid));
	assert_int_equal(uid, 0);
	assert_true(parse_user("4000000000", &uid));
	assert_true(uid == 4000000000);
	assert_string_equal(user_name(0), "root");
	assert_string_equal(user_name(4000000000), "4000000000");
	assert_string_equal(user_name(0), "root");
	assert_false(parse_user("no such user", &uid));
	assert_false(parse_user("", &uid));
	assert_false(parse_user("-1", &uid));
	assert_false(parse_user("4294967295", &uid));
	assert_false(parse_user("4294967296", &uid));
}

static void test_bytes(void **state)
{
	static const struct { uint64_t bytes; const char *text; } cases[] = {
		{ 0, "0B" }, { 999, "999B" }, { 1000, "1.00k" }, { 9994, "9.99k" }, { 9995, "10.0k" },
		{ 99949, "99.9k" }, { 99950, "100k" }, { 999499, "999k" }, { 999500, "1.00M" },
		{ 1234567890, "1.23G" }, { 999999999999999, "1.00P" }, { UINT64_MAX, "18.4E" },
	};
	char buf[8];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(format_bytes(cases[i].bytes, buf, sizeof(buf)), cases[i].text);
}

static void test_counters(void **state)
{
	struct netatop_counters a = { 1, 20, 3, 40, 5, 60, 7, 80 }, b = { 1, 2, 3, 4, 5, 6, 7, 8 };

	(void)state;
	assert_int_equal(counter_packets(&a), 16);
	assert_int_equal(counter_bytes(&a), 200);
	counters_sub(&a, &b);
	assert_int_equal(counter_packets(&a), 0);
	assert_int_equal(counter_bytes(&a), 180);
	assert_int_equal(a.udp_rcv_bytes, 72);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_broken_utf8),
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_users),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_counters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
