/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The terminal of the live view.  However the program ends, the terminal is as
 * it was.
 */
#ifndef _NETATOP_TOP_TERM_H
#define _NETATOP_TOP_TERM_H

#include "top_screen.h"

int top_term_open(void);
void top_term_close(void);
void top_term_size(int *rows, int *columns);
void top_term_resize(void);
void top_term_draw(const struct top_screen *screen);
void top_term_repaint(void);
void top_term_suspend(void);
int top_term_key(void);

#endif /* _NETATOP_TOP_TERM_H */
