/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The search for owners: who has the sockets that have only received.
 */
#ifndef _NTA_SEARCH_H
#define _NTA_SEARCH_H

#include <linux/types.h>

bool nta_search_is_under_way(void);
bool nta_search_begin(bool force);
void nta_search_walk(void);
void nta_search_settle(void);
void nta_search_cancel(void);

#endif /* _NTA_SEARCH_H */
