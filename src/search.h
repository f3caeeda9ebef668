/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The search for owners: who has the sockets that have only received.
 */
#ifndef _NTA_SEARCH_H
#define _NTA_SEARCH_H

#include <linux/types.h>

void nta_search(bool force);

#endif /* _NTA_SEARCH_H */
