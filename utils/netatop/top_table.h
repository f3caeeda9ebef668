/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the live view shows where there is no terminal: once, as text or JSON.
 */
#ifndef _NETATOP_TOP_TABLE_H
#define _NETATOP_TOP_TABLE_H

#include "top_view.h"

int top_table_print(struct top_view *view);
int top_table_json(struct top_view *view);

#endif /* _NETATOP_TOP_TABLE_H */
