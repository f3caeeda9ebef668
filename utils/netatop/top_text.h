/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text for the live view: names, figures, bars and sparklines, each of just as
 * many columns of the screen as it is given.
 */
#ifndef _NETATOP_TOP_TEXT_H
#define _NETATOP_TOP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that @columns can take at most, with combining characters, and the NUL. */
#define TOP_TEXT_SIZE(columns)	((columns) * 16 + 1)

enum top_align { TOP_LEFT, TOP_RIGHT };

bool top_utf8(void);
int top_width(const char *text);
char *top_fit(char *buf, size_t size, const char *text, int columns,
	      enum top_align align, bool utf8);
char *top_amount(char *buf, size_t size, double value);
char *top_bar(char *buf, size_t size, double value, double most, int columns, bool utf8);
char *top_sparkline(char *buf, size_t size, const float *values, int count, int columns,
		    bool utf8);
char *top_share(char *buf, size_t size, uint64_t part, uint64_t whole);

#endif /* _NETATOP_TOP_TEXT_H */
