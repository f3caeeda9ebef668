// SPDX-License-Identifier: GPL-2.0
/*
 * Text for the live view.
 */
#include "top_text.h"
#include "common.h"

#include <langinfo.h>
#include <limits.h>
#include <string.h>
#include <wchar.h>

/* Does the locale have UTF-8? */
bool top_utf8(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

/* One character of clean text: bytes it takes, and columns of the screen. */
static size_t next_char(const char *text, int *columns, bool *strange)
{
	mbstate_t state = { };
	wchar_t c;
	size_t n = mbrtowc(&c, text, MB_LEN_MAX, &state);

	*strange = true;
	*columns = 1;
	if (n == (size_t)-1 || n == (size_t)-2 || !n)
		return 1;
	*columns = wcwidth(c);
	*strange = *columns < 0;
	if (*strange)
		*columns = 1;
	return n;
}

/**
 * top_width() - columns that text takes
 * @text: UTF-8 where the locale has it, and clean
 *
 * Return: how many.
 */
int top_width(const char *text)
{
	int sum = 0, columns;
	bool strange;

	while (*text) {
		text += next_char(text, &columns, &strange);
		sum += columns;
	}
	return sum;
}

/* What a character is shown as; ASCII where the locale has no more. */
static const char *show(const char *from, size_t *bytes, bool strange, bool utf8)
{
	if (utf8 && strange) {
		*bytes = 3;
		return "\xef\xbf\xbd";
	}
	if (!utf8 && (*bytes > 1 || strange)) {
		*bytes = 1;
		return "?";
	}
	return from;
}

/* Of UTF-8, whatever the locale has. */
static size_t utf8_bytes(const char *text)
{
	size_t n = 1;

	while ((text[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/**
 * top_fit() - text in just so many columns
 * @buf:     where to put it
 * @size:    of @buf; TOP_TEXT_SIZE of @columns is enough
 * @text:    any bytes
 * @columns: how many; longer text is cut and ends with a sign of that
 * @align:   where shorter text stands
 * @utf8:    the locale has it
 *
 * What would move the cursor, or is no character, is replaced.
 *
 * Return: @buf.
 */
char *top_fit(char *buf, size_t size, const char *text, int columns,
	      enum top_align align, bool utf8)
{
	char clean[CLEAN_SIZE(512)];
	const char *sign = utf8 ? "\xe2\x80\xa6" : "~", *s = clean;
	size_t used = 0, cut = 0, room = size - 1 - 3;
	int width = 0, cut_width = 0, pad;

	clean_text(text, clean, sizeof(clean));
	if (columns < 0)
		columns = 0;
	while (*s) {
		size_t n = utf8_bytes(s), bytes;
		bool strange = false;
		const char *from;
		int w = 1;

		if (utf8)
			n = next_char(s, &w, &strange);
		bytes = n;
		from = show(s, &bytes, strange, utf8);
		if (width + w > columns || used + bytes + columns > room) {
			used = cut;
			width = cut_width;
			if (width < columns) {
				used += strlen(strcpy(buf + used, sign));
				width++;
			}
			break;
		}
		memcpy(buf + used, from, bytes);
		used += bytes;
		width += w;
		if (width < columns) {
			cut = used;
			cut_width = width;
		}
		s += n;
	}
	pad = columns - width;
	if (align == TOP_RIGHT)
		memmove(buf + pad, buf, used);
	memset(align == TOP_RIGHT ? buf : buf + used, ' ', pad);
	buf[used + pad] = 0;
	return buf;
}

/**
 * top_amount() - a number for people
 * @buf:   where to put it
 * @size:  of @buf, 8 is enough
 * @value: not negative
 *
 * Return: @buf: at most 5 characters, three digits and a unit of 1000.
 */
char *top_amount(char *buf, size_t size, double value)
{
	static const char units[] = " kMGTPEZY";
	size_t unit = 0;

	if (value > 0 && value < 0.5) {
		snprintf(buf, size, "<1");
		return buf;
	}
	while (value >= 999.5 && unit < sizeof(units) - 2) {
		value /= 1000;
		unit++;
	}
	if (!unit)
		snprintf(buf, size, "%.0f", value);
	else
		snprintf(buf, size, "%.*f%c", value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2, value,
			 units[unit]);
	return buf;
}

static size_t append(char *buf, size_t size, size_t used, const char *what)
{
	size_t n = strlen(what);

	if (used + n >= size)
		return used;
	memcpy(buf + used, what, n + 1);
	return used + n;
}

/**
 * top_bar() - a bar
 * @buf:     where to put it
 * @size:    of @buf; TOP_TEXT_SIZE of @columns is enough
 * @value:   how much
 * @most:    what fills all columns
 * @columns: how many
 * @utf8:    the locale has it: parts of a column can be shown
 *
 * What is more than nothing is seen.
 *
 * Return: @buf.
 */
char *top_bar(char *buf, size_t size, double value, double most, int columns, bool utf8)
{
	static const char *const blocks[] = {
		" ", "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a", "\u2589", "\u2588",
	};
	static const char *const ascii[] = { " ", "-", "=" };
	const char *const *sign = utf8 ? blocks : ascii;
	int parts = utf8 ? 8 : 2, filled = 0, i;
	size_t used = 0;

	if (value > 0 && most > 0) {
		filled = value < most ? value / most * columns * parts + 0.5 : columns * parts;
		if (!filled)
			filled = 1;
	}
	*buf = 0;
	for (i = 0; i < columns; i++) {
		int part = filled - i * parts;

		used = append(buf, size, used, sign[part < 0 ? 0 : part > parts ? parts : part]);
	}
	return buf;
}

/**
 * top_sparkline() - what has been, in one line
 * @buf:     where to put it
 * @size:    of @buf; TOP_TEXT_SIZE of @columns is enough
 * @values:  oldest first
 * @count:   how many; the last @columns of them are shown
 * @columns: how many
 * @utf8:    the locale has it
 *
 * The highest of what is shown is as high as a line; what is more than nothing
 * is seen.
 *
 * Return: @buf.
 */
char *top_sparkline(char *buf, size_t size, const float *values, int count, int columns,
		    bool utf8)
{
	static const char *const blocks[] = {
		" ", "\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588",
	};
	static const char *const ascii[] = { " ", ".", ":", "-", "=", "+", "*", "%", "#" };
	const char *const *sign = utf8 ? blocks : ascii;
	float most = 0;
	size_t used = 0;
	int i;

	for (i = count > columns ? count - columns : 0; i < count; i++)
		if (values[i] > most)
			most = values[i];
	*buf = 0;
	for (i = count - columns; i < count; i++) {
		int level = 0;

		if (i >= 0 && values[i] > 0) {
			level = (double)values[i] / most * 8 + 0.5;
			if (!level)
				level = 1;
		}
		used = append(buf, size, used, sign[level]);
	}
	return buf;
}

/**
 * top_share() - a part of a whole in per cent
 * @buf:   where to put it
 * @size:  of @buf, 8 is enough
 * @part:  at most @whole
 * @whole: 0: there is no share
 *
 * Never rounded up: 100 means all of it.
 *
 * Return: @buf: "100%", "99.98%", "-".
 */
char *top_share(char *buf, size_t size, uint64_t part, uint64_t whole)
{
	unsigned int share;

	if (!whole) {
		snprintf(buf, size, "-");
	} else if (part >= whole) {
		snprintf(buf, size, "100%%");
	} else {
		share = (__uint128_t)part * 10000 / whole;
		snprintf(buf, size, "%u.%02u%%", share / 100, share % 100);
	}
	return buf;
}
