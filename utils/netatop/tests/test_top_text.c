// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests: names, figures, bars and sparklines of the live view.
 */
#include "test.h"
#include "top_text.h"

#include <locale.h>
#include <stdlib.h>

#define FIT(text, columns, align, utf8) \
	top_fit((char [512]){ }, 512, text, columns, align, utf8)

static int utf8_locale(void **state)
{
	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	assert_true(top_utf8());
	return 0;
}

static int c_locale(void **state)
{
	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C"));
	assert_false(top_utf8());
	return 0;
}

static void test_fit_ascii(void **state)
{
	(void)state;
	assert_string_equal(FIT("curl", 6, TOP_LEFT, false), "curl  ");
	assert_string_equal(FIT("curl", 6, TOP_RIGHT, false), "  curl");
	assert_string_equal(FIT("curl", 4, TOP_LEFT, false), "curl");
	assert_string_equal(FIT("curl", 3, TOP_LEFT, false), "cu~");
	assert_string_equal(FIT("curl", 1, TOP_LEFT, false), "~");
	assert_string_equal(FIT("curl", 0, TOP_LEFT, false), "");
	assert_string_equal(FIT("curl", -1, TOP_LEFT, false), "");
	assert_string_equal(FIT("", 2, TOP_RIGHT, false), "  ");
	/* what ASCII does not have */
	assert_string_equal(FIT("na\xc3\xafve", 6, TOP_LEFT, false), "na?ve ");
	assert_string_equal(FIT("\xe2\x82\xac\xff", 3, TOP_LEFT, false), "?? ");
}

static void test_fit_utf8(void **state)
{
	(void)state;
	assert_string_equal(FIT("na\u00efve", 5, TOP_LEFT, true), "na\u00efve");
	assert_string_equal(FIT("na\u00efve", 4, TOP_LEFT, true), "na\u00ef\u2026");
	assert_string_equal(FIT("na\u00efve", 3, TOP_LEFT, true), "na\u2026");
	assert_string_equal(FIT("na\u00efve", 7, TOP_RIGHT, true), "  na\u00efve");
	/* two columns each, never half of one */
	assert_string_equal(FIT("\u65e5\u672c\u8a9e", 6, TOP_LEFT, true), "\u65e5\u672c\u8a9e");
	assert_string_equal(FIT("\u65e5\u672c\u8a9e", 5, TOP_LEFT, true), "\u65e5\u672c\u2026");
	assert_string_equal(FIT("\u65e5\u672c\u8a9e", 4, TOP_LEFT, true), "\u65e5\u2026 ");
	assert_string_equal(FIT("\u65e5\u672c\u8a9e", 1, TOP_LEFT, true), "\u2026");
	/* none of its own: stays with what it belongs to */
	assert_string_equal(FIT("e\u0301x", 2, TOP_LEFT, true), "e\u0301x");
	assert_string_equal(FIT("e\u0301xy", 2, TOP_LEFT, true), "e\u0301\u2026");
	assert_string_equal(FIT("e\u0301", 3, TOP_RIGHT, true), "  e\u0301");
}

/* Nothing that a task is called moves the cursor, colours the screen or turns text round. */
static void test_fit_control(void **state)
{
	(void)state;
	assert_string_equal(FIT("a\033[2Jb", 8, TOP_LEFT, false), "a?[2Jb  ");
	assert_string_equal(FIT("a\033[2Jb", 8, TOP_LEFT, true), "a\ufffd[2Jb  ");
	assert_string_equal(FIT("\r\n\t\x7f", 4, TOP_LEFT, true), "\ufffd\ufffd\ufffd\ufffd");
	/* C1: CSI in UTF-8 and as a byte */
	assert_string_equal(FIT("\xc2\x9b" "1m", 4, TOP_LEFT, true), "\ufffd\ufffd1m");
	assert_string_equal(FIT("\x9b" "1m", 4, TOP_LEFT, true), "\ufffd1m ");
	assert_string_equal(FIT("a\u202e" "b\u2066\u200f", 6, TOP_LEFT, true),
			    "a\ufffd" "b\ufffd\ufffd ");
	/* half a character, one too long, half a pair, beyond the end */
	assert_string_equal(FIT("a\xe2\x82", 4, TOP_LEFT, true), "a\ufffd\ufffd ");
	assert_string_equal(FIT("\xc0\xaf", 3, TOP_LEFT, true), "\ufffd\ufffd ");
	assert_string_equal(FIT("\xed\xa0\x80", 4, TOP_LEFT, true), "\ufffd\ufffd\ufffd ");
	assert_string_equal(FIT("\xf5\x80\x80\x80", 5, TOP_LEFT, true),
			    "\ufffd\ufffd\ufffd\ufffd ");
}

/* Whatever comes in, what goes out has its width and is text. */
static void test_fit_anything(void **state)
{
	unsigned int seed = 1, i, n;
	char text[64], buf[TOP_TEXT_SIZE(20)];
	int columns;

	(void)state;
	for (i = 0; i < 20000; i++) {
		for (n = 0; n < sizeof(text) - 1; n++) {
			seed = seed * 1103515245 + 12345;
			text[n] = seed >> 16;
			/* more often what begins or goes on with a character */
			if (seed >> 30 == 1)
				text[n] |= 0xc0;
		}
		text[n] = 0;
		columns = i % 21;
		top_fit(buf, sizeof(buf), text, columns, i & 1 ? TOP_LEFT : TOP_RIGHT, true);
		assert_int_equal(top_width(buf), columns);
		for (n = 0; buf[n]; n++)
			assert_true((unsigned char)buf[n] >= ' ' && buf[n] != 0x7f);
		assert_int_not_equal(mbstowcs(NULL, buf, 0), (size_t)-1);
	}
}

