/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A screen as text: lines of pieces that have a style.  What shows it knows
 * nothing of what it says, and what says it nothing of terminals.
 */
#ifndef _NETATOP_TOP_SCREEN_H
#define _NETATOP_TOP_SCREEN_H

#include "top_text.h"

enum top_style {
	TOP_PLAIN,
	TOP_STRONG,
	TOP_TITLE,
	TOP_SORTED,	/* title of the column that is sorted by */
	TOP_SND,
	TOP_RCV,
	TOP_ALERT,
	TOP_FADED,	/* and three more, fainter and fainter */
	TOP_FAINTEST = TOP_FADED + 3,
	TOP_STYLES,
};

#define TOP_PIECES	64

/**
 * struct top_line - a line
 * @text:     UTF-8 where the locale has it, ASCII else
 * @used:     bytes of @text
 * @width:    columns that they take
 * @selected: it is the one that keys act on
 * @pieces:   how many there are
 * @piece:    where each begins in @text, and its style
 */
struct top_line {
	char text[4096];
	size_t used;
	int width;
	bool selected;
	int pieces;
	struct {
		size_t at;
		enum top_style style;
	} piece[TOP_PIECES];
};

/**
 * struct top_screen - a screen
 * @rows:    lines
 * @columns: of each line
 * @utf8:    what the terminal takes
 * @line:    the lines
 * @cursor:  column of the last line where the cursor is to be seen, or -1
 */
struct top_screen {
	int rows, columns;
	bool utf8;
	struct top_line *line;
	int cursor;
};

int top_screen_init(struct top_screen *screen, int rows, int columns, bool utf8);
void top_screen_free(struct top_screen *screen);
void top_screen_clear(struct top_screen *screen);
void top_put(struct top_screen *screen, int row, enum top_style style, const char *text);
void top_put_fit(struct top_screen *screen, int row, enum top_style style, const char *text,
		 int columns, enum top_align align);
void top_printf(struct top_screen *screen, int row, enum top_style style,
		const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif /* _NETATOP_TOP_SCREEN_H */
