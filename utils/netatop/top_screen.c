// SPDX-License-Identifier: GPL-2.0
/*
 * A screen as text.
 */
#include "top_screen.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOP_COLUMNS_MAX	1000
#define TOP_ROWS_MAX	1000

/**
 * top_screen_init() - an empty screen
 * @screen:  the screen
 * @rows:    lines, 1 at least
 * @columns: of each, 1 at least; what is beyond 1000 stays empty
 * @utf8:    what the terminal takes
 *
 * Return: 0 or -ENOMEM.
 */
int top_screen_init(struct top_screen *screen, int rows, int columns, bool utf8)
{
	screen->rows = rows < 1 ? 1 : rows > TOP_ROWS_MAX ? TOP_ROWS_MAX : rows;
	screen->columns = columns < 1 ? 1 : columns > TOP_COLUMNS_MAX ? TOP_COLUMNS_MAX : columns;
	screen->utf8 = utf8;
	screen->line = calloc(screen->rows, sizeof(*screen->line));
	screen->cursor = -1;
	return screen->line ? 0 : -ENOMEM;
}

void top_screen_free(struct top_screen *screen)
{
	free(screen->line);
	screen->line = NULL;
	screen->rows = 0;
}

void top_screen_clear(struct top_screen *screen)
{
	int i;

	for (i = 0; i < screen->rows; i++) {
		struct top_line *line = &screen->line[i];

		line->text[0] = 0;
		line->used = 0;
		line->width = 0;
		line->pieces = 0;
		line->selected = false;
	}
	screen->cursor = -1;
}

/* The text is as the terminal may have it, and fits. */
static void append(struct top_line *line, enum top_style style, const char *text, int width)
{
	size_t n = strlen(text);

	if (!n || line->used + n >= sizeof(line->text))
		return;
	if (!line->pieces || line->piece[line->pieces - 1].style != style) {
		if (line->pieces == TOP_PIECES)
			return;
		line->piece[line->pieces].at = line->used;
		line->piece[line->pieces++].style = style;
	}
	memcpy(line->text + line->used, text, n + 1);
	line->used += n;
	line->width += width;
}

/**
 * top_put_fit() - add text to a line, of just so many columns
 * @screen:  the screen
 * @row:     the line; nothing is done if there is none
 * @style:   of the text
 * @text:    any bytes
 * @columns: how many; what is beyond the end of the line is cut
 * @align:   where it stands in them
 */
void top_put_fit(struct top_screen *screen, int row, enum top_style style, const char *text,
		 int columns, enum top_align align)
{
	char buf[4096];
	struct top_line *line;

	if (row < 0 || row >= screen->rows)
		return;
	line = &screen->line[row];
	if (columns > screen->columns - line->width)
		columns = screen->columns - line->width;
	if (columns <= 0)
		return;
	top_fit(buf, sizeof(buf), text, columns, align, screen->utf8);
	append(line, style, buf, columns);
}

/**
 * top_put() - add text to a line
 * @screen: the screen
 * @row:    the line; nothing is done if there is none
 * @style:  of the text
 * @text:   any bytes; in columns as many as it needs
 */
void top_put(struct top_screen *screen, int row, enum top_style style, const char *text)
{
	int width;

	width = screen->utf8 ? top_width(text) : (int)strlen(text);
	top_put_fit(screen, row, style, text, width, TOP_LEFT);
}

void top_printf(struct top_screen *screen, int row, enum top_style style,
		const char *format, ...)
{
	char buf[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(buf, sizeof(buf), format, args);
	va_end(args);
	top_put(screen, row, style, buf);
}