/* A great many marks on one character do not go beyond the buffer. */
static void test_fit_marks(void **state)
{
	char text[512] = "e", buf[TOP_TEXT_SIZE(4)];
	size_t i;

	(void)state;
	for (i = 1; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\u0301", 3);
	top_fit(buf, sizeof(buf), text, 4, TOP_LEFT, true);
	assert_in_range(strlen(buf), 1, sizeof(buf) - 1);
	assert_int_equal(top_width(buf), 4);
	top_fit(buf, sizeof(buf), text, 4, TOP_RIGHT, true);
	assert_int_equal(top_width(buf), 4);
}

#define AMOUNT(value)	top_amount((char [16]){ }, 16, value)

static void test_amount(void **state)
{
	double value;

	(void)state;
	assert_string_equal(AMOUNT(0), "0");
	assert_string_equal(AMOUNT(0.2), "<1");
	assert_string_equal(AMOUNT(0.7), "1");
	assert_string_equal(AMOUNT(999), "999");
	assert_string_equal(AMOUNT(999.4), "999");
	assert_string_equal(AMOUNT(999.5), "1.00k");
	assert_string_equal(AMOUNT(1000), "1.00k");
	assert_string_equal(AMOUNT(1234), "1.23k");
	assert_string_equal(AMOUNT(9994), "9.99k");
	assert_string_equal(AMOUNT(9995), "10.0k");
	assert_string_equal(AMOUNT(99949), "99.9k");
	assert_string_equal(AMOUNT(99950), "100k");
	assert_string_equal(AMOUNT(999499), "999k");
	assert_string_equal(AMOUNT(999500), "1.00M");
	assert_string_equal(AMOUNT(8 * 125000000.0), "1.00G");
	assert_string_equal(AMOUNT(UINT64_MAX), "18.4E");
	for (value = 0.1; value < 1e20; value *= 1.01)
		assert_in_range(strlen(AMOUNT(value)), 1, 5);
}

#define SHARE(part, whole)	top_share((char [16]){ }, 16, part, whole)

static void test_share(void **state)
{
	(void)state;
	assert_string_equal(SHARE(0, 0), "-");
	assert_string_equal(SHARE(0, 5), "0.00%");
	assert_string_equal(SHARE(1, 3), "33.33%");
	assert_string_equal(SHARE(5, 5), "100%");
	assert_string_equal(SHARE(99999, 100000), "99.99%");
	assert_string_equal(SHARE(UINT64_MAX - 1, UINT64_MAX), "99.99%");
	assert_string_equal(SHARE(UINT64_MAX, UINT64_MAX), "100%");
}

#define BAR(value, most, columns, utf8)	top_bar((char [256]){ }, 256, value, most, columns, utf8)

static void test_bar(void **state)
{
	(void)state;
	assert_string_equal(BAR(0, 100, 4, true), "    ");
	assert_string_equal(BAR(100, 100, 4, true), "\u2588\u2588\u2588\u2588");
	assert_string_equal(BAR(50, 100, 4, true), "\u2588\u2588  ");
	assert_string_equal(BAR(37.5, 100, 4, true), "\u2588\u258c  ");
	assert_string_equal(BAR(1, 1e9, 4, true), "\u258f   ");
	assert_string_equal(BAR(500, 100, 2, true), "\u2588\u2588");
	assert_string_equal(BAR(5, 0, 2, true), "  ");
	assert_string_equal(BAR(50, 100, 4, false), "==  ");
	assert_string_equal(BAR(37.5, 100, 4, false), "=-  ");
	assert_string_equal(BAR(1, 1e9, 4, false), "-   ");
	assert_string_equal(BAR(100, 100, 4, false), "====");
}

#define SPARK(columns, utf8, ...) \
	top_sparkline((char [256]){ }, 256, (const float []){ __VA_ARGS__ }, \
		      sizeof((const float []){ __VA_ARGS__ }) / sizeof(float), columns, utf8)

static void test_sparkline(void **state)
{
	(void)state;
	assert_string_equal(SPARK(9, true, 0, 1, 2, 3, 4, 5, 6, 7, 8),
			    " \u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588");
	assert_string_equal(SPARK(9, false, 0, 1, 2, 3, 4, 5, 6, 7, 8), " .:-=+*%#");
	/* the scale is that of what is shown */
	assert_string_equal(SPARK(2, true, 1000, 1, 2), "\u2584\u2588");
	assert_string_equal(SPARK(3, true, 1000, 1, 2), "\u2588\u2581\u2581");
	/* little is more than nothing */
	assert_string_equal(SPARK(3, true, 1e12, 0, 1), "\u2588 \u2581");
	assert_string_equal(SPARK(3, true, 0, 0, 0), "   ");
	/* what was before is not known */
	assert_string_equal(SPARK(4, true, 5, 5), "  \u2588\u2588");
	assert_string_equal(SPARK(3, true, 3e38, 1.5e38, 0), "\u2588\u2584 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_fit_ascii, c_locale),
		cmocka_unit_test_setup(test_fit_utf8, utf8_locale),
		cmocka_unit_test_setup(test_fit_control, utf8_locale),
		cmocka_unit_test_setup(test_fit_anything, utf8_locale),
		cmocka_unit_test_setup(test_fit_marks, utf8_locale),
		cmocka_unit_test(test_amount),
		cmocka_unit_test(test_share),
		cmocka_unit_test(test_bar),
		cmocka_unit_test(test_sparkline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
